"""The page of the protocols has every part, and every rule of the servers, that a comment cites."""

from __future__ import annotations

import re
from itertools import chain

import pytest

from docs.tools import rules

PAGE = (rules.PAGE.parent / "protocols.md").read_text(encoding="utf-8")
FILES = sorted(chain(rules.SOURCE.rglob("*.py"), rules.TESTS.rglob("test_*.py")))
CITED = re.compile(r"\((?:[^()]*; )?protocols, ([^()]*)\)")


def cited() -> set[str]:
    """Parts as they are written: `*Session*`, `rule 8`."""
    found = chain.from_iterable(CITED.findall(path.read_text(encoding="utf-8")) for path in FILES)
    return {part for parts in found for part in re.split(r",\s+", parts)}


@pytest.mark.parametrize("part", sorted(cited()))
def test_it_has_what_is_cited(part: str) -> None:
    if part.startswith("rule "):
        assert re.search(rf"^{part.removeprefix('rule ')}\. ", PAGE, re.MULTILINE)
    else:
        assert f"\n### {part.strip('*')}\n" in PAGE


def test_its_rules_are_those_that_the_model_counts() -> None:
    numbers = re.findall(r"^(\d+)\. ", PAGE.partition("### What servers refuse")[2], re.MULTILINE)
    assert numbers == [str(number) for number in range(1, 18)]
