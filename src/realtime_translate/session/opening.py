"""The opening of a call and its end: actions of `tables.OPENING` (S1-S9, E5, A8, L3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias, cast

from attrs import define, evolve, field, frozen

from .. import deepgram, openai
from ..deepgram.codes import ComponentCode, ErrorCode, WarningCode
from ..mapping import formats, speech, to_client, turns
from ..mapping.errors import Fault, Problem, fatal_code
from ..mapping.plan import Plan
from ..mapping.refusal import Refusal
from ..mapping.settings import map_settings
from ..notices import notice
from ..outputs import CloseClient, CloseUpstream, OpenUpstream, SendToUpstream
from ..wire import dumps, unstructure
from .env import Env
from .pending import Pending
from .signals import (
    AudioEnded,
    AudioSettled,
    Deliver,
    Effect,
    Effects,
    Fatal,
    OpeningStep,
    SessionReady,
    UpdateGranted,
    UpdateWanted,
)
from .tables import OpeningEvent

__all__ = [
    "ACTIONS",
    "Facts",
    "OpeningState",
    "applied",
    "flushed",
    "forget",
    "granted",
    "paused",
    "session_created",
    "session_ends",
    "shortened",
    "wait_audio",
    "wait_text",
]

_NO_SETTINGS = deepgram.Settings(audio=deepgram.Audio(), agent=deepgram.Agent())
_NO_SESSION = openai.Session()
_NO_PROBLEM = Problem(Fault.OTHER, "unknown", "", "")
_MAX_REASON = 123
"""Bytes of UTF-8 that a close frame has room for."""


@define(eq=False, repr=False)
class OpeningState:
    """`session`: the object of the `session.update` to send; `update_event`: the id of the one that was sent.

    `plan`: takes effect when the update is confirmed, in a session that was ready before Settings.
    `waiting`: client messages that wait (S5), of them `texts` text frames and `audio_bytes` bytes of audio.
    """

    session: Mapping[str, object] = field(factory=dict[str, object])
    update_event: str = ""
    plan: Plan | None = None
    waiting: list[Pending] = field(factory=list[Pending])
    texts: int = 0
    text_bytes: int = 0
    audio_bytes: int = 0


@frozen(eq=False, repr=False)
class Facts:
    """What happened, for an action: a message, an error, or a close. `voiced`: the agent has spoken."""

    settings: deepgram.Settings = _NO_SETTINGS
    session: openai.Session = _NO_SESSION
    problem: Problem = _NO_PROBLEM
    code: int | None = None
    reason: str = ""
    error: str = ""
    description: str = ""
    last_error: str = ""
    voiced: bool = False


_Action: TypeAlias = "Callable[[OpeningState, Env, Facts], Effects]"


# --- on the way to ready ------------------------------------------------------------------------------------


def _welcome(state: OpeningState, env: Env, facts: Facts) -> Effects:
    env.start("settings", env.limits.settings_timeout)
    return () if env.component else (env.client(deepgram.Welcome(env.ids.prefix)),)


def _dial(state: OpeningState, env: Env, facts: Facts) -> Effects:
    """Settings came first: dial, and configure once upstream is open (S2)."""
    return _settle(state, env, facts.settings, dial=True)


def _configure(state: OpeningState, env: Env, facts: Facts) -> Effects:
    """Settings came, and upstream is open already (S2)."""
    return [*_settle(state, env, facts.settings, dial=False), *_send_update(state, env, facts)]


def _settle(state: OpeningState, env: Env, settings: deepgram.Settings, *, dial: bool) -> list[Effect]:
    """Translate Settings into the plan of the call and the update to send (S10)."""
    env.timers.cancel("settings")
    env.start("configure", env.limits.configure_timeout)
    try:
        mapped = map_settings(settings, env.config)
    except Refusal as refusal:
        return [Fatal(refusal.code, refusal.description)]
    state.session, env.plan = unstructure(mapped.session), mapped.plan
    if not dial:
        return list(mapped.notices)
    return [*mapped.notices, OpenUpstream(mapped.model, env.config.upstream.target(mapped.model))]


def _send_update(state: OpeningState, env: Env, facts: Facts) -> Effects:
    """The one `session.update` (S2)."""
    state.update_event = env.ids.next()
    frame = {"type": "session.update", "event_id": state.update_event, "session": state.session}
    state.session = {}
    return (SendToUpstream(dumps(frame)),)


def _ready(state: OpeningState, env: Env, facts: Facts) -> Effects:
    env.timers.cancel("configure")
    return [*_settle_audio(env, facts.session), SessionReady()]


def _settle_audio(env: Env, session: openai.Session) -> list[Effect]:
    """What upstream really carries counts, not what was asked of it (O1)."""
    try:
        env.plan = formats.effective(env.plan, session)
        env.plan = evolve(env.plan, transcribes=speech.is_heard(session))
    except Refusal as refusal:
        return [Fatal(refusal.code, refusal.description)]
    return [AudioSettled()]


def granted(state: OpeningState, env: Env, _: UpdateGranted) -> Effects:
    """The slot is free for the update of late Settings (S4)."""
    return (OpeningStep(OpeningEvent.UPDATE_GRANTED),)


def session_created(state: OpeningState, env: Env, event: openai.SessionCreated) -> Effects:
    """The session's time begins; nothing else comes of it (S3, O8)."""
    if not env.component:
        env.start("session_end", env.limits.session_warning)
    return (notice("UPSTREAM_ABSORBED", type=event.type),)


