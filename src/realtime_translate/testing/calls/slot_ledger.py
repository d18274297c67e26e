"""How long the host waits for a response, for another try, and for function calls (R1, R3, R5, R8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import define, field

from .broken import require
from .ledger import tag_of
from .network import STEP

if TYPE_CHECKING:
    from .ledger import Ledger
    from .world import World

__all__ = ["SlotLedger", "check", "hold_over", "requested"]

Json = Mapping[str, Any]
_OUTPUT = ("response.output_", "response.content_part.", "response.function_call_arguments.")
_FAILURES = {"server_error", "inference_failed", "response_failed", "generation_failed"}
"""What ends a response where its `response.done` should be; the first refuses a create as well."""
_FAILED = "THINK_REQUEST_FAILED"


@define
class SlotLedger:
    """`response`: the last that began, `heard_at`: when something of it came, `produced`: whether output did.
    `troubled_at`: when an error came that names nothing, if nothing of the response came since.

    `newest`: the last create. `retry_due`: since when one that met a `server_error` has to be asked again;
    `retries`: the one that is asked for the second time, `twice`: that met one as well. `doubtful`: errors
    came since the last response of ours, or a second try met another response. Before the last input: `told`,
    Warnings of failed responses, `asked`, creates in flight; `lost`: those that a Warning was about, perhaps.
    `waived`: calls that nothing waits for; `outputs`: upstream's ids of those that got an output.
    """

    response: str | None = None
    heard_at: float = 0.0
    produced: bool = False
    troubled_at: float | None = None
    retry_due: float | None = None
    newest: str = ""
    retries: str = ""
    twice: bool = False
    doubtful: bool = False
    told: int = 0
    asked: list[str] = field(factory=list[str])
    lost: set[str] = field(factory=set[str])
    waived: set[str] = field(factory=set[str])
    outputs: set[str] = field(factory=set[str])

    def hears(self, event: Json, ledger: Ledger, now: float) -> None:
        """What the host is told by upstream, before the ledger hears of it and the host answers."""
        kind = event["type"]
        if kind == "response.created":
            self.response, self.heard_at, self.produced = event["response"]["id"], now, False
            self.troubled_at = None
            tag = tag_of(event["response"])
            older = tag != "" and tag not in ledger.in_flight
            self.doubtful = older or (bool(self.doubtful or self.retries) and not tag)
            self.forget()
        elif kind == "error":
            self._fails(event["error"], ledger, now)
        elif event.get("response_id") is not None and event["response_id"] == self.response:
            self.heard_at, self.troubled_at = now, None
            self.produced = self.produced or kind.startswith(_OUTPUT)

    def forget(self) -> None:
        """It goes on in another way: no other try is owed."""
        self.retry_due, self.retries = None, ""

    def _fails(self, error: Json, ledger: Ledger, now: float) -> None:
        flying = [each for each in ledger.in_flight if each not in self.lost]
        named, words = error.get("event_id") or "", {error.get("code"), error.get("type")}
        retries = self.retries
        self.forget()
        if not named and words & _FAILURES and not flying:
            self.troubled_at = now if self.troubled_at is None else self.troubled_at
        newest = flying[-1:] == [self.newest]  # else a later one has had its answer
        if "server_error" in words and newest and (named == self.newest or not (named or ledger.active)):
            self.twice = retries == self.newest
            if not self.doubtful and len(flying) == 1:
                self.retry_due = now
        self.doubtful = True


def check(world: World) -> None:
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


def _is_given_up(world: World, slot: SlotLedger, ledger: Ledger) -> None:
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


def _is_asked_again(world: World, slot: SlotLedger, *, failed: bool) -> None:
    """A create that met an error of the server's is asked once more, and not a third time (R3, R5)."""
    twice, slot.twice = slot.twice, False
    require(failed or not twice, "R5 what the server refuses twice has failed")
    slot.doubtful = slot.doubtful and (not failed or _is_of_the_servers_own(world))
    if slot.retry_due is None:
        return
    require(not failed, "R3 what the server fails to take is asked again")
    ledger = world.ledger
    if ledger.open_calls or ledger.host_calls or ledger.user_speaks:
        slot.forget()
        return
    late = world.host_now - slot.retry_due - world.config.limits.response_grace
    require(late < 2 * STEP, "R3 what the server fails to take is asked again", late)


def _is_of_the_servers_own(world: World) -> bool:
    """Whether what ends is a response that answers no create: of these nothing more is known then."""
    event = world.event
    if event is None or event["type"] != "response.done":
        return False
    return world.ledger.tagged and not tag_of(event["response"])


def requested(world: World, frame: Json) -> None:
    """A `response.create` goes upstream."""
    slot, ledger = world.slot, world.ledger
    text = frame["response"].get("instructions", "")
    same = text == (ledger.instructed or [""])[-1]  # else what failed was interrupted
    slot.newest = frame["event_id"]
    slot.retries = slot.newest if slot.retry_due is not None and same else ""
    slot.retry_due = None
    if text:  # it waits for no call
        return
    calls = {each["id"] for each in ledger.open_calls} | set(ledger.host_calls)
    held = sorted(calls - slot.waived)
    require(held == [], "R8 a wish waits for the answers of function calls", held)


def hold_over(world: World) -> None:
    """Nothing waits any longer for the calls that are open now."""
    ledger = world.ledger
    world.slot.waived |= {each["id"] for each in ledger.open_calls} | set(ledger.host_calls)
