"""What the response slot remembers."""

from __future__ import annotations

from attrs import define, field, frozen

from ...mapping.responses import Outcome
from ..env import Env
from ..tables import SlotState
from ..timers import Instant

__all__ = ["NO_RESPONSE", "REMEMBERED", "About", "ResponseSlot", "Spoken"]

REMEMBERED = 32
"""Ended responses whose late events are recognised, and open items of one response (R1, L2)."""


@define(eq=False, repr=False)
class Spoken:
    """A text that the agent has to say in a response of its own. `arrived`: its place in the line (R2)."""

    text: str
    arrived: int


@define(eq=False, repr=False)
class ResponseSlot:
    """The slot and what waits for it.

    `active`: the id of the response that runs, empty if unknown. `request`: the event id of our create.
    `claimed`: the create that took a `response.created` without a tag for its answer, until the next one: its
    refusal may come after the end of that response. `sent` and `confirmed` are wishes: confirmed ones are
    answered by any response that starts from now on (R7). `falls`: our create answers nothing but a commit;
    `fallen`: that commit was refused. `held`: a call is unanswered, and not for too long (R8). `produced`:
    the active response has output; `heard_at`: when its last event came, None before the first (R1);
    `open_items`: what it announced and did not finish. `cut`: those of `ended` that were cancelled. `muted`:
    the active one was interrupted or given up; nothing of it is told any more (B1, R1). `refusals`: how often
    in a row a busy server has refused our creates (R3).
    `doomed`: our create is to be cancelled when it has begun (B2). `spoken`: texts that wait, `saying`: the
    one of our create. `arrivals` counts wishes; `plain_since`: which of them was the first that the next
    plain create answers.
    """

    state: SlotState = SlotState.FREE
    active: str = ""
    request: str = ""
    claimed: str = ""
    tags_echoed: bool = False
    sent: bool = False
    confirmed: bool = False
    commit_waits: bool = False
    update_waits: bool = False
    falls: bool = False
    fallen: bool = False
    held: bool = False
    produced: bool = False
    heard_at: Instant | None = None
    refusals: int = 0
    open_items: list[str] = field(factory=list[str])
    ended: list[str] = field(factory=list[str])
    cut: list[str] = field(factory=list[str])
    muted: bool = False
    doomed: bool = False
    spoken: list[Spoken] = field(factory=list[Spoken])
    saying: Spoken | None = None
    arrivals: int = 0
    plain_since: int = 0

    @property
    def wishes(self) -> bool:
        """Whether anything but spoken texts waits for a response."""
        return self.commit_waits or self.sent or self.confirmed

    @property
    def idle(self) -> bool:
        """Whether the agent has nothing to say, now or next (T3)."""
        return self.state is SlotState.FREE and not (self.wishes or self.spoken or self.held)

    def waits_for_calls(self, env: Env) -> bool:
        """Whether anything waits for the answers of function calls: spoken texts do only where nothing is
        answered without (R8).
        """
        return self.wishes or (env.config.upstream.outputs_first and bool(self.spoken))

    def arrive(self) -> int:
        """Number a wish, before it is noted; the first plain one gives the rest of them its place."""
        self.arrivals += 1
        if not self.wishes:
            self.plain_since = self.arrivals
        return self.arrivals

    def withdraw_hold(self, env: Env) -> None:
        """Without a wish nothing is held back: the next one waits its full time (R8)."""
        if not self.waits_for_calls(env):
            env.timers.cancel("hold")


_COMPLETED = Outcome()


@frozen(eq=False, repr=False)
class About:
    """What an action needs to know of the response that the event is about."""

    response_id: str = ""
    outcome: Outcome = _COMPLETED
    reason: str = ""


NO_RESPONSE = About()
"""For events that are about none."""
