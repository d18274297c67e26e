"""Recordings of whole conversations: reproduced byte for byte, and silent about what was said."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import compress
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.stateful import run_state_machine_as_test

import tests.harness
from realtime_translate import ClientDialect, Config, Translator
from realtime_translate.recording import Recorder, replay
from realtime_translate.recording.rules import RULES
from realtime_translate.recording.texts import spoken
from realtime_translate.testing.machine import call_machine
from tests.oracle.conversations import CONVERSATIONS

Lines = list[str]
_TEXTS = {
    "content", "text", "transcript", "delta", "prompt", "greeting", "instructions", "description", "message",
    "arguments", "output", "response", "keyterms", "at",
}  # fmt: skip
_AUDIO = ("audio", "delta")
_LEAST_AUDIO = 40
_KEY = b"k" * 16
"""Not a new one each time: among so many letters by chance there was `that`, which had been said."""
_PHRASES = {"maximum", "duration"}
"""Words by which the translator knows an error; they are kept in errors."""


class Tapes:
    """Every translator that is made while this is in place has two recorders: one that redacts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *modules: Any) -> None:
        self.whole: list[Lines] = []
        self.redacted: list[Lines] = []
        self.recorders: list[Recorder] = []
        for module in modules:
            monkeypatch.setattr(module, "Translator", self._make())

    def _make(self) -> type[Recorder]:
        tapes = self

        class Taped(Recorder):
            __slots__ = ()

            def __init__(self, *arguments: Any, **named: Any) -> None:
                whole, redacted = Lines(), Lines()
                inner = Recorder(Translator(*arguments, **named), whole.append, redact=False)
                super().__init__(inner, redacted.append, key=_KEY)
                tapes.whole.append(whole)
                tapes.redacted.append(redacted)
                tapes.recorders += [inner, self]

        return Taped

    def check(self) -> None:
        """Every recording is reproduced, and tells the same decisions as the other."""
        assert self.recorders
        assert [each.failure for each in self.recorders if each.failure] == []
        self.leave_out_what_got_no_input()
        for whole, redacted in zip(self.whole, self.redacted, strict=True):
            for lines in (whole, redacted):
                result = replay(lines)
                assert result.same, str(result)
                assert result.inputs == len(lines) - 1
            assert [decisions(line) for line in whole[1:]] == [decisions(line) for line in redacted[1:]]

    def leave_out_what_got_no_input(self) -> None:
        """A copy of a call that a property made and did not feed: `replay` refuses a header alone."""
        fed = [len(lines) > 1 for lines in self.whole]
        self.whole = list(compress(self.whole, fed))
        self.redacted = list(compress(self.redacted, fed))


def decisions(line: str) -> object:
    """When what came in, and the kinds of what went out."""
    record = json.loads(line)
    return record["n"], record["t"], record["in"], [kind(each) for each in record["out"]]


def kind(output: dict[str, Any]) -> object:
    [(where, content)] = output.items()
    fields = json.loads(content) if isinstance(content, str) else content
    return where, fields.get("type"), fields.get("code")


@pytest.mark.parametrize("dialect", ClientDialect)
@pytest.mark.parametrize("name", CONVERSATIONS)
def test_a_conversation_is_reproduced_and_not_told(
    name: str, dialect: ClientDialect, monkeypatch: pytest.MonkeyPatch
) -> None:
    tapes = Tapes(monkeypatch, tests.harness)
    try:
        CONVERSATIONS[name](dialect)
    except ValueError:  # it expects what this dialect does not do
        assert (name, dialect) == ("barge-in while a call is unanswered", ClientDialect.COMPONENT)
    tapes.check()
    [whole], [redacted] = tapes.whole, tapes.redacted
    told = "".join(redacted[1:])
    assert secrets(whole) & set(re.findall(r"\w+", told)) == set()
    assert not any(audio in told for audio in sounds(whole))
    if name == "spoken turns, server VAD":  # the search finds what there is
        assert {"berths", "answer"} <= secrets(whole)
        assert len(sounds(whole)) == 2


def secrets(lines: Lines) -> set[str]:
    """Every word of every text that is no word of the protocols, and not one that masks may leave."""
    said: set[str] = set()
    named: set[str] = set()
    for line in lines[1:]:
        for key, text in texts(json.loads(line), ""):
            (said if key in _TEXTS and not is_audio(text) else named).update(re.findall(r"\w+", text))
    return {word for word in said - named - set(RULES) - _PHRASES if len(word) > 3 and spoken(word) != word}


def texts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Every string with its key, in frames and in JSON inside of frames, but for notices."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key != "notice":
                yield name, key
                yield from texts(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each, name)
    elif isinstance(value, str) and value.startswith(("{", "[")):
        try:
            yield from texts(json.loads(value), name)
        except ValueError:
            yield name, value
    elif isinstance(value, str):
        yield name, value


def is_audio(text: str) -> bool:
    return len(text) > _LEAST_AUDIO and " " not in text


def sounds(lines: Lines) -> set[str]:
    """All audio that is no silence, in base64."""
    found = {text for line in lines[1:] for key, text in texts(json.loads(line), "") if key in _AUDIO}
    return {each for each in found if is_audio(each) and set(each) - set("A=")}


class RecordedMachine(call_machine.CallMachine):
    """Random calls, recorded."""

    def __init__(self) -> None:
        self.patch = pytest.MonkeyPatch()
        self.tapes = Tapes(self.patch, call_machine)
        super().__init__()

    def teardown(self) -> None:
        self.patch.undo()
        super().teardown()
        self.tapes.check()


def test_random_calls_are_reproduced() -> None:
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        RecordedMachine,
        settings=settings(
            max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=checks
        ),
    )


@given(text=st.text(min_size=1), dialect=st.sampled_from(ClientDialect))
def test_whatever_is_said_is_reproduced(text: str, dialect: ClientDialect) -> None:
    with pytest.MonkeyPatch.context() as patch:
        tapes = Tapes(patch, tests.harness)
        pair = tests.harness.Pair(Config(dialect))
        pair.client({**tests.harness.SETTINGS, "agent": {"greeting": text, "think": think(text)}})
        pair.run(0.5)
        pair.client({"type": "InjectUserMessage", "content": text})
        pair.run(3.0)
        pair.client({"type": "UpdatePrompt", "prompt": text})
        pair.run(4.0)
    tapes.check()


def think(prompt: str) -> dict[str, object]:
    return {"provider": {"type": "open_ai"}, "prompt": prompt}
