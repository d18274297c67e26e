"""What is remembered of function calls, and how one is told from another."""

from __future__ import annotations

from attrs import define, field

from ..ids import shortened

__all__ = ["REMEMBERED", "Call", "FunctionCalls", "Settled"]

REMEMBERED = 64
"""Calls whose further announcements are recognised (F1, L2)."""


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
class Call:
    """A call that the model made.

    `call_id`: upstream's id of it, of any length; `client_id`: the client's, empty until it is asked (F1).
    `response_id`: the response that made it, empty while that has shown no id; `over`: that response has
    ended. `whole`: all of its arguments came. `asked`: the client or the host was asked. `output`: our event
    that answered it; `accepted`: upstream has not refused that. `followed`: the response that follows was
    asked for, or the user went on instead. `waived`: wishes have waited for it long enough (R8).
    """

    call_id: str
    item_id: str
    response_id: str
    over: bool = False
    name: str = ""
    arguments: str = ""
    client_id: str = ""
    whole: bool = False
    asked: bool = False
    server_side: bool = False
    output: str = ""
    accepted: bool = False
    followed: bool = False
    waived: bool = False

    @property
    def open(self) -> bool:
        """Asked and not answered."""
        return self.asked and not self.output


def _is_another(call: Call | Settled, item_id: str, response_id: str) -> bool:
    """Whether these are of another call than `call`, whose call id they have."""
    if item_id or call.item_id:
        return bool(item_id and call.item_id)
    before = shortened(call.response_id)
    return bool(before and response_id) and before != response_id


def _settled(call: Call) -> Settled:
    response_id = "" if call.item_id else shortened(call.response_id)
    return Settled(shortened(call.call_id), call.item_id, call.client_id, response_id)


@define(eq=False, repr=False)
class FunctionCalls:
    """The calls of responses that are not settled yet, and the last ones that are."""

    calls: list[Call] = field(factory=list[Call])
    settled: list[Settled] = field(factory=list[Settled])

    def known(self, call_id: str, item_id: str, response_id: str = "") -> Call | Settled | None:
        """The call that these ids are of: that of the item, else the last one of that call id, unless both
        name an item, or neither does and they name two responses (F1).
        """
        latest, short = self._latest(), shortened(call_id)
        for each in latest if item_id else ():
            if each.item_id == item_id:
                return each
        for each in latest if call_id else ():
            if shortened(each.call_id) == short and not _is_another(each, item_id, shortened(response_id)):
                return each
        return None

    def asked_as(self, client_id: str) -> Call | None:
        """The unsettled call that the client knows by that id."""
        return next((each for each in self.calls if each.asked and each.client_id == client_id), None)

    def is_taken(self, client_id: str) -> bool:
        """Whether the client knows another call by that id."""
        return any(each.client_id == client_id for each in self._latest())

    def _latest(self) -> list[Call | Settled]:
        return [*reversed(self.calls), *reversed(self.settled)]

    def of_response(self, response_id: str) -> list[Call]:
        """The unsettled calls of a response."""
        return [each for each in self.calls if each.response_id == response_id]

    def settle(self, calls: list[Call]) -> None:
        """Nothing more is to come of these calls."""
        self.calls = [each for each in self.calls if each not in calls]
        self.settled = [*self.settled, *map(_settled, calls)][-REMEMBERED:]

    @property
    def unanswered(self) -> bool:
        """Whether wishes wait for the answer of any call (R8)."""
        return any(each.open and not each.waived for each in self.calls)
