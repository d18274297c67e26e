"""What a careless or hostile server or client may send around speech, texts and interruptions (L1, L2)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from realtime_translate import ClientDialect, Config, Limits
from realtime_translate.errors import OrderError
from tests.events import TOOLS, call_done, call_item, created, done, event, speech
from tests.harness import Desk, ready, restored
from tests.unit.session.played import VAD

STARTED, STOPPED = speech("speech_started"), speech("speech_stopped")
BOTH = pytest.mark.parametrize("dialect", ClientDialect)
TRANSCRIBED = "conversation.item.input_audio_transcription.completed"


def desk_of(dialect: ClientDialect, **fields: Any) -> Desk:
    return ready(Desk, Config(dialect, **fields), TOOLS)


@pytest.mark.parametrize(("start", "end"), [(-1e308, 1e308), (1e308, 1e308), (900, 100), (10**300, 5)])
@BOTH
def test_L1_places_in_the_audio_may_be_anything(dialect: ClientDialect, start: float, end: float) -> None:
    desk = desk_of(dialect)
    desk.upstream({**STARTED, "item_id": "u1", "audio_start_ms": start})
    desk.upstream({**STOPPED, "item_id": "u1", "audio_end_ms": end})
    desk.upstream({"type": "input_audio_buffer.committed", "item_id": "u1"})
    log = desk.upstream({"type": TRANSCRIBED, "item_id": "u1", "content_index": 0, "transcript": "Hi"})
    told = [each for each in log.client if isinstance(each, dict)]
    assert [each.get("content") or each.get("transcript") for each in told][:1] == ["Hi"]
    assert "duration" not in told[0]


@pytest.mark.parametrize("index", [True, -1, 2**70, 1.5, "0", None])
def test_B3_a_content_index_may_be_anything(index: Any) -> None:
    desk = ready(Desk)
    delta = event("output_audio.delta", delta="AAAA" * 4000, item_id="i1", content_index=index)
    desk.upstream(created(), delta)
    desk.translator = restored(desk.translator, desk.config, desk.clock)
    (truncate,) = desk.upstream(STARTED).of("conversation.item.truncate")
    assert json.dumps(truncate["content_index"]) == "0"


@pytest.mark.parametrize("played", [1.5, float("nan"), float("inf"), True, None, "7", -1])
def test_B3_a_report_is_a_whole_number(played: Any) -> None:
    desk = ready(Desk)
    with pytest.raises(OrderError, match="whole number of milliseconds"):
        desk.translator.playback_reported(played)


def late_text() -> dict[str, Any]:
    return event("output_text.delta", "resp_0", delta="Late", item_id="i0", content_index=0)


@pytest.mark.parametrize("then", ["timer", "interrupt"])
@BOTH
def test_always_true_6_late_text_leaves_nothing_behind(dialect: ClientDialect, then: str) -> None:
    desk = desk_of(dialect)
    desk.upstream(created("resp_0"), done("resp_0"), created("resp_1"))
    desk.upstream(event("output_text.delta", "resp_1", delta="Hello", item_id="i1", content_index=0))
    if then == "timer":
        desk.upstream(
            event("output_item.done", "resp_1", item={"type": "message", "id": "i1", "content": []})
        )
    desk.upstream(late_text())
    text = {"type": "InjectAgentMessage", "message": "Now.", "behavior": "interrupt"}
    log = desk.wait(1.0) if then == "timer" else desk.client(text)
    words = [each["content"] for each in log.of("ConversationText")]
    cut_in_deepgram = then == "interrupt" and dialect is ClientDialect.DEEPGRAM
    assert words == ([] if cut_in_deepgram else ["Hello"])


def test_L1_a_giant_transcript_is_told_in_few_pieces() -> None:
    desk = Desk()
    desk.ready()
    whole = "a! " * 400_000
    spoken = event("output_audio_transcript.done", transcript=whole, item_id="i1", content_index=0)
    outputs = [*desk.translator.receive_from_upstream(json.dumps(created()))]
    outputs += desk.translator.receive_from_upstream(json.dumps(spoken))
    assert len(outputs) < 10


def test_L1_a_delta_of_many_sentences_is_told_in_few_pieces() -> None:
    desk = ready(Desk)
    desk.upstream(created())
    delta = event("output_audio_transcript.delta", delta="a! " * 20_000, item_id="i1", content_index=0)
    log = desk.upstream(delta)
    assert len(log.of("ConversationText")) == 1001
    assert sum(each["content"].count("a!") for each in log.of("ConversationText")) == 20_000


@BOTH
def test_L3_texts_to_speak_are_bounded_in_bytes(dialect: ClientDialect) -> None:
    desk = desk_of(dialect, limits=Limits(text_bytes_up=1000))
    desk.upstream(created())
    text = {"type": "InjectAgentMessage", "message": "x" * 400, "behavior": "queue"}
    assert [desk.client(text).closes for _ in range(2)] == [[], []]
    log = desk.client(text)
    assert log.of("Error")[0]["code"] == "CLIENT_MESSAGE_OVERFLOW"


@BOTH
def test_L2_a_prompt_does_not_grow_for_ever(dialect: ClientDialect) -> None:
    desk = desk_of(dialect, limits=Limits(item_text=100))
    longer = {"type": "UpdatePrompt", "prompt": "x" * 60}
    desk.client(longer)
    desk.upstream({"type": "session.updated", "session": {}})
    log = desk.client(longer)
    assert log.upstream == []
    assert [each["code"] for each in log.of("Warning")] == ["PROMPT_TOO_LONG"]


def test_F8_a_component_call_outlives_many_unanswered_calls() -> None:
    desk = ready(Desk, Config.component(), TOOLS)
    closed: list[str] = []
    for turn in range(300):
        response, call = f"resp_{turn}", f"call_{turn}"
        desk.translator.receive_from_upstream(json.dumps(created(response)))
        desk.translator.receive_from_upstream(json.dumps({**call_done(call), "response_id": response}))
        desk.translator.receive_from_upstream(json.dumps(done(response, output=[call_item(call)])))
        log = desk.upstream(STARTED)
        closed += [each["item"]["call_id"] for each in log.of("conversation.item.create")]
        assert log.of("FunctionCallCancelled") == []
    assert closed == [f"call_{turn}" for turn in range(300 - 64)]
    assert desk.translator.state.opening.value == "ready"


def test_B1_the_client_drops_its_playback_once() -> None:
    desk = ready(Desk)
    desk.upstream(created(), event("output_audio.delta", delta="AAAA" * 4000, item_id="i1"))
    assert desk.upstream(STARTED).client_types[0] == "UserStartedSpeaking"
    desk.upstream(STOPPED)
    log = desk.client({"type": "InjectAgentMessage", "message": "Wait.", "behavior": "interrupt"})
    assert "UserStartedSpeaking" not in log.client_types


def test_B1_an_item_first_heard_of_after_the_cut_response_is_not_told() -> None:
    desk = ready(Desk)
    desk.upstream(created(), STARTED, done(status="cancelled"))
    content = [{"type": "output_audio", "transcript": "Two be"}]
    item = {"type": "message", "role": "assistant", "id": "i1", "status": "incomplete", "content": content}
    assert desk.upstream({"type": "conversation.item.added", "item": item}).client == []


def test_O4_a_repeated_commit_blocks_nothing() -> None:
    desk = ready(Desk)
    committed = {"type": "input_audio_buffer.committed", "item_id": "u1"}
    desk.upstream(committed, committed, created())
    text = {"type": TRANSCRIBED, "item_id": "u1", "content_index": 0, "transcript": "Hi"}
    assert desk.upstream(text).of("ConversationText")[0]["content"] == "Hi"
    said = event("output_text.done", text="Hello.", item_id="i1", content_index=0)
    assert desk.upstream(said).of("ConversationText")[0]["content"] == "Hello."


def test_O4_a_timeout_after_its_commit_blocks_nothing() -> None:
    desk = ready(Desk)
    desk.upstream({"type": "input_audio_buffer.committed", "item_id": "u1"})
    desk.upstream({"type": "input_audio_buffer.timeout_triggered", "item_id": "u1"})
    desk.upstream({"type": "input_audio_buffer.committed", "item_id": "u2"})
    text = {"type": TRANSCRIBED, "item_id": "u2", "content_index": 0, "transcript": "Hi"}
    assert desk.upstream(text).of("ConversationText")[0]["content"] == "Hi"


def test_O4_an_interim_transcript_is_not_repeated_when_it_grows_no_more() -> None:
    desk = ready(Desk, Config.component(limits=Limits(item_text=8)))
    desk.upstream({"type": "input_audio_buffer.committed", "item_id": "u1"})
    piece = {"type": TRANSCRIBED.replace("completed", "delta"), "item_id": "u1", "delta": "Hello"}
    assert [len(desk.upstream(piece).of("Transcript")) for _ in range(3)] == [1, 0, 0]


def test_L2_calls_without_a_name_are_bounded() -> None:
    desk = ready(Desk, Config.deepgram(limits=Limits(pending_messages=4)), TOOLS)
    desk.upstream(created())
    for number in range(20):
        desk.upstream(
            event("function_call_arguments.done", call_id=f"c{number}", item_id=f"i{number}", arguments="{}")
        )
    snapshot: Any = desk.translator.snapshot()
    assert len(snapshot["call"]["calls"]["calls"]) == 4


def test_G3_a_greeting_to_be_spoken_is_not_said_to_have_been() -> None:
    settings = {"type": "Settings", "audio": {}, "agent": {"greeting": "Ahoy!"}}
    shown = ready(Desk, VAD).config
    for mode, told in (("text", True), ("spoken", False)):
        desk = Desk(Config(shown.dialect, greeting=type(shown.greeting)(mode)))
        (update,) = desk.ready(settings).of("session.update")
        assert ("Ahoy!" in update["session"].get("instructions", "")) is told
