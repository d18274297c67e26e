"""Every page: its Python runs, its JSON is JSON, its links lead somewhere; generated pages are up to date."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from docs.tools.__main__ import main
from docs.tools.diagrams import Edge, svg

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)
EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(DOCS).as_posix())


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


@EVERY_PAGE
def test_its_python_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From top to bottom, as one program."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "page"}
    for code in blocks(page, "python"):
        if "ws://127.0.0.1" in code:  # tests/e2e/test_pages.py runs it beside the server that it calls
            continue
        exec(compile(code, str(page), "exec"), names)


@EVERY_PAGE
def test_its_json_is_json(page: Path) -> None:
    for block in blocks(page, "json"):
        for line in block.splitlines():
            json.loads(line)


@EVERY_PAGE
def test_its_links_lead_somewhere(page: Path) -> None:
    prose = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        path, _, _ = target.partition("#")
        assert "://" in path or not path or (page.parent / path).exists(), target


@EVERY_PAGE
def test_every_block_says_what_it_is(page: Path) -> None:
    """A block of a language that no test knows would not be run by any."""
    opened = re.findall(r"^```(\S*)$", page.read_text(encoding="utf-8"), re.MULTILINE)[::2]
    assert set(opened) <= {
        "python",
        "js",  # tests/clients runs it
        "json",
        "sh",
        "text",
        "console",
        "toml",
        "xml",
        "{eval-rst}",
        "{toctree}",
    }


def test_what_is_made_from_the_code_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().out


def test_a_state_without_a_place_is_noticed() -> None:
    with pytest.raises(KeyError, match="nowhere"):
        svg("", {"here": (0, 0)}, [Edge("here", "nowhere", 1)])
