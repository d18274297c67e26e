"""A server under test: how it is made and started, and the proxy before it."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.request import urlopen

from attrs import define, field, frozen

from tests.e2e.callers import Caller, calling
from tests.e2e.hosts import Process, process
from tests.servers.models import Models

START_SECONDS = 180.0
"""How long a server may take to load what it needs."""
FREE_SECONDS = 10.0
"""How long it may take to notice that a call has ended."""


@frozen
class Server:
    """One that a package has. `installs`: the arguments of `pip install`, one after the other."""

    name: str
    package: str
    installs: Sequence[Sequence[str]]
    arguments: Sequence[str]
    """What starts it, with `{port}` and, for the stand-ins, `{models}`."""
    pool: str
    """Where it says how many calls it has and could have."""
    about: str
    """What of it is not as it would be elsewhere."""


S2S = Server(
    "speech-to-speech",
    "speech-to-speech",
    (
        ("--no-deps", "speech-to-speech>=1.1.0", "silero-vad"),
        (
            *("torch", "transformers>=5.18,<6", "openai==2.28.0", "nltk", "numpy", "scipy", "soxr", "rich"),
            *("anyio", "fastapi", "huggingface-hub", "httpx", "jsonschema", "pillow", "pydantic", "PyYAML"),
            *("requests", "uvicorn", "websockets"),
        ),
    ),
    (
        str(Path(__file__).with_name("with_stand_ins.py")),
        *("serve", "--port", "{port}", "--no_smart_turn"),
        *("--stt", "openai", "--openai_stt_base_url", "{models}"),
        *("--tts", "openai", "--openai_tts_base_url", "{models}"),
        *("--llm_backend", "chat-completions", "--responses_api_base_url", "{models}"),
        *("--responses_api_api_key", "none", "--model_name", "stand-in"),
    ),
    "/v1/pool",
    "It reaches the stand-ins by its own handlers for endpoints like OpenAI's. Its detector of speech,"
    " silero, is loaded from the package silero-vad, and sentences are split by a regular expression"
    " instead of nltk's tables, since both would be fetched when it starts. Smart Turn, its second opinion"
    " on the end of a turn, is off for the same reason.",
)
"""Left out of what its package needs is what only its own models use."""
SERVERS = {server.name: server for server in (S2S,)}


@define(eq=False)
class Stand:
    """The running server and its stand-ins. `proxies`: those before it since `begin`."""

    server: Server
    models: Models
    port: int
    log: Path
    running: asyncio.subprocess.Process | None = None
    proxies: list[Process] = field(factory=list[Process])

    async def start(self, python: str) -> None:
        """Start the server, and wait until it listens. Raises AssertionError if it does not."""
        words = {"port": self.port, "models": self.models.url}
        arguments = [argument.format(**words) for argument in self.server.arguments]
        with self.log.open("wb") as log:
            self.running = await asyncio.create_subprocess_exec(
                python, *arguments, stdout=log, stderr=log, env={**os.environ, "PYTHONPATH": ""}
            )
        for _ in range(round(START_SECONDS / 0.2)):
            assert self.running.returncode is None, f"the server ended by itself: see {self.log}"
            if await self.has_room():
                return
            await asyncio.sleep(0.2)
        raise AssertionError(f"the server does not listen: see {self.log}")

    async def kill(self) -> None:
        """The server dies without a word."""
        if self.running is not None and self.running.returncode is None:
            self.running.kill()
            await self.running.wait()

    async def has_room(self) -> bool:
        """Whether it would take a call."""
        url = f"http://127.0.0.1:{self.port}{self.server.pool}"
        try:
            pool = json.loads(await asyncio.to_thread(_read, url))
        except OSError:
            return False
        return bool(pool["in_use"] < pool["size"])

    @asynccontextmanager
    async def calling(self, *arguments: str) -> AsyncGenerator[Caller, None]:
        """A client at a proxy of its own with these arguments, once the server has room for a call."""
        for _ in range(round(FREE_SECONDS / 0.1)):
            if await self.has_room():
                break
            await asyncio.sleep(0.1)
        async with self.another(*arguments) as caller:
            yield caller

    @asynccontextmanager
    async def another(self, *arguments: str) -> AsyncGenerator[Caller, None]:
        """A client at a proxy of its own, whether the server has room or not."""
        to = ("--server", self.server.name, "--upstream", f"ws://127.0.0.1:{self.port}")
        async with process("websockets_proxy.py", "--port", "0", *to, *arguments) as proxy:
            self.proxies.append(proxy)
            async with calling(f"ws://127.0.0.1:{await proxy.port()}") as caller:
                yield caller

    def notices(self) -> set[str]:
        """The codes of the Notices above `info` of its proxies."""
        entries = [json.loads(line) for each in self.proxies for line in each.lines if line.startswith("{")]
        loud = [entry for entry in entries if entry["level"] in ("WARNING", "ERROR", "CRITICAL")]
        return {entry.get("notice", entry["message"]) for entry in loud}


def _read(url: str) -> bytes:
    with urlopen(url, timeout=2) as answer:
        content: bytes = answer.read()
        return content


def free_port() -> int:
    """One on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
