"""Where the rules of `reference/rules.md` stand: which code cites each, and which tests are named by it.

A comment or a docstring cites a rule as `R1`, several as `E1-E3`, and those that have no letter as
`*Always true* 6` and `*Time* 1`. A test is named by its rules: `test_R1_...`, `test_F2_F3_...`,
`test_always_true_6_...`; those of the state machine `test_6_...`.
"""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "rules.md"
SOURCE = ROOT / "src" / "realtime_translate"
TESTS = ROOT / "tests"

ENTRY = re.compile(r"^### (.+)\n\n((?:.+\n)+)", re.MULTILINE)
"""A rule of the page: its id, and what it says."""

_LETTERS = "SVARTGCFOBEDILN"
_CITED = re.compile(rf"(?<![\w.])(?<!Agent )([{_LETTERS}])(\d{{1,2}})(?:-\1(\d{{1,2}}))?(?!\w)")
_WORDED = re.compile(r"\*(Always true|Time)\*((?:(?:,| and|,\s*and)?\s+\d)+)", re.IGNORECASE)
_NAME = re.compile(rf"[{_LETTERS}]\d{{1,2}}")
_WORDED_NAME = re.compile(r"test_(?:(time)_|always_true_)?(\d)_")
_TEST = re.compile(r"^ *(?:async )?def (test_\w+)", re.MULTILINE)
_TEXT = {tokenize.COMMENT, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}


class Place(NamedTuple):
    """Where a rule is cited, or a test that is named by it."""

    path: str
    line: int
    name: str


Places = Mapping[str, tuple[Place, ...]]


@cache
def listed() -> Mapping[str, str]:
    """Each rule of the page, and what it says."""
    return dict(ENTRY.findall(PAGE.read_text(encoding="utf-8")))


@cache
def cited() -> Places:
    """Each rule that the source cites, and where: one place for each function, class or module that does."""
    return _gathered(found for path in sorted(SOURCE.rglob("*.py")) for found in _cited_in(path))


@cache
def tested() -> Places:
    """Each rule that names a test, and those tests."""
    return _gathered(found for path in sorted(TESTS.rglob("test_*.py")) for found in _tests_in(path))


def rules_in(text: str) -> Iterator[str]:
    """The rules that a text cites, those inside a range too."""
    for letter, first, last in _CITED.findall(text):
        yield from (f"{letter}{number}" for number in range(int(first), int(last or first) + 1))
    for kind, numbers in _WORDED.findall(text):
        yield from (f"{kind.capitalize()} {number}" for number in re.findall(r"\d", numbers))


def _gathered(found: Iterator[tuple[str, Place]]) -> Places:
    places: dict[str, dict[tuple[str, str], Place]] = {}
    for rule, place in found:
        places.setdefault(rule, {}).setdefault((place.path, place.name), place)
    return {rule: tuple(at.values()) for rule, at in places.items()}


def _cited_in(path: Path) -> Iterator[tuple[str, Place]]:
    where = path.relative_to(ROOT).as_posix()
    owners = dict(_owners(ast.parse(path.read_text(encoding="utf-8")), ""))
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type in _TEXT:
                name = _innermost(owners, token.start[0])
                for rule in rules_in(token.string):
                    yield rule, Place(where, token.start[0], name)


def _owners(node: ast.AST, outer: str) -> Iterator[tuple[range, str]]:
    """The lines of each class and function, and its qualified name."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            name = f"{outer}{child.name}"
            yield range(child.lineno, (child.end_lineno or child.lineno) + 1), name
            yield from _owners(child, f"{name}.")


def _innermost(owners: Mapping[range, str], line: int) -> str:
    around = [lines for lines in owners if line in lines]
    return owners[min(around, key=len)] if around else ""


def _tests_in(path: Path) -> Iterator[tuple[str, Place]]:
    where, text = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
    for match in _TEST.finditer(text):
        place = Place(where, text.count("\n", 0, match.start()) + 1, match[1])
        worded = _WORDED_NAME.match(match[1])
        rules = [f"{(worded[1] or 'always true').capitalize()} {worded[2]}"] if worded else []
        for rule in (*rules, *filter(_NAME.fullmatch, match[1].split("_"))):
            yield rule, place
