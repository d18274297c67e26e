"""What the model does beyond the recordings: each option of each deviation, and only where asked for."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate.testing import (
    DEVIATIONS,
    FAULTS,
    FIRST,
    HEALTHY,
    QUIRKS,
    Call,
    FakeClock,
    RealtimeServer,
    Reply,
    Say,
    only,
)
from realtime_translate.testing.deviations import MOMENTS, RARITY, Deviations
from tests.unit.testing.harness import Harness, Pick, user


def deviant(name: str, option: int, **more: Any) -> Harness:
    """A server that deviates in this alone, at every chance; the end of the session comes after 1 s."""
    picks = Pick(**{name: option, "ending_after": MOMENTS.index(1.0)})
    return Harness(choices=only(HEALTHY, picks), deviations=[name], **more)


def kinds(harness: Harness) -> list[str]:
    return [event["type"] for event in harness.events]


def answers(harness: Harness, kind: str, **fields: object) -> list[dict[str, Any]]:
    """What comes of one request, rate limits aside."""
    harness.forget()
    harness.send(kind, **fields)
    harness.run(3.0)
    return [event for event in harness.events if event["type"] != "rate_limits.updated"]


def test_each_deviation_is_a_quirk_or_a_fault() -> None:
    assert dict(DEVIATIONS) == {**QUIRKS, **FAULTS}
    assert not set(QUIRKS) & set(FAULTS)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="moods: not in DEVIATIONS"):
        RealtimeServer(clock=FakeClock(), new_id=lambda: "id", deviations=["moods"])


def test_what_was_not_allowed_is_not_asked_for() -> None:
    deviations = Deviations(Pick(request=5, tags=1), ["tags"])
    assert deviations.option("request") == 0
    assert deviations.option("tags") == 1


def test_what_is_asked_for_with_each_request_is_rare() -> None:
    class Counting:
        def __init__(self) -> None:
            self.next = -1

        def choose(self, name: str, options: int) -> int:
            self.next += 1
            return self.next % options

    deviations = Deviations(Counting(), ["request"])
    count = len(FAULTS["request"])
    chosen = [deviations.option("request") for _ in range(count * RARITY)]
    assert sorted(each for each in chosen if each) == list(range(1, count))


def test_what_is_settled_once_stays() -> None:
    picks = Pick(tags=1)
    deviations = Deviations(picks, ["tags"])
    assert deviations.option("tags") == 1
    picks.picks["tags"] = 0
    assert deviations.option("tags") == 1


def test_without_deviations_no_more_is_chosen() -> None:
    assert Deviations(FIRST, []).option("ending") == 0


# --- quirks ---------------------------------------------------------------------------------------


def test_foreign_event() -> None:
    harness = deviant("foreign_event", 1)
    assert [event["type"] for event in answers(harness, "input_audio_buffer.clear")] == [
        "conversation.mood.updated",
        "input_audio_buffer.cleared",
    ]


@pytest.mark.parametrize(("option", "expected"), [(0, ["added", "done"]), (1, ["created"]), (2, ["done"])])
def test_item_events(option: int, expected: list[str]) -> None:
    harness = deviant("item_events", option)
    got = answers(harness, "conversation.item.create", item=user("Hi"))
    assert [event["type"].rpartition(".")[2] for event in got] == expected


def test_item_ids() -> None:
    harness = deviant("item_ids", 1)
    got = answers(harness, "conversation.item.create", item=user("Hi", id="mine"))
    assert {event["item"]["id"] for event in got} != {"mine"}
    assert len({event["item"]["id"] for event in got}) == 1


def test_rate_limits_early() -> None:
    harness = deviant("rate_limits_early", 1)
    harness.send("response.create")
    harness.run(3.0)
    created = kinds(harness).index("response.created")
    assert kinds(harness)[created + 1] == "rate_limits.updated"


def test_response_done_never_comes_and_the_server_takes_another_response() -> None:
    harness = deviant("response_done", 1)
    for _ in range(2):
        got = [event["type"] for event in answers(harness, "response.create")]
        assert "response.output_item.done" in got
        assert "response.done" not in got
    assert harness.server.violations == ()


def test_tags() -> None:
    harness = deviant("tags", 1)
    got = answers(harness, "response.create", response={"metadata": {"rt": "c1"}})
    responses = [event["response"] for event in got if "response" in event]
    assert len(responses) == 2
    assert all(response["metadata"] is None for response in responses)


# --- faults ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "code", "named"),
    [(1, "internal_error", True), (2, "internal_error", False), (3, None, True), (4, None, False)],
)
def test_a_request_is_refused(option: int, code: str | None, named: bool) -> None:
    harness = deviant("request", option)
    got = answers(harness, "conversation.item.create", item=user("Hi"))
    assert [event["type"] for event in got] == ["error"]
    error = got[0]["error"]
    assert (error["type"], error["code"]) == ("server_error", code)
    assert error["event_id"] == ("c1" if named else None)
    assert harness.server.violations == ()


def test_a_request_is_never_answered() -> None:
    assert answers(deviant("request", 5), "input_audio_buffer.clear") == []


def test_audio_always_gets_there() -> None:
    harness = deviant("request", 5)
    harness.append(200)
    assert kinds(harness) == ["session.created", "input_audio_buffer.speech_started"]


def test_a_call_whose_output_was_refused_is_not_held_against_the_client() -> None:
    script = [Reply(Call("f", call_id="call_a"), Call("f", call_id="call_b"))]
    harness = Harness(script=script)
    harness.send("response.create")
    harness.run(3.0)
    output = {"type": "function_call_output", "output": "{}"}
    harness.server._state.deviations = Deviations(Pick(request=1), ["request"])
    harness.send("conversation.item.create", item={**output, "call_id": "call_a"})
    harness.run(1.0)
    harness.server._state.deviations = Deviations(FIRST, [])
    harness.send("conversation.item.create", item={**output, "call_id": "call_b"})
    harness.send("response.create")
    harness.run(3.0)
    assert harness.server.violations == ()


def ended(option: int) -> list[dict[str, Any]]:
    return answers(deviant("response", option, script=[Reply(Say("Hello you."))]), "response.create")


@pytest.mark.parametrize(
    ("option", "status"), [(0, "completed"), (1, "failed"), (2, "incomplete"), (3, "failed")]
)
def test_how_a_response_ends(option: int, status: str) -> None:
    got = ended(option)
    assert got[-1]["response"]["status"] == status
    assert bool(got[-1]["response"]["output"]) == (option != 3)


def test_a_response_is_silent_after_created() -> None:
    assert [event["type"] for event in ended(4)] == ["response.created"]


def test_a_response_is_silent_amid_its_output() -> None:
    got = [event["type"] for event in ended(5)]
    assert "response.output_audio.delta" in got
    assert not [kind for kind in got if kind.endswith(".done")]


@pytest.mark.parametrize("option", [4, 5])
def test_the_server_takes_another_response_after_a_silent_one(option: int) -> None:
    harness = deviant("response", option)
    for _ in range(2):
        assert "response.created" in [event["type"] for event in answers(harness, "response.create")]
    assert harness.server.violations == ()


def test_a_silent_response_beside_the_conversation_is_forgotten() -> None:
    harness = deviant("response", 4)
    got = answers(harness, "response.create", response={"conversation": "none", "input": []})
    assert [event["type"] for event in got] == ["response.created"]
    assert harness.server._state.running == []


def test_a_stray_error_answers_nothing() -> None:
    harness = deviant("stray_error", 1)
    error, cleared = answers(harness, "input_audio_buffer.clear")
    assert error["error"]["event_id"] is None
    assert cleared["type"] == "input_audio_buffer.cleared"
    assert harness.server.violations == ()


@pytest.mark.parametrize(
    ("option", "code", "errors"),
    [(1, 1001, ["session_expired"]), (2, 1000, []), (3, 1006, []), (4, 1011, [None])],
)
def test_the_session_ends_early(option: int, code: int, errors: list[str | None]) -> None:
    harness = deviant("ending", option)
    harness.run(0.9)
    assert harness.server.closed is None
    harness.run(0.2)
    assert harness.server.closed is not None
    assert harness.server.closed[0] == code
    assert [event["error"]["code"] for event in harness.events if event["type"] == "error"] == errors


def test_the_session_may_end_as_it_opens() -> None:
    harness = Harness(choices=Pick(ending=2), deviations=["ending"])
    assert kinds(harness) == ["session.created"]
    assert harness.server.closed == (1000, "")
