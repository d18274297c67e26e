"""Barge-in: what still comes of a response that was cut, and what must not be sent (protocols, *Orders*)."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from realtime_translate.testing import Call, Reply, Say, Violation
from tests.unit.testing.model.harness import LOUD, QUIET, Harness, Pick, audio

R = "response."
B = "input_audio_buffer."
ITEM = "conversation.item."
LONG = Reply(Say("word " * 50, audio_ms=9000))
NOT_ACTIVE = "Cancellation failed: no active response found"


def speaking(**options: Any) -> Harness:
    """A server that is in the middle of a long answer."""
    options.setdefault("script", [LONG])
    harness = Harness(**options)
    harness.send("response.create")
    harness.run(0.5)
    harness.forget()
    return harness


def types(harness: Harness) -> list[str]:
    return [event["type"] for event in harness.events]


def ends(harness: Harness) -> list[tuple[str, str]]:
    """How responses began and ended, in order: the event and the response's id."""
    kinds = (R + "created", R + "done")
    return [(each["type"], each["response"]["id"]) for each in harness.events if each["type"] in kinds]


def only(harness: Harness) -> Violation:
    (violation,) = harness.server.violations
    return violation


# --- a cancel takes its time ------------------------------------------------------------------------


def test_a_few_deltas_may_follow_a_cancel() -> None:
    harness = speaking(choices=Pick(cancel_lag=1), latency=0.1)
    harness.send("response.cancel")
    harness.run(0.1)
    harness.forget()
    harness.run(1.0)
    kinds = types(harness)
    late = kinds[: kinds.index(R + "output_audio.done")]
    assert 2 <= len(late) <= 4
    assert all(kind.endswith(".delta") for kind in late)
    (done,) = harness.of(R + "done")
    assert done["response"]["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}
    assert harness.server.violations == ()


def test_a_second_cancel_is_refused_while_the_first_takes_its_time() -> None:
    harness = speaking(choices=Pick(cancel_lag=1), latency=0.01)
    harness.send("response.cancel")
    harness.run(0.02)
    harness.send("response.cancel")
    harness.run(0.02)
    assert harness.of(R + "done") == []
    assert harness.errors[0]["message"] == NOT_ACTIVE
    harness.run(1.0)
    assert (only(harness).rule, only(harness).race) == (3, False)
    assert len(harness.of(R + "done")) == 1


def test_a_lagging_cancel_spares_a_finished_response() -> None:
    """The response is over between the cancel and its effect: there is one response.done, completed."""
    harness = Harness(script=[Reply(Say("One."))], choices=Pick(cancel_lag=1), latency=0.0)
    harness.send("response.create", response={"output_modalities": ["text"]})
    harness.send("response.cancel")
    harness.run(5.0)
    assert [event["response"]["status"] for event in harness.of(R + "done")] == ["completed"]
    assert harness.server.violations == ()


def test_a_lagging_cancel_of_an_aside() -> None:
    harness = Harness(script=[LONG], choices=Pick(cancel_lag=1))
    harness.send("response.create", response={"conversation": "none"})
    harness.run(0.3)
    aside = harness.of(R + "created")[0]["response"]["id"]
    harness.send("response.cancel", response_id=aside)
    harness.run(1.0)
    assert [event["response"]["status"] for event in harness.of(R + "done")] == ["cancelled"]


def test_a_client_may_cancel_what_speech_is_about_to_interrupt() -> None:
    harness = speaking(choices=Pick(interrupt_lag=1), latency=0.01)
    harness.send(B + "append", audio=audio(100))
    harness.send("response.cancel")
    harness.run(1.0)
    assert [event["response"]["status_details"]["reason"] for event in harness.of(R + "done")] == [
        "client_cancelled"
    ]
    assert harness.errors == []


# --- response.done comes late -----------------------------------------------------------------------


def test_the_old_done_may_come_after_the_new_created() -> None:
    harness = speaking(choices=Pick(cancelled_done=1))
    old = harness.server._state.active
    assert old is not None
    harness.send(B + "append", audio=audio(100))
    harness.send(B + "append", audio=audio(300, QUIET))
    harness.run(0.06)
    created, done = ends(harness)
    assert created[0] == R + "created"
    assert done == (R + "done", old.id)
    assert created[1] != old.id
    kinds = types(harness)
    assert kinds.index(ITEM + "done") < kinds.index(B + "speech_stopped") < kinds.index(R + "created")
    (response,) = (event["response"] for event in harness.of(R + "done"))
    assert response["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
    harness.run(5.0)
    assert [kind for kind, _ in ends(harness)] == [R + "created", R + "done", R + "done"]
    assert harness.server.violations == ()


def test_the_old_done_comes_without_a_new_response_too() -> None:
    harness = speaking(choices=Pick(cancelled_done=1))
    harness.send("response.cancel")
    harness.run(0.06)
    assert types(harness)[-1] == R + "output_item.done"
    harness.run(0.48)
    assert harness.of(R + "done") == []
    harness.run(0.02)
    assert types(harness)[-1] == R + "done"
    harness.run(1.0)
    assert types(harness)[-1] == "rate_limits.updated"
    assert len(harness.of(R + "done")) == 1


def test_a_late_done_says_what_was_true_at_the_end() -> None:
    harness = speaking(choices=Pick(cancelled_done=1))
    harness.send("response.cancel")
    harness.run(0.06)
    item = harness.of(ITEM + "done")[0]["item"]
    harness.send(ITEM + "truncate", item_id=item["id"], content_index=0, audio_end_ms=100)
    harness.run(1.0)
    assert harness.of(R + "done")[0]["response"]["output"] == [item]


def test_dones_keep_their_order() -> None:
    """Two that end before either was told: the first one's response.done comes first."""
    harness = speaking(script=[LONG, LONG], choices=Pick(cancelled_done=1, vad_created=1), latency=0.1)
    for samples in (LOUD, QUIET * 3, LOUD):
        harness.send(B + "append", audio=base64.b64encode(samples * 2400).decode())
    harness.run(3.0)
    assert [kind for kind, _ in ends(harness)] == [R + "done", R + "done"]
    first, second = (event["response"] for event in harness.of(R + "done"))
    assert (len(first["output"]), second["output"]) == (1, [])


def test_only_cancelled_responses_end_late() -> None:
    harness = Harness(choices=Pick(cancelled_done=1))
    harness.send("response.create")
    harness.run_until(lambda: bool(harness.of(R + "output_item.done")))
    assert types(harness)[-1] == R + "done"


def test_an_aside_ends_on_its_own() -> None:
    """Neither does it wait for the conversation's response, nor the other way round."""
    harness = speaking(script=[LONG, Reply(Say("Aside."))], choices=Pick(cancelled_done=1))
    harness.send("response.cancel")
    harness.send("response.create", response={"conversation": "none", "output_modalities": ["text"]})
    harness.run(0.25)
    assert [event["response"]["conversation_id"] for event in harness.of(R + "done")] == [None]
    harness.run(1.0)
    assert len(harness.of(R + "done")) == 2
    assert harness.server.violations == ()


def test_what_waited_comes_after_the_late_done() -> None:
    harness = Harness(
        script=[Reply(Call("f", "{}", "call_f"), *LONG.parts)], choices=Pick(cancelled_done=1), latency=0.01
    )
    harness.send("response.create")
    harness.run_until(lambda: bool(harness.of(R + "function_call_arguments.done")))
    output = {"type": "function_call_output", "call_id": "call_f", "output": "1", "id": "out"}
    harness.send(ITEM + "create", item=output)
    harness.send("response.cancel")
    harness.send(B + "clear")
    harness.run(1.0)
    marks = [(event["type"], event.get("item", {}).get("id")) for event in harness.events]
    done = marks.index((R + "done", None))
    assert marks.index((B + "cleared", None)) < done
    assert marks[done + 1 : done + 3] == [(ITEM + "added", "out"), (ITEM + "done", "out")]


def test_a_response_asked_for_before_the_late_done() -> None:
    harness = speaking(choices=Pick(cancelled_done=1))
    harness.send("response.cancel")
    harness.send("response.create")
    harness.run(0.06)
    assert [kind for kind, _ in ends(harness)] == [R + "created", R + "done"]
    assert harness.errors == []
    assert (only(harness).rule, only(harness).answered, only(harness).race) == (1, False, False)
    assert ends(harness)[1][1] in only(harness).message


def test_a_response_that_came_and_went_on_the_way_was_not_to_be_foreseen() -> None:
    harness = Harness(choices=Pick(cancelled_done=1), latency=0.05)
    for samples in (LOUD, QUIET * 3, LOUD):
        harness.send(B + "append", audio=base64.b64encode(samples * 2400).decode())
    harness.send("response.create")
    harness.run(1.0)
    assert (only(harness).rule, only(harness).race) == (1, True)


def test_a_cancel_that_crosses_the_late_done() -> None:
    """Speech has ended the response, but the client cannot know it: a race."""
    harness = speaking(choices=Pick(cancelled_done=1))
    harness.append(100)
    assert harness.of(R + "done") == []
    harness.send("response.cancel")
    harness.run(1.0)
    assert harness.errors[0]["message"] == NOT_ACTIVE
    assert (only(harness).rule, only(harness).race) == (3, True)


def test_a_second_cancel_before_the_late_done() -> None:
    harness = speaking(choices=Pick(cancelled_done=1))
    harness.send("response.cancel")
    harness.run(0.1)
    harness.send("response.cancel")
    harness.run(1.0)
    assert (only(harness).rule, only(harness).race) == (3, False)


def test_a_cancel_of_the_one_before_is_a_second_one() -> None:
    """Another response runs by the time; that makes it no race."""
    harness = speaking()
    old = harness.server._state.active
    assert old is not None
    for kind, fields in (("cancel", {}), ("create", {}), ("cancel", {"response_id": old.id})):
        harness.send(R + kind, **fields)
    harness.run(1.0)
    assert (only(harness).code, only(harness).race) == ("response_cancel_not_active", False)


def test_each_late_done_has_its_own_time() -> None:
    """The first comes with the next response; the time at which it was due is not the second one's."""
    harness = speaking(script=[LONG, LONG], choices=Pick(cancelled_done=1))
    harness.send("response.cancel")
    harness.send("response.create")
    harness.run(0.3)
    assert len(harness.of(R + "done")) == 1
    harness.send("response.cancel")
    harness.run(0.5)
    assert len(harness.of(R + "done")) == 1
    harness.run(0.1)
    assert len(harness.of(R + "done")) == 2


# --- before response.created ------------------------------------------------------------------------


@pytest.mark.parametrize(("pick", "status"), [(0, "cancelled"), (1, "completed")])
def test_a_cancel_before_its_response_began(pick: int, status: str) -> None:
    harness = Harness(choices=Pick(early_cancel=pick))
    harness.send("response.create")
    harness.send("response.cancel")
    harness.run(3.0)
    assert [event["response"]["status"] for event in harness.of(R + "done")] == [status]
    assert harness.rules == [(3, bool(pick))]
    assert not only(harness).race
    expected = [("response_cancel_not_active", NOT_ACTIVE, "c2")] if pick else []
    assert [(each["code"], each["message"], each["event_id"]) for each in harness.errors] == expected


def turn(harness: Harness) -> None:
    """A spoken turn, answered by the server."""
    harness.send(B + "append", audio=audio(100))
    harness.send(B + "append", audio=audio(300, QUIET))
    harness.run(0.06)


def test_the_servers_own_response_may_be_told_late() -> None:
    harness = Harness(choices=Pick(vad_created=1))
    turn(harness)
    assert types(harness)[-1] == ITEM + "done"
    harness.run(0.05)
    assert types(harness)[-1] == R + "created"
    harness.run(3.0)
    assert [kind for kind, _ in ends(harness)] == [R + "created", R + "done"]


def test_a_response_done_without_created() -> None:
    harness = Harness(choices=Pick(vad_created=1), latency=0.1)
    turn(harness)
    harness.send(B + "append", audio=audio(100))
    harness.run(3.0)
    assert [kind for kind, _ in ends(harness)] == [R + "done"]
    (done,) = harness.of(R + "done")
    assert done["response"]["status_details"]["reason"] == "turn_detected"
    assert done["response"]["output"] == []


def test_a_response_that_was_not_told_could_not_be_foreseen() -> None:
    harness = Harness(choices=Pick(vad_created=1), latency=0.1)
    turn(harness)
    harness.run(0.08)
    assert harness.server._state.active is not None
    assert harness.of(R + "created") == []
    harness.send("response.create")
    harness.run(3.0)
    assert harness.errors[0]["code"] == "conversation_already_has_active_response"
    assert (only(harness).rule, only(harness).race) == (1, True)


def test_a_clients_response_is_told_at_once() -> None:
    harness = Harness(choices=Pick(vad_created=1))
    harness.send("response.create")
    harness.run(0.05)
    assert types(harness)[-1] == R + "created"


# --- speech_started twice ---------------------------------------------------------------------------


def paused_turn(pick: int) -> Harness:
    harness = Harness(choices=Pick(speech_restart=pick), transcribe=lambda data: str(len(data) // 48))
    harness.listen(transcription={"model": "whisper-1"})
    for sample in (QUIET, LOUD, LOUD, QUIET, LOUD, LOUD, QUIET, QUIET):
        harness.append(100, sample)
    harness.run(2.0)
    return harness


def test_speech_may_start_again_before_the_commit() -> None:
    harness = paused_turn(1)
    first, second = harness.of(B + "speech_started")
    assert first["item_id"] != second["item_id"]
    assert (first["audio_start_ms"], second["audio_start_ms"]) == (0, 100)
    for kind in ("speech_stopped", "committed"):
        assert [event["item_id"] for event in harness.of(B + kind)] == [second["item_id"]]
    heard = harness.of(ITEM + "input_audio_transcription.completed")
    assert [event["transcript"] for event in heard] == ["800"]


def test_as_recorded_speech_starts_once() -> None:
    harness = paused_turn(0)
    assert len(harness.of(B + "speech_started")) == len(harness.of(B + "committed")) == 1
