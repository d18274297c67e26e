"""How modelled calls begin: configurations, Settings, and situations that a walk may start from."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import hypothesis.strategies as st
from attrs import evolve

from ....audio import ALAW_8K, MULAW_8K, PCM_24K, AudioFormat, available
from ....config import (
    FROM_SETTINGS,
    ClientDialect,
    Config,
    ContextMode,
    GreetingMode,
    Limits,
    ManualCommit,
    SemanticVad,
    ServerVad,
    SilenceKeepalive,
    Voices,
)
from ....openai.dialects import (
    AZURE_GA,
    GLM,
    OPENAI_BETA,
    OPENAI_GA,
    SERVERS,
    SPEACHES,
    XAI,
    UpstreamDialect,
)
from ....renewal import Renewal
from ..broken import require
from ..checks.moments import CONTEXT_TEXT, GREETING
from ..random_agent import HOST_TOOL, TOOL
from ..world import World

__all__ = ["COMPONENT_CEILING", "PROVIDER", "configs", "send_settings", "wanted_settings"]

Json = dict[str, Any]
COMPONENT_CEILING = 15.0
"""Seconds after which audio without a pause is committed, unless the server ends turns (V2)."""
PROVIDER: Json = {"type": "open_ai", "model": "gpt-4o"}

# --- what the host decides ----------------------------------------------------------------------------------

_MISTAKEN: list[UpstreamDialect] = [
    evolve(OPENAI_GA, name=OPENAI_BETA.name),
    evolve(SPEACHES, tags=True),
]
"""Servers that are other than the host believes (D5): one whose session is flat, one that takes no tags."""
_SERVERS: list[UpstreamDialect] = [
    *[OPENAI_GA, OPENAI_GA, AZURE_GA] * 8,
    *SERVERS.values(),
    *_MISTAKEN,
]
"""OpenAI's own most often, whose choices are many; each of the others as often."""
_DIALECTS = [*ClientDialect] if available() else [ClientDialect.DEEPGRAM]
"""Without the extra nobody can convert what the component's clients record (S10, A2)."""
_TURNS: tuple[Any, ...] = (
    FROM_SETTINGS,
    FROM_SETTINGS,
    ManualCommit(debounce=0.40625),
    ManualCommit(debounce=0.25, ceiling=1.0),
    ServerVad(create_response=True),
    ServerVad(create_response=True, interrupt_response=False, threshold=0.5, silence_duration_ms=300),
    ServerVad(create_response=False, prefix_padding_ms=100),
    ServerVad(create_response=False, idle_timeout_ms=6000, interrupt_response=False),
    SemanticVad(),
    SemanticVad(eagerness="high", create_response=False, interrupt_response=False),
)
_LIMITS: Mapping[str, Limits] = MappingProxyType(
    {
        "default": Limits(),
        "impatient": Limits(
            transcript_wait=0.125,
            slow_think=0.25,
            call_hold=1.0,
            follow_up_timeout=2.0,
            session_warning=4.0,
        ),
        "hasty": Limits(settings_timeout=4.0, configure_timeout=0.75, update_timeout=0.25),
        "small": Limits(pending_messages=3, pending_audio_seconds=0.5, item_text=8),
    }
)


_RENEWALS: list[Renewal | None] = [
    Renewal(),
    Renewal(after=None, delays=(0.0, 0.125, 1.0), attempts=5, lifetime=1000),
    Renewal(after=8.0, patience=1.0, delays=(0.25,), ready_for=1.0, lifetime=1000),
    Renewal(after=20.0, patience=0, attempts=2, delays=(2.0, 0.0), on_normal_close=False, lifetime=1000),
    Renewal(after=None, ledger_items=3, ledger_chars=200, audio_seconds=0.5, resume_answer=False),
    Renewal(after=None, attempts=1, lifetime=3, ready_for=0.0),
    Renewal(after=None, attempts=1, delays=(0.0, 0.25), lifetime=1000, fallback=(AZURE_GA, XAI, SPEACHES)),
    Renewal(after=8.0, attempts=2, lifetime=1000, fallback=(OPENAI_BETA, GLM)),
]


