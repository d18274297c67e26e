"""Notices as OpenTelemetry events, for hosts that report to a collector.

    for output in outputs:
        if isinstance(output, rt.Notice):
            telemetry.emit(output, call_id)

An event is a log record with a name. It goes where the program's OpenTelemetry SDK sends its logs, and
nowhere without an SDK. Its attributes are the Notice's fields, with the names of OpenTelemetry's semantic
conventions where there are any, and names of their own elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping

import realtime_translate as rt

NAME = "realtime_translate"
CALL = "gen_ai.conversation.id"
_ERROR = {"code": "error.type"}
_MODEL = {"sent": "gen_ai.request.model"}

# For each code of a Notice, its fields that the semantic conventions have a name for.
CONVENTIONS: Mapping[str, Mapping[str, str]] = {
    "CALL_ID_REPLACED": {"call_id": "gen_ai.tool.call.id"},
    "CALL_OUTPUT_REFUSED": _ERROR,
    "CONTEXT_ITEM_REFUSED": _ERROR,
    "FUNCTION_RENAMED": {"sent": "gen_ai.tool.name"},
    "ITEM_REFUSED": _ERROR,
    "MODEL_KEPT": _MODEL,
    "MODEL_REPLACED": _MODEL,
    "RESPONSE_FAILED": {"reason": "error.type"},
    "SESSION_FAILED": _ERROR,
    "SETTING_REFUSED": _ERROR,
    "TRANSCRIPTION_FAILED": _ERROR,
    "UPDATE_REFUSED": _ERROR,
    "UPSTREAM_ERROR": _ERROR,
    "UPSTREAM_ERROR_BENIGN": _ERROR,
    "USAGE": {
        "input": "gen_ai.usage.input_tokens",
        "input_cached": "gen_ai.usage.cache_read.input_tokens",
        "output": "gen_ai.usage.output_tokens",
    },
}


def event_name(code: str) -> str:
    """The name of a Notice's event."""
    return f"{NAME}.{code.lower()}"


def attribute(code: str, field: str) -> str:
    """The name of a Notice's field."""
    return CONVENTIONS.get(code, {}).get(field, f"{NAME}.{field}")


def emit(notice: rt.Notice, call_id: str) -> None:
    """Emit one Notice of a call. The body is its message, without content or credentials as in a log."""
    from opentelemetry._logs import SeverityNumber, get_logger  # the names above are of use without it

    levels = {
        rt.Level.DEBUG: SeverityNumber.DEBUG,
        rt.Level.INFO: SeverityNumber.INFO,
        rt.Level.WARNING: SeverityNumber.WARN,
    }
    known = {field: each for field, each in notice.fields.items() if each is not None}
    fields = {attribute(notice.code, field): _value(each) for field, each in known.items()}
    get_logger(NAME, rt.__version__).emit(
        event_name=event_name(notice.code),
        severity_number=levels[notice.level],
        severity_text=notice.level.name,
        body=notice.message,
        attributes={CALL: call_id, **fields},
    )


def _value(value: object) -> str | bool | int | float:
    """Attributes are texts and numbers."""
    return value if isinstance(value, (str, bool, int, float)) else str(value)


def observe(output: rt.Output, call_id: str, _now: float) -> None:
    """What `bridge.py` tells of a call."""
    if isinstance(output, rt.Notice):
        emit(output, call_id)
