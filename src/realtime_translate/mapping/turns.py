"""Who ends the user's turn: `turn_detection` upstream and the commit plan here (V1, V2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve

from ..config import (
    ClientDialect,
    Config,
    FromSettings,
    ManualCommit,
    SemanticVad,
    ServerVad,
    TurnDetection,
)
from ..deepgram.component import ComponentAgent
from ..deepgram.settings import Agent
from ..notices import notice
from ..openai import objects as upstream
from ..openai.dialects import Turns, UpstreamDialect
from ..outputs import Notice
from ..wire.omitted import OMITTED
from .plan import CommitPlan

__all__ = ["choose", "commit_plan", "effective_plan", "to_upstream"]

_IDLE_TIMEOUT_MS = (5000, 30000)
_COMPONENT_DEFAULT = ManualCommit(debounce=0.4, ceiling=15.0)
_DEEPGRAM_DEFAULT = ServerVad(create_response=True, interrupt_response=True)


def _chosen(config: Config, agent: Agent, notes: list[Notice]) -> TurnDetection:
    if not isinstance(config.turn_detection, FromSettings):
        return config.turn_detection
    if config.dialect is ClientDialect.DEEPGRAM:
        return _DEEPGRAM_DEFAULT
    if isinstance(agent, ComponentAgent):
        return _from_component(agent, config.idle_timeout_margin, notes)
    return _COMPONENT_DEFAULT


def _from_component(agent: ComponentAgent, margin: float, notes: list[Notice]) -> TurnDetection:
    if agent.use_openai_manual_audio_commit is True:
        return _COMPONENT_DEFAULT
    asked, path = agent.idle_timeout_ms, "agent.idleTimeoutMs"
    if asked is OMITTED:
        return _COMPONENT_DEFAULT
    if not isinstance(asked, (int, float)) or isinstance(asked, bool):
        notes.append(notice("SETTING_INVALID", path=path, reason="it is a number of milliseconds"))
        return _COMPONENT_DEFAULT
    if asked < 0:  # -1 stands for none
        return _COMPONENT_DEFAULT
    return ServerVad(idle_timeout_ms=_idle_timeout(asked, margin, notes), create_response=False)


def _idle_timeout(asked: float, margin: float, notes: list[Notice]) -> int | None:
    """The idle time of a client that hangs up after it, as upstream takes it: `margin` seconds longer, so
    that the server does not speak up first; None if that is longer than upstream can wait (V2).
    """
    path, (low, high) = "agent.idleTimeoutMs", _IDLE_TIMEOUT_MS
    wanted = asked + round(margin * 1000)
    if margin and wanted > high:
        notes.append(notice("IDLE_TIMEOUT_LEFT_OUT", path=path, wanted=wanted, most=high))
        return None
    idle = int(min(max(wanted, low), high))
    if idle != wanted:
        notes.append(notice("SETTING_CLAMPED", path=path, asked=wanted, sent=idle))
    return idle


def choose(config: Config, agent: Agent, notes: list[Notice]) -> TurnDetection:
    """What decides about turns in this call (V2). Without barge-in nobody cuts the agent."""
    turns = _possible(_chosen(config, agent, notes), config.upstream, notes)
    if config.barge_in or isinstance(turns, ManualCommit):
        return turns
    return evolve(turns, interrupt_response=False)


def _possible(asked: TurnDetection, server: UpstreamDialect, notes: list[Notice]) -> TurnDetection:
    """What comes next to it at this server (D3)."""
    able, turns = server.turns, asked
    if isinstance(turns, ManualCommit) and not able.can_be_manual:
        turns = _DEEPGRAM_DEFAULT
    kind = _KINDS.get(type(turns))
    if kind and kind not in able.kinds:
        turns = _OTHER[able.kinds[0]](turns)
    if isinstance(turns, SemanticVad) and turns.eagerness not in able.eagerness:
        turns = evolve(turns, eagerness=able.eagerness[0])
    if not (isinstance(turns, ManualCommit) or able.create_response or turns.create_response):
        turns = evolve(turns, create_response=True)
    if turns != asked:
        notes.append(notice("TURNS_APPROXIMATED", server=server.name))
    return turns


_KINDS: Mapping[type, str] = {ServerVad: "server_vad", SemanticVad: "semantic_vad"}


def _as_server_vad(turns: Any) -> ServerVad:
    return ServerVad(create_response=turns.create_response, interrupt_response=turns.interrupt_response)


def _as_semantic_vad(turns: Any) -> SemanticVad:
    return SemanticVad(create_response=turns.create_response, interrupt_response=turns.interrupt_response)


_OTHER: Mapping[str, Callable[[Any], ServerVad | SemanticVad]] = {
    "server_vad": _as_server_vad,
    "semantic_vad": _as_semantic_vad,
}


def to_upstream(turns: TurnDetection, able: Turns) -> upstream.TurnDetection | None:
    """`turn_detection` of `session.update`; the two flags are always explicit (V2)."""
    if isinstance(turns, ManualCommit):
        return upstream.TurnDetection(able.manual) if able.manual else None
    if isinstance(turns, SemanticVad):
        return upstream.TurnDetection(
            "semantic_vad",
            eagerness=turns.eagerness,
            create_response=turns.create_response,
            interrupt_response=turns.interrupt_response,
        )
    return upstream.TurnDetection(
        "server_vad",
        threshold=OMITTED if turns.threshold is None else turns.threshold,
        prefix_padding_ms=OMITTED if turns.prefix_padding_ms is None else turns.prefix_padding_ms,
        silence_duration_ms=OMITTED if turns.silence_duration_ms is None else turns.silence_duration_ms,
        idle_timeout_ms=OMITTED if turns.idle_timeout_ms is None else turns.idle_timeout_ms,
        create_response=turns.create_response,
        interrupt_response=turns.interrupt_response,
    )


def commit_plan(turns: TurnDetection) -> CommitPlan:
    """What the session has to do about commits."""
    if isinstance(turns, ManualCommit):
        return CommitPlan(manual=True, debounce=turns.debounce, ceiling=turns.ceiling)
    return CommitPlan(create_response=turns.create_response, interrupt_response=turns.interrupt_response)


def effective_plan(session: upstream.Session) -> CommitPlan:
    """What the session has to do about commits under a `session.updated` that nobody asked for (S4).

    The server's own default is server VAD with `create_response` (protocols, *Session*).
    """
    turns = session.audio.input.turn_detection if session.audio and session.audio.input else OMITTED
    if turns is None:
        return commit_plan(_COMPONENT_DEFAULT)
    return CommitPlan(
        create_response=not turns or turns.create_response is not False,
        interrupt_response=not turns or turns.interrupt_response is not False,
    )
