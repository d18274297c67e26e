"""The official client talks to a pipecat pipeline, whose service talks to the simulated server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

pytest.importorskip("pipecat")

from realtime_translate.testing import Call, Reply, Say
from tests.e2e.callers import SILENCE_MS, SPEECH_MS, Caller, calling, said
from tests.e2e.hosts import Upstream, model, process, run

WEATHER = {
    "name": "get_weather",
    "description": "The weather.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}

MULAW = {"input": {"encoding": "mulaw", "sample_rate": 8000}}


@asynccontextmanager
async def held(*replies: Reply) -> AsyncGenerator[tuple[Caller, Upstream], None]:
    """A client in a call with the pipeline, and the server behind that."""
    command = ("-m", "uvicorn", "pipecat_proxy:app", "--port", "0")
    async with (
        model(lambda: list(replies), token_interval=0.01, errors=0) as upstream,
        process(*command, UPSTREAM_URL=upstream.url) as host,
    ):
        async with calling(f"ws://127.0.0.1:{await host.port()}") as caller:
            yield caller, upstream
        await upstream.idle()
        assert "Traceback" not in host.log


async def talk(caller: Caller, speech_ms: int, silence_ms: int) -> None:
    """Speak and fall silent, at the pace of speech: pipecat's clocks are those of the machine."""
    for ms, sound in ((speech_ms, SPEECH_MS), (silence_ms, SILENCE_MS)):
        for _ in range(ms // 20):
            await caller.agent.send_media(sound * 20)
            await asyncio.sleep(0.02)


def test_a_greeting_a_spoken_turn_and_a_function() -> None:
    async def scenario() -> None:
        replies = [
            Reply(Say("Good morning!")),
            Reply(Say("You are welcome.")),
            Reply(Call("get_weather", '{"city": "Oslo"}')),
            Reply(Say("It rains.")),
        ]
        async with held(*replies) as (caller, upstream):
            await caller.configured(functions=[WEATHER], greeting="Good morning!")
            await caller.until("History")
            assert caller.audio
            speaking = asyncio.create_task(talk(caller, 600, 1000))
            await caller.until("History", lambda each: each.content == "You are welcome.")
            await speaking
            await caller.agent.send_inject_user_message(said("What is the weather in Oslo?"))
            (function,) = (await caller.until("FunctionCallRequest")).functions
            assert (function.name, json.loads(function.arguments)) == ("get_weather", {"city": "Oslo"})
            await caller.answer(function, "rain")
            await caller.until("History", lambda each: each.content == "It rains.")
            received = upstream.sessions[0].received
        assert caller.kinds[:2] == ["Welcome", "SettingsApplied"]
        assert caller.texts("user") == ["Hello there.", "What is the weather in Oslo?"]
        assert caller.texts("assistant") == ["Good morning!", "You are welcome.", "It rains."]
        assert caller.kinds.count("AgentAudioDone") == 3
        assert caller.of("Warning") == caller.of("Error") == []
        (declared,) = next(
            each["session"]["tools"] for each in received if each.get("session", {}).get("tools")
        )
        assert declared["parameters"]["required"] == ["city"]
        assert "Be brief." in json.dumps(received[0])
        outputs = [each["item"]["output"] for each in received if "output" in each.get("item", {})]
        assert [json.loads(each) for each in outputs] == ["rain"]

    run(scenario())


def test_barge_in() -> None:
    """The agent falls silent, and the client is told what it said until then."""
    story = "It is a long story. " * 20

    async def scenario() -> None:
        async with held(Reply(Say(story, audio_ms=20_000)), Reply(Say("Fine."))) as (caller, _):
            await caller.configured()
            await caller.until("audio")
            speaking = asyncio.create_task(talk(caller, 600, 1000))
            await caller.until("UserStartedSpeaking")
            assert "AgentAudioDone" not in caller.kinds
            await caller.until("AgentAudioDone")
            heard = len(caller.told)
            await caller.until("History", lambda each: each.content.endswith("Fine."))
            await speaking
        assert len(caller.audio_after(heard)) < 48 * 2000, "of the next answer, and nothing of the story"
        assert len(caller.texts("assistant")[0]) < len(story) / 2

    run(scenario())


def test_updates_and_what_a_pipeline_does_not_have() -> None:
    async def scenario() -> None:
        async with held(Reply(Say("Hello!"))) as (caller, upstream):
            await caller.configured(audio={"input": {"encoding": "linear16", "sample_rate": 16000}})
            await caller.until("History")
            await caller.agent.send_keep_alive()
            await caller.agent.send_raw({"type": "UpdatePrompt", "prompt": "Be polite."})
            await caller.until("PromptUpdated")
            await caller.agent.send_raw({"type": "ForceEndTurn"})
            warning = await caller.until("Warning")
            received = upstream.sessions[0].received
        assert warning.description == "ForceEndTurn has no counterpart in the pipeline"
        assert "Be polite." in json.dumps([each for each in received if each["type"].endswith("item.create")])

    run(scenario())


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ({"type": "KeepAlive"}, "NON_SETTINGS_MESSAGE_BEFORE_SETTINGS"),
        ({"type": "Settings", "audio": MULAW, "agent": {}}, "INVALID_SETTINGS"),
    ],
    ids=["no Settings", "mulaw"],
)
def test_what_cannot_be_used_is_refused(first: object, code: str) -> None:
    async def scenario() -> None:
        async with held() as (caller, _):
            await caller.agent.send_raw(first)
            assert (await caller.closed())[0] == 1000
        assert [error.code for error in caller.of("Error")] == [code]

    run(scenario())
