"""The two shapes of `History`: server messages, and items of `agent.context` (protocols, *Settings*)."""

from typing import ClassVar

import attrs

from ..wire.base import WireMessage, WireObject
from ..wire.omitted import OMITTED, Omissible


@attrs.frozen(eq=False, repr=False)
class HistoryText(WireMessage):
    """`History` of something said; sent right after the `ConversationText` that it repeats."""

    type: ClassVar[str] = "History"
    role: str
    """`user` or `assistant`."""
    content: str
    """What was said."""


@attrs.frozen(eq=False, repr=False)
class HistoryFunctionCall(WireObject):
    """A call with its result."""

    id: str
    """The id of the call."""
    name: str
    """The name of the function."""
    client_side: bool
    """Whether the client ran it."""
    arguments: str
    """JSON text."""
    response: str
    """The result, usually JSON text."""
    thought_signature: Omissible[str] = OMITTED
    """What the model wants back with the call; opaque."""


@attrs.frozen(eq=False, repr=False)
class HistoryCalls(WireMessage):
    """`History` of function calls; sent after the results are in."""

    type: ClassVar[str] = "History"
    chosen_by: ClassVar[str | None] = "function_calls"
    function_calls: tuple[HistoryFunctionCall, ...]
    """The calls, with their results."""
