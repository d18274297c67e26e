"""Two processes behind HAProxy, as on the page of scaling out, and a restart that no call notices."""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import attrs
import pytest

pytest.importorskip("httpx")
pytest.importorskip("websockets")

import httpx

from tests.e2e.callers import Caller, calling
from tests.e2e.hosts import Process, eventually, model, process, run

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "scale-out.md"
HAPROXY = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin")
PORTS = re.compile(r"127\.0\.0\.1:(\d+)")

pytestmark = pytest.mark.skipif(HAPROXY is None, reason="HAProxy is not installed: apt-get install haproxy")


def configuration() -> tuple[str, list[int]]:
    """That of the page, with ports that are free: the first is the balancer's."""
    (text,) = re.findall(r"^```text\n(global\n.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    written = PORTS.findall(text)
    held = [socket.create_server(("127.0.0.1", 0)) for _ in written]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    free = dict(zip(written, ports, strict=True))
    return PORTS.sub(lambda found: f"127.0.0.1:{free[found[1]]}", text), ports


@asynccontextmanager
async def haproxy(folder: Path) -> AsyncGenerator[list[int], None]:
    """The balancer, running."""
    text, ports = configuration()
    (file := folder / "haproxy.cfg").write_text(text, encoding="utf-8")
    assert HAPROXY is not None
    started = await asyncio.create_subprocess_exec(HAPROXY, "-db", "-q", "-f", str(file))
    try:
        yield ports
    finally:
        started.kill()
        await started.wait()


@attrs.define
class Rank:
    """The processes behind a balancer."""

    upstream: str
    url: str
    stack: AsyncExitStack

    async def started(self, port: int, drain: str) -> Process:
        options = ["--port", str(port), "--upstream", self.upstream, "--drain-seconds", drain]
        host = await self.stack.enter_async_context(process("websockets_proxy.py", *options))
        await host.port()
        return host

    async def healthy(self) -> None:
        """The balancer has somebody to send calls to."""
        async with httpx.AsyncClient() as client:
            for _ in range(400):
                try:
                    if (await client.get(f"{self.url.replace('ws:', 'http:')}/healthz")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.05)
        pytest.fail("no process is healthy")


@asynccontextmanager
async def balanced(folder: Path) -> AsyncGenerator[tuple[Rank, list[int]], None]:
    async with model() as upstream, haproxy(folder) as (front, *ports), AsyncExitStack() as stack:
        yield Rank(upstream.url, f"ws://127.0.0.1:{front}", stack), ports


async def turns(caller: Caller, done: asyncio.Event) -> int:
    """Talk until it is enough; how often the agent answered."""
    await caller.configured()
    count = 0
    while not done.is_set():
        await caller.ask("Hello")
        count += 1
        await asyncio.sleep(0.1)
    assert caller.of("Error") == []
    assert caller.texts("assistant") == ["Yes."] * count
    return count


async def one_long_call(url: str, done: asyncio.Event) -> int:
    async with calling(url) as caller:
        return await turns(caller, done)


async def short_calls(url: str, done: asyncio.Event) -> int:
    """One call after another, each of one turn; how many."""
    count = 0
    while not done.is_set():
        async with calling(url) as caller:
            await caller.configured()
            await caller.ask("Hello")
            assert caller.of("Error") == []
        count += 1
    return count


def calls_of(host: Process) -> int:
    return len(host.entries("the call began"))


def test_a_rolling_restart_cuts_no_call(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with balanced(tmp_path) as (rank, ports):
            old = [await rank.started(port, "60") for port in ports[:2]]
            await rank.healthy()
            enough, over = asyncio.Event(), asyncio.Event()
            long = [asyncio.create_task(one_long_call(rank.url, over)) for _ in range(4)]
            while not all(calls_of(host) for host in old):  # the balancer may not have seen both yet
                await asyncio.sleep(0.5)
                long.append(asyncio.create_task(one_long_call(rank.url, over)))
                assert len(long) < 40
            short = [asyncio.create_task(short_calls(rank.url, enough)) for _ in range(2)]
            new: list[Process] = []
            for host, port in zip(old, ports[2:], strict=True):
                new.append(await rank.started(port, "60"))
                await eventually(lambda: calls_of(new[-1]) > 0)  # the balancer has seen it
                host.terminate()
                await eventually(lambda host=host: bool(host.entries("no more calls")))
                before = calls_of(new[-1])
                await eventually(lambda before=before: calls_of(new[-1]) > before + 2)
            enough.set()
            served = await asyncio.gather(*short)
            assert [host.process.returncode for host in old] == [None, None]
            over.set()
            answered = await asyncio.gather(*long)
            assert min(answered) > 3
            assert min(served) > 2
            assert [await host.ended() for host in old] == [0, 0]
        for host in (*old, *new):
            assert "the proxy is shutting down" not in host.log
            assert '"level": "ERROR"' not in host.log

    run(scenario(), 180, debug=False)


def test_a_process_that_has_stopped_gets_no_calls(tmp_path: Path) -> None:
    """Nor does a client notice it, even before the balancer does."""

    async def scenario() -> None:
        async with balanced(tmp_path) as (rank, ports):
            one, other = [await rank.started(port, "0") for port in ports[:2]]
            await rank.healthy()
            done = asyncio.Event()
            callers = [asyncio.create_task(short_calls(rank.url, done)) for _ in range(2)]
            await eventually(lambda: calls_of(one) > 0 and calls_of(other) > 0)
            done.set()
            await asyncio.gather(*callers)
            one.terminate()
            assert await one.ended() == 0
            before = calls_of(other)
            for _ in range(6):
                async with calling(rank.url) as caller:
                    await caller.configured()
            assert calls_of(other) == before + 6

    run(scenario(), 120, debug=False)
