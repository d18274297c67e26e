"""How the React component talks, through `websockets_proxy.py` as it is run for it."""

from __future__ import annotations

import asyncio
import base64
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

import pytest

pytest.importorskip("websockets")

import realtime_translate as rt
from realtime_translate.testing import Call, Reply, Say
from tests.e2e.hosts import Host, eventually, model, run, websockets_proxy
from tests.e2e.scripted import Component, Stage, component, played

Json = dict[str, Any]
APPEND = "input_audio_buffer.append"
SPEECH = b"\x00\x10" * 320
"""20 ms of linear16 at 16000, which is what the component records."""
CREATED = {"type": "session.created", "session": {"id": "sess_1", "type": "realtime"}}
ANSWER = {"type": "response.created", "response": {"id": "r1", "status": "in_progress"}}


def updated(**heard: Any) -> Json:
    return {"type": "session.updated", "session": {"type": "realtime", "audio": {"input": heard}}}


def proxied(
    upstream: str, *options: str, config: rt.Config | None = None, **constants: Any
) -> AbstractAsyncContextManager[Host]:
    """The proxy as it is run for the component, with more options of its command line, and constants."""
    return websockets_proxy(upstream, config, "--dialect", "component", *options, **constants)


async def ready(stage: Stage) -> None:
    """The server's part of an opening."""
    await stage.say(CREATED)
    await stage.until("session.update")
    await stage.say(updated())


def settled(stage: Stage) -> Json:
    """The session that Settings asked for."""
    (update,) = stage.of("session.update")
    session: Json = update["session"]
    return session


# --- Settings -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"agent": {"think": {"provider": {"type": "open_ai", "model": "gpt-realtime"}, "prompt": "Hi"}}},
        {
            "audio": {"input": {"encoding": "linear16", "sample_rate": 16000}},
            "agent": {"think": {"prompt": "Hi"}},
        },
    ],
    ids=["only the type", "no audio", "no think.provider"],
)
@pytest.mark.parametrize("when", ["early", "on-settings"])
def test_S10_settings_that_leave_out_what_they_may(settings: Json, when: str) -> None:
    async def scenario() -> None:
        async with model() as upstream, proxied(upstream.url, "--dial", when) as host:
            async with component(host.url) as client:
                await client.send("Settings", **settings)
                await client.until("SettingsApplied")
                await client.ask("Are you there?")
            await upstream.idle()
        assert client.texts("assistant") == ["Yes."]
        assert client.of("Error") == []

    run(scenario())


def test_S6_settings_repeated() -> None:
    """Each time they are answered; upstream hears of the first."""

    async def scenario() -> None:
        async with model() as upstream, proxied(upstream.url) as host, component(host.url) as client:
            for _ in range(3):
                await client.send("Settings", agent={"think": {"prompt": "Hi"}})
                await client.until("SettingsApplied")
            await client.ask("Are you there?")
        assert upstream.sessions[0].count("session.update") == 1
        assert client.of("Error") == []

    run(scenario())


def test_G1_a_greeting() -> None:
    async def scenario() -> None:
        async with model() as upstream, proxied(upstream.url) as host, component(host.url) as client:
            await client.send("Settings", agent={"greeting": "Ahoy!"})
            await client.until("AgentAudioDone")
            assert client.kinds == ["SettingsApplied", "ConversationText", "AgentDone", "AgentAudioDone"]
            assert {each["type"] for each in upstream.sessions[0].received} == {"session.update"}
            await client.ask("Are you there?")
        assert client.texts("assistant") == ["Ahoy!", "Yes."]

    run(scenario())


def test_R2_turn_after_turn() -> None:
    replies = [Reply(Say("One.")), Reply(Say("Two.")), Reply(Say("Three."))]

    async def scenario() -> None:
        async with (
            model(lambda: replies) as upstream,
            proxied(upstream.url) as host,
            component(host.url) as client,
        ):
            await client.send("Settings")
            for text in ("first", "second", "third"):
                await client.ask(text)
        assert client.texts("user") == ["first", "second", "third"]
        assert client.texts("assistant") == ["One.", "Two.", "Three."]
        assert client.kinds.count("AgentDone") == client.kinds.count("AgentAudioDone") == 3

    run(scenario())


