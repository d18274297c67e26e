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
    content: str


@attrs.frozen(eq=False, repr=False)
class HistoryFunctionCall(WireObject):
    """A call with its result. `arguments` is JSON text."""

    id: str
    name: str
    client_side: bool
    arguments: str
    response: str
    thought_signature: Omissible[str] = OMITTED


@attrs.frozen(eq=False, repr=False)
class HistoryCalls(WireMessage):
    """`History` of function calls; sent after the results are in."""

    type: ClassVar[str] = "History"
    chosen_by: ClassVar[str | None] = "function_calls"
    function_calls: tuple[HistoryFunctionCall, ...]
