"""Every option of every decision shows on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from realtime_translate.testing import ALL, CHOICES, FIRST, HEALTHY, Group, SeededChoices, only
from realtime_translate.testing.model.choices import as_markdown
from tests.unit.testing.model.calls import CALLS, played, written
from tests.unit.testing.model.harness import Harness

PAGE = Path(__file__).parents[4] / "docs" / "explanation" / "what-the-simulated-server-proves.md"

# Decisions that another one asks for first.
TOGETHER = {
    "error_account": {"stray_error": 1},
    "session_end_delay": {"session_end": 4},
    "stalled_error": {"response_stall": 5},
    "stalled_error_names": {"response_stall": 5},
    "stalled_slot": {"response_stall": 5},
}
OTHERS = [(name, number) for name, row in CHOICES.items() for number in range(1, len(row.options))]


@cache
def wire(call: Callable[[Harness], None], name: str, number: int) -> str:
    """All that the server sent in a call, when, and how the call ended."""
    harness = played(call, **{**TOGETHER.get(name, {}), name: number})
    sent = list(zip(harness.times, harness.events, strict=True))
    return json.dumps([sent, harness.server.closed])


@pytest.mark.parametrize(("name", "number"), OTHERS)
def test_every_option_differs_from_all_others_of_its_decision(name: str, number: int) -> None:
    others = set(range(len(CHOICES[name].options))) - {number}
    for call in CALLS:
        others = {each for each in others if wire(call, name, each) == wire(call, name, number)}
    assert others == set()


class Counting:
    """Option 0, and which decisions were asked for."""

    def __init__(self, groups: frozenset[Group] | None = None) -> None:
        self.asked: set[Group] = set()
        if groups is not None:
            self.groups = groups

    def choose(self, name: str, options: int) -> int:
        assert len(CHOICES[name].options) == options
        self.asked.add(CHOICES[name].group)
        return 0


def asked(choices: Counting | None, limited: object = None) -> set[Group]:
    counting = choices or Counting()
    harness = Harness(choices=limited or counting)
    written(harness)
    return counting.asked


def test_choices_that_say_nothing_are_asked_of_healthy_servers_alone() -> None:
    assert asked(Counting()) == HEALTHY


def test_choices_are_asked_in_the_groups_that_they_name() -> None:
    assert asked(Counting(ALL)) == ALL
    assert asked(Counting(frozenset({Group.FAULT}))) == {Group.FAULT}
    assert asked(Counting(frozenset())) == set()


def test_groups_can_be_limited_from_outside() -> None:
    inner = Counting(ALL)
    assert asked(inner, only({Group.END}, inner)) == {Group.END}
    inner = Counting()
    assert asked(inner, only({Group.FAULT, Group.ORDER}, inner)) == {Group.FAULT, Group.ORDER}


def test_groups_can_change_in_a_session() -> None:
    limited = only(HEALTHY, played_refusals := SeededChoices(1, rates={Group.FAULT: 1.0}))
    harness = Harness(choices=limited)
    harness.update(instructions="One.")
    assert harness.errors == []
    limited.groups = {Group.FAULT}
    harness.update(instructions="Two.")
    assert harness.errors
    assert played_refusals.groups == HEALTHY


def test_the_first_of_all_is_what_no_choices_give() -> None:
    assert wire(written, "rate_limits", 0) == wire(written, "opening", 0)
    assert FIRST.choose("opening", 4) == 0


# --- from a seed ------------------------------------------------------------------------------------


def drawn(choices: SeededChoices, times: int = 400) -> dict[str, list[int]]:
    return {
        name: [choices.choose(name, len(row.options)) for _ in range(times)] for name, row in CHOICES.items()
    }


def test_a_seed_repeats_itself() -> None:
    assert drawn(SeededChoices(7, ALL)) == drawn(SeededChoices(7, ALL))
    assert drawn(SeededChoices(7, ALL)) != drawn(SeededChoices(8, ALL))
    assert SeededChoices(7) == SeededChoices(7)


def test_a_seed_reaches_every_option_and_trouble_is_rare() -> None:
    found = drawn(SeededChoices(1, ALL, dict.fromkeys(Group, 0.5)))
    assert [(name, number) for name, number in OTHERS if number not in found[name]] == []
    found = drawn(SeededChoices(1, ALL), 10_000)
    shares = {name: sum(map(bool, numbers)) / len(numbers) for name, numbers in found.items()}
    rates = {Group.VARIANT: 0.2, Group.FAULT: 0.03, Group.SILENCE: 0.01, Group.END: 0.002}
    for name, share in shares.items():
        rate = rates.get(CHOICES[name].group, 1 - 1 / len(CHOICES[name].options))
        assert rate / 2 < share < rate * 2


def test_rates_can_be_set() -> None:
    found = drawn(SeededChoices(1, ALL, {Group.ORDER: 0.0, Group.END: 1.0}), 50)
    assert not any(found["rate_limits"])
    assert all(found["session_end"])
    assert set(found["stray_error"]) == {0, 1, 2}
    assert SeededChoices(1).choose("not a decision", 1) == 0


# --- the page ---------------------------------------------------------------------------------------


def test_the_page_has_the_table() -> None:
    text = PAGE.read_text(encoding="utf-8")
    begin, end = "<!-- choices -->\n", "<!-- end of choices -->"
    table = text.partition(begin)[2].partition(end)[0].strip("\n")
    assert table == as_markdown().strip("\n"), "paste what choices.as_markdown() gives between the marks"
