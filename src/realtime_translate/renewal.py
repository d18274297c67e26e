"""How a call outlives its upstream session (N)."""

from __future__ import annotations

from attrs import frozen

from .checks import above_zero, in_range, is_one_of
from .errors import ConfigError
from .openai.dialects import UpstreamDialect

__all__ = ["Renewal"]


@frozen
class Renewal:
    """When a call goes on with another upstream session, and with what of the one before it (N).

    Times in seconds. Raises `ConfigError` for what is out of bounds.
    """

    after: float | None = 3000.0
    """From a session's being ready until it is renewed; None renews only what is lost (N2)."""
    on_normal_close: bool = True
    """Whether a close with code 1000 is a loss as well (N2)."""
    patience: float = 60.0
    """How long a planned renewal waits for a quiet moment (N3)."""
    attempts: int = 3
    """Dials in a row of a server before the next one of `fallback` is tried, or the call given up (N14)."""
    lifetime: int = 20
    """Renewals of one call (N14)."""
    delays: tuple[float, ...] = (0.0, 0.5, 2.0)
    """Before each attempt, from the failure before it; the last one repeats (N14)."""
    ready_for: float = 10.0
    """How long a session has to be ready until attempts are counted anew (N14)."""
    ledger_items: int = 200
    """Texts and function calls that are kept for the next session (N7)."""
    ledger_chars: int = 65536
    """Characters of them (N7)."""
    audio_seconds: float = 10.0
    """The user's audio that is kept for the next session, and as much again that waits for it (N12)."""
    resume_answer: bool = True
    """Whether an answer that breaks off is asked to go on (N8)."""
    fallback: tuple[UpstreamDialect, ...] = ()
    """Other servers, tried in this order once the attempts on the one at hand are used up (N19). Each has a
    name of its own; its row says which model and which voices it has.
    """

    def __attrs_post_init__(self) -> None:
        if self.after is not None:
            above_zero("renewal.after", self.after)
        for name in ("patience", "ready_for", "audio_seconds"):
            in_range(f"renewal.{name}", getattr(self, name), 0)
            is_one_of(f"renewal.{name}", getattr(self, name), int, float)
        for name in ("attempts", "lifetime", "ledger_items", "ledger_chars"):
            in_range(f"renewal.{name}", getattr(self, name), 1)
            is_one_of(f"renewal.{name}", getattr(self, name), int)
        for name in ("on_normal_close", "resume_answer"):
            is_one_of(f"renewal.{name}", getattr(self, name), bool)
        for name in ("delays", "fallback"):
            is_one_of(f"renewal.{name}", getattr(self, name), tuple)
        for row in self.fallback:
            is_one_of("renewal.fallback", row, UpstreamDialect)
        if not self.delays:
            raise ConfigError("renewal.delays must have at least one delay")
        for delay in self.delays:
            in_range("renewal.delays", delay, 0)
            is_one_of("renewal.delays", delay, int, float)
