"""What random calls do not reach, with the reason, and what they reach too seldom to be asked for."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["ELSEWHERE", "SELDOM"]

_TABLES = "a server has to announce one response in two ways: `tests/unit/session` plays each cell"
_CODES = "a code of Deepgram's that this library has no reason to send"

ELSEWHERE: tuple[tuple[str, str, frozenset[str]], ...] = (
    (
        _CODES,
        "error",
        frozenset(
            {
                "ASR_CONNECTION_CLOSED",
                "ASR_DRIVER_TIMEOUT",
                "DATA-0002",
                "FAILED_TO_LISTEN",
                "FAILED_TO_SPEAK",
                "FAILED_TO_START_LISTENING",
                "FAILED_TO_THINK",
                "INVALID_AGENT_ID",
                "USER_AUDIO_FORMAT",
            }
        ),
    ),
    (
        _CODES,
        "warning",
        frozenset(
            {
                "FUNCTION_CALL_FAILED",
                "GPT_4O_STREAM_END_ERROR",
                "INJECT_AGENT_MESSAGE_DURING_AGENT_SPEECH",
                "INJECT_AGENT_MESSAGE_DURING_USER_SPEECH",
                "SLOW_SPEAK_REQUEST",
                "SPEAK_REQUEST_FAILED",
                "VOICE_PROMPT_ADDED",
            }
        ),
    ),
    ("frames of 16 MiB: `tests/unit/session`", "error", frozenset({"CLIENT_MESSAGE_TOO_LARGE"})),
    ("the model ends sessions in other ways: `tests/unit/session`", "error", frozenset({"idle_timeout"})),
    (
        "its updates change the language only: `tests/unit/mapping`",
        "warning",
        frozenset({"UPDATE_LISTEN_UNSUPPORTED_FIELDS_CHANGED"}),
    ),
    ("a host that closes before anybody came: `tests/unit`", "opening", frozenset({"NEW + HOST_CLOSED"})),
    (
        _TABLES,
        "turn",
        frozenset(
            {
                "COMPONENT SAID + ASKED",
                "COMPONENT SAID + VOID",
                "COMPONENT SILENT + AUDIO",
                "COMPONENT SILENT + TEXT",
                "COMPONENT SPEAKING + VOID",
                "COMPONENT WRITING + AUDIO",
                "COMPONENT WRITING + VOID",
                "DEEPGRAM SILENT + AUDIO",
                "DEEPGRAM SILENT + TEXT",
            }
        ),
    ),
)
"""Reason, kind and names."""

SELDOM: Mapping[str, frozenset[str]] = {
    "opening": frozenset(
        {
            "APPLYING + CLIENT_CLOSED",
            "APPLYING + HOST_CLOSED",
            "APPLYING + UPSTREAM_CLOSED",
            "AWAITING_SLOT + CLIENT_CLOSED",
            "AWAITING_SLOT + FATAL",
            "AWAITING_SLOT + HOST_CLOSED",
            "AWAITING_SLOT + SETTINGS",
            "CONFIGURING + UPSTREAM_CLOSED",
            "DIALLING + CLIENT_CLOSED",
            "DIALLING + CONFIGURE_LATE",
            "DIALLING + HOST_CLOSED",
            "GREETED + HOST_CLOSED",
            "GREETED + UPSTREAM_CLOSED",
            "READY_UNASKED + CLIENT_CLOSED",
        }
    ),
    "slot": frozenset(
        {
            "CROSSED + COMMITTED",
            "CROSSED + CREATED_OTHER",
            "CROSSED + CREATED_SAME",
            "CROSSED + CREATE_LATE",
            "CROSSED + DONE_OURS",
            "CROSSED + DONE_SAME",
            "CROSSED + FAILED",
            "CROSSED + OVERDUE",
            "CROSSED + QUIET",
            "EXPECTED + COMMITTED",
            "FREE + DONE",
            "REFUSED + COMMITTED",
            "REFUSED + DONE",
            "REFUSED + GRACE_OVER",
            "REQUESTED + DONE",
            "REQUESTED + DONE_OURS",
            "RUNNING + CREATED_OURS",
            "RUNNING + FAILED",
            "RUNNING + OVERDUE",
        }
    ),
    "turn": frozenset(
        {
            "COMPONENT SAID + CUT",
            "COMPONENT THINKING + CUT",
            "COMPONENT WRITING + ENDED",
        }
    ),
    "signal": frozenset(
        {
            "CommitRefused",
            "ResponseOverdue",
        }
    ),
    "notice": frozenset(
        {
            "CALLS_CLOSED",
            "CALL_OUTPUT_REFUSED",
            "COMMIT_REFUSED",
        }
    ),
    "error": frozenset(
        {
            "MAXIMUM_SESSION_LENGTH_REACHED",
        }
    ),
}
"""Reached in some runs: rare enough that a run of 20,000 steps may miss it. `tests/unit` plays each."""
