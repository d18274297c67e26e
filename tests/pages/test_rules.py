"""The page of the rules: cited is listed, listed is cited and tested, and each entry is short."""

from __future__ import annotations

import re

import pytest

from docs.tools import rules
from docs.tools.__main__ import main

RULES = rules.listed()
LINES, WIDTH = 3, 160
"""The most that an entry has, and the most characters of a line."""
OUTSIDE = re.compile(r"§|reference, section|design, |openai-realtime\.md|behaviour\.md|behaviour, ")
"""Names of texts that no reader of the source has."""


def test_every_rule_that_the_source_cites_is_listed() -> None:
    unlisted = {rule: places for rule, places in rules.cited().items() if rule not in RULES}
    assert unlisted == {}, "docs/reference/rules.md does not have it"


def test_every_rule_that_names_a_test_is_listed() -> None:
    unlisted = {rule: places for rule, places in rules.tested().items() if rule not in RULES}
    assert unlisted == {}, "docs/reference/rules.md does not have it"


@pytest.mark.parametrize("rule", RULES)
def test_it_is_cited_and_tested(rule: str) -> None:
    assert rules.cited().get(rule), "no comment and no docstring in src cites it"
    assert rules.tested().get(rule), "no test is named by it"


@pytest.mark.parametrize("rule", RULES)
def test_it_is_short(rule: str) -> None:
    lines = RULES[rule].splitlines()
    assert len(lines) <= LINES
    assert max(map(len, lines)) <= WIDTH


def test_the_page_has_each_rule_once_and_nothing_else_as_an_entry() -> None:
    page = rules.PAGE.read_text(encoding="utf-8")
    headings = re.findall(r"^### (.+)$", page, re.MULTILINE)
    assert headings == list(RULES), "an entry has an id of its own, and a text"
    assert all(re.fullmatch(r"[A-Z]\d{1,2}|Always true \d|Time \d", each) for each in headings)


def test_the_page_names_every_rule_in_full() -> None:
    page = rules.PAGE.read_text(encoding="utf-8")
    assert re.findall(r"\b[A-Z]\d{1,2}\s*(?:-|\u2013|to|\.\.)\s*[A-Z]?\d{1,2}\b", page) == []
    assert set(rules.rules_in(page)) <= set(RULES)


def test_no_source_refers_to_what_its_readers_do_not_have() -> None:
    found = [
        f"{path}: {line}"
        for path in rules.SOURCE.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if OUTSIDE.search(line)
    ]
    assert found == []


# --- how citations are found --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The slot (R1, R3).", ["R1", "R3"]),
        ("Errors (E1-E3, S10)", ["E1", "E2", "E3", "S10"]),
        ("(*Always true* 1 and 2)", ["Always true 1", "Always true 2"]),
        ("(*Time* 4)", ["Time 4"]),
        ("Deepgram Voice Agent V1, x.A1, B123, RR1", []),
    ],
)
def test_what_a_citation_is(text: str, found: list[str]) -> None:
    assert list(rules.rules_in(text)) == found


def test_a_place_is_the_innermost_function_that_cites_the_rule() -> None:
    places = {(each.path, each.name) for each in rules.cited()["R1"]}
    assert ("src/realtime_translate/session/policies/response_slot/events.py", "created") in places


def test_a_rule_is_printed_with_its_places(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["R1"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"R1\n{RULES['R1']}")
    assert re.search(r"^src/\S+\.py:\d+: created$", printed, re.MULTILINE)
    assert re.search(r"^tests/\S+\.py:\d+: test_R1_\w+$", printed, re.MULTILINE)


def test_a_rule_that_is_not_there_is_missed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["R99"]) == 1
    assert "R1, R2" in capsys.readouterr().out
