"""The gate: red when a ratio is worse than the committed one, green when a machine was only busy."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.benchmarks import __main__ as benchmarks
from tests.benchmarks import gate
from tests.benchmarks.measure import Case, Cost, Effort, Timing
from tests.benchmarks.rows import ROWS, Row

ROW = Row("a frame", lambda _: Case(lambda _: []))
ONCE = Effort(seconds=0.0, least=1, segment=0.0)


def cost(operation: float, floor: float | None = 1.0) -> Cost:
    return Cost(Timing(((operation,),)), None if floor is None else Timing(((floor,),)))


def measuring(*costs: Cost) -> Callable[[Row, Effort], Cost]:
    given = iter(costs)
    return lambda row, effort: next(given)


def judged(*costs: Cost, baseline: float = 2.0) -> list[gate.Verdict]:
    return list(gate.judged([ROW], {"a frame": baseline}, ONCE, measuring(*costs)))


@pytest.mark.parametrize("ratio", [1.0, 2.0, 2.5])
def test_within_the_limit_one_measurement_is_enough(ratio: float) -> None:
    (verdict,) = judged(cost(ratio))
    assert (verdict.ratio, verdict.tries, verdict.passed) == (ratio, 1, True)
    assert "worse than" not in str(verdict)


def test_what_is_slower_each_time_fails() -> None:
    (verdict,) = judged(*[cost(2.51)] * gate.TRIES)
    assert (verdict.tries, verdict.passed) == (gate.TRIES, False)
    assert "1.25 times the baseline" in str(verdict)
    assert verdict.ratio / verdict.baseline == pytest.approx(1.255)


def test_what_was_only_disturbed_passes_with_the_rounds_that_were_not() -> None:
    (verdict,) = judged(cost(9.0), cost(6.0, 2.0), cost(4.0), baseline=3.2)
    assert (verdict.ratio, verdict.tries) == (4.0, 3)


def test_a_row_without_floor_is_not_judged() -> None:
    assert judged(cost(9.0, None)) == []


def test_a_row_that_nobody_has_committed_to_is_named() -> None:
    with pytest.raises(LookupError, match=r"no baseline for 'a frame': run .*gate --update"):
        list(gate.judged([ROW], {}, ONCE, measuring(cost(1.0))))


def test_the_nearest_version_stands_in_for_one_that_is_not_recorded() -> None:
    recorded = {"3.9": {"a": 1.0}, "3.11": {"a": 2.0}, "3.12": {"a": 3.0}}
    assert gate.baseline_for("3.11", recorded) == ("3.11", {"a": 2.0})
    assert gate.baseline_for("3.14", recorded) == ("3.12", {"a": 3.0})


def test_the_committed_baseline_has_every_row_that_has_a_floor() -> None:
    without = {"snapshot, as JSON", "restore, from JSON"}
    for version, ratios in gate.recorded_ratios().items():
        assert set(ratios) == {row.name for row in ROWS} - without, version


def test_an_update_records_this_version_and_keeps_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "baseline.json"
    monkeypatch.setattr(gate, "BASELINE", path)
    assert gate.recorded_ratios() == {}
    path.write_text(json.dumps({"2.7": {"a": 1.0}, gate.python(): {"a": 9.0}}))
    monkeypatch.setattr(gate, "measured_rows", lambda effort: [(ROW, cost(1.234567)), (ROW, cost(3.0, None))])
    gate.update(ONCE)
    assert json.loads(path.read_text()) == {"2.7": {"a": 1.0}, gate.python(): {"a frame": 1.23}}


@pytest.mark.parametrize(("ratio", "code"), [(2.5, 0), (2.6, 1)])
def test_the_exit_code(
    ratio: float, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("numpy", reason="needs the resample extra")
    monkeypatch.setattr(gate, "recorded_ratios", lambda: {"3.99": {"a frame": 2.0}})
    verdict = gate.Verdict("a frame", ratio, 2.0, 1)
    monkeypatch.setattr(gate, "judged", lambda rows, baseline, effort: iter([verdict]))
    assert benchmarks.main(["gate"], 0.0) == code
    lines = capsys.readouterr().out.splitlines()
    assert "compared with that of 3.99" in lines[0]
    assert lines[1:] == [gate.HEADING, str(verdict)]


def test_the_ratios_of_today_are_committed_to_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numpy", reason="needs the resample extra")
    seen: list[Effort] = []
    monkeypatch.setattr(gate, "update", seen.append)
    assert benchmarks.main(["gate", "--update"], 0.0) == 0
    assert seen == [ONCE]
