"""How long a `Translator` holds audio: a tone goes through, and what comes out is compared with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from attrs import frozen

from realtime_translate import Output, SendToClient
from realtime_translate.audio import AudioFormat
from tests.benchmarks import events
from tests.benchmarks.calls import VAD, carrying
from tests.benchmarks.pairs import Pair
from tests.harness import audio_in
from tests.quality.measure import Signal, from_bytes, middle, to_bytes, tone

FREQUENCY = 400
"""Of the tone: its phase is its place."""
SECONDS = 0.6


@frozen
class Held:
    """In milliseconds. `late`: the most by which what is out stays behind what is in, right after a frame.
    `shifted`: by how much later what came in is found in what comes out.
    """

    late: float
    shifted: float

    @property
    def total(self) -> float:
        """How long audio is held."""
        return self.late + self.shifted


def held(pair: Pair, size: int) -> Held:
    """In frames of so many bytes."""
    data = to_bytes(pair.source, tone(pair.source.rate, FREQUENCY, SECONDS))
    got, taken, late = bytearray(), 0, 0.0
    for frame, out in _through(pair, [data[at : at + size] for at in range(0, len(data), size)]):
        taken += len(frame)
        got += out
        behind = taken / pair.source.bytes_per_second - len(got) / pair.target.bytes_per_second
        late = max(late, behind)
    return Held(1000 * late, _shift(from_bytes(pair.target, bytes(got)), pair.target))


def _through(pair: Pair, frames: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Each frame with the audio that its own call gives."""
    translator = carrying(VAD, pair.direction, pair.path)
    if pair.direction == "input":
        for frame in frames:
            yield frame, _audio(translator.receive_from_client(frame))
        return
    answer = events.Answer("1")
    for each in (answer.created, *answer.begun):
        translator.receive_from_upstream(each)
    for frame in frames:
        outputs = translator.receive_from_upstream(answer.audio(frame))
        yield frame, _audio(each for each in outputs if isinstance(each, SendToClient))


def _audio(outputs: Iterable[Output]) -> bytes:
    return b"".join(audio_in(each) or b"" for each in outputs)


def _shift(signal: Signal, audio: AudioFormat) -> float:
    """How late the tone is, in milliseconds, by its phase."""
    # Whole periods are cut off in front.
    kept = middle(signal, audio.rate)
    t = 2 * np.pi * FREQUENCY * (np.arange(len(kept)) + audio.rate * 50 // 1000) / audio.rate
    weights = np.linalg.lstsq(np.stack([np.sin(t), np.cos(t)], axis=1), kept, rcond=None)[0]
    return float(-np.arctan2(weights[1], weights[0]) / (2 * np.pi * FREQUENCY) * 1000)
