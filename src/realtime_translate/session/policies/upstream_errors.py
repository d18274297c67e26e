"""Upstream errors, and the end of upstream, as the client is told of them (E1, E2, E3, E5)."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from ... import openai
from ...deepgram.codes import ComponentCode, ErrorCode
from ...mapping.errors import Fault, Problem, closed_with, fatal_code
from ...notices import notice
from ..env import Env
from ..renewals import CLOSED, EXPIRED, REFUSED, begin_anew, renews
from ..signals import Effects, ErrorDue, Fatal, LegLost, OpeningStep, Refused, ResponseEnded
from ..state import Call, UpstreamErrors
from ..tables import OpeningEvent
from ..timers import Instant

__all__ = [
    "forget",
    "leg_lost",
    "parting",
    "renewable",
    "report",
    "response_ended",
    "session_created",
]

_SILENT = (Fault.BUSY, Fault.COMMIT_EMPTY, Fault.OUTPUTS_MISSING, Fault.METADATA, Fault.BENIGN)
"""E2, R6, R8."""
_NORMAL, _GOING_AWAY = 1000, 1001
_FATAL: Mapping[Fault, str] = {Fault.EXPIRED: EXPIRED, Fault.ACCESS: REFUSED}
"""What ends a session, and what another takes its place for."""


def forget(state: UpstreamErrors) -> None:
    """Upstream goes on: it does not close with its last error."""
    state.last = state.last_code = ""
    state.last_fault = Fault.OTHER


def session_created(call: Call, env: Env, _: openai.SessionCreated) -> Effects:
    """A session of a server that ends them has its longest time from here on (E3)."""
    call.errors.since = Instant(env.now)
    return ()


def parting(state: UpstreamErrors, env: Env, code: int | None, reason: str) -> tuple[str, str]:
    """Code and description of the Error for a client whose upstream closes now, by its last error, or else by
    the code and the reason of the close (E1, E3, E5). No code if it is a normal end.
    """
    if state.idle:
        return ComponentCode.IDLE_TIMEOUT, state.idle
    if state.last:
        return state.last_code if env.component else ErrorCode.INTERNAL_SERVER_ERROR, state.last
    problem = closed_with(reason, env.config.upstream.errors)
    if problem.fault is Fault.OTHER and code == _GOING_AWAY and _is_old(state, env):
        problem = evolve(problem, fault=Fault.EXPIRED)
    if _is_normal(env, code, problem) and problem.fault is not Fault.EXPIRED:
        return "", ""
    return fatal_code(problem, component=env.component), problem.description if reason else ""


def renewable(call: Call, env: Env, code: int | None, reason: str) -> str:
    """What a session that closes now is renewed for; empty if it is not (N2)."""
    state, renewal = call.errors, env.config.renewal
    if renewal is None or not renews(call, env):
        return ""
    problem = closed_with(reason, env.config.upstream.errors)
    if state.idle or Fault.IDLE in (state.last_fault, problem.fault):
        return ""
    if problem.fault is Fault.ACCESS:
        return REFUSED if renews(call, env, refused=True) else ""
    if problem.fault is Fault.EXPIRED or (code == _GOING_AWAY and _is_old(state, env)):
        return EXPIRED
    return "" if _is_normal(env, code, problem) else CLOSED


def _is_normal(env: Env, code: int | None, problem: Problem) -> bool:
    """Whether a close ends the call as it should. Where it is a loss (N2), it is one for the last session of
    the call as well (N15).
    """
    renewal = env.config.renewal
    lost = renewal is not None and renewal.on_normal_close and problem.fault is not Fault.IDLE
    return code == _NORMAL and not lost


def leg_lost(call: Call, env: Env, _: LegLost) -> Effects:
    """The next session has said nothing yet."""
    begin_anew(call.errors)
    env.ids.begin_anew()
    return ()


def _is_old(state: UpstreamErrors, env: Env) -> bool:
    return state.since is not None and env.now - state.since >= env.session_warning


def report(call: Call, env: Env, refusal: Refused) -> Effects:
    """Tell the client of an error, unless it is benign; end the session if it cannot go on."""
    state = call.errors
    problem = refusal.problem
    if problem.fault in _SILENT or _is_expected(env, problem) or _is_told_again(call, env, problem):
        return (notice("UPSTREAM_ERROR_BENIGN", code=problem.code),)
    state.last, state.last_code, state.last_fault = problem.description, problem.code, problem.fault
    if problem.fault in _FATAL:
        if renews(call, env, refused=problem.fault is Fault.ACCESS):
            return (OpeningStep(OpeningEvent.LOST, _FATAL[problem.fault]),)
        return (Fatal(fatal_code(problem, component=env.component), problem.description),)
    if problem.fault is Fault.IDLE and env.component:
        if call.slot.responding:
            state.idle = problem.description
            return (notice("UPSTREAM_ERROR", code=problem.code),)
        return (Fatal(ComponentCode.IDLE_TIMEOUT, problem.description),)
    return notice("UPSTREAM_ERROR", code=problem.code), ErrorDue(problem)


def _is_told_again(call: Call, env: Env, problem: Problem) -> bool:
    """Whether a later session does not take what was said before: nothing to the client (N6, N16)."""
    return call.opening.leg > 1 and env.ids.is_context(problem.event_id)


def _is_expected(env: Env, problem: Problem) -> bool:
    return problem.fault is Fault.OTHER and env.ids.has_failed(problem.event_id or problem.path)


def response_ended(call: Call, env: Env, _: ResponseEnded) -> Effects:
    """An idle end that waited for the response's text (E3)."""
    state = call.errors
    return (Fatal(ComponentCode.IDLE_TIMEOUT, state.idle),) if state.idle else ()
