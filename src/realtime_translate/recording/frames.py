"""Frames without what they say, and outputs in a form in which those of masked inputs can be compared."""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Collection, Mapping
from typing import Any, cast

from ..mapping.dispensable import PARTS, QUOTED
from ..mapping.errors import TELLING
from ..masking import masked
from ..openai.faults import ERRORS
from .rules import BY_TYPE, RULES, Rule
from .texts import keyed, keyed_name, number, plain, spoken, tool, tool_shape

__all__ = ["BYTES", "REMOVED", "Shape", "Veil"]

REMOVED = "removed"
BYTES = "<bytes>"
"""The only key of an object that stands for so many bytes of audio in base64; None for what is none."""
_WORD = re.compile(r"[A-Za-z0-9_.:/+\[\]-]{0,80}")
_IDS = ("id", "item_id", "response_id", "call_id", "event_id", "previous_item_id", "rt")
_LONGEST_ID = 256
_TELLING = re.compile("|".join(re.escape(each) for each in (*TELLING, *ERRORS.codes)), re.IGNORECASE)
"""The reason of a close may have a code among its words (E3)."""
_STEP = re.compile(r"\w+")
_STEPS = {*RULES, *(step for path in PARTS for step in path.split("."))}
"""What a path in an error may be made of (S7)."""
_NO_RULES: Mapping[str, Rule] = {}
_ATTEMPTS = 64
_OBJECTS = ("output", "response")
"""Texts of tools in items and in `History`; elsewhere objects of the protocol."""
_BELOW: Mapping[Rule, Rule] = {Rule.TOOL: Rule.TOOL, Rule.SECRET: Rule.SECRET}
"""The rules that hold for everything below a key, whatever that is called."""


class Veil:
    """Masks what comes in. `key` makes equal texts equal and tells nobody what they were."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    def frame(self, data: Mapping[str, object]) -> dict[str, object]:
        """A frame as the translator may get it instead."""
        kind = data.get("type")
        rules = BY_TYPE.get(kind, _NO_RULES) if isinstance(kind, str) else _NO_RULES
        return self._object(data, rules, None)

    def text(self, text: str, rule: Rule = Rule.SPEECH, name: str = "") -> object:
        """One text by its rule; `name` is the key that it stands at."""
        if rule is Rule.KEEP:
            return text if _is_name(text, name) else self._keyed(text)
        if rule is Rule.NAME:
            return text
        if rule is Rule.SPEECH:
            return spoken(text)
        if rule is Rule.TOOL:
            return tool(text)
        if rule is Rule.ERROR:
            return error_text(text)
        if rule is Rule.AUDIO:
            return {BYTES: _decoded_size(text)}
        return REMOVED if rule is Rule.SECRET else self._keyed(text)

    def _keyed(self, text: str) -> str:
        return keyed(text, self._key)

    def _object(
        self, data: Mapping[str, object], rules: Mapping[str, Rule], above: Rule | None
    ) -> dict[str, object]:
        masked: dict[str, object] = {}
        for name, value in data.items():
            rule = None if above else rules.get(name) or RULES.get(name)
            given = self._name(name, masked) if rule is None else name
            masked[given] = self._value(value, rules, rule, above or Rule.TEXT, name)
        return masked

    def _name(self, name: str, taken: Collection[str]) -> str:
        """A key that nobody knows: what a peer puts there may be anything."""
        attempts = (keyed_name(name, self._key + bytes([attempt])) for attempt in range(_ATTEMPTS))
        return next((each for each in attempts if each not in taken), f"{plain(name)}{len(taken)}")

    def _value(
        self, value: object, rules: Mapping[str, Rule], rule: Rule | None, above: Rule, name: str
    ) -> object:
        """`rule` is None below a key that nobody knows, where `above` holds for everything."""
        if isinstance(value, str):
            return self.text(value, rule or above, name)
        if isinstance(value, dict):
            below = above if rule is None else None if name in _OBJECTS else _BELOW.get(rule)
            return self._object(cast("Mapping[str, object]", value), rules, below)
        if isinstance(value, list):
            inner = Rule.TEXT if name in _OBJECTS and rule is not None else rule
            return [self._value(each, rules, inner, above, name) for each in cast("list[object]", value)]
        if value is None or isinstance(value, bool) or rule is Rule.KEEP:
            return value
        return self._number(value)

    def _number(self, value: Any) -> object:
        return type(value)(number(repr(value)))


class Shape(Veil):
    """Masks what goes out, more coarsely: equal for the outputs of a call and of its masked inputs."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(b"")

    def text(self, text: str, rule: Rule = Rule.SPEECH, name: str = "") -> object:
        """One text by its rule."""
        if rule is Rule.TOOL:
            return tool_shape(text)
        if rule is Rule.ERROR:
            return plain(text)
        return plain(text) if rule is Rule.SPEECH else super().text(text, rule, name)

    def _keyed(self, text: str) -> str:
        return plain(text)

    def _name(self, name: str, taken: Collection[str]) -> str:
        return f"{plain(name)} {len(taken)}"

    def _number(self, value: object) -> object:
        return 0


def error_text(text: str) -> str:
    """The shape, but for the words, codes and paths by which the translator knows an error (R6, E3, S7)."""
    text = masked(text)  # as its translation is: masks would hide what E1 takes out
    if found := QUOTED.search(text):
        path = _STEP.sub(lambda step: step[0] if step[0] in _STEPS else plain(step[0]), found[0])
        return _known_words(text[: found.start()]) + path + _known_words(text[found.end() :])
    return _known_words(text)


def _known_words(text: str) -> str:
    pieces: list[str] = []
    end = 0
    for found in _TELLING.finditer(text):
        pieces += [plain(text[end : found.start()]), found[0]]
        end = found.end()
    return "".join([*pieces, plain(text[end:])])


def _is_name(text: str, name: str) -> bool:
    """Whether a text at a key that is kept is what belongs there."""
    return len(text) <= _LONGEST_ID if name in _IDS else _WORD.fullmatch(text) is not None


def _decoded_size(base64_text: str) -> int | None:
    """How many bytes the translator finds in it; None where it finds none (O1)."""
    try:
        data = a2b_base64(base64_text)
    except (Base64Error, ValueError):
        return None
    return len(data) if data or not base64_text else None
