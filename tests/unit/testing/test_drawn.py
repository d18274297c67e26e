"""Choices drawn by Hypothesis."""

from __future__ import annotations

from collections.abc import Collection
from random import Random

import pytest
from hypothesis import Phase, find, given, settings

from realtime_translate.testing import (
    ALL,
    CHOICES,
    FIRST,
    HEALTHY,
    Choices,
    FakeClock,
    Group,
    RealtimeServer,
    strategies,
)
from realtime_translate.testing.strategies import DrawnChoices
from tests.harness import counter

LASTING = (Group.ORDER, Group.VARIANT)
EACH_GROUP = [
    ALL,
    *(
        pytest.param(groups, marks=pytest.mark.again)
        for groups in (HEALTHY, {Group.VARIANT}, {Group.FAULT, Group.END})
    ),
]
unshrunk = settings(max_examples=5000, database=None, phases=[Phase.generate])
EVERY_OPTION = [(name, option) for name, row in CHOICES.items() for option in range(len(row.options))]


@given(strategies.choices(ALL))
def test_choices_are_options_that_the_server_has(drawn: DrawnChoices) -> None:
    choices: Choices = drawn
    for _ in range(6):
        for name, row in CHOICES.items():
            assert 0 <= choices.choose(name, len(row.options)) < len(row.options)
    server = RealtimeServer(clock=FakeClock(), new_id=counter("s"), choices=choices)
    assert server.opened() or server.closed


def test_a_decision_goes_round_its_list() -> None:
    drawn = DrawnChoices({"transcription": [2, 0, 1], "rate_limits": []})
    assert [drawn.choose("transcription", 3) for _ in range(4)] == [2, 0, 1, 2]
    assert drawn.choose("rate_limits", 2) == FIRST.choose("rate_limits", 2)
    assert drawn.choose("unheard of", 2) == 0
    assert DrawnChoices({"transcription": [5]}).choose("transcription", 3) == 2


def test_trouble_comes_at_its_moment() -> None:
    drawn = DrawnChoices({}, {"refuse_item": {1: 2, 3: 1}})
    assert [drawn.choose("refuse_item", 3) for _ in range(5)] == [0, 2, 0, 1, 0]


@pytest.mark.parametrize("groups", EACH_GROUP)
def test_choices_shrink_toward_the_recordings(groups: Collection[Group]) -> None:
    simplest = find(strategies.choices(groups), lambda _: True)
    assert simplest.groups == groups
    decided = [*simplest.lists.items(), *simplest.moments.items()]
    assert not any(numbers for _, numbers in decided)
    assert {name for name, _ in decided} == {name for name, row in CHOICES.items() if row.group in groups}


@pytest.mark.parametrize(("name", "option"), EVERY_OPTION)
def test_every_option_is_drawn(name: str, option: int) -> None:
    group = CHOICES[name].group

    def is_drawn(drawn: DrawnChoices) -> bool:
        if group in LASTING:
            return option in drawn.lists[name]
        return option == 0 or option in drawn.moments[name].values()

    assert find(strategies.choices({group}), is_drawn, settings=unshrunk, random=Random(0))
