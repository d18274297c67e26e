"""What a call costs as things grow: its length, the number of calls in the process, its Settings.

Flat is what is wanted; `docs/reference/performance.md` explains what is not.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from time import perf_counter

from attrs import field, frozen

from realtime_translate import Translator
from realtime_translate.audio import PCM_24K
from tests.benchmarks import calls, events, footprint, minute, text_calls
from tests.benchmarks.calls import FRAME_MS, Clock
from tests.benchmarks.measure import Call, Case, Effort, Segment, Timing, measured, repeated, uncollected

__all__ = ["LENGTH", "SESSIONS", "SIZE", "SMALLEST", "Extent", "Series", "all_series"]

FRAME, SETTINGS, MEMORY = "a frame, µs", "Settings, µs", "a session, KB"
LENGTH, SESSIONS, SIZE = "minutes of call", "sessions in the process", "KB of Settings"
_SEGMENT = 200
"""Frames that are timed at one go."""


@frozen
class Extent:
    """How far things grow. `again`: how often a call's minutes are taken; the best times count."""

    minutes: Sequence[int] = (1, 2, 3, 5, 8, 12, 20, 30, 45, 60, 75, 90, 105, 120)
    sessions: Sequence[int] = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
    prompt_kb: Sequence[int] = (1, 5, 10, 20, 40, 60)
    messages: Sequence[int] = (5, 25, 50, 100, 200, 300)
    functions: Sequence[int] = (1, 10, 20, 40, 80, 120)
    again: int = 4
    effort: Effort = field(factory=lambda: Effort(0.4))


SMALLEST = Extent([1, 2], [1, 3], [1, 2], [0, 1], [0, 1], 1, Effort(0.0, least=1, segment=0.0))
"""To see whether it works."""


@frozen
class Series:
    """A line of a plot: `ys`, which `measured` says, against `xs`, which `grows` says. `name` is empty where
    a plot has one line.
    """

    grows: str
    measured: str
    name: str
    xs: Sequence[float]
    ys: Sequence[float]


def all_series(extent: Extent) -> Iterator[Series]:
    """Every measurement of growth."""
    yield _time_by_length(extent)
    yield _memory_by_length(extent)
    yield _time_by_sessions(extent)
    yield _memory_by_sessions(extent)
    yield from _by_settings(extent)


# --- the length of the call ---------------------------------------------------------------------------------


def _time_by_length(extent: Extent) -> Series:
    """Of a frame or delta, whatever else comes with it shared out among them."""
    with uncollected():
        runs = [list(map(tuple, _minutes(max(extent.minutes)))) for _ in range(extent.again)]
    best = [Timing(tuple(rounds)).best for rounds in zip(*runs, strict=True)]
    frames = minute.FRAMES + minute.DELTAS
    return Series(LENGTH, FRAME, "", extent.minutes, [best[n - 1] / frames * 1e6 for n in extent.minutes])


def _memory_by_length(extent: Extent) -> Series:
    list(_minutes(1))  # what is made once for all calls
    sizes = array("d", bytes(8 * max(extent.minutes)))  # made before: else it is measured along with the call
    with footprint.allocated() as taken:
        for number, _ in enumerate(_minutes(max(extent.minutes))):
            sizes[number] = taken() / 1024
    return Series(LENGTH, MEMORY, "", extent.minutes, [sizes[n - 1] for n in extent.minutes])


def _minutes(count: int) -> Iterator[list[float]]:
    """Seconds of each piece of each minute of a new call."""
    clock = Clock()
    translator = calls.ready(clock=clock)
    for number in range(count):
        yield list(_timed(translator, clock, number))


def _timed(translator: Translator, clock: Clock, number: int) -> Iterator[float]:
    for at, piece in minute.pieces(number):
        clock.set(1.0 + number * minute.SECONDS + at)
        steps = [minute.step_call(translator, step) for step in piece]
        begun = perf_counter()
        for receive, frame in steps:
            receive(frame)
        yield perf_counter() - begun


# --- the number of calls ------------------------------------------------------------------------------------


def _time_by_sessions(extent: Extent) -> Series:
    """A frame to each session in turn."""
    sessions = [calls.ready() for _ in range(max(extent.sessions))]
    tone = calls.tone(PCM_24K, FRAME_MS)
    frames: list[Call] = [(each.receive_from_client, bytes(bytearray(tone))) for each in sessions]
    ys = [_each(frames[:count], extent.effort) * 1e6 for count in extent.sessions]
    return Series(SESSIONS, FRAME, "", extent.sessions, ys)


def _each(frames: Sequence[Call], effort: Effort) -> float:
    """Seconds of one of them, round robin."""
    several = [*frames] * -(-_SEGMENT // len(frames))
    cut = [Segment(several[start : start + _SEGMENT]) for start in range(0, len(several), _SEGMENT)]
    return measured(Case(lambda _: cut, whole=True), effort).operation.best / len(several)


def _memory_by_sessions(extent: Extent) -> Series:
    ys = [footprint.bytes_each(calls.ready, count) / 1024 for count in extent.sessions]
    return Series(SESSIONS, MEMORY, "", extent.sessions, ys)


# --- Settings -----------------------------------------------------------------------------------------------


def _by_settings(extent: Extent) -> Iterator[Series]:
    """Time of Settings, time of a frame afterwards, bytes of the session."""
    grown: Mapping[str, list[str]] = {
        "prompt": [events.settings(prompt="Be brief. " * 100 * size) for size in extent.prompt_kb],
        "context": [events.settings(messages=size) for size in extent.messages],
        "functions": [events.settings(functions=size) for size in extent.functions],
    }
    measures: Mapping[str, Callable[[str, Effort], float]] = {
        SETTINGS: _settings_time,
        FRAME: _frame_time,
        MEMORY: _session_size,
    }
    for what, measure in measures.items():
        for name, texts in grown.items():
            xs = [len(text) / 1024 for text in texts]
            yield Series(SIZE, what, name, xs, [measure(text, extent.effort) for text in texts])


def _settings_time(text: str, effort: Effort) -> float:
    return measured(text_calls.settings(text), effort).operation.best * 1e6


def _frame_time(text: str, effort: Effort) -> float:
    receive = calls.ready(settings=text).receive_from_client
    return measured(repeated(receive, None, calls.tone(PCM_24K, FRAME_MS)), effort).operation.best * 1e6


def _session_size(text: str, _: Effort) -> float:
    return footprint.bytes_each(partial(calls.ready, settings=text), 20) / 1024
