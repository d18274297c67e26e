"""R1, L1, I1, A2: edges of the engine: ends that cannot be read, frames at the limit, beats of a timer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from realtime_translate import Config, Limits, SilenceKeepalive
from realtime_translate.session.ids import MAX_ID
from tests.events import created, done
from tests.harness import Desk, ready
from tests.unit.session.played import VAD

SMALL = Config.deepgram(limits=Limits(frame_bytes_down=1000))


def unreadable(response: Any) -> dict[str, Any]:
    """A `response.done` of which a field has the wrong type."""
    return {"type": "response.done", "response": response}


@pytest.mark.parametrize("ended", ["resp_1", "r" * MAX_ID])
def test_R1_an_unreadable_end_of_an_ended_response_does_not_end_the_next(ended: str) -> None:
    desk = ready(Desk, VAD)
    desk.upstream(created(ended), done(ended), created("resp_2"))
    log = desk.upstream(unreadable({"id": ended, "output": "?"}))
    assert "UPSTREAM_MALFORMED" in log.notices
    assert log.client == []
    assert desk.translator.state.response.value != "free"
    assert desk.upstream(done("resp_2")).client_types == ["AgentAudioDone"]


@pytest.mark.parametrize(
    "response", [{"id": "resp_1", "output": "?"}, {"id": 7}, {"output": "?"}, 7, None, []]
)
def test_R1_an_unreadable_end_ends_what_is_active(response: Any) -> None:
    desk = ready(Desk, VAD)
    desk.upstream(created())
    assert desk.upstream(unreadable(response)).client_types == ["AgentAudioDone"]
    assert desk.translator.state.response.value == "free"


@pytest.mark.parametrize("size", [240, 251, 500, 1000])
@pytest.mark.parametrize("letter", ["x", "é"])
def test_L1_a_frame_of_bytes_is_read_up_to_the_limit(size: int, letter: str) -> None:
    empty = json.dumps({"type": "strange", "x": ""}).encode()
    count, rest = divmod(size - len(empty), len(letter.encode()))
    frame = empty.replace(b'""', b'"' + letter.encode() * count + b" " * rest + b'"')
    assert len(frame) == size
    assert ready(Desk, SMALL).upstream(frame).notices == ["UPSTREAM_UNKNOWN"]
    assert ready(Desk, SMALL).upstream(frame + b" " * 1000).notices == ["UPSTREAM_MALFORMED"]


@pytest.mark.parametrize("every", [0.25, 0.5, 1.0, 4.0])
def test_I1_a_beat_that_fires_in_time_is_followed_by_the_next(every: float) -> None:
    desk = ready(Desk, Config.deepgram(keepalive=SilenceKeepalive(every=every, ms=100)))
    for _ in range(3):
        began = desk.translator.next_deadline
        assert desk.wait_deadline().upstream_types == ["input_audio_buffer.append"]
        assert desk.translator.next_deadline == (began or 0.0) + every


def test_I1_beats_that_were_missed_are_one() -> None:
    desk = ready(Desk, Config.deepgram(keepalive=SilenceKeepalive(every=2.0, ms=100)))
    assert desk.wait(7.0).upstream_types == ["input_audio_buffer.append"]
    assert desk.translator.next_deadline == 108.0