def configs(*, renewed: bool = False) -> st.SearchStrategy[Config]:
    """Every field of `Config`, with what matters more often drawn more often. `renewed`: calls outlive their
    upstream sessions (N).
    """
    return st.builds(
        _config,
        st.fixed_dictionaries(
            {
                "dialect": st.sampled_from(_DIALECTS),
                "upstream": st.sampled_from(_SERVERS),
                "turn_detection": st.sampled_from(_TURNS),
                "greeting": st.sampled_from(GreetingMode),
                "context": st.sampled_from(ContextMode),
                "voices": st.sampled_from([Voices(), Voices({"aura-2-thalia-en": "cedar"}, None)]),
                "transcription_model": st.sampled_from(["gpt-transcribe", "gpt-4o-transcribe"]),
                "strict_fields": st.booleans(),
                "barge_in": st.sampled_from([True, True, True, False]),
                "renewal": st.sampled_from(_RENEWALS) if renewed else st.none(),
                "keepalive": st.sampled_from([None, None, SilenceKeepalive(every=2.0)]),
                "limits": st.sampled_from(["default"] * 4 + ["impatient", "hasty", "small"]).map(
                    _LIMITS.__getitem__
                ),
            }
        ),
    )


def _config(fields: Json) -> Config:
    """No call falls back to the server that it has."""
    renewal: Renewal | None = fields["renewal"]
    if renewal is not None and renewal.fallback:
        others = tuple(row for row in renewal.fallback if row.name != fields["upstream"].name)
        fields = {**fields, "renewal": evolve(renewal, fallback=others)}
    return Config(**fields)


# --- what the client asks for -------------------------------------------------------------------------------

_RATES = (8000, 11025, 16000, 22050, 24000, 44100, 48000)
_LINEAR = [AudioFormat("linear16", rate) for rate in _RATES] if available() else [PCM_24K]
_RESAMPLED = [AudioFormat("mulaw", 16000), AudioFormat("alaw", 24000)] if available() else []
_INPUTS = [*_LINEAR, MULAW_8K, ALAW_8K, *_RESAMPLED]
_OUTPUTS = [*_LINEAR, MULAW_8K, ALAW_8K]


_PAST_CALL: Json = {
    "id": "an id of another system, which is too long",
    "name": TOOL,
    "client_side": True,
    "arguments": "{}",
    "response": "{}",
}
_REFUSALS = ("unparsable_client_message", "UNPARSABLE_CLIENT_MESSAGE", "INVALID_SETTINGS")
_FLAWS: list[Json] = [
    {},
    {},
    {"agent": "a-stored-agent"},
    {"audio": {"input": {"encoding": "opus", "sample_rate": 48000}}},
]


def wanted_settings() -> st.SearchStrategy[Json]:
    """What `send_settings` makes Settings of."""
    return st.fixed_dictionaries(
        {
            "formats": st.none() | st.tuples(st.sampled_from(_INPUTS), st.sampled_from(_OUTPUTS)),
            "wav": st.booleans(),
            "greeting": st.booleans(),
            "tools": st.sampled_from([True, True, True, False]),
            "context": st.sampled_from([False, False, True]),
            "idle": st.sampled_from([None, None, None, -1, 1000, 10000, "soon"]),
            "manual": st.sampled_from([None, None, True]),
            "history": st.booleans(),
            "experimental": st.booleans(),
            "voice": st.sampled_from([None, "aura-2-thalia-en", "coral", "en-US-AvaNeural"]),
            "text_only": st.sampled_from([False, False, True]),
            "flaw": st.sampled_from(_FLAWS),
            "bare": st.sampled_from([False] * 7 + [True]),
            "model": st.sampled_from([None, None, "gpt-realtime"]),
        }
    )


