"""What servers that other people run were seen to do, choice by choice."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from realtime_translate.testing import Call, Reply, Say, ServerView
from tests.unit.testing.model.harness import LOUD, QUIET, Harness, Pick, audio, user

R = "response."
ITEM = "conversation.item."
COMMITTED = "input_audio_buffer.committed"
OUTPUT = {"type": "function_call_output", "output": "1"}
CALL = {"type": "function_call", "name": "f", "arguments": "{}"}
LISTENS = {"transcription": {"model": "whisper-1"}}


def spoken(harness: Harness) -> None:
    harness.append(400, LOUD)
    harness.append(1000, QUIET)
    harness.run(3.0)


def alone(harness: Harness) -> Harness:
    """The client asked to commit by itself."""
    harness.listen(turn_detection=None, **LISTENS)
    harness.forget()
    return harness


# --- ids --------------------------------------------------------------------------------------------

REFUSED = [
    (user("Hi.", id="mine"), "msg_", "mine"),
    ({**CALL, "id": "msg_1"}, "fc_", "msg_1"),
    ({**CALL, "id": "fc_1", "call_id": "toolu_1"}, "call_", "toolu_1"),
    ({**OUTPUT, "id": "fc_1", "call_id": "call_1"}, "fco_", "fc_1"),
    ({**OUTPUT, "call_id": "1"}, "call_", "1"),
]


@pytest.mark.parametrize(("item", "prefix", "given"), REFUSED)
def test_ids_are_refused_without_their_prefix(item: dict[str, Any], prefix: str, given: str) -> None:
    harness = Harness(choices=Pick(item_ids=2))
    harness.send(ITEM + "create", item=item)
    harness.run(0.1)
    (error,) = harness.errors
    assert error["message"] == f"ID must start with '{prefix}', got '{given}'"
    assert (error["type"], error["code"]) == ("invalid_conversation_item", None)
    assert error["event_id"] == "c1"
    assert harness.rules == [(8, True)]


@pytest.mark.parametrize(
    "item",
    [
        user("Hi.", id="msg_1"),
        user("Hi."),
        {**CALL, "id": "fc_1", "call_id": "call_1"},
        {"type": "mcp_approval_response", "id": "any", "approval_request_id": "1", "approve": True},
    ],
)
def test_ids_with_their_prefix_are_kept(item: dict[str, Any]) -> None:
    harness = Harness(choices=Pick(item_ids=2))
    harness.send(ITEM + "create", item=item)
    harness.run(0.1)
    assert harness.errors == []
    assert harness.of(ITEM + "added")[0]["item"]["id"] == item.get("id", "item_4")


CALLS = [Reply(Call("f"), Call("g")), Reply(Call("f"), Call("g"))]


@pytest.mark.parametrize(("option", "ids"), [(1, ["call_of_0", "call_of_1"]), (2, ["call_of_all"] * 2)])
def test_call_ids_that_repeat(option: int, ids: list[str]) -> None:
    harness = Harness(script=CALLS, choices=Pick(call_ids=option))
    for _ in range(2):
        harness.send("response.create")
        harness.run(3.0)
        for call_id in ids:
            harness.send(ITEM + "create", item={**OUTPUT, "call_id": call_id})
            harness.run(0.1)
    called = [each["call_id"] for each in harness.of(R + "function_call_arguments.done")]
    assert called == ids * 2
    assert harness.server.violations == ()


@pytest.mark.parametrize("option", [1, 2])
def test_each_of_the_calls_of_one_id_has_one_output(option: int) -> None:
    harness = Harness(script=CALLS, choices=Pick(call_ids=option))
    for answers in (2, 1):
        harness.send("response.create")
        harness.run(3.0)
        for each in harness.of(R + "function_call_arguments.done")[-2:][:answers]:
            harness.send(ITEM + "create", item={**OUTPUT, "call_id": each["call_id"]})
            harness.run(0.1)
    harness.send("response.create")
    harness.run(0.1)
    assert harness.rules == [(9, False)]
    assert "lack outputs" in harness.server.violations[0].message
    for call_id in {each["call_id"] for each in harness.of(R + "function_call_arguments.done")}:
        harness.send(ITEM + "create", item={**OUTPUT, "call_id": call_id})
        harness.run(0.1)
    assert harness.rules == [(9, False), *[(9, False)] * (2 - option)]


# --- turn detection that goes on ----------------------------------------------------------------------


@pytest.mark.parametrize(("option", "shown"), [(0, False), (1, False), (2, True)])
def test_whether_turn_detection_null_switches_it_off(option: int, shown: bool) -> None:
    harness = Harness(choices=Pick(vad_off=option))
    harness.listen(turn_detection=None)
    heard = harness.of("session.updated")[-1]["session"]["audio"]["input"]["turn_detection"]
    assert (heard is not None) is shown
    spoken(harness)
    assert len(harness.of(R + "created")) == len(harness.of(COMMITTED)) == (1 if option else 0)


@pytest.mark.parametrize("option", [1, 2])
def test_it_goes_on_as_it_was_set(option: int) -> None:
    harness = Harness(choices=Pick(vad_off=option))
    vad = {"type": "server_vad", "silence_duration_ms": 300, "create_response": False}
    harness.listen(turn_detection=vad)
    harness.listen(turn_detection=None)
    harness.listen(turn_detection=None)
    spoken(harness)
    assert len(harness.of(COMMITTED)) == 1
    assert harness.of(R + "created") == []
    harness.listen(turn_detection={**vad, "create_response": True})
    spoken(harness)
    assert len(harness.of(R + "created")) == 1


@pytest.mark.parametrize("option", [1, 2])
def test_a_client_cannot_know_that_it_need_not_commit(option: int) -> None:
    harness = alone(Harness(choices=Pick(vad_off=option)))
    spoken(harness)
    harness.send("input_audio_buffer.commit")
    harness.run(0.1)
    assert len(harness.of(COMMITTED)) == 2
    assert harness.server.violations == ()
    harness.send("input_audio_buffer.commit")
    harness.run(0.1)
    (violation,) = harness.server.violations
    assert (violation.code, violation.race) == ("input_audio_buffer_commit_empty", True)


@pytest.mark.parametrize(("option", "answers"), [(0, 0), (1, 1)])
def test_a_commit_that_answers_by_itself(option: int, answers: int) -> None:
    triggers: list[str] = []

    def reply(view: ServerView, request: object) -> Reply:
        triggers.append(view.trigger)
        return Reply(Say("Yes."))

    harness = alone(Harness(script=reply, choices=Pick(commit_answer=option)))
    for _ in range(2):
        harness.send("input_audio_buffer.append", audio=audio(200))
        harness.send("input_audio_buffer.commit")
    harness.run(5.0)
    assert len(harness.of(R + "created")) == 2 * answers
    assert triggers == ["commit", "vad"][: 2 * answers]


@pytest.mark.parametrize(("option", "committed", "items"), [(0, 1, 2), (1, 0, 2), (2, 0, 0)])
def test_whether_a_commit_is_told(option: int, committed: int, items: int) -> None:
    harness = Harness(choices=Pick(committed=option))
    harness.listen(**LISTENS)
    spoken(harness)
    assert len(harness.of(COMMITTED)) == committed
    told = [each for each in harness.events if each.get("item", {}).get("role") == "user"]
    assert len(told) == items
    assert harness.of(ITEM + "input_audio_transcription.completed")
    assert harness.of(R + "done")
    harness.say("Typed items are told.")
    harness.run(0.1)
    assert harness.of(ITEM + "added")[-1]["item"]["role"] == "user"


# --- responses ----------------------------------------------------------------------------------------


def test_metadata_may_be_refused_and_the_response_comes_all_the_same() -> None:
    harness = Harness(choices=Pick(response_tags=2))
    harness.send("response.create")
    harness.run(3.0)
    assert harness.kinds()[1:3] == ["error", R + "created"]
    (error,) = harness.errors
    assert (error["type"], error["code"], error["event_id"]) == ("invalid_request_error", None, None)
    assert "`response.metadata` is not supported" in error["message"]
    ended = [*harness.of(R + "created"), *harness.of(R + "done")]
    assert [each["response"]["metadata"] for each in ended] == [None, None]
    harness.send("response.create", response={"metadata": None})
    harness.run(3.0)
    assert len(harness.errors) == 1


@pytest.mark.parametrize(("option", "refused"), [(0, False), (1, True)])
def test_a_response_while_outputs_are_missing(option: int, refused: bool) -> None:
    harness = Harness(script=[Reply(Call("f"))], choices=Pick(missing_outputs=option))
    harness.send("response.create")
    harness.run(2.0)
    harness.send("response.create")
    harness.send("response.create", response={"conversation": "none"})
    harness.run(2.0)
    assert len(harness.of(R + "created")) == (2 if refused else 3)
    told = [(each["type"], each["code"], each["event_id"]) for each in harness.errors]
    assert told == ([("function_call_output_pending", None, "c2")] if refused else [])
    call_id = harness.of(R + "function_call_arguments.done")[0]["call_id"]
    harness.send(ITEM + "create", item={**OUTPUT, "call_id": call_id})
    harness.send("response.create")
    harness.run(2.0)
    assert len(harness.errors) == len(told)


def test_items_that_are_confirmed_after_the_next_response() -> None:
    harness = Harness(choices=Pick(item_confirmation=1))
    harness.say("Hi.", id="mine")
    harness.run(10.0)
    assert harness.of(ITEM + "added") == []
    harness.send("response.create")
    harness.run(3.0)
    kinds = [(each["type"], each.get("item", {}).get("id")) for each in harness.events]
    done = next(at for at, each in enumerate(kinds) if each[0] == R + "done")
    assert (ITEM + "done", "mine") in kinds[done:]
    assert (ITEM + "added", "mine") in kinds[done:]
    harness.send(ITEM + "delete", item_id="mine")
    harness.run(1.0)
    assert harness.errors == []


def test_items_are_confirmed_after_a_done_that_came_late() -> None:
    picks = Pick(item_confirmation=1, cancelled_done=1)
    harness = Harness(script=[Reply(Say("word " * 40))], choices=picks)
    harness.say("Hi.", id="mine")
    harness.send("response.create")
    harness.run(0.5)
    harness.send("response.cancel")
    harness.run(3.0)
    kinds = [(each["type"], each.get("item", {}).get("id")) for each in harness.events]
    assert kinds.index((ITEM + "added", "mine")) == kinds.index((R + "done", None)) + 1


def test_what_follows_a_request_is_confirmed_before_its_response_is_announced() -> None:
    harness = Harness(choices=Pick(client_created=1))
    harness.send("response.create")
    harness.say("Meanwhile.", id="mine")
    harness.run(0.1)
    assert harness.kinds()[1:] == [ITEM + "added", ITEM + "done"]
    harness.run(0.16)
    assert harness.kinds()[-1] == R + "created"
    harness.run(3.0)
    assert harness.of(R + "done")


@pytest.mark.parametrize("option", [0, 1])
def test_the_rate_where_no_format_was_asked_for(option: int) -> None:
    harness = Harness(script=[Reply(Say("Hi.", audio_ms=100))] * 2, choices=Pick(output_rate=option))
    unasked = (harness.of("session.created")[0]["session"])["audio"]["output"]["format"]
    assert unasked == ({"type": "audio/pcm", "rate": 24000}, None)[option]
    harness.send("response.create")
    harness.run(3.0)
    harness.update(audio={"output": {"format": {"type": "audio/pcm", "rate": 24000}}})
    harness.send("response.create")
    harness.run(3.0)
    sizes = [len(base64.b64decode(each["delta"])) for each in harness.of(R + "output_audio.delta")]
    assert sizes == [(4800, 3200)[option], 4800]


# --- null, and nothing --------------------------------------------------------------------------------

NULLS = (
    "instructions",
    "tools",
    "tool_choice",
    "max_output_tokens",
    "conversation",
    "output_modalities",
    "audio",
    "input",
)


def test_null_in_a_response_create_is_as_if_it_were_not_there() -> None:
    """LiveKit's client writes it so."""
    harness = Harness()
    harness.send("response.create", response=dict.fromkeys(NULLS))
    harness.run(3.0)
    assert harness.server.violations == ()
    (done,) = harness.of(R + "done")
    assert done["response"]["max_output_tokens"] == "inf"
    assert done["response"]["output_modalities"] == ["audio"]


@pytest.mark.parametrize(
    "key", ["instructions", "tools", "tool_choice", "max_output_tokens", "output_modalities"]
)
def test_null_is_no_setting_of_a_session(key: str) -> None:
    harness = Harness()
    harness.update(**{key: None})
    assert harness.errors[0]["code"] == "invalid_type"


def test_an_append_of_nothing_is_refused() -> None:
    """As the real server does: "Expected base64-encoded audio bytes … but got empty bytes"."""
    harness = Harness()
    harness.send("input_audio_buffer.append", audio="")
    harness.run(0.1)
    assert harness.errors[0]["code"] == "invalid_value"
    assert "got empty bytes" in harness.errors[0]["message"]
