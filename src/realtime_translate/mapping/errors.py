"""What an upstream `error` means: by code first, then by message (R6, E1-E3; protocols, *Errors*)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from attrs import frozen

from ..deepgram.codes import ComponentCode, ErrorCode, WarningCode
from ..openai.objects import ErrorDetail
from .dispensable import named

__all__ = ["TELLING", "VOICE_CODE", "Fault", "Problem", "fatal_code", "fault", "warning_code"]

VOICE_CODE = "cannot_update_voice"
"""The voice is fixed once the agent has spoken (protocols, rule 5)."""


class Fault(Enum):
    """The kinds of errors that the session treats differently."""

    BUSY = "a response is active"
    COMMIT_EMPTY = "nothing to commit"
    OUTPUTS_MISSING = "no response while function outputs are missing"
    METADATA = "response.metadata is not taken"
    BENIGN = "needs no attention"
    EXPIRED = "the session's time is over"
    IDLE = "the session was idle"
    ACCESS = "credentials, quota or model"
    SERVER = "the server's own"
    OTHER = "anything else"


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


_BY_CODE: Mapping[str, Fault] = {
    "conversation_already_has_active_response": Fault.BUSY,
    "input_audio_buffer_commit_empty": Fault.COMMIT_EMPTY,
    "function_call_output_pending": Fault.OUTPUTS_MISSING,
    "response_cancel_not_active": Fault.BENIGN,
    "session_expired": Fault.EXPIRED,
    "session_max_duration": Fault.EXPIRED,
    "idle_timeout": Fault.IDLE,
    "invalid_api_key": Fault.ACCESS,
    "invalid_model": Fault.ACCESS,
    "missing_model": Fault.ACCESS,
    "beta_api_shape_disabled": Fault.ACCESS,
    "insufficient_quota": Fault.ACCESS,
    "account_deactivated": Fault.ACCESS,
    "billing_hard_limit_reached": Fault.ACCESS,
    "server_error": Fault.SERVER,
}
_BY_MESSAGE: tuple[tuple[str, Fault], ...] = (
    ("already has an active response", Fault.BUSY),
    ("buffer too small", Fault.COMMIT_EMPTY),
    ("function call outputs are pending", Fault.OUTPUTS_MISSING),
    ("response.metadata", Fault.METADATA),
    ("no active response found", Fault.BENIGN),
    ("maximum duration", Fault.EXPIRED),
    ("missing bearer", Fault.ACCESS),
    ("incorrect api key", Fault.ACCESS),
)
TELLING = tuple(part for part, _ in _BY_MESSAGE)
"""The words of a message by which an error is known."""


def fault(detail: ErrorDetail) -> Problem:
    """Read an error. Access errors are not quoted to the client: they speak of the host's credentials."""
    code, message = detail.code or "", detail.message or ""
    kind = _BY_CODE.get(code) or _BY_CODE.get(detail.type or "") or _by_message(message)
    text = f"the upstream server refused access ({code or 'no code'})" if kind is Fault.ACCESS else message
    return Problem(
        kind,
        code or "unknown",
        text or "the upstream server reported an error",
        detail.event_id or "",
        named(detail),
    )


def fatal_code(problem: Problem, *, component: bool) -> str:
    """The code of the Error that ends the session, by dialect (E1, E3, S7)."""
    if problem.fault is Fault.EXPIRED:
        return ComponentCode.SESSION_MAX_DURATION if component else ErrorCode.MAXIMUM_SESSION_LENGTH_REACHED
    return problem.code if component else ErrorCode.INTERNAL_SERVER_ERROR


def warning_code(problem: Problem) -> str:
    """The code of the Warning for a refused update (T2)."""
    return WarningCode.SPEAK_UPDATE_UNSUPPORTED if problem.code == VOICE_CODE else problem.code


def _by_message(message: str) -> Fault:
    lowered = message.lower()
    return next((kind for part, kind in _BY_MESSAGE if part in lowered), Fault.OTHER)
