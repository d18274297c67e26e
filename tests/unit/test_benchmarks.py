"""The benchmarks run, and what they measure is what the call does."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pytest

from realtime_translate import SendToClient, SendToUpstream
from realtime_translate.audio import ALAW_8K, MULAW_8K, PCM_24K, AudioFormat
from realtime_translate.mapping.plan import AudioPath
from tests.benchmarks import __main__ as benchmarks
from tests.benchmarks.calls import DELTA_MS, FRAME_MS, path_case
from tests.benchmarks.measure import Case, Effort, measured
from tests.benchmarks.pairs import Pair, pairs

pytest.importorskip("soxr", reason="needs the resample extra")

ONCE = Effort(rounds=1, calls=1)
PAIRS = list(pairs())
CALLS = 50


def lines_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert benchmarks.main(arguments, ONCE, ONCE) == 0
    return capsys.readouterr().out.splitlines()


def test_the_tables_of_the_hot_paths_and_of_the_format_pairs(capsys: pytest.CaptureFixture[str]) -> None:
    hot, formats = "\n".join(lines_of(capsys)).split("\n\n")
    assert [line.split("  ")[0] for line in hot.splitlines()] == [
        "operation",
        "client frame, 20 ms linear16 24 kHz, server VAD",
        "client frame, 20 ms linear16 24 kHz, manual commit",
        "client frame, 20 ms linear16 16 kHz, server VAD",
        "client frame, 20 ms mulaw 8 kHz, server VAD",
        "upstream audio delta, 100 ms linear16 24 kHz",
    ]
    rows = [line for line in formats.splitlines() if " to " in line]
    assert [row.split("  ")[0] for row in rows] == [f"{pair.source} to {pair.target}" for pair in PAIRS]
    for pair, row in zip(PAIRS, rows, strict=True):
        assert len(row.split("  ", 1)[1].split()) == (5 if "resampled" in pair.done else 3)


def test_the_table_of_the_documentation_is_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    lines = lines_of(capsys, "formats")
    assert len(lines) == 2 + len(PAIRS)
    assert {line.count("|") for line in lines} == {9}


@pytest.mark.parametrize("arguments", [["format"], ["formats", "formats"], ["--help"]])
def test_anything_else_is_answered_with_the_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert benchmarks.main(arguments, ONCE, ONCE) == 2
    assert capsys.readouterr().err == f"{benchmarks.USAGE}\n"


def test_without_the_extra_it_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(benchmarks, "available", lambda: False)
    assert benchmarks.main([]) == 2
    assert "realtime-translate[resample]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("source", "target", "done"),
    [
        (PCM_24K, PCM_24K, "passed through"),
        (MULAW_8K, MULAW_8K, "passed through"),
        (AudioFormat("linear16", 8000), PCM_24K, "resampled"),
        (AudioFormat("mulaw", 24000), PCM_24K, "decoded"),
        (MULAW_8K, PCM_24K, "decoded, resampled"),
        (AudioFormat("linear16", 8000), ALAW_8K, "encoded"),
        (PCM_24K, ALAW_8K, "resampled, encoded"),
        (MULAW_8K, ALAW_8K, "decoded, encoded"),
    ],
)
def test_what_is_done_is_told_from_the_formats(source: AudioFormat, target: AudioFormat, done: str) -> None:
    assert Pair("input", AudioPath(client=source, upstream=target)).done == done
    assert Pair("output", AudioPath(client=target, upstream=source)).done == done


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.direction} {pair.source} to {pair.target}")
def test_what_is_measured_is_the_conversion_of_that_pair(pair: Pair) -> None:
    """All of the audio comes out on the other side, but for what is within the latency."""
    case = path_case(pair.direction, pair.path)
    size, unit = sum(_sizes(case.operation)), FRAME_MS if pair.direction == "input" else DELTA_MS
    fed = pair.source.bytes_of(unit) // pair.source.sample_bytes * CALLS
    exact = fed * pair.target.rate / pair.source.rate
    late = pair.latency_ms * pair.target.rate / 1000
    assert size / pair.target.sample_bytes == pytest.approx(exact - late, abs=1)
    assert (case.bare is None) is (pair.source.rate == pair.target.rate)


def _sizes(operation: Callable[[], object]) -> list[int]:
    sizes: list[int] = []
    for _ in range(CALLS):
        outputs = operation()
        assert isinstance(outputs, tuple)
        for output in outputs:
            if isinstance(output, SendToClient) and isinstance(output.data, bytes):
                sizes.append(len(output.data))
            elif isinstance(output, SendToUpstream):
                sizes.append(len(base64.b64decode(json.loads(output.data)["audio"])))
    return sizes


def test_the_floor_runs_the_bare_call_too() -> None:
    case = path_case("input", AudioPath(AudioFormat("linear16", 16000), PCM_24K))
    assert case.bare is not None
    given = [getattr(case.bare(), "size", 0) for _ in range(CALLS)]
    assert sum(given) > PCM_24K.bytes_of(FRAME_MS * CALLS) // 2 * 0.9
    floor = case.floor()
    assert isinstance(floor, tuple)
    assert len(json.loads(floor[1])["audio"]) == PCM_24K.bytes_of(FRAME_MS) * 4 // 3


def test_an_operation_and_its_floors_take_turns() -> None:
    told: list[str] = []
    case = Case(lambda: told.append("operation"), lambda: told.append("floor"), lambda: told.append("bare"))
    cost = measured(case, Effort(rounds=2, calls=2))
    assert told == ["operation", "operation", "floor", "floor", "bare", "bare"] * 2
    assert cost.to_floor == cost.operation / cost.floor
    assert cost.bare is not None
    assert cost.to_bare == cost.operation / cost.bare


def test_where_nothing_is_resampled_there_is_no_bare_call() -> None:
    cost = measured(Case(lambda: None, lambda: None), ONCE)
    assert (cost.bare, cost.to_bare) == (None, None)
