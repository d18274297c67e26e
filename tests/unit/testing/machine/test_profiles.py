"""The lengths that the state machine runs for."""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings

from realtime_translate.testing.profiles import PROFILES, VARIABLE, chosen, register


def test_the_environment_chooses() -> None:
    assert chosen({}) is PROFILES["dev"]
    assert chosen({VARIABLE: "nightly"}) is PROFILES["nightly"]
    with pytest.raises(ValueError, match="dev, ci, nightly"):
        chosen({VARIABLE: "weekly"})


def test_hypothesis_knows_them() -> None:
    register()
    known = settings.get_profile("calls-ci")  # in old versions of Hypothesis a copy, without equality
    assert repr(known) == repr(PROFILES["ci"])


@pytest.mark.parametrize(("name", "steps"), [("ci", 20_000), ("nightly", 1_000_000)])
def test_they_are_as_long_as_they_say(name: str, steps: int) -> None:
    profile = PROFILES[name]
    assert profile.max_examples * profile.stateful_step_count >= steps


def test_only_the_short_one_does_not_shrink_what_it_finds() -> None:
    """That takes minutes, and it says that it takes seconds."""
    assert [name for name, each in PROFILES.items() if Phase.shrink not in each.phases] == ["dev"]
    assert Phase.generate in PROFILES["dev"].phases
    assert Phase.reuse in PROFILES["dev"].phases
