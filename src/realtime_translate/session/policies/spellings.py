"""A gateway may send each output twice, once by each of its names: the one that comes first is heard (D1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from ...openai.spellings import SPELLINGS
from ..env import Env
from ..signals import Effects, LegLost, ResponseEnded
from ..state import Call, Spellings

__all__ = ["came", "ended", "leg_lost", "repeats"]


def came(call: Call, event: Mapping[str, object]) -> bool:
    """Whether an event has come by its other name already."""
    spelling = SPELLINGS.get(cast("str", event["type"]))
    if spelling is None:
        return False
    return repeats(call, event.get("response_id"), spelling.output, beta=spelling.beta)


def repeats(call: Call, response_id: object, output: str, *, beta: bool) -> bool:
    """Whether this output of a response comes by its other name already."""
    state = call.spellings
    about = response_id if isinstance(response_id, str) and response_id else call.slot.active
    if about != state.response_id:
        if about in call.slot.ended:  # it is late by either
            return False
        _forget(state)
        state.response_id = about
    first: bool | None = getattr(state, output)
    if first is None:
        setattr(state, output, beta)
    return first is (not beta)


def ended(call: Call, env: Env, signal: ResponseEnded) -> Effects:
    """The next response may have the other names."""
    state = call.spellings
    if state.response_id in ("", signal.response_id):
        _forget(state)
    return ()


def leg_lost(call: Call, env: Env, _: LegLost) -> Effects:
    """Another session may be of another server."""
    _forget(call.spellings)
    return ()


def _forget(state: Spellings) -> None:
    state.response_id = ""
    state.audio = state.transcript = state.text = None
