"""How much a process takes on: what is past a bound is refused or cut off, and honest calls go on."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from typing import Any

import pytest

pytest.importorskip("websockets")

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

import realtime_translate as rt
from realtime_translate.testing import Reply, Say
from tests.e2e import hosts
from tests.e2e.callers import calling, said, settings
from tests.e2e.hosts import Host, eventually, example, model, process, run

CONFIG = rt.Config.deepgram()
PATH = "/v1/agent/converse"
NOWHERE = "ws://127.0.0.1:1"


@pytest.fixture(params=hosts.PROXIES, name="proxy")
def _proxy(request: pytest.FixtureRequest) -> str:
    if request.param in ("aiohttp", "fastapi"):
        pytest.importorskip(request.param)
    return str(request.param)


@asynccontextmanager
async def serving(proxy: str, upstream: str = NOWHERE, **bounds: int) -> AsyncGenerator[Host, None]:
    """The host with these bounds, which its environment names."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in bounds.items():
            patched.setenv(f"MAX_{name.upper()}", f"{value}")
        async with hosts.PROXIES[proxy](upstream, CONFIG) as host:
            yield host


def client(host: Host, key: str = "") -> Any:
    headers = {"Authorization": f"Token {key}"} if key else {}
    return connect(host.url + PATH, additional_headers=headers)


async def refused(host: Host, key: str = "") -> Mapping[str, str]:
    """The headers of the answer to a client for which there is no room."""
    with pytest.raises(InvalidStatus) as answered:
        async with client(host, key):
            pass
    assert answered.value.response.status_code == 503
    return answered.value.response.headers


def counted(host: Host, name: str) -> float:
    return sum(value for source in host.bridge.sources for each, _, value in source() if each == name)


# --- calls --------------------------------------------------------------------------------------------------


def test_calls_are_bounded(proxy: str) -> None:
    async def scenario() -> None:
        async with serving(proxy, calls=2) as host:
            async with client(host), client(host) as other:
                assert (await refused(host))["Retry-After"] == "5"
                assert counted(host, "refused_total") == 1
                await other.close()
                await eventually(lambda: counted(host, "calls") == 1)
                async with client(host):
                    await refused(host)
            await eventually(lambda: counted(host, "calls") == 0)

    run(scenario())


