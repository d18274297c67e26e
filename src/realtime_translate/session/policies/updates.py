"""Updates of a call that goes on: merged, sent when no response is active, acknowledged in order (T2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from attrs import evolve

from ... import deepgram, openai
from ...deepgram.codes import ErrorCode, WarningCode
from ...mapping import dispensable, echo, shapes, speech, to_client
from ...mapping import updates as mapping
from ...mapping.errors import VOICE_CODE, Fault, Problem, warning_code
from ...mapping.plan import Plan
from ...mapping.refusal import Refusal
from ...notices import notice
from ...outputs import Notice, SendToUpstream
from ...wire import unstructure
from ..entries import GivenUp
from ..env import Env
from ..renewals import begin_anew
from ..signals import (
    Effect,
    Effects,
    Fatal,
    LegConfigured,
    LegLost,
    Proceed,
    Refused,
)
from ..state import Call, Updates
from ..tables import SlotState

__all__ = [
    "check",
    "late",
    "leg_configured",
    "leg_lost",
    "proceed",
    "refused",
    "session_created",
    "updated",
    "wanted",
]

_VOICE_FIXED = "the voice cannot change once the agent has spoken"
_VOICE_CHOSEN = "this server takes its voice only once"
_REMEMBERED = 4


def wanted(call: Call, env: Env, update: mapping.Update) -> Effects:
    """An update: refused, acknowledged at once if it changes nothing, or sent when the slot is free."""
    state = call.updates
    notes: list[Notice] = []
    before = state.intended or _after(env, _in_flight(state, env), state.waiting)
    try:
        after = mapping.apply(before, update, env.config, notes)
    except Refusal as refusal:
        return [*notes, *_refusal(refusal.code, refusal.description)]
    once = not env.config.upstream.voice_changes
    if (once or call.playback.voiced) and _changes_voice(state, env, after):
        reason = _VOICE_CHOSEN if once else _VOICE_FIXED
        return [*notes, *_refusal(WarningCode.SPEAK_UPDATE_UNSUPPORTED, reason)]
    if not state.sent and not state.waiting and mapping.changes(before, after, env.config) is None:
        env.plan = mapping.adopt(env.plan, after)
        return [*notes, *_acknowledge(state, env, [deepgram.encode(update)])]
    frame = deepgram.encode(update)
    size = len(frame) + sum(map(len, state.waiting))
    if len(state.waiting) >= env.limits.pending_messages or size > env.limits.text_bytes_up:  # L3
        reason = f"more than {env.limits.pending_messages} updates wait for the server"
        return (Fatal(ErrorCode.CLIENT_MESSAGE_OVERFLOW, reason),)
    state.waiting.append(frame)
    state.intended = after
    return [*notes, Proceed()]


def _changes_voice(state: Updates, env: Env, after: Plan) -> bool:
    return after.voice != env.plan.voice and after.voice != _in_flight(state, env).voice


def proceed(call: Call, env: Env, _: Proceed) -> Effects:
    """If the slot is free: one `session.update` for as many as may go together (R2)."""
    state = call.updates
    if call.slot.state is not SlotState.FREE or not state.due:
        return ()
    if state.sent:
        return (_send(state, env, _session(state, env)),)
    if call.playback.voiced and "voice" in env.plan.doubtful:  # whichever it is, it stays
        env.plan, state.intended = mapping.settle(env.plan, ("voice",)), None
    count = 1 if state.alone else len(state.waiting)
    after = state.intended if count == len(state.waiting) else None
    batch, state.waiting, state.intended = state.waiting[:count], state.waiting[count:], None
    state.alone = max(0, state.alone - 1)
    effects: list[Effect] = []
    if call.playback.voiced and (after is None or count > 1 or after.voice != env.plan.voice):
        batch, effects = _without_voice(env, batch)
        after = None
    after = after or _after(env, env.plan, batch)
    session = mapping.changes(env.plan, after, env.config)
    if session is None:
        env.plan = mapping.adopt(env.plan, after)
        return [*effects, *_acknowledge(state, env, batch), *_more(state)]
    state.sent, state.carried = batch, after
    return [*effects, _send(state, env, unstructure(session))]


def session_created(call: Call, env: Env, event: openai.SessionCreated) -> Effects:
    """How the session is before anything is asked of it."""
    state = call.updates
    state.shown = echo.marks(unstructure(event.session))
    return ()


def updated(call: Call, env: Env, event: openai.SessionUpdated) -> Effects:
    """What was sent holds, unless this answers an update that was given up (T2)."""
    state = call.updates
    seen = echo.marks(unstructure(event.session))
    if not state.event_id or _is_older(state, env, seen):
        state.shown, state.given_up = seen, state.given_up[1:]
        return (notice("UPSTREAM_ABSORBED", type=event.type),)
    state.shown, state.given_up = seen, []  # a server answers in order
    held = _hold(state, env)
    env.plan = evolve(env.plan, transcribes=speech.is_heard(shapes.read(event.session)))
    return held


def _is_older(state: Updates, env: Env, seen: Mapping[str, str]) -> bool:
    """Whether the session is shown as it was before the update in flight. As one that was given up may never
    be answered, that it is owed an answer proves nothing.
    """
    if not state.given_up:
        return False
    stood = mapping.changes(_in_flight(state, env), env.plan, env.config) or openai.Session()
    earlier = [state.shown, echo.marks(unstructure(stood)), *(each.asked for each in state.given_up)]
    return echo.shows_older(seen, echo.marks(_session(state, env)), earlier)


def refused(call: Call, env: Env, refusal: Refused) -> Effects:
    """Upstream refused it: one by one, if it was several; else without the part that is to blame, if nobody
    asked for that (S7); else the client is told (T2).
    """
    state = call.updates
    problem = refusal.problem
    state.given_up = [each for each in state.given_up if each.event_id != problem.event_id]
    if not state.event_id or problem.event_id not in ("", state.event_id):
        return ()
    session: Mapping[str, object] = _session(state, env) if problem.path else {}
    part = dispensable.found(problem.path, session)
    if not _answers(state, problem, part):
        return ()
    if len(state.sent) > 1:
        state.alone, state.waiting = len(state.sent), [*state.sent, *state.waiting]
        env.ids.may_fail(problem.event_id)
        return [notice("UPDATES_SEPARATED"), *_forget(state, env)]
    if part is not None and not mapping.asks_for(_parsed(env, state.sent[0]), part):
        return _leave_out(state, env, part, problem)
    if problem.fault is not Fault.OTHER:  # told as such an error is
        return _forget(state, env)
    reason = _VOICE_FIXED if problem.code == VOICE_CODE else problem.description
    env.ids.may_fail(problem.event_id)
    return [*_refusal(warning_code(problem), reason), *_forget(state, env)]


def _answers(state: Updates, problem: Problem, part: dispensable.Part | None) -> bool:
    """Whether an error is about the update in flight: by its id, its code, or what it names (R6, S7)."""
    if problem.event_id:
        return problem.event_id == state.event_id
    again = dispensable.is_gone(problem.path, state.refused_parts)
    return problem.code == VOICE_CODE or (part is not None and not again)


def _leave_out(state: Updates, env: Env, part: dispensable.Part, problem: Problem) -> Effects:
    """The rest of the update goes again when the slot is free; it holds if that is nothing."""
    session = dispensable.without(_session(state, env), part.path)
    state.refused_parts.append(part.path)
    state.carried = state.intended = None
    for _ in ("this error", "the same once more"):
        env.ids.may_fail(state.event_id, problem.path)
    effects: list[Effect] = [notice("SETTING_REFUSED", path=f"session.{part.path}", code=problem.code)]
    if session.keys() <= {"type"}:
        return [*effects, *_hold(state, env)]
    state.event_id = ""
    env.timers.cancel("update")
    return [*effects, Proceed()]


def late(call: Call, env: Env) -> Effects:
    """`session.updated` did not come, and may come yet: nobody knows what holds."""
    state = call.updates
    given_up = GivenUp(state.event_id, echo.marks(_session(state, env)))
    state.given_up = [*state.given_up[1 - _REMEMBERED :], given_up]
    env.plan = mapping.doubt(env.plan, _in_flight(state, env))
    reason = "the upstream server did not confirm the update in time"
    env.ids.may_fail(state.event_id)
    return [
        *_refusal(WarningCode.UPDATE_NOT_CONFIRMED, reason),
        *_forget(state, env),
    ]


def leg_lost(call: Call, env: Env, _: LegLost) -> Effects:
    """What was not confirmed is asked of the next session (N5)."""
    state = call.updates
    waiting = [*state.sent, *state.waiting]
    begin_anew(state, "held")
    state.waiting = waiting
    return ()


def leg_configured(call: Call, env: Env, signal: LegConfigured) -> Effects:
    """So many hold now. What was refused with others goes alone (N5)."""
    state = call.updates
    held, state.waiting = state.waiting[: signal.updates], state.waiting[signal.updates :]
    state.alone = len(state.waiting)
    return _acknowledge(state, env, held)


def _send(state: Updates, env: Env, session: Mapping[str, object]) -> SendToUpstream:
    state.event_id, update = env.session_update(session)
    env.start("update", env.limits.update_timeout)
    return update


def _hold(state: Updates, env: Env) -> list[Effect]:
    """What was sent is in effect."""
    env.plan = mapping.adopt(env.plan, _in_flight(state, env))
    return [*_acknowledge(state, env, state.sent), *_forget(state, env)]


def _session(state: Updates, env: Env) -> Mapping[str, object]:
    """What the update in flight asks for."""
    session = mapping.changes(env.plan, _in_flight(state, env), env.config)
    return dispensable.without(unstructure(session or openai.Session()), *state.refused_parts)


def _in_flight(state: Updates, env: Env) -> Plan:
    """The plan once the update in flight is in effect; what is in effect already, if there is none."""
    if not state.sent:
        return env.plan
    if state.carried is None:
        after = _after(env, env.plan, state.sent)
        for part in dispensable.PARTS.values():
            after = part.undone(after, env.plan) if part.path in state.refused_parts else after
        state.carried = after
    return state.carried


def check(state: Updates, env: Env) -> None:
    """Raise unless the frames of a snapshot are updates that can be made, and its plans what they make."""
    carried, state.carried = state.carried, None
    in_flight = _in_flight(state, env)
    whole = _after(env, in_flight, state.waiting)
    _after(env, in_flight, state.held)
    state.carried = carried
    if carried not in (None, in_flight) or state.intended not in (None, whole):
        raise ValueError("a plan is not what its updates make of it")


def _after(env: Env, plan: Plan, frames: list[str]) -> Plan:
    for frame in frames:
        plan = mapping.apply(plan, _parsed(env, frame), env.config, [])
    return plan


def _parsed(env: Env, frame: str) -> mapping.Update:
    parse = deepgram.parse_component_client if env.component else deepgram.parse_client
    return cast("mapping.Update", parse(frame))


def _without_voice(env: Env, batch: list[str]) -> tuple[list[str], list[Effect]]:
    """An update of the voice that waited while the agent began to speak comes too late."""
    plan, kept, effects = env.plan, list[str](), list[Effect]()
    for frame in batch:
        after = _after(env, plan, [frame])
        if after.voice != plan.voice:
            effects += _refusal(WarningCode.SPEAK_UPDATE_UNSUPPORTED, _VOICE_FIXED)
        else:
            kept.append(frame)
            plan = after
    return kept, effects


def _acknowledge(state: Updates, env: Env, frames: list[str]) -> list[Effect]:
    """They hold, and the client hears of it."""
    made = [_parsed(env, frame) for frame in frames]
    if env.renewal.fallback:
        for update, frame in zip(made, frames, strict=True):
            _remember(state, env, update, frame)
    return [env.client(mapping.ACKNOWLEDGED[update.type]) for update in made]


def _remember(state: Updates, env: Env, update: mapping.Update, frame: str) -> None:
    """Another server is asked for the same in its own way (N20)."""
    if mapping.by_server(update):
        state.held = [each for each in state.held if not mapping.overrides(update, _parsed(env, each))]
        state.held.append(frame)


def _refusal(code: str, reason: str) -> list[Effect]:
    return [notice("UPDATE_REFUSED", code=str(code)), to_client.warning(code, reason)]


def _forget(state: Updates, env: Env) -> list[Effect]:
    state.sent, state.event_id, state.refused_parts = [], "", []
    state.carried = state.intended = None
    env.timers.cancel("update")
    return _more(state)


def _more(state: Updates) -> list[Effect]:
    return [Proceed()] if state.waiting else []
