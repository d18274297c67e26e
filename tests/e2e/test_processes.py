"""The examples as processes: the synchronous client, signals, exit status, logs, and command lines."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("httpx")
pytest.importorskip("websockets")

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

import realtime_translate as rt
from realtime_translate.testing import Call, Reply, Say
from tests.e2e.callers import calling, kind, result_of, said, settings, sync_client
from tests.e2e.hosts import KEY, PROXIES, Host, Process, eventually, example, model, process, run

CONFIG = rt.Config.deepgram()
SECRETS = (KEY, "client-key", "the weather", "It rains", "Be brief", "Oslo")
"""Credentials, and what is said in the calls of these tests."""

COMMANDS = {
    "websockets": ["websockets_proxy.py", "--port", "0", "--log-level", "debug"],
    "starlette": ["-m", "uvicorn", "starlette_proxy:app", "--port", "0", "--timeout-graceful-shutdown", "9"],
    "fastapi": ["-m", "uvicorn", "fastapi_proxy:app", "--port", "0", "--timeout-graceful-shutdown", "9"],
    "aiohttp": ["aiohttp_proxy.py", "--port", "0", "--log-level", "debug"],
}
if "picows" in PROXIES:
    COMMANDS["picows"] = ["picows_proxy.py", *COMMANDS["websockets"][1:]]
EXIT = {"websockets": 0, "starlette": -15, "fastapi": -15, "aiohttp": 0, "picows": 0}
"""uvicorn ends as if it had not caught the signal."""


@pytest.fixture(params=COMMANDS, name="proxy")
def _proxy(request: pytest.FixtureRequest) -> str:
    if request.param in ("aiohttp", "fastapi"):
        pytest.importorskip(request.param)
    return str(request.param)


def script() -> list[Reply]:
    return [Reply(Call("get_weather", '{"city": "Oslo"}')), Reply(Say("It rains."))]


@asynccontextmanager
async def running(proxy: str, upstream: str) -> AsyncGenerator[tuple[Process, str], None]:
    """The proxy as a process, and its URL."""
    extra = [] if "uvicorn" in COMMANDS[proxy] else ["--upstream", upstream]
    async with process(*COMMANDS[proxy], *extra, UPSTREAM_URL=upstream, LOG_LEVEL="debug") as host:
        yield host, f"ws://127.0.0.1:{await host.port()}"


def synchronous_call(url: str) -> list[Any]:
    """A call with a function in it, by the synchronous client; what it was told."""
    weather = {"name": "get_weather", "parameters": {"type": "object"}}
    told: list[Any] = []
    with sync_client(url).agent.v1.connect() as agent:
        agent.send_settings(settings(functions=[weather]))
        message: Any
        for message in agent:
            told.append(message)
            if kind(message) == "SettingsApplied":
                agent.send_inject_user_message(said("How is the weather?"))
            elif kind(message) == "FunctionCallRequest":
                agent.send_function_call_response(result_of(message.functions[0], "rain"))
            elif kind(message) == "AgentAudioDone":
                break
    return told


def test_the_synchronous_client(proxy: str) -> None:
    """The log of its call has neither content nor credentials, at the level that logs most."""

    async def scenario() -> None:
        async with model(script) as upstream, running(proxy, upstream.url) as (host, url):
            told = await asyncio.to_thread(synchronous_call, url)
            await upstream.idle()
            host.terminate()
            assert await host.ended() == EXIT[proxy]
        texts = [each.content for each in told if kind(each) == "ConversationText"]
        assert texts == ["How is the weather?", "It rains."]
        assert any(kind(each) == "audio" for each in told)
        notices = {json.loads(line)["notice"] for line in host.lines if '"notice"' in line}
        assert {"UPSTREAM_ABSORBED", "CLIENT_CLOSED"} <= notices
        assert [secret for secret in SECRETS if secret in host.log] == []

    run(scenario())


def test_sigterm_ends_the_calls_and_then_the_process(proxy: str) -> None:
    async def scenario() -> None:
        async with model(script) as upstream, running(proxy, upstream.url) as (host, url):
            async with calling(url) as caller:
                await caller.configured()
                host.terminate()
                assert await caller.closed() == (1001, "the proxy is shutting down")
            assert [error.code for error in caller.of("Error")] == ["SERVER_GOING_AWAY"]
            assert await host.ended() == EXIT[proxy]
            await upstream.idle()
        (ended,) = host.entries("the call ended")
        assert (ended["client_close_code"], ended["call"]) == (1001, caller.told[0].request_id)

    run(scenario())


def test_health_says_nothing_of_the_calls(proxy: str) -> None:
    """They are counted for /metrics, until the last one has ended."""

    def counted(host: Host) -> list[Any]:
        (source,) = host.bridge.sources
        return [(labels, value) for name, labels, value in source() if name == "calls"]

    async def scenario() -> None:
        async with (
            model() as upstream,
            PROXIES[proxy](upstream.url, CONFIG) as host,
            httpx.AsyncClient() as client,
        ):
            health = host.url.replace("ws:", "http:") + "/healthz"
            async with calling(host.url) as caller:
                await caller.configured()
                assert (await client.get(health)).json() == {"status": "ok"}
                assert counted(host) == [({"caller": "local"}, 1)]
            await upstream.idle()
            await eventually(lambda: counted(host) == [({"caller": "local"}, 0)])
            response = await client.get(health)
            assert (response.status_code, response.json()) == (200, {"status": "ok"})

    run(scenario())


@pytest.mark.parametrize("name", ["starlette", "fastapi", "aiohttp"])
def test_a_proxy_that_stops_takes_no_calls(name: str) -> None:
    """While the calls are drained, what is new is sent elsewhere."""

    async def scenario() -> None:
        async with PROXIES[name]("ws://127.0.0.1:1", CONFIG) as host, httpx.AsyncClient() as client:
            host.module.calls.stopping = True
            response = await client.get(host.url.replace("ws:", "http:") + "/healthz")
            assert (response.status_code, response.json()["status"]) == (503, "stopping")
            with pytest.raises(Exception, match="503"):
                async with calling(host.url):
                    pass

    run(scenario())


@pytest.mark.parametrize(("shown", "status"), [("client-key", 101), ("another", 401)])
@pytest.mark.parametrize("browser", [False, True])
def test_fastapi_lets_those_call_who_have_the_key(
    shown: str, status: int, browser: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer: Any = ["token", shown] if browser else None
    headers = {} if browser else {"Authorization": f"Token {shown}"}

    async def scenario() -> None:
        async with PROXIES["fastapi"]("ws://127.0.0.1:1", CONFIG) as host:
            url = f"{host.url}/v1/agent/converse"
            calling = connect(url, subprotocols=offer, additional_headers=headers)
            if status == 101:
                async with calling as socket:
                    assert socket.subprotocol == ("token" if browser else None)
                return
            with pytest.raises(InvalidStatus) as refused:
                await calling
            assert refused.value.response.status_code == status

    monkeypatch.setenv("CLIENT_KEY", "client-key")
    run(scenario())


def test_a_call_that_comes_at_the_last_moment_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        async with PROXIES["websockets"]("ws://127.0.0.1:1", CONFIG) as host:
            begin = host.switchboard.Calls.begin

            def late(calls: Any, call: Any, socket: Any) -> Any:
                calls.stopping = True
                return begin(calls, call, socket)

            monkeypatch.setattr(host.switchboard.Calls, "begin", late)
            async with calling(host.url) as caller:
                assert await caller.closed() == (1001, "the proxy is shutting down")

    run(scenario())


def test_a_client_that_does_not_answer_the_close_is_not_waited_for(proxy: str) -> None:
    async def scenario() -> None:
        loop = asyncio.get_running_loop()
        async with model() as upstream:
            proxied = PROXIES[proxy](upstream.url, CONFIG, CLOSE_SECONDS=0.2, DRAIN_SECONDS=0.2)
            socket = await connect((await proxied.__aenter__()).url + "/v1/agent/converse")
            await socket.recv()
            socket.transport.pause_reading()
            began = loop.time()
            await proxied.__aexit__(None, None, None)
            assert loop.time() - began < 8
            socket.transport.abort()
            await socket.wait_closed()

    run(scenario())


@pytest.mark.parametrize("host", [each for each in ("websockets", "picows", "aiohttp") if each in COMMANDS])
def test_processes_share_a_port(host: str) -> None:
    """Both take calls."""

    async def scenario() -> None:
        name, *options = COMMANDS[host]
        options = [*options, "--upstream", "ws://127.0.0.1:1", "--share-port"]
        async with process(name, *options) as one:
            port = await one.port()
            async with process(name, *options, "--port", f"{port}") as other:
                assert await other.port() == port
                for _ in range(50):
                    async with connect(f"ws://127.0.0.1:{port}/v1/agent/converse") as socket:
                        await socket.recv()
                await eventually(lambda: all(each.entries("the call ended") for each in (one, other)))

    run(scenario())


def test_simulate_needs_no_key_and_no_server() -> None:
    async def scenario() -> None:
        async with process(*COMMANDS["websockets"], "--simulate", OPENAI_API_KEY="") as host:
            async with calling(f"ws://127.0.0.1:{await host.port()}") as caller:
                await caller.configured()
                await caller.ask("Hello")
            await eventually(lambda: bool(host.entries("the call ended")))
            host.terminate()
            assert await host.ended() == 0
        assert caller.texts("assistant") == ["Yes."]

    run(scenario())


def test_the_simulated_server_plays_a_script(tmp_path: Path) -> None:
    lines = [{"reply": [{"say": "It rains.", "audio_ms": 300}]}, {"server": {"latency": 0.01}}]
    played = tmp_path / "call.jsonl"
    played.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")

    async def scenario() -> None:
        async with process("simulated_server.py", "--port", "0", "--script", str(played)) as server:
            upstream = f"ws://127.0.0.1:{await server.port()}"
            async with PROXIES["websockets"](upstream, CONFIG) as host, calling(host.url) as caller:
                await caller.configured()
                await caller.ask("How is the weather?")
                server.terminate()
                assert await caller.closed() == (1000, "upstream closed")
            assert await server.ended() == 0
        assert caller.texts("assistant") == ["It rains."]

    run(scenario())


@pytest.mark.parametrize(
    ("script", "complaint"),
    [("missing.jsonl", "missing.jsonl"), ("simulated_server.py", "simulated_server.py, line 1")],
)
def test_a_wrong_script(script: str, complaint: str) -> None:
    async def scenario() -> None:
        async with process("simulated_server.py", "--script", script) as started:
            assert await started.ended() == 2
        assert complaint in started.log

    run(scenario())


@pytest.mark.parametrize("host", ["websockets_proxy.py", "twilio_bridge.py", "simulated_server.py"])
def test_a_port_that_is_taken(host: str) -> None:
    async def scenario() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            async with process(host, "--port", str(taken.getsockname()[1])) as started:
                assert await started.ended() == 2
        (line,) = started.lines
        assert line.startswith("cannot listen: ")
        assert "in use" in line

    run(scenario())


@pytest.mark.parametrize("kind", ["agent", "twilio", "realtime"])
def test_nobody_to_call(kind: str) -> None:
    async def scenario() -> None:
        async with process("caller.py", kind, "--url", "ws://127.0.0.1:1/") as started:
            assert await started.ended() == 1
        (line,) = started.lines
        assert line.startswith("cannot call ws://127.0.0.1:1/: ")

    run(scenario())


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--commit-ceiling-ms", "5"], "needs --turn-detection manual"),
        (["--turn-detection", "manual", "--commit-ceiling-ms", "0"], "ceiling must be"),
        (["--deferred-response-timeout-ms", "0"], "follow_up_timeout must be"),
        (["--port", "none"], "invalid int value"),
    ],
)
def test_wrong_arguments(arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        example("websockets_proxy").parse(arguments)
    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize("name", ["websockets_proxy", "twilio_bridge"])
def test_the_help_says_what_the_host_does(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    module = example(name)
    with pytest.raises(SystemExit) as ended:
        module.parse(["--help"])
    assert ended.value.code == 0
    assert (module.__doc__ or "").strip() in capsys.readouterr().out


def test_the_options_of_the_proxy() -> None:
    parse = example("websockets_proxy").parse
    assert parse([])[0] == rt.Config.deepgram(limits=rt.Limits(text_bytes_up=2**18, json_values=20_000))
    manual = ["--turn-detection", "manual", "--commit-ceiling-ms", "1500"]
    rest = ["--dialect", "component", "--greeting", "spoken", "--deferred-response-timeout-ms", "3000"]
    config, _ = parse([*manual, *rest])
    assert config == rt.Config.component(
        turn_detection=rt.ManualCommit(ceiling=1.5),
        greeting=rt.GreetingMode.SPOKEN,
        limits=rt.Limits(follow_up_timeout=3.0, text_bytes_up=2**18, json_values=20_000),
    )
    assert parse(["--turn-detection", "server_vad"])[0].turn_detection == rt.ServerVad()
