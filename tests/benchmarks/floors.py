"""Floors: the work that nobody can save, written as plainly as Python can."""

from __future__ import annotations

import binascii
import json
from collections.abc import Callable
from importlib import import_module
from typing import Any

from attrs import frozen

from realtime_translate.audio import AudioFormat, needs_resampler
from realtime_translate.audio.filters import filter_between
from realtime_translate.audio.sums import Matrix

__all__ = ["STANDARD", "Floors", "both", "resampling", "speed", "text"]

_PREFIX = '{"type":"input_audio_buffer.append","audio":"'


@frozen
class Floors:
    """Of the two frames that carry audio. `append`: of a frame of the client, whose audio upstream gets;
    `audio_delta`: of the agent's audio.
    """

    append: Callable[[bytes], object]
    audio_delta: Callable[[str], object]


def _append(audio: bytes) -> object:
    return _PREFIX + binascii.b2a_base64(audio, newline=False).decode("ascii") + '"}'


def _audio_delta(frame: str) -> object:
    return binascii.a2b_base64(json.loads(frame)["delta"])


STANDARD = Floors(_append, _audio_delta)
"""Base64 and one concatenation; JSON and base64."""


def speed() -> Floors:
    """The same with the libraries of the `speed` extra, which decode of the JSON nothing but the audio."""
    msgspec: Any = import_module("msgspec")
    base64: Any = import_module("pybase64")
    encode, b64decode = base64.b64encode_as_string, base64.b64decode
    decode = msgspec.json.Decoder(msgspec.defstruct("Delta", [("delta", str)])).decode
    return Floors(
        lambda audio: _PREFIX + encode(audio) + '"}',
        lambda frame: b64decode(decode(frame).delta, None, True),
    )


def text(frame: str) -> object:
    """Of any other message: it is read, and something like it is written."""
    return json.dumps(json.loads(frame))


def resampling(source: AudioFormat, target: AudioFormat, data: bytes) -> Callable[[Any], object] | None:
    """The filter's sums alone: one product of two matrices, of samples that are ready, into an array that is
    there. None where the rates are the same (A2).
    """
    if not needs_resampler(source, target):
        return None
    numpy: Any = import_module("numpy")
    chosen = filter_between(source.rate, target.rate)
    assert isinstance(chosen, Matrix), "only rates in use are measured"
    coefficients = chosen.coefficients
    rows = -(-len(data) // source.sample_bytes // chosen.taken)
    samples, sums = numpy.ones((rows, chosen.wide + 1)), numpy.ones((rows, chosen.made))
    return lambda _: samples.dot(coefficients, sums)


def both(
    bare: Callable[[Any], object] | None, rest: Callable[[Any], object], carried: object
) -> Callable[[Any], object]:
    """The bare call, and `rest` of what is `carried` on the other side."""
    return rest if bare is None else lambda given: (bare(given), rest(carried))
