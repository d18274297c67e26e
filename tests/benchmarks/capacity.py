"""How many calls one core carries in real time.

One process plays N calls, each of them the minute of `minute.py` from a place of its own on: 50 frames in and
10 deltas out a second, with all that comes around them. The frames of the calls are spread evenly over the
20 ms between two of them. What the host does besides, sockets above all, is not in it.

A frame is as late as it is done after it was due. A process *falls behind* when one frame in a hundred is
more than 20 ms late, which is when the next frame of that call is there already.

Time is that of the wall, or that of a core of its own, on a machine that has none: then all is played five
times, one frame right after the other, and how late each would have been is reckoned from the median of what
it took. What others on the same hardware do to one of the five does not count; what the process does itself,
such as collecting garbage, comes at the same frame each time and does.
"""

from __future__ import annotations

import gc
import json
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby, pairwise
from typing import Any, TypeAlias

from attrs import field, frozen

from realtime_translate import Translator
from realtime_translate.audio import PCM_24K, AudioFormat
from tests.benchmarks import calls, events, minute, speed
from tests.benchmarks.calls import Clock

__all__ = [
    "LATE",
    "WALL",
    "Carried",
    "Script",
    "Time",
    "Trial",
    "capacities",
    "largest",
    "on_its_own",
    "played",
    "played_again",
]

LATE = 0.020
"""Seconds after which a frame is late."""
_EVERY = minute.SECONDS / minute.FRAMES
_SLOTS = 20
"""Moments within 20 ms at which frames of some calls are due: one each millisecond."""
_TRIALS = 3
_PLAYS = 5
_APART = 4
"""Ticks between the places at which calls begin."""

Tick: TypeAlias = "Sequence[tuple[bool, str | bytes]]"
"""What comes within 20 ms, and whether it is from the client."""
Playing: TypeAlias = "tuple[Callable[[Any], object], Callable[[Any], object], int]"
"""The two inputs of a translator, and the tick at which its call begins."""


def _in_order(late: Iterable[float]) -> Sequence[float]:
    return sorted(late)


