"""`replay` of what a `Recorder` wrote."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from realtime_translate.cli.main import main
from realtime_translate.cli.recording import is_recording
from tests.harness import SETTINGS
from tests.unit.recording.taped import Taped


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    taped = Taped()
    taped.ready(SETTINGS)
    file = tmp_path / "call.jsonl"
    file.write_text("".join(taped.lines), encoding="utf-8")
    return file


def test_a_recording_that_is_reproduced(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(recording)]) == 0
    assert capsys.readouterr().out == "4 inputs reproduced\n"


def test_a_recording_comes_from_standard_input_too(
    recording: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(recording.read_text("utf-8")))
    assert main(["replay", "-"]) == 0
    assert capsys.readouterr().out == "4 inputs reproduced\n"


def test_the_first_difference_is_shown(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recording.write_text(recording.read_text("utf-8").replace("SettingsApplied", "Applied"), encoding="utf-8")
    assert main(["replay", str(recording)]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines()[:3] == [
        "3 inputs reproduced",
        "first difference: input 4, receive_from_upstream at 100.0 s, output 1:",
        '  expected: {"client":{"type":"Applied"}}',
    ]


def test_a_broken_recording_is_the_users_error(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = recording.read_text("utf-8").splitlines()
    recording.write_text("\n".join([lines[0], *lines[2:]]), encoding="utf-8")
    assert main(["replay", str(recording)]) == 2
    assert capsys.readouterr().err.endswith("call.jsonl: line 2 is not input 1: lines are missing\n")


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "[]", '{"t_ms": 0}'])
def test_anything_else_is_no_recording(text: str) -> None:
    assert not is_recording(text)
