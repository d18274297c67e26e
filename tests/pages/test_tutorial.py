"""The tutorial prints what it says that it prints, says in words what is missing, and shows that call."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from realtime_translate import audio
from realtime_translate.cli.main import main
from tests.pages.test_pages import DOCS

PAGE = DOCS / "tutorial.md"
TEXT = PAGE.read_text(encoding="utf-8")
PIECES = re.findall(r"^```python\n(.*?)^```$(?:\n\n```text\n(.*?)^```$)?", TEXT, re.MULTILINE | re.DOTALL)
"""Each piece of code, and what stands below it as printed."""


def run_page(capsys: pytest.CaptureFixture[str]) -> list[str]:
    names: dict[str, object] = {"__name__": "page"}
    printed: list[str] = []
    for code, _ in PIECES:
        exec(compile(code, str(PAGE), "exec"), names)
        printed.append(capsys.readouterr().out)
    return printed


def test_it_prints_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    printed = run_page(capsys)
    assert printed == [told for _, told in PIECES]
    assert sum(map(bool, printed)) == 3


def test_it_says_in_words_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audio, "available", lambda: False)
    with pytest.raises(SystemExit, match=r"pip install '\.\[resample\]'"):
        run_page(capsys)


def test_the_script_is_the_same_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As far as what is said: the picture at the end of the page is of it."""
    (script,) = re.findall(r"docs/(examples/calls/\w+\.jsonl)$", TEXT, re.MULTILINE)
    target = tmp_path / "call.jsonl"
    assert main(["simulate", "--format", "jsonl", "--output", str(target), str(DOCS / script)]) == 0
    steps = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    said = [
        f"{frame['role']}: {frame['content']}\n"
        for step in steps
        if (frame := step.get("frame")) and step["to"] == "client" and frame["type"] == "ConversationText"
    ]
    printed = "".join(told for _, told in PIECES)
    assert said == [line + "\n" for line in re.findall(r"^(?:user|assistant): .*$", printed, re.MULTILINE)]


def test_the_picture_is_there() -> None:
    (picture,) = re.findall(r"\]\((images/\S+)\)", TEXT)
    assert (DOCS / picture).is_file()
