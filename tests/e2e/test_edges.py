"""What happens at the edges: peers that break off, that do not read, that do not answer."""

from __future__ import annotations

import asyncio
import gc
import shutil
import ssl
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("websockets")

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidStatus

import realtime_translate as rt
from realtime_translate.testing import Reply, Say
from tests.e2e.callers import calling, said
from tests.e2e.hosts import KEY, PROXIES, Host, eventually, model, run

CONFIG = rt.Config.deepgram()
ENDLESS = [Reply(Say("Well.", audio_ms=60_000))]


@pytest.fixture(params=PROXIES, name="proxy")
def _proxy(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@asynccontextmanager
async def silent_server() -> AsyncGenerator[str, None]:
    """A server that opens connections, reads nothing and says nothing."""

    async def ignore(socket: ServerConnection) -> None:
        await socket.wait_closed()

    async with serve(ignore, "127.0.0.1", 0, max_queue=1) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def most_waiting(host: Host, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How much waited for a socket at most, in a list of one."""
    most, send = [0], host.bridge.Leg.send

    def watched(leg: Any, frame: str | bytes) -> None:
        send(leg, frame)
        most[0] = max(most[0], leg.socket.waiting)

    monkeypatch.setattr(host.bridge.Leg, "send", watched)
    return most


def test_the_client_breaks_off(proxy: str) -> None:
    async def scenario() -> None:
        async with model() as upstream, PROXIES[proxy](upstream.url, CONFIG) as host:
            async with calling(host.url) as caller:
                await caller.configured()
                caller.abort()
                await upstream.idle()
            calls = [each for each in gc.get_objects() if type(each) is host.bridge.Call]
            await eventually(lambda: all(call.over.is_set() and not call.tasks for call in calls))

    run(scenario())


@pytest.mark.parametrize("abrupt", [False, True])
def test_the_client_leaves_while_the_agent_speaks(
    proxy: str, abrupt: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """What can no longer be sent is no fault of the host."""

    async def scenario() -> None:
        async with (
            model(lambda: ENDLESS, token_interval=0) as upstream,
            PROXIES[proxy](upstream.url, CONFIG) as host,
        ):
            async with calling(host.url) as caller:
                await caller.configured()
                await caller.agent.send_inject_user_message(said("Tell me everything."))
                await caller.until("audio")
                if abrupt:
                    caller.abort()
                    await upstream.idle()
            await eventually(lambda: any("the call ended" in each.message for each in caplog.records))

    caplog.set_level("INFO")
    run(scenario())
    assert [each.message for each in caplog.records if each.levelname == "ERROR"] == []


def test_the_server_breaks_off(proxy: str) -> None:
    async def scenario() -> None:
        async with (
            model() as upstream,
            PROXIES[proxy](upstream.url, CONFIG) as host,
            calling(host.url) as caller,
        ):
            await caller.configured()
            upstream.abort()
            assert await caller.closed() == (1000, "upstream closed")
        assert [error.code for error in caller.of("Error")] == ["INTERNAL_SERVER_ERROR"]

    run(scenario())


def test_the_server_ends_the_session(proxy: str) -> None:
    async def scenario() -> None:
        async with (
            model(session_limit=0.3) as upstream,
            PROXIES[proxy](upstream.url, CONFIG) as host,
            calling(host.url) as caller,
        ):
            await caller.configured()
            assert (await caller.closed())[0] == 1000
        assert [error.code for error in caller.of("Error")] == ["MAXIMUM_SESSION_LENGTH_REACHED"]

    run(scenario())


@pytest.mark.parametrize("url", ["ws://127.0.0.1:1", "no URL"])
def test_no_server(proxy: str, url: str) -> None:
    async def scenario() -> None:
        async with (
            PROXIES[proxy](url, CONFIG, DIAL_SECONDS=0.5) as host,
            calling(host.url) as caller,
        ):
            await caller.agent.send_settings(_settings())
            assert (await caller.closed())[0] == 1000
        assert [error.code for error in caller.of("Error")] == ["INTERNAL_SERVER_ERROR"]

    run(scenario())


@pytest.mark.parametrize("key", ["", "sk-never-to-be-logged"])
def test_a_server_that_refuses_the_connection(
    proxy: str, key: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log says with which status, and whether there was a key."""

    async def scenario() -> None:
        async with (
            serve(
                lambda socket: socket.wait_closed(), "127.0.0.1", 0, process_request=_unauthorized
            ) as server,
            PROXIES[proxy](f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", CONFIG) as host,
            calling(host.url) as caller,
        ):
            monkeypatch.setenv("OPENAI_API_KEY", key)
            await caller.agent.send_settings(_settings())
            assert (await caller.closed())[0] == 1000
        assert [error.code for error in caller.of("Error")] == ["INTERNAL_SERVER_ERROR"]

    run(scenario())
    (logged,) = (vars(each)["fields"] for each in caplog.records if "cannot be reached" in each.message)
    assert logged["error"].endswith("answered 401")
    assert (logged["status"], logged["has_key"]) == (401, bool(key))


def _unauthorized(socket: ServerConnection, request: object) -> Any:
    from http import HTTPStatus

    return socket.respond(HTTPStatus.UNAUTHORIZED, "no")


def _settings() -> Any:
    from tests.e2e.callers import settings

    return settings()


def test_a_server_that_does_not_open_the_connection(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Python 3.10 the time that is up then is no OSError."""

    async def ignore(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def scenario() -> None:
        server = await asyncio.start_server(ignore, "127.0.0.1", 0)
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server, PROXIES[proxy](url, CONFIG) as host, calling(host.url) as caller:
            monkeypatch.setattr(host.bridge, "OPEN_SECONDS", 0.1)
            monkeypatch.setattr(host.bridge, "DIAL_SECONDS", 0.5)
            await caller.agent.send_settings(_settings())
            assert (await caller.closed())[0] == 1000
        assert [error.code for error in caller.of("Error")] == ["INTERNAL_SERVER_ERROR"]

    run(scenario())


def test_a_server_behind_tls(proxy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gets the key if its certificate is trusted, and else nothing."""
    if (openssl := shutil.which("openssl")) is None:
        pytest.skip("needs openssl to make a certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = [
        openssl,
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(certificate, key)
    keys: list[str | None] = []

    async def note(socket: ServerConnection) -> None:
        assert socket.request is not None
        keys.append(socket.request.headers.get("Authorization"))

    async def one_call(url: str) -> None:
        async with PROXIES[proxy](url, CONFIG) as host, calling(host.url) as caller:
            await caller.agent.send_settings(_settings())
            assert (await caller.closed())[0] == 1000

    async def scenario() -> None:
        async with serve(note, "127.0.0.1", 0, ssl=secure) as server:
            url = f"wss://localhost:{server.sockets[0].getsockname()[1]}"
            loop = asyncio.get_running_loop()
            watching = loop.get_exception_handler()
            loop.set_exception_handler(None)  # the server is troubled by who breaks off
            await one_call(url)
            assert keys == []
            loop.set_exception_handler(watching)
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
            await one_call(url)
            assert keys == [f"Bearer {KEY}"]

    run(scenario())


def test_a_server_that_never_answers(proxy: str) -> None:
    config = rt.Config.deepgram(limits=rt.Limits(configure_timeout=0.2))

    async def scenario() -> None:
        async with (
            silent_server() as url,
            PROXIES[proxy](url, config) as host,
            calling(host.url) as caller,
        ):
            await caller.agent.send_settings(_settings())
            assert (await caller.closed())[0] == 1000
        assert [error.code for error in caller.of("Error")] == ["INTERNAL_SERVER_ERROR"]

    run(scenario())


def test_a_client_waits_while_the_session_is_not_ready(proxy: str) -> None:
    """More audio than may wait: without `client_paused` the call would end with CLIENT_AUDIO_OVERFLOW."""
    config = rt.Config.deepgram(limits=rt.Limits(pending_audio_seconds=4), turn_detection=rt.ManualCommit())

    async def scenario() -> None:
        async with (
            model(latency=0.4) as upstream,
            PROXIES[proxy](upstream.url, config) as host,
            calling(host.url) as caller,
        ):
            await caller.agent.send_settings(_settings())
            await caller.speak(20_000, frame_ms=100)
            await caller.until("AgentAudioDone")
        appended = [each["audio"] for each in upstream.sessions[0].received if "audio" in each]
        assert sum(len(audio) * 3 // 4 for audio in appended) == 48 * 20_000
        assert caller.of("Error") == []

    run(scenario())


def test_a_server_that_does_not_read(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client is read no faster than the server reads: what waits stays bounded, and the call goes on."""

    async def scenario() -> None:
        async with (
            model(latency=0.001) as upstream,
            PROXIES[proxy](upstream.url, CONFIG, OUTBOX_BYTES=200_000) as host,
        ):
            most = most_waiting(host, monkeypatch)
            async with calling(host.url) as caller:
                await caller.configured()
                for connection in upstream.server.connections:
                    connection.transport.pause_reading()
                flood = asyncio.create_task(caller.speak(400_000, frame_ms=100))
                await eventually(lambda: most[0] > 100_000)
                await asyncio.sleep(0.3)
                assert not flood.done()
                assert caller.of("Error") == []
                caller.abort()
                with pytest.raises(ConnectionClosed):
                    await flood
                upstream.abort()
            await upstream.idle()
            assert most[0] < 200_000

    run(scenario())


def test_a_client_that_does_not_read(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is cut off with 1008 when too much waits for it, and the server is not kept."""

    async def scenario() -> None:
        async with (
            model(lambda: ENDLESS, token_interval=0) as upstream,
            PROXIES[proxy](upstream.url, CONFIG, OUTBOX_BYTES=200_000) as host,
        ):
            host.hold_little()
            most = most_waiting(host, monkeypatch)
            async with calling(host.url) as caller:
                await caller.configured()
                await caller.agent.send_inject_user_message(said("Tell me everything."))
                await upstream.idle()
                assert await caller.closed() == (1008, "frames are read too slowly")
            assert 200_000 < most[0] < 300_000

    run(scenario())


def test_a_client_that_never_reads_again(proxy: str, caplog: pytest.LogCaptureFixture) -> None:
    """Its call ends all the same: nobody waits for the answer to a close that it does not see."""

    async def scenario() -> None:
        async with (
            model(lambda: ENDLESS, token_interval=0) as upstream,
            PROXIES[proxy](upstream.url, CONFIG, OUTBOX_BYTES=200_000, CLOSE_SECONDS=0.2) as host,
        ):
            host.hold_little()
            socket = await connect(f"{host.url}/v1/agent/converse")
            await socket.send(_settings().json())
            await socket.send(said("Tell me everything.").json())
            socket.transport.pause_reading()
            await eventually(lambda: any("the call ended" in each.message for each in caplog.records))
            socket.transport.abort()
            await socket.wait_closed()

    caplog.set_level("INFO")
    run(scenario())
    assert "a peer was cut off" in caplog.text


def test_other_paths_are_not_found(proxy: str) -> None:
    async def scenario() -> None:
        async with PROXIES[proxy]("ws://127.0.0.1:1", CONFIG) as host:
            with pytest.raises(InvalidStatus) as refused:
                await connect(f"{host.url}/v1/listen")
            assert refused.value.response.status_code == 404

    run(scenario())


def test_a_browser_gets_its_subprotocol(proxy: str) -> None:
    async def scenario() -> None:
        async with PROXIES[proxy]("ws://127.0.0.1:1", CONFIG) as host:
            offer: Any = ["token", "key"]
            async with connect(f"{host.url}/v1/agent/converse", subprotocols=offer) as socket:
                assert socket.subprotocol == "token"

    run(scenario())


def test_a_key_is_not_sent_back(proxy: str) -> None:
    """Whichever comes first; what stands for it is enough for a browser."""

    async def scenario() -> None:
        async with PROXIES[proxy]("ws://127.0.0.1:1", CONFIG) as host:
            offers: list[tuple[Any, str | None]] = [(["key", "bearer"], "bearer"), (["key"], None)]
            for offer, chosen in offers:
                async with connect(f"{host.url}/v1/agent/converse", subprotocols=offer) as socket:
                    assert socket.subprotocol == chosen

    run(scenario())


def test_a_failing_task_ends_the_call(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of the host closes both legs with 1011 instead of leaving the call hanging."""

    async def scenario() -> None:
        async with model() as upstream, PROXIES[proxy](upstream.url, CONFIG) as host:
            async with calling(host.url) as caller:
                await caller.configured()
                monkeypatch.setattr(host.bridge.Call, "perform", lambda call, outputs: 1 / 0)
                await caller.agent.send_inject_user_message(said("Hello"))
                assert await caller.closed() == (1011, "internal error")
            await upstream.idle()

    run(scenario())


def test_a_failing_send_ends_the_call(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def send(leg: object, frame: str | bytes) -> None:
        raise RuntimeError("a bug")

    async def scenario() -> None:
        async with PROXIES[proxy]("ws://127.0.0.1:1", CONFIG) as host:
            monkeypatch.setattr(host.bridge.Leg, "send", send)
            async with calling(host.url) as caller:
                assert await caller.closed() == (1011, "internal error")

    run(scenario())
