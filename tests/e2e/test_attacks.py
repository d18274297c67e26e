"""One bad client beside an honest call: the call goes on, and its audio is not late."""

from __future__ import annotations

import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("websockets")
if not Path("/proc/self/statm").exists():
    pytest.skip("needs Linux's /proc and epoll", allow_module_level=True)

from websockets.asyncio.client import connect

import realtime_translate as rt
from tests.e2e import hosts
from tests.e2e.attackers import ATTACKS
from tests.e2e.beside import CASES, COMMANDS, SECONDS, Found, beside
from tests.e2e.hosts import EXAMPLES, SOURCES, eventually, example, process, run

LATE = 0.1
"""Seconds that the audio of an honest call may take through the host, but for one frame of a hundred."""
TRIES = 3
"""How often it is measured at most: other work on the machine can only make frames later."""
GROWTH = 32 * 2**20
"""Bytes that the host may need for one bad client: what may wait for it, and as much again."""
LOG = 2**20
"""Bytes that it may log of it, which is some six lines a connection."""


@pytest.mark.parametrize("proxy", COMMANDS)
def test_nothing_is_compressed(proxy: str) -> None:
    """A little that is a lot when it is unpacked is not taken."""

    async def scenario() -> None:
        async with process(*COMMANDS[proxy]) as host:
            url = f"ws://127.0.0.1:{await host.port()}/v1/agent/converse"
            async with connect(url, compression="deflate") as socket:
                assert socket.response is not None
                assert "Sec-WebSocket-Extensions" not in socket.response.headers

    run(scenario())


@pytest.mark.parametrize(
    "name", ["websockets_proxy", "starlette_proxy", "fastapi_proxy", "aiohttp_proxy", "twilio_bridge"]
)
def test_the_text_that_is_decoded_at_once_is_bounded(name: str) -> None:
    if name in ("aiohttp_proxy", "fastapi_proxy"):
        pytest.importorskip(name.removesuffix("_proxy"))
    module = example(name)
    config = module.parse([])[0] if name == "websockets_proxy" else module.CONFIG
    assert (config.limits.text_bytes_up, config.limits.json_values) == (2**18, 20_000)


@pytest.mark.parametrize("proxy", hosts.PROXIES)
def test_a_call_that_used_more_than_its_share_rests(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After 50 ms at once it is read again when these are a twentieth of the time since it began."""
    heard: list[float] = []

    def slow(call: Any, frame: str | bytes) -> rt.Outputs:
        time.sleep(0.05)
        heard.append(time.monotonic())
        return ()

    async def scenario() -> None:
        async with hosts.PROXIES[proxy]("ws://127.0.0.1:1", rt.Config.deepgram()) as host:
            monkeypatch.setattr(host.bridge.Call, "hear", slow)
            async with connect(f"{host.url}/v1/agent/converse") as socket:
                for frames in (1, 2):
                    await socket.send(b"\0\0")
                    await eventually(partial(lambda frames: len(heard) == frames, frames))
        assert 0.5 < heard[1] - heard[0] < 10

    run(scenario())


FIRST_CALL = """
import time
import bridge, switchboard, websockets_proxy
import realtime_translate as rt
from tests.benchmarks import events
from realtime_translate.audio import AudioFormat

switchboard.Calls().open(websockets_proxy.parse([])[1])
call = rt.Translator(rt.Config.deepgram(), clock=time.monotonic, new_id=lambda: "none")
call.client_opened()
began = time.process_time()
call.receive_from_client(events.settings(input=AudioFormat("linear16", 16000)))
call.upstream_opened()
call.receive_from_upstream(events.session_updated().replace("session.updated", "session.created"))
call.receive_from_upstream(events.session_updated())
call.receive_from_client(bytes(640))
assert call.state.opening == "ready", call.state
print(time.process_time() - began < bridge.TURN_SECONDS)
"""


def test_the_first_call_does_not_pay_for_what_is_done_once() -> None:
    """It would be read again only when that is its share of the time since it began, some seconds later."""
    paths = f"{SOURCES}:{EXAMPLES}:{EXAMPLES.parents[1]}"
    command = [sys.executable, "-c", FIRST_CALL]
    said = subprocess.run(command, env={"PYTHONPATH": paths}, capture_output=True, text=True, check=True)
    assert said.stdout == "True\n"


def usual(found: Found) -> float:
    """How late frames are for what else the machine has to do, but for one of a hundred."""
    return found.before[len(found.before) * 99 // 100]


@pytest.mark.parametrize(("proxy", "attack"), CASES)
def test_an_honest_call_beside_a_bad_client(proxy: str, attack: str) -> None:
    async def scenario() -> None:
        found, tries = await beside(proxy, attack), 1
        while found.late[1] >= LATE + usual(found) and tries < TRIES:
            found, tries = await beside(proxy, attack), tries + 1
        print(f"{proxy}, {attack}: {found}")
        if attack in ATTACKS:
            assert found.calls > 1  # the attacker's too
        assert found.lost == 0
        assert len(found.took) == pytest.approx(50 * SECONDS, rel=0.2)
        assert found.late[1] < LATE + usual(found)
        assert found.grown < GROWTH
        assert found.logged < LOG

    run(scenario())
