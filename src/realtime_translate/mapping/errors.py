"""What an upstream `error` means: by code first, then by message (R6, E1-E3; protocols, *Errors*)."""

from __future__ import annotations

import re

from attrs import evolve, frozen

from ..deepgram.codes import ComponentCode, ErrorCode, WarningCode
from ..masking import masked
from ..openai.faults import ERRORS, Errors, Fault
from ..openai.objects import ErrorDetail
from .dispensable import named
from .shapes import path_in_ga

__all__ = [
    "TELLING",
    "VOICE_CODE",
    "Fault",
    "Problem",
    "closed_with",
    "dial_failed",
    "fatal_code",
    "fault",
    "head_asked",
    "id_refused",
    "refused_with",
    "warning_code",
]

VOICE_CODE = "cannot_update_voice"
"""The voice is fixed once the agent has spoken (protocols, rule 5)."""


@frozen
class Problem:
    """An upstream error, read. `code` is never empty; `description` may be told to the client; `path` is what
    it names in the session, if anything (S7).
    """

    fault: Fault
    code: str
    description: str
    event_id: str
    path: str = ""


TELLING = (*(part for part, _ in ERRORS.words), *ERRORS.undoing)
"""The words of a message by which an error is known."""

_WORD = re.compile(r"[A-Za-z0-9_]+")


def fault(detail: ErrorDetail, errors: Errors = ERRORS, ours: str = "") -> Problem:
    """Read an error. Access errors are not quoted to the client: they speak of the host's credentials.

    `ours`: what the ids of our events begin with. An error that carries one answers that event, whatever its
    words say.
    """
    named_code, message, event_id = detail.code or "", detail.message or "", detail.event_id or ""
    code = masked(named_code or detail.type or ComponentCode.UNKNOWN.value)
    kind = errors.codes.get(named_code) or errors.codes.get(detail.type or "") or _by_words(message, errors)
    if kind is Fault.OTHER and not (event_id and event_id.startswith(ours)):
        told = f"{named_code} {message}".lower()
        kind = Fault.BENIGN if any(words in told for words in errors.undoing) else kind
    return Problem(kind, code, _description(kind, code, message), event_id, path_in_ga(named(detail)))


def closed_with(reason: str, errors: Errors) -> Problem:
    """Read the reason of a close. Servers write the type and the code there, or a sentence (E3)."""
    code = next((word for word in _WORD.findall(reason) if word in errors.codes), "")
    kind = errors.codes.get(code) or _by_words(reason, errors)
    code = code or ComponentCode.UNKNOWN.value
    return Problem(kind, code, _description(kind, code, reason), "")


_NO_ACCESS = ("401", "403")
_REFUSED = re.compile(r"HTTP (?P<status>[1-5]\d\d)(?: (?P<code>[\w.-]{1,64}))?", re.ASCII)


def dial_failed(reason: str, errors: Errors) -> Problem:
    """Read how the dial of another session failed, or how that closed. Dialling again does not mend refused
    access (N2).
    """
    answer, problem = _REFUSED.fullmatch(reason), closed_with(reason, errors)
    if answer is None or answer["status"] not in _NO_ACCESS:
        return problem
    return evolve(problem, fault=Fault.ACCESS, description=refused_with(reason))


def refused_with(reason: str) -> str:
    """What a client is told of a dial that failed, by what the host says of the server's answer: as in
    `HTTP 429 rate_limit_exceeded`. Empty for any other reason, which is the host's own (S8).
    """
    answer = _REFUSED.fullmatch(reason)
    if answer is None:
        return ""
    status, code = answer["status"], answer["code"]
    if status in _NO_ACCESS:  # in the words of an access error
        what = "refused access"
    elif status == "429":
        what = "takes no more calls for now"
    else:
        what = "is not available" if status >= "500" else "refused the connection"
    return f"the upstream server {what} ({status}{f' {masked(code)}' if code else ''})"


def _description(kind: Fault, code: str, message: str) -> str:
    if kind is Fault.ACCESS:
        return f"the upstream server refused access ({code})"
    return masked(message) or "the upstream server reported an error"


def fatal_code(problem: Problem, *, component: bool) -> str:
    """The code of the Error that ends the session, by dialect (E1, E3, S7)."""
    if problem.fault is Fault.EXPIRED:
        return ComponentCode.SESSION_MAX_DURATION if component else ErrorCode.MAXIMUM_SESSION_LENGTH_REACHED
    return problem.code if component else ErrorCode.INTERNAL_SERVER_ERROR


_HEAD = re.compile(r"must (?:start|begin) with ['\"`]([A-Za-z][\w-]{0,15})['\"`]")
_QUOTED = re.compile(r"['\"`]([\w-]{1,256})['\"`]")


def head_asked(problem: Problem) -> str:
    """How an id has to begin that was refused for its beginning; empty for any other error (D5)."""
    found = _HEAD.search(problem.description)
    return found[1] if found else ""


def id_refused(problem: Problem) -> str:
    """The id that was refused for its beginning, if the error quotes it (R6)."""
    found = _HEAD.search(problem.description)
    quoted = _QUOTED.search(problem.description, found.end()) if found else None
    return quoted[1] if quoted else ""


def warning_code(problem: Problem) -> str:
    """The code of the Warning for a refused update (T2)."""
    return WarningCode.SPEAK_UPDATE_UNSUPPORTED if problem.code == VOICE_CODE else problem.code


def _by_words(message: str, errors: Errors) -> Fault:
    lowered = message.lower()
    return next((kind for words, kind in errors.words if words in lowered), Fault.OTHER)
