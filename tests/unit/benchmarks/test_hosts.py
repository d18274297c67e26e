"""The load generator and the relays: calls go through, frames are counted, the table says what was found."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

pytest.importorskip("websockets")
pytest.importorskip("numpy", reason="needs the resample extra")
if not Path("/proc/self/schedstat").exists():
    pytest.skip("needs Linux's /proc", allow_module_level=True)

from tests.benchmarks import __main__ as benchmarks
from tests.benchmarks import hosts
from tests.benchmarks.hosts import Cost, Mode
from tests.benchmarks.hosts.load import Sample

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
    assert benchmarks.main(["hosts"], 0.0) == 0
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
        assert mode.there is all(find_spec(each) for each in (mode.relay, *["uvloop"] * mode.uvloop))
