"""The explained survivors of mutation testing are about code that is there, and the page lists them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.mutation.page import PAGE, filled
from tests.mutation.survivors import LIST, Key, explained, is_equivalent

SOURCE = Path(__file__).parents[2] / "src" / "realtime_translate"
KNOWN = explained(LIST.read_text(encoding="utf-8"))


def code_of(path: str, owner: str) -> str:
    """The source of a function, a method (`Class.method`) or an assignment at module level."""
    text = (SOURCE / path).read_text(encoding="utf-8")
    found: ast.AST = ast.parse(text)
    for name in owner.split("."):
        (found,) = (each for each in getattr(found, "body", []) if name in names(each))
    return ast.get_source_segment(text, found) or ""


def names(statement: ast.stmt) -> list[str]:
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return [statement.name]
    if isinstance(statement, ast.Assign):
        return [each.id for each in statement.targets if isinstance(each, ast.Name)]
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return [statement.target.id]
    return []


@pytest.mark.parametrize("key", KNOWN, ids=lambda key: f"{key[0]}:{key[1]}")
def test_an_explained_survivor_is_about_code_that_is_there(key: Key) -> None:
    path, owner, diff = key
    old = [line.removeprefix("-").strip() for line in diff if line.startswith("-")]
    lines = [line.strip() for line in code_of(path, owner).splitlines()]
    assert diff
    assert not [line for line in old if line not in lines]


def test_each_has_a_reason() -> None:
    assert KNOWN
    assert all(len(reason.split()) > 3 for reason in KNOWN.values())
    assert any(is_equivalent(reason) for reason in KNOWN.values())


def test_the_page_lists_them() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert filled(page) == page, "run: python -m tests.mutation --page"