# --- without Settings ---------------------------------------------------------------------------------------


def test_S4_a_text_without_settings() -> None:
    async def script(stage: Stage) -> None:
        await stage.say(CREATED, updated())
        item = (await stage.until("conversation.item.create"))["item"]
        await stage.say({"type": "conversation.item.added", "item": item})
        await stage.until("response.create")
        done = {"type": "response.output_text.done", "response_id": "r1", "item_id": "i1", "text": "Yes."}
        await stage.say(
            ANSWER, done, {"type": "response.done", "response": {"id": "r1", "status": "completed"}}
        )

    async def scenario() -> None:
        async with (
            played(script) as upstream,
            proxied(upstream.url) as host,
            component(host.url) as client,
        ):
            await client.ask("Are you there?")
        assert client.texts("user") == ["Are you there?"]
        assert client.texts("assistant") == ["Yes."]
        assert upstream.stages[0].of("session.update") == []

    run(scenario())


def test_S4_audio_without_settings() -> None:
    """It is taken for what the component records, and committed where the server does not."""

    async def script(stage: Stage) -> None:
        await stage.say(CREATED, updated(turn_detection=None))
        await stage.until("response.create")
        await stage.say(ANSWER, {"type": "response.done", "response": {"id": "r1", "status": "completed"}})

    async def scenario() -> None:
        async with (
            played(script) as upstream,
            proxied(upstream.url) as host,
            component(host.url) as client,
        ):
            for _ in range(25):
                await client.socket.send(SPEECH)
            await client.until("AgentAudioDone")
        appended = b"".join(base64.b64decode(each["audio"]) for each in upstream.stages[0].of(APPEND))
        assert len(appended) == pytest.approx(48 * 500, abs=64)
        assert len(upstream.stages[0].of("input_audio_buffer.commit")) == 1

    pytest.importorskip("numpy", reason="needs the resample extra")
    run(scenario())


# --- events that lack what OpenAI always sends --------------------------------------------------------------


def test_O4_transcripts_of_items_that_were_never_committed() -> None:
    heard = "conversation.item.input_audio_transcription"
    where = {"start": 0.5, "duration": 1.25, "channel": [0, 1], "channel_index": [0, 1]}

    async def script(stage: Stage) -> None:
        await ready(stage)
        await stage.say({"type": f"{heard}.delta", "item_id": "i1", "delta": "Is it", **where})
        await stage.say({"type": f"{heard}.completed", "item_id": "i1", "transcript": "Is it low?", **where})

    async def scenario() -> None:
        async with (
            played(script) as upstream,
            proxied(upstream.url) as host,
            component(host.url) as client,
        ):
            await client.send("Settings")
            interim, final = await client.until("Transcript"), await client.until("Transcript")
        assert [interim["transcript"], final["transcript"]] == ["Is it", "Is it low?"]
        assert [interim["is_final"], final["is_final"]] == [False, True]
        assert {name: final[name] for name in where} == where

    run(scenario())


def test_O6_speech_that_stops_without_an_item() -> None:
    async def script(stage: Stage) -> None:
        await ready(stage)
        stopped = {"type": "input_audio_buffer.speech_stopped", "channel": [0, 1], "last_word_end": 2.5}
        await stage.say({"type": "input_audio_buffer.speech_started"}, stopped)

    async def scenario() -> None:
        async with (
            played(script) as upstream,
            proxied(upstream.url) as host,
            component(host.url) as client,
        ):
            await client.send("Settings")
            end = await client.until("UtteranceEnd")
        assert (end["channel"], end["last_word_end"]) == ([0, 1], 2.5)
        assert "UserStartedSpeaking" in client.kinds

    run(scenario())


