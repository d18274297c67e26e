"""What whoever runs a host meets: a start that fails, warnings, a process that is told to stop, the log."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

pytest.importorskip("httpx")
pytest.importorskip("websockets")

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from realtime_translate.testing import Reply, Say
from tests.e2e.callers import calling
from tests.e2e.hosts import Process, eventually, example, model, process, run
from tests.e2e.test_processes import COMMANDS, EXIT

DIRECT = [name for name, command in COMMANDS.items() if "uvicorn" not in command]


@pytest.fixture(params=COMMANDS, name="proxy")
def _proxy(request: pytest.FixtureRequest) -> str:
    if request.param in ("aiohttp", "fastapi"):
        pytest.importorskip(request.param)
    return str(request.param)


@asynccontextmanager
async def lingering(proxy: str, upstream: str, seconds: str) -> AsyncGenerator[tuple[Process, str], None]:
    """The proxy as a process with that lame-duck time, and its URL."""
    direct = proxy in DIRECT
    options = ["--upstream", upstream, "--drain-seconds", seconds] if direct else []
    variables = {"UPSTREAM_URL": upstream, "DRAIN_SECONDS": seconds, "LOG_LEVEL": "info"}
    async with process(*COMMANDS[proxy], *options, **variables) as host:
        yield host, f"ws://127.0.0.1:{await host.port()}"


# --- the end ------------------------------------------------------------------------------------------------


def test_calls_may_finish_after_sigterm(proxy: str) -> None:
    """Meanwhile the load balancer hears that no more should come, and those that come are refused."""

    async def scenario() -> None:
        async with (
            model(lambda: [Reply(Say("It rains."))]) as upstream,
            lingering(proxy, upstream.url, "30") as (host, url),
            httpx.AsyncClient() as client,
        ):
            health = url.replace("ws:", "http:") + "/healthz"
            async with calling(url) as caller:
                await caller.configured()
                assert (await client.get(health)).status_code == 200
                host.terminate()
                while (await client.get(health)).status_code == 200:
                    await asyncio.sleep(0.02)
                with pytest.raises(InvalidStatus) as refused:
                    await connect(f"{url}/v1/agent/converse")
                assert refused.value.response.status_code == 503
                await caller.ask("How is the weather?")
                assert caller.texts("assistant") == ["It rains."]
                assert host.process.returncode is None
            began = time.monotonic()
            assert await host.ended() == EXIT[proxy]
            assert time.monotonic() - began < 20
        assert host.entries("no more calls")[0]["calls"] == 1
        assert caller.of("Error") == []

    run(scenario())


def test_calls_that_do_not_finish_are_told(proxy: str) -> None:
    async def scenario() -> None:
        async with model() as upstream, lingering(proxy, upstream.url, "1") as (host, url):
            async with calling(url) as caller:
                await caller.configured()
                began = time.monotonic()
                host.terminate()
                assert await caller.closed() == (1001, "the proxy is shutting down")
                assert time.monotonic() - began >= 1
            assert [error.code for error in caller.of("Error")] == ["SERVER_GOING_AWAY"]
            assert await host.ended() == EXIT[proxy]

    run(scenario())


@pytest.mark.parametrize("proxy", DIRECT)
def test_without_calls_there_is_nothing_to_wait_for(proxy: str) -> None:
    async def scenario() -> None:
        async with lingering(proxy, "ws://127.0.0.1:1", "300") as (host, _):
            host.terminate()
            assert await host.ended() == 0

    run(scenario())


# --- the beginning ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("proxy", [*DIRECT, "twilio"])
@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--upstream", "ftp://api.openai.com"], "the URL of upstream has to begin with wss://"),
        (["--upstream", "nonsense"], "the URL of upstream has to begin with wss://"),
        (["--host", "256.0.0.1", "--allow-anyone"], "cannot listen: "),
    ],
)
def test_a_start_that_fails_says_why_in_one_line(proxy: str, arguments: list[str], complaint: str) -> None:
    command = COMMANDS.get(proxy, ["twilio_bridge.py"])

    async def scenario() -> None:
        async with process(command[0], "--port", "0", *arguments) as host:
            assert await host.ended() == 2
        (line,) = host.lines
        assert line.startswith(complaint)

    run(scenario())


@pytest.mark.parametrize("seconds", ["-1", "inf", "nan", "soon"])
def test_a_lame_duck_time_that_is_none(seconds: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        example("websockets_proxy").parse(["--drain-seconds", seconds])
    assert ended.value.code == 2
    assert "--drain-seconds" in capsys.readouterr().err


def test_a_host_without_a_key_says_so(proxy: str) -> None:
    """It starts all the same: the server may want none."""
    words = "OPENAI_API_KEY is not set"

    async def scenario() -> None:
        for url, expected in (("wss://example.com", 1), ("ws://127.0.0.1:1", 0)):
            options = ["--upstream", url] if proxy in DIRECT else []
            async with process(*COMMANDS[proxy], *options, UPSTREAM_URL=url, OPENAI_API_KEY="") as host:
                await host.port()
                assert sum(words in line for line in host.lines) == expected

    run(scenario())


@pytest.mark.parametrize("name", ["starlette", "fastapi"])
def test_under_uvicorn_a_wrong_url_is_logged(name: str) -> None:
    async def scenario() -> None:
        async with process(*COMMANDS[name], UPSTREAM_URL="nonsense") as host:
            await eventually(lambda: "the URL of upstream has to begin with" in host.log)

    run(scenario())


@pytest.mark.parametrize("proxy", DIRECT)
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="descriptors are counted in /proc")
def test_a_call_takes_two_descriptors_and_gives_them_back(proxy: str) -> None:
    """So many says the page of scaling out."""

    async def scenario() -> None:
        async with model() as upstream, lingering(proxy, upstream.url, "0") as (host, url):
            held = Path(f"/proc/{host.process.pid}/fd")
            async with calling(url) as caller:
                await caller.configured()
            await upstream.idle()
            await eventually(lambda: len(host.entries("the call ended")) == 1)
            before = len(list(held.iterdir()))
            async with AsyncExitStack() as stack:
                for _ in range(5):
                    caller = await stack.enter_async_context(calling(url))
                    await caller.configured()
                assert len(list(held.iterdir())) == before + 10
            await eventually(lambda: len(list(held.iterdir())) == before)

    run(scenario())


# --- the log ------------------------------------------------------------------------------------------------


def line_of(message: str, failing: bool = False, **fields: object) -> str:
    try:
        raise ValueError("the cause" + "e" * 100_000 + " at the end")
    except ValueError:
        trace = sys.exc_info() if failing else None
    record = logging.LogRecord("bridge", logging.ERROR, "bridge.py", 1, message, None, trace)
    record.fields = fields
    return str(example("launch").JsonLines().format(record))


def test_a_line_of_the_log_has_a_bound() -> None:
    text = "x" * 100_000
    for line in (
        line_of(text),
        line_of("the call failed", failing=True, call="C1"),
        line_of("a notice", fields={text: text, "more": [text] * 9}, call=text),
        line_of('"' * 100_000, failing=True, call="\u00e9" * 100_000),
    ):
        assert len(line) < 30_000
        assert json.loads(line)["level"] == "ERROR"
    entry = json.loads(line_of("the call failed", failing=True, call="C1"))
    assert (entry["message"], entry["call"]) == ("the call failed", "C1")
    assert entry["exception"].endswith(" at the end")


def test_a_short_line_of_the_log_is_whole() -> None:
    entry = json.loads(line_of("a notice", fields={"a": [1, None]}, call="C1", number=3))
    assert (
        entry.items()
        >= {"message": "a notice", "fields": {"a": [1, None]}, "call": "C1", "number": 3}.items()
    )
