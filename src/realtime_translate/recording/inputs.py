"""The inputs of a call as JSON-able data, and back: as they were, or without what they say."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from .. import deepgram
from ..config import Limits
from ..wire import dumps
from ..wire.json import decode
from ..wire.outcomes import Malformed
from .frames import BYTES, Veil, error_text
from .texts import plain, tool

__all__ = ["describe", "expanded", "masked_frame", "restore"]

_FRAMES = ("receive_from_client", "receive_from_upstream")
_MASKS: Mapping[str, Callable[[str], str]] = {
    "client_closed": plain,
    "upstream_closed": error_text,
    "close": plain,
    "function_result": tool,
}
"""The inputs whose second argument is a text, and how that is masked."""
_LARGEST = 2**63
_MOST_BYTES = 2**28
_LONG = 2**20
_STANDINS = ("[]", '["\\ud800"]', "[NaN]", "[Infinity]", "[-Infinity]", "[1e999]")
"""Frames that are refused for each of the reasons that masking may take away."""
_TOO_MANY = re.compile(r"number of (\d+) ")
_MARKED = re.compile(r'\{"' + BYTES + r'":(null|\d+)\}')


def describe(
    method: str, arguments: tuple[object, ...], limits: Limits, veil: Veil | None
) -> dict[str, object]:
    """What a recording says of an input, its name and its time aside."""
    if method in _FRAMES and arguments:
        frame, *legs = arguments
        described = _frame(method, frame, limits, veil)
        return {**described, "leg": _argument(legs[0])} if legs else described
    if not arguments:
        return {}
    given = [_argument(each) for each in arguments]
    mask = None if veil is None else _MASKS.get(method)
    match given:
        case [first, str(text), *rest] if mask is not None:
            given = [first, mask(text), *rest]
        case _:
            pass
    return {"arguments": given}


def _argument(value: object) -> object:
    """A value that JSON has, or what kind of value it was: a host may be mistaken."""
    if value is None or isinstance(value, str) or (isinstance(value, (int, float)) and _is_short(value)):
        return value
    return {"other": type(value).__name__}


def _is_short(number: float) -> bool:
    return -_LARGEST < number < _LARGEST


def _frame(method: str, frame: object, limits: Limits, veil: Veil | None) -> dict[str, object]:
    if isinstance(frame, deepgram.ClientMessage):
        try:
            frame = deepgram.encode(frame)
        except (TypeError, ValueError):
            return {"arguments": [_argument(frame)]}
    if not isinstance(frame, (str, bytes)):
        return {"arguments": [_argument(frame)]}
    from_client = method == "receive_from_client"
    if _is_oversized(frame, limits.frame_bytes_up if from_client else limits.frame_bytes_down):
        return {"oversized": _oversized(frame)}
    if from_client and isinstance(frame, bytes):
        return {"audio": b64encode(frame).decode("ascii") if veil is None else len(frame)}
    if veil is not None:
        return _masked(frame, veil)
    return {"text": frame} if isinstance(frame, str) else {"binary": b64encode(frame).decode("ascii")}


def _is_oversized(frame: str | bytes, limit: int) -> bool:
    if len(frame) > limit:
        return True
    return isinstance(frame, str) and len(frame) * 4 > limit and len(frame.encode("utf-8", "replace")) > limit


def _oversized(frame: str | bytes) -> dict[str, object]:
    """Its size and its hash: it is refused for its size alone (L1)."""
    data = frame if isinstance(frame, bytes) else frame.encode("utf-8", "surrogatepass")
    return {"binary": isinstance(frame, bytes), "size": len(data), "sha256": sha256(data).hexdigest()}


# --- without what they say ----------------------------------------------------------------------------------


def _masked(frame: str | bytes, veil: Veil) -> dict[str, object]:
    data = decode(frame)
    if isinstance(data, Malformed):
        return {"text": _refused(frame, data.reason)} if _is_text(frame) else {"undecodable": len(frame)}
    return {"frame": veil.frame(data)}


def _is_text(frame: str | bytes) -> bool:
    if isinstance(frame, str):
        return True
    try:
        frame.decode()
    except UnicodeDecodeError:
        return False
    return True


def _refused(frame: str | bytes, reason: str) -> str:
    """A frame that is refused for the same reason, and says nothing else."""
    text = frame if isinstance(frame, str) else frame.decode()
    masked = tool(text) if len(text) <= _LONG else plain(text)
    for candidate in (masked, *_STANDINS, *_long_numbers(reason)):
        refused = decode(candidate)
        if isinstance(refused, Malformed) and refused.reason == reason:
            return candidate
    return masked


def _long_numbers(reason: str) -> tuple[str, ...]:
    found = _TOO_MANY.search(reason)
    if found is None:
        return ()
    count = int(found[1])
    return f"[{'1' * count}]", f"[{'1' * (count - 2)}.1]"


def masked_frame(text: str, veil: Veil) -> str:
    """A text frame as the translator would get it in a replay."""
    data = decode(text)
    return plain(text) if isinstance(data, Malformed) else expanded_text(veil.frame(data))


# --- and back -----------------------------------------------------------------------------------------------


class _Other:
    """What stands for a value that no input takes."""

    def __repr__(self) -> str:
        return "something else"


def restore(method: str, record: Mapping[str, Any], limits: Limits) -> tuple[Any, ...]:
    """The arguments of a recorded input. Raises `ValueError`, `TypeError` or `KeyError` for what is none."""
    if method in _FRAMES:
        legs = [record["leg"]] if "leg" in record else []
        return (_restored_frame(method, record, limits), *map(_restored, legs))
    return tuple(map(_restored, record.get("arguments", ())))


def _restored(value: object) -> object:
    return _Other() if isinstance(value, dict) else value


def _restored_frame(method: str, record: Mapping[str, Any], limits: Limits) -> object:
    if "frame" in record:
        return expanded_text(record["frame"])
    if "text" in record:
        return record["text"]
    if "audio" in record:
        audio = record["audio"]
        return _silent(audio) if isinstance(audio, int) else b64decode(audio, validate=True)
    if "binary" in record:
        return b64decode(record["binary"], validate=True)
    if "undecodable" in record:
        return b"\xff"
    if "oversized" in record:
        limit = limits.frame_bytes_up if method == "receive_from_client" else limits.frame_bytes_down
        return bytes(limit + 1) if record["oversized"]["binary"] else "x" * (limit + 1)
    return _Other()


def expanded(frame: Mapping[str, object]) -> object:
    """The frame with silence for the audio."""
    return json.loads(expanded_text(frame))


def expanded_text(frame: Mapping[str, object]) -> str:
    """The frame as text, with silence for the audio."""
    return _MARKED.sub(_silence, dumps(frame))


def _silence(found: re.Match[str]) -> str:
    return '"?"' if found[1] == "null" else f'"{b64encode(_silent(int(found[1]))).decode("ascii")}"'


def _silent(size: int) -> bytes:
    if not 0 <= size <= _MOST_BYTES:
        raise ValueError(f"no frame holds {size} bytes of audio")
    return bytes(size)
