"""The frames that carry audio, with the `speed` extra and without: the same, whatever comes (L1, O1)."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from realtime_translate import Translator
from realtime_translate.openai import audio_frames
from realtime_translate.openai.audio_frames import (
    AUDIO_DELTA,
    BETA_AUDIO_DELTA,
    MOST_AROUND,
    AudioFrames,
    delta_of,
)
from realtime_translate.session.ids import MAX_ID, has_long_id
from realtime_translate.testing import FakeClock
from realtime_translate.wire import Malformed, decode
from realtime_translate.wire.json import MAX_DIGITS
from tests.unit.wire.audio_frames import ODD, generated, raw, recorded, usual

HERE = "The `speed` extra is part of the environment that tests run in."


def fast() -> AudioFrames:
    found = audio_frames.fast()
    assert found is not None, HERE
    return found


def read_fast(frame: str | bytes) -> Any:
    read = fast().delta
    assert read is not None
    return read(frame)


def by_the_standard_library(frame: str | bytes) -> Any:
    data = decode(frame)
    if isinstance(data, Malformed) or has_long_id(data):
        return None
    if data.get("type") not in (AUDIO_DELTA, BETA_AUDIO_DELTA):
        return None
    return delta_of(data)


# --- one frame ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("as_bytes", [False, True])
def test_the_usual_delta_is_read_fast(as_bytes: bool) -> None:
    for frame in (usual(), usual(delta=base64.b64encode(bytes(96000)).decode()), usual(event_id=...)):
        found = read_fast(frame.encode() if as_bytes else frame)
        assert found is not None
        assert found == by_the_standard_library(frame)


def test_the_delta_of_the_beta_too() -> None:
    found = read_fast(usual(type=BETA_AUDIO_DELTA))
    assert found == ("r1", "i1", 0, bytes((1, 2, 3, 4, 5, 6)), True)
    assert read_fast(usual()) == (*found[:4], False)


def test_what_is_read_fast_is_what_the_standard_library_reads() -> None:
    for frame in ODD:
        found = read_fast(frame)
        assert found is None or found == by_the_standard_library(frame), frame[:200]


@given(generated)
@example(raw(content_index="1" + "0" * 400, delta='"AQID"')[:-1] + ',"content_index":0}')
def test_generated_frames_too(frame: str | bytes) -> None:
    found = read_fast(frame)
    assert found is None or found == by_the_standard_library(frame)


def test_recorded_frames_too() -> None:
    read = 0
    for frame in recorded():
        found = read_fast(frame)
        expected = by_the_standard_library(frame)
        assert found == expected or (found is None and "\n" in frame), "every server's deltas are read fast"
        read += found is not None
    assert read > 0


def test_L1_a_frame_that_is_read_fast_has_no_room_for_a_number_or_an_id_that_is_too_long() -> None:
    before = '"delta":'
    assert MOST_AROUND <= MAX_DIGITS
    assert MOST_AROUND - raw(item_id='""', delta='""').index(before) <= MAX_ID
    room = MOST_AROUND - usual(item_id="").index(before) - len(before)
    assert read_fast(usual(item_id="x" * room)) is not None
    assert read_fast(usual(item_id="x" * (room + 1))) is None


@given(st.binary(max_size=100))
def test_appends_are_the_same(audio: bytes) -> None:
    frame = audio_frames.standard.append(audio)
    assert json.loads(frame) == {
        "type": "input_audio_buffer.append",
        "audio": base64.b64encode(audio).decode(),
    }
    assert fast().append(audio) == frame


# --- a whole call -------------------------------------------------------------------------------------------


def call(speed: bool) -> Translator:
    before = audio_frames.use(speed)
    try:
        translator = Translator(clock=FakeClock(1.0), new_id=lambda: "id")
    finally:
        audio_frames.use(before)
    translator.client_opened()
    translator.receive_from_client('{"type":"Settings","audio":{},"agent":{}}')
    translator.upstream_opened()
    return translator


def assert_same_call(frames: Iterator[str | bytes] | list[str | bytes]) -> None:
    quick, slow = call(True), call(False)
    ready = '{"type":"session.updated","session":{}}'
    for frame in (usual(), ready, *frames):
        assert quick.receive_from_upstream(frame) == slow.receive_from_upstream(frame), frame[:200]
    assert quick.snapshot() == slow.snapshot()


def test_a_call_is_the_same_with_odd_frames() -> None:
    assert_same_call(['{"type":"response.created","response":{"id":"r1"}}', *ODD])


@given(st.lists(generated, max_size=5))
def test_a_call_is_the_same_with_generated_frames(frames: list[str | bytes]) -> None:
    assert_same_call(frames)


def test_a_call_is_the_same_with_recorded_frames() -> None:
    assert_same_call(list(recorded()))


def test_a_call_sends_the_same_appends() -> None:
    quick, slow = call(True), call(False)
    for translator in (quick, slow):
        translator.receive_from_upstream('{"type":"session.updated","session":{}}')
    for size in (0, 1, 960, 3, 2**20):
        assert quick.receive_from_client(bytes(size)) == slow.receive_from_client(bytes(size))


# --- with and without the extra -----------------------------------------------------------------------------


@pytest.fixture
def anew() -> Iterator[None]:
    audio_frames.fast.cache_clear()
    yield
    audio_frames.fast.cache_clear()


@pytest.mark.usefixtures("anew")
@pytest.mark.parametrize("missing", ["msgspec", "pybase64"])
def test_without_either_library_the_standard_one_does_it(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def import_some(name: str) -> Any:
        if name == missing:
            raise ImportError(name)
        return import_module(name)

    monkeypatch.setattr(audio_frames, "import_module", import_some)
    assert audio_frames.fast() is None
    assert audio_frames.in_use() is audio_frames.standard
    assert_same_call([usual()])


def test_it_is_used_where_it_is_installed_unless_switched_off() -> None:
    assert audio_frames.in_use() is fast()
    assert audio_frames.use(False) is True
    assert audio_frames.in_use() is audio_frames.standard
    assert audio_frames.use(True) is False
    assert audio_frames.in_use() is fast()


def test_importing_the_package_imports_neither() -> None:
    program = "import sys, realtime_translate; print(sorted({'msgspec', 'pybase64'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
