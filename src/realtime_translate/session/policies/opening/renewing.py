"""Another upstream session for a call whose own is lost or near its end (N)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias, cast

from attrs import evolve

from .... import deepgram
from ....deepgram.codes import ComponentCode, ErrorCode
from ....mapping import dispensable
from ....mapping import updates as mapping
from ....mapping.elsewhere import Elsewhere, elsewhere
from ....mapping.errors import Fault, fatal_code
from ....mapping.refusal import Refusal
from ....mapping.renewed import renewed
from ....notices import notice
from ....outputs import CloseUpstream
from ...env import Env
from ...renewals import AGE, EXPIRED, PLANNED, REFUSED, attempts, chances, renews, used_up
from ...signals import Effect, Effects, Fatal, LegConfigured, LegLost, LegReady, OpeningStep
from ...state import Call, OpeningState
from ...tables import BETWEEN, OpeningEvent
from ...timers import Instant, TimerName
from .actions import began, dial, differing, leave_out, never_ready_code, send_update, settle_audio
from .cause import Cause

__all__ = ["RENEWING", "aged", "check", "leg_lost"]

_Action: TypeAlias = "Callable[[Call, Env, Cause], Effects]"
_LASTING: TimerName = "notices"
"""The only timer that does not belong to a session."""


def aged(call: Call, env: Env) -> Effects:
    """The session has lasted for long enough (N2)."""
    return (OpeningStep(OpeningEvent.RENEWAL_DUE, AGE),) if renews(call, env, planned=True) else ()


def _drain(call: Call, env: Env, cause: Cause) -> Effects:
    """The call goes on until nothing is under way, but not for ever (N3)."""
    call.opening.cause = cause.reason
    env.start("patience", env.renewal.patience)
    return ()


def _leave(call: Call, env: Env, cause: Cause) -> Effects:
    """Nothing more comes of the session at hand (N4)."""
    state, renewal = call.opening, env.renewal
    planned = not cause.reason
    made = 0 if planned else attempts(state, env, renewal)
    state.attempts = used_up(made, renewal) if cause.reason == REFUSED else made
    state.renewals += 1
    state.cause = cause.reason or state.cause
    state.lost_at = Instant(env.now)
    return [*_closed(cause), LegLost()]


def _closed(cause: Cause) -> list[Effect]:
    """One upstream at a time (N4)."""
    return [] if cause.closed else [CloseUpstream(1000, "another session takes its place")]


def leg_lost(call: Call, env: Env, _: LegLost) -> Effects:
    """No timer of the session runs on (N18); the next attempt has its time (N14)."""
    for name in list(env.timers.deadlines):
        if name != _LASTING:
            env.timers.cancel(name)
    state = call.opening
    nothing_failed = state.cause in PLANNED and not state.attempts
    delay = 0.0 if nothing_failed else _delay(state, env)
    if delay > 0:
        env.start("attempt", delay)
        return ()
    return (OpeningStep(OpeningEvent.ATTEMPT_DUE),)


def _delay(state: OpeningState, env: Env) -> float:
    """How long after a failure the next attempt comes (N14)."""
    delays, made = env.renewal.delays, state.attempts % env.renewal.attempts
    return delays[min(made, len(delays) - 1)]


def _number(state: OpeningState, env: Env) -> int:
    """Which attempt on its server the last one was."""
    return (state.attempts - 1) % env.renewal.attempts + 1


def _dial_again(call: Call, env: Env, cause: Cause) -> Effects:
    state, renewal = call.opening, env.renewal
    if not renewal.fallback or state.attempts == 0 or state.attempts % renewal.attempts:
        return _attempt(call, env)
    moved = _go_elsewhere(call, env)
    return (*moved, *_attempt(call, env)) if state.attempts < chances(renewal) else moved


def _attempt(call: Call, env: Env) -> Effects:
    state = call.opening
    state.attempts += 1
    state.leg += 1
    state.began = state.flat = False
    state.carried = len(call.updates.waiting)
    env.start("configure", env.limits.configure_timeout)
    model = _settle(call, env)
    started = notice("RENEWAL_STARTED", cause=state.cause, attempt=_number(state, env))
    return started, dial(env, model, state.leg)


def _go_elsewhere(call: Call, env: Env) -> Effects:
    """The next server in the round takes the call, or the first one after it that can (N19)."""
    state, renewal = call.opening, env.renewal
    known = _there(call, env).notices
    told: list[Effect] = []
    while state.attempts < chances(renewal):
        env.turn_to((env.row + 1) % (1 + len(renewal.fallback)))
        server = env.config.upstream
        told.append(notice("RENEWAL_ELSEWHERE", server=server.name))
        try:
            there = _there(call, env)
        except Refusal as refusal:
            why = refusal.description
            state.attempts += renewal.attempts
            told.append(notice("RENEWAL_FAILED", cause=why, attempt=1, next=None))
            continue
        env.plan, state.left_out, state.refused_parts = there.plan, [], []
        unproved = () if server.proved else (notice("SERVER_UNPROVED", server=server.name),)
        return [*told, *unproved, *(each for each in there.notices if each not in known)]
    return [*told, Fatal(_lost_code(state, env), "no other server can take the call")]


def _there(call: Call, env: Env) -> Elsewhere:
    """How the call stands at the server at hand."""
    settings = cast("deepgram.Settings", _parsed(env, call.opening.settings))
    held = [cast("mapping.Update", _parsed(env, frame)) for frame in call.updates.held]
    return elsewhere(settings, env.plan, held, env.config)


def _settle(call: Call, env: Env) -> str:
    """What the session is asked for: all that holds, and the first updates that wait (N5). The model."""
    state = call.opening
    plan = env.plan
    for frame in call.updates.waiting[: state.carried]:
        plan = mapping.apply(plan, cast("mapping.Update", _parsed(env, frame)), env.config, [])
    settings = cast("deepgram.Settings", _parsed(env, state.settings))
    asked = renewed(settings, plan, env.config, [*state.left_out, *state.refused_parts])
    state.session, state.plan = asked.session, asked.plan
    return asked.model


def check(call: Call, env: Env) -> None:
    """Raise unless the Settings of a snapshot are such that another session can be asked for the same."""
    state = call.opening
    if state.settings or call.phase in BETWEEN:
        settings = _parsed(env, state.settings)
        if not isinstance(settings, deepgram.Settings):
            raise ValueError("they are another message")
        renewed(settings, env.plan, env.config, [*state.left_out, *state.refused_parts])


def _parsed(env: Env, frame: str) -> object:
    return (deepgram.parse_component_client if env.component else deepgram.parse_client)(frame)


def _configure_again(call: Call, env: Env, cause: Cause) -> Effects:
    return send_update(call.opening, env, cause)


def _refuse_session(call: Call, env: Env, cause: Cause) -> Effects:
    """What cannot be mended by dialling again ends the call (N2), unless another server is left (N19)."""
    problem = cause.problem
    if problem.fault is not Fault.ACCESS:
        return (OpeningStep(OpeningEvent.ATTEMPT_FAILED, problem.code),)
    if _is_another_left(call.opening, env):
        return (OpeningStep(OpeningEvent.ATTEMPT_FAILED, REFUSED),)
    return (Fatal(fatal_code(problem, component=env.component), problem.description),)


def _refuse_update(call: Call, env: Env, cause: Cause) -> Effects:
    """It goes again without the part that is to blame (S7), or without the updates, which then go alone."""
    state, problem = call.opening, cause.problem
    if not problem.event_id and dispensable.is_gone(problem.path, state.refused_parts):
        return (notice("UPSTREAM_ERROR_BENIGN", code=problem.code),)
    part = dispensable.found(problem.path, state.session)
    if part is not None:
        return leave_out(state, env, part, cause)
    if state.carried and problem.fault is Fault.OTHER:
        state.carried = 0
        _settle(call, env)
        return send_update(state, env, cause)
    return _refuse_session(call, env, cause)


def _is_another_left(state: OpeningState, env: Env) -> bool:
    """Whether there is a server that has not had its attempts, beside the one at hand (N19)."""
    return used_up(state.attempts, env.renewal) < chances(env.renewal)


def _try_again(call: Call, env: Env, cause: Cause) -> Effects:
    """An attempt came to nothing: another one, unless there were enough (N14, N15)."""
    state, renewal = call.opening, env.renewal
    refused = cause.problem.fault is Fault.ACCESS
    made = used_up(state.attempts, renewal) if refused or cause.reason == REFUSED else state.attempts
    exhausted = made >= chances(renewal)
    if refused and exhausted:
        return _refuse_session(call, env, cause)
    number, state.attempts = _number(state, env), made
    why = cause.reason or "no answer in time"
    delay = None if exhausted else _delay(state, env)
    failed = notice("RENEWAL_FAILED", cause=why, attempt=number, next=delay)
    if not exhausted:
        return [failed, *_closed(cause), LegLost()]
    return failed, Fatal(_lost_code(state, env), f"no other session could be opened: {why}")


def _lost_code(state: OpeningState, env: Env) -> str:
    """N15."""
    if state.cause == EXPIRED:
        return (
            ComponentCode.SESSION_MAX_DURATION if env.component else ErrorCode.MAXIMUM_SESSION_LENGTH_REACHED
        )
    return never_ready_code(env)


def _replay(call: Call, env: Env, cause: Cause) -> Effects:
    """It holds what was asked: now it is told what was said (N6)."""
    state = call.opening
    env.timers.cancel("configure")
    before = env.plan
    audible = state.session.get("output_modalities") != ["text"]
    env.plan = asked = evolve(state.plan or before, audible=audible)
    settled = settle_audio(env, cause.session)
    if isinstance(settled[0], Fatal) and _is_another_left(state, env):
        env.plan = before
        return (OpeningStep(OpeningEvent.LOST, REFUSED),)
    if (env.plan.input, env.plan.output) == (before.input, before.output):
        settled = [each for each in settled if isinstance(each, Fatal)]  # the streams go on
    state.left_out += [each for each in state.refused_parts if each not in state.left_out]
    state.plan, state.session, state.refused_parts = None, {}, []
    return [*differing(asked, env.plan), *settled, LegConfigured(state.carried)]


def _resume(call: Call, env: Env, cause: Cause) -> Effects:
    """What waited may go; the client hears nothing else of it (N16), the host what it cost (N17)."""
    state, ledger = call.opening, call.ledger
    env.timers.cancel("replay")
    began(state, env, env.renewal)
    lost = env.now if state.lost_at is None else state.lost_at
    done = notice(
        "RENEWAL_DONE",
        items=ledger.replayed - ledger.refused,
        dropped=ledger.dropped + ledger.refused,
        seconds=round(env.now - lost, 3),
    )
    return done, LegReady()


RENEWING: Mapping[str, _Action] = {
    "drain": _drain,
    "leave": _leave,
    "dial_again": _dial_again,
    "configure_again": _configure_again,
    "refuse_session": _refuse_session,
    "refuse_update": _refuse_update,
    "try_again": _try_again,
    "replay": _replay,
    "resume": _resume,
}
"""The actions of renewals, which see the whole call."""
