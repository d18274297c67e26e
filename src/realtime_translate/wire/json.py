"""JSON text to a dict and back, safe against anything that a peer can send (L1).

`json.loads` is lenient where the wire must not be: it takes NaN, turns 1e999 into infinity, keeps lone
surrogates that no UTF-8 frame can carry back, and recurses. The checks here cost next to nothing on a frame
that cannot need them: no Python code runs over the characters of an ordinary frame.
"""

import json
import re
import sys
from itertools import accumulate
from math import inf
from typing import Any, Final, NoReturn, cast

from .outcomes import Malformed

MAX_DEPTH: Final = 64
"""How deep objects and lists may be nested, the outermost included."""

MAX_DIGITS: Final = 308
"""How many characters a number may have. Every whole number of so many digits fits a double."""

_SAFE_RECURSION: Final = 10_000
"""Levels that the interpreter's own decoder goes down without running out of stack."""

_SURROGATE_ESCAPE: Final = re.compile(r"\\u[dD][89a-fA-F]")


class _RefusedError(ValueError):
    """A value that is JSON to Python but not to this library. The text is the reason."""


def _refuse_constant(name: str) -> NoReturn:
    raise _RefusedError(f"the frame holds {name}, which is not JSON")


def _parse_float(digits: str) -> float:
    if len(digits) > MAX_DIGITS:
        raise _RefusedError(f"the frame holds a number of {len(digits)} characters; {MAX_DIGITS} are allowed")
    value = float(digits)
    if -inf < value < inf:
        return value
    raise _RefusedError("the frame holds a number that is too large")


def _parse_int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise _RefusedError(f"the frame holds a number of {len(digits)} digits; {MAX_DIGITS} are allowed")
    return int(digits)


_MARKS: Final = ",:[{"
"""What stands before each value, and each key, of a frame but the outermost."""

_STEPS: Final = {ord("{"): 1, ord("["): 1, ord("}"): -1, ord("]"): -1}
_NO_BRACKETS: Final = bytes(each for each in range(256) if each not in _STEPS)

_SHORT: Final = json.JSONDecoder(parse_float=_parse_float, parse_constant=_refuse_constant)
"""For text that is too short to hold an integer of more than `MAX_DIGITS` digits: integers cost no call."""

_LONG: Final = json.JSONDecoder(
    parse_float=_parse_float, parse_int=_parse_int, parse_constant=_refuse_constant
)

_LAYOUT: Final[dict[str, Any]] = {"ensure_ascii": False, "allow_nan": False, "separators": (",", ":")}

_CAREFUL: Final = json.JSONEncoder(**_LAYOUT)
"""It remembers each object that it is in, to find one that holds itself."""

_ENCODER: Final = json.JSONEncoder(**_LAYOUT, check_circular=False)
"""It does not, and takes a sixth less time: no decoded frame holds itself."""


def decode(text: str | bytes) -> dict[str, object] | Malformed:
    """Decode a frame that should hold one JSON object. Never raises. Of duplicate keys the last wins."""
    if isinstance(text, bytes):
        try:
            text = text.decode()
        except UnicodeDecodeError:
            return Malformed("the frame is not UTF-8")
    elif not text.isascii() and _has_surrogate(text):
        return Malformed("the frame holds a lone surrogate, which is not text")
    if sys.getrecursionlimit() > _SAFE_RECURSION and _would_overflow(text):
        return _too_deep()
    try:
        value: object = (_SHORT if len(text) <= MAX_DIGITS else _LONG).decode(text)
    except _RefusedError as refusal:
        return Malformed(str(refusal))
    except json.JSONDecodeError as error:
        return Malformed(f"the frame is not JSON: {error.msg} at character {error.pos}")
    except RecursionError:
        return _too_deep()
    return _checked(text, value)


def holds_more(text: str, most: int) -> bool:
    """Whether a frame holds more than so many commas, colons and opening brackets outside its strings: what
    its values cost is bounded before it is decoded (L4).
    """
    if len(text) <= most or _marks(text) <= most:
        return False
    return _marks(_without_strings(text)) > most


def _marks(text: str) -> int:
    return sum(map(text.count, _MARKS))


def _without_strings(text: str) -> str:
    """What is outside of strings, as far as the text is JSON. No Python code runs over its characters."""
    # An escape begins at the first backslash of a run: pairs of them go first, then no quote is escaped.
    unescaped = text.replace("\\\\", "").replace('\\"', "")
    return "".join(unescaped.split('"')[::2])


def dumps(value: object) -> str:
    """Encode compactly. Raises ValueError on NaN, on infinities and on what holds itself, which only a host
    can have put there.
    """
    try:
        if sys.getrecursionlimit() <= _SAFE_RECURSION:
            return _ENCODER.encode(value)
    except RecursionError:
        pass  # this one tells why
    return _CAREFUL.encode(value)


def _checked(text: str, value: object) -> dict[str, object] | Malformed:
    if _may_be_too_deep(text, value) and _is_too_deep(text):
        return _too_deep()
    # One character is found faster than two, and most frames have no escapes.
    if "\\" in text and _SURROGATE_ESCAPE.search(text) and _has_surrogate(dumps(value)):
        return Malformed("the frame holds a lone surrogate, which is not text")
    if not isinstance(value, dict):
        return Malformed("the frame is JSON but not an object")
    return cast("dict[str, object]", value)


def _too_deep() -> Malformed:
    return Malformed(f"the frame is nested too deep; {MAX_DEPTH} levels are allowed")


def _would_overflow(text: str) -> bool:
    """Whether the decoder would run out of stack where a host has raised the limit of recursion."""
    return text.count("{") + text.count("[") > _SAFE_RECURSION and _is_too_deep(text)


def _has_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _may_be_too_deep(text: str, value: Any) -> bool:
    """Tell by looking at the outermost level, or by counting, that an ordinary frame needs no closer look."""
    for child in value.values() if value.__class__ is dict else (value,):
        if child.__class__ is dict or child.__class__ is list:
            return text.count("{") + text.count("[") > MAX_DEPTH
    return False


def _is_too_deep(text: str) -> bool:
    """Follow the brackets, which takes a third of the time that going through the values would take."""
    brackets = _without_strings(text).encode().translate(None, _NO_BRACKETS)
    return max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > MAX_DEPTH
