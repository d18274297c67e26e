"""The opening of a call and its end: actions of `tables.OPENING` (S1-S9, E5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from attrs import evolve

from .... import deepgram, openai
from ....deepgram.codes import ComponentCode, ErrorCode, WarningCode
from ....mapping import dispensable, formats, shapes, speech, to_client, turns
from ....mapping.errors import Fault, fatal_code
from ....mapping.plan import Plan
from ....mapping.refusal import Refusal
from ....mapping.settings import map_settings
from ....notices import notice
from ....outputs import CloseClient, CloseUpstream, OpenUpstream
from ....renewal import Renewal
from ....wire import unstructure
from ...env import Env
from ...signals import (
    AudioSettled,
    Effect,
    Effects,
    Fatal,
    OpeningStep,
    Proceed,
    SessionReady,
)
from ...state import Call, OpeningState
from ...tables import Opening, OpeningEvent, SlotState
from ...timers import Instant
from .cause import Cause
from .waiting import flush

__all__ = [
    "ACTIONS",
    "applied",
    "began",
    "dial",
    "differing",
    "leave_out",
    "never_ready_code",
    "proceed",
    "send_update",
    "session_created",
    "session_ends",
    "settle_audio",
]

_FLAT = notice("SERVER_DIFFERS", what="the shape of the session")
_Action: TypeAlias = "Callable[[OpeningState, Env, Cause], Effects]"


# --- on the way to ready ------------------------------------------------------------------------------------


def _welcome(state: OpeningState, env: Env, cause: Cause) -> Effects:
    env.start("settings", env.limits.settings_timeout)
    server = env.config.upstream
    unproved = () if server.proved else (notice("SERVER_UNPROVED", server=server.name),)
    return unproved if env.component else (env.client(deepgram.Welcome(env.ids.prefix)), *unproved)


def _dial(state: OpeningState, env: Env, cause: Cause) -> Effects:
    """Settings came first: dial, and configure once upstream is open (S2)."""
    model, effects = _settle(state, env, cause.settings)
    return [*effects, dial(env, model)]


def _configure(state: OpeningState, env: Env, cause: Cause) -> Effects:
    """Settings came, and upstream is open already: what was dialled is the configured model (S2)."""
    model, effects = _settle(state, env, cause.settings)
    if model != env.config.model:
        return [*effects, OpeningStep(OpeningEvent.OTHER_MODEL), dial(env, model)]
    return [*effects, *send_update(state, env, cause)]


def _redial(state: OpeningState, env: Env, cause: Cause) -> Effects:
    """Nothing was asked of the session that was dialled early; it goes with its socket (S2)."""
    env.timers.cancel("session_end")
    state.began = False
    return (CloseUpstream(1000, "another model is wanted"),)


def dial(env: Env, model: str, leg: int = 1) -> OpenUpstream:
    """Whom to dial for a model."""
    server = env.config.upstream
    target, name = server.target(model, env.ids.prefix), server.name if env.row else ""
    return OpenUpstream(model, target, dict(server.headers), leg, name)


def _settle(state: OpeningState, env: Env, settings: deepgram.Settings) -> tuple[str, list[Effect]]:
    """Translate Settings into the plan of the call and the update to send (S10); the model that they name."""
    env.timers.cancel("settings")
    env.start("configure", env.limits.configure_timeout)
    try:
        mapped = map_settings(settings, env.config)
    except Refusal as refusal:
        return env.config.model, [Fatal(refusal.code, refusal.description)]
    state.session, env.plan = unstructure(mapped.session), mapped.plan
    if env.config.renewal:
        state.settings = deepgram.encode(settings)
    return mapped.model, list(mapped.notices)


def send_update(state: OpeningState, env: Env, cause: Cause) -> Effects:
    """The one `session.update` (S2)."""
    state.update_event, update = env.session_update(state.session)
    return (update,)


def _send_flat(state: OpeningState, env: Env, cause: Cause) -> Effects:
    """Once more, in the shape that the server has shown (D5)."""
    env.flat = True
    env.start("configure", env.limits.configure_timeout)
    env.ids.may_fail(state.update_event)
    return [_FLAT, *send_update(state, env, cause)]


def _ready(state: OpeningState, env: Env, cause: Cause) -> Effects:
    env.timers.cancel("configure")
    env.plan = evolve(env.plan, audible=state.session.get("output_modalities") != ["text"])
    if env.config.renewal:
        began(state, env, env.config.renewal)
    state.session, state.refused_parts = {}, []
    asked = env.plan
    settled = settle_audio(env, cause.session)
    return [*differing(asked, env.plan), *settled, SessionReady()]


def began(state: OpeningState, env: Env, renewal: Renewal) -> None:
    """A session is ready: its time until it is renewed begins (N2)."""
    state.left_out += [each for each in state.refused_parts if each not in state.left_out]
    state.ready_at = Instant(env.now)
    if renewal.after is not None:
        env.start("renewal", renewal.after)


def differing(asked: Plan, carried: Plan) -> list[Effect]:
    """The server has other formats than it was asked for (O1, D5)."""
    formats = {
        "the format of the user's audio": asked.input != carried.input,
        "the format of the agent's audio": asked.output != carried.output,
    }
    return [notice("SERVER_DIFFERS", what=what) for what, differs in formats.items() if differs]


def settle_audio(env: Env, session: openai.Session) -> list[Effect]:
    """What upstream really carries counts, not what was asked of it (O1)."""
    session = shapes.read(session)
    try:
        env.plan = formats.effective(env.plan, session, env.server)
        env.plan = evolve(env.plan, transcribes=speech.is_heard(session))
    except Refusal as refusal:
        return [Fatal(refusal.code, refusal.description)]
    return [AudioSettled()]


def proceed(call: Call, env: Env, _: Proceed) -> Effects:
    """The update of late Settings goes once the slot is free (S4)."""
    waits = call.phase is Opening.AWAITING_SLOT and call.slot.state is SlotState.FREE
    return (OpeningStep(OpeningEvent.UPDATE_GRANTED),) if waits else ()


def session_created(call: Call, env: Env, event: openai.SessionCreated) -> Effects:
    """The session's time begins; nothing else comes of it (S3, O8)."""
    state = call.opening
    state.began, state.flat = True, shapes.is_flat(event.session)
    renewal = env.config.renewal
    planned = renewal is not None and renewal.after is not None and state.renewals < renewal.lifetime
    if not (env.component or planned):
        env.start("session_end", env.session_warning)
    return (notice("UPSTREAM_ABSORBED", type=event.type),)


