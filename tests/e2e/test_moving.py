"""A call moves to another process, by way of a real Redis or Valkey, while the client's socket stays."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import attrs
import pytest

pytest.importorskip("redis")

from realtime_translate.testing import Call, Reply, Say
from tests.e2e.callers import SILENCE_MS, Caller, calling, said
from tests.e2e.hosts import Process, eventually, model, process, run
from tests.e2e.test_renewal import WEATHER, assert_unnoticed, items, sessions, spoken_ms

SERVER = next(filter(None, map(shutil.which, ("redis-server", "valkey-server"))), None)
pytestmark = pytest.mark.skipif(SERVER is None, reason="no redis-server and no valkey-server on this machine")
FOLDER = Path(__file__).parents[2] / "docs" / "moving"
STORY = Reply(Say("It is a long story. " * 20, audio_ms=20_000))
END = Reply(Say("And so it ended.", audio_ms=900))


@asynccontextmanager
async def store(folder: Path) -> AsyncGenerator[str, None]:
    """The URL of a store that is empty."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert SERVER is not None
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    quiet = asyncio.subprocess.DEVNULL
    running = await asyncio.create_subprocess_exec(SERVER, *options, stdout=quiet, stderr=quiet)
    try:
        await eventually(lambda: _answers(port))
        yield f"redis://127.0.0.1:{port}"
    finally:
        running.terminate()
        await running.wait()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@attrs.frozen
class Moving:
    """Two workers and the relay before them, each a process of its own."""

    first: Process
    second: Process
    url: str

    async def move(self) -> None:
        """The first worker is told to stop, and does."""
        self.first.terminate()
        assert await self.first.ended() == 0, self.first.log


@asynccontextmanager
async def moving(upstream: str, folder: Path) -> AsyncGenerator[Moving, None]:
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(store(folder))
        options = [f"{FOLDER}/moving_worker.py", "--port", "0", "--upstream", upstream, "--redis", redis]
        workers = [await stack.enter_async_context(process(*options)) for _ in range(2)]
        urls = [f"ws://127.0.0.1:{await each.port()}" for each in workers]
        named = [word for url in urls for word in ("--worker", url)]
        relay = await stack.enter_async_context(
            process(f"{FOLDER}/moving_relay.py", "--port", "0", "--patience", "5", *named)
        )
        yield Moving(workers[0], workers[1], f"ws://127.0.0.1:{await relay.port()}")


def test_N18_an_answer_goes_on_in_another_process(tmp_path: Path) -> None:
    """The client hears the rest. What it wrote while its call moved is not lost either."""

    async def scenario() -> None:
        async with (
            model(sessions([STORY], [END])) as upstream,
            moving(upstream.url, tmp_path) as both,
            calling(both.url) as caller,
        ):
            await caller.configured(greeting="Welcome!")
            await caller.agent.send_inject_user_message(said("Tell me a story."))
            await caller.until("audio")
            both.first.terminate()
            await caller.agent.send_inject_user_message(said("And then?"))
            await caller.until("AgentAudioDone")
            cut = len(caller.told)
            await caller.until("ConversationText", lambda each: each.content == "And so it ended.")
            await caller.until("AgentAudioDone")
            await caller.until("AgentAudioDone")
            assert await both.first.ended() == 0
        assert_told_once(caller, cut)
        first, second = upstream.sessions
        assert_unnoticed(caller, first, second)
        told = caller.texts("assistant")[1:-2]
        assert items(second)[:2] == [("user", "Tell me a story."), ("assistant", " ".join(told))]
        assert ("user", "And then?") in [*items(first), *items(second)]
        assert "RENEWAL_DONE" in both.second.log

    def assert_told_once(caller: Caller, cut: int) -> None:
        assert caller.texts("user") == ["Tell me a story.", "And then?"]
        assert caller.texts("assistant")[-2:] == ["And so it ended.", "Yes."]
        heard = len(caller.audio) - len(caller.audio_after(cut))
        assert 0 < heard < 20_000 * 48  # what the first session said until it was closed
        assert len(caller.audio_after(cut)) == (900 + 240) * 48  # all that the second one says

    run(scenario())


def test_N18_a_function_call_moves_too(tmp_path: Path) -> None:
    """The client answers it when its call is elsewhere, or on the way."""

    async def scenario() -> None:
        script = sessions([Reply(Call("get_weather"))], [Reply(Say("It rains."))])
        async with (
            model(script) as upstream,
            moving(upstream.url, tmp_path) as both,
            calling(both.url) as caller,
        ):
            await caller.configured(functions=[WEATHER])
            await caller.agent.send_inject_user_message(said("What is the weather?"))
            (function,) = (await caller.until("FunctionCallRequest")).functions
            both.first.terminate()
            await caller.answer(function, "rain")
            await caller.until("AgentAudioDone")
            assert await both.first.ended() == 0
        assert_unnoticed(caller, *upstream.sessions)
        assert caller.texts("assistant") == ["It rains."]

    run(scenario())


def test_N18_a_sentence_moves_too(tmp_path: Path) -> None:
    """No frame of the client's is lost, and none comes twice."""

    async def scenario() -> None:
        async with (
            model() as upstream,
            moving(upstream.url, tmp_path) as both,
            calling(both.url) as caller,
        ):
            await caller.configured()
            await caller.speak(400)
            await caller.until("UserStartedSpeaking")
            both.first.terminate()
            await caller.speak(300)
            await eventually(lambda: len(upstream.sessions) == 2 and spoken_ms(upstream.sessions[1]) == 700)
            await caller.speak(700, SILENCE_MS)
            await caller.until("AgentAudioDone")
            assert await both.first.ended() == 0
        assert_unnoticed(caller, *upstream.sessions)
        assert spoken_ms(upstream.sessions[1]) == 700
        assert caller.texts("user") == ["Hello there."]

    run(scenario())


def test_without_another_worker_the_client_is_hung_up_on(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with model() as upstream, moving(upstream.url, tmp_path) as both, calling(both.url) as caller:
            await caller.configured()
            both.second.terminate()
            assert await both.second.ended() == 0
            await both.move()
            assert await caller.closed() == (1011, "nobody takes the call")

    run(scenario())
