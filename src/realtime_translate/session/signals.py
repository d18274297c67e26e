"""What policies tell each other. The engine sends each signal to the policies that `routes.SIGNALS` names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from attrs import frozen

from ..mapping.errors import Problem
from ..outputs import Output
from .entries import LedgerEntry, PastItem, Pending, WishKind
from .tables import OpeningEvent

__all__ = [
    "AgentSaid",
    "AudioSettled",
    "AudioTaken",
    "CallsOver",
    "CommitChanged",
    "CommitGranted",
    "Deliver",
    "Effect",
    "Effects",
    "ErrorDue",
    "Fatal",
    "Interrupted",
    "ItemSent",
    "LegConfigured",
    "LegLost",
    "LegReady",
    "OpeningStep",
    "OutputsMissing",
    "Proceed",
    "Recorded",
    "Refused",
    "ResponseCut",
    "ResponseEnded",
    "ResponseWanted",
    "SessionReady",
    "Signal",
    "TextDue",
    "WaitChanged",
]


class Signal:
    """What a policy tells others, or asks the engine for."""

    __slots__ = ()


@frozen(eq=False, repr=False)
class Fatal(Signal):
    """The session cannot go on: tell the client why and close both legs."""

    code: str
    description: str


@frozen(eq=False, repr=False)
class OpeningStep(Signal):
    """The opening's table has to take this step. `why`: what a session was lost for (N2)."""

    event: OpeningEvent
    why: str = ""


@frozen(eq=False, repr=False)
class AudioSettled(Signal):
    """The formats of both legs are known: the streams between them may begin (A2, O1)."""


@frozen(eq=False, repr=False)
class SessionReady(Signal):
    """The session became ready: what waited may go (S4)."""


@frozen(eq=False, repr=False)
class LegLost(Signal):
    """The upstream session is gone: what was under way in it ends or waits for the next one (N)."""


@frozen(eq=False, repr=False)
class LegConfigured(Signal):
    """The next session holds what was asked of it (N5); of updates it carries the first `updates`."""

    updates: int


@frozen(eq=False, repr=False)
class LegReady(Signal):
    """The next session knows what was said before: what waited may go (N6)."""


@frozen(eq=False, repr=False)
class Recorded(Signal):
    """Something that the next session would have to be told (N7); None if it was too much to remember."""

    entry: LedgerEntry | None


@frozen(eq=False, repr=False)
class Deliver(Signal):
    """A client message that waited is handled now."""

    entry: Pending


@frozen(eq=False, repr=False)
class ItemSent(Signal):
    """An item of the past went upstream (C1, N6). `replaced`: the id of the one that was refused, if it goes
    again.
    """

    item: PastItem
    replaced: str = ""


@frozen(eq=False, repr=False)
class AudioTaken(Signal):
    """The server made an item of the user's audio by itself (V1, V3, R7)."""

    item_id: str


@frozen(eq=False, repr=False)
class CommitChanged(Signal):
    """A commit wants the slot, since the debounce or the ceiling is over (A5, A7); or not now, since audio
    flows again (A6).
    """


@frozen(eq=False, repr=False)
class CommitGranted(Signal):
    """The slot is free: commit now and ask for the response back to back (A5)."""


@frozen(eq=False, repr=False)
class Refused(Signal):
    """Upstream reported an error: the policy whose event it answers takes it."""

    problem: Problem


@frozen(eq=False, repr=False)
class ErrorDue(Signal):
    """The client is to be told of an error, unless it is a response's (R3, R5)."""

    problem: Problem


@frozen(eq=False, repr=False)
class ResponseWanted(Signal):
    """A response is wanted (R2). `text`: what the agent has to say in it (T3, G3); empty for words of the
    model's own.
    """

    kind: WishKind
    text: str = ""


@frozen(eq=False, repr=False)
class WaitChanged(Signal):
    """A response was asked for, is expected or has begun; or nobody wants any more what was asked for.
    `by_server`: a response has begun that the server makes by itself.
    """

    by_server: bool = False


@frozen(eq=False, repr=False)
class ResponseEnded(Signal):
    """A response is over. `void`: it was cancelled before it produced anything. `cut`: the client was told of
    its end when the user interrupted it (B1). `failed`: it did not complete.
    """

    response_id: str
    void: bool = False
    cut: bool = False
    failed: bool = False


@frozen(eq=False, repr=False)
class CallsOver(Signal):
    """Function calls are over, and no response follows them (F3, F8, R8)."""


@frozen(eq=False, repr=False)
class Interrupted(Signal):
    """The agent has to be quiet. `server_cancels`: upstream cancels its response by itself (B1, B2).
    `by_user`: the user speaks, and not another text of the client's.
    """

    server_cancels: bool
    by_user: bool = True


@frozen(eq=False, repr=False)
class ResponseCut(Signal):
    """The active response was interrupted: nothing more of it is told (B1, B4). `silent`: nothing was."""

    response_id: str
    silent: bool


@frozen(eq=False, repr=False)
class AgentSaid(Signal):
    """Words of the agent, to be told to the client when their time has come (O3, O4)."""

    text: str


@frozen(eq=False, repr=False)
class TextDue(Signal):
    """Words of the agent that wait for the user's must be told now (O4)."""


@frozen(eq=False, repr=False)
class Proceed(Signal):
    """What waits for the slot may go, if that is free: first what changes the session (R2, S4, T2)."""


@frozen(eq=False, repr=False)
class OutputsMissing(Signal):
    """Upstream refused a response for want of function outputs (R8). `given`: it has them by now."""

    problem: Problem
    given: bool


Effect: TypeAlias = Output | Signal
Effects: TypeAlias = Sequence[Effect]
