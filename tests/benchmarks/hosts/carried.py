"""How many calls one core carries through each host, and what is late at half of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing

from attrs import field, frozen

from tests.benchmarks.hosts import MODES, Cost, Mode, alone, compare, free_port, running
from tests.benchmarks.hosts.load import Load, Sample

__all__ = ["RATES", "Carried", "Extent", "Row", "Shared", "lines", "rows", "shared"]

RATES = (24000, 16000)
LATE = 0.02
"""Seconds that one frame of a hundred may take through a host that carries its calls."""
STEP = 1.1


@frozen
class Extent:
    """How much to measure: calls of which the cost is told, seconds, calls to begin with and to end at."""

    calls: int = 100
    seconds: float = 4.0
    trial: float = 2.0
    first: int = 0
    """Calculated from the cost where it is 0."""
    most: int = 1000


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


def carried(mode: Mode, rate: int, cost: Cost, extent: Extent) -> Carried:
    """More calls, or fewer, until they are late."""
    calls = extent.first or int(0.8 / cost.cpu)
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
            while on_time and calls < extent.most:
                more = int(calls * STEP) + 1
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
        load.run(seconds / 4)
        _forget(samples)
        lost, found = load.run(seconds), _together(samples)
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


def lines(found: Iterable[Row], two: Shared | None) -> Iterator[str]:
    """A table, and what two processes come to."""
    half = "half load: p50, ms | p99, ms"
    yield f"| user's audio | program | calls | CPU, ms/s | to its relay | KB a call | {half} |"
    yield "|---|---|---:|---:|---:|---:|---:|---:|"
    for row in found:
        calls, times = "-", "- | -"
        if row.carried is not None:
            calls = f"{row.carried.calls}"
            took = [*row.carried.half.up, *row.carried.half.down]
            times = " | ".join(f"{_percentile(took, part) * 1e3:.2f}" for part in (50, 99))
        ratio = "-" if row.ratio is None else f"{row.ratio:.2f}"
        numbers = f"{row.cost.cpu * 1e3:.2f} | {ratio} | {row.cost.memory / 1e3:.0f}"
        yield f"| {row.rate // 1000} kHz | {row.name} | {calls} | {numbers} | {times} |"
    if two is not None:
        used = " and ".join(f"{each * 100:.0f} %" for each in two.busy)
        took = [*two.sample.up, *two.sample.down]
        p50, p99 = (_percentile(took, part) * 1e3 for part in (50, 99))
        yield ""
        yield (
            f"Two processes on one port, {two.calls} calls together: {used} of a core, "
            f"{sum(two.busy) / two.calls * 1e3:.2f} ms/s a call, p50 {p50:.2f} ms, p99 {p99:.2f} ms."
        )
