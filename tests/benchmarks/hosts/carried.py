"""How many calls one core carries through each host, and what is late at half of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing

from attrs import define, evolve, field, frozen

from tests.benchmarks.hosts import MODES, Cost, Mode, alone, compare, free_port, running
from tests.benchmarks.hosts.load import Load, Sample

__all__ = ["RATES", "Carried", "Extent", "Row", "Shared", "lines", "rows", "shared"]

RATES = (24000, 16000)
LATE = 0.02
"""Seconds that one frame of a hundred may take through a host that carries its calls."""
STEP = 1.1


@define
class TooManyError(Exception):
    """The host closed one of so many calls."""

    calls: int


@frozen
class Extent:
    """How much to measure: calls of which the cost is told, seconds, calls to begin with and to end at."""

    calls: int = 100
    seconds: float = 4.0
    trial: float = 2.0
    first: int = 0
    """Calculated from the cost where it is 0."""
    most: int = 1000
    """0 leaves out how many calls are carried."""


SMALLEST = Extent(calls=2, seconds=0.3, trial=0.3, first=2, most=3)


@frozen
class Carried:
    """The most calls that are not late, and what was measured at half of them."""

    calls: int
    half: Sample


@frozen
class Row:
    """A program at one rate. A relay is only there to be compared with."""

    name: str
    rate: int
    cost: Cost
    ratio: float | None = None
    """The CPU of the host to that of its relay."""
    carried: Carried | None = None


@frozen
class Shared:
    """Processes that share a port: what each of them used of a core, and what was late."""

    calls: int
    busy: Sequence[float]
    sample: Sample = field(repr=False)


def rows(extent: Extent, modes: Iterable[Mode] = MODES) -> Iterator[Row]:
    """Each host that is installed, and its relay, at each rate."""
    for rate in RATES:
        for mode in (mode for mode in modes if mode.there):
            if mode.relayed:
                cost, relay = compare(mode, extent.calls, extent.seconds, rate)
                loop = " on uvloop" if mode.uvloop else ""
                yield Row(f"bare relay: {mode.library}{loop}", rate, relay)
                yield Row(mode.name, rate, cost, cost.cpu / relay.cpu, carried(mode, rate, cost, extent))
            else:
                cost = alone(mode, extent.calls, extent.seconds, rate)
                yield Row(mode.name, rate, cost, None, carried(mode, rate, cost, extent))


def carried(mode: Mode, rate: int, cost: Cost, extent: Extent) -> Carried | None:
    """More calls, or fewer, until they are late."""
    if not extent.most:
        return None
    calls, most = extent.first or int(0.8 / cost.cpu), extent.most
    while True:
        try:
            return _searched(mode, rate, calls, evolve(extent, most=most))
        except TooManyError as few:
            most = few.calls - 1
            calls = max(1, min(calls, int(most / STEP)))


def _searched(mode: Mode, rate: int, calls: int, extent: Extent) -> Carried:
    with closing(Load(rate)) as load:
        upstream = load.upstream
        with running(mode.command(upstream), uvloop=mode.uvloop, upstream=upstream) as host:
            port = host.port
            samples = [load.open(port, calls)]
            on_time = _on_time(load, samples, extent.trial)
            while not on_time and calls > 1:
                fewer = int(calls / STEP)
                load.leave(calls - fewer)
                calls, on_time = fewer, _on_time(load, samples, extent.trial)
            best = calls
            while on_time and (more := int(calls * STEP) + 1) <= extent.most:
                samples.append(load.open(port, more - calls))
                calls, on_time = more, _on_time(load, samples, extent.trial)
                best = calls if on_time else best
            load.leave(calls - max(best // 2, 1))
            _forget(samples)
            load.run(extent.seconds)
    return Carried(best, _together(samples))


def _on_time(load: Load, samples: Sequence[Sample], seconds: float) -> bool:
    """Whether the calls are, at the second try at the latest: the machine may do other things."""
    for _ in range(2):
        try:
            load.run(seconds / 4)
            _forget(samples)
            lost, found = load.run(seconds), _together(samples)
        except ConnectionError as error:
            raise TooManyError(len(load.calls)) from error
        if not lost and all(_percentile(each, 99) < LATE for each in (found.up, found.down)):
            return True
    return False


def _forget(samples: Iterable[Sample]) -> None:
    for each in samples:
        each.forget()


def _together(samples: Sequence[Sample]) -> Sample:
    up, down = ([took for each in samples for took in getattr(each, name)] for name in ("up", "down"))
    return Sample(up, down)


def _percentile(found: Iterable[float], part: int) -> float:
    ordered = sorted(found)
    return ordered[len(ordered) * part // 100] if ordered else 0.0


def shared(mode: Mode, calls: int, seconds: float) -> Shared:
    """Two processes on one port, with so many calls together."""
    with closing(Load()) as load, ExitStack() as stack:
        port, programs = free_port(), []
        command = mode.command(load.upstream)
        command.insert(-1, "--share-port")
        for beside in range(2):
            program = running(command, uvloop=mode.uvloop, port=port, beside=beside)
            programs.append(stack.enter_context(program))
        sample = load.open(port, calls)
        load.run(min(1.0, seconds))
        sample.forget()
        before = [each.cpu() for each in programs]
        load.run(seconds)
        busy = [(each.cpu() - cpu) / seconds for each, cpu in zip(programs, before, strict=True)]
    return Shared(calls, busy, sample)


def lines(found: Sequence[Row], two: Shared | None) -> Iterator[str]:
    """A table, and what two processes come to."""
    searched = any(row.carried is not None for row in found)
    beside = ("calls", "half load: p50, ms", "p99, ms") if searched else ()
    names = ("user's audio", "program", "CPU, ms/s", "to its relay", "KB a call", *beside)
    yield f"| {' | '.join(names)} |"
    yield f"|---|---|{'---:|' * (len(names) - 2)}"
    for row in found:
        ratio = "-" if row.ratio is None else f"{row.ratio:.2f}"
        cells = [f"{row.rate // 1000} kHz", row.name, f"{row.cost.cpu * 1e3:.2f}", ratio]
        cells.append(f"{row.cost.memory / 1e3:.0f}")
        if row.carried is not None:
            took = [*row.carried.half.up, *row.carried.half.down]
            times = (f"{_percentile(took, part) * 1e3:.2f}" for part in (50, 99))
            cells += [f"{row.carried.calls}", *times]
        cells += ["-"] * (len(names) - len(cells))
        yield f"| {' | '.join(cells)} |"
    if two is not None:
        used = " and ".join(f"{each * 100:.0f} %" for each in two.busy)
        took = [*two.sample.up, *two.sample.down]
        p50, p99 = (_percentile(took, part) * 1e3 for part in (50, 99))
        yield ""
        yield (
            f"Two processes on one port, {two.calls} calls together: {used} of a core, "
            f"{sum(two.busy) / two.calls * 1e3:.2f} ms/s a call, p50 {p50:.2f} ms, p99 {p99:.2f} ms."
        )
