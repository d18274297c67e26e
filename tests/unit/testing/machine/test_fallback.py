"""Calls of the machine that fall back to other servers (N19)."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from realtime_translate import Config, Renewal
from realtime_translate.notices import notice
from realtime_translate.openai.dialects import GLM, OPENAI_GA, XAI
from realtime_translate.testing.machine.checks import legs
from realtime_translate.testing.machine.checks.differs import SHAPE
from realtime_translate.testing.machine.moves import opening
from tests.unit.testing.machine.scripted import does, scripted

DRAWN: dict[str, Any] = {"upstream": OPENAI_GA, "renewal": Renewal(fallback=(XAI, GLM))}


@pytest.mark.parametrize(("upstream", "left"), [(OPENAI_GA, (XAI, GLM)), (XAI, (GLM,)), (GLM, (XAI,))])
def test_N19_no_call_falls_back_to_the_server_that_it_has(upstream: Any, left: tuple[Any, ...]) -> None:
    config = opening._config({**DRAWN, "upstream": upstream})
    assert config.renewal is not None
    assert config.renewal.fallback == left


@pytest.mark.parametrize(("made", "counted"), [(0, 3), (1, 3), (3, 3), (4, 6)])
def test_N19_who_refuses_access_has_had_its_attempts(made: int, counted: int) -> None:
    world, _ = scripted()
    world.config = evolve(world.config, renewal=Renewal(attempts=3, fallback=(XAI,)))
    world.legs.attempts, world.legs.between = made, True
    legs.leaves(world, expired=False, refused=True)
    assert world.legs.attempts == counted


def test_D5_of_another_server_nothing_is_known() -> None:
    world, host = scripted(Config.deepgram(renewal=Renewal(attempts=1, fallback=(XAI,))))
    world.shown.told = [SHAPE]
    world.legs.attempts = 1
    does(world, host, notice("RENEWAL_ELSEWHERE", server="xai"))
    assert world.shown.told == []
