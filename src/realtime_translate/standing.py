"""Where a call stands: for logs and tests, and exactly, for recordings."""

from __future__ import annotations

from attrs import frozen

from .config import Config
from .session.tables import Opening, SlotState, TurnState
from .session.timers import TimerName

__all__ = ["SessionState", "Standing"]


@frozen
class SessionState:
    """A summary of a call for logs and tests."""

    opening: Opening
    """How far the session is opened: one of the states in the reference of states."""
    upstream_open: bool
    """Whether the upstream socket is open."""
    leg: int
    """The number of that socket, or of the one that is dialled; the first is 1 (N4)."""
    response: SlotState
    """Whether a response is asked for, active or ending."""
    response_id: str
    """The id of the active response, empty if there is none."""
    turn: TurnState
    """What the agent is doing."""
    user_speaking: bool
    """Whether the user has the turn."""
    next_timer: tuple[TimerName, float] | None
    """The name and the deadline of the timer that fires next, in seconds on the host's clock."""


@frozen
class Standing:
    """Where a call stands, exactly, for recordings. `snapshot` has the readings of the clock as they were.
    `at`: the latest of them, None before the first.
    """

    config: Config
    at: float | None
    snapshot: dict[str, object]