def send_settings(world: World, wanted: Json, *, flawed: bool) -> None:
    """The client's Settings, as its dialect has them; `flawed` with what cannot work, perhaps (S10)."""
    refused = _refused(world)
    flaw: Json = wanted["flaw"] if flawed else {}
    world.audio.apply()
    if world.ledger.updated:
        world.audio.end_stream()  # what was said went upstream; what comes now waits for the update (S4)
    world.audio.waiting = True
    if world.component and wanted["bare"]:
        world.audio.ceiling = _ceiling(world, {**wanted, "idle": None, "manual": None})
        world.send({"type": "Settings", **flaw})
    else:
        world.audio.ceiling = _ceiling(world, wanted)
        _send_all(world, wanted, flaw)
    require(bool(flaw) or _refused(world) == refused, "S10 Settings that can work are taken")


def _refused(world: World) -> int:
    return sum(world.ledger.codes[code] for code in _REFUSALS)


def _send_all(world: World, wanted: Json, flaw: Json) -> None:
    formats = None if world.audio.spoken else wanted["formats"]  # what came before has the default format
    if formats:
        world.declare(*formats, wav=wanted["wav"])
    world.experimental = wanted["experimental"]
    unasked = world.component and world.ledger.updated  # the conversation goes on with what was dialled (S4)
    named = wanted["model"] or ""
    known = any(word in named for word in world.config.upstream.models)
    world.model = world.dialled if unasked else named if known else world.config.model
    world.greets = wanted["greeting"] and not wanted["context"]
    agent: Json = {"think": _think(world, wanted), **_agent(world, wanted)}
    flags = {"history": wanted["history"]}
    message = {"type": "Settings", "audio": _audio(formats, wanted["wav"]), "agent": agent, "flags": flags}
    world.send({**message, "experimental": wanted["experimental"], **flaw})


def _ceiling(world: World, wanted: Json) -> float | None:
    """How long audio may flow until it is committed, where the component's Settings decide (V2)."""
    if not world.component or world.config.turn_detection is not FROM_SETTINGS:
        return None
    idle = wanted["idle"]
    detects = isinstance(idle, int) and idle >= 0 and not wanted["manual"]
    return None if detects else COMPONENT_CEILING


def _agent(world: World, wanted: Json) -> Json:
    agent: Json = {}
    if wanted["greeting"]:
        agent["greeting"] = GREETING
    if wanted["context"]:
        roles = ("user", "assistant")
        messages: list[Json] = [{"type": "History", "role": role, "content": CONTEXT_TEXT} for role in roles]
        messages.append({"type": "History", "function_calls": [_PAST_CALL]})
        agent["context"] = {"messages": messages}
    if wanted["voice"]:
        agent["speak"] = {"provider": {"type": "deepgram", "model": wanted["voice"]}}
    if world.component and wanted["idle"] is not None:
        agent["idleTimeoutMs"] = wanted["idle"]
    if world.component and wanted["manual"]:
        agent["useOpenAIManualAudioCommit"] = True
    return agent


def _think(world: World, wanted: Json) -> Json:
    provider = {**PROVIDER, "model": wanted["model"]} if wanted["model"] else PROVIDER
    think: Json = {"provider": provider, "prompt": "Be kind."}
    if wanted["tools"]:
        endpoint = {"url": "https://tides.example/now", "method": "post"}
        think["functions"] = [{"name": TOOL}, {"name": HOST_TOOL, "endpoint": endpoint}]
    if world.component and wanted["text_only"]:
        think["outputModalities"] = ["text"]
    return think


def _audio(formats: tuple[AudioFormat, AudioFormat] | None, wav: bool) -> Json:
    """The `audio` of Settings."""
    if formats is None:
        return {}
    given, got = ({"encoding": each.encoding, "sample_rate": each.rate} for each in formats)
    return {"input": given, "output": {**got, "container": "wav" if wav else "none"}}