def session_ends(call: Call, env: Env) -> Effects:
    """Its time is nearly over (O8)."""
    code = WarningCode.MAXIMUM_SESSION_LENGTH_APPROACHING
    return (to_client.warning(code, "The session will soon reach its maximum length"),)


# --- a component client whose session was ready before Settings ---------------------------------------------


def _updated_unasked(state: OpeningState, env: Env, cause: Cause) -> Effects:
    """Only the component's dialect takes it for ready; who commits is then what the server says (S4). Where
    it does not say what it carries, that is its own (D3).
    """
    state.began = True
    if not env.component:
        return (notice("UPSTREAM_ABSORBED", type="session.updated"),)
    plan = formats.unasked(env.plan, env.server)
    env.plan = evolve(plan, commit=turns.effective_plan(shapes.read(cause.session)))
    told: list[Effect] = []
    if shapes.is_flat(cause.session) and not env.server.shape.moved:
        env.flat, told = True, [_FLAT]
    return [*told, *settle_audio(env, cause.session), OpeningStep(OpeningEvent.READY_ANYWAY)]


def _ready_unasked(state: OpeningState, env: Env, cause: Cause) -> Effects:
    """What waited may go; Settings may come any time (S4)."""
    env.timers.cancel("settings")
    return [notice("READY_UNASKED"), *flush(state, env)]


