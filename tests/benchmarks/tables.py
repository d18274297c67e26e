"""What is printed: the hot paths, the cost of every format pair, and the table of the documentation."""

from __future__ import annotations

from collections.abc import Iterator

from realtime_translate import Config, ManualCommit, ServerVad
from realtime_translate.audio import MULAW_8K, PCM_24K, AudioFormat
from realtime_translate.mapping.plan import AudioPath
from tests.benchmarks.calls import DELTA_MS, FRAME_MS, agent_audio, client_frame, path_case
from tests.benchmarks.measure import Case, Cost, Effort, measured
from tests.benchmarks.pairs import Pair, pairs

__all__ = ["format_costs", "format_rows", "hot_paths"]

_UNITS = {"input": FRAME_MS, "output": DELTA_MS}
"""Milliseconds of audio in what is measured."""


def hot_paths(effort: Effort) -> Iterator[str]:
    """The table of what runs fifty times a second."""
    yield f"{'operation':<56} {'µs':>7} {'floor':>7} {'ratio':>6}"
    for name, case in _hot_cases():
        cost = measured(case, effort)
        yield f"{name:<56} {cost.operation * 1e6:7.2f} {cost.floor * 1e6:7.2f} {cost.to_floor:6.2f}"


def _hot_cases() -> Iterator[tuple[str, Case]]:
    vad, manual = Config.deepgram(turn_detection=ServerVad()), Config.deepgram(turn_detection=ManualCommit())
    pcm_16k = AudioPath(AudioFormat("linear16", 16000), PCM_24K)
    yield "client frame, 20 ms linear16 24 kHz, server VAD", client_frame(vad, AudioPath())
    yield "client frame, 20 ms linear16 24 kHz, manual commit", client_frame(manual, AudioPath())
    yield "client frame, 20 ms linear16 16 kHz, server VAD", client_frame(vad, pcm_16k)
    yield "client frame, 20 ms mulaw 8 kHz, server VAD", client_frame(vad, AudioPath(MULAW_8K, MULAW_8K))
    yield "upstream audio delta, 100 ms linear16 24 kHz", agent_audio(AudioPath())


def format_costs(effort: Effort) -> Iterator[str]:
    """The table of what a frame or a delta costs for every format pair."""
    for direction, unit in (("input", "client frame, 20 ms"), ("output", "upstream audio delta, 100 ms")):
        yield f"{unit:<56} {'µs':>7} {'floor':>7} {'ratio':>6} {'soxr':>7} {'ratio':>6}"
        for pair in (each for each in pairs() if each.direction == direction):
            cost = _cost(pair, effort)
            bare = "" if cost.bare is None else f" {cost.bare * 1e6:7.2f} {cost.to_bare:6.2f}"
            name = f"{pair.source} to {pair.target}"
            yield f"{name:<56} {cost.operation * 1e6:7.2f} {cost.floor * 1e6:7.2f} {cost.to_floor:6.2f}{bare}"


def format_rows(effort: Effort) -> Iterator[str]:
    """The table of `docs/reference/audio-formats.md`, in Markdown."""
    yield "| direction | client | upstream | what is done | latency, ms | CPU, ms/s | to floor | to soxr |"
    yield "|---|---|---|---|---:|---:|---:|---:|"
    for pair in pairs():
        yield " | ".join(["| " + pair.direction, *_words(pair), *_numbers(pair, _cost(pair, effort))]) + " |"


def _words(pair: Pair) -> list[str]:
    return [str(pair.path.client), str(pair.path.upstream), pair.done, f"{pair.latency_ms:.0f}"]


def _numbers(pair: Pair, cost: Cost) -> list[str]:
    a_second = cost.operation * 1000 * 1000 / _UNITS[pair.direction]
    return [f"{a_second:.2f}", f"{cost.to_floor:.2f}", "-" if cost.to_bare is None else f"{cost.to_bare:.2f}"]


def _cost(pair: Pair, effort: Effort) -> Cost:
    return measured(path_case(pair.direction, pair.path), effort)
