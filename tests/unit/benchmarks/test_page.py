"""`docs/reference/performance.md` shows what the benchmarks measured, and the command line measures it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from realtime_translate.audio import PCM_24K, AudioFormat
from tests.benchmarks import __main__ as benchmarks
from tests.benchmarks import capacity, growth, page, report
from tests.benchmarks.capacity import Carried, Trial
from tests.benchmarks.growth import LENGTH, SESSIONS, SIZE, Series
from tests.benchmarks.measure import Cost, Effort, Timing
from tests.benchmarks.report import Report
from tests.benchmarks.rows import ROWS

pytest.importorskip("numpy", reason="needs the resample extra")

TEXT = page.PAGE.read_text(encoding="utf-8")
MADE = Report(
    {
        "a frame": Cost(Timing(((3e-6,), (5e-6,), (4e-6,))), Timing(((2e-6,), (2e-6,), (3e-6,))), loops=7),
        "a snapshot": Cost(Timing(((2e-4,),))),
    },
    4096,
    (0.2, 0.1, 0.6),
)
LINES = [Series(grows, "a frame, µs", "", [1, 1200], [1.0, 2.25]) for grows in (LENGTH, SESSIONS, SIZE)]
OWN = [Carried(PCM_24K, fast, Trial(2000 + fast, [0.0125], 0.987)) for fast in (False, True)]


def rows(name: str) -> list[list[str]]:
    """The cells of the table between those markers, without its heading."""
    block = TEXT.split(f"<!-- {name}: begin -->\n")[1].split(f"<!-- {name}: end -->")[0]
    return [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in block.splitlines() if line[:1] == "|"
    ][2:]


def test_the_page_has_every_operation_with_its_ratio() -> None:
    assert [row[0] for row in rows("table")] == [row.name for row in ROWS]
    for name, best, median, worst, floor, ratio in rows("table"):
        assert 0 < float(best) <= float(median) <= float(worst)
        if name.startswith(("snapshot", "restore")):
            assert (floor, ratio) == ("-", "-")
        else:
            assert float(ratio) == pytest.approx(float(best) / float(floor), rel=0.02)


def test_the_page_has_all_that_grows_with_its_plots() -> None:
    assert len(rows("growth")) == 13
    for file in page.PLOTS.values():
        assert f"](performance/{file})" in TEXT
        assert (page.PAGE.with_suffix("") / file).read_text(encoding="utf-8").startswith("<svg ")


def test_the_page_has_the_capacity_of_each_way_of_working() -> None:
    assert [row[:2] for row in rows("capacity")] == [
        [f"linear16 at {rate}", libraries]
        for rate in (24000, 16000)
        for libraries in ("standard library", "`speed` extra")
    ]


def test_the_page_tells_the_limit_of_the_gate_and_its_machine() -> None:
    assert f"{benchmarks.gate.LIMIT} times" in TEXT
    assert re.search(r"^CPython 3\.\d+\.\d+, .*\d+ cores, \w+; \d{4}-\d\d-\d\d\.$", TEXT, re.MULTILINE)


def test_the_processor_is_named_where_the_system_tells(tmp_path: Path) -> None:
    info = tmp_path / "cpuinfo"
    assert page._cpu(info) == ""
    info.write_text("flags\t: a b\nmodel name\t: Some CPU\n")
    assert page._cpu(info) == "Some CPU"


def test_all_of_it_is_written_between_the_markers(tmp_path: Path) -> None:
    copy = tmp_path / "performance.md"
    names = ("machine", "table", "growth", "capacity")
    copy.write_text(
        "".join(f"# {name}\n<!-- {name}: begin -->\nold\n<!-- {name}: end -->\n" for name in names)
    )
    made = page.Measurements(MADE, LINES, OWN, [OWN[1]])
    page.write(made, copy)
    once = copy.read_text()
    page.write(made, copy)
    assert copy.read_text() == once
    assert "old" not in once
    assert (
        "| a frame | 3.00 | 4.00 | 5.00 | 2.00 | 1.50 |\n| a snapshot | 200.00 | 200.00 | 200.00 | - | - |\n"
        in once
    )
    assert f"| {LENGTH} | 1 | 1 200 | a frame, µs | 1.0 | 2.2 |" in once
    assert "| linear16 at 24000 | standard library | 2000 | 99 % | 12.5 | - |" in once
    assert "| linear16 at 24000 | `speed` extra | 2001 | 99 % | 12.5 | 2001 |" in once
    assert {each.name for each in (tmp_path / "performance").iterdir()} == set(page.PLOTS.values())


def test_a_page_without_markers_is_not_touched() -> None:
    with pytest.raises(LookupError, match="no markers for 'table'"):
        page.put("# Performance\n", "table", [])


def test_the_table_to_read() -> None:
    heading, frame, snapshot, _, idle, imported = report.as_text(MADE)
    assert heading.split() == ["operation", "best", "µs", "median", "worst", "floor", "µs", "ratio"]
    assert frame.split() == ["a", "frame", "3.00", "4.00", "5.00", "2.00", "1.50"]
    assert snapshot.split()[-2:] == ["-", "-"]
    assert idle == "idle ready session with small Settings: 4096 bytes"
    assert "100 ms at best, 200 ms in the median, 600 ms at worst" in imported


def test_pyperf_reads_what_is_written_for_it(tmp_path: Path) -> None:
    pyperf = pytest.importorskip("pyperf", reason="needs the dev extra")
    path = tmp_path / "suite.json"
    path.write_text(report.as_pyperf(MADE))
    suite = pyperf.BenchmarkSuite.load(str(path))
    names = ["a frame", "a frame: floor", "a snapshot", "idle session", "import"]
    assert sorted(suite.get_benchmark_names()) == names
    frame = suite.get_benchmark("a frame")
    assert frame.get_values() == (3e-6, 5e-6, 4e-6)
    assert (frame.get_metadata()["ratio_to_floor"], frame.get_metadata()["loops"]) == (1.5, 7)
    assert suite.get_benchmark("idle session").get_unit() == "byte"


# --- the command line ---------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _nothing_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "measured_report", lambda effort, imports: MADE)
    monkeypatch.setattr(growth, "all_series", lambda extent: LINES)
    monkeypatch.setattr(capacity, "capacities", _carried)


def _carried(play: object, seconds: float) -> list[Carried]:
    other = Carried(AudioFormat("linear16", 16000), False, OWN[0].trial)
    return OWN if play is capacity.on_its_own else [other]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert benchmarks.main(arguments, 0.0) == 0
    return capsys.readouterr().out


def test_the_table_is_what_is_shown_without_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys) == run(capsys, "table") == "\n".join(report.as_text(MADE)) + "\n"


def test_machines_read_json(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyperf", reason="needs the dev extra")
    for arguments in (["--json"], ["table", "--json"], ["--json", "table"]):
        assert len(json.loads(run(capsys, *arguments))["benchmarks"]) == 5
    assert [each["grows"] for each in json.loads(run(capsys, "growth", "--json"))] == [LENGTH, SESSIONS, SIZE]


def test_growth_and_capacity_are_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "growth").splitlines() == list(page.growth_table(LINES))
    assert run(capsys, "capacity").splitlines() == list(page.capacity_table(OWN))
    assert "linear16 at 16000" in run(capsys, "capacity", "--wall")


@pytest.mark.parametrize("wall", [False, True])
def test_one_command_writes_the_page(wall: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[page.Measurements] = []
    monkeypatch.setattr(page, "write", written.append)
    assert benchmarks.main(["page", *(["--wall"] if wall else [])], 0.0) == 0
    assert written == [page.Measurements(MADE, LINES, OWN, _carried(None, 0.0) if wall else [])]


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        benchmarks.main(["--help"])
    told = capsys.readouterr().out
    assert ended.value.code == 0
    assert all(
        re.search(rf"^    {name} ", told, re.MULTILINE) for name in ("table", "formats", "gate", "page")
    )


def test_anything_else_is_answered_with_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        benchmarks.main(["tables"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m tests.benchmarks ")


def test_without_the_extra_it_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(benchmarks, "available", lambda: False)
    assert benchmarks.main([]) == 2
    assert "realtime-translate[resample]" in capsys.readouterr().err


def test_how_long_is_measured() -> None:
    assert benchmarks._effort(2.0, 1.0) == Effort(2.0)
    assert benchmarks._effort(2.0, 0.0) == Effort(0.0, least=1, segment=0.0)
    assert (benchmarks._seconds(1.0), benchmarks._seconds(0.0)) == (2.5, 0.1)
    assert max(benchmarks._extent(1.0).minutes) == 120
    assert benchmarks._extent(0.0) == growth.SMALLEST
