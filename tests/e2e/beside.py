"""An honest call beside a bad client: how late its audio is, and what the host uses."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from attrs import frozen

from tests.benchmarks.hosts.load import Load
from tests.e2e import hosts
from tests.e2e.attackers import ATTACKS, STRANGERS
from tests.e2e.hosts import SOURCES, Process, process

__all__ = ["CASES", "COMMANDS", "SECONDS", "Found", "beside"]

ROOT = Path(__file__).parents[2]
SECONDS = 3.0
COMMANDS = {
    "websockets": ["websockets_proxy.py", "--port", "0"],
    "starlette": [
        *("-m", "uvicorn", "starlette_proxy:app", "--http", "starlette_proxy:bounded"),
        *("--port", "0", "--ws-per-message-deflate", "false"),
    ],
}
if "picows" in hosts.PROXIES:
    COMMANDS["picows"] = ["picows_proxy.py", "--port", "0"]
READ_BY_UVICORN = {"pings", "fragments"}
"""It answers the ones and collects the others before an application sees any of them; the page says so."""
CASES = [
    (proxy, attack)
    for proxy in COMMANDS
    for attack in (*ATTACKS, *STRANGERS)
    if proxy != "starlette" or attack not in READ_BY_UVICORN
]


@frozen
class Found:
    """What an honest call went through, in seconds, and what the host used beside a bad client: its part of a
    core, and bytes of memory and of its log.
    """

    before: Sequence[float]
    took: Sequence[float]
    lost: int
    calls: int
    """That began, with that of the honest client."""
    busy: float
    grown: int
    logged: int

    @property
    def late(self) -> tuple[float, float, float]:
        """The 50th and 99th percentile of what its audio took, and the most."""
        p50, p99 = (self.took[len(self.took) * part // 100] for part in (50, 99))
        return p50, p99, self.took[-1]

    def __str__(self) -> str:
        p50, p99, most = (each * 1e3 for each in self.late)
        return (
            f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, max {most:.0f} ms, lost {self.lost}, "
            f"CPU {self.busy * 100:.0f} %, memory {self.grown / 1e6:.1f} MB, log {self.logged} bytes"
        )


async def beside(proxy: str, attack: str, seconds: float = SECONDS) -> Found:
    """Start the host and the attacker, and hold a call for so long."""
    with closing(Load()) as load:
        extra = ["--upstream", load.upstream] if proxy != "starlette" else []
        async with process(*COMMANDS[proxy], *extra, UPSTREAM_URL=load.upstream) as host:
            return await honest_call(host, load, attack, seconds)


async def honest_call(host: Process, load: Load, attack: str, seconds: float) -> Found:
    """Hold a call through the host, at first alone and then beside the attacker."""
    port = await host.port()
    sample = await asyncio.to_thread(load.open, port, 1)
    load.serve_strangers()
    await asyncio.to_thread(load.run, 1.0)
    before = sorted(sample.up)
    logged, memory = len(host.log), resident(host)
    command = [sys.executable, "-m", "tests.e2e.attackers", attack, f"{port}"]
    attacker = subprocess.Popen(command, cwd=ROOT, env={"PYTHONPATH": f"{SOURCES}:{ROOT}"})
    try:
        await asyncio.to_thread(load.run, 1.0)  # until it has begun
        sample.forget()
        began = used(host)
        lost = await asyncio.to_thread(load.run, seconds)
        busy = (used(host) - began) / seconds
    finally:
        attacker.kill()
        attacker.wait()
    calls = len(host.entries("the call began"))
    grown, written = resident(host) - memory, len(host.log) - logged
    return Found(before, sorted(sample.up), lost, calls, busy, grown, written)


def resident(host: Process) -> int:
    """The bytes of the process that are in memory."""
    return int(Path(f"/proc/{host.process.pid}/statm").read_text("ascii").split()[1]) * 4096


def used(host: Process) -> float:
    """Seconds of CPU that it has used."""
    return int(Path(f"/proc/{host.process.pid}/schedstat").read_text("ascii").split()[0]) / 1e9
