"""The user's audio on its way upstream (A1, A3, A4)."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_translate import Config, ManualCommit
from realtime_translate.session.policies.input_audio.stream import MAX_APPEND
from tests.harness import Desk, Log, ready
from tests.unit.session.played import MANUAL, Way

MULAW = {"type": "Settings", "audio": {"input": {"encoding": "mulaw", "sample_rate": 8000}}, "agent": {}}


def appended(*logs: Log) -> bytes:
    """The audio of all appends."""
    frames = [each for log in logs for each in log.upstream if each["type"] == "input_audio_buffer.append"]
    return b"".join(base64.b64decode(each["audio"]) for each in frames)


def test_A1_a_binary_frame_is_audio_whatever_is_in_it(way: Way) -> None:
    desk = ready(way)
    frame = json.dumps({"type": "KeepAlive" + " "}).encode()
    log = desk.client(frame)
    assert log.upstream == [{"type": "input_audio_buffer.append", "audio": base64.b64encode(frame).decode()}]


def test_A1_a_text_frame_is_json_whatever_is_in_it(way: Way) -> None:
    log = ready(way).client("\0\0\0\0")
    assert log.upstream == []
    assert log.of("Error")[0]["code"] == "UNPARSABLE_CLIENT_MESSAGE"


def test_R6_an_append_has_no_event_id(way: Way) -> None:
    assert set(ready(way).client(b"\0\0").upstream[0]) == {"type", "audio"}


def test_A3_an_odd_byte_waits_for_the_next_frame(way: Way) -> None:
    desk = ready(way)
    assert appended(desk.client(b"\1\2\3")) == b"\1\2"
    assert desk.client(b"").outputs == []
    assert appended(desk.client(b"\4")) == b"\3\4"
    assert desk.client(b"\5").outputs == []
    assert appended(desk.client(b"\6\7")) == b"\5\6"


def test_A3_an_empty_frame_vanishes(way: Way) -> None:
    desk = ready(way, MANUAL)
    assert desk.client(b"").outputs == []
    assert desk.translator.next_deadline is None


def test_A3_a_sample_of_one_byte_never_waits(way: Way) -> None:
    assert appended(ready(way, MANUAL, MULAW).client(b"\1\2\3")) == b"\1\2\3"


@given(st.lists(st.binary(max_size=7)))
def test_A3_the_bytes_appended_do_not_depend_on_the_cuts(frames: list[bytes]) -> None:
    desk = ready(Desk)
    whole = b"".join(frames)
    logs = [desk.client(frame) for frame in frames]
    assert appended(*logs) == whole[: len(whole) // 2 * 2]
    assert all(len(appended(log)) % 2 == 0 for log in logs)


@pytest.mark.parametrize(
    ("size", "appends"),
    [(MAX_APPEND, [MAX_APPEND]), (MAX_APPEND + 3, [MAX_APPEND, 2]), (16 * 2**20, [MAX_APPEND, 2**20])],
)
def test_A4_one_append_carries_at_most_15_mib(size: int, appends: list[int]) -> None:
    assert MAX_APPEND == 15 * 1024 * 1024
    desk = Desk(Config.deepgram(turn_detection=ManualCommit()))
    desk.ready()
    log = desk.client(bytes(size))
    assert [len(base64.b64decode(each["audio"])) for each in log.upstream] == appends
