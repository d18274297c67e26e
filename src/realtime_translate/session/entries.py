"""What a call remembers several of: the entries of the lists in `state`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from attrs import define, field, frozen

from ..mapping.places import CHANNEL
from ..mapping.sentences import Cut
from .tables import FunctionCallState
from .timers import Instant

__all__ = [
    "FunctionCall",
    "GivenUp",
    "Heard",
    "LedgerEntry",
    "OwnItem",
    "Part",
    "PastItem",
    "Pending",
    "Playing",
    "Settled",
    "Tags",
    "Told",
    "Unconfirmed",
    "Wish",
    "WishKind",
]


@define(eq=False, repr=False)
class Pending:
    """A text frame, or a run of binary frames (`text` is then None), waiting (S5). With a `call_id`, `text`
    is the host's result of that call.

    Consecutive audio frames share one entry, so that a client which sends single bytes costs no more than
    its audio.
    """

    text: str | None = None
    audio: bytearray = field(factory=bytearray)
    call_id: str = ""


class Tags(str, Enum):
    """What the server does with the tags of our creates (R6)."""

    UNSEEN = "unseen"
    """None has come back yet."""
    ECHOED = "echoed"
    """Its responses come with them."""
    REFUSED = "refused"
    """It refuses creates with a tag: they go without."""


class WishKind(str, Enum):
    """What a response is wanted for, by the responses that answer it (R2, R7)."""

    SENT = "sent"
    """An item that went upstream: answered by a create of ours alone."""
    COMMITTED = "committed"
    """The same of a commit, whose create follows it, whatever else waits (A5)."""
    CONFIRMED = "confirmed"
    """What is known to be in the conversation: answered by any response that begins from now on."""
    HEARD = "heard"
    """The same of speech that the server heard and did not answer; it goes before what else waits."""
    TEXT = "text"
    """A user's text that is known to be there: the same, but not by the response of a create before it."""
    SPEECH = "speech"
    """A text that the agent has to say, in a response of its own."""
    SPEECH_NOW = "speech now"
    """The same, before everything else that waits (T3)."""
    REST = "rest"
    """The rest of an answer that broke off with its session, in a response of its own (N8)."""


@frozen(eq=False, repr=False)
class Wish:
    """A wish for a response. `arrived`: its place in the line. `text`: what the agent has to say; empty for
    words of the model's own.
    """

    kind: WishKind
    arrived: int = 0
    text: str = ""

    @property
    def alone(self) -> bool:
        """Whether it has a response of its own. All others share one."""
        return self.kind in (WishKind.SPEECH, WishKind.SPEECH_NOW, WishKind.REST)


@define(eq=False, repr=False)
class Settled:
    """A call of which nothing more is to come: what its further announcements are recognised by (F1).

    `client_id`: what the client knows it by, empty if it was never asked. `response_id`: the response that
    made it, where no item tells it from that of a later one.
    """

    call_id: str
    item_id: str
    client_id: str = ""
    response_id: str = ""


@define(eq=False, repr=False)
class FunctionCall:
    """A call that the model made.

    `call_id`: upstream's id of it, of any length; `client_id`: the client's, empty until it is asked (F1).
    `response_id`: the response that made it, empty while that has shown no id; `over`: that response has
    ended. `output`: our event that answered it. `elsewhere`: it was made in a session that is gone; this one
    knows nothing of it (N10).
    """

    call_id: str
    item_id: str
    response_id: str
    state: FunctionCallState = FunctionCallState.ANNOUNCED
    over: bool = False
    name: str = ""
    arguments: str = ""
    client_id: str = ""
    server_side: bool = False
    output: str = ""
    elsewhere: bool = False

    def is_of(self, response_id: str) -> bool:
        """Whether it is of the response that runs or ends, which has this id. What came without the id of a
        response is of the one in the slot (R4).
        """
        return not self.over and self.response_id in ("", response_id)

    @property
    def asked(self) -> bool:
        """Whether the client or the host was asked."""
        return self.state not in _UNASKED

    @property
    def open(self) -> bool:
        """Asked and not answered."""
        return self.state in _OPEN

    @property
    def answered(self) -> bool:
        """Whether its output went upstream."""
        return self.state in _ANSWERED

    @property
    def holds(self) -> bool:
        """Whether wishes for a response wait for its answer (R8). A session that knows nothing of the call
        does not wait for its output (N10).
        """
        return self.state in _HOLD and not self.elsewhere


