"""How long the host waits for a response, for another try, and for function calls (R1, R3, R5, R8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....outputs import Notice
from ..broken import require
from ..ledgers.ledger import Ledger, tag_of
from ..ledgers.slot import SlotLedger
from ..network import STEP
from ..rows import answers_commits
from ..world_state import WorldState

__all__ = ["check", "noticed", "requested"]

Json = Mapping[str, Any]
_FAILED, _FAILED_CREATE = "THINK_REQUEST_FAILED", "RESPONSE_FAILED"
_NOT_BEGUN = "the model did not start to answer in time"
_GIVEN_UP = ("RESPONSE_PRESUMED_DONE", "RESPONSE_GIVEN_UP", "RESPONSE_SUPERSEDED")


def check(world: WorldState) -> None:
    """After each input."""
    slot, ledger = world.slot, world.ledger
    told, slot.told = slot.told, ledger.codes[_FAILED]
    if slot.told > told:
        slot.lost |= set(slot.asked)
    slot.asked = [*ledger.in_flight]
    if not ledger.applied:
        slot.forget()
        return
    _is_given_up(world, slot, ledger)
    _is_asked_again(world, slot, failed=slot.told > told)


def _is_given_up(world: WorldState, slot: SlotLedger, ledger: Ledger) -> None:
    """A response of which nothing comes is not waited for for ever (R1, R5)."""
    if ledger.active is None or ledger.active != slot.response or ledger.active in ledger.cut:
        slot.troubled_at = None
        return
    now, limits = world.host_now, world.config.limits
    late = now - slot.heard_at - (limits.response_stall if slot.produced else limits.first_output)
    require(late < 2 * STEP, "R1 a response that stalls is given up", late)
    if slot.troubled_at is not None:
        late = now - slot.troubled_at - limits.error_grace
        require(late < 2 * STEP, "R1 an error that names nothing ends a response that stops with it", late)


def _is_asked_again(world: WorldState, slot: SlotLedger, *, failed: bool) -> None:
    """A create that met an error of the server's is asked once more, and not a third time (R3, R5)."""
    twice, slot.twice = slot.twice, False
    require(failed or not twice, "R5 what the server refuses twice has failed")
    slot.doubtful = slot.doubtful and (not failed or _is_of_the_servers_own(world))
    if slot.retry_due is None:
        return
    require(not failed, "R3 what the server fails to take is asked again")
    ledger = world.ledger
    commits = answers_commits(world.make) and not world.commits_by_itself  # one that waited asks as well
    if ledger.open_calls or ledger.host_calls or ledger.user_speaks or commits:
        slot.forget()
        return
    late = world.host_now - slot.retry_due - world.config.limits.response_grace
    require(late < 2 * STEP, "R3 what the server fails to take is asked again", late)


def _is_of_the_servers_own(world: WorldState) -> bool:
    """Whether what ends is a response that answers no create: of these nothing more is known then."""
    event = world.event
    if event is None or event["type"] != "response.done":
        return False
    return world.ledger.tagged and not tag_of(event["response"])


def requested(world: WorldState, frame: Json) -> None:
    """A `response.create` goes upstream."""
    slot, ledger = world.slot, world.ledger
    text = frame["response"].get("instructions", "")
    same = text == (ledger.instructed or [""])[-1]  # else what failed was interrupted
    # What nothing answers is asked for again, unless it was interrupted: nobody knows which try this is.
    slot.doubtful = slot.doubtful or (slot.unheard and world.row.drops_creates)
    slot.newest, slot.unheard = frame["event_id"], True
    slot.retries = slot.newest if slot.retry_due is not None and same else ""
    slot.retry_due = None
    if text and not world.make.options.get("missing_outputs"):  # it waits for no call
        return
    calls = {each["id"] for each in ledger.open_calls} | set(ledger.host_calls)
    held = sorted(calls - slot.waived)
    require(held == [], "R8 a wish waits for the answers of function calls", held)


def noticed(world: WorldState, notice: Notice) -> None:
    """The host waits no longer: for calls, for the end of a response, or for one to begin."""
    code = notice.code
    if code == "CALL_HOLD_OVER":
        _hold_over(world)
    elif code in _GIVEN_UP:
        _given_up(world, code)
    elif code == _FAILED_CREATE and notice.fields["reason"] == _NOT_BEGUN:
        world.answers.given_up(world.slot.newest)


def _given_up(world: WorldState, code: str) -> None:
    """The end of a response is waited for no longer. That another took its place is news only where that was
    not announced, by a server that lets one follow another.
    """
    begins = (world.event or {}).get("type") == "response.created"
    if code != "RESPONSE_SUPERSEDED":
        world.ledger.gave_up(began=begins)
    elif world.make.supersedes and not begins:
        world.ledger.gave_up(began=False)


def _hold_over(world: WorldState) -> None:
    """Nothing waits any longer for the calls that are open now."""
    ledger = world.ledger
    world.slot.waived |= {each["id"] for each in ledger.open_calls} | set(ledger.host_calls)