@frozen
class Trial:
    """What came of playing so many calls for some seconds. `late`: how late frames were done, sorted. `busy`:
    the part of the time that the process was at work.
    """

    count: int
    late: Sequence[float] = field(converter=_in_order)
    busy: float

    @property
    def p99(self) -> float:
        """Seconds that one frame in a hundred is later than."""
        return self.late[len(self.late) * 99 // 100]

    @property
    def keeps_up(self) -> bool:
        """Whether the process did not fall behind."""
        return self.p99 <= LATE


Play: TypeAlias = "Callable[[Script, int, float], Trial]"
"""It plays so many calls for so many seconds."""


@frozen
class Carried:
    """The most calls that were carried with one kind of audio from the client; `trial` is theirs."""

    audio: AudioFormat
    speed: bool
    trial: Trial


@frozen
class Script:
    """What every call plays: its ticks of 20 ms, and the JSON of snapshots of a call at some of them."""

    ticks: Sequence[Tick]
    places: Sequence[tuple[int, str]]

    @classmethod
    def of(cls, audio: AudioFormat, seconds: float) -> Script:
        """The minute, with snapshots from which on at least so many seconds follow."""
        ticks = _ticks(audio)
        clock = calls.Clock()
        translator = calls.ready(clock=clock, settings=events.settings(input=audio))
        places: list[tuple[int, str]] = []
        for n in range(max(1, minute.FRAMES - round(seconds / _EVERY))):
            clock.set(1.0 + n * _EVERY)
            if n % _APART == 0:
                places.append((n, json.dumps(translator.snapshot())))
            _play(translator.receive_from_client, translator.receive_from_upstream, ticks[n])
        return cls(ticks, places)

    def begin(self, number: int, clock: Clock) -> Playing:
        """A call that goes on from that place of the minute."""
        tick, snapshot = self.places[number % len(self.places)]
        translator = Translator.restore(
            json.loads(snapshot), calls.VAD, clock=clock.read, new_id=lambda: "bench"
        )
        return translator.receive_from_client, translator.receive_from_upstream, tick


def _ticks(audio: AudioFormat) -> list[Tick]:
    by_tick = groupby(minute.steps(audio=audio), key=lambda step: int(step.at / _EVERY + 1e-6))
    grouped = {number: [(step.leg == "client", step.frame) for step in group] for number, group in by_tick}
    return [grouped[n] for n in range(minute.FRAMES)]


def _play(client: Callable[[Any], object], upstream: Callable[[Any], object], tick: Tick) -> None:
    for from_client, frame in tick:
        (client if from_client else upstream)(frame)


@frozen
class Time:
    """How time passes: `now` in seconds, `sleep` for some."""

    now: Callable[[], float]
    sleep: Callable[[float], object]


WALL = Time(time.perf_counter, time.sleep)
"""As it passes for everybody."""


def played(script: Script, count: int, seconds: float, passing: Time = WALL) -> Trial:
    """Play so many calls for so long."""
    clock = calls.Clock()
    slots = _begun(script, count, clock)
    begun, worked = passing.now(), time.process_time()
    late = list(_turned(script, slots, round(seconds / _EVERY), clock, passing))
    busy = (time.process_time() - worked) / (passing.now() - begun)
    return Trial(count, late, busy)


def played_again(script: Script, count: int, seconds: float) -> Trial:
    """The same up to three times: once or twice may be the doing of others on the same hardware."""
    trial = played(script, count, seconds)
    for _ in range(_TRIALS - 1):
        if trial.keeps_up:
            break
        trial = played(script, count, seconds)
    return trial


def on_its_own(script: Script, count: int, seconds: float) -> Trial:
    """The same on a core that does nothing else."""
    ticks = round(seconds / _EVERY)
    plays = [_times(script, count, ticks) for _ in range(_PLAYS)]
    took = [statistics.median(each) for each in zip(*plays, strict=True)]
    return Trial(count, list(_lateness(took, ticks)), sum(took) / (ticks * _EVERY))


def _times(script: Script, count: int, ticks: int) -> list[float]:
    """What each slot of each tick takes of the process's time."""
    clock = calls.Clock()
    slots = _begun(script, count, clock)
    times = [time.process_time()]
    for number in range(ticks):
        for slot, playing in enumerate(slots):
            clock.set((number + slot / len(slots)) * _EVERY)
            for client, upstream, begin in playing:
                _play(client, upstream, script.ticks[begin + number])
            times.append(time.process_time())
    return [after - before for before, after in pairwise(times)]


def _lateness(took: Sequence[float], ticks: int) -> Iterator[float]:
    """How late each slot is done with that is begun when it is due, or when the one before it is done."""
    done = 0.0
    for number, each in enumerate(took):
        due = number * ticks * _EVERY / len(took)
        done = max(done, due) + each
        yield done - due


def _begun(script: Script, count: int, clock: Clock) -> list[list[Playing]]:
    """The calls of each slot."""
    slots = [
        [script.begin(place, clock) for place in _spread(count, slot, len(script.places))]
        for slot in range(min(_SLOTS, count))
    ]
    gc.collect()
    return slots


def _spread(count: int, slot: int, places: int) -> list[int]:
    """Places for the calls of that slot: even over the minute, so that texts do not come to all at once."""
    calls_here = len(range(slot, count, _SLOTS))
    return [(number * places // calls_here + slot) % places for number in range(calls_here)]


def _turned(
    script: Script, slots: Sequence[Sequence[Playing]], ticks: int, clock: Clock, passing: Time
) -> Iterator[float]:
    """Go round the slots; how late each was done with."""
    begun = passing.now()
    for number in range(ticks):
        for slot, playing in enumerate(slots):
            due = begun + (number + slot / len(slots)) * _EVERY
            early = due - passing.now()
            if early > 0:
                passing.sleep(early)
            clock.set(due)
            for client, upstream, begin in playing:
                _play(client, upstream, script.ticks[begin + number])
            yield passing.now() - due


def largest(play: Callable[[int], Trial], closely: float = 0.04, probe: int = 300) -> Trial:
    """The largest number of calls that is carried, to within that part of it."""
    probed = play(probe)
    count = max(1, round(probe / probed.busy))  # as if nothing were lost: usually a little too many
    best: Trial | None = None
    too_many: int | None = None
    while best is None or too_many is None or too_many - best.count > max(1, closely * best.count):
        trial = play(count)
        if trial.keeps_up:
            best = trial
        elif count == 1:
            return trial
        else:
            too_many = count
        count = _next_count(best.count if best else None, too_many)
    return best


def _next_count(carried: int | None, too_many: int | None) -> int:
    """Between what is carried and what is not; a little beyond what is known, where one of them is not."""
    if carried is None:
        return max(1, int((too_many or 1) * 0.85))
    return (carried + too_many) // 2 if too_many else carried + max(1, carried // 4)


def capacities(play: Play = on_its_own, seconds: float = 2.5) -> Iterator[Carried]:
    """With and without the extra, for 24 and 16 kHz from the client."""
    for audio in (PCM_24K, AudioFormat("linear16", 16000)):
        script = Script.of(audio, seconds)
        for fast in (False, True) if speed.installed() else (False,):
            with speed.using(fast):
                yield Carried(audio, fast, largest(partial(_trial, play, script, seconds)))


def _trial(play: Play, script: Script, seconds: float, count: int) -> Trial:
    return play(script, count, seconds)
