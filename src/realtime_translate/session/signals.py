"""What policies tell each other. The engine sends each signal to the policies that `routes.SIGNALS` names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from attrs import frozen

from ..mapping.errors import Problem
from ..outputs import Output
from .entries import Pending
from .tables import OpeningEvent, TurnEvent

__all__ = [
    "AgentSaid",
    "AudioBegun",
    "AudioEnded",
    "AudioSettled",
    "AudioTaken",
    "CallsAnswered",
    "CommitDue",
    "CommitGranted",
    "CommitRefused",
    "CommitWithdrawn",
    "Deliver",
    "Effect",
    "Effects",
    "ErrorApart",
    "ErrorDue",
    "Fatal",
    "HoldOver",
    "Interrupted",
    "MayFail",
    "OpeningStep",
    "OutputsMissing",
    "OwnText",
    "Refused",
    "ResponseEnded",
    "ResponseMuted",
    "ResponseOverdue",
    "ResponseRequested",
    "ResponseWanted",
    "ServerCommitted",
    "ServerResponded",
    "SessionReady",
    "Signal",
    "SlotFreed",
    "SpeakWanted",
    "TextDue",
    "TurnStep",
    "UpdateGranted",
    "UpdateWanted",
]


@frozen(eq=False, repr=False)
class Fatal:
    """The session cannot go on: tell the client why and close both legs."""

    code: str
    description: str


@frozen(eq=False, repr=False)
class OpeningStep:
    """The opening's table has to take this step."""

    event: OpeningEvent


@frozen(eq=False, repr=False)
class TurnStep:
    """The agent turn's table has to take this step."""

    event: TurnEvent


@frozen(eq=False, repr=False)
class AudioSettled:
    """The formats of both legs are known: the streams between them may begin (A2, O1)."""


@frozen(eq=False, repr=False)
class AudioEnded:
    """Settings take over a session that was ready before: what is held of the stream goes now (S4).
    `manual`: the commit stays ours.
    """

    manual: bool


@frozen(eq=False, repr=False)
class SessionReady:
    """The session became ready: what waited may go (S4)."""


@frozen(eq=False, repr=False)
class Deliver:
    """A client message that waited is handled now."""

    entry: Pending


@frozen(eq=False, repr=False)
class OwnText:
    """An assistant item that we created, with the id that we gave: never announced to the client (O3)."""

    item_id: str
    text: str


@frozen(eq=False, repr=False)
class UpdateWanted:
    """A `session.update` waits for a free slot."""


@frozen(eq=False, repr=False)
class AudioTaken:
    """The server made an item of the user's audio by itself (V1, V3, R7)."""

    item_id: str


@frozen(eq=False, repr=False)
class CommitDue:
    """The debounce or the ceiling is over: a commit wants the slot (A5, A7)."""


@frozen(eq=False, repr=False)
class CommitWithdrawn:
    """Audio flows again: the commit that waited does not want the slot now (A6)."""


@frozen(eq=False, repr=False)
class CommitGranted:
    """The slot is free: commit now and ask for the response back to back (A5)."""


@frozen(eq=False, repr=False)
class CommitRefused:
    """Upstream found nothing to commit: the wish that came with the commit is dropped (A5)."""


@frozen(eq=False, repr=False)
class Refused:
    """Upstream reported an error: the policy whose event it answers takes it."""

    problem: Problem


@frozen(eq=False, repr=False)
class ErrorDue:
    """The client is to be told of an error, unless it is a response's (R3, R5)."""

    problem: Problem


@frozen(eq=False, repr=False)
class ErrorApart:
    """It is no response's: the client is told of the error as such (E1)."""

    problem: Problem


@frozen(eq=False, repr=False)
class ResponseWanted:
    """A wish for a response (R2).

    `confirmed`: its items are known to be in the conversation, so any response that starts from now on
    answers it. `of_commit`: it comes with a commit, and falls with it (A5). `of_text`: a user text that went
    upstream after the create in flight, if there is one, which does not answer it.
    """

    confirmed: bool
    of_commit: bool = False
    of_text: bool = False


@frozen(eq=False, repr=False)
class ServerCommitted:
    """The server committed audio and will start a response by itself (R7)."""


@frozen(eq=False, repr=False)
class ServerResponded:
    """A response of the server's own began."""


@frozen(eq=False, repr=False)
class ResponseRequested:
    """Our `response.create` went upstream; it covers every item sent before it (R2)."""


@frozen(eq=False, repr=False)
class ResponseEnded:
    """A response is over. `void`: it was cancelled before it produced anything. `cut`: the client was told of
    its end when the user interrupted it (B1). `failed`: it did not complete.
    """

    response_id: str
    void: bool = False
    cut: bool = False
    failed: bool = False


@frozen(eq=False, repr=False)
class SpeakWanted:
    """A text that the agent has to say (T3, G3); empty for words of the model's own."""

    text: str
    behavior: str


@frozen(eq=False, repr=False)
class Interrupted:
    """The agent has to be quiet. `server_cancels`: upstream cancels its response by itself (B1, B2).
    `by_user`: the user speaks, and not another text of the client's.
    """

    server_cancels: bool
    by_user: bool = True


@frozen(eq=False, repr=False)
class ResponseMuted:
    """The active response was interrupted: nothing more of it is told (B1, B4)."""

    response_id: str


@frozen(eq=False, repr=False)
class AudioBegun:
    """Audio of the agent came: its voice is fixed (T2)."""


@frozen(eq=False, repr=False)
class AgentSaid:
    """Words of the agent, to be told to the client when their time has come (O3, O4)."""

    text: str


@frozen(eq=False, repr=False)
class TextDue:
    """Words of the agent that wait for the user's must be told now (O4)."""


@frozen(eq=False, repr=False)
class MayFail:
    """An error that answers this event of ours, or that answers none and names `path`, needs no attention
    (E2, S7).
    """

    event_id: str
    path: str = ""


@frozen(eq=False, repr=False)
class UpdateGranted:
    """The slot is free for a `session.update` (R2, T2)."""


@frozen(eq=False, repr=False)
class ResponseOverdue:
    """The response of these calls was not announced as done in time (F5)."""

    response_id: str


@frozen(eq=False, repr=False)
class SlotFreed:
    """The slot may be free: what waits for it may go."""


@frozen(eq=False, repr=False)
class OutputsMissing:
    """Upstream refused a response for want of function outputs (R8). `given`: it has them by now."""

    problem: Problem
    given: bool


@frozen(eq=False, repr=False)
class HoldOver:
    """Wishes have waited long enough for the calls that are open (R8)."""


@frozen(eq=False, repr=False)
class CallsAnswered:
    """No function call waits for its answer any more."""


Signal: TypeAlias = (
    Fatal
    | OpeningStep
    | TurnStep
    | AudioSettled
    | AudioEnded
    | AudioTaken
    | SessionReady
    | Deliver
    | OwnText
    | UpdateWanted
    | CommitDue
    | CommitWithdrawn
    | CommitGranted
    | CommitRefused
    | Refused
    | ErrorDue
    | ErrorApart
    | ResponseWanted
    | ServerCommitted
    | ServerResponded
    | ResponseRequested
    | ResponseEnded
    | ResponseOverdue
    | SlotFreed
    | HoldOver
    | OutputsMissing
    | CallsAnswered
    | SpeakWanted
    | Interrupted
    | ResponseMuted
    | AudioBegun
    | AgentSaid
    | TextDue
    | MayFail
    | UpdateGranted
)
Effect: TypeAlias = "Output | Signal"
Effects: TypeAlias = Sequence[Effect]
