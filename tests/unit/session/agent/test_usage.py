"""O9: answers that nobody hears, tokens, and transcription that fails in each turn."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config, Notice
from tests.events import audio, call_item, created, text_done
from tests.harness import Desk, Log, ready

BOTH = pytest.mark.parametrize("preset", [Config.deepgram, Config.component], ids=["deepgram", "component"])
MESSAGE = {"type": "message", "id": "msg_1", "role": "assistant", "content": []}


def done(response_id: str = "resp_1", **response: Any) -> dict[str, Any]:
    said = {"id": response_id, "status": "completed", "output": [MESSAGE], **response}
    return {"type": "response.done", "response": said}


def unheard(log: Log) -> bool:
    return "ANSWER_WITHOUT_AUDIO" in log.notices


@BOTH
def test_O9_an_answer_without_audio_is_noticed(preset: Any) -> None:
    desk = ready(Desk, preset())
    assert unheard(desk.upstream(created(), text_done("Hi."), done()))
    assert not unheard(
        desk.upstream(created("resp_2"), {**audio(b"\1\2" * 240), "response_id": "resp_2"}, done("resp_2"))
    )
    assert unheard(desk.upstream(created("resp_3"), text_done("Hi.", "msg_3"), done("resp_3")))
    assert not unheard(desk.upstream(done("resp_3"))), "it was said already"


@BOTH
@pytest.mark.parametrize(
    "response",
    [
        {"output": [call_item("call_1")]},
        {"output": []},
        {"output": None},
        {"status": "cancelled"},
        {"status": "failed"},
    ],
    ids=str,
)
def test_O9_what_is_no_completed_message_is_not(preset: Any, response: dict[str, Any]) -> None:
    assert not unheard(ready(Desk, preset()).upstream(created(), done(**response)))


def test_O9_nor_where_only_text_was_asked_for() -> None:
    desk = Desk(Config.component())
    think = {"provider": {"type": "open_ai"}, "outputModalities": ["text"]}
    desk.ready({"type": "Settings", "audio": {}, "agent": {"think": think}})
    assert not unheard(desk.upstream(created(), text_done("Hi."), done()))


USED = {
    "total_tokens": 20,
    "input_tokens": 12,
    "output_tokens": 8,
    "input_token_details": {"cached_tokens": 1, "text_tokens": 5, "audio_tokens": 7},
    "output_token_details": {"text_tokens": 2, "audio_tokens": 6},
}


def used(log: Log) -> list[dict[str, Any]]:
    return [dict(each.fields) for each in log.outputs if isinstance(each, Notice) and each.code == "USAGE"]


@BOTH
def test_O9_the_tokens_of_a_response_are_told(preset: Any) -> None:
    assert used(ready(Desk, preset()).upstream(created(), done(usage=USED))) == [
        {
            "of": "response",
            "total": 20,
            "input": 12,
            "input_cached": 1,
            "input_text": 5,
            "input_audio": 7,
            "output": 8,
            "output_text": 2,
            "output_audio": 6,
        }
    ]


@BOTH
@pytest.mark.parametrize("usage", [None, {}, 7, []], ids=str)
def test_O9_no_counts_no_notice(preset: Any, usage: Any) -> None:
    assert used(ready(Desk, preset()).upstream(created(), done(usage=usage))) == []


@BOTH
def test_O9_a_count_is_a_whole_number(preset: Any) -> None:
    odd = {"total_tokens": 2**60, "input_tokens": -1, "output_tokens": "8", "input_token_details": True}
    (told,) = used(ready(Desk, preset()).upstream(created(), done(usage=odd)))
    assert {value for name, value in told.items() if name != "of"} == {0}


def transcribed(kind: str, **fields: Any) -> dict[str, Any]:
    return {
        "type": f"conversation.item.input_audio_transcription.{kind}",
        "item_id": "u1",
        "content_index": 0,
        **fields,
    }


@BOTH
def test_O9_and_of_a_transcription(preset: Any) -> None:
    desk = ready(Desk, preset())
    committed = {"type": "input_audio_buffer.committed", "item_id": "u1"}
    words = {"transcript": "Hi.", "usage": USED}
    log = desk.upstream(committed, transcribed("completed", status="in_progress", **words))
    assert used(log) == []
    log = desk.upstream(transcribed("completed", **words))
    assert [(each["of"], each["total"]) for each in used(log)] == [("transcription", 20)]


@BOTH
def test_O9_one_warning_for_a_transcription_that_fails_in_each_turn(preset: Any) -> None:
    desk = ready(Desk, preset())
    told: list[str] = []
    for number in range(3):
        desk.upstream({"type": "input_audio_buffer.committed", "item_id": f"u{number}"})
        failed = transcribed("failed", error={"code": "DeploymentNotFound"})
        log = desk.upstream({**failed, "item_id": f"u{number}"})
        assert "TRANSCRIPTION_FAILED" in log.notices
        told += [each["code"] for each in log.of("Warning")]
    assert told == (["TRANSCRIPTION_FAILED"] if preset == Config.deepgram else [])