def _ask_for_update(state: OpeningState, env: Env, cause: Cause) -> Effects:
    """The update waits for a free slot; until it is confirmed the old plan stands (S4). The conversation may
    have begun: it goes on with the model that was dialled.
    """
    standing, sent = env.plan, env.config.model
    model, effects = _settle(state, env, cause.settings)
    if model != sent:
        path = "agent.think.provider.model"
        effects.append(notice("MODEL_KEPT", path=path, asked=model, sent=sent))
    env.timers.cancel("configure")
    state.plan, env.plan = env.plan, standing
    return [*effects, Proceed()]


def _send_late_update(state: OpeningState, env: Env, cause: Cause) -> Effects:
    env.start("configure", env.limits.configure_timeout)
    kept = _keep_voice(state, env) if cause.voiced else []
    return [*kept, *send_update(state, env, cause)]


def _keep_voice(state: OpeningState, env: Env) -> list[Effect]:
    """Once the agent has spoken its voice is fixed: upstream would refuse the whole update (T2)."""
    voice = dispensable.found("audio.output.voice", state.session)
    if voice is None:
        return []
    if not (state.plan or env.plan).voice:  # it is an object, of which the plan knows nothing
        state.left_out.append(voice.path)
    state.session = dispensable.without(state.session, voice.path)
    state.plan = evolve(state.plan or env.plan, voice=env.plan.voice)
    return [notice("SETTING_LEFT_OUT", path="agent.speak.provider")]


def _applied(state: OpeningState, env: Env, cause: Cause) -> Effects:
    env.plan, state.plan = state.plan or env.plan, None
    return _ready(state, env, cause)


def applied(call: Call, env: Env, _: SessionReady) -> Effects:
    """The client learns that its Settings hold (S4)."""
    return (env.client(deepgram.SettingsApplied()),)


# --- Settings once more -------------------------------------------------------------------------------------


def _second_settings(state: OpeningState, env: Env, cause: Cause) -> Effects:
    """S6."""
    if not env.component:
        return (
            Fatal(ErrorCode.SETTINGS_ALREADY_APPLIED, "Settings were sent before; use the Update messages"),
        )
    return notice("SETTINGS_REPEATED"), env.client(deepgram.SettingsApplied())


def _second_settings_early(state: OpeningState, env: Env, cause: Cause) -> Effects:
    """Before ready the first one's answer serves for both (S6)."""
    return (notice("SETTINGS_REPEATED"),) if env.component else _second_settings(state, env, cause)


# --- ends ---------------------------------------------------------------------------------------------------


def _refuse_settings(state: OpeningState, env: Env, cause: Cause) -> Effects:
    """Upstream refused our update: it goes again without the part that is to blame, if the call can do
    without it; else never `SettingsApplied` (S7).
    """
    problem = cause.problem
    if not problem.event_id and dispensable.is_gone(
        problem.path, state.refused_parts
    ):  # of the update before
        return (notice("UPSTREAM_ERROR_BENIGN", code=problem.code),)
    part = dispensable.found(problem.path, state.session)
    if part is not None:
        return leave_out(state, env, part, cause)
    if env.component or problem.fault in (Fault.ACCESS, Fault.SERVER, Fault.EXPIRED):
        return (Fatal(fatal_code(problem, component=env.component), problem.description),)
    return (Fatal(ErrorCode.INVALID_SETTINGS, problem.description),)


def leave_out(state: OpeningState, env: Env, part: dispensable.Part, cause: Cause) -> Effects:
    """Each part goes at most once: what is gone is not found again."""
    state.session = dispensable.without(state.session, part.path)
    state.refused_parts.append(part.path)
    if state.plan is None:
        env.plan = part.undone(env.plan, Plan())
    else:
        state.plan = part.undone(state.plan, env.plan)
    env.start("configure", env.limits.configure_timeout)
    refused = notice("SETTING_REFUSED", path=f"session.{part.path}", code=cause.problem.code)
    env.ids.may_fail(state.update_event, cause.problem.path)
    return [refused, *send_update(state, env, cause)]


