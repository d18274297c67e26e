"""The official OpenAI client talks to the simulated server directly: it is a fair stand-in for the server."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import attrs
import pytest

from realtime_translate.testing import Call, Reply, Say
from tests.e2e.hosts import PATIENCE, Upstream, eventually, model, run

openai = pytest.importorskip("openai")
httpx = pytest.importorskip("httpx")

PCM = {"type": "audio/pcm", "rate": 24000}


@attrs.define
class Client:
    """The client's connection. `events` are all that it parsed."""

    connection: Any
    events: list[Any] = attrs.Factory(list[Any])

    async def until(self, kind: str) -> Any:
        while True:
            event = await asyncio.wait_for(self.connection.recv(), PATIENCE)
            self.events.append(event)
            if event.type == kind:
                return event

    @property
    def kinds(self) -> list[str]:
        return [event.type for event in self.events]

    async def say(self, text: str) -> None:
        content = [{"type": "input_text", "text": text}]
        await self.connection.conversation.item.create(
            item={"type": "message", "role": "user", "content": content}
        )
        await self.connection.response.create()


@asynccontextmanager
async def connected(upstream: Upstream) -> AsyncGenerator[Client, None]:
    """The client in a session."""
    http = upstream.url.replace("ws:", "http:")
    async with (
        openai.AsyncOpenAI(api_key="key", base_url=f"{http}/v1") as client,
        client.realtime.connect(model="gpt-realtime-mini") as connection,
    ):
        yield Client(connection)


def test_a_session_and_its_update() -> None:
    async def scenario() -> None:
        async with model(errors=0) as upstream, connected(upstream) as client:
            created = await client.until("session.created")
            assert created.session.model == "gpt-realtime-mini"
            await client.connection.session.update(
                session={
                    "type": "realtime",
                    "instructions": "Be brief.",
                    "audio": {"output": {"voice": "cedar"}},
                }
            )
            updated = await client.until("session.updated")
            assert updated.session.instructions == "Be brief."
            assert updated.session.audio.output.voice == "cedar"
            assert upstream.keys == ["Bearer key"]

    run(scenario())


def test_a_written_turn() -> None:
    async def scenario() -> None:
        async with (
            model(lambda: [Reply(Say("It rains."))], errors=0) as upstream,
            connected(upstream) as client,
        ):
            await client.say("How is the weather?")
            done = await client.until("response.done")
        assert done.response.status == "completed"
        assert done.response.output[0].content[0].transcript == "It rains."
        pieces = [event.delta for event in client.events if event.type == "response.output_audio.delta"]
        assert sum(len(base64.b64decode(piece)) for piece in pieces) == 48 * 540

    run(scenario())


def test_a_spoken_turn() -> None:
    async def scenario() -> None:
        async with model(errors=0) as upstream, connected(upstream) as client:
            vad = {"type": "server_vad", "silence_duration_ms": 300}
            audio = {
                "input": {
                    "format": PCM,
                    "turn_detection": vad,
                    "transcription": {"model": "gpt-transcribe"},
                }
            }
            await client.connection.session.update(session={"type": "realtime", "audio": audio})
            for sound in [b"\x00\x10"] * 5 + [b"\x00\x00"] * 5:
                frame = base64.b64encode(sound * 2400).decode()
                await client.connection.input_audio_buffer.append(audio=frame)
            heard = await client.until("conversation.item.input_audio_transcription.completed")
            assert heard.transcript == "Hello there."
            await client.until("response.done")
        started = client.kinds.index("input_audio_buffer.speech_started")
        assert started < client.kinds.index("input_audio_buffer.speech_stopped")

    run(scenario())


def test_a_tool_call() -> None:
    def script() -> list[Reply]:
        return [Reply(Call("get_weather", '{"city": "Oslo"}', "call_1")), Reply(Say("It rains."))]

    async def scenario() -> None:
        async with model(script, errors=0) as upstream, connected(upstream) as client:
            tool = {"type": "function", "name": "get_weather", "parameters": {"type": "object"}}
            await client.connection.session.update(session={"type": "realtime", "tools": [tool]})
            await client.say("How is the weather?")
            call = await client.until("response.function_call_arguments.done")
            assert (call.call_id, call.arguments) == ("call_1", '{"city": "Oslo"}')
            await client.until("response.done")
            output = {"type": "function_call_output", "call_id": "call_1", "output": "rain"}
            await client.connection.conversation.item.create(item=output)
            await client.connection.response.create()
            done = await client.until("response.done")
            assert done.response.output[0].content[0].transcript == "It rains."

    run(scenario())


def test_a_response_is_cancelled() -> None:
    async def scenario() -> None:
        long = Reply(Say("It is a long story.", audio_ms=20_000))
        async with (
            model(lambda: [long], errors=0, token_interval=0.01) as upstream,
            connected(upstream) as client,
        ):
            await client.say("Tell me a story.")
            await client.until("response.output_audio.delta")
            await client.connection.response.cancel()
            done = await client.until("response.done")
            assert (done.response.status, done.response.status_details.reason) == (
                "cancelled",
                "client_cancelled",
            )

    run(scenario())


def test_a_broken_rule_is_an_error_event() -> None:
    async def scenario() -> None:
        async with model(errors=1) as upstream, connected(upstream) as client:
            await client.connection.input_audio_buffer.commit()
            error = await client.until("error")
            assert error.error.code == "input_audio_buffer_commit_empty"

    run(scenario())


def test_the_session_ends_in_time() -> None:
    async def scenario() -> None:
        async with model(errors=0, session_limit=0.2) as upstream, connected(upstream) as client:
            error = await client.until("error")
            assert error.error.code == "session_expired"
            await eventually(lambda: not upstream.server.connections)

    run(scenario())


@pytest.mark.parametrize(("path", "status"), [("/healthz", 200), ("/v1/other", 404)])
def test_the_other_paths(path: str, status: int) -> None:
    async def scenario() -> None:
        async with (
            model() as upstream,
            httpx.AsyncClient() as client,
        ):
            assert (await client.get(upstream.url.replace("ws:", "http:") + path)).status_code == status

    run(scenario())
