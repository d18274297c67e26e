"""What every message has of its base class: how it is compared, hashed and shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from realtime_translate import deepgram, openai
from realtime_translate.wire import OMITTED, WireMessage, WireObject


def classes(base: type[WireObject] = WireObject) -> Iterator[type[WireObject]]:
    for cls in base.__subclasses__():
        yield cls
        yield from classes(cls)


EVERY = sorted(
    {cls for cls in classes() if cls.__module__.startswith("realtime_translate.")},
    key=lambda cls: cls.__qualname__,
)
INHERITED = ("__eq__", "__hash__", "__repr__")


@pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.__qualname__)
def test_nothing_is_generated_for_a_class_that_the_base_has(cls: type[Any]) -> None:
    """It would be right, and importing the package would take much longer: use `eq=False, repr=False`."""
    for name in INHERITED:
        assert name not in vars(cls), name
        assert getattr(cls, name) is vars(WireObject)[name]


def test_all_fields_are_compared_and_the_class() -> None:
    said = openai.ResponseOutputAudioDone(response_id="r", item_id="i")
    assert said == openai.ResponseOutputAudioDone(response_id="r", item_id="i")
    for name in ("response_id", "item_id", "event_id"):
        assert said != attrs.evolve(said, **{name: "x"})
    assert said != openai.ResponseOutputTextDone(response_id="r", item_id="i")
    assert said != attrs.evolve(said, extra={"more": 1})
    assert said != "said"
    assert WireObject() != WireMessage()


def test_what_is_equal_has_one_hash() -> None:
    said = openai.ResponseOutputAudioDone(response_id="r")
    assert hash(said) == hash(openai.ResponseOutputAudioDone(response_id="r"))
    assert {said, openai.ResponseOutputAudioDone(response_id="r")} == {said}
    assert hash(said) == hash(attrs.evolve(said, extra={"more": [1]})), "extra is a dict and has none"
    assert hash(said) != hash(openai.ResponseOutputAudioDone(response_id="s"))
    assert hash(WireObject()) != hash(WireMessage())


def test_a_message_is_shown_with_its_fields() -> None:
    assert repr(deepgram.UpdatePrompt("Be brief.")) == "UpdatePrompt(extra={}, prompt='Be brief.')"
    assert (
        repr(openai.InputAudioBufferCommit()) == f"InputAudioBufferCommit(extra={{}}, event_id={OMITTED!r})"
    )
