"""What the calls of a host come to, for Prometheus: http://127.0.0.1:PORT/metrics.

`bridge.py` starts it where `--metrics-port` or METRICS_PORT says so. It holds numbers alone, neither what was
said nor who said it.
"""

from __future__ import annotations

import asyncio
import json
from bisect import bisect_left
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from itertools import chain

from bridge import sources

import realtime_translate as rt
from realtime_translate import deepgram as dg

SECONDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)  # the bounds of the answer times
TRUNCATE = '{"type":"conversation.item.truncate"'
HEAD = (
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n"
    "Content-Length: {}\r\nConnection: close\r\n\r\n"
)
HELP = {
    "calls_total": "Calls that began.",
    "interruptions_total": "Answers of which the user did not hear the end, as the user spoke.",
    "deferrals_total": "Times that a wish for a response waited for another response.",
    "tokens_total": "Tokens of responses and transcriptions.",
    "warnings_total": "Notices of the level warning.",
    "calls_by_caller_total": "Calls that began, by the name of the caller.",
    "refused_total": "Clients that got no call, by the reason.",
}
GAUGES = {
    "calls": "Calls that are held, by the name of the caller.",
    "connections": "Connections of clients.",
    "handshakes": "Those of them in their handshake.",
    "buffered_bytes": "What waits in the sockets of calls.",
}


class Metrics:
    """The numbers of this process. `observe` is told every output of every call, and when."""

    def __init__(self) -> None:
        self.counts = Counter[tuple[str, str]]()  # by name and label
        self.answers = [0] * (len(SECONDS) + 1)  # how many came within each bound, and later
        self.answer_seconds = 0.0
        self.asked: dict[str, float] = {}  # when the user's text was told, by call, until the answer is heard

    def observe(self, output: rt.Output, call: str, now: float) -> None:
        match output:
            case rt.SendToClient(message=None):
                if (asked := self.asked.pop(call, None)) is not None:
                    self.answers[bisect_left(SECONDS, now - asked)] += 1
                    self.answer_seconds += now - asked
            case rt.SendToClient(message=dg.Welcome()):
                self.counts["calls_total", ""] += 1
            case rt.SendToClient(message=dg.ConversationText(role="user")):
                self.asked[call] = now
            case rt.SendToUpstream(data):
                self.counts["interruptions_total", ""] += data.startswith(TRUNCATE)
            case rt.CloseClient():
                self.asked.pop(call, None)
            case rt.Notice():
                self.note(output)
            case _:
                pass

    def note(self, notice: rt.Notice) -> None:
        if notice.code == "USAGE":
            for direction in ("input", "output"):
                self.counts["tokens_total", f'direction="{direction}"'] += int(str(notice.fields[direction]))
        self.counts["deferrals_total", ""] += notice.code == "RESPONSE_DEFERRED"
        if notice.level is rt.Level.WARNING:
            self.counts["warnings_total", f'code="{notice.code}"'] += 1

    def lines(self) -> Iterator[str]:
        """The text that Prometheus reads."""
        counts = dict[tuple[str, str], float](self.counts)
        for each, by, value in chain.from_iterable(more() for more in sources):
            counts[each, labelled(by)] = counts.get((each, labelled(by)), 0) + value
        for name, about in {**HELP, **GAUGES}.items():
            yield f"# HELP voice_agent_{name} {about}"
            yield f"# TYPE voice_agent_{name} {'gauge' if name in GAUGES else 'counter'}"
            for label in sorted(label for each, label in counts if each == name):
                yield f"voice_agent_{name}{f'{{{label}}}' if label else ''} {counts[name, label]}"
        name = "voice_agent_answer_seconds"
        yield f"# HELP {name} From the user's text, for speech its transcript, to the first audio after it."
        yield f"# TYPE {name} histogram"
        for number, bound in enumerate((*map(str, SECONDS), "+Inf")):
            yield f'{name}_bucket{{le="{bound}"}} {sum(self.answers[: number + 1])}'
        yield f"{name}_sum {self.answer_seconds:.3f}"
        yield f"{name}_count {sum(self.answers)}"


def labelled(by: Mapping[str, str]) -> str:
    """Labels as Prometheus writes them."""
    return ",".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in by.items())


@asynccontextmanager
async def serving(metrics: Metrics, port: int) -> AsyncGenerator[asyncio.Server, None]:
    """A server of these numbers on the loopback address, for whatever is asked."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
            body = "".join(f"{line}\n" for line in metrics.lines()).encode()
            writer.write(HEAD.format(len(body)).encode() + body)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port)
    async with server:
        yield server
