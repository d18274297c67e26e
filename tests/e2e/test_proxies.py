"""The Deepgram client talks through each proxy to the simulated server."""

from __future__ import annotations

import asyncio
import json

import pytest

import realtime_translate as rt
from realtime_translate.testing import Call, Reply, Say
from tests.e2e.callers import SILENCE_MS, Caller, calling, said, settings
from tests.e2e.hosts import KEY, PROXIES, model, run

CONFIG = rt.Config.deepgram()
WEATHER = {"name": "get_weather", "description": "The weather.", "parameters": {"type": "object"}}


@pytest.fixture(params=PROXIES, name="proxy")
def _proxy(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_written_turn(proxy: str) -> None:
    async def scenario() -> None:
        async with model() as upstream, PROXIES[proxy](upstream.url, CONFIG) as host:
            async with calling(host.url) as caller:
                await caller.configured(greeting="Welcome!")
                await caller.until("AgentAudioDone")
                await caller.ask("Are you there?")
                assert upstream.keys == [f"Bearer {KEY}"]
            await upstream.idle()
        assert caller.kinds[0] == "Welcome"
        assert caller.texts("user") == ["Are you there?"]
        assert caller.texts("assistant") == ["Welcome!", "Yes."]
        assert len(caller.audio) == 48 * 240

    run(scenario())


def test_a_spoken_turn(proxy: str) -> None:
    async def scenario() -> None:
        async with model() as upstream, PROXIES[proxy](upstream.url, CONFIG) as host:
            async with calling(host.url) as caller:
                await caller.configured()
                await caller.speak(400)
                await caller.speak(700, SILENCE_MS)
                await caller.until("AgentAudioDone")
            await upstream.idle()
        assert "UserStartedSpeaking" in caller.kinds
        assert caller.texts("user") == ["Hello there."]
        assert caller.texts("assistant") == ["Yes."]
        assert caller.audio

    run(scenario())


def test_another_format_in_both_directions(proxy: str) -> None:
    async def scenario() -> None:
        audio = {
            "input": {"encoding": "mulaw", "sample_rate": 8000},
            "output": {"encoding": "linear16", "sample_rate": 16000, "container": "none"},
        }
        async with (
            model() as upstream,
            PROXIES[proxy](upstream.url, CONFIG) as host,
            calling(host.url) as caller,
        ):
            await caller.configured(audio=audio)
            for _ in range(20):
                await caller.agent.send_media(b"\x20\xa0" * 80)
            for _ in range(35):
                await caller.agent.send_media(b"\xff" * 160)
            await caller.until("AgentAudioDone")
        assert caller.texts("user") == ["Hello there."]
        assert len(caller.audio) == pytest.approx(32 * 240, abs=64)

    pytest.importorskip("numpy")
    run(scenario())


def test_a_function_of_the_client(proxy: str) -> None:
    def script() -> list[Reply]:
        return [Reply(Call("get_weather", '{"city": "Oslo"}')), Reply(Say("It rains."))]

    async def scenario() -> None:
        async with (
            model(script) as upstream,
            PROXIES[proxy](upstream.url, CONFIG) as host,
            calling(host.url) as caller,
        ):
            await caller.configured(functions=[WEATHER])
            await answer_a_call(caller)
        assert caller.texts("assistant") == ["It rains."]

    run(scenario())


async def answer_a_call(caller: Caller) -> None:
    await caller.agent.send_inject_user_message(said("What is the weather in Oslo?"))
    (function,) = (await caller.until("FunctionCallRequest")).functions
    assert (function.name, json.loads(function.arguments)) == ("get_weather", {"city": "Oslo"})
    assert function.client_side is True
    await caller.answer(function, "rain")
    await caller.until("AgentAudioDone")


@pytest.mark.parametrize(
    ("name", "expected"), [("current_time", "utc"), ("unknown_function", "error"), ("slow", "error")]
)
def test_a_function_of_the_host(proxy: str, name: str, expected: str) -> None:
    """What the host does not have, or not in time, is answered too: the agent goes on."""
    endpoint = {"url": "http://127.0.0.1:1/never-called", "method": "post"}
    functions = [{"name": name, "description": "", "parameters": {"type": "object"}, "endpoint": endpoint}]

    async def slow(arguments: object) -> object:
        await asyncio.sleep(60)
        return None

    async def scenario() -> None:
        replies = [Reply(Call(name)), Reply(Say("Done."))]
        async with (
            model(lambda: replies) as upstream,
            PROXIES[proxy](upstream.url, CONFIG, FUNCTION_SECONDS=0.1) as host,
        ):
            host.bridge.FUNCTIONS["slow"] = slow
            async with calling(host.url) as caller:
                await caller.configured(functions=functions)
                await caller.ask("Go on.")
        (result,) = caller.of("FunctionCallResponse")
        assert list(json.loads(result.content)) == [expected]
        assert caller.texts("assistant") == ["Done."]

    run(scenario())


def test_barge_in(proxy: str) -> None:
    """The agent falls silent at once, and the server forgets what was not heard."""
    long = Reply(Say("It is a long story. " * 20, audio_ms=20_000))

    async def scenario() -> None:
        async with (
            model(lambda: [long], token_interval=0.01) as upstream,
            PROXIES[proxy](upstream.url, CONFIG) as host,
        ):
            async with calling(host.url) as caller:
                await caller.configured()
                await caller.agent.send_inject_user_message(said("Tell me a story."))
                await caller.until("audio")
                await caller.speak(200)
                await caller.until("UserStartedSpeaking")
                await caller.until("AgentAudioDone")
                heard = len(caller.told)
                await caller.speak(700, SILENCE_MS)
                await caller.until("AgentAudioDone")
            await upstream.idle()
        assert len(caller.audio_after(heard)) == 48 * 240  # of the next answer, and nothing of the story
        assert caller.texts("assistant")[-1] == "Yes."
        assert upstream.sessions[0].count("conversation.item.truncate") == 1

    run(scenario())


def test_refused_settings(proxy: str) -> None:
    async def scenario() -> None:
        async with (
            model() as upstream,
            PROXIES[proxy](upstream.url, CONFIG) as host,
            calling(host.url) as caller,
        ):
            await caller.agent.send_settings(
                settings(audio={"input": {"encoding": "opus", "sample_rate": 48000}})
            )
            assert (await caller.closed())[0] == 1000
        (error,) = caller.of("Error")
        assert error.code == "INVALID_SETTINGS"
        assert upstream.sessions == []

    run(scenario())


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"type": "InjectUserMessage", "content": "Hello"}, "NON_SETTINGS_MESSAGE_BEFORE_SETTINGS"),
        ("no JSON", "UNPARSABLE_CLIENT_MESSAGE"),
    ],
)
def test_a_refused_first_message(proxy: str, frame: object, code: str) -> None:
    async def scenario() -> None:
        async with PROXIES[proxy]("ws://127.0.0.1:1", CONFIG) as host, calling(host.url) as caller:
            await caller.agent.send_raw(frame)
            assert (await caller.closed())[0] == 1000
        assert [error.code for error in caller.of("Error")] == [code]

    run(scenario())


def test_second_settings_end_the_call(proxy: str) -> None:
    async def scenario() -> None:
        async with model() as upstream, PROXIES[proxy](upstream.url, CONFIG) as host:
            async with calling(host.url) as caller:
                await caller.configured()
                await caller.agent.send_settings(settings())
                assert (await caller.closed())[0] == 1000
            await upstream.idle()
        assert [error.code for error in caller.of("Error")] == ["SETTINGS_ALREADY_APPLIED"]

    run(scenario())
