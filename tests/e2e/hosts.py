"""The examples, running: in this process for speed, or as processes of their own where signals matter."""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import socket
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

import attrs
import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("websockets")

import realtime_translate as rt
from realtime_translate.testing import RealtimeServer, Script

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
SOURCES = Path(str(rt.__file__)).parents[1]
KEY = "sk-never-to-be-logged"
PATIENCE = 40.0
"""Seconds that anything may take on a machine with other things to do."""


def example(name: str) -> ModuleType:
    """A fresh import of an example, and of those that it imports."""
    others = {path.stem for path in EXAMPLES.glob("*.py")}
    with patch.object(sys, "path", [str(EXAMPLES), *sys.path]):
        try:
            return importlib.import_module(name)
        finally:
            for other in others:
                sys.modules.pop(other, None)


def run(scenario: Coroutine[Any, Any, None], patience: float = PATIENCE, *, debug: bool = True) -> None:
    """Run a test on a loop of its own. It may leave no task and no unhandled exception."""
    troubles: list[dict[str, Any]] = []

    async def watched() -> None:
        loop = asyncio.get_running_loop()
        loop.slow_callback_duration = 10.0
        loop.set_exception_handler(lambda _loop, context: troubles.append(context))
        await asyncio.wait_for(scenario, patience)
        await eventually(lambda: len(asyncio.all_tasks()) == 1)

    asyncio.run(watched(), debug=debug)
    gc.collect()
    assert troubles == []


async def eventually(met: Callable[[], bool]) -> None:
    """Wait for what no event announces."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE
    while not met():
        assert loop.time() < end, "it did not happen"
        await asyncio.sleep(0.005)


class Session(RealtimeServer):
    """A session with the model that remembers what it was sent."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.received: list[dict[str, Any]] = []

    def receive(self, frame: str | bytes) -> tuple[str, ...]:
        self.received.append(json.loads(frame))
        return super().receive(frame)

    def count(self, kind: str) -> int:
        return sum(event["type"] == kind for event in self.received)


@attrs.frozen
class Upstream:
    """A simulated server. `sessions` are its connections so far, `keys` their credentials."""

    url: str
    server: Any
    sessions: list[Session]

    def abort(self) -> None:
        """All its connections break, without a close frame."""
        for connection in self.server.connections:
            connection.transport.abort()

    @property
    def keys(self) -> list[str | None]:
        return [connection.request.headers.get("Authorization") for connection in self.server.connections]

    async def idle(self) -> None:
        """No connection is left."""
        await eventually(lambda: not self.server.connections)


@asynccontextmanager
async def model(
    script: Callable[[], Script] = tuple, *, errors: int | None = None, **options: Any
) -> AsyncGenerator[Upstream, None]:
    """The served simulation. At the end no rule may have been broken, or as many as `errors` says
    answered with an error: there are rules that only this library sets itself.
    """
    module = example("simulated_server")
    clock = asyncio.get_running_loop().time
    sessions: list[Session] = []
    quick: dict[str, Any] = {"latency": 0.005, "token_interval": 0.002, **options}

    def make(name: str) -> RealtimeServer:
        new_id = module.secrets.token_hex
        sessions.append(Session(clock=clock, new_id=lambda: new_id(8), model=name, script=script(), **quick))
        return sessions[-1]

    async with module.serving(make) as server:
        port = server.sockets[0].getsockname()[1]
        yield Upstream(f"ws://127.0.0.1:{port}", server, sessions)
    found = [violation for each in sessions for violation in each.violations if not violation.race]
    if errors is None:
        assert found == []
    else:
        assert sum(violation.answered for violation in found) == errors


@attrs.frozen
class Host:
    """A proxy in this process: the socket on which it listens, and its module. A test may change constants
    of the `bridge` that it imports.
    """

    listening: Any
    module: ModuleType

    @property
    def bridge(self) -> Any:
        return self.module.bridge

    @property
    def switchboard(self) -> Any:
        return self.module.sockets.switchboard

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.listening.getsockname()[1]}"

    def hold_little(self) -> None:
        """The system shall hold little of what clients do not read: connections inherit it."""
        self.listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16384)


@asynccontextmanager
async def websockets_proxy(
    upstream: str, config: rt.Config | None = None, *arguments: str, **constants: Any
) -> AsyncGenerator[Host, None]:
    """`websockets_proxy.py`, with more arguments of its command line; `config` counts before those."""
    module = example("websockets_proxy")
    vars(module.bridge).update(constants)
    said, options = module.parse(["--port", "0", "--upstream", upstream, *arguments])
    config = config or said
    with patch.dict(os.environ, OPENAI_API_KEY=KEY):
        async with module.serving(config, options) as server:
            yield Host(server.sockets[0], module)