def test_F3_a_function_call_in_a_response_without_an_id() -> None:
    """The model is asked again once it is answered."""

    async def script(stage: Stage) -> None:
        await ready(stage)
        item = (await stage.until("conversation.item.create"))["item"]
        await stage.say({"type": "conversation.item.added", "item": item})
        await stage.until("response.create")
        await stage.say(
            {
                "type": "response.function_call_arguments.done",
                "call_id": "c1",
                "name": "tide",
                "arguments": "{}",
            }
        )
        item = (await stage.until("conversation.item.create"))["item"]
        await stage.say({"type": "conversation.item.added", "item": item})
        await stage.until("response.create")
        done = {"type": "response.output_text.done", "response_id": "r1", "item_id": "i1", "text": "Low."}
        await stage.say(done, {"type": "response.done", "response": {"id": "r1", "status": "completed"}})

    async def scenario() -> None:
        async with (
            played(script) as upstream,
            proxied(upstream.url) as host,
            component(host.url) as client,
        ):
            await client.send("Settings", agent={"think": {"functions": [{"name": "tide"}]}})
            await client.send("InjectUserMessage", content="How is the tide?")
            request = await client.until("FunctionCallRequest")
            (call,) = request["functions"]
            await client.send("FunctionCallResponse", id=call["id"], name="tide", content='{"tide":"low"}')
            while client.texts("assistant")[-1:] != ["Low."]:
                await client.until("ConversationText")
            await client.until("AgentAudioDone")
        (stage,) = upstream.stages
        outputs = [each["item"] for each in stage.of("conversation.item.create")][1:]
        assert [(each["call_id"], each["output"]) for each in outputs] == [("c1", '{"tide":"low"}')]
        assert len(stage.of("response.create")) == 2

    run(scenario())


def test_F2_a_function_of_the_client() -> None:
    replies = [Reply(Call("tide", '{"port": "Oslo"}')), Reply(Say("It is low."))]

    async def scenario() -> None:
        async with (
            model(lambda: replies) as upstream,
            proxied(upstream.url) as host,
            component(host.url) as client,
        ):
            await client.send("Settings", agent={"think": {"functions": [{"name": "tide"}]}})
            await client.send("InjectUserMessage", content="How is the tide?")
            (call,) = (await client.until("FunctionCallRequest"))["functions"]
            await client.send("FunctionCallResponse", id=call["id"], result={"tide": "low"})
            while client.texts("assistant")[-1:] != ["It is low."]:
                await client.until("ConversationText")
        assert client.of("Error") == []

    run(scenario())


# --- manual commit and idle ends ----------------------------------------------------------------------------


def test_A7_a_microphone_that_never_pauses_is_committed() -> None:
    """V2 has the ceiling of 15 s; here it is shorter."""

    async def scenario() -> None:
        config = rt.Config.component(turn_detection=rt.ManualCommit(debounce=0.4, ceiling=0.3))
        async with (
            model() as upstream,
            proxied(upstream.url, config=config) as host,
            component(host.url) as client,
        ):
            await client.send("Settings", agent={"useOpenAIManualAudioCommit": True})
            await client.until("SettingsApplied")
            talking = asyncio.create_task(_talk(client))
            await client.until("AgentAudioDone")
            talking.cancel()
        assert upstream.sessions[0].count("input_audio_buffer.commit") >= 1

    pytest.importorskip("numpy", reason="needs the resample extra")
    run(scenario())


async def _talk(client: Component) -> None:
    while True:
        await client.socket.send(SPEECH)
        await asyncio.sleep(0.02)


_PACE = 20
"""How many times faster than on the clock an idle timeout runs here."""


@pytest.mark.parametrize(("margin", "nudges"), [("0", True), ("5", False)])
def test_V2_an_idle_call_ends_before_the_server_speaks_up(margin: str, nudges: bool) -> None:
    """The component's timer has the length that it sends; without a margin the server's may be first."""

    async def script(stage: Stage) -> None:
        await ready(stage)
        idle = settled(stage)["audio"]["input"]["turn_detection"]["idle_timeout_ms"]
        await asyncio.sleep(idle / 1000 / _PACE - 0.05)
        await stage.say({"type": "input_audio_buffer.timeout_triggered", "item_id": "i1"}, ANSWER)
        done = {"type": "response.output_text.done", "response_id": "r1", "item_id": "i2", "text": "Hello?"}
        await stage.say(done)

    async def scenario() -> None:
        async with played(script) as upstream, proxied(upstream.url, "--idle-margin", margin) as host:
            async with component(host.url) as client:
                await client.send("Settings", agent={"idleTimeoutMs": 10000})
                await client.until("SettingsApplied")
                with nullcontext() if nudges else pytest.raises(asyncio.TimeoutError):
                    await asyncio.wait_for(client.until("ConversationText"), 10000 / 1000 / _PACE)
            await eventually(lambda: upstream.stages[0].socket.close_code is not None)
        assert client.texts("assistant") == (["Hello?"] if nudges else [])

    run(scenario())


