"""The life of one function call (F1-F9, R8, T6)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeAlias

from .step import Step

__all__ = ["FUNCTION_CALL", "FunctionCallEvent", "FunctionCallState"]


class FunctionCallState(str, Enum):
    """What became of a function call."""

    ANNOUNCED = "announced"
    """The model makes it."""
    WHOLE = "whole"
    """All of its arguments came; its item has not ended."""
    PASSED_OVER = "passed over"
    """The user went on before it was whole: nobody is asked."""
    ASKED = "asked"
    """The client or the host was asked. What wants a response waits for the answer (R8)."""
    OVERDUE = "overdue"
    """The same, and nothing waits for the answer any longer (R8)."""
    LEFT = "left"
    """Asked; the user went on, and no response is asked for when the answer comes (F8)."""
    LEFT_OVERDUE = "left, overdue"
    """The same, and nothing waits for the answer any longer."""
    ANSWERED = "answered"
    """Its output went upstream, and no response has been asked for yet (F3)."""
    REFUSED = "refused"
    """Upstream refused its output: it asks for no response (T6)."""
    FOLLOWED = "followed"
    """Its output went upstream. The response that follows was asked for, or nobody wants one."""


class FunctionCallEvent(str, Enum):
    """What can happen to a function call."""

    COMPLETED = "its arguments are whole"
    ASKED = "the client or the host is asked"
    ANSWERED = "the client or the host answers"
    REFUSED = "upstream refuses its output"
    WAIVED = "it has been waited for long enough"
    FOLLOWED = "the response that follows is asked for"
    LEFT = "the user goes on"


_Row: TypeAlias = "Mapping[FunctionCallEvent, Step[FunctionCallState]]"


def _row(state: FunctionCallState, because: str, **steps: FunctionCallState) -> _Row:
    """A whole row: where it does not step, it stays for the same reason."""
    to = {FunctionCallEvent[name.upper()]: step for name, step in steps.items()}
    return {
        event: Step(to[event]) if event in to else Step(state, because=because) for event in FunctionCallEvent
    }


_S = FunctionCallState
_UNASKED = "nobody was asked yet"
_OPEN = "its answer is waited for"
_ANSWERED = "it is answered"

FUNCTION_CALL: Mapping[FunctionCallState, _Row] = {
    _S.ANNOUNCED: _row(_S.ANNOUNCED, _UNASKED, completed=_S.WHOLE, asked=_S.ASKED, left=_S.PASSED_OVER),
    _S.WHOLE: _row(_S.WHOLE, _UNASKED, asked=_S.ASKED, left=_S.PASSED_OVER),
    _S.PASSED_OVER: _row(_S.PASSED_OVER, "nobody is asked"),
    _S.ASKED: _row(_S.ASKED, _OPEN, answered=_S.ANSWERED, waived=_S.OVERDUE, left=_S.LEFT),
    _S.OVERDUE: _row(_S.OVERDUE, _OPEN, answered=_S.ANSWERED, left=_S.LEFT_OVERDUE),
    _S.LEFT: _row(_S.LEFT, _OPEN, answered=_S.FOLLOWED, waived=_S.LEFT_OVERDUE),
    _S.LEFT_OVERDUE: _row(_S.LEFT_OVERDUE, _OPEN, answered=_S.FOLLOWED),
    _S.ANSWERED: _row(_S.ANSWERED, _ANSWERED, refused=_S.REFUSED, followed=_S.FOLLOWED, left=_S.FOLLOWED),
    _S.REFUSED: _row(_S.REFUSED, _ANSWERED, followed=_S.FOLLOWED, left=_S.FOLLOWED),
    _S.FOLLOWED: _row(_S.FOLLOWED, _ANSWERED),
}
