"""Many calls: 200 at once, and 200 one after another, through one process with one loop."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import attrs
import pytest

from tests.e2e import hosts
from tests.e2e.callers import calling
from tests.e2e.hosts import Process, Upstream, model, process, run

AT_ONCE = 200
IN_A_ROW = 200
GROWTH = 4 * 2**20
"""Bytes of the process that 200 calls may add: less than 21 kB a call, which is less than a translator."""

PROXIES = {
    "websockets": ["websockets_proxy.py", "--port", "0"],
    "starlette": ["-m", "uvicorn", "starlette_proxy:app", "--port", "0", "--no-access-log"],
}
if "picows" in hosts.PROXIES:
    PROXIES["picows"] = ["picows_proxy.py", "--port", "0"]


@pytest.fixture(params=PROXIES, name="proxy")
def _proxy(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def enter(stack: AsyncExitStack, proxy: str) -> tuple[Process, str, Upstream]:
    """The proxy as a process, its URL, and the model in this one."""
    upstream = await stack.enter_async_context(model(latency=0.002, token_interval=0.001))
    extra = ["--upstream", upstream.url] if proxy != "starlette" else []
    running = await stack.enter_async_context(process(*PROXIES[proxy], *extra, UPSTREAM_URL=upstream.url))
    return running, f"ws://127.0.0.1:{await running.port()}", upstream


async def one_call(url: str, number: int, together: Gate | None = None) -> None:
    """A written turn; all calls that come `together` are there before the first of them goes on."""
    async with calling(url) as caller:
        await caller.configured()
        if together is not None:
            await together.pass_through()
        await caller.ask(f"This is call {number}.")
    assert caller.texts("user") == [f"This is call {number}."]
    assert caller.texts("assistant") == ["Yes."]
    assert len(caller.audio) == 48 * 240


@attrs.define
class Gate:
    """Opens when `missing` callers are there. (`asyncio.Barrier` is not in Python 3.10.)"""

    missing: int
    opened: asyncio.Event = attrs.Factory(asyncio.Event)

    async def pass_through(self) -> None:
        self.missing -= 1
        if self.missing == 0:
            self.opened.set()
        await self.opened.wait()


def test_calls_at_once(proxy: str) -> None:
    async def scenario() -> None:
        async with AsyncExitStack() as stack:
            running, url, upstream = await enter(stack, proxy)
            gate = Gate(AT_ONCE)
            await asyncio.gather(*(one_call(url, number, gate) for number in range(AT_ONCE)))
            await upstream.idle()
            assert len(upstream.sessions) == AT_ONCE
        assert "ERROR" not in running.log

    run(scenario(), patience=180, debug=False)


def memory(running: Process) -> int:
    """The bytes of the process that are in memory."""
    pages = Path(f"/proc/{running.process.pid}/statm").read_text("ascii").split()[1]
    return int(pages) * 4096


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux's /proc")
def test_memory_is_flat_over_calls_in_a_row(proxy: str) -> None:
    async def scenario() -> None:
        async with AsyncExitStack() as stack:
            running, url, upstream = await enter(stack, proxy)
            for number in range(20):
                await one_call(url, number)
            before = memory(running)
            for number in range(IN_A_ROW):
                await one_call(url, number)
            await upstream.idle()
            growth = memory(running) - before
            assert growth < GROWTH

    run(scenario(), patience=180, debug=False)