@asynccontextmanager
async def picows_proxy(upstream: str, config: rt.Config, **constants: Any) -> AsyncGenerator[Host, None]:
    """`picows_proxy.py`."""
    module = example("picows_proxy")
    vars(module.bridge).update(constants)
    _, options = module.websockets_proxy.parse(["--port", "0", "--upstream", upstream])
    serving = module.websockets_proxy.serving(config, options, module.listening, module.dial)
    with patch.dict(os.environ, OPENAI_API_KEY=KEY):
        async with serving as server:
            yield Host(server.sockets[0], module)


@asynccontextmanager
async def _uvicorn(
    name: str, upstream: str, config: rt.Config, **constants: Any
) -> AsyncGenerator[Host, None]:
    import uvicorn

    module = example(name)
    vars(module).update(CONFIG=config)
    vars(module.bridge).update(constants)
    server = uvicorn.Server(
        uvicorn.Config(
            module.app,
            port=0,
            log_level="warning",
            http=module.bounded,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=5,
        )
    )
    with patch.dict(os.environ, OPENAI_API_KEY=KEY, UPSTREAM_URL=upstream):
        serving = asyncio.create_task(server.serve())
        await eventually(lambda: server.started)
        try:
            yield Host(server.servers[0].sockets[0], module)
        finally:
            server.should_exit = True
            await serving


starlette_proxy = partial(_uvicorn, "starlette_proxy")
"""`starlette_proxy.py`, run by uvicorn."""


def fastapi_proxy(upstream: str, config: rt.Config, **constants: Any) -> AbstractAsyncContextManager[Host]:
    """`fastapi_proxy.py`, run by uvicorn."""
    pytest.importorskip("fastapi")
    return _uvicorn("fastapi_proxy", upstream, config, **constants)


@asynccontextmanager
async def _aiohttp_proxy(upstream: str, config: rt.Config, **constants: Any) -> AsyncGenerator[Host, None]:
    module = example("aiohttp_proxy")
    vars(module).update(CONFIG=config)
    vars(module.bridge).update(constants)
    parser = module.launch.common_options(None, 0, "/v1/agent/converse")
    with patch.dict(os.environ, OPENAI_API_KEY=KEY):
        async with module.serving(parser.parse_args(["--upstream", upstream])) as server:
            yield Host(server.sockets[0], module)


def aiohttp_proxy(upstream: str, config: rt.Config, **constants: Any) -> AbstractAsyncContextManager[Host]:
    """`aiohttp_proxy.py`."""
    pytest.importorskip("aiohttp")
    return _aiohttp_proxy(upstream, config, **constants)


PROXIES = {
    "websockets": websockets_proxy,
    "starlette": starlette_proxy,
    "fastapi": fastapi_proxy,
    "aiohttp": aiohttp_proxy,
}
if find_spec("picows") is not None:  # it has no wheels for every Python
    PROXIES["picows"] = picows_proxy


@attrs.define
class Process:
    """An example as a process. `lines` are what it logged, as JSON where that is possible."""

    process: asyncio.subprocess.Process
    lines: list[str] = attrs.Factory(list[str])
    reader: asyncio.Task[None] | None = None

    @property
    def log(self) -> str:
        return "\n".join(self.lines)

    async def read(self) -> None:
        assert self.process.stderr is not None
        while line := await self.process.stderr.readline():
            self.lines.append(line.decode())

    async def port(self) -> int:
        """The port that it says it listens on."""

        def found() -> list[str]:
            return [line for line in self.lines if "listening" in line or "Uvicorn running on" in line]

        await eventually(lambda: bool(found()) or self.process.returncode is not None)
        assert found(), self.log
        return int(found()[0].rsplit("127.0.0.1:")[1].split("/")[0].split()[0].rstrip('"'))

    def entries(self, message: str) -> list[dict[str, Any]]:
        """The JSON log entries with that message."""
        parsed = [json.loads(line) for line in self.lines if line.startswith("{")]
        return [entry for entry in parsed if entry["message"] == message]

    def terminate(self) -> None:
        self.process.terminate()

    async def ended(self) -> int:
        """Its exit status."""
        return await asyncio.wait_for(self.process.wait(), PATIENCE)


@asynccontextmanager
async def process(*arguments: str, **environment: str) -> AsyncGenerator[Process, None]:
    """`python ARGUMENTS` in the folder of the examples, ended at the latest at the end."""
    variables = {**os.environ, "PYTHONPATH": str(SOURCES), "OPENAI_API_KEY": KEY, **environment}
    started = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=EXAMPLES, env=variables, stderr=asyncio.subprocess.PIPE
    )
    running = Process(started)
    running.reader = asyncio.create_task(running.read())
    try:
        yield running
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()
        await running.reader
