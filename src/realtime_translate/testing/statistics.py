"""What a run of the state machine really did, counted."""

from __future__ import annotations

from collections import Counter

from attrs import define, field

__all__ = ["Statistics"]


@define
class Statistics:
    """What a run of the state machine really did, counted."""

    examples: int = 0
    """Walks begun."""
    steps: int = 0
    """Rules executed."""
    calls: int = 0
    """Calls opened."""
    closed: int = 0
    """How many of them ended before the walk did."""
    responses: int = 0
    """Responses in them."""
    barge_ins: int = 0
    """Interruptions in them."""
    seconds: float = 0.0
    """Virtual time, in seconds."""
    reached: Counter[tuple[str, str]] = field(factory=Counter[tuple[str, str]])
    """How often each thing was, by kind and name: `("rule", "speak")`, `("notice", "COMMIT_OWED")`."""
    broken: tuple[str, int] | None = None
    """The property that failed first, and in which walk."""

    def reach(self, kind: str, name: str) -> None:
        """Count one occurrence."""
        self.reached[kind, name] += 1

    def fail(self, error: Exception) -> None:
        """Remember the first failure."""
        name = getattr(error, "property_name", f"{type(error).__name__}: {error}")
        self.broken = self.broken or (name, self.examples)

    def names(self, kind: str) -> set[str]:
        """What was reached of a kind."""
        return {name for each, name in self.reached if each == kind}

    @property
    def summary(self) -> str:
        """One line for people."""
        return (
            f"{self.steps} steps in {self.examples} walks: "
            f"{self.calls} calls, {self.closed} of them ended early, "
            f"{self.responses} responses, {self.barge_ins} barge-ins, {self.seconds:.0f} s of virtual time"
        )
