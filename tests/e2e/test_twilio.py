"""A phone call: what Twilio Media Streams says and hears, through the bridge to the simulated server."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import patch

import attrs
import pytest

pytest.importorskip("websockets")

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from realtime_translate.testing import Call, Reply, Say
from tests.e2e.hosts import KEY, PATIENCE, Host, eventually, example, model, process, run

SPEECH, SILENCE = b"\x20\xa0" * 80, b"\xff" * 160
"""20 ms of mu-law."""


@attrs.define
class Phone:
    """Twilio's side of a stream. It plays nothing by itself: `played` sends the marks back."""

    socket: ClientConnection
    heard: list[dict[str, Any]] = attrs.Factory(list[dict[str, Any]])

    async def send(self, event: str, **fields: object) -> None:
        await self.socket.send(json.dumps({"event": event, "streamSid": "MZ1", **fields}))

    async def start(self) -> None:
        await self.send("connected", protocol="Call", version="1.0.0")
        media = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
        await self.send("start", start={"streamSid": "MZ1", "callSid": "CA1", "mediaFormat": media})

    async def speak(self, ms: int, sound: bytes = SPEECH) -> None:
        payload = base64.b64encode(sound).decode()
        for _ in range(ms // 20):
            await self.send("media", media={"track": "inbound", "payload": payload})

    async def next(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await asyncio.wait_for(self.socket.recv(), PATIENCE))
        assert message["streamSid"] == "MZ1"
        self.heard.append(message)
        return message

    async def until(self, event: str, met: Callable[[int], bool] = lambda _ms: True) -> dict[str, Any]:
        """Listen up to the next message of that kind at which so many milliseconds of audio have come."""
        while not ((message := await self.next())["event"] == event and met(self.ms)):
            pass
        return message

    @property
    def ms(self) -> int:
        """All audio that came, in milliseconds."""
        media = [each["media"]["payload"] for each in self.heard if each["event"] == "media"]
        return sum(len(base64.b64decode(payload)) for payload in media) // 8

    @property
    def marks(self) -> list[int]:
        return [int(each["mark"]["name"]) for each in self.heard if each["event"] == "mark"]

    async def closed(self) -> int | None:
        """Listen to the end."""
        try:
            while True:
                await self.next()
        except ConnectionClosed:
            return self.socket.close_code


@asynccontextmanager
async def bridge(upstream: str, *arguments: str, **constants: Any) -> AsyncGenerator[Host, None]:
    """`twilio_bridge.py`."""
    module = example("twilio_bridge")
    vars(module.bridge).update(constants)
    options = module.parse(["--port", "0", "--upstream", upstream, *arguments])
    with patch.dict(os.environ, OPENAI_API_KEY=KEY):
        async with module.serving(options) as server:
            yield Host(server.sockets[0], module)


@asynccontextmanager
async def ringing(url: str) -> AsyncGenerator[Phone, None]:
    """A stream that has started."""
    async with connect(f"{url}/twilio") as stream:
        phone = Phone(stream)
        await phone.start()
        yield phone


def test_the_agent_greets_and_answers() -> None:
    def script() -> list[Reply]:
        return [Reply(Say("Hello, this is the bakery.", audio_ms=900)), Reply(Say("Yes.", audio_ms=240))]

    async def scenario() -> None:
        async with (
            model(script) as upstream,
            bridge(upstream.url, "--greeting", "Hello, this is the bakery.") as host,
        ):
            async with ringing(host.url) as phone:
                await phone.until("mark", lambda ms: ms == 900)
                await phone.send("mark", mark={"name": str(phone.marks[-1])})
                await phone.speak(400)
                await phone.speak(700, SILENCE)
                await phone.until("mark", lambda ms: ms == 1140)
                await phone.send("stop", stop={"callSid": "CA1"})
                assert await phone.closed() == 1000
            await upstream.idle()
        assert phone.marks == sorted(set(phone.marks))
        session = upstream.sessions[0].received[0]["session"]
        assert session["audio"]["input"]["format"] == {"type": "audio/pcmu"}
        assert session["audio"]["output"]["format"] == {"type": "audio/pcmu"}

    run(scenario())


def test_the_caller_interrupts() -> None:
    """Twilio is told to drop what it has not played, and the server how much was heard: by the marks."""
    story = [Reply(Say("It is a long story. " * 20, audio_ms=20_000))]

    async def scenario() -> None:
        async with model(lambda: story) as upstream, bridge(upstream.url, "--greeting", "A story.") as host:
            async with ringing(host.url) as phone:
                await phone.until("mark", lambda ms: ms >= 3000)
                await phone.send("mark", mark={"name": "1000"})
                await phone.speak(200)
                await phone.until("clear")
                heard = phone.ms
                await phone.send("mark", mark={"name": str(phone.marks[-1])})
                await phone.speak(700, SILENCE)
                await phone.until("mark", lambda ms: ms == heard + 240)
            await upstream.idle()
        (truncated,) = [
            event for event in upstream.sessions[0].received if event["type"] == "conversation.item.truncate"
        ]
        assert truncated["audio_end_ms"] == 1000

    run(scenario())


def test_the_agent_calls_a_function_of_the_host() -> None:
    def script() -> list[Reply]:
        return [Reply(Call("current_time")), Reply(Say("It is noon.", audio_ms=300))]

    async def scenario() -> None:
        async with model(script) as upstream, bridge(upstream.url) as host:
            async with ringing(host.url) as phone:
                await phone.send("dtmf", dtmf={"track": "inbound_track", "digit": "1"})
                await phone.until("mark", lambda ms: ms == 300)
            await upstream.idle()
        items = [event["item"] for event in upstream.sessions[0].received if "item" in event]
        assert items[0]["content"][0]["text"] == "(The caller pressed 1.)"
        assert list(json.loads(items[1]["output"])) == ["utc"]

    run(scenario())


def test_what_cannot_be_read_is_passed_over(caplog: pytest.LogCaptureFixture) -> None:
    frames = [
        "no JSON",
        '{"event": "media", "media": {"payload": "A"}}',
        '{"event": "mark", "mark": {"name": "one"}}',
        '{"event": "mark"}',
        "[]",
        "[" * 100_000,
        b"\xff",
    ]

    async def scenario() -> None:
        async with model() as upstream, bridge(upstream.url) as host, ringing(host.url) as phone:
            for frame in frames:
                await phone.socket.send(frame)
            await phone.send("dtmf", dtmf={"digit": "2"})
            await phone.until("mark")

    run(scenario())
    assert caplog.text.count("could not be read") == 5


def test_the_server_breaks_off() -> None:
    async def scenario() -> None:
        async with model() as upstream, bridge(upstream.url) as host, ringing(host.url) as phone:
            await phone.send("dtmf", dtmf={"digit": "2"})
            await phone.until("mark")
            upstream.abort()
            assert await phone.closed() == 1000

    run(scenario())


def test_twilio_breaks_off() -> None:
    async def scenario() -> None:
        async with model() as upstream, bridge(upstream.url) as host, ringing(host.url) as phone:
            await phone.send("dtmf", dtmf={"digit": "2"})
            await phone.until("mark")
            phone.socket.transport.abort()
            await upstream.idle()

    run(scenario())


def test_twilio_does_not_read(caplog: pytest.LogCaptureFixture) -> None:
    endless = [Reply(Say("Well.", audio_ms=120_000))]

    async def scenario() -> None:
        async with (
            model(lambda: endless, token_interval=0) as upstream,
            bridge(upstream.url, OUTBOX_BYTES=100_000, CLOSE_SECONDS=0.5) as host,
        ):
            host.hold_little()
            async with ringing(host.url) as phone:
                await phone.send("dtmf", dtmf={"digit": "2"})
                await phone.next()
                phone.socket.transport.pause_reading()
                await upstream.idle()
                await eventually(lambda: any("the call ended" in each.message for each in caplog.records))
                phone.socket.transport.abort()
        assert "a peer was cut off" in caplog.text

    caplog.set_level("INFO")
    run(scenario())


def test_sigterm_ends_the_calls() -> None:
    async def scenario() -> None:
        async with (
            model() as upstream,
            process("twilio_bridge.py", "--port", "0", "--upstream", upstream.url) as running,
        ):
            async with ringing(f"ws://127.0.0.1:{await running.port()}") as phone:
                await phone.send("dtmf", dtmf={"digit": "2"})
                await phone.until("mark")
                running.terminate()
                assert await phone.closed() == 1001
            assert await running.ended() == 0
            await upstream.idle()
        assert KEY not in running.log
        assert running.entries("the call ended")[0]["client_close_code"] == 1001

    run(scenario())
