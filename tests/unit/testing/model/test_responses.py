"""Responses: their events, their statuses, cancellation, the slot."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from realtime_translate.testing import Call, Reply, Say
from tests.unit.testing.model.harness import Harness, Pick, user

R = "response."
ITEM = "conversation.item."
AUDIO_END = [
    R + "output_audio.done",
    R + "output_audio_transcript.done",
    R + "content_part.done",
    ITEM + "done",
    R + "output_item.done",
]
TEXT_ITEM = [
    R + "output_item.added",
    ITEM + "added",
    R + "content_part.added",
    R + "output_text.delta",
    R + "output_text.done",
    R + "content_part.done",
    ITEM + "done",
    R + "output_item.done",
]
CALL_ITEM = [
    R + "output_item.added",
    ITEM + "added",
    R + "function_call_arguments.delta",
    R + "function_call_arguments.done",
    ITEM + "done",
    R + "output_item.done",
]


def ask(
    *replies: Reply, seconds: float = 10.0, response: dict[str, Any] | None = None, **options: Any
) -> Harness:
    harness = Harness(script=replies, **options)
    harness.forget()
    harness.send("response.create", **({} if response is None else {"response": response}))
    harness.run(seconds)
    return harness


def done(harness: Harness) -> dict[str, Any]:
    return dict(harness.of(R + "done")[-1]["response"])


def test_text() -> None:
    harness = ask(Reply(Say("One two  three. ")), response={"output_modalities": ["text"]})
    assert harness.kinds() == [R + "created", *TEXT_ITEM, R + "done", "rate_limits.updated"]
    deltas = [event["delta"] for event in harness.of(R + "output_text.delta")]
    assert deltas == ["One", " two", "  three. "]
    assert done(harness)["output"][0]["content"] == [{"type": "output_text", "text": "One two  three. "}]
    assert done(harness)["output_modalities"] == ["text"]


def test_audio() -> None:
    harness = ask(Reply(Say("One two three four.", audio_ms=250)))
    deltas = [base64.b64decode(event["delta"]) for event in harness.of(R + "output_audio.delta")]
    assert [len(delta) // 48 for delta in deltas] == [100, 100, 50]
    assert all(any(delta) for delta in deltas)
    assert harness.kinds()[-7:] == [*AUDIO_END, R + "done", "rate_limits.updated"]
    kinds = [event["type"] for event in harness.events if event["type"].endswith(".delta")]
    words, sound = R + "output_audio_transcript.delta", R + "output_audio.delta"
    assert kinds == [words, words, words, sound, words, sound, sound]
    assert {event["content_index"] for event in harness.events if "content_index" in event} == {0}
    part = harness.of(R + "content_part.done")[0]["part"]
    assert part == {"type": "audio", "transcript": "One two three four."}


def test_words_may_outlast_the_sound() -> None:
    harness = ask(Reply(Say("One two three four five six.", audio_ms=100)))
    assert len(harness.of(R + "output_audio.delta")) == 1
    (end,) = harness.of(R + "output_audio_transcript.done")
    assert end["transcript"] == "One two three four five six."


@pytest.mark.parametrize("where", ["session", "response"])
def test_g711_output(where: str) -> None:
    output = {"output": {"format": {"type": "audio/pcmu"}}}
    harness = Harness(script=[Reply(Say("Hi.", audio_ms=100))])
    if where == "session":
        harness.update(audio=output)
    harness.send("response.create", response={"audio": output} if where == "response" else {})
    harness.run(1.0)
    (delta,) = harness.of(R + "output_audio.delta")
    assert len(base64.b64decode(delta["delta"])) == 800
    assert done(harness)["audio"]["output"]["format"] == {"type": "audio/pcmu"}


def test_a_call() -> None:
    harness = ask(Reply(Call("get_weather", '{"city":"London"}')))
    assert harness.kinds() == [R + "created", *CALL_ITEM, R + "done", "rate_limits.updated"]
    added, arguments = (
        harness.of(R + "output_item.added")[0],
        harness.of(R + "function_call_arguments.done")[0],
    )
    assert added["item"]["arguments"] == ""
    assert added["item"]["status"] == "in_progress"
    assert (arguments["name"], arguments["arguments"]) == ("get_weather", '{"city":"London"}')
    assert arguments["call_id"] == added["item"]["call_id"]
    assert added["item"]["call_id"].startswith("call_")
    assert (
        "".join(event["delta"] for event in harness.of(R + "function_call_arguments.delta"))
        == '{"city":"London"}'
    )
    assert "content_index" not in arguments


def test_several_items() -> None:
    harness = ask(
        Reply(Say("Let me see."), Call("f", "{}", "call_7")), response={"output_modalities": ["text"]}
    )
    assert harness.kinds() == [R + "created", *TEXT_ITEM, *CALL_ITEM, R + "done", "rate_limits.updated"]
    assert [item["type"] for item in done(harness)["output"]] == ["message", "function_call"]
    assert [event["output_index"] for event in harness.of(R + "output_item.done")] == [0, 1]
    assert harness.of(ITEM + "added")[1]["previous_item_id"] == done(harness)["output"][0]["id"]


def test_items_may_overlap() -> None:
    harness = ask(
        Reply(Say("Let me see."), Call("f"), Say("Well.")),
        response={"output_modalities": ["text"]},
        choices=Pick(output_overlap=1),
    )
    marks = [
        (event["type"].rpartition(".")[2], event["output_index"])
        for event in harness.events
        if event["type"].startswith(R + "output_item.")
    ]
    assert marks == [("added", 0), ("added", 1), ("done", 0), ("added", 2), ("done", 1), ("done", 2)]


def test_deltas_may_come_at_once() -> None:
    harness = ask(Reply(Say("One two three four five.")), choices=Pick(delta_batching=1))
    times = {
        time
        for time, event in zip(harness.times, harness.events, strict=True)
        if event["type"].endswith("delta")
    }
    assert len(times) == 1


def test_rate_limits_may_be_absent() -> None:
    assert ask(choices=Pick(rate_limits=1)).kinds()[-1] == R + "done"


def test_metadata_and_request_come_back() -> None:
    request = {"metadata": {"rt": "1"}, "max_output_tokens": 7, "audio": {"output": {"voice": "cedar"}}}
    harness = ask(response=request)
    created = harness.of(R + "created")[0]["response"]
    for response in (created, done(harness)):
        assert response["metadata"] == {"rt": "1"}
        assert response["max_output_tokens"] == 7
        assert response["audio"]["output"]["voice"] == "cedar"
    assert (created["status"], created["usage"], created["output"]) == ("in_progress", None, [])
    usage = done(harness)["usage"]
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"] > usage["input_tokens"] > 0
    assert usage["output_token_details"]["text_tokens"] == usage["output_tokens"]
    assert done(harness)["conversation_id"].startswith("conv_")


FILTERED = {"type": "incomplete", "reason": "content_filter"}
LIMITED = {"type": "incomplete", "reason": "max_output_tokens"}
SLOWED = {"type": None, "code": "rate_limit_exceeded", "message": "Slow down."}
BROKEN = {"type": "server_error", "code": None, "message": "The response failed."}


@pytest.mark.parametrize(
    ("reply", "details", "items"),
    [
        (Reply(Say("Hm.")), None, ["completed"]),
        (Reply(Say("Hm."), Say("Well"), status="incomplete"), LIMITED, ["completed", "incomplete"]),
        (Reply(status="incomplete", reason="content_filter"), FILTERED, []),
        (
            Reply(status="failed", reason="rate_limit_exceeded", message="Slow down."),
            {"type": "failed", "error": SLOWED},
            [],
        ),
        (Reply(Say("Hm."), status="failed"), {"type": "failed", "error": BROKEN}, ["completed"]),
    ],
)
def test_statuses(reply: Reply, details: object, items: list[str]) -> None:
    response = done(ask(reply))
    assert response["status"] == reply.status
    assert response["status_details"] == details
    assert [item["status"] for item in response["output"]] == items


# --- cancellation (rule 3) --------------------------------------------------------------------------


def cancel(harness: Harness, **fields: object) -> list[dict[str, Any]]:
    before = len(harness.events)
    harness.send("response.cancel", **fields)
    harness.run(0.2)
    return harness.events[before:]


def test_cancel_speech() -> None:
    harness = ask(Reply(Say("word " * 50)), seconds=0.4)
    events = cancel(harness)
    kinds = [event["type"] for event in events]
    assert kinds[-7:] == [*AUDIO_END, R + "done", "rate_limits.updated"]
    assert done(harness)["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}
    assert done(harness)["output"][0]["status"] == "incomplete"
    assert harness.run(10.0) == []
    assert harness.server.violations == ()


def test_cancel_a_call() -> None:
    arguments = '{"text": "' + "x" * 200 + '"}'
    harness = ask(Reply(Call("f", arguments)), seconds=0.2)
    cancel(harness, response_id=harness.of(R + "created")[0]["response"]["id"])
    (item,) = done(harness)["output"]
    assert item["status"] == "incomplete"
    assert arguments.startswith(item["arguments"])
    assert item["arguments"] == harness.of(R + "function_call_arguments.done")[0]["arguments"]


def test_interrupted_before_any_output() -> None:
    harness = ask(seconds=0.04)
    harness.append(100)
    started = "input_audio_buffer.speech_started"
    assert harness.kinds() == [R + "created", started, R + "done", "rate_limits.updated"]
    assert done(harness)["status_details"]["reason"] == "turn_detected"
    assert done(harness)["output"] == []
    assert done(harness)["usage"]["total_tokens"] == 0


def test_cancel_keeps_what_was_done() -> None:
    harness = ask(
        Reply(Say("One."), Say("word " * 50)), seconds=0.5, response={"output_modalities": ["text"]}
    )
    cancel(harness)
    assert [item["status"] for item in done(harness)["output"]] == ["completed", "incomplete"]
    assert len(harness.of(R + "output_item.done")) == 2


def test_a_second_cancel_is_refused() -> None:
    harness = ask(Reply(Say("word " * 50)), seconds=0.4)
    harness.send("response.cancel")
    cancel(harness)
    (error,) = harness.errors
    assert (error["code"], error["event_id"]) == ("response_cancel_not_active", "c3")
    assert error["message"] == "Cancellation failed: no active response found"
    assert [violation.race for violation in harness.server.violations] == [False]


def test_cancel_of_another_response_is_refused() -> None:
    harness = ask(Reply(Say("word " * 50)), seconds=0.4)
    cancel(harness, response_id="resp_other")
    assert (harness.rules, len(harness.errors)) == ([(3, True)], 1)
    assert not harness.server.violations[0].race
    assert harness.of(R + "done") == []


def test_a_cancel_sent_before_its_response_began() -> None:
    harness = ask(seconds=0.0)
    cancel(harness)
    assert done(harness)["status"] == "cancelled"
    assert done(harness)["output"] == []
    assert done(harness)["usage"]["total_tokens"] == 0
    assert (harness.rules, harness.errors) == ([(3, False)], [])


# --- one at a time (rule 1) -------------------------------------------------------------------------


def test_every_event_has_an_id_of_its_own() -> None:
    harness = ask()
    ids = [event["event_id"] for event in harness.events]
    assert len(set(ids)) == len(ids)
    assert all(event_id.startswith("event_") and event_id[6:].isdigit() for event_id in ids)


def test_one_response_at_a_time() -> None:
    harness = ask(seconds=0.1)
    harness.send("response.create")
    harness.run(5.0)
    (error,) = harness.errors
    response_id = harness.of(R + "created")[0]["response"]["id"]
    assert error["code"] == "conversation_already_has_active_response"
    assert error["message"] == (
        f"Conversation already has an active response in progress: {response_id}. "
        "Wait until the response is finished before creating a new one."
    )
    assert len(harness.of(R + "created")) == 1
    assert harness.rules == [(1, True)]


def test_out_of_band_responses_run_in_parallel() -> None:
    harness = ask(Reply(Say("Aloud.")), Reply(Say("Aside.")), Reply(Say("x " * 99)), seconds=0.1)
    aside = {"conversation": "none", "output_modalities": ["text"], "input": [user("x")]}
    for _ in range(2):
        harness.send("response.create", response=aside)
    harness.run(0.3)
    long = harness.of(R + "created")[2]["response"]["id"]
    cancel(harness, response_id=long)
    harness.run(5.0)
    assert harness.server.violations == ()
    responses = {event["response"]["id"]: event["response"] for event in harness.of(R + "done")}
    texts = [
        part.get("text") for each in responses.values() for item in each["output"] for part in item["content"]
    ]
    assert "Aside." in texts
    assert [each["conversation_id"] is None for each in responses.values()].count(True) == 2
    assert responses[long]["status"] == "cancelled"
    assert len(harness.of(ITEM + "added")) == len(harness.of(ITEM + "done")) == 1


def test_a_cancel_without_id_spares_out_of_band_responses() -> None:
    harness = ask(response={"conversation": "none"}, seconds=0.2)
    cancel(harness)
    assert harness.errors[0]["code"] == "response_cancel_not_active"


def test_a_cancel_without_id_ends_the_active_response_only() -> None:
    long = Reply(Say("x " * 99))
    harness = ask(long, long, response={"conversation": "none"}, seconds=0.1)
    harness.send("response.create")
    harness.run(0.2)
    cancel(harness)
    harness.run(10.0)
    cancel(harness, response_id=harness.of(R + "created")[0]["response"]["id"])
    assert [error["code"] for error in harness.errors] == ["response_cancel_not_active"]
    aside, active = (event["response"]["id"] for event in harness.of(R + "created"))
    ended = {event["response"]["id"]: event["response"]["status"] for event in harness.of(R + "done")}
    assert ended == {aside: "completed", active: "cancelled"}


def test_references_to_items_that_exist() -> None:
    harness = Harness()
    harness.say("x", id="a")
    harness.send("response.create", response={"input": [{"type": "item_reference", "id": "a"}]})
    harness.run(2.0)
    assert harness.errors == []
    assert harness.of(R + "done")


def test_reasoning_in_a_response() -> None:
    harness = ask(response={"reasoning": {"effort": "low"}}, model="gpt-realtime-2.1")
    assert harness.server.violations == ()


def test_previous_item_ids() -> None:
    """As recorded: `item.done` of the model's item names its predecessor unless that is the first item."""
    harness = Harness()
    for item_id in ("a", "b"):
        harness.say("x", id=item_id)
        harness.send("response.create", response={"output_modalities": ["text"]})
        harness.run(2.0)
    ends = [
        event["previous_item_id"]
        for event in harness.of(ITEM + "done")
        if event["item"].get("role") == "assistant"
    ]
    assert ends == [None, "b"]
