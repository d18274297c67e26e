"""Function calls of an upstream session that is gone (N10)."""

from __future__ import annotations

from ....notices import notice
from ...env import Env
from ...signals import Effects, LegLost
from ...state import Call
from .known import of_response, settle

__all__ = ["leg_lost"]


def leg_lost(call: Call, env: Env, _: LegLost) -> Effects:
    """Calls that are open stay open for the client. Upstream's ids mean nothing from now on: the next session
    may give them to other calls, and to other responses.
    """
    state = call.calls
    unasked = [each for each in state.calls if not each.asked]
    state.calls = [each for each in state.calls if each.asked]
    for response_id in dict.fromkeys(each.response_id for each in state.calls):
        mine = of_response(state, response_id)
        for each in mine:  # from now on it goes by its first call, as one without an id does
            each.response_id = f"#{mine[0].client_id}"
        if not any(each.open for each in mine):
            settle(state, mine)
    for each in state.calls:
        each.call_id = each.item_id = each.output = ""
        each.over, each.elsewhere = True, each.open
    for settled in state.settled:
        settled.call_id = settled.item_id = settled.response_id = ""
    return [notice("CALL_INCOMPLETE") for _ in unasked]