def _no_session(state: OpeningState, env: Env, cause: Cause) -> Effects:
    """It is the server's state, and never the fault of the client (E6)."""
    problem = cause.problem
    return (Fatal(fatal_code(problem, component=env.component), problem.description),)


def _no_settings(state: OpeningState, env: Env, cause: Cause) -> Effects:
    return (Fatal(ErrorCode.CLIENT_MESSAGE_TIMEOUT, "no Settings came in time; send them first"),)


def _never_configured(state: OpeningState, env: Env, cause: Cause) -> Effects:
    return (Fatal(never_ready_code(env), "the upstream server did not confirm the session in time"),)


def never_ready_code(env: Env) -> str:
    """The code of the Error for a session that never became ready (S8, S9)."""
    if env.component:
        return ComponentCode.UPSTREAM_CLOSED_BEFORE_SESSION_READY
    return ErrorCode.INTERNAL_SERVER_ERROR


def _never_ready(state: OpeningState, env: Env, cause: Cause) -> Effects:
    """Upstream closed, or could not be reached (S8)."""
    because = f": {cause.description}" if cause.description else ""
    description = cause.reason or f"the upstream server closed before the session was ready{because}"
    return (
        notice("UPSTREAM_CLOSED", code=cause.code),
        to_client.error(never_ready_code(env), description),
        CloseClient(1000, "upstream closed"),
    )


def _upstream_lost(state: OpeningState, env: Env, cause: Cause) -> Effects:
    """The client is told why, unless upstream closed normally (E1, E5)."""
    effects: list[Effect] = [notice("UPSTREAM_CLOSED", code=cause.code)]
    if cause.error:
        description = cause.description or "the upstream server closed the connection"
        effects.append(to_client.error(cause.error, description))
    return [*effects, CloseClient(1000, "upstream closed")]


def _client_left(state: OpeningState, env: Env, cause: Cause) -> Effects:
    return notice("CLIENT_CLOSED", code=cause.code), CloseUpstream(1000, "client closed")


def _going_away(state: OpeningState, env: Env, cause: Cause) -> Effects:
    """`close()` of the host (E5)."""
    code, reason = cause.code or 1000, to_client.shortened(cause.reason)
    closes = (CloseClient(code, reason), CloseUpstream(code, reason))
    if env.component:
        return closes
    return to_client.error(ErrorCode.SERVER_GOING_AWAY, cause.reason or "the server is going away"), *closes


def _hang_up(state: OpeningState, env: Env, cause: Cause) -> Effects:
    """A fatal error: tell the client, and close both legs."""
    reason = to_client.shortened(cause.error)
    return (
        notice("SESSION_FAILED", code=str(cause.error)),
        to_client.error(cause.error, cause.description),
        CloseClient(1000, reason),
        CloseUpstream(1000, reason),
    )


ACTIONS: Mapping[str, _Action] = {
    "welcome": _welcome,
    "dial": _dial,
    "configure": _configure,
    "redial": _redial,
    "send_update": send_update,
    "send_flat": _send_flat,
    "ready": _ready,
    "updated_unasked": _updated_unasked,
    "ready_unasked": _ready_unasked,
    "ask_for_update": _ask_for_update,
    "send_late_update": _send_late_update,
    "applied": _applied,
    "second_settings": _second_settings,
    "second_settings_early": _second_settings_early,
    "refuse_settings": _refuse_settings,
    "no_session": _no_session,
    "no_settings": _no_settings,
    "never_configured": _never_configured,
    "never_ready": _never_ready,
    "upstream_lost": _upstream_lost,
    "client_left": _client_left,
    "going_away": _going_away,
    "hang_up": _hang_up,
}
