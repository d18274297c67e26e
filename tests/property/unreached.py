"""What random calls do not reach, with the reason, and what they reach too seldom to be asked for."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["ELSEWHERE", "RUNNING_SERVERS", "SELDOM"]

_TABLES = "a server has to announce one response in two ways: `tests/unit/session` plays each cell"
_CODES = "a code of Deepgram's that this library has no reason to send"

RUNNING_SERVERS: Mapping[str, tuple[int, ...]] = {
    "call_ids": (1, 2),
    "client_created": (1,),
    "commit_answer": (1,),
    "committed": (1, 2),
    "item_confirmation": (1,),
    "item_ids": (2, 3),
    "missing_outputs": (1,),
    "opening": (4,),
    "output_rate": (1,),
    "response_ids": (3,),
    "response_stall": (5, 6),
    "response_tags": (2,),
    "speech_stopped": (1,),
    "stalled_error": (1, 2, 3),
    "stalled_error_names": (1,),
    "stalled_slot": (1,),
    "vad_off": (1, 2),
}
"""What servers that people run were seen to do: options of the server's decisions."""

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
    (
        "the server of the machine has the shape that its row says: `tests/unit/session`",
        "opening",
        frozenset({"CONFIGURING + SHOWN_FLAT", "APPLYING + SHOWN_FLAT"}),
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
            "APPLYING + CONFIGURE_LATE",
            "APPLYING + HOST_CLOSED",
            "APPLYING + REFUSED",
            "APPLYING + SETTINGS",
            "APPLYING + UPSTREAM_CLOSED",
            "AWAITING_SLOT + CLIENT_CLOSED",
            "AWAITING_SLOT + FATAL",
            "AWAITING_SLOT + HOST_CLOSED",
            "AWAITING_SLOT + SETTINGS",
            "AWAITING_SLOT + UPSTREAM_CLOSED",
            "CONFIGURING + CLIENT_CLOSED",
            "CONFIGURING + REFUSED",
            "CONFIGURING + SETTINGS",
            "CONFIGURING + UPSTREAM_CLOSED",
            "DIALLED_EARLY + CLIENT_CLOSED",
            "DIALLED_EARLY + HOST_CLOSED",
            "DIALLED_EARLY + SETTINGS_LATE",
            "DIALLED_EARLY + UPSTREAM_CLOSED",
            "DIALLING + CLIENT_CLOSED",
            "DIALLING + CONFIGURE_LATE",
            "DIALLING + HOST_CLOSED",
            "DIALLING + SETTINGS",
            "DRAINING + FATAL",
            "GREETED + CLIENT_CLOSED",
            "GREETED + HOST_CLOSED",
            "GREETED + UPSTREAM_CLOSED",
            "READY_UNASKED + CLIENT_CLOSED",
            "READY_UNASKED + FATAL",
            "READY_UNASKED + HOST_CLOSED",
            "READY_UNASKED + UPSTREAM_CLOSED",
            "RECONFIGURING + SHOWN_FLAT",
        }
    ),
    "slot": frozenset(
        {
            "CROSSED + COMMITTED",
            "CROSSED + CREATED_OTHER",
            "CROSSED + CREATED_OURS",
            "CROSSED + CREATED_SAME",
            "CROSSED + CREATE_LATE",
            "CROSSED + DONE_OURS",
            "CROSSED + DONE_SAME",
            "CROSSED + FAILED",
            "CROSSED + OVERDUE",
            "CROSSED + QUIET",
            "CROSSED + SERVER_FAILED",
            "CROSSED + STALLED",
            "CROSSED + TAG_REFUSED",
            "CROSSED + UNANSWERED",
            "DOUBTED + BUSY",
            "DOUBTED + DONE",
            "DOUBTED + DONE_OTHER",
            "DOUBTED + DONE_OURS",
            "DOUBTED + FAILED",
            "DOUBTED + UNANSWERED",
            "DOUBTED + UNNAMED",
            "EXPECTED + BUSY",
            "EXPECTED + COMMITTED",
            "EXPECTED + CREATED_OURS",
            "EXPECTED + DONE",
            "EXPECTED + FAILED",
            "EXPECTED + GRACE_OVER",
            "EXPECTED + SERVER_FAILED",
            "EXPECTED + UNANSWERED",
            "EXPECTED + UNNAMED",
            "FREE + BUSY",
            "FREE + DONE",
            "FREE + FAILED",
            "FREE + SERVER_FAILED",
            "FREE + UNANSWERED",
            "GIVEN_UP + BUSY",
            "GIVEN_UP + COMMITTED",
            "GIVEN_UP + CREATED_OTHER",
            "GIVEN_UP + CREATED_OURS",
            "GIVEN_UP + DONE",
            "GIVEN_UP + UNANSWERED",
            "REFUSED + COMMITTED",
            "REFUSED + DONE",
            "REFUSED + DONE_LATE",
            "REFUSED + FAILED",
            "REFUSED + GRACE_OVER",
            "REFUSED + SERVER_FAILED",
            "REFUSED + UNNAMED",
            "REQUESTED + DONE",
            "REQUESTED + DONE_OTHER",
            "REQUESTED + DONE_OURS",
            "RUNNING + CREATED_OTHER",
            "RUNNING + CREATED_OURS",
            "RUNNING + FAILED",
            "RUNNING + OVERDUE",
            "RUNNING + SERVER_FAILED",
            "RUNNING + TAG_REFUSED",
            "RUNNING + UNANSWERED",
        }
    ),
    "turn": frozenset(
        {
            "COMPONENT SAID + CUT",
            "COMPONENT SPEAKING + ENDED",
            "COMPONENT THINKING + CUT",
            "COMPONENT WRITING + CUT",
            "COMPONENT WRITING + ENDED",
        }
    ),
    "timer": frozenset(
        {
            "grace",
        }
    ),
    "signal": frozenset(),
    "notice": frozenset(
        {
            "ANSWER_WITHOUT_AUDIO",
            "CALLS_CLOSED",
            "CALL_INCOMPLETE",
            "CALL_OUTPUT_REFUSED",
            "COMMIT_REFUSED",
            "IDLE_TIMEOUT_LEFT_OUT",
            "RESPONSE_MISSED",
            "RESPONSE_UNANNOUNCED",
            "SETTING_CLAMPED",
            "SETTING_INVALID",
            "UPDATES_SEPARATED",
        }
    ),
    "error": frozenset(
        {
            "MAXIMUM_SESSION_LENGTH_REACHED",
            "SETTINGS_ALREADY_APPLIED",
            "session_max_duration",
        }
    ),
    "warning": frozenset(
        {
            "PROMPT_TOO_LONG",
        }
    ),
    "choice": frozenset(
        {
            "early_cancel 1",
            "ignore_cancel 1",
            "ignore_cancel 2",
            "ignore_commit 1",
            "ignore_commit 2",
            "ignore_other 1",
            "ignore_other 2",
            "ignore_truncate 1",
            "ignore_truncate 2",
            "refuse_cancel 1",
            "refuse_cancel 2",
            "refuse_commit 1",
            "refuse_other 1",
            "refuse_other 2",
            "session_end 1",
            "session_end 2",
            "session_end 3",
            "session_end 4",
            "session_end 5",
            "session_end 6",
            "session_end 7",
            "session_end_delay 1",
            "session_end_delay 2",
            "session_end_delay 3",
        }
    ),
}
"""Reached in some runs: rare enough that a run of 20,000 steps may miss it. `tests/unit` plays each."""