def session_ends(state: OpeningState, env: Env) -> Effects:
    """Its time is nearly over (O8)."""
    code = WarningCode.MAXIMUM_SESSION_LENGTH_APPROACHING
    return (to_client.warning(code, "The session will soon reach its maximum length"),)


# --- a component client whose session was ready before Settings ---------------------------------------------


def _updated_unasked(state: OpeningState, env: Env, facts: Facts) -> Effects:
    """Only the component's dialect takes it for ready; who commits is then what the server says (S4)."""
    if not env.component:
        return (notice("UPSTREAM_ABSORBED", type="session.updated"),)
    env.plan = evolve(env.plan, commit=turns.effective_plan(facts.session))
    return [*_settle_audio(env, facts.session), OpeningStep(OpeningEvent.READY_ANYWAY)]


def _ready_unasked(state: OpeningState, env: Env, facts: Facts) -> Effects:
    """What waited may go; Settings may come any time (S4)."""
    env.timers.cancel("settings")
    return [notice("READY_UNASKED"), *flush(state, env)]


def _ask_for_update(state: OpeningState, env: Env, facts: Facts) -> Effects:
    """The update waits for a free slot; until it is confirmed the old plan stands (S4)."""
    standing = env.plan
    effects = _settle(state, env, facts.settings, dial=False)
    env.timers.cancel("configure")
    state.plan, env.plan = env.plan, standing
    return [*effects, UpdateWanted()]


def _send_late_update(state: OpeningState, env: Env, facts: Facts) -> Effects:
    env.start("configure", env.limits.configure_timeout)
    ended = AudioEnded(manual=not state.plan or state.plan.commit.manual)
    kept = _keep_voice(state, env) if facts.voiced else []
    return [*kept, ended, *_send_update(state, env, facts)]


def _keep_voice(state: OpeningState, env: Env) -> list[Effect]:
    """Once the agent has spoken its voice is fixed: upstream would refuse the whole update (T2)."""
    audio = cast("dict[str, dict[str, object]]", state.session.get("audio", {}))
    if audio.get("output", {}).pop("voice", None) is None:
        return []
    if not audio["output"]:
        del audio["output"]
    state.plan = evolve(state.plan or env.plan, voice=env.plan.voice)
    return [notice("SETTING_LEFT_OUT", path="agent.speak.provider")]


def _applied(state: OpeningState, env: Env, facts: Facts) -> Effects:
    env.plan, state.plan = state.plan or env.plan, None
    return _ready(state, env, facts)


# --- what waits ---------------------------------------------------------------------------------------------


def wait_text(state: OpeningState, env: Env, frame: str) -> Effects:
    """A text message waits until the session is ready (S5); at most so many (L3)."""
    state.texts += 1
    state.text_bytes += len(frame.encode())
    if state.texts > env.limits.pending_messages or state.text_bytes > env.limits.frame_bytes_up:
        reason = f"more than {env.limits.pending_messages} messages wait for the session to be ready"
        return (Fatal(ErrorCode.CLIENT_MESSAGE_OVERFLOW, reason),)
    state.waiting.append(Pending(text=frame))
    return ()


def wait_audio(state: OpeningState, env: Env, frame: bytes) -> Effects:
    """Audio waits until the session is ready (S5); at most so many seconds (A8)."""
    state.audio_bytes += len(frame)
    seconds = env.limits.pending_audio_seconds
    if state.audio_bytes > seconds * env.plan.input.client.bytes_per_second:
        return (
            Fatal(ErrorCode.CLIENT_AUDIO_OVERFLOW, f"more than {seconds:g} s of audio wait for the session"),
        )
    last = state.waiting[-1] if state.waiting else None
    # A run is delivered as one frame: it must not outgrow what a frame may be (L1).
    if last is None or last.text is not None or len(last.audio) + len(frame) > env.limits.frame_bytes_up:
        last = Pending()
        state.waiting.append(last)
    last.audio += frame
    return ()


def paused(state: OpeningState, env: Env) -> bool:
    """Whether half of the audio that may wait does (A8). What waits only grows, and goes all at once: the
    answer turns once, and once back.
    """
    half = env.limits.pending_audio_seconds / 2
    return state.audio_bytes >= half * env.plan.input.client.bytes_per_second


def applied(state: OpeningState, env: Env, _: SessionReady) -> Effects:
    """The client learns that its Settings hold (S4)."""
    return (env.client(deepgram.SettingsApplied()),)


def flushed(state: OpeningState, env: Env, _: SessionReady) -> Effects:
    """Last of all, what waited (S4)."""
    return flush(state, env)


def flush(state: OpeningState, env: Env) -> list[Effect]:
    """Everything that waited, in the order in which it came, text and audio together (S4)."""
    waiting, state.waiting = state.waiting, []
    state.texts = state.text_bytes = state.audio_bytes = 0
    return [Deliver(entry) for entry in waiting]


