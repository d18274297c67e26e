"""All calls of a process: who may begin one, and how they end with it. Copy it along with `bridge.py`."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from access import SCHEMES, Authorize, Keys, Request, here
from attrs import frozen
from bridge import Call, Caller, Socket, log, sources

LOG_SECONDS = 1.0  # between two lines that say for the same reason that a client was refused


@frozen
class Answer:
    """What is answered to a request that begins no call: a status of HTTP and what belongs to it."""

    status: int
    body: str
    headers: Mapping[str, str] = {}


NOT_FOUND = Answer(404, "Not Found\n")
STOPPING = Answer(503, "shutting down\n", {"Retry-After": "5"})
NO_KEY = Answer(401, "a key is wanted\n", {"WWW-Authenticate": "Token"})
FORBIDDEN = Answer(403, "Forbidden\n")


def subprotocol(offered: Iterable[str]) -> str | None:
    """What is chosen of what a browser offers, as in ["token", KEY]: the key is never sent back."""
    return next((each for each in offered if each in SCHEMES), None)


class Calls:
    """The calls of this process. When it stops they are told and drained, and there will be no more."""

    def __init__(self, authorize: Authorize = here) -> None:
        self.authorize = authorize
        self.running: dict[Call, asyncio.Task[None]] = {}
        self.stopping = False
        self.refused = Counter[str]()  # clients, by reason
        self.begun = Counter[str]()  # calls, by caller
        self.told = dict[str, tuple[float, int]]()  # when a refusal was logged last, and how many there were
        sources.append(self.samples)

    def begin(self, call: Call, socket: Socket) -> asyncio.Task[None]:
        """A client has come. The task ends with its call."""
        self.running[call] = task = asyncio.create_task(call.run())
        task.add_done_callback(lambda _: self.running.pop(call))
        self.begun[call.caller.name] += 1
        call.begin(socket)
        if self.stopping:  # it was about to come when the process was told to stop
            call.go_away()
        return task

    async def drain(self) -> None:
        self.stopping = True
        for call in [*self.running]:
            call.go_away()
        if self.running:
            await asyncio.wait(self.running.values())

    # --- who may begin one ----------------------------------------------------------------------------------

    def admit(self, request: Request) -> Caller | Answer:
        """Who calls, or what to answer instead of opening a WebSocket. A host asks it before it does."""
        name = self.authorize(request)
        if name is None:
            answer = NO_KEY if isinstance(self.authorize, Keys) else FORBIDDEN
            return self.refuse(request, "not authorized", answer)
        if self.stopping:
            return self.refuse(request, "stopping", STOPPING)
        return Caller(name, request.peer)

    def meet(self, request: Request, path: str) -> Caller | Answer:
        """The same where a host has no routes: calls begin at `path`, and /healthz is asked for health."""
        asked = request.target.partition("?")[0]
        if asked == "/healthz":
            return self.health()
        return self.admit(request) if asked == path else NOT_FOUND

    def refuse(self, request: Request, reason: str, answer: Answer) -> Answer:
        """Count it, and log it unless that was just done: strangers shall not fill the log."""
        self.refused[reason] += 1
        last, count = self.told.get(reason, (-LOG_SECONDS, 0))
        if (now := time.monotonic()) - last >= LOG_SECONDS:
            times = self.refused[reason]
            self.told[reason] = now, times
            fields = {"reason": reason, "status": answer.status, "peer": request.peer, "times": times - count}
            log.log(logging.WARNING, "a client was refused", extra={"fields": fields})
        return answer

    def health(self) -> Answer:
        """503 tells a load balancer to send no more calls. How many there are is told by /metrics alone."""
        state, status = ("stopping", 503) if self.stopping else ("ok", 200)
        return Answer(status, json.dumps({"status": state}), {"Content-Type": "application/json"})

    # --- for /metrics ---------------------------------------------------------------------------------------

    def samples(self) -> Iterator[tuple[str, Mapping[str, str], float]]:
        """Names, labels and values."""
        for reason, times in self.refused.items():
            yield "refused_total", {"reason": reason}, times
        for caller, times in self.begun.items():
            yield "calls_by_caller_total", {"caller": caller}, times
        for caller, count in Counter(call.caller.name for call in self.running).items():
            yield "calls", {"caller": caller}, count
