"""What streams of the resamplers that are compared cost: time beside one floor, and memory.

`python -m tests.quality.costs NAME RATE RATE` prints the bytes of one stream, in a process of its own.
"""

from __future__ import annotations

import binascii
import gc
import subprocess
import sys
from collections.abc import Sequence
from itertools import islice
from mmap import PAGESIZE
from pathlib import Path
from time import perf_counter

import numpy as np
from attrs import define, field

from tests.benchmarks.measure import uncollected
from tests.quality.candidates import CANDIDATES, Stream, Values
from tests.quality.measure import tone

STREAMS = 1000
_SEGMENT = 50
"""Frames that are timed at one go: shorter than the time slice of a busy machine."""
_CYCLE = 10
"""Some resamplers work in blocks of some frames: of streams in turn each is at another frame of its block."""
_FLOOR = bytes(960)
"""A frame at 24000."""
ROOT = Path(__file__).parents[2]
STATM = Path("/proc/self/statm")


@define
class _Timed:
    """A thousand streams of one resampler, and the best times of each segment."""

    streams: Sequence[Stream]
    one: float = float("inf")
    each: list[float] = field(factory=list)

    def go_round(self, frame: Values) -> None:
        """Fifty frames to one stream, then a frame to each."""
        self.one = min(self.one, _seconds([self.streams[0]] * _SEGMENT, frame))
        ahead = iter(self.streams)
        times: list[float] = []
        while segment := list(islice(ahead, _SEGMENT)):
            times.append(_seconds(segment, frame))
        self.each = list(map(min, self.each, times)) if self.each else times


def times(
    names: Sequence[str], source: int, target: int, rounds: int = 20, streams: int = STREAMS
) -> dict[str, tuple[float, float]]:
    """A frame of 20 ms with one stream and with many in turn, as multiples of one floor: base64 of a frame
    and one concatenation. All are measured in turn, the best of many rounds.
    """
    frame = np.rint(tone(source, 300, 0.02))
    timed = {
        name: _Timed([_used(name, source, target, 20 + number % _CYCLE) for number in range(streams)])
        for name in names
    }
    least = float("inf")
    with uncollected():
        for _ in range(rounds):
            least = min(least, floor())
            for each in timed.values():
                each.go_round(frame)
    return {
        name: (each.one / _SEGMENT / least, sum(each.each) / streams / least) for name, each in timed.items()
    }


def _seconds(streams: Sequence[Stream], frame: Values) -> float:
    begun = perf_counter()
    for stream in streams:
        stream.feed(frame)
    return perf_counter() - begun


def floor() -> float:
    """Seconds of it."""
    begun = perf_counter()
    for _ in range(_SEGMENT):
        _append(_FLOOR)
    return (perf_counter() - begun) / _SEGMENT


def _append(audio: bytes) -> str:
    return '{"audio":"' + binascii.b2a_base64(audio, newline=False).decode("ascii") + '"}'


def memory(name: str, source: int, target: int) -> int:
    """Bytes of a stream, in a process that has no other."""
    command = [sys.executable, "-m", "tests.quality.costs", name, str(source), str(target)]
    return int(subprocess.run(command, capture_output=True, check=True, text=True, cwd=ROOT).stdout)


def _grown(name: str, source: int, target: int, streams: int = 300) -> int:
    """By how much the process grows with each stream that has taken a second of audio."""
    kept = [_used(name, source, target, 50) for _ in range(10)]
    gc.collect()
    before = resident()
    kept += [_used(name, source, target, 50) for _ in range(streams)]
    return (resident() - before) // streams


def _used(name: str, source: int, target: int, frames: int) -> Stream:
    """A stream that has taken so many frames."""
    stream, frame = CANDIDATES[name](source, target), np.rint(tone(source, 300, 0.02))
    for _ in range(frames):
        stream.feed(frame)
    return stream


def resident() -> int:
    """Bytes of this process that are in memory."""
    return int(STATM.read_text().split()[1]) * PAGESIZE


if __name__ == "__main__":
    sys.stdout.write(str(_grown(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
