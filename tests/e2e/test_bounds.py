"""How much a process takes on: what is past a bound is refused or cut off, and honest calls go on."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, Iterable, Mapping
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


# --- connections --------------------------------------------------------------------------------------------


async def idle(port: int, stack: AsyncExitStack, count: int, said: str = "") -> list[asyncio.StreamReader]:
    """Connections that say no more than that."""
    readers = list[asyncio.StreamReader]()
    for _ in range(count):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(said.encode())
        stack.callback(writer.close)
        readers.append(reader)
    return readers


async def broken_off(readers: Iterable[asyncio.StreamReader]) -> None:
    for reader in readers:
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await asyncio.wait_for(reader.readexactly(1), 5)


def refusals(host: Host) -> dict[str, float]:
    """How many clients got no call, by the reason."""
    samples = [sample for source in host.bridge.sources for sample in source()]
    return {by["reason"]: value for each, by, value in samples if each == "refused_total"}


def test_the_oldest_handshake_goes(proxy: str) -> None:
    async def scenario() -> None:
        async with serving(proxy, handshakes=10) as host, AsyncExitStack() as stack:
            readers = await idle(host.listening.getsockname()[1], stack, 50)
            await broken_off(readers[:40])
            assert counted(host, "handshakes") == counted(host, "connections") == 10
            assert refusals(host) == {"too many handshakes": 40}
            async with client(host):
                assert counted(host, "handshakes") == 9
                assert counted(host, "connections") == 10

    run(scenario())


def test_connections_are_bounded(proxy: str) -> None:
    """Handshakes under way make room for others; calls do not."""

    async def scenario() -> None:
        async with serving(proxy, connections=3) as host, AsyncExitStack() as stack:
            await idle(host.listening.getsockname()[1], stack, 3)
            async with client(host), client(host), client(host):
                assert (await refused(host))["Retry-After"] == "5"
                assert counted(host, "connections") == 3
                assert refusals(host) == {"too many handshakes": 3, "too many connections": 1}
            async with client(host):
                pass
            await eventually(lambda: counted(host, "connections") == 0)

    run(scenario())


@pytest.mark.parametrize("said", ["", f"GET {PATH} HTTP/1.1\r\nHost: a\r\n"])
def test_a_handshake_has_its_time(proxy: str, said: str) -> None:
    """A call has all of its own."""

    async def scenario() -> None:
        async with serving(proxy) as host, AsyncExitStack() as stack:
            host.bridge.OPEN_SECONDS = 0.5
            call = await stack.enter_async_context(client(host))
            began = asyncio.get_running_loop().time()
            readers = await idle(host.listening.getsockname()[1], stack, 20, said)
            await broken_off(readers)
            assert 0.4 < asyncio.get_running_loop().time() - began < 3
            assert counted(host, "handshakes") == 0
            assert counted(host, "connections") == 1
            assert refusals(host) == {"no handshake in time": 20}
            await asyncio.sleep(0.5)
            await (await call.ping())
            async with client(host):
                pass

    run(scenario())


def test_who_never_reads_again_keeps_no_connection(proxy: str) -> None:
    """Its call ends when too much waits for it, and so does its connection, though it answers no close."""
    story = [Reply(Say("Well.", audio_ms=60_000))]

    async def scenario() -> None:
        async with (
            model(lambda: story, token_interval=0) as upstream,
            serving(proxy, upstream.url, buffered=2**20) as host,
        ):
            host.bridge.CLOSE_SECONDS = 0.3
            host.hold_little()
            deaf = await connect(host.url + PATH, max_queue=1)
            await deaf.send(settings().json())
            await deaf.send(said("Tell me.").json())
            deaf.transport.pause_reading()
            await eventually(lambda: counted(host, "calls") == 1)
            await eventually(lambda: counted(host, "connections") == 0)
            deaf.transport.abort()

    run(scenario(), patience=2 * hosts.PATIENCE, debug=False)


@pytest.mark.parametrize("proxy", [name for name in ("starlette", "fastapi") if name in hosts.PROXIES])
def test_another_route_has_its_time(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer under way is no handshake: only a connection that waits for none is broken off."""
    if proxy == "fastapi":
        pytest.importorskip("fastapi")

    async def scenario() -> None:
        async with serving(proxy) as host:
            host.bridge.OPEN_SECONDS = 0.2

            async def slow(_request: Any) -> Any:
                await asyncio.sleep(1)
                return host.module.response(host.switchboard.NOT_FOUND)

            host.module.app.add_route("/slow", slow)
            host.module.app.router.routes.insert(0, host.module.app.router.routes.pop())
            reader, writer = await asyncio.open_connection("127.0.0.1", host.listening.getsockname()[1])
            writer.write(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            answer = await asyncio.wait_for(reader.read(), 5)
            assert answer.startswith(b"HTTP/1.1 404")
            assert refusals(host) == {"no handshake in time": 1}
            writer.close()

    run(scenario())


FLOOD = 300
COMMANDS = {
    each: [f"{each}.py", "--port", "0", "--upstream", NOWHERE]
    for each in ("websockets_proxy", "aiohttp_proxy", "twilio_bridge", "picows_proxy")
    if each != "picows_proxy" or "picows" in hosts.PROXIES
}
for _name in ("starlette_proxy", "fastapi_proxy"):
    COMMANDS[_name] = [
        "uvicorn",
        f"{_name}:app",
        "--port",
        "0",
        "--http",
        f"{_name}:bounded",
        "--no-access-log",
    ]
FEW_FILES = (
    "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128));"
    "sys.argv = sys.argv[1:]; sys.path.insert(0, '.');"
    "run = runpy.run_path if sys.argv[0].endswith('.py') else runpy.run_module;"
    "run(sys.argv[0], run_name='__main__')"
)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_flood_of_connections_ends_no_call_and_fills_no_log(command: str) -> None:
    """There are more than the process may have files. Others come in all the same."""
    pytest.importorskip("resource")
    if command in ("aiohttp_proxy", "fastapi_proxy"):
        pytest.importorskip(command.removesuffix("_proxy"))
    path = "/twilio" if command == "twilio_bridge" else PATH

    async def scenario() -> None:
        async with process("-c", FEW_FILES, *COMMANDS[command], UPSTREAM_URL=NOWHERE) as host:
            port = await host.port()
            url = f"ws://127.0.0.1:{port}{path}"
            async with connect(url) as before:
                with closing(Flood(port)):
                    await asyncio.sleep(2)
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
