"""How one function call is told from another, and what is remembered of those that are over (F1)."""

from __future__ import annotations

from ...entries import FunctionCall, Settled
from ...env import Env
from ...ids import MAX_ID, shortened
from ...state import FunctionCalls
from ...tables import FUNCTION_CALL, FunctionCallEvent

__all__ = [
    "MADE_HERE",
    "REMEMBERED",
    "answered",
    "asked_as",
    "happen",
    "is_taken",
    "known",
    "named",
    "of_response",
    "settle",
]

MADE_HERE = "#"
"""The id of an item that we made, until upstream shows which id it gave it (N10)."""
REMEMBERED = 64
"""Calls whose further announcements are recognised (F1, L2)."""
_UNCONFIRMED = 16


def known(
    state: FunctionCalls, call_id: str, item_id: str, response_id: str = ""
) -> FunctionCall | Settled | None:
    """The call that these ids are of: that of the item, else the last one of that call id, unless both
    name an item, or neither does and they name two responses (F1).
    """
    latest, short = _latest(state), shortened(call_id)
    for each in latest if item_id else ():
        if each.item_id == item_id:
            return each
    for each in latest if call_id else ():
        if shortened(each.call_id) == short and not _is_another(each, item_id, shortened(response_id)):
            return each
    return None


def _is_another(function_call: FunctionCall | Settled, item_id: str, response_id: str) -> bool:
    """Whether these are of another call than `function_call`, whose call id they have."""
    if item_id or function_call.item_id:
        return bool(item_id and function_call.item_id)
    before = shortened(function_call.response_id)
    return bool(before and response_id) and before != response_id


def named(state: FunctionCalls, call_id: str, item_id: str) -> None:
    """An item of the conversation may be that of a call that we made: no response announces it (N10)."""
    for each in _latest(state):
        if item_id and each.item_id == MADE_HERE and shortened(each.call_id) == shortened(call_id):
            each.item_id = item_id
            return


def happen(function_call: FunctionCall, event: FunctionCallEvent) -> None:
    """Take the table's step."""
    function_call.state = FUNCTION_CALL[function_call.state][event].to


def asked_as(state: FunctionCalls, client_id: str) -> FunctionCall | None:
    """The unsettled call that the client knows by that id."""
    return next((each for each in state.calls if each.asked and each.client_id == client_id), None)


def is_taken(state: FunctionCalls, client_id: str) -> bool:
    """Whether the client knows another call by that id."""
    return any(each.client_id == client_id for each in _latest(state))


def _latest(state: FunctionCalls) -> list[FunctionCall | Settled]:
    return [*reversed(state.calls), *reversed(state.settled)]


def of_response(state: FunctionCalls, response_id: str) -> list[FunctionCall]:
    """The unsettled calls of a response."""
    return [each for each in state.calls if each.response_id == response_id]


def answered(state: FunctionCalls, env: Env, call_id: str) -> None:
    """The output of that call of upstream's is on its way (R8)."""
    if len(call_id) <= MAX_ID:
        others = [each for each in state.unconfirmed if each != call_id]
        state.unconfirmed = {each: state.unconfirmed[each] for each in others[1 - _UNCONFIRMED :]}
        state.unconfirmed[call_id] = env.ids.count


def settle(state: FunctionCalls, calls: list[FunctionCall]) -> None:
    """Nothing more is to come of these calls."""
    state.calls = [each for each in state.calls if each not in calls]
    state.settled = [*state.settled, *map(_settled, calls)][-REMEMBERED:]


def _settled(function_call: FunctionCall) -> Settled:
    response_id = "" if function_call.item_id else shortened(function_call.response_id)
    return Settled(
        shortened(function_call.call_id), function_call.item_id, function_call.client_id, response_id
    )
