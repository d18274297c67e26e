"""What another session of a call is asked for: Settings once more, with all that updates changed (N5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, cast

from attrs import evolve, frozen

from .. import deepgram
from ..config import Config
from ..wire import unstructure
from . import dispensable
from .plan import Plan
from .settings import map_settings
from .updates import changes

__all__ = ["Renewed", "renewed"]

_CHANGED = (
    "prompt",
    "functions",
    "tools",
    "voice",
    "speed",
    "language",
    "language_hints",
    "keyterms",
    "reasoning",
)
"""The fields of the plan that updates change."""
_VOICE = "audio.output.voice"


@frozen
class Renewed:
    """Whom to dial for a session, what to ask of it, and what the call then remembers."""

    model: str
    session: Mapping[str, object]
    plan: Plan


def renewed(
    settings: deepgram.Settings, plan: Plan, config: Config, left_out: Collection[str] = ()
) -> Renewed:
    """`plan`: how the call stands. `left_out`: parts of the session that the server has refused (S7)."""
    mapped = map_settings(settings, config)
    standing: dict[str, Any] = {name: getattr(plan, name) for name in _CHANGED}
    after = evolve(mapped.plan, **standing, renewed=True)
    changed = changes(mapped.plan, after, config)
    session = _merged(unstructure(mapped.session), unstructure(changed) if changed else {})
    too_late = mapped.plan.voice and not plan.voice  # the agent had spoken before Settings came (S4)
    left = (*left_out, _VOICE) if too_late else left_out
    return Renewed(mapped.model, dispensable.without(session, *left), after)


def _merged(session: Mapping[str, object], changed: Mapping[str, object]) -> dict[str, object]:
    """What is changed goes before what was asked first, object by object."""
    both = dict(session)
    for name, value in changed.items():
        before = both.get(name)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            value = _merged(cast("Mapping[str, object]", before), cast("Mapping[str, object]", value))
        both[name] = value
    return both
