"""User turns: manual commits, voice activity, interruptions."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from realtime_translate.testing import Reply, Say
from tests.unit.testing.model.harness import LOUD, QUIET, Harness, Pick, manual

B = "input_audio_buffer."


def turn(harness: Harness, *, before: int = 3, speech: int = 4, after: int = 3) -> None:
    """A spoken turn in 100 ms frames."""
    for sample, count in ((QUIET, before), (LOUD, speech), (QUIET, after)):
        for _ in range(count):
            harness.append(100, sample)


# --- manual commit (rule 4) ------------------------------------------------------------------------


def test_manual_turn() -> None:
    harness = manual()
    harness.append(60, QUIET)
    harness.append(40, LOUD)
    harness.send(B + "commit")
    harness.run(1.0)
    assert harness.kinds() == [B + "committed", "conversation.item.added", "conversation.item.done"]
    committed, added, done = harness.events
    assert committed["item_id"] == added["item"]["id"] == done["item"]["id"]
    assert committed["previous_item_id"] is None
    assert added["item"]["content"] == [{"type": "input_audio", "transcript": None}]
    assert harness.server.violations == ()


@pytest.mark.parametrize(("ms", "shown"), [(0, "0.00"), (20, "20.00"), (99, "99.00")])
def test_a_commit_needs_100_ms(ms: int, shown: str) -> None:
    harness = manual()
    if ms:
        harness.append(ms)
    harness.send(B + "commit")
    harness.run(0.1)
    (error,) = harness.errors
    assert error["code"] == "input_audio_buffer_commit_empty"
    assert error["message"] == (
        "Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, "
        f"but buffer only has {shown}ms of audio."
    )
    assert error["event_id"] == f"c{2 + bool(ms)}"
    assert harness.rules == [(4, True)]


def test_a_refused_commit_keeps_its_audio_and_a_good_one_does_not() -> None:
    harness = manual()
    harness.append(50)
    harness.send(B + "commit")
    harness.append(50)
    harness.send(B + "commit")
    harness.send(B + "commit")
    harness.run(0.1)
    assert harness.kinds() == [
        "error",
        B + "committed",
        "conversation.item.added",
        "conversation.item.done",
        "error",
    ]


def test_clear_forgets_and_answers_twice() -> None:
    harness = manual()
    harness.append(500)
    for kind in ("clear", "clear", "commit"):
        harness.send(B + kind)
    harness.run(0.1)
    assert [event["type"] for event in harness.events] == [B + "cleared", B + "cleared", "error"]


def test_no_voice_activity_without_turn_detection() -> None:
    harness = manual()
    turn(harness)
    assert harness.events == []


@pytest.mark.parametrize("kind", ["audio/pcmu", "audio/pcma"])
def test_g711_counts_8_bytes_a_millisecond(kind: str) -> None:
    harness = manual()
    harness.listen(format={"type": kind})
    harness.send(B + "append", audio=base64.b64encode(b"\x00" * 799).decode())
    harness.send(B + "commit")
    harness.run(0.1)
    assert "only has 99.88ms" in harness.errors[0]["message"]
    harness.send(B + "append", audio=base64.b64encode(b"\x00").decode())
    harness.send(B + "commit")
    harness.run(0.1)
    assert len(harness.of(B + "committed")) == 1


# --- voice activity --------------------------------------------------------------------------------


def test_a_spoken_turn() -> None:
    harness = Harness()
    harness.forget()
    turn(harness, before=5)
    harness.run(3.0)
    assert harness.kinds()[:7] == [
        B + "speech_started",
        B + "speech_stopped",
        B + "committed",
        "conversation.item.added",
        "conversation.item.done",
        "response.created",
        "response.output_item.added",
    ]
    started, stopped, committed = harness.events[:3]
    assert (started["audio_start_ms"], stopped["audio_end_ms"]) == (200, 1100)
    assert started["item_id"] == stopped["item_id"] == committed["item_id"]
    assert harness.server.violations == ()


def test_speech_starts_no_earlier_than_the_audio() -> None:
    harness = Harness()
    turn(harness, before=1)
    assert harness.of(B + "speech_started")[0]["audio_start_ms"] == 0


def test_the_turn_is_from_the_padding_to_the_silence() -> None:
    harness = Harness(transcribe=lambda data: str(len(data) // 48))
    harness.listen(transcription={"model": "whisper-1"})
    turn(harness, before=5)
    harness.run(1.0)
    assert harness.of("conversation.item.input_audio_transcription.completed")[0]["transcript"] == str(
        300 + 400 + 200
    )


def test_what_follows_the_silence_is_not_lost() -> None:
    turns: list[int] = []
    harness = Harness(transcribe=lambda data: str(turns.append(len(data) // 48)))
    harness.listen(transcription={"model": "whisper-1"})
    harness.append(500, LOUD)
    harness.append(1000, QUIET)
    assert harness.of(B + "speech_stopped")[0]["audio_end_ms"] == 700
    harness.send(B + "commit")
    harness.run(0.1)
    assert harness.errors == []
    first, second = (event["item_id"] for event in harness.of(B + "committed"))
    sizes = {item.id: len(item.audio) // 48 for item in harness.server._state.conversation.items}
    assert (sizes[first], sizes[second], turns) == (700, 800, [700])


def test_a_short_pause_does_not_end_the_turn() -> None:
    harness = Harness()
    harness.listen(turn_detection={"type": "server_vad", "silence_duration_ms": 300})
    for sample in (LOUD, QUIET, QUIET, LOUD, QUIET, QUIET):
        harness.append(100, sample)
    assert harness.of(B + "speech_stopped") == []
    harness.append(100, QUIET)
    assert harness.of(B + "speech_stopped")[0]["audio_end_ms"] == 700


@pytest.mark.parametrize(("kind", "silence"), [("audio/pcmu", b"\xff\x7f"), ("audio/pcma", b"\xd5\x55")])
def test_silence_of_g711(kind: str, silence: bytes) -> None:
    harness = Harness()
    harness.listen(format={"type": kind})
    frames = [silence * 400, (silence + b"\x00") * 267, silence * 800, silence * 800]
    for frame in frames[:2]:
        assert harness.of(B + "speech_started") == []
        harness.send(B + "append", audio=base64.b64encode(frame).decode())
        harness.run(0.1)
    assert len(harness.of(B + "speech_started")) == 1
    for frame in frames[2:]:
        harness.send(B + "append", audio=base64.b64encode(frame).decode())
    harness.run(0.1)
    assert len(harness.of(B + "speech_stopped")) == 1


def test_positions_survive_a_change_of_format() -> None:
    harness = Harness()
    harness.append(1000, QUIET)
    harness.listen(format={"type": "audio/pcmu"})
    harness.send(B + "append", audio=base64.b64encode(b"\x00" * 800).decode())
    harness.run(0.1)
    assert harness.of(B + "speech_started")[0]["audio_start_ms"] == 700


def test_no_response_if_the_client_creates_it() -> None:
    harness = Harness()
    harness.listen(turn_detection={"type": "server_vad", "create_response": False})
    turn(harness)
    harness.run(1.0)
    assert harness.kinds()[-1] == "conversation.item.done"


@pytest.mark.parametrize(
    ("eagerness", "pick", "ms"), [("auto", 0, 500), ("auto", 1, 4000), ("low", 1, 8000), ("high", 1, 2000)]
)
def test_semantic_vad(eagerness: str, pick: int, ms: int) -> None:
    harness = Harness(choices=Pick(semantic_end=pick))
    harness.listen(turn_detection={"type": "semantic_vad", "eagerness": eagerness})
    harness.append(100, LOUD)
    harness.append(ms - 100, QUIET)
    assert harness.of(B + "speech_stopped") == []
    harness.append(100, QUIET)
    assert harness.of(B + "speech_stopped")[0]["audio_end_ms"] == 100 + ms


def test_a_commit_with_turn_detection_is_a_violation() -> None:
    harness = Harness()
    harness.append(200, LOUD)
    harness.send(B + "commit")
    harness.run(0.1)
    (started,), (committed,) = harness.of(B + "speech_started"), harness.of(B + "committed")
    assert committed["item_id"] == started["item_id"]
    assert (harness.rules, harness.errors) == ([(4, False)], [])
    harness.append(100, LOUD)
    assert len(harness.of(B + "speech_started")) == 2


def test_a_commit_after_the_servers_own_is_refused() -> None:
    harness = Harness()
    harness.listen(turn_detection={"type": "server_vad", "create_response": False})
    turn(harness, after=2)
    harness.send(B + "commit")
    harness.run(0.1)
    assert "only has 0.00ms" in harness.errors[0]["message"]
    assert harness.rules == [(4, True)]


def test_clear_ends_the_speech() -> None:
    harness = Harness()
    harness.append(200, LOUD)
    harness.send(B + "clear")
    harness.append(500, QUIET)
    assert harness.of(B + "speech_stopped") == []
    harness.append(100, LOUD)
    first, second = harness.of(B + "speech_started")
    assert first["item_id"] != second["item_id"]


def test_another_update_does_not_end_the_speech() -> None:
    harness = Harness()
    harness.append(200, LOUD)
    harness.update(instructions="Hi.")
    harness.append(200, QUIET)
    assert len(harness.of(B + "speech_started")) == len(harness.of(B + "speech_stopped")) == 1


def test_turning_detection_off_ends_the_speech() -> None:
    harness = Harness()
    harness.append(200, LOUD)
    harness.listen(turn_detection=None)
    harness.listen(turn_detection={"type": "server_vad"})
    harness.append(500, QUIET)
    assert harness.of(B + "speech_stopped") == []


# --- interruptions ---------------------------------------------------------------------------------


def speaking(**options: Any) -> Harness:
    """A server that is in the middle of a long answer."""
    harness = Harness(script=[Reply(Say("word " * 50, audio_ms=9000))], **options)
    harness.send("response.create")
    harness.run(0.5)
    harness.forget()
    return harness


def test_speech_interrupts() -> None:
    harness = speaking()
    harness.send(B + "append", audio=base64.b64encode(LOUD * 2400).decode())
    harness.run(1.0)
    assert harness.kinds()[-8:] == [
        B + "speech_started",
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
        "rate_limits.updated",
    ]
    done = harness.of("response.done")[0]["response"]
    assert done["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
    assert done["output"][0]["status"] == "incomplete"
    said = done["output"][0]["content"][0]["transcript"]
    assert 0 < len(said) < 250
    assert said == harness.of("response.output_audio_transcript.done")[0]["transcript"]


def test_a_few_deltas_may_follow_the_interruption() -> None:
    harness = speaking(choices=Pick(interrupt_lag=1))
    harness.append(100, LOUD)
    harness.run(0.1)
    kinds = [event["type"] for event in harness.events]
    between = kinds[kinds.index(B + "speech_started") : kinds.index("response.output_audio.done")]
    assert 2 <= sum(kind.endswith(".delta") for kind in between) <= 4
    assert harness.of("response.done")[0]["response"]["status"] == "cancelled"


def test_a_late_interruption_spares_the_next_response() -> None:
    harness = speaking(choices=Pick(interrupt_lag=1), latency=0.0)
    harness.send(B + "append", audio=base64.b64encode(LOUD * 2400).decode())
    harness.send("response.cancel")
    harness.send("response.create")
    harness.run(2.0)
    assert [event["response"]["status"] for event in harness.of("response.done")] == [
        "cancelled",
        "completed",
    ]


def test_speech_need_not_interrupt() -> None:
    harness = speaking()
    harness.listen(turn_detection={"type": "server_vad", "interrupt_response": False})
    turn(harness)
    harness.run(5.0)
    first, second = harness.of("response.done")
    assert first["response"]["status"] == second["response"]["status"] == "completed"
    kinds = [event["type"] for event in harness.events]
    assert kinds.index(B + "committed") < kinds.index("response.done") < kinds.index("response.created")
    assert harness.server.violations == ()


def test_a_busy_server_may_forget_to_answer() -> None:
    harness = speaking(choices=Pick(vad_response_when_busy=1))
    harness.listen(turn_detection={"type": "server_vad", "interrupt_response": False})
    turn(harness)
    harness.run(5.0)
    assert harness.of("response.created") == []


def test_a_clients_response_answers_the_owed_turn_too() -> None:
    harness = speaking()
    harness.listen(turn_detection={"type": "server_vad", "interrupt_response": False})
    turn(harness)
    harness.send("response.cancel")
    harness.send("response.create")
    harness.run(5.0)
    assert len(harness.of("response.created")) == 1
    assert [event["response"]["status"] for event in harness.of("response.done")] == [
        "cancelled",
        "completed",
    ]
    assert harness.errors == []
