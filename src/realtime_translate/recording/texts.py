"""Texts without what they say: same length in characters and in bytes, same white space, same punctuation.

Letters become x, digits 0. `plain` is the coarsest of the masks: `plain(mask(text)) == plain(text)` for all
others, which is why a recording whose inputs were masked can be compared with the outputs of the real call.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b

from ..mapping.sentences import ABBREVIATIONS

__all__ = ["keyed", "keyed_name", "number", "plain", "spoken", "tool", "tool_shape"]

_STANDINS = {
    "digit": "0\u0660\u0966\U0001d7ce",
    "lower": "x\u00e9\u1e81\U0001d431",
    "upper": "X\u00c9\u1e80\U0001d417",
    "letter": "x\u05d0\u5b57\U00020000",
    "mark": "x\u0301\u1dc1\U000e0101",
}
"""What stands for a character of a kind, by the bytes of UTF-8 that it takes: 1, 2, 3, 4."""
_MOST_SHAPES = 4096
_ENCODED_LETTERS = 12

_NAME = re.compile(r"(?<![\w.])(\d*)([^\W\d_]+(?:\.[^\W\d_]+)*)(?!\w)")
_LETTER = re.compile(r"[xX]")
_STANDIN = re.compile(f"[{''.join(_STANDINS.values())}]")
_TOOL_TOKEN = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*")|(?P<literal>\b(?:true|false|null)\b)|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)'
    r"|(?P<rest>[^\"\dtfn]+|.)",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\(.)|([^\\]+)", re.DOTALL)
_DIGIT = re.compile(r"\d(?<!^0)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")


def _kind(character: str) -> str | None:
    if character.isdecimal():
        return "digit"
    if character.islower():
        return "lower"
    if character.isupper():
        return "upper"
    if character.isalnum():
        return "letter"
    return "mark" if unicodedata.category(character)[0] == "M" else None


class _Shapes(dict[int, str]):
    """For `str.translate`. Remembers what it has looked up, up to a bound."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        kind = _kind(character)
        shape = character if kind is None else _STANDINS[kind][len(character.encode()) - 1]
        if len(self) < _MOST_SHAPES:
            self[code] = shape
        return shape


_SHAPES = _Shapes()


def plain(text: str) -> str:
    """The shape alone."""
    return text.translate(_SHAPES)


# --- what is said -------------------------------------------------------------------------------------------


def _outline(name: str) -> tuple[int, ...]:
    return tuple(0 if character == "." else len(character.encode()) for character in name)


def _alike() -> dict[str, str]:
    """For each abbreviation the first of those that end a sentence alike and are written alike."""
    first: dict[tuple[str, tuple[int, ...]], str] = {}
    for name in sorted(ABBREVIATIONS):
        first.setdefault((ABBREVIATIONS[name], _outline(name)), name)
    return {name: first[mark, _outline(name)] for name, mark in ABBREVIATIONS.items()}


_ALIKE = _alike()


def spoken(text: str) -> str:
    """The shape, cut into the same sentences: an abbreviation becomes another of its kind (O3)."""
    return "".join(_spoken(text))


def _spoken(text: str) -> list[str]:
    pieces: list[str] = []
    end = 0
    for found in _NAME.finditer(text):
        name = found[2]
        if name == "I":
            standin = "I"  # a word, and no initial
        else:
            first = name if name.lower() in _ALIKE else name.partition(".")[0]
            if first.lower() not in _ALIKE:
                continue
            standin = _in_case(_ALIKE[first.lower()], first) + plain(name[len(first) :])
        pieces += [plain(text[end : found.start(2)]), standin]
        end = found.end(2)
    return [*pieces, plain(text[end:])]


def _in_case(standin: str, original: str) -> str:
    pairs = zip(standin, original, strict=True)
    return "".join(one.upper() if other.isupper() else one for one, other in pairs)


# --- what is configured -------------------------------------------------------------------------------------


def keyed(text: str, key: bytes) -> str:
    """The shape, with letters that tell equal texts from others: they cannot be had without the key."""
    return _filled(text, key, _LETTER)


def keyed_name(name: str, key: bytes) -> str:
    """`keyed`, and with all kinds of characters: the names in an object differ."""
    return _filled(name, key, _STANDIN)


_FIRST = {
    "x": (0x61, 26),
    "X": (0x41, 26),
    "0": (0x30, 10),
    "\u00e9": (0xE0, 23),
    "\u00c9": (0xC0, 23),
    "\u05d0": (0x5D0, 27),
    "\u0660": (0x660, 10),
    "\u1e81": (0xAB70, 80),
    "\u1e80": (0x1C90, 43),
    "\u5b57": (0x4E00, 256),
    "\u0966": (0x966, 10),
    "\U0001d431": (0x1D41A, 26),
    "\U0001d417": (0x1D400, 26),
    "\U00020000": (0x20000, 256),
    "\U0001d7ce": (0x1D7CE, 10),
    "\u0301": (0x300, 64),
    "\u1dc1": (0x1DC0, 50),
    "\U000e0101": (0xE0100, 240),
}
"""For each stand-in where characters of its kind and size begin, and how many there are."""


def _filled(text: str, key: bytes, what: re.Pattern[str]) -> str:
    numbers = iter(blake2b(text.encode("utf-8", "surrogatepass"), key=key).digest())

    def fill(found: re.Match[str]) -> str:
        first, many = _FIRST[found[0]]
        return chr(first + next(numbers) % many)

    return what.sub(fill, plain(text), count=_ENCODED_LETTERS)


# --- what tools get and give --------------------------------------------------------------------------------


def tool(text: str) -> str:
    """The shape of a text that may be JSON, and is then still JSON."""
    return _TOOL_TOKEN.sub(_tool_token, text)


def _tool_token(found: re.Match[str]) -> str:
    token = found[0]
    if found["string"] is not None:
        return _ESCAPE.sub(_in_string, token)
    if found["literal"] is not None:
        return token
    return number(token) if found["number"] is not None else plain(token)


def _in_string(found: re.Match[str]) -> str:
    if found[1] is not None:
        return "\\u" + "".join("0" if each.isdecimal() else "a" for each in found[1])
    return plain(found[3]) if found[3] is not None else found[0]


def number(digits: str) -> str:
    """A number with as many digits, all 1: JSON has none with a 0 before other digits."""
    return _DIGIT.sub("1", digits)


def tool_shape(text: str) -> str:
    """`tool`, with each number as one digit: read and written again, a number may differ in length."""
    return _NUMBER.sub("0", tool(text))
