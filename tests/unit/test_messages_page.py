"""`docs/reference/messages.md` is what the code prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from realtime_translate import deepgram
from realtime_translate.cli.main import main
from realtime_translate.config import Limits
from tests.shared_material import shared

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "reference" / "messages.md"
DIFFERENCES = (DOCS / "reference" / "differences.md").read_text(encoding="utf-8")


def test_the_page_is_what_events_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["events", "--markdown"]) == 0
    printed = capsys.readouterr().out
    assert PAGE.read_text(encoding="utf-8") == printed, (
        "run: python -m realtime_translate events --markdown > docs/reference/messages.md"
    )


def test_its_tables_are_whole() -> None:
    """No cell ends a table early, and each row has four."""
    rows = re.findall(r"^\|.*\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows
    assert {row.count("|") for row in rows} == {5}


# --- differences.md -----------------------------------------------------------------------------------------


def test_the_codes_that_are_not_deepgram_s_are_named() -> None:
    known = shared("reference", "deepgram-voice-agent-v1.md").read_text(encoding="utf-8")
    codes = {str(each) for table in (deepgram.ErrorCode, deepgram.WarningCode) for each in table}
    ours = {each for each in codes if each not in known}
    named = DIFFERENCES.partition("among Deepgram's:")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([A-Z_]+)`", named)) == ours


def test_its_times_are_the_defaults() -> None:
    limits = Limits()
    assert f"`Config.limits.transcript_wait` ({limits.transcript_wait:g} s)" in DIFFERENCES
    assert f"`Config.limits.session_warning` ({limits.session_warning / 60:g} min)" in DIFFERENCES
