"""What the pages about recordings and snapshots show works."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from realtime_translate.cli.main import main

DOCS = Path(__file__).parents[2] / "docs" / "how-to"


def run(page: str) -> dict[str, Any]:
    """The names that the Python blocks of a page leave."""
    path = DOCS / page
    names: dict[str, Any] = {}
    for code in re.findall(r"^```python\n(.*?)^```$", path.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        exec(compile(code, str(path), "exec"), names)
    return names


def test_debug_a_recorded_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names = run("debug-a-recorded-call.md")
    assert str(names["result"]) == "5 inputs reproduced"
    assert (names["other"].difference.input, names["other"].difference.output) == (2, 1)
    assert "Ann" not in Path("call.jsonl").read_text("utf-8")
    assert "Xxxxx, Xxx." in Path("call.jsonl").read_text("utf-8")
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "5 inputs reproduced"
    assert printed[1].startswith("input 2, receive_from_client at ")
    assert main(["replay", "call.jsonl"]) == 0


def test_move_a_call() -> None:
    names = run("move-a-call.md")
    assert names["moved"].state.opening == names["translator"].state.opening
    assert names["moved"].state.opening.value == "dialling"
