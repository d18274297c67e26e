"""What the README shows works."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from realtime_translate.cli.main import main
from realtime_translate.cli.script import parse_script

README = Path(__file__).parents[2] / "README.md"


def blocks(language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


def test_there_are_exactly_two_commands() -> None:
    assert blocks("sh") == [
        "pip install '.[resample]' && python -m realtime_translate simulate\n",
        "pip install '.[test]' && python -m pytest -n auto\n",
    ]


def test_the_embedding_code_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = blocks("python")
    names: dict[str, object] = {}
    exec(compile(code, str(README), "exec"), names)
    to_client = names["to_client"]
    assert [json.loads(frame)["type"] for frame in to_client] == ["Welcome"]  # type: ignore[attr-defined]
    assert "dial /v1/realtime?model=gpt-realtime-2.1\n" in capsys.readouterr().out


def test_the_call_is_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    call, _ = blocks("text")
    (command,) = re.findall(r"`python -m realtime_translate (simulate docs/\S+)`", README.read_text("utf-8"))
    arguments = command.split()
    assert main([arguments[0], str(README.parent / arguments[1])]) == 0
    assert capsys.readouterr().out == call


def test_the_script_is_valid() -> None:
    (script,) = blocks("json")
    assert len(parse_script(script, "README.md").actions) == 4
