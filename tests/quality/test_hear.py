"""Speech that went to 24000 and back sounds as sox's resampler leaves it (A2, O1)."""

from __future__ import annotations

import re

import pytest

np = pytest.importorskip("numpy", reason="needs the resample extra")

from tests.quality import hear  # noqa: E402
from tests.quality.compare import PAGE  # noqa: E402
from tests.quality.hear import OURS, RATES, SOX, Journey, cells, journey, score  # noqa: E402
from tests.quality.measure import decibels, level  # noqa: E402

EACH = pytest.mark.parametrize("rate", RATES)


@EACH
def test_A2_O1_speech_there_and_back_is_the_speech(rate: int) -> None:
    """As good as inaudible: half a decibel in the band that all resamplers keep, one to 90 % of it."""
    back = journey(rate, OURS)
    assert len(back.heard) == len(back.said)
    assert back.distance(0.8) < 0.5
    assert back.distance(0.9) < 1


@EACH
def test_A2_O1_speech_there_and_back_is_that_of_sox(rate: int) -> None:
    ours, sox = journey(rate, OURS), journey(rate, SOX)
    assert Journey(rate, sox.heard, ours.heard).distance(0.8) < 0.5
    assert decibels(level(ours.heard - sox.heard) / level(sox.heard)) < -20


@EACH
def test_a_worse_way_is_heard(rate: int) -> None:
    """Linear interpolation is told from a filter. (By way of 22050: of 24000 it would find the samples.)"""
    said = journey(rate, SOX).said
    places = np.arange(len(said) * 22050 // rate) * rate / 22050
    up = np.interp(places, np.arange(len(said)), said)
    back = np.interp(np.arange(len(said)) * 22050 / rate, np.arange(len(up)), up)
    assert Journey(rate, said, back).distance(0.8) > 0.5


@EACH
def test_A2_O1_pesq_finds_nothing_either(rate: int) -> None:
    """Only where `pesq` is installed; the distances above are measured everywhere."""
    pytest.importorskip("pesq", reason="the score is beside the distances, which are always measured")
    assert float(score(rate, OURS)) > 4.5


@EACH
@pytest.mark.parametrize("by", [OURS, SOX])
def test_the_page_says_what_is_measured(rate: int, by: str) -> None:
    (row,) = re.findall(
        rf"^\| {rate} → 24000 → {rate} \| {by} \| (.+) \| ([\d.]+) \|$", PAGE.read_text("utf-8"), re.M
    )
    assert row[0].split(" | ") == cells(rate, by)
    assert float(row[1]) > 4.5


def test_an_unknown_word_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert hear.main(["pages"]) == 2
    assert "usage" in capsys.readouterr().err