def forget(state: OpeningState) -> None:
    """Nothing is waited for after the end: what a closed call keeps is small (L2)."""
    state.waiting, state.session = [], {}
    state.texts = state.text_bytes = state.audio_bytes = 0


# --- Settings once more -------------------------------------------------------------------------------------


def _second_settings(state: OpeningState, env: Env, facts: Facts) -> Effects:
    """S6."""
    if not env.component:
        return (
            Fatal(ErrorCode.SETTINGS_ALREADY_APPLIED, "Settings were sent before; use the Update messages"),
        )
    return notice("SETTINGS_REPEATED"), env.client(deepgram.SettingsApplied())


def _second_settings_early(state: OpeningState, env: Env, facts: Facts) -> Effects:
    """Before ready the first one's answer serves for both (S6)."""
    return (notice("SETTINGS_REPEATED"),) if env.component else _second_settings(state, env, facts)


# --- ends ---------------------------------------------------------------------------------------------------


def _refuse_settings(state: OpeningState, env: Env, facts: Facts) -> Effects:
    """Upstream refused our update: never `SettingsApplied` (S7)."""
    problem = facts.problem
    if env.component or problem.fault in (Fault.ACCESS, Fault.SERVER, Fault.EXPIRED):
        return (Fatal(fatal_code(problem, component=env.component), problem.description),)
    return (Fatal(ErrorCode.INVALID_SETTINGS, problem.description),)


def _no_settings(state: OpeningState, env: Env, facts: Facts) -> Effects:
    return (Fatal(ErrorCode.CLIENT_MESSAGE_TIMEOUT, "no Settings came in time; send them first"),)


def _never_configured(state: OpeningState, env: Env, facts: Facts) -> Effects:
    return (Fatal(_never_ready_code(env), "the upstream server did not confirm the session in time"),)


def _never_ready_code(env: Env) -> str:
    if env.component:
        return ComponentCode.UPSTREAM_CLOSED_BEFORE_SESSION_READY
    return ErrorCode.INTERNAL_SERVER_ERROR


def _never_ready(state: OpeningState, env: Env, facts: Facts) -> Effects:
    """Upstream closed, or could not be reached (S8)."""
    because = f": {facts.last_error}" if facts.last_error else ""
    description = f"the upstream server closed before the session was ready{because}"
    return (
        notice("UPSTREAM_CLOSED", code=facts.code),
        to_client.error(_never_ready_code(env), description),
        CloseClient(1000, "upstream closed"),
    )


def _upstream_lost(state: OpeningState, env: Env, facts: Facts) -> Effects:
    """The client is told why, unless upstream closed normally (E1, E5)."""
    effects: list[Effect] = [notice("UPSTREAM_CLOSED", code=facts.code)]
    if facts.code != 1000 or facts.error:
        named = facts.error or ComponentCode.UNKNOWN
        code = named if env.component else ErrorCode.INTERNAL_SERVER_ERROR
        effects.append(to_client.error(code, facts.last_error or "the upstream server closed the connection"))
    return [*effects, CloseClient(1000, "upstream closed")]


def _client_left(state: OpeningState, env: Env, facts: Facts) -> Effects:
    return notice("CLIENT_CLOSED", code=facts.code), CloseUpstream(1000, "client closed")


def _going_away(state: OpeningState, env: Env, facts: Facts) -> Effects:
    """`close()` of the host (E5)."""
    code, reason = facts.code or 1000, shortened(facts.reason)
    closes = (CloseClient(code, reason), CloseUpstream(code, reason))
    if env.component:
        return closes
    return to_client.error(ErrorCode.SERVER_GOING_AWAY, facts.reason or "the server is going away"), *closes


def _hang_up(state: OpeningState, env: Env, facts: Facts) -> Effects:
    """A fatal error: tell the client, and close both legs."""
    reason = shortened(facts.error)
    return (
        notice("SESSION_FAILED", code=str(facts.error)),
        to_client.error(facts.error, facts.description),
        CloseClient(1000, reason),
        CloseUpstream(1000, reason),
    )


def shortened(reason: str) -> str:
    """The part of a close reason that fits its frame, cut between characters."""
    return reason.encode("utf-8", "replace")[:_MAX_REASON].decode("utf-8", "ignore")


ACTIONS: Mapping[str, _Action] = {
    "welcome": _welcome,
    "dial": _dial,
    "configure": _configure,
    "send_update": _send_update,
    "ready": _ready,
    "updated_unasked": _updated_unasked,
    "ready_unasked": _ready_unasked,
    "ask_for_update": _ask_for_update,
    "send_late_update": _send_late_update,
    "applied": _applied,
    "second_settings": _second_settings,
    "second_settings_early": _second_settings_early,
    "refuse_settings": _refuse_settings,
    "no_settings": _no_settings,
    "never_configured": _never_configured,
    "never_ready": _never_ready,
    "upstream_lost": _upstream_lost,
    "client_left": _client_left,
    "going_away": _going_away,
    "hang_up": _hang_up,
}
