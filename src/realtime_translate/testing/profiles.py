"""How long the state machine runs: profiles for Hypothesis, by name."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from hypothesis import HealthCheck, Phase, settings

__all__ = ["PROFILES", "VARIABLE", "chosen", "register"]

VARIABLE = "REALTIME_TRANSLATE_PROFILE"
"""The environment variable that names the profile; without it, it is dev."""


_UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""To shrink a walk takes Hypothesis minutes, whatever the profile."""


def _profile(
    examples: int, steps: int, *, derandomize: bool = False, phases: Sequence[Phase] = tuple(Phase)
) -> settings:
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    profile = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=checks,
        phases=phases,
    )
    # Else as Hypothesis has it: by chance, but for machines that say `CI`.
    return settings(profile, derandomize=True) if derandomize else profile


PROFILES: Mapping[str, settings] = MappingProxyType(
    {
        "dev": _profile(150, 30, phases=_UNSHRUNK),  # seconds, when it fails too
        "ci": _profile(2000, 40, derandomize=True),  # minutes, more than 50,000 steps, always the same
        "nightly": _profile(26_000, 50),  # an hour, more than 1,000,000 steps
    }
)
"""By name: `dev` takes seconds, `ci` minutes, `nightly` an hour."""


def register() -> None:
    """Make the profiles known to Hypothesis, as `calls-dev`, `calls-ci` and `calls-nightly`."""
    for name, profile in PROFILES.items():
        settings.register_profile(f"calls-{name}", profile)


def chosen(environ: Mapping[str, str] = os.environ) -> settings:
    """The profile that the environment variable names. Raises ValueError for one that there is not."""
    name = environ.get(VARIABLE, "dev")
    if name not in PROFILES:
        raise ValueError(f"{VARIABLE} is {name!r}; it is one of {', '.join(PROFILES)}")
    return PROFILES[name]
