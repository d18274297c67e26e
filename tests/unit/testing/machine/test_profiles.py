"""The lengths that the state machine runs for."""

from __future__ import annotations

import pytest
from hypothesis import settings

from realtime_translate.testing.profiles import PROFILES, VARIABLE, chosen, register


def test_the_environment_chooses() -> None:
    assert chosen({}) is PROFILES["dev"]
    assert chosen({VARIABLE: "nightly"}) is PROFILES["nightly"]
    with pytest.raises(ValueError, match="dev, ci, nightly"):
        chosen({VARIABLE: "weekly"})


def test_hypothesis_knows_them() -> None:
    register()
    assert settings.get_profile("calls-ci") is PROFILES["ci"]


@pytest.mark.parametrize(("name", "steps"), [("ci", 20_000), ("nightly", 1_000_000)])
def test_they_are_as_long_as_they_say(name: str, steps: int) -> None:
    profile = PROFILES[name]
    assert profile.max_examples * profile.stateful_step_count >= steps
