"""The clock, the choices and the script."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from realtime_translate.testing import (
    CHOICES,
    DEFAULT_REPLY,
    FIRST,
    Call,
    FakeClock,
    Reply,
    Say,
    ServerView,
)
from tests.unit.testing.model.harness import Harness


def test_clock() -> None:
    clock = FakeClock(2.0)
    clock.advance(0.5)
    assert clock() == clock.now == 2.5
    clock.set(1.0)
    assert clock() == 1.0


def test_first_is_always_the_first() -> None:
    assert [FIRST.choose(name, len(row.options)) for name, row in CHOICES.items()] == [0] * len(CHOICES)


def test_speech_lasts_as_long_as_its_text() -> None:
    assert Say("Yes.").duration_ms == 240
    assert Say("").duration_ms == 200
    assert Say("Yes.", audio_ms=70).duration_ms == 70


def test_a_reply_ends_in_a_known_way() -> None:
    with pytest.raises(ValueError, match="cancelled"):
        Reply(status="cancelled")


def said(harness: Harness) -> list[str]:
    return [event["transcript"] for event in harness.of("response.output_audio_transcript.done")]


def ask(harness: Harness, **response: object) -> None:
    harness.send("response.create", response=response)
    harness.run(5.0)


def test_replies_in_order_then_the_default() -> None:
    harness = Harness(script=[Reply(Say("One.")), Reply(Say("Two."))])
    for _ in range(4):
        ask(harness)
    assert said(harness) == ["One.", "Two.", "Yes.", "Yes."]
    assert DEFAULT_REPLY.parts == (Say("Yes."),)


def test_a_function_sees_copies() -> None:
    seen: list[tuple[ServerView, object]] = []

    def script(view: ServerView, request: object) -> Reply:
        seen.append((view, request))
        view.session["audio"].clear()  # type: ignore[attr-defined]
        return Reply(Say(f"Number {view.number}."))

    harness = Harness(script=script)
    harness.say("Hi.", id="mine")
    ask(harness, instructions="Be brief.")
    ask(harness)
    assert said(harness) == ["Number 0.", "Number 1."]
    (view, request), (later, _) = seen
    assert request == {"instructions": "Be brief.", "metadata": {"tag": "c2"}}
    assert [item["id"] for item in view.items] == ["mine"]
    assert len(later.items) == 2
    assert (view.trigger, later.number) == ("client", 1)


def test_without_tools_there_are_no_calls() -> None:
    harness = Harness(
        script=[Reply(Call("f"), Say("Hm.")), Reply(Call("f")), Reply(Say("No.")), Reply(Call("f"))]
    )
    for choice in ("none", "none", "none", "auto"):
        ask(harness, tool_choice=choice)
    assert said(harness) == ["Hm.", "Yes.", "No."]
    assert len(harness.of("response.function_call_arguments.done")) == 1


def test_a_session_without_tools_makes_no_calls_either() -> None:
    harness = Harness(script=[Reply(Call("f"), status="incomplete")])
    harness.update(tool_choice="none")
    ask(harness)
    assert said(harness) == ["Yes."]
    assert harness.of("response.done")[0]["response"]["status"] == "incomplete"


def test_a_script_can_speak_the_very_text_asked_for() -> None:
    """Spoken texts are asked for by instructions, in a response of their own, tools off."""

    def script(view: ServerView, request: Mapping[str, object]) -> Reply:
        words = str(request.get("instructions", view.session["instructions"]))
        return Reply(Call("f"), Say(words.removeprefix("Say exactly: ")))

    harness = Harness(script=script)
    harness.update(instructions="Session.", tools=[{"type": "function", "name": "f"}])
    ask(harness, instructions="Say exactly: One moment.", tool_choice="none", metadata={"rt": "7"})
    assert said(harness) == ["One moment."]
    assert harness.of("response.function_call_arguments.done") == []
    assert [event["response"]["metadata"] for event in harness.of("response.done")] == [{"rt": "7"}]
    ask(harness)
    assert said(harness) == ["One moment.", "Session."]
    assert len(harness.of("response.function_call_arguments.done")) == 1
    ask(harness, output_modalities=["text"])
    assert [event["text"] for event in harness.of("response.output_text.done")] == ["Session."]
    assert harness.server.violations == ()


def test_a_reply_without_its_calls_fails_with_the_same_words() -> None:
    harness = Harness(script=[Reply(Call("f"), status="failed", reason="x", message="Slow down.")])
    ask(harness, tool_choice="none")
    details = harness.of("response.done")[0]["response"]["status_details"]
    assert details["error"] == {"type": None, "code": "x", "message": "Slow down."}
