"""The load generator and the relays: calls go through, frames are counted, the table says what was found."""

from __future__ import annotations

import re
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import attrs
import pytest

pytest.importorskip("websockets")
pytest.importorskip("numpy", reason="needs the resample extra")
pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
if not Path("/proc/self/schedstat").exists():
    pytest.skip("needs Linux's /proc", allow_module_level=True)

from tests.benchmarks import __main__ as benchmarks
from tests.benchmarks import hosts, page
from tests.benchmarks.hosts import Cost, Mode, attacks, carried
from tests.benchmarks.hosts.load import Sample
from tests.e2e.beside import Found

MODE = Mode("the proxy", "websockets_proxy.py", "websockets", uvloop=False)


def test_calls_go_through_the_host_and_the_relay() -> None:
    """At fifty frames a second, and at ten deltas a second for the one of both calls whose agent speaks."""
    for cost in hosts.compare(MODE, calls=2, seconds=1.0):
        assert len(cost.sample.up) == pytest.approx(2 * 50, abs=20)
        assert len(cost.sample.down) == pytest.approx(10, abs=5)
        assert all(0 < took < 10 for took in cost.sample.up + cost.sample.down)
        assert (cost.lost, cost.cpu > 0, cost.memory > 0) == (0, True, True)


def test_the_command_says_what_is_not_installed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = Mode("another", "no.py", "surely_not_installed", uvloop=False)
    monkeypatch.setattr(hosts, "MODES", (MODE, absent))
    assert benchmarks.main(["hosts", "--ratio"], 0.0) == 0
    first, host, relay, last = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"the proxy, 2 calls: [\d.]+ times the CPU of a relay \(.*\), 0 frames lost", first)
    assert (host.split()[0], relay.split()[0]) == ("host", "relay")
    assert last == "another: not installed"


def test_the_table_says_the_middle_of_the_rounds() -> None:
    def cost(cpu: float) -> Cost:
        return Cost(cpu, 50_000.0, Sample(up=[0.001, 0.003], down=[0.002]), lost=1)

    rounds = [(cost(0.003), cost(0.001)), (cost(0.002), cost(0.001)), (cost(0.004), cost(0.001))]
    assert list(hosts.table(MODE, 7, rounds)) == [
        "the proxy, 7 calls: 3.00 times the CPU of a relay (2.00 to 4.00), 3 frames lost",
        "  host    3.00 ms/s CPU     50 kB a call  up p50 3.00 ms p99 3.00 ms  down p50 2.00 ms p99 2.00 ms",
        "  relay   1.00 ms/s CPU     50 kB a call  up p50 3.00 ms p99 3.00 ms  down p50 2.00 ms p99 2.00 ms",
    ]


def test_what_is_there_is_measured() -> None:
    for mode in hosts.MODES:
        assert mode.there is all(find_spec(each) for each in (mode.library, *["uvloop"] * mode.uvloop))


def test_the_calls_that_a_host_carries() -> None:
    """At both rates, with and without a relay. More calls are opened while they are on time, and half of them
    are left for the last figures.
    """
    modes = [MODE, attrs.evolve(MODE, name="alone", relayed=False)]
    found = list(carried.rows(carried.SMALLEST, modes))
    names = ["bare relay: websockets", "the proxy", "alone"]
    assert [(each.rate, each.name) for each in found] == [
        (rate, name) for rate in (24000, 16000) for name in names
    ]
    for each in found:
        assert (each.ratio is None) is (each.name != "the proxy")
        if each.carried is not None:
            assert 1 <= each.carried.calls <= 3
            assert each.carried.half.up
    table = list(carried.lines(found, None))
    assert len(table) == 2 + len(found)
    assert re.match(r"\| 24 kHz \| bare relay: websockets \| [\d.]+ \| - \|", table[2])
    assert re.fullmatch(r"\| 16 kHz \| the proxy \|( [\d.]+ \|){6}", table[6])
    without = list(carried.lines([attrs.evolve(each, carried=None) for each in found], None))
    assert re.fullmatch(r"\| 16 kHz \| the proxy \|( [\d.]+ \|){3}", without[6])


def test_calls_that_are_late_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer are tried until one is left."""
    monkeypatch.setattr(carried, "LATE", 0.0)
    cost = Cost(0.1, 0.0, Sample(), lost=0)
    extent = attrs.evolve(carried.SMALLEST, first=0, trial=0.1)
    found = carried.carried(MODE, 24000, cost, extent)
    assert found is not None
    assert found.calls == 1


def test_where_nobody_asks_how_many_are_carried_nobody_counts() -> None:
    cost = Cost(0.1, 0.0, Sample(), lost=0)
    assert carried.carried(MODE, 24000, cost, attrs.evolve(carried.SMALLEST, most=0)) is None


def test_a_host_that_closes_calls_carries_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as it had are too many then."""
    tried: list[tuple[int, int]] = []

    def searched(mode: Mode, rate: int, calls: int, extent: carried.Extent) -> carried.Carried:
        tried.append((calls, extent.most))
        if len(tried) < 3:
            raise carried.TooManyError(calls + 2)
        return carried.Carried(calls, Sample())

    monkeypatch.setattr(carried, "_searched", searched)
    cost = Cost(0.008, 0.0, Sample(), lost=0)
    found = carried.carried(MODE, 24000, cost, carried.Extent())
    assert tried == [(100, 1000), (91, 101), (83, 92)]
    assert found == carried.Carried(83, Sample())


def test_two_processes_share_a_port() -> None:
    found = carried.shared(MODE, calls=8, seconds=0.5)
    assert len(found.busy) == 2
    assert len(found.sample.up) > 100
    assert " and " in list(carried.lines([], found))[-1]


@pytest.mark.parametrize("mode", [mode for mode in hosts.MODES if mode.there and not mode.relayed])
def test_a_host_without_a_relay(mode: Mode) -> None:
    assert hosts.alone(mode, calls=1, seconds=0.3, rate=24000).lost == 0


def test_a_program_that_ends_is_not_waited_for() -> None:
    with (
        pytest.raises(RuntimeError, match="does not listen"),
        hosts.running(["json.tool", "-h"], uvloop=False),
    ):
        pass


def test_the_tables_are_written_into_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "page.md"
    copy.write_text(page.PAGE.read_text("utf-8"), "utf-8")
    took = Found([0.001], [0.001, 0.002], lost=0, calls=2, busy=0.5, grown=1000, logged=100)
    monkeypatch.setattr(attacks, "measured", lambda *_: [("websockets", "nested", took)])
    monkeypatch.setattr(carried, "rows", lambda *_: [])
    monkeypatch.setattr(carried, "shared", lambda *_: None)
    monkeypatch.setattr(page, "write_block", partial(page.write_block, page=copy))
    for command in ("hosts", "attacks"):
        assert benchmarks.main([command]) == 0
        assert copy.read_text("utf-8") == page.PAGE.read_text("utf-8")
    for command in ("hosts", "attacks"):
        assert benchmarks.main([command, "--write"]) == 0
    written = copy.read_text("utf-8")
    assert "| websockets | nested | 2.0 | 2.0 | 2.0 | 0 | 50 % | 0.0 | 0.1 |" in written
    assert written.count("| user's audio |") == 1


def test_an_attack_is_measured() -> None:
    ((proxy, attack, found),) = attacks.measured(0.3, attacks.CASES[:1])
    assert (proxy, attack) == attacks.CASES[0]
    assert found.calls >= 1
