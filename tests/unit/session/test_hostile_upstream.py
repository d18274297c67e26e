"""What a careless or hostile server sends must not wedge a call, or grow it (L1, L2)."""

from __future__ import annotations

import json

import pytest

from realtime_translate import CloseClient, Config, ContextMode, GreetingMode
from realtime_translate.session.ids import MAX_ID
from tests.events import created, done
from tests.harness import SETTINGS, Desk, Json, ready

TOOLS: Json = {
    "type": "Settings",
    "audio": {},
    "agent": {"think": {"provider": {"type": "open_ai"}, "functions": [{"name": "look"}]}},
}


def call_item(kind: str, call_id: str, response_id: str = "resp_1", status: str = "completed") -> Json:
    item = {
        "type": "function_call",
        "id": f"i_{call_id}",
        "call_id": call_id,
        "name": "look",
        "status": status,
    }
    return {"type": kind, "response_id": response_id, "item": {**item, "arguments": "{}"}}


def text_confirmed(desk: Desk) -> int:
    """How many creates a typed text leads to at once."""
    item = desk.client({"type": "InjectUserMessage", "content": "Hello"}).upstream[0]["item"]
    return desk.upstream({"type": "conversation.item.added", "item": item}).upstream_types.count(
        "response.create"
    )


@pytest.mark.parametrize(
    "response",
    [
        {"id": "resp_1", "metadata": "none"},
        {"id": "resp_1", "output": [{"type": "message", "content": [{"text": "no type"}]}]},
        {"id": 7},
        "gone",
    ],
    ids=["metadata", "part", "id", "no object"],
)
def test_a_malformed_done_still_ends_its_response(response: object) -> None:
    desk = ready()
    desk.upstream(created())
    log = desk.upstream({"type": "response.done", "response": response})
    assert "UPSTREAM_MALFORMED" in log.notices
    assert desk.slot.value == "free"
    assert text_confirmed(desk) == 1


def test_a_malformed_done_before_ready_is_only_noticed() -> None:
    desk = Desk()
    desk.opened()
    desk.dialled()
    assert desk.upstream({"type": "response.done", "response": 1}).notices == ["UPSTREAM_MALFORMED"]


@pytest.mark.parametrize(
    "event",
    [
        created("r" * (MAX_ID + 1)),
        {"type": "response.output_text.delta", "response_id": "r" * (MAX_ID + 1), "delta": "x"},
    ],
    ids=["response", "response_id"],
)
def test_an_id_without_end_is_no_id(event: Json) -> None:
    desk = ready()
    assert desk.upstream(event).notices == ["UPSTREAM_MALFORMED"]
    assert len(json.dumps(desk.translator.snapshot()["call"]["slot"])) < MAX_ID * 4  # type: ignore[index]


def test_announced_calls_have_a_bound() -> None:
    desk = ready(settings=TOOLS)
    desk.upstream(created())
    for number in range(300):
        desk.upstream(call_item("response.output_item.added", f"call_{number}", status="in_progress"))
    calls = desk.translator.snapshot()["call"]["calls"]["calls"]  # type: ignore[index]
    assert len(calls) == Config.deepgram().limits.pending_messages


def test_a_cancelled_response_says_and_runs_nothing_more() -> None:
    desk = ready(settings=TOOLS)
    desk.upstream(created(), {"type": "response.output_text.delta", "response_id": "resp_1", "delta": "Well"})
    desk.upstream(done(status="cancelled"))
    log = desk.upstream(call_item("response.output_item.done", "call_1"))
    assert (log.client, log.notices) == ([], ["OUTPUT_LATE", "CALLS_CANCELLED"])


def test_late_text_of_a_completed_response_is_told_and_opens_no_turn() -> None:
    desk = ready(Desk, Config.component())
    desk.upstream(created(), done())
    late = {"response_id": "resp_1", "item_id": "msg_1"}
    log = desk.upstream({"type": "response.output_text.done", "text": "So.", **late})
    assert log.client_types == ["ConversationText"]
    assert desk.upstream({"type": "response.output_audio.done", **late}).client == []
    assert desk.translator.state.turn.value == "silent"


