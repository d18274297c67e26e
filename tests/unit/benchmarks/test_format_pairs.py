"""What is measured of a format pair is what the call does with it."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

import pytest

from realtime_translate import SendToClient, SendToUpstream
from realtime_translate.audio import ALAW_8K, MULAW_8K, PCM_24K, AudioFormat
from realtime_translate.mapping.plan import AudioPath
from tests.benchmarks.__main__ import main
from tests.benchmarks.calls import DELTA_MS, FRAME_MS, path_case
from tests.benchmarks.measure import Call
from tests.benchmarks.pairs import Pair, pairs

pytest.importorskip("numpy", reason="needs the resample extra")

PAIRS = list(pairs())
CALLS = 50


@pytest.mark.again
def test_the_table_of_the_documentation_is_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["formats"], 0.0) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + len(PAIRS)
    assert {line.count("|") for line in lines} == {9}


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
    (segment,) = path_case(pair.direction, pair.path).segments(CALLS)
    assert len(segment.operation) == CALLS
    size, unit = sum(_sizes(segment.operation)), FRAME_MS if pair.direction == "input" else DELTA_MS
    fed = pair.source.bytes_of(unit) // pair.source.sample_bytes * CALLS
    exact = fed * pair.target.rate / pair.source.rate
    late = pair.latency_ms * pair.target.rate / 1000
    assert size / pair.target.sample_bytes == pytest.approx(exact - late, abs=1)
    assert bool(segment.bare) is (pair.source.rate != pair.target.rate)


def _sizes(calls: Sequence[Call]) -> list[int]:
    sizes: list[int] = []
    for function, argument in calls:
        outputs = function(argument)
        assert isinstance(outputs, tuple)
        for output in outputs:
            if isinstance(output, SendToClient) and isinstance(output.data, bytes):
                sizes.append(len(output.data))
            elif isinstance(output, SendToUpstream):
                sizes.append(len(base64.b64decode(json.loads(output.data)["audio"])))
    return sizes


def test_the_floor_runs_the_bare_call_too() -> None:
    (segment,) = path_case("input", AudioPath(AudioFormat("linear16", 16000), PCM_24K)).segments(CALLS)
    given = [getattr(function(argument), "size", 0) for function, argument in segment.bare]
    assert sum(given) > PCM_24K.bytes_of(FRAME_MS * CALLS) // 2 * 0.9
    function, argument = segment.floor[0]
    floor = function(argument)
    assert isinstance(floor, tuple)
    assert len(json.loads(floor[1])["audio"]) == PCM_24K.bytes_of(FRAME_MS) * 4 // 3
