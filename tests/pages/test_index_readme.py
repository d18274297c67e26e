"""The README on an index page: no link of it leads nowhere."""

from __future__ import annotations

import re

import pytest

from docs.tools.index_readme import for_index, urls
from tests.pages.test_pages import DOCS

README = (DOCS.parent / "README.md").read_text(encoding="utf-8")
PROJECT = (DOCS.parent / "pyproject.toml").read_text(encoding="utf-8")
RELATIVE = re.compile(r"\]\((?!https?://)")


def without_blocks(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("files_url", ["", "https://example.com/files/"])
def test_no_link_is_relative(files_url: str) -> None:
    assert RELATIVE.search(without_blocks(README))
    assert not RELATIVE.search(without_blocks(for_index(README, files_url)))


@pytest.mark.parametrize(
    ("link", "nowhere", "somewhere"),
    [
        ("[a page](docs/a.md)", "a page (`docs/a.md`)", "[a page](https://example.com/docs/a.md)"),
        ("[a.md](a.md)", "`a.md`", "[a.md](https://example.com/a.md)"),
        ("[out](https://example.org)", "[out](https://example.org)", "[out](https://example.org)"),
        ("[here](#here)", "[here](#here)", "[here](#here)"),
        ("```text\n[a](b)\n```\n", "```text\n[a](b)\n```\n", "```text\n[a](b)\n```\n"),
    ],
)
def test_a_link_becomes_a_path_or_an_address(link: str, nowhere: str, somewhere: str) -> None:
    assert for_index(link, "") == nowhere
    assert for_index(link, "https://example.com/") == somewhere


def test_the_links_of_the_project_come_from_the_same_place() -> None:
    assert urls("") == {}
    assert urls("https://example.com/")["Changelog"] == "https://example.com/CHANGELOG.md"


def test_every_path_of_the_readme_is_in_the_source_archive() -> None:
    (included,) = re.findall(
        r"^\[tool.hatch.build.targets.sdist\]\ninclude = \[(.*)\]", PROJECT, re.MULTILINE
    )
    tops = set(re.findall(r'"/([\w.]+)"', included))
    for path in re.findall(r"\]\(([^)\s:]+)\)", without_blocks(README)):
        assert (DOCS.parent / path).exists()
        assert path.partition("/")[0] in tops


def test_the_build_asks_for_it() -> None:
    assert 'dynamic = ["version", "readme", "urls"]' in PROJECT
    assert re.search(r'^\[tool.hatch.metadata.hooks.custom\]\nfiles-url = "(https://\S+/)?"$', PROJECT, re.M)
