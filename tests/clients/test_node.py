"""`@deepgram/sdk` in Node holds whole calls through the proxy."""

from __future__ import annotations

import json

import pytest

import realtime_translate as rt
from realtime_translate.testing import Call, Reply, Say
from tests.clients.npm import FOLDER, PATIENCE, NodeCaller, calling, needs_node
from tests.e2e.hosts import KEY, model, process, run, websockets_proxy

CALLER = FOLDER / "caller.mjs"
THINK = {"provider": {"type": "open_ai", "model": "gpt-realtime-2.1"}, "prompt": "Be brief."}
WEATHER = {"name": "get_weather", "description": "The weather.", "parameters": {"type": "object"}}
STORY = "It is a long story. " * 20


@pytest.fixture(name="node")
def _node() -> str:
    return needs_node()


def test_a_call_with_the_simulating_proxy(node: str) -> None:
    """The greeting is heard, and what the user says is answered."""

    async def scenario() -> None:
        options = ("--simulate", "--port", "0", "--greeting", "spoken")
        async with process("websockets_proxy.py", *options) as host:
            async with calling(node, CALLER, f"ws://127.0.0.1:{await host.port()}") as caller:
                await caller.until("Welcome")
                await caller.send("Settings", audio={}, agent={"think": THINK, "greeting": "Hello!"})
                await caller.until("AgentAudioDone")
                greeted = len(caller.told)
                await caller.speak(400)
                await caller.speak(800, 0)
                await caller.until("AgentAudioDone")
                await caller.order(call="close")
                await caller.until("close")
                assert await caller.ended() == 0
            host.terminate()
            assert await host.ended() == 0
        assert caller.kinds[:3] == ["open", "Welcome", "SettingsApplied"]
        assert caller.texts("user") == ["Hello there."]
        assert caller.texts("assistant") == ["Yes.", "Yes."]
        assert (caller.audio() - caller.audio(greeted), caller.audio(greeted)) == (48 * 240, 48 * 240)
        untroubled(caller)
        (ended,) = host.entries("the call ended")
        assert ended["client_close_code"] == 1000

    run(scenario(), 3 * PATIENCE)


def test_a_call_with_an_interruption_a_function_and_an_update(node: str) -> None:
    def script() -> list[Reply]:
        call = Call("get_weather", '{"city": "Oslo"}')
        return [
            Reply(Say(STORY, audio_ms=20_000)),
            Reply(Say("Let me look."), call),
            Reply(Say("It rains.")),
            Reply(Say("You are welcome.")),
        ]

    async def scenario() -> None:
        async with (
            model(script, token_interval=0.01) as upstream,
            websockets_proxy(upstream.url, rt.Config.deepgram()) as host,
        ):
            async with calling(node, CALLER, host.url) as caller:
                await caller.until("open")
                think = {**THINK, "functions": [WEATHER]}
                await caller.send("Settings", audio={}, agent={"think": think, "greeting": "Hello!"})
                await caller.until("SettingsApplied")
                await caller.send("InjectUserMessage", content="Tell me a story.")
                await caller.until("audio")
                await caller.speak(400)
                await caller.until("UserStartedSpeaking")
                await caller.until("AgentAudioDone")
                interrupted = len(caller.told)
                await caller.speak(800, 0)
                (function,) = (await caller.until("FunctionCallRequest"))["functions"]
                assert function["name"] == "get_weather"
                assert json.loads(function["arguments"]) == {"city": "Oslo"}
                audio = caller.audio(interrupted)
                assert audio == 48 * Say("Let me look.").duration_ms, "nothing more of the story"
                await caller.send(
                    "FunctionCallResponse", id=function["id"], name="get_weather", content="rain"
                )
                await caller.until("ConversationText", lambda each: each["content"] == "It rains.")
                await caller.until("AgentAudioDone")
                await caller.send("KeepAlive")
                await caller.send("UpdatePrompt", prompt="Be polite.")
                await caller.until("PromptUpdated")
                await caller.send("InjectUserMessage", content="Thank you!")
                await caller.until("AgentAudioDone")
                assert upstream.keys == [f"Bearer {KEY}"]
                await caller.order(call="close")
                assert await caller.ended() == 0
            await upstream.idle()
        assert upstream.sessions[0].count("conversation.item.truncate") == 1
        assert caller.texts("user") == ["Tell me a story.", "Hello there.", "Thank you!"]
        assert caller.texts("assistant")[-3:] == ["Let me look.", "It rains.", "You are welcome."]
        untroubled(caller)

    run(scenario(), 3 * PATIENCE)


def untroubled(caller: NodeCaller) -> None:
    """The call had no error and no warning, and the SDK none of its own."""
    assert [each for each in caller.told if each["type"] in ("Error", "Warning", "error")] == []
