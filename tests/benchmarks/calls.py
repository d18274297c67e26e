"""Calls to measure: a ready `Translator`, one frame to it, and the floor of that frame.

The floor is the work that nobody can save: base64 and one concatenation, or JSON and base64; and the bare
call of soxr where sample rates differ.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from importlib import import_module
from typing import Any

from realtime_translate import Config, ServerVad, Translator
from realtime_translate.audio import AudioFormat, Conversion, needs_resampler
from realtime_translate.mapping import formats
from realtime_translate.mapping.plan import AudioPath
from realtime_translate.testing import FakeClock
from tests.benchmarks.measure import Case

__all__ = ["DELTA_MS", "FRAME_MS", "agent_audio", "client_frame", "path_case"]

FRAME_MS = 20
"""Milliseconds of audio in a frame of the client."""
DELTA_MS = 100
"""Milliseconds of audio in a delta of upstream."""

_PREFIX = '{"type":"input_audio_buffer.append","audio":"'


def client_frame(config: Config, path: AudioPath) -> Case:
    """One frame of the user's audio."""
    translator = _ready(config, "input", path)
    frame = _tone(path.client, FRAME_MS)
    upstream = path.upstream.silence(FRAME_MS)
    bare = _bare(path.client, path.upstream, frame)

    def floor() -> object:
        return _PREFIX + binascii.b2a_base64(upstream, newline=False).decode("ascii") + '"}'

    return Case(lambda: translator.receive_from_client(frame), _both(bare, floor), bare)


def agent_audio(path: AudioPath) -> Case:
    """One delta of the agent's audio, in the middle of a turn."""
    translator = _ready(Config.deepgram(), "output", path)
    translator.receive_from_upstream('{"type":"response.created","response":{"id":"resp_1"}}')
    audio = _tone(path.upstream, DELTA_MS)
    delta = {
        "type": "response.output_audio.delta",
        "event_id": "event_1",
        "response_id": "resp_1",
        "item_id": "item_1",
        "output_index": 0,
        "content_index": 0,
        "delta": base64.b64encode(audio).decode(),
    }
    text = json.dumps(delta)
    bare = _bare(path.upstream, path.client, audio)

    def floor() -> object:
        return binascii.a2b_base64(json.loads(text)["delta"])

    return Case(lambda: translator.receive_from_upstream(text), _both(bare, floor), bare)


def path_case(direction: str, path: AudioPath) -> Case:
    """One frame or delta of that direction. The server finds the end of the turn."""
    if direction == "output":
        return agent_audio(path)
    return client_frame(Config.deepgram(turn_detection=ServerVad()), path)


def _ready(config: Config, direction: str, path: AudioPath) -> Translator:
    """A call whose server carries what the path says."""
    translator = Translator(config, clock=FakeClock(1.0), new_id=lambda: "bench")
    translator.client_opened()
    declared = {"encoding": path.client.encoding, "sample_rate": path.client.rate}
    settings = {"type": "Settings", "audio": {direction: declared}, "agent": {}}
    translator.receive_from_client(json.dumps(settings))
    translator.upstream_opened()
    carried = formats.to_upstream(path.upstream)
    session = {"audio": {direction: {"format": {"type": carried.type}}}}
    translator.receive_from_upstream(json.dumps({"type": "session.updated", "session": session}))
    return translator


def _tone(audio: AudioFormat, milliseconds: int) -> bytes:
    """Something that is heard."""
    return b"\x01\x12" * (audio.bytes_of(milliseconds) // 2)


def _bare(source: AudioFormat, target: AudioFormat, data: bytes) -> Callable[[], object] | None:
    """soxr alone, on the samples in `data`, in the default quality."""
    if not needs_resampler(source, target):
        return None
    numpy: Any = import_module("numpy")
    soxr: Any = import_module("soxr")
    linear = Conversion(source, AudioFormat("linear16", source.rate)).feed(data)
    samples = numpy.frombuffer(linear, "<i2").astype("float32")
    stream = soxr.ResampleStream(source.rate, target.rate, 1, dtype="float32", quality="HQ")
    return lambda: stream.resample_chunk(samples)


def _both(bare: Callable[[], object] | None, rest: Callable[[], object]) -> Callable[[], object]:
    return rest if bare is None else lambda: (bare(), rest())
