"""*Always true* 8: whatever a server did or left out, when it answers again the call goes on."""

from __future__ import annotations

from collections.abc import Callable

from ...model.script import Reply
from ..broken import require
from ..world import World

__all__ = ["goes_on"]

_DEAF = "8 a server that answers a later request answers a later turn"


def goes_on(world: World, rest: Callable[[], None]) -> None:
    """One more text, to a server that does all that it should from now on; `rest` waits for what is open.

    Where creates supersede what runs, the words may go to a response of the server's own that the one asked
    for takes the place of: that has others.
    """
    if not world.strained or world.choices.silenced:
        return
    ledger, says = world.ledger, [world.agent.words() for _ in range(1 + world.make.supersedes)]
    if not ledger.applied:  # late Settings waited, perhaps, for a response that was given up just now (S4)
        rest()
    require(ledger.applied > 0, "8 a call whose server answers begins")
    world.heal()
    world.agent.replies[:] = [Reply(each) for each in says]
    refused, renewals = ledger.busy, world.legs.renewals
    world.text("Are you still there?")
    rest()
    if (
        world.closed or ledger.busy > refused + 1
    ):  # nothing ends the response that it has, so it answers nothing
        return
    told = any(say.text in each for say in says for each in ledger.told_agent)
    require(told or world.legs.renewals > renewals, _DEAF, says[0].text)  # else it broke off, perhaps (N8)
    waits = ledger.open_calls or ledger.host_calls  # one of a server that spoke up by itself goes on (O5)
    ends = bool(waits) or not (ledger.sounding or ledger.speaking)
    require(ends, "8 every turn that the client saw begin ends")
