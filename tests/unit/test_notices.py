"""Notices: stable codes, a level, a sentence for people, and fields for machines."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

import realtime_translate
from realtime_translate import Level, Notice
from realtime_translate.notices import MAX_FIELD, NOTICES, notice

SOURCES = sorted(Path(realtime_translate.__file__).parent.rglob("*.py"))


def calls() -> list[tuple[str, set[str]]]:
    """Every `notice("CODE", name=…)` in the package."""
    return [
        (node.args[0].value, {each.arg or "**" for each in node.keywords})
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "notice"
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    ]


CALLS = calls()


def test_a_notice_is_built_from_its_row() -> None:
    assert notice("SETTING_CLAMPED", path="agent.x", asked=9, sent=1.5) == Notice(
        "SETTING_CLAMPED",
        Level.INFO,
        "agent.x was clamped from 9 to 1.5",
        {"path": "agent.x", "asked": 9, "sent": 1.5},
    )


def test_what_a_peer_wrote_is_cut() -> None:
    fields = notice("UPSTREAM_ERROR", code="x" * (MAX_FIELD + 1)).fields
    assert fields == {"code": "x" * (MAX_FIELD - 1) + "…"}
    assert notice("UPSTREAM_ERROR", code="x" * MAX_FIELD).message.endswith("x" * MAX_FIELD)


@pytest.mark.parametrize("code", NOTICES)
def test_codes_are_constants_and_sentences_are_for_people(code: str) -> None:
    level, sentence = NOTICES[code]
    assert re.fullmatch("[A-Z][A-Z_]*", code)
    assert level in Level
    assert not sentence.endswith(".")


@pytest.mark.parametrize("code", NOTICES)
def test_every_notice_is_given_somewhere_with_the_fields_of_its_sentence(code: str) -> None:
    wanted = {name for _, name, _, _ in string.Formatter().parse(NOTICES[code][1]) if name}
    given = [fields for called, fields in CALLS if called == code]
    assert given, "nobody gives it"
    assert [fields for fields in given if not wanted <= fields] == []