@pytest.mark.parametrize("config", [Config.deepgram(), Config.component()], ids=["deepgram", "component"])
def test_an_assistant_item_outside_any_response_opens_no_turn(config: Config) -> None:
    desk = ready(Desk, config)
    item = {
        "type": "message",
        "role": "assistant",
        "id": "msg_9",
        "content": [{"type": "output_text", "text": "Hm."}],
    }
    log = desk.upstream({"type": "conversation.item.added", "item": item})
    assert log.client_types[0] == "ConversationText"
    assert desk.translator.state.turn.value == "silent"


def test_a_turn_that_spoke_ends_although_its_last_response_was_cancelled_unheard() -> None:
    """O5: the turn is not lost when the response after a function call never says anything."""
    desk = ready(settings=TOOLS)
    audio = {"type": "response.output_audio.delta", "response_id": "resp_1", "delta": "AAAA"}
    desk.upstream(created(), audio, call_item("response.output_item.done", "call_1"))
    desk.client({"type": "FunctionCallResponse", "id": "call_1", "name": "look", "content": "{}"})
    assert desk.upstream(done()).client_types == []
    assert desk.upstream(created("resp_2"), done("resp_2", status="cancelled")).client_types == [
        "AgentAudioDone"
    ]


def test_a_huge_number_is_refused_before_anything_reads_it() -> None:
    desk = ready(Desk, Config.component())
    frame = '{"type":"input_audio_buffer.speech_stopped","audio_end_ms":1' + "0" * 330 + "}"
    assert desk.upstream(frame).notices == ["UPSTREAM_MALFORMED"]


def test_L3_waiting_texts_are_bounded_in_bytes_too() -> None:
    desk = Desk(Config.component())
    desk.opened()
    message = {"type": "InjectUserMessage", "content": "x" * 400_000}
    assert desk.client(message).closes == []
    desk.client(message)
    log = desk.client(message)
    assert log.of("Error")[0]["code"] == "CLIENT_MESSAGE_OVERFLOW"
    assert isinstance(log.closes[0], CloseClient)


def test_context_is_not_kept_once_upstream_has_taken_it() -> None:
    history = [{"type": "History", "role": "assistant", "content": "y" * 5000}]
    settings = {**SETTINGS, "agent": {"context": {"messages": history}}}
    desk = ready(Desk, Config.deepgram(context=ContextMode.ITEMS, greeting=GreetingMode.SUPPRESSED), settings)
    assert len(json.dumps(desk.translator.snapshot())) > 5000  # it may be refused yet
    desk.upstream(created(), done(), created("resp_2"))
    assert len(json.dumps(desk.translator.snapshot())) < 5000


def test_what_the_model_says_is_told_while_context_is_not_announced_yet() -> None:
    """O3: only the items that we created are silent."""
    history = [{"type": "History", "role": "assistant", "content": "Before."}]
    settings = {**SETTINGS, "agent": {"context": {"messages": history}}}
    desk = ready(Desk, Config.deepgram(context=ContextMode.ITEMS), settings)
    item = {
        "type": "message",
        "role": "assistant",
        "id": "msg_1",
        "content": [{"type": "output_text", "text": "Now."}],
    }
    log = desk.upstream(
        created(), {"type": "response.output_item.done", "response_id": "resp_1", "item": item}
    )
    assert [each["content"] for each in log.of("ConversationText")] == ["Now."]


def test_a_failure_is_noticed_by_its_code_not_by_its_words() -> None:
    desk = ready()
    desk.upstream(created())
    details = {"type": "failed", "error": {"message": "the card is 4111"}}
    log = desk.upstream(done(status="failed", status_details=details))
    assert "4111" not in "".join(str(each) for each in log.outputs if "RESPONSE_FAILED" in str(each))
    assert "4111" in log.of("Warning")[0]["description"]


def test_upstream_closing_normally_after_an_error_is_still_told() -> None:
    desk = ready()
    desk.upstream({"type": "error", "error": {"type": "server_error", "message": "Sorry."}})
    log = desk.translator.upstream_closed(1000)
    assert any("INTERNAL_SERVER_ERROR" in str(each) for each in log)
