"""What a call at one rate takes beside what it took with soxr: `python -m tests.quality.footprint` prints it.

How late the call is each way, its memory and the size of its snapshot; with `page` they are written down.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence

from attrs import astuple, frozen

from realtime_translate import Translator
from realtime_translate.audio import PCM_24K, AudioFormat
from tests.benchmarks import events
from tests.benchmarks.calls import ready
from tests.benchmarks.page import put
from tests.benchmarks.pairs import pairs
from tests.quality.compare import PAGE
from tests.quality.costs import ROOT, resident
from tests.quality.held import held
from tests.quality.latency import size_of
from tests.quality.measure import to_bytes, tone

CALLS = 300


def call(rate: int, seconds: float = 1.0) -> Translator:
    """A call in linear16 at that rate, both ways, in the middle of an answer."""
    audio = AudioFormat("linear16", rate)
    translator = ready(settings=events.settings(input=audio, output=audio))
    answer = events.Answer("1")
    for each in (answer.created, *answer.begun):
        translator.receive_from_upstream(each)
    frame, delta = to_bytes(audio, tone(rate, 300, 0.02)), to_bytes(PCM_24K, tone(24000, 300, 0.1))
    for _ in range(round(seconds * 50)):
        translator.receive_from_client(frame)
    for _ in range(round(seconds * 10)):
        translator.receive_from_upstream(answer.audio(delta))
    return translator


def memory(rate: int) -> int:
    """Bytes of a call, in a process that has no others."""
    command = [sys.executable, "-m", "tests.quality.footprint", "memory", str(rate)]
    return int(subprocess.run(command, capture_output=True, check=True, text=True, cwd=ROOT).stdout)


def late(rate: int, direction: str) -> float:
    """Milliseconds."""
    (pair,) = (
        each
        for each in pairs()
        if each.direction == direction and each.path.client == AudioFormat("linear16", rate)
    )
    return held(pair, size_of(pair)).total


@frozen
class Footprint:
    """Milliseconds each way, and kilobytes."""

    into: float
    out: float
    snapshot: float
    memory: float


BEFORE: Mapping[int, Footprint] = {
    8000: Footprint(79, 79, 21, 241),
    11025: Footprint(90, 82, 23, 316),
    16000: Footprint(40, 40, 25, 227),
    24000: Footprint(0, 0, 4, 13),
    48000: Footprint(42, 42, 42, 302),
}
"""By this module in the last commit that had soxr, before "Resample with a filter of two milliseconds"."""


def footprint(rate: int) -> Footprint:
    """Of today."""
    snapshot = len(json.dumps(call(rate).snapshot()))
    return Footprint(late(rate, "input"), late(rate, "output"), snapshot / 1024, memory(rate) / 1024)


def rows() -> Iterator[str]:
    """The table."""
    yield "| linear16 at | in, ms | out, ms | snapshot, KB | memory, KB |"
    yield "|---:|---:|---:|---:|---:|"
    for rate, before in BEFORE.items():
        pairs_of = zip(astuple(before), astuple(footprint(rate)), strict=True)
        yield " | ".join([f"| {rate}", *(f"{old:.0f} → {new:.0f}" for old, new in pairs_of)]) + " |"


def _grown(rate: int) -> int:
    kept = [call(rate) for _ in range(20)]
    gc.collect()
    before = resident()
    kept += [call(rate) for _ in range(CALLS)]
    return (resident() - before) // CALLS


def main(words: Sequence[str]) -> int:
    """Print the table, or one number, or write the page."""
    match list(words):
        case []:
            sys.stdout.writelines(f"{line}\n" for line in rows())
        case ["page"]:
            lines = list(rows())
            PAGE.write_text(put(PAGE.read_text(encoding="utf-8"), "footprint", lines), encoding="utf-8")
        case ["memory", rate]:
            sys.stdout.write(str(_grown(int(rate))))
        case _:
            sys.stderr.write("usage: python -m tests.quality.footprint [page]\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
