"""One bad client beside an honest call: the call goes on, and its audio is not late."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("websockets")
if not Path("/proc/self/statm").exists():
    pytest.skip("needs Linux's /proc and epoll", allow_module_level=True)

from websockets.asyncio.client import connect

import realtime_translate as rt
from tests.benchmarks.hosts.load import Load
from tests.e2e import hosts
from tests.e2e.attackers import ATTACKS, STRANGERS
from tests.e2e.hosts import SOURCES, Process, eventually, example, process, run

ROOT = Path(__file__).parents[2]
SECONDS = 3.0
LATE = 0.1
"""Seconds that the audio of an honest call may take through the host, but for one frame of a hundred."""
GROWTH = 32 * 2**20
"""Bytes that the host may need for one bad client: what may wait for it, and as much again."""
LOG = 2**20
"""Bytes that it may log of it, which is some six lines a connection."""

COMMANDS = {
    "websockets": ["websockets_proxy.py", "--port", "0"],
    "starlette": ["-m", "uvicorn", "starlette_proxy:app", "--port", "0", "--ws-per-message-deflate", "false"],
}
if "picows" in hosts.PROXIES:
    COMMANDS["picows"] = ["picows_proxy.py", "--port", "0"]


READ_BY_UVICORN = {"pings", "fragments", "handshakes"}
"""It answers the ones and collects the others before an application sees any of them; the page says so."""


@attrs.frozen
class Found:
    """What an honest call went through, in seconds, and what the host used."""

    before: Sequence[float]
    took: Sequence[float]
    lost: int
    grown: int
    logged: int

    def __str__(self) -> str:
        p50, p99 = (self.took[len(self.took) * part // 100] * 1e3 for part in (50, 99))
        return (
            f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, max {self.took[-1] * 1e3:.0f} ms, lost {self.lost}, "
            f"memory {self.grown / 1e6:.1f} MB, log {self.logged} bytes"
        )


async def honest_call(host: Process, load: Load, attack: str) -> Found:
    """Hold a call through the host, at first alone and then beside the attacker."""
    port = await host.port()
    sample = await asyncio.to_thread(load.open, port, 1)
    load.serve_strangers()
    await asyncio.to_thread(load.run, 1.0)
    before = sorted(sample.up)
    sample.forget()
    logged, memory = len(host.log), resident(host)
    command = [sys.executable, "-m", "tests.e2e.attackers", attack, f"{port}"]
    attacker = subprocess.Popen(command, cwd=ROOT, env={"PYTHONPATH": f"{SOURCES}:{ROOT}"})
    try:
        await asyncio.to_thread(load.run, 1.0)  # until it has begun
        sample.forget()
        lost = await asyncio.to_thread(load.run, SECONDS)
    finally:
        attacker.kill()
        attacker.wait()
    return Found(before, sorted(sample.up), lost, resident(host) - memory, len(host.log) - logged)


def resident(host: Process) -> int:
    """The bytes of the process that are in memory."""
    return int(Path(f"/proc/{host.process.pid}/statm").read_text("ascii").split()[1]) * 4096


@pytest.mark.parametrize("proxy", COMMANDS)
def test_nothing_is_compressed(proxy: str) -> None:
    """A little that is a lot when it is unpacked is not taken."""

    async def scenario() -> None:
        async with process(*COMMANDS[proxy]) as host:
            url = f"ws://127.0.0.1:{await host.port()}/v1/agent/converse"
            async with connect(url, compression="deflate") as socket:
                assert socket.response is not None
                assert "Sec-WebSocket-Extensions" not in socket.response.headers

    run(scenario())


@pytest.mark.parametrize(
    "name", ["websockets_proxy", "starlette_proxy", "fastapi_proxy", "aiohttp_proxy", "twilio_bridge"]
)
def test_the_text_that_is_decoded_at_once_is_bounded(name: str) -> None:
    if name in ("aiohttp_proxy", "fastapi_proxy"):
        pytest.importorskip(name.removesuffix("_proxy"))
    module = example(name)
    config = module.parse([])[0] if name == "websockets_proxy" else module.CONFIG
    assert (config.limits.text_bytes_up, config.limits.json_values) == (2**18, 20_000)


@pytest.mark.parametrize("proxy", hosts.PROXIES)
def test_a_call_that_used_more_than_its_share_rests(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After 50 ms at once it is read again when these are a twentieth of the time since it began."""
    heard: list[float] = []

    def slow(call: Any, frame: str | bytes) -> rt.Outputs:
        time.sleep(0.05)
        heard.append(time.monotonic())
        return ()

    async def scenario() -> None:
        async with hosts.PROXIES[proxy]("ws://127.0.0.1:1", rt.Config.deepgram()) as host:
            monkeypatch.setattr(host.bridge.Call, "hear", slow)
            async with connect(f"{host.url}/v1/agent/converse") as socket:
                for frames in (1, 2):
                    await socket.send(b"\0\0")
                    await eventually(partial(lambda frames: len(heard) == frames, frames))
        assert 0.5 < heard[1] - heard[0] < 10

    run(scenario())


CASES = [
    (proxy, attack)
    for proxy in COMMANDS
    for attack in (*ATTACKS, *STRANGERS)
    if proxy != "starlette" or attack not in READ_BY_UVICORN
]


@pytest.mark.parametrize(("proxy", "attack"), CASES)
def test_an_honest_call_beside_a_bad_client(proxy: str, attack: str) -> None:
    async def scenario() -> None:
        with closing(Load()) as load:
            extra = ["--upstream", load.upstream] if proxy != "starlette" else []
            command = [*COMMANDS[proxy], *extra]
            async with process(*command, UPSTREAM_URL=load.upstream) as host:
                found = await honest_call(host, load, attack)
        print(f"{proxy}, {attack}: {found}")
        late = found.before[len(found.before) * 99 // 100]  # what else the machine has to do
        if attack in ATTACKS:
            assert len(host.entries("the call began")) > 1  # the attacker's too
        assert found.lost == 0
        assert len(found.took) == pytest.approx(50 * SECONDS, rel=0.2)
        assert found.took[len(found.took) * 99 // 100] < LATE + late
        assert found.grown < GROWTH
        assert found.logged < LOG

    run(scenario())
