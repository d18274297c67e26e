"""What the page says of clients that reconnect, with the SDK for Node and a proxy that is killed."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.clients.npm import FOLDER, PACKAGES, PATIENCE, calling, needs_node
from tests.e2e.hosts import EXAMPLES, Process, Session, model, process, run

PAGE = EXAMPLES.parent / "how-to" / "websockets-proxy.md"
THINK = {"provider": {"type": "open_ai", "model": "gpt-realtime-2.1"}, "prompt": "Be brief."}
AGENT = {"think": THINK, "greeting": "Good morning!"}


@pytest.fixture(name="node")
def _node() -> str:
    return needs_node()


@pytest.fixture(name="port")
def _port() -> int:
    """A port on which nobody listens yet."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(name="example")
def _example(tmp_path: Path) -> Path:
    """A folder with the block of the page."""
    (block,) = re.findall(r"^```js\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    (tmp_path / "lasting-call.mjs").write_text(block)
    (tmp_path / "node_modules").symlink_to(PACKAGES)
    return tmp_path


@asynccontextmanager
async def proxied(port: int, upstream: str) -> AsyncGenerator[Process, None]:
    """The proxy, killed at the end: its clients see a lost connection."""
    async with process("websockets_proxy.py", "--port", str(port), "--upstream", upstream) as host:
        await host.port()
        yield host


def remembers(session: Session, *texts: str) -> bool:
    """Whether the session was told these texts before anything was said in it."""
    kinds = [each["type"] for each in session.received]
    before = session.received[: kinds.index("input_audio_buffer.append")]
    return all(text in str(before) for text in texts)


def test_the_example_outlives_two_proxies(node: str, example: Path, port: int) -> None:
    """The first try is refused, then the proxy dies while the user speaks, and is started again."""

    async def scenario() -> None:
        settings = {"type": "Settings", "audio": {}, "agent": AGENT}
        lasting = calling(node, FOLDER / "lasting.mjs", f"ws://127.0.0.1:{port}", settings, folder=example)
        async with model() as upstream, lasting as caller:
            await caller.order(speak=20_000, level=0)
            await caller.waits()
            async with proxied(port, upstream.url):
                await caller.until("SettingsApplied")
                await caller.order(write="My name is Ada.")
                await caller.until("AgentAudioDone", lambda _: "Yes." in caller.texts("assistant"))
            lost = len(caller.told)
            async with proxied(port, upstream.url) as host:
                await caller.until("SettingsApplied")
                await caller.order(write="What is my name?")
                await caller.until("AgentAudioDone")
                await caller.order(close=True)
                assert await caller.ended() == 0
                await upstream.idle()
                host.terminate()
                assert await host.ended() == 0
        assert caller.of("Error") == []
        assert [each["type"] for each in caller.told[lost:]][:2] == ["Welcome", "SettingsApplied"]
        assert caller.texts("assistant") == ["Good morning!", "Yes.", "Yes."]
        _, second = upstream.sessions
        assert remembers(second, "Good morning!", "My name is Ada.", "Yes.")

    run(scenario(), 3 * PATIENCE)


@asynccontextmanager
async def relayed(port: int) -> AsyncGenerator[tuple[int, list[asyncio.StreamWriter]], None]:
    """A port that leads to that port, and its connections, which can be broken."""
    connections: list[asyncio.StreamWriter] = []

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
        writer.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        connections.extend((writer, back))
        await asyncio.gather(copy(reader, back), copy(there, writer))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], connections


def test_without_it_audio_comes_first_and_ends_the_call(node: str, port: int) -> None:
    """The connection breaks, and the proxy is there all the time."""

    async def scenario() -> None:
        async with (
            model() as upstream,
            proxied(port, upstream.url),
            relayed(port) as (through, connections),
            calling(node, FOLDER / "caller.mjs", f"ws://127.0.0.1:{through}") as caller,
        ):
            await caller.until("open")
            await caller.send("Settings", audio={}, agent=AGENT)
            await caller.until("SettingsApplied")
            await caller.speak(15_000, 0)
            for each in connections:
                each.transport.abort()
            lost = await caller.until("close")
            await caller.until("Error")
            refused = await caller.until("close")
        assert (lost["code"], lost["again"]) == (1006, True)
        assert [each["code"] for each in caller.of("Error")] == ["NON_SETTINGS_MESSAGE_BEFORE_SETTINGS"]
        assert (refused["code"], refused["again"]) == (1000, False)
        assert len(upstream.sessions) == 1

    run(scenario(), 3 * PATIENCE)


def test_without_it_a_refused_connection_is_the_end(node: str, port: int) -> None:
    async def scenario() -> None:
        async with calling(node, FOLDER / "caller.mjs", f"ws://127.0.0.1:{port}") as caller:
            closed = await caller.until("close")
            assert (closed["code"], closed["again"]) == (1000, False)

    run(scenario(), 3 * PATIENCE)
