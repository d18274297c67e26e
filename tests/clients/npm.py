"""The clients of npm: where they are, or what is missing on this machine."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest

PATIENCE = 30.0
"""Seconds that a client may wait for what it is told next."""

__all__ = ["FOLDER", "PACKAGES", "PATIENCE", "NodeCaller", "calling", "needs_node", "needs_packages"]

FOLDER = Path(__file__).parent
PACKAGES = FOLDER / "node_modules"
_HOW = "npm ci --ignore-scripts --prefix tests/clients"


def needs_packages() -> None:
    """Skip where the packages are not installed."""
    if not PACKAGES.is_dir():
        pytest.skip(f"the clients of npm are not installed: {_HOW}")


def needs_node() -> str:
    """The program; skip where it is absent."""
    node = shutil.which("node")
    if node is None:
        pytest.skip(f"no Node on this machine: install it, then {_HOW}")
    needs_packages()
    return node


@attrs.define
class NodeCaller:
    """A program in Node that holds a call. `told` is all that it wrote, in order."""

    process: asyncio.subprocess.Process
    told: list[dict[str, Any]] = attrs.Factory(list[dict[str, Any]])

    @property
    def kinds(self) -> list[str]:
        return [message["type"] for message in self.told]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.told if message["type"] == kind]

    def texts(self, role: str) -> list[str]:
        return [each["content"] for each in self.of("ConversationText") if each["role"] == role]

    def audio(self, begin: int = 0) -> int:
        """The bytes of audio that came after the first `begin` messages."""
        return sum(each["bytes"] for each in self.told[begin:] if each["type"] == "audio")

    async def next(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        try:
            line = await asyncio.wait_for(self.process.stdout.readline(), PATIENCE)
        except asyncio.TimeoutError:
            line = b""
        assert line, f"nothing more came after {self.kinds}"
        message: dict[str, Any] = json.loads(line)
        self.told.append(message)
        return message

    async def until(
        self, kind: str, met: Callable[[dict[str, Any]], bool] = lambda _message: True
    ) -> dict[str, Any]:
        """Read up to the next message of that type."""
        while (message := await self.next())["type"] != kind or not met(message):
            pass
        return message

    async def waits(self) -> None:
        """Let a connection be refused: nothing says so."""
        await asyncio.sleep(1.0)

    async def order(self, **order: Any) -> None:
        """Tell the program what to do."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        await self.process.stdin.drain()

    async def send(self, kind: str, **fields: Any) -> None:
        """Send a message with the method that the SDK has for it."""
        await self.order(call=f"send{kind}", **{"with": {"type": kind, **fields}})

    async def speak(self, ms: int, level: int = 4096) -> None:
        """Speak at the pace of speech; or be silent, with a level of 0."""
        await self.order(speak=ms, level=level)

    async def ended(self) -> int:
        """Its exit status, after it has no more to do."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        while self.process.stdout is not None and (line := await self.process.stdout.readline()):
            self.told.append(json.loads(line))
        return await asyncio.wait_for(self.process.wait(), PATIENCE)


@asynccontextmanager
async def calling(
    node: str,
    program: Path,
    url: str,
    options: Mapping[str, object] | None = None,
    folder: Path = FOLDER,
) -> AsyncGenerator[NodeCaller, None]:
    """`node PROGRAM URL OPTIONS` in a folder, ended at the latest at the end."""
    pipe = asyncio.subprocess.PIPE
    started = await asyncio.create_subprocess_exec(
        node, str(program), url, json.dumps(options or {}), cwd=folder, stdin=pipe, stdout=pipe
    )
    try:
        yield NodeCaller(started)
    finally:
        if started.returncode is None:
            started.kill()
        await started.communicate()
