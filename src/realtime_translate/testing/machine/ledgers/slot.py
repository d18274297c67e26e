"""What was seen of responses and of the creates that asked for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import define, field

from .ledger import Ledger, tag_of

__all__ = ["SlotLedger"]

Json = Mapping[str, Any]
_OUTPUT = ("response.output_", "response.content_part.", "response.function_call_arguments.")
_FAILURES = {"server_error", "inference_failed", "response_failed", "generation_failed"}
"""What ends a response where its `response.done` should be; the first refuses a create as well."""


@define
class SlotLedger:
    """`response`: the last that began, `heard_at`: when something of it came, `produced`: whether output did.
    `troubled_at`: when an error came that names nothing, if nothing of the response came since.

    `newest`: the last create, `unheard`: nothing answers it. `retry_due`: since when one that met a
    `server_error` has to be asked again; `retries`: the one that is asked for the second time, `twice`: that
    met one as well. `doubtful`: errors came since the last response of ours, or a second try met another
    response, or one was never announced, or the last create may be the second try of one that was dropped.
    Before the last input: `told`, Warnings of failed responses, `asked`, creates in flight; `lost`: those
    that a Warning was about, perhaps.
    `waived`: calls that nothing waits for; `outputs`: upstream's ids of those that got an output. `to_say`:
    what the next response is to say, if that went as an item, `spoken`: creates with words of their own.
    """

    response: str | None = None
    heard_at: float = 0.0
    produced: bool = False
    troubled_at: float | None = None
    retry_due: float | None = None
    newest: str = ""
    unheard: bool = False
    retries: str = ""
    twice: bool = False
    doubtful: bool = False
    told: int = 0
    asked: list[str] = field(factory=list[str])
    lost: set[str] = field(factory=set[str])
    waived: set[str] = field(factory=set[str])
    outputs: set[str] = field(factory=set[str])
    to_say: str = ""
    spoken: set[str] = field(factory=set[str])

    def hears(self, event: Json, ledger: Ledger, now: float) -> None:
        """What the host is told by upstream, before the ledger hears of it and the host answers."""
        kind, tag = event["type"], tag_of(event.get("response") or {})
        if kind in ("response.created", "response.done"):
            self.unheard = self.unheard and tag != self.newest and (tag != "" or ledger.tagged)
        if kind == "response.created":
            self.response, self.heard_at, self.produced = event["response"]["id"], now, False
            self.troubled_at = None
            older = tag != "" and tag not in ledger.in_flight
            self.doubtful = older or (bool(self.doubtful or self.retries) and not tag)
            self.forget()
        elif kind == "error":
            self._fails(event["error"], ledger, now)
        elif event.get("response_id") is not None and event["response_id"] == self.response:
            self.heard_at, self.troubled_at = now, None
            self.produced = self.produced or kind.startswith(_OUTPUT)
        elif kind.startswith(_OUTPUT) and ledger.in_flight and ledger.active is None:
            self.doubtful = True

    def forget(self) -> None:
        """It goes on in another way: no other try is owed."""
        self.retry_due, self.retries = None, ""

    def _fails(self, error: Json, ledger: Ledger, now: float) -> None:
        flying = [each for each in ledger.in_flight if each not in self.lost]
        named, words = error.get("event_id") or "", {error.get("code"), error.get("type")}
        retries = self.retries
        self.unheard = self.unheard and named != self.newest
        self.forget()
        if not named and words & _FAILURES and not flying:
            self.troubled_at = now if self.troubled_at is None else self.troubled_at
        newest = flying[-1:] == [self.newest]  # else a later one has had its answer
        if "server_error" in words and newest and (named == self.newest or not (named or ledger.active)):
            self.twice = retries == self.newest
            if not self.doubtful and len(flying) == 1:
                self.retry_due = now
        self.doubtful = True
