"""What the response slot remembers."""

from __future__ import annotations

from attrs import define, field, frozen

from ...mapping.errors import Fault, Problem
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

    Our create: `request` is its event id. `claimed`: the create that took a `response.created` without a tag
    for its answer, until the next one, or that was asked for again: its refusal or its response may come yet
    (R1, R3). `saying`: the text that it has the agent say. `falls`: it answers only a commit; `fallen`: that
    commit was refused. `doomed`: it is to be cancelled when it has begun (B2). `retried`: it is asked
    for the second time; `refusals`: how often in a row a busy server has refused one (R3). `overdue`: the
    last one was given up, and the next response without a tag may be its (R1). `tags_echoed`: responses come
    with our tags; `untagged`: the server refuses them (R6). `slow_since`: when output began to be waited for
    (O8).

    The active response: `active` is its id, empty if unknown. `produced`: it has output; `open_items`: what
    it announced and did not finish; `heard_at`: when its last event came, None before the first and after an
    `error` that names nothing of ours and may be its end (R1, R5). `muted`: it was interrupted or given up,
    and nothing of it is told any more (B1, R1). `ended`: those before; `cut`: those of them that were
    cancelled.

    Wishes: `sent` is answered by a create alone; `confirmed`, what is known to be in the conversation, by any
    response that starts from now on (R7); `texts`, user texts of which that is known, too, but not by that of
    a create which went before them (R2). `spoken`: texts that wait to be said. `held`: a call is unanswered,
    and not for too long (R8). `arrivals` counts wishes; `plain_since`: which of them was the first that the
    next plain create answers.
    """

    state: SlotState = SlotState.FREE
    active: str = ""
    request: str = ""
    claimed: str = ""
    tags_echoed: bool = False
    sent: bool = False
    confirmed: bool = False
    texts: bool = False
    retried: bool = False
    overdue: bool = False
    untagged: bool = False
    commit_waits: bool = False
    update_waits: bool = False
    falls: bool = False
    fallen: bool = False
    held: bool = False
    produced: bool = False
    heard_at: Instant | None = None
    refusals: int = 0
    error: Problem | None = None
    slow_since: Instant | None = None
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
        return self.commit_waits or self.asked

    @property
    def asked(self) -> bool:
        """Whether a plain response is wanted, without a commit before it."""
        return self.sent or self.confirmed or self.texts

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
_NO_PROBLEM = Problem(Fault.OTHER, "", "", "")


@frozen(eq=False, repr=False)
class About:
    """What an action needs to know of the response that the event is about."""

    response_id: str = ""
    outcome: Outcome = _COMPLETED
    reason: str = ""
    problem: Problem = _NO_PROBLEM


NO_RESPONSE = About()
"""For events that are about none."""