@pytest.mark.parametrize(("margin", "sent"), [("0", 25000), ("2.5", 27500), ("6", None)])
def test_V2_the_margin_is_added_to_what_the_server_is_told(margin: str, sent: int | None) -> None:
    async def scenario() -> None:
        async with (
            played(ready) as upstream,
            proxied(upstream.url, "--idle-margin", margin) as host,
            component(host.url) as client,
        ):
            await client.send("Settings", agent={"idleTimeoutMs": 25000})
            await client.until("SettingsApplied")
        assert settled(upstream.stages[0])["audio"]["input"]["turn_detection"].get("idle_timeout_ms") == sent

    run(scenario())


# --- dialling early -----------------------------------------------------------------------------------------


def test_S2_the_server_is_dialled_when_the_client_comes() -> None:
    async def scenario() -> None:
        async with played(ready) as upstream, proxied(upstream.url) as host, component(host.url) as client:
            await eventually(lambda: len(upstream.stages) == 1)
            await client.send("Settings")
            await client.until("SettingsApplied")
            assert len(upstream.stages) == 1

    run(scenario())


def test_S2_or_when_it_has_sent_settings() -> None:
    async def scenario() -> None:
        async with (
            played(ready) as upstream,
            proxied(upstream.url, "--dial", "on-settings") as host,
            component(host.url) as client,
        ):
            await client.send("InjectUserMessage", content="Hi")
            await asyncio.sleep(0.2)
            assert upstream.stages == []
            await client.send("Settings")
            await client.until("SettingsApplied")

    run(scenario())


@pytest.mark.parametrize("handshake", [0.0, 0.5], ids=["open", "on its way"])
def test_S2_settings_that_name_another_model(handshake: float) -> None:
    """The old socket is closed, whatever it says is not heard, and the call is held with the other model."""

    async def script(stage: Stage) -> None:
        await stage.say(CREATED)
        if stage.model == "gpt-realtime-other":
            await stage.until("session.update")
            await stage.say(updated())
            return
        for number in range(1000):
            await stage.say(
                {"type": "error", "error": {"code": f"old_{number}", "message": "I am still here."}}
            )

    async def scenario() -> None:
        async with played(script, handshake=handshake) as upstream, proxied(upstream.url) as host:
            async with component(host.url) as client:
                if not handshake:
                    await client.until("Error")
                other = {"type": "open_ai", "model": "gpt-realtime-other"}
                await client.send("Settings", agent={"think": {"provider": other}})
                await client.until("SettingsApplied")
                told = len(client.told)
                await asyncio.sleep(0.2)
                assert len(client.told) == told
            await eventually(lambda: all(each.socket.close_code is not None for each in upstream.stages))
        *old, new = upstream.stages
        assert new.model == "gpt-realtime-other"
        assert [each.heard for each in old] == [[]] * len(old)
        assert len(old) == (0 if handshake else 1)

    run(scenario())


def test_S9_the_server_cannot_be_dialled() -> None:
    """Nobody need send Settings to learn it."""

    async def scenario() -> None:
        async with proxied("ws://127.0.0.1:1", DIAL_SECONDS=0.5) as host, component(host.url) as client:
            assert await client.closed() == 1000
        assert [each["code"] for each in client.of("Error")] == ["upstream_closed_before_session_ready"]

    run(scenario())


def test_E6_the_server_is_full() -> None:
    async def script(stage: Stage) -> None:
        detail = {
            "type": "session_limit_reached",
            "code": "session_limit_reached",
            "message": "All slots in use.",
        }
        await stage.say({"type": "error", "error": detail})
        await stage.socket.close(1008, "session_limit_reached")

    async def scenario() -> None:
        async with played(script) as upstream, proxied(upstream.url) as host, component(host.url) as client:
            assert await client.closed() == 1000
        (error,) = client.of("Error")
        assert (error["code"], error["description"]) == ("session_limit_reached", "All slots in use.")

    run(scenario())
