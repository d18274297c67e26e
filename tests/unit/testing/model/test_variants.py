"""Servers of another make or age, and orders that came with them."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate.testing import Call, Reply, Say
from tests.unit.testing.model.harness import LOUD, Harness, Pick

R = "response."
ITEM = "conversation.item."
SCRIPT = [Reply(Say("Good evening."), Call("f"))]


def talked(**picks: int) -> Harness:
    """A text, and a response with words and a call."""
    harness = Harness(script=SCRIPT, choices=Pick(**picks))
    harness.say("Hi.", id="mine")
    harness.send("response.create")
    harness.run(3.0)
    return harness


def types(harness: Harness) -> set[str]:
    return {each["type"] for each in harness.events}


def test_the_documented_server_for_comparison() -> None:
    harness = talked()
    assert {ITEM + "added", ITEM + "done", R + "done", R + "content_part.done"} <= types(harness)
    assert harness.of(R + "done")[0]["response"]["metadata"] == {"tag": "c2"}
    assert harness.of(ITEM + "added")[0]["item"]["id"] == "mine"
    assert harness.of(R + "function_call_arguments.done")[0]["name"] == "f"
    assert all(set(each) >= {"response_id", "item_id"} for each in harness.events if "delta" in each["type"])


def test_no_name_of_the_function() -> None:
    harness = talked(call_names=1)
    assert "name" not in harness.of(R + "function_call_arguments.done")[0]
    assert harness.of(R + "output_item.done")[1]["item"]["name"] == "f"


def test_names_of_the_beta() -> None:
    harness = talked(event_names=1)
    assert not [kind for kind in types(harness) if "output_audio" in kind]
    assert {R + "audio.delta", R + "audio.done", R + "audio_transcript.delta"} <= types(harness)
    assert R + "output_item.added" in types(harness)
    done = harness.of(R + "done")[0]["response"]["output"]
    assert [[part["type"] for part in each.get("content", ())] for each in done] == [["audio"], []]
    harness = Harness(script=SCRIPT, choices=Pick(event_names=1))
    harness.send("response.create", response={"output_modalities": ["text"]})
    harness.run(3.0)
    assert {R + "text.delta", R + "text.done"} <= types(harness)
    assert harness.of(ITEM + "done")[0]["item"]["content"] == [{"type": "text", "text": "Good evening."}]


@pytest.mark.parametrize(("option", "first"), [(2, "response.audio."), (3, "response.output_audio.")])
def test_both_names_of_each_output(option: int, first: str) -> None:
    harness = talked(event_names=option)
    kinds = [each["type"] for each in harness.events if each["type"].endswith("audio.delta")]
    assert kinds[0].startswith(first)
    assert kinds.count(R + "audio.delta") == kinds.count(R + "output_audio.delta") > 0
    assert R + "output_item.added" in types(harness)


@pytest.mark.parametrize(
    ("option", "expected"),
    [(0, ["added", "done"]), (1, ["added"]), (2, ["done"]), (3, ["created"])],
)
def test_which_events_an_item_has(option: int, expected: list[str]) -> None:
    harness = talked(item_events=option)
    about = [each for each in harness.events if each.get("item", {}).get("id") == "mine"]
    assert [each["type"] for each in about] == [ITEM + kind for kind in expected]
    spoken = [each["type"] for each in harness.events if each["type"].startswith(ITEM)]
    assert set(spoken) == {ITEM + kind for kind in expected}


def test_the_created_of_an_added_and_done_server_goes_too() -> None:
    assert ITEM + "created" not in types(talked(item_created=1, item_events=2))


def test_ids_of_the_server_s_own() -> None:
    harness = talked(item_ids=1)
    assert harness.of(ITEM + "added")[0]["item"]["id"].startswith("item_")
    harness.send("conversation.item.delete", item_id="mine")
    harness.run(0.1)
    assert harness.errors[0]["code"] == "item_delete_invalid_item_id"


def test_unknown_events() -> None:
    harness = talked(newer=1)
    assert harness.kinds()[:3] == ["session.created", "conversation.created", "ping"]
    assert R + "thinking.started" in harness.kinds()
    assert len({each["event_id"] for each in harness.events}) == len(harness.events)


def test_unknown_fields() -> None:
    harness = talked(newer=2)
    assert all("of_tomorrow" in each for each in harness.events)
    assert "of_tomorrow" in harness.of(R + "done")[0]["response"]
    assert "of_tomorrow" not in harness.server._state.session.body


def test_no_done_of_a_response() -> None:
    harness = talked(response_done=1)
    assert harness.of(R + "done") == []
    assert harness.of(R + "output_item.done")
    harness.send("response.create")
    harness.run(1.0)
    assert len(harness.of(R + "created")) == 2
    assert harness.server.violations == ()


def test_what_a_client_cannot_know_of_such_a_server() -> None:
    harness = Harness(script=[Reply(Say("word " * 60))], choices=Pick(response_done=1, cancelled_done=1))
    harness.send("response.create")
    harness.run(0.5)
    harness.send("response.cancel")
    harness.run(0.1)
    harness.send("response.create")
    harness.run(0.1)
    assert [(each.rule, each.race) for each in harness.server.violations] == [(1, True)]


@pytest.mark.parametrize(("option", "missing"), [(1, {"response_id"}), (2, {"response_id", "item_id"})])
def test_events_without_ids(option: int, missing: set[str]) -> None:
    harness = talked(response_ids=option)
    inside = [
        each
        for each in harness.events
        if each["type"].startswith(R) and "response" not in each and "item" not in each
    ]
    assert inside
    assert all(missing.isdisjoint(each) for each in inside)
    assert all("response_id" not in each for each in harness.events)
    assert harness.of(R + "created")[0]["response"]["id"]


def test_a_server_without_any_ids() -> None:
    harness = talked(response_ids=3)
    inside = [each for each in harness.events if each["type"].startswith(R)]
    assert not any({"response_id", "item_id"} & each.keys() for each in inside)
    ends = [*harness.of(R + "created"), *harness.of(R + "done")]
    assert len(ends) == 2
    assert all("id" not in each["response"] for each in ends)


def test_tags_that_never_come_back() -> None:
    harness = talked(response_tags=1)
    ended = [*harness.of(R + "created"), *harness.of(R + "done")]
    assert [each["response"]["metadata"] for each in ended] == [None, None]
    assert harness.server.violations == ()


@pytest.mark.parametrize(("option", "missing"), [(1, ["content_part"]), (2, ["content_part", "output_item"])])
def test_events_that_are_left_out(option: int, missing: list[str]) -> None:
    found = types(talked(skipped_events=option))
    assert not [kind for kind in found for each in missing if each in kind]
    assert [kind for kind in found if kind.startswith(R)]


class Changing:
    """Another option each time."""

    groups = Pick.groups

    def __init__(self) -> None:
        self.number = 0

    def choose(self, name: str, options: int) -> int:
        if name != "response_tags":
            return 0
        self.number += 1
        return self.number % options


def test_what_server_it_is_is_settled_once() -> None:
    choices = Changing()
    harness = Harness(choices=choices, script=SCRIPT * 3)
    for _ in range(3):
        harness.send("response.create")
        harness.run(3.0)
    assert [each["response"]["metadata"] for each in harness.of(R + "created")] == [None] * 3
    assert choices.number == 1


# --- orders -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("option", "before"), [(0, 3), (1, 5), (2, 0)])
def test_when_the_transcript_comes(option: int, before: int) -> None:
    script = [Reply(Say("One two three four five.", audio_ms=1000))]
    harness = Harness(script=script, choices=Pick(agent_transcript=option))
    harness.send("response.create")
    harness.run(3.0)
    deltas = [each["type"] for each in harness.events if each["type"].endswith("delta")]
    assert deltas.index(R + "output_audio.delta") == before
    assert deltas.count(R + "output_audio_transcript.delta") == 5


@pytest.mark.parametrize(("option", "after"), [(0, "conversation.item.added"), (1, "session.updated")])
def test_other_events_may_come_between_added_and_done(option: int, after: str) -> None:
    harness = Harness(choices=Pick(item_done=option))
    harness.say("Hi.")
    harness.send("session.update", session={"type": "realtime"})
    harness.run(1.0)
    kinds = harness.kinds()
    assert kinds[kinds.index(ITEM + "done") - 1] == after


LIMITS: list[tuple[int, str, str | None]] = [
    (0, R + "done", ITEM + "added"),
    (2, R + "created", R + "output_item.added"),
    (3, R + "content_part.added", R + "output_audio_transcript.delta"),
    (4, ITEM + "done", None),
]


@pytest.mark.parametrize(("option", "before", "after"), LIMITS)
def test_when_rate_limits_come(option: int, before: str, after: str | None) -> None:
    harness = Harness(choices=Pick(rate_limits=option))
    harness.send("response.create")
    harness.run(3.0)
    harness.say("More.")
    harness.run(1.0)
    kinds: list[Any] = [*harness.kinds(), None]
    (at,) = (index for index, kind in enumerate(kinds) if kind == "rate_limits.updated")
    assert (kinds[at - 1], kinds[at + 1]) == (before, after)


def test_rate_limits_that_are_owed_come_after_audio_too() -> None:
    harness = Harness(choices=Pick(rate_limits=4))
    harness.send("response.create")
    harness.run(3.0)
    harness.forget()
    harness.append(20, LOUD)
    assert harness.kinds() == ["input_audio_buffer.speech_started", "rate_limits.updated"]
