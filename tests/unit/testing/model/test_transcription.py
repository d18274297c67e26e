"""Input transcription: a process of its own."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from realtime_translate.testing import TranscriptionFailure
from tests.unit.testing.model.harness import LOUD, QUIET, Harness, Pick, manual

B = "input_audio_buffer."
HEARD = "conversation.item.input_audio_transcription."


def hear(**options: Any) -> Harness:
    harness = manual(**options)
    harness.listen(transcription={"model": "whisper-1"})
    harness.append(1500, LOUD)
    harness.send(B + "commit")
    harness.send("response.create")
    harness.run(3.0)
    return harness


@pytest.mark.parametrize(("pick", "begin", "end"), [(0, True, True), (1, False, False), (2, True, False)])
def test_transcription_comes_when_chosen(pick: int, begin: bool, end: bool) -> None:
    harness = hear(choices=Pick(transcription=pick), transcribe="Hello there.")
    kinds = [event["type"] for event in harness.events]
    done = kinds.index(HEARD + "completed")
    assert (done > kinds.index("response.created")) is begin
    assert (done < kinds.index("response.done")) is (end or not begin)
    assert [event["delta"] for event in harness.of(HEARD + "delta")] == [" Hello", " there."]
    completed = harness.events[done]
    assert completed["transcript"] == "Hello there."
    assert completed["usage"] == {"type": "duration", "seconds": 2}
    assert completed["item_id"] == harness.of(B + "committed")[0]["item_id"]


def test_a_late_transcription_holds_nothing_up() -> None:
    """It starts when the next event is taken up, and runs beside it."""
    harness = manual(choices=Pick(transcription=2), latency=0.1, token_interval=0.01, transcribe="a b c")
    harness.listen(transcription={"model": "whisper-1"})
    harness.append(200)
    harness.send(B + "commit")
    harness.send("response.create")
    harness.run_until(lambda: bool(harness.of("response.output_audio.delta")))
    sent = harness.clock.now
    for _ in range(60):
        harness.send(B + "clear")
        harness.run(0.01)
    harness.run(1.0)
    kinds = [event["type"] for event in harness.events]
    answers = [time for time, kind in zip(harness.times, kinds, strict=True) if kind == B + "cleared"]
    assert answers == pytest.approx([sent + 0.1 + 0.01 * index for index in range(60)])
    assert kinds.index("response.done") < kinds.index(HEARD + "delta")
    assert len(harness.of(HEARD + "delta")) == 3


def test_its_deltas_come_one_an_interval() -> None:
    harness = manual(latency=0.5, token_interval=0.125, transcribe="a b")
    harness.listen(transcription={"model": "whisper-1"})
    harness.append(200)
    harness.forget()
    start = harness.clock.now
    harness.send(B + "commit")
    harness.run(2.0)
    kinds = [event["type"].rpartition(".")[2] for event in harness.events]
    assert kinds[-3:] == ["delta", "delta", "completed"]
    expected = [start + 0.5 + 0.25 + 0.125 * index for index in range(3)]
    assert harness.times[-3:] == pytest.approx(expected)


def test_transcription_after_nothing_is_at_once() -> None:
    harness = manual(choices=Pick(transcription=2))
    harness.listen(transcription={"model": "whisper-1"})
    harness.append(200)
    harness.send(B + "commit")
    harness.run(1.0)
    assert len(harness.of(HEARD + "completed")) == 1


def test_no_transcription_unless_configured() -> None:
    harness = manual()
    harness.append(200)
    harness.send(B + "commit")
    harness.run(1.0)
    assert not [kind for kind in harness.kinds() if kind.startswith(HEARD)]


def test_silence_has_an_empty_transcript() -> None:
    harness = manual(transcribe=lambda _: "never asked")
    harness.listen(transcription={"model": "whisper-1"})
    harness.append(200, QUIET)
    harness.send(B + "commit")
    harness.run(1.0)
    (completed,) = harness.of(HEARD + "completed")
    assert (completed["transcript"], completed["usage"]["seconds"]) == ("", 0)
    assert harness.of(HEARD + "delta") == []


def test_transcription_can_fail() -> None:
    harness = hear(transcribe=lambda _: TranscriptionFailure())
    (failed,) = harness.of(HEARD + "failed")
    item_id = harness.of(B + "committed")[0]["item_id"]
    assert (failed["item_id"], failed["content_index"]) == (item_id, 0)
    assert failed["error"] == {
        "type": "server_error",
        "code": "transcription_error",
        "message": f"Input transcription failed for item '{item_id}'.",
        "param": None,
    }
    assert harness.of(HEARD + "completed") == []
    assert harness.of("response.done")[0]["response"]["status"] == "completed"


def test_the_item_has_its_transcript_afterwards() -> None:
    harness = hear(transcribe="Hi.")
    item_id = harness.of(B + "committed")[0]["item_id"]
    harness.send("conversation.item.retrieve", item_id=item_id)
    harness.run(0.1)
    (part,) = harness.of("conversation.item.retrieved")[0]["item"]["content"]
    assert part["transcript"] == "Hi."
    assert base64.b64decode(part["audio"]) == LOUD * 36000


# --- choices ----------------------------------------------------------------------------------------


def completed(harness: Harness) -> list[str]:
    return [event["transcript"] for event in harness.of(HEARD + "completed")]


def test_it_may_fail_by_choice() -> None:
    harness = hear(choices=Pick(transcription_result=1))
    assert len(harness.of(HEARD + "failed")) == 1
    assert (completed(harness), harness.of(HEARD + "delta")) == ([], [])
    assert harness.of("response.done")[0]["response"]["status"] == "completed"
    assert harness.errors == []


def test_it_may_hear_nothing() -> None:
    harness = hear(choices=Pick(transcription_result=2))
    (event,) = harness.of(HEARD + "completed")
    assert (event["transcript"], event["usage"]["seconds"]) == ("", 0)
    assert harness.of(HEARD + "delta") == []


@pytest.mark.parametrize(
    "options", [{"choices": Pick(transcription_result=3)}, {"transcribe": lambda _: None}]
)
def test_it_may_never_come(options: dict[str, Any]) -> None:
    harness = hear(**options)
    harness.run(100.0)
    assert not [kind for kind in harness.kinds() if kind.startswith(HEARD)]
    assert harness.of("response.done")[0]["response"]["status"] == "completed"


@pytest.mark.parametrize(("pick", "deltas"), [(0, [" Hello", " there."]), (1, ["Hello there."]), (2, [])])
def test_its_deltas(pick: int, deltas: list[str]) -> None:
    harness = hear(choices=Pick(transcription_deltas=pick), transcribe="Hello there.")
    assert [event["delta"] for event in harness.of(HEARD + "delta")] == deltas
    assert completed(harness) == ["Hello there."]


def test_no_text_has_no_delta() -> None:
    assert hear(choices=Pick(transcription_deltas=1), transcribe="").of(HEARD + "delta") == []


def test_it_may_come_after_the_next_turns() -> None:
    """The first turn's waits for the response to the second."""

    class Late:
        asked = 0

        def choose(self, name: str, options: int) -> int:
            if name != "transcription":
                return 0
            self.asked += 1
            return 3 if self.asked == 1 else 0

    texts = iter(["Two.", "One."])  # in the order in which they are heard
    harness = hear(choices=Late(), transcribe=lambda _: next(texts))
    harness.run(100.0)
    assert completed(harness) == []
    harness.append(500)
    harness.send(B + "commit")
    harness.send("response.create")
    harness.run(3.0)
    first, second = (event["item_id"] for event in harness.of(B + "committed"))
    heard = [(event["item_id"], event["transcript"]) for event in harness.of(HEARD + "completed")]
    assert heard == [(second, "Two."), (first, "One.")]
    kinds = [event["type"] for event in harness.events]
    ends = [index for index, kind in enumerate(kinds) if kind == "response.done"]
    marks = [index for index, kind in enumerate(kinds) if kind == HEARD + "completed"]
    assert ends[0] < marks[0] < ends[1] < marks[1]
    assert harness.server._state.late_transcripts == []
    assert harness.server.violations == ()