_UNASKED = (FunctionCallState.ANNOUNCED, FunctionCallState.WHOLE, FunctionCallState.PASSED_OVER)
_HOLD = (FunctionCallState.ASKED, FunctionCallState.LEFT)
_OPEN = (*_HOLD, FunctionCallState.OVERDUE, FunctionCallState.LEFT_OVERDUE)
_ANSWERED = (FunctionCallState.ANSWERED, FunctionCallState.REFUSED, FunctionCallState.FOLLOWED)


@define(eq=False, repr=False)
class Part:
    """The text of one content part while its deltas come. Where items have no ids, the response stands for
    the item. `cut`: which of its sentences were told.
    """

    item_id: str
    response_id: str
    index: int
    text: str = ""
    length: int = 0
    cut: Cut = field(factory=Cut)


@define(eq=False, repr=False)
class Told:
    """A text that the client has, or is not to get (O3). `words`: its fingerprint, empty for any. `item_id`:
    empty where the event that brought it named no item; `index`: the content part, None for any of the item.
    `response_id`: the response that said it, None once that has ended.
    """

    item_id: str
    index: int | None
    words: str = ""
    response_id: str | None = None


@define(eq=False, repr=False)
class OwnItem:
    """An assistant item that we created and upstream has not announced yet."""

    item_id: str
    words: str


@define(eq=False, repr=False)
class Playing:
    """One content part of the agent's: where its audio begins in all that was received, and its size."""

    item_id: str
    index: int
    begin: int
    size: int = 0


@define(eq=False, repr=False)
class Heard:
    """A piece of user speech; `item_id` is empty where the server names none. `text`: as far as it was
    understood; `final`: the whole, None until it is known.

    `start_ms`, `end_ms`, `duration_ms`, `channel`, `channel_index`: where it is in the audio of the session,
    where the server says so.
    """

    item_id: str
    text: str = ""
    final: str | None = None
    start_ms: float | None = None
    end_ms: float | None = None
    duration_ms: float | None = None
    channel: tuple[int, ...] = CHANNEL
    channel_index: tuple[int, ...] = CHANNEL


@define(eq=False, repr=False)
class Unconfirmed:
    """An item that upstream has not confirmed. `words`: the fingerprint of its text, which may be long (L2).
    `number`: which of our events it is. `text`: the text itself, if it is not too long; empty once it went
    again (D5).
    """

    item_id: str
    event_id: str
    words: str
    deadline: Instant
    number: int = 0
    text: str = ""


@define(eq=False, repr=False)
class GivenUp:
    """An update that upstream did not answer in time, and may answer yet. `asked`: the marks of what it asked
    for, by path.
    """

    event_id: str
    asked: dict[str, str]


@define(eq=False, repr=False)
class PastItem:
    """An item of the past that upstream has not confirmed. `item`: without its id. `place`: once it
    went again, the id of the item that it was put behind, or the first place (D5). `passed`: a response has
    begun since it was sent.
    """

    item_id: str
    event_id: str
    item: Mapping[str, object] = field(factory=dict[str, object])
    place: str = ""
    passed: bool = False


@define(eq=False, repr=False)
class LedgerEntry:
    """What a session has to be told of the one before it: a text of the user's or the agent's, or a function
    call with its output (N7). `role`: whose words `text` are; empty for a call, of which it is the output.
    `call_id`: the client's.
    """

    role: str
    text: str
    call_id: str = ""
    name: str = ""
    arguments: str = ""

    @property
    def size(self) -> int:
        """Characters."""
        return len(self.text) + len(self.call_id) + len(self.name) + len(self.arguments)
