"""`docs/reference/messages.md` is what the code prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from realtime_translate import deepgram
from realtime_translate.cli.main import main
from realtime_translate.config import Limits

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


DEEPGRAMS = """
UNPARSABLE_CLIENT_MESSAGE NON_SETTINGS_MESSAGE_BEFORE_SETTINGS SETTINGS_ALREADY_APPLIED INVALID_SETTINGS
INVALID_AGENT_ID AGENT_ID_NOT_SUPPORTED CLIENT_MESSAGE_TIMEOUT USER_AUDIO_FORMAT
FAILED_TO_START_LISTENING FAILED_TO_LISTEN ASR_CONNECTION_CLOSED ASR_DRIVER_TIMEOUT FAILED_TO_THINK
FAILED_TO_SPEAK NON_EXISTENT_FUNCTION_CALLED MAXIMUM_SESSION_LENGTH_REACHED SERVER_GOING_AWAY
INTERNAL_SERVER_ERROR DATA-0002 INJECT_AGENT_MESSAGE_DURING_USER_SPEECH
INJECT_AGENT_MESSAGE_DURING_AGENT_SPEECH PROMPT_TOO_LONG VOICE_PROMPT_ADDED THINK_REQUEST_FAILED
SPEAK_REQUEST_FAILED FUNCTION_CALL_FAILED SLOW_THINK_REQUEST SLOW_SPEAK_REQUEST GPT_4O_STREAM_END_ERROR
FORCE_END_TURN_UNSUPPORTED UPDATE_LISTEN_UNSUPPORTED_FIELDS_CHANGED MAXIMUM_SESSION_LENGTH_APPROACHING
"""
"""The codes that its documentation has."""


def test_the_codes_that_are_not_deepgram_s_are_named() -> None:
    codes = {str(each) for table in (deepgram.ErrorCode, deepgram.WarningCode) for each in table}
    named = DIFFERENCES.partition("among Deepgram's:")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([A-Z_]+)`", named)) == codes - {*DEEPGRAMS.split()}


def test_its_times_are_the_defaults() -> None:
    limits = Limits()
    assert f"`Config.limits.transcript_wait` ({limits.transcript_wait:g} s)" in DIFFERENCES
    assert f"`Config.limits.session_warning` ({limits.session_warning / 60:g} min)" in DIFFERENCES
