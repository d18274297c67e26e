"""`docs/reference/audio-formats.md` says what the code does."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from realtime_translate import Config
from realtime_translate.audio import ALAW_8K, MULAW_8K, PCM_24K, streaming_header
from realtime_translate.config import SilenceKeepalive
from tests.benchmarks.pairs import pairs
from tests.unit.mapping.mapped import refused

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "reference" / "audio-formats.md").read_text(encoding="utf-8")
HEADING = "| direction | client | upstream | what is done | latency, ms | CPU, ms/s | to floor | to filter |"


def rows() -> list[list[str]]:
    """The cells of the table of pairs."""
    _, _, table = PAGE.partition(f"{HEADING}\n|---|---|---|---|---:|---:|---:|---:|\n")
    lines = table.partition("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def refusals() -> list[str]:
    blocks = re.findall(r"^```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def test_every_pair_has_its_row_with_what_is_done_and_the_latency() -> None:
    """`python -m tests.benchmarks formats` prints the table."""
    pytest.importorskip("numpy", reason="needs the resample extra")
    assert [row[:5] for row in rows()] == [
        [
            pair.direction,
            str(pair.path.client),
            str(pair.path.upstream),
            pair.done,
            f"{pair.latency_ms:.1f}",
        ]
        for pair in pairs()
    ]


def test_every_row_has_its_costs() -> None:
    for *_, done, _, cost, to_floor, to_filter in rows():
        assert float(cost) > 0
        assert float(to_floor) > 0  # with the `speed` extra less than the floor, which is without it
        assert float(to_filter) > 1 if "resampled" in done else to_filter == "-"


@pytest.mark.parametrize("line", refusals())
def test_the_refusals_are_told_word_for_word(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    field, said = re.fullmatch(r"audio\.(\S+): (.+)", line).groups()  # type: ignore[union-attr]
    direction, name = field.split(".")
    asked = {"encoding": "linear16", "sample_rate": 24000}
    if name == "sample_rate":
        encoding, rate = re.match(r"(\S+) at (\d+)", said).groups()  # type: ignore[union-attr]
        asked = {"encoding": encoding, "sample_rate": int(rate)}
    else:
        asked[name] = said.split()[0]
    refusal = refused({}, audio={direction: asked})
    assert refusal.description == line


def test_there_are_four_of_them() -> None:
    assert len(refusals()) == 4


def test_the_defaults_and_bounds_are_those_of_the_config() -> None:
    config, keepalive = Config(), SilenceKeepalive()
    assert f"`Config.limits.pending_audio_seconds` ({config.limits.pending_audio_seconds:g} s)" in PAGE
    assert f"`Config.keepalive = {keepalive}`" in PAGE
    assert config.keepalive is None
    sizes = {len(streaming_header(audio)) for audio in (PCM_24K, MULAW_8K, ALAW_8K)}
    assert sizes == set(map(int, re.search(r"(\d+) bytes for linear16, (\d+) for", PAGE).groups()))  # type: ignore[union-attr]
