"""Upstream errors as the client is told of them (E1-E3)."""

from __future__ import annotations

from attrs import define

from ..deepgram.codes import ComponentCode, ErrorCode
from ..mapping import to_client
from ..mapping.errors import Fault, Problem
from ..notices import notice
from .env import Env
from .signals import Effects, Fatal, Refused, ResponseEnded

__all__ = ["UpstreamErrors", "fatal_code", "report", "response_ended"]

_SILENT = (Fault.BUSY, Fault.COMMIT_EMPTY, Fault.BENIGN)
"""E2."""
_FATAL = (Fault.EXPIRED, Fault.ACCESS)


@define
class UpstreamErrors:
    """`idle`: the session ended for idleness while a response was active (E3). `last`: the last error, until anything
    else comes: upstream may close with it (E1)."""

    idle: str = ""
    last: str = ""


def report(state: UpstreamErrors, env: Env, refusal: Refused) -> Effects:
    """Tell the client of an error, unless it is benign; end the session if it cannot go on."""
    problem = refusal.problem
    if problem.fault in _SILENT:
        return (notice("UPSTREAM_ERROR_BENIGN", code=problem.code),)
    state.last = problem.description
    if problem.fault in _FATAL:
        return (Fatal(fatal_code(env, problem), problem.description),)
    if problem.fault is Fault.IDLE and env.component:
        if env.busy:
            state.idle = problem.description
            return (notice("UPSTREAM_ERROR", code=problem.code),)
        return (Fatal(ComponentCode.IDLE_TIMEOUT, problem.description),)
    tell = to_client.error if env.component else to_client.warning
    return notice("UPSTREAM_ERROR", code=problem.code), tell(problem.code, problem.description)


def fatal_code(env: Env, problem: Problem) -> str:
    """The code of the Error that ends the session, by dialect (E1, E3)."""
    if problem.fault is Fault.EXPIRED:
        return (
            ComponentCode.SESSION_MAX_DURATION if env.component else ErrorCode.MAXIMUM_SESSION_LENGTH_REACHED
        )
    return problem.code if env.component else ErrorCode.INTERNAL_SERVER_ERROR


def response_ended(state: UpstreamErrors, env: Env, _: ResponseEnded) -> Effects:
    """An idle end that waited for the response's text (E3)."""
    return (Fatal(ComponentCode.IDLE_TIMEOUT, state.idle),) if state.idle else ()
