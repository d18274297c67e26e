"""All calls of a process: whether it takes more, and how they end with it. Copy it along with `bridge.py`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable

from bridge import Call, Socket


def subprotocol(offered: Iterable[str]) -> str | None:
    """What is chosen of what a browser offers, as in ["token", KEY]: the key is never sent back."""
    return next((each for each in offered if each in ("token", "bearer")), None)


class Calls:
    """The calls of this process. When it stops they are told and drained, and there will be no more."""

    def __init__(self) -> None:
        self.running: dict[Call, asyncio.Task[None]] = {}
        self.stopping = False

    def begin(self, call: Call, socket: Socket) -> asyncio.Task[None]:
        """A client has come. The task ends with its call."""
        self.running[call] = task = asyncio.create_task(call.run())
        task.add_done_callback(lambda _: self.running.pop(call))
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

    def health(self) -> tuple[int, dict[str, object]]:
        """A status of HTTP and its body; 503 tells a load balancer to send no more calls."""
        status = "stopping" if self.stopping else "ok"
        return 503 if self.stopping else 200, {"status": status, "calls": len(self.running)}

    def refusal(self, target: str, path: str) -> tuple[int, str] | None:
        """The status and the body that answer a request for `target`; None: it begins a call, at `path`."""
        asked = target.partition("?")[0]
        if asked == "/healthz":
            status, body = self.health()
            return status, json.dumps(body)
        return None if asked == path else (404, "Not Found\n")