def test_calls_of_one_caller_are_bounded(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIENT_KEYS", "alice alice-key;bob bob-key")

    async def scenario() -> None:
        async with serving(proxy, calls_per_caller=1) as host, client(host, "alice-key"):
            await refused(host, "alice-key")
            async with client(host, "bob-key"):
                await refused(host, "bob-key")

    run(scenario())


def test_calls_that_come_at_once_are_bounded_too(proxy: str) -> None:
    """Frameworks answer a handshake later than they ask whether it is welcome."""

    async def scenario() -> None:
        async with serving(proxy, calls=3) as host, AsyncExitStack() as stack:
            comers = [stack.enter_async_context(client(host)) for _ in range(20)]
            came = await asyncio.gather(*comers, return_exceptions=True)
            assert sum(isinstance(each, ClientConnection) for each in came) == 3

    run(scenario())


def test_a_handshake_that_fails_takes_no_place(proxy: str) -> None:
    broken = f"GET {PATH} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"

    async def scenario() -> None:
        async with serving(proxy, calls=1) as host:
            port = host.listening.getsockname()[1]
            for _ in range(3):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(broken.encode())
                assert (await reader.readline()).split()[1] != b"101"
                writer.close()
            async with client(host):
                pass

    run(scenario())


def test_a_client_that_says_nothing_is_cut_off(proxy: str) -> None:
    async def scenario() -> None:
        async with (
            model() as upstream,
            serving(proxy, upstream.url, silence=1) as host,
            calling(host.url) as alive,
            client(host) as silent,
        ):
            await alive.configured()
            for _ in range(20):
                await alive.agent.send_keep_alive()
                await asyncio.sleep(0.1)
            await silent.wait_closed()
            assert (silent.close_code, silent.close_reason) == (1008, "nothing was said for too long")
            await alive.ask("Hello")

    run(scenario())


def test_what_waits_in_all_sockets_is_bounded(proxy: str) -> None:
    """Twenty readers that never read, each of which may let more wait than all of them together."""
    bound, most = 2 * 2**20, [0.0]
    story = [Reply(Say("Well.", audio_ms=40_000))]

    async def scenario() -> None:
        async with (
            model(lambda: story, token_interval=0) as upstream,
            serving(proxy, upstream.url, buffered=bound) as host,
            AsyncExitStack() as stack,
        ):
            host.hold_little()
            honest = await stack.enter_async_context(calling(host.url))
            await honest.configured()
            for _ in range(20):
                deaf = await connect(host.url + PATH)
                stack.callback(deaf.transport.abort)
                await deaf.send(settings().json())
                await deaf.send(said("Tell me.").json())
                deaf.transport.pause_reading()
                most[0] = max(most[0], counted(host, "buffered_bytes"))
            for _ in range(40):
                await asyncio.sleep(0.05)
                most[0] = max(most[0], counted(host, "buffered_bytes"))
            assert counted(host, "buffered_bytes") <= bound
            await honest.ask("Hello")

    run(scenario(), patience=2 * hosts.PATIENCE, debug=False)
    assert bound < most[0] < 8 * bound


# --- connections, where the host is told of each ------------------------------------------------------------


async def idle(port: int, stack: AsyncExitStack, count: int) -> list[asyncio.StreamReader]:
    """Connections that say nothing."""
    readers = list[asyncio.StreamReader]()
    for _ in range(count):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        stack.callback(writer.close)
        readers.append(reader)
    return readers


def test_the_oldest_handshake_goes() -> None:
    async def scenario() -> None:
        async with serving("websockets", handshakes=10) as host, AsyncExitStack() as stack:
            readers = await idle(host.listening.getsockname()[1], stack, 50)
            for reader in readers[:40]:
                with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
                    await asyncio.wait_for(reader.readexactly(1), 5)
            assert counted(host, "handshakes") == counted(host, "connections") == 10
            async with client(host):
                assert counted(host, "handshakes") == 9
                assert counted(host, "connections") == 10

    run(scenario())


def test_connections_are_bounded() -> None:
    """Handshakes under way make room for others; calls do not."""

    async def scenario() -> None:
        async with serving("websockets", connections=3) as host, AsyncExitStack() as stack:
            await idle(host.listening.getsockname()[1], stack, 3)
            async with client(host), client(host), client(host):
                assert (await refused(host))["Retry-After"] == "5"
                assert counted(host, "connections") == 3
            async with client(host):
                pass

    run(scenario())


FLOOD = 300
COMMANDS = ["websockets_proxy.py", "aiohttp_proxy.py", "twilio_bridge.py"]
if "picows" in hosts.PROXIES:
    COMMANDS.append("picows_proxy.py")
FEW_FILES = (
    "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128));"
    "sys.argv = sys.argv[1:]; sys.path.insert(0, '.'); runpy.run_path(sys.argv[0], run_name='__main__')"
)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_flood_of_connections_ends_no_call_and_fills_no_log(command: str) -> None:
    """There are more than the process may have files. Afterwards at the latest others come in."""
    pytest.importorskip("resource")
    path = "/twilio" if command == "twilio_bridge.py" else PATH

    async def scenario() -> None:
        async with process("-c", FEW_FILES, command, "--port", "0", "--upstream", NOWHERE) as host:
            port = await host.port()
            url = f"ws://127.0.0.1:{port}{path}"
            async with connect(url) as before:
                with closing(Flood(port)):
                    await asyncio.sleep(2)
                    if command in ("websockets_proxy.py", "twilio_bridge.py"):
                        async with connect(url, open_timeout=5):
                            pass
                await (await before.ping())
                assert before.close_code is None
            async with connect(url, open_timeout=20):
                pass
        assert len(host.log) < 20_000
        assert "Traceback" not in host.log

    run(scenario(), patience=2 * hosts.PATIENCE)


class Flood:
    """Connections that are opened at once and say nothing."""

    def __init__(self, port: int) -> None:
        self.sockets = [socket.socket() for _ in range(FLOOD)]
        for each in self.sockets:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))

    def close(self) -> None:
        for each in self.sockets:
            each.close()


# --- what the options say -----------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["0", "-1", "many"])
def test_a_bound_is_a_positive_number(said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        example("websockets_proxy").parse(["--max-calls", said])
    assert ended.value.code == 2
    assert "--max-calls" in capsys.readouterr().err


def test_bounds_are_no_more_than_the_system_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two sockets a call, one for each other connection, and some files for the rest."""
    bounds = example("bounds")
    options = example("websockets_proxy").parse(["--max-calls", "900"])[1]
    for allowed, calls, connections in ((10_000, 900, 2000), (1024, 480, 480), (10, 1, 1)):
        monkeypatch.setattr(bounds, "open_files", lambda allowed=allowed: allowed)
        found = bounds.chosen(options)
        assert (found.calls, found.connections) == (calls, connections)
