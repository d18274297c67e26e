"""The Deepgram client's call goes on when the server is killed, whatever is under way (N)."""

from __future__ import annotations

import base64
import os
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from unittest.mock import patch

import pytest

import realtime_translate as rt
from realtime_translate.testing import Call, Reply, Say, ServerView
from tests.e2e.callers import SILENCE_MS, SPEECH_MS, Caller, calling, said
from tests.e2e.hosts import (
    KEY,
    PROXIES,
    Host,
    Session,
    Upstream,
    eventually,
    example,
    model,
    run,
    websockets_proxy,
)
from tests.e2e.test_twilio import bridge, ringing

CONFIG = rt.Config.deepgram(renewal=rt.Renewal())
WEATHER = {"name": "get_weather", "description": "The weather.", "parameters": {"type": "object"}}
STORY = Reply(Say("It is a long story. " * 20, audio_ms=20_000))
END = Reply(Say("And so it ended."))


@pytest.fixture(params=PROXIES, name="proxy")
def _proxy(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def sessions(*scripts: Sequence[Reply]) -> Callable[[], Sequence[Reply]]:
    """A script for each connection, in order; "Yes." is all that is said in those that follow."""
    left: Iterator[Sequence[Reply]] = iter(scripts)
    return lambda: next(left, ())


def items(session: Session) -> list[Any]:
    """What a session was told, as (role or type, text)."""
    created = [event["item"] for event in session.received if event["type"] == "conversation.item.create"]
    return [
        (item["role"], item["content"][0]["text"])
        if item["type"] == "message"
        else (item["type"], item.get("output", item.get("arguments")))
        for item in created
    ]


def assert_unnoticed(caller: Caller, *known: Session) -> None:
    """The client was told of one session alone, and every session was set up once, first (N4, N5, N16)."""
    for once in ("Welcome", "SettingsApplied"):
        assert caller.kinds.count(once) == 1
    assert not {"Error", "Warning"} & {*caller.kinds}
    for session in known:
        assert [event["type"] for event in session.received].index("session.update") == 0
        assert session.count("session.update") == 1


def test_N8_killed_in_the_middle_of_an_answer(proxy: str) -> None:
    async def scenario() -> None:
        async with (
            model(sessions([STORY], [END])) as upstream,
            PROXIES[proxy](upstream.url, CONFIG) as host,
            calling(host.url) as caller,
        ):
            await caller.configured(greeting="Welcome!")
            await caller.agent.send_inject_user_message(said("Tell me a story."))
            await caller.until("audio")
            upstream.abort()
            await caller.until("AgentAudioDone")
            told = caller.texts("assistant")[1:]
            await caller.until("AgentAudioDone")
            await caller.ask("Thank you.")
        first, second = upstream.sessions
        assert_unnoticed(caller, first, second)
        assert caller.texts("assistant")[1:] == [*told, "And so it ended.", "Yes."]
        assert " ".join(told) != "It is a long story. " * 20  # it broke off
        assert items(second)[:2] == [("user", "Tell me a story."), ("assistant", " ".join(told))]

    run(scenario())


def test_N10_killed_while_a_function_runs(proxy: str) -> None:
    async def scenario() -> None:
        async with (
            model(sessions([Reply(Call("get_weather"))], [Reply(Say("It rains."))])) as upstream,
            PROXIES[proxy](upstream.url, CONFIG) as host,
            calling(host.url) as caller,
        ):
            await caller.configured(functions=[WEATHER])
            await caller.agent.send_inject_user_message(said("What is the weather?"))
            (function,) = (await caller.until("FunctionCallRequest")).functions
            upstream.abort()
            await eventually(lambda: len(upstream.sessions) == 2)
            await caller.answer(function, "rain")
            await caller.until("AgentAudioDone")
        assert_unnoticed(caller, *upstream.sessions)
        assert caller.texts("assistant") == ["It rains."]
        told = [("user", "What is the weather?"), ("function_call", "{}"), ("function_call_output", "rain")]
        assert items(upstream.sessions[1]) == told

    run(scenario())


def test_N12_killed_in_the_middle_of_a_sentence(proxy: str) -> None:
    async def scenario() -> None:
        async with (
            model() as upstream,
            PROXIES[proxy](upstream.url, CONFIG) as host,
            calling(host.url) as caller,
        ):
            await caller.configured()
            await caller.speak(400)
            await caller.until("UserStartedSpeaking")
            upstream.abort()
            await caller.speak(300)
            await eventually(lambda: len(upstream.sessions) == 2 and spoken_ms(upstream.sessions[1]) == 700)
            await caller.speak(700, SILENCE_MS)
            await caller.until("AgentAudioDone")
        first, second = upstream.sessions
        assert_unnoticed(caller, first, second)
        assert caller.texts("user") == ["Hello there."]
        assert spoken_ms(second) == 700  # the whole sentence, once

    run(scenario())


def spoken_ms(session: Session) -> int:
    """How much of the audio that a session got was speech."""
    appended = [event["audio"] for event in session.received if event["type"] == "input_audio_buffer.append"]
    audio = b"".join(map(base64.b64decode, appended))
    return audio.count(SPEECH_MS[:2]) // 24


@pytest.mark.parametrize("at", ["session.update", "conversation.item.create"])
def test_N14_killed_again_during_the_renewal(proxy: str, at: str, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        async with (
            model(sessions([STORY], [], [END]), latency=0.1) as upstream,
            PROXIES[proxy](upstream.url, CONFIG) as host,
            calling(host.url) as caller,
        ):
            await caller.configured()
            await caller.agent.send_inject_user_message(said("Tell me a story."))
            await caller.until("audio")
            upstream.abort()
            await eventually(lambda: len(upstream.sessions) == 2 and upstream.sessions[1].count(at) > 0)
            upstream.abort()
            await caller.until("ConversationText", lambda each: each.content == "And so it ended.")
            await caller.until("AgentAudioDone")
        assert_unnoticed(caller, *upstream.sessions)
        assert len(upstream.sessions) == 3
        codes = [record.__dict__["fields"].get("notice") for record in caplog.records]
        assert [code for code in codes if str(code).startswith("RENEWAL")] == [
            "RENEWAL_STARTED",
            "RENEWAL_FAILED",
            "RENEWAL_STARTED",
            "RENEWAL_DONE",
        ]

    caplog.set_level("INFO", logger="bridge")
    run(scenario())


def test_N15_a_server_that_stays_away(proxy: str) -> None:
    """After so many attempts the client is told, and the call ends."""
    config = rt.Config.deepgram(renewal=rt.Renewal(attempts=3, delays=(0.0,)))

    async def scenario() -> None:
        async with model() as upstream, PROXIES[proxy](upstream.url, config) as host:
            async with calling(host.url) as caller:
                await caller.configured()
                upstream.server.close(close_connections=False)
                upstream.abort()
                assert await caller.closed() == (1000, "INTERNAL_SERVER_ERROR")
            assert [error.code for error in caller.of("Error")] == ["INTERNAL_SERVER_ERROR"]

    run(scenario())


def test_N2_sessions_are_renewed_by_age(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the host holds no more than the sockets of one session."""
    config = rt.Config.deepgram(renewal=rt.Renewal(after=0.1, ready_for=0.0))
    held: list[Any] = []

    def answer(view: ServerView, _request: object) -> Reply:
        return Reply(Say(f"Answer to {len(view.items)} items."))

    async def scenario() -> None:
        async with model(lambda: answer) as upstream, websockets_proxy(upstream.url, config) as host:
            begin = host.bridge.Call.begin
            monkeypatch.setattr(
                host.bridge.Call, "begin", lambda call, socket: (held.append(call), begin(call, socket))
            )
            async with calling(host.url) as caller:
                await caller.configured(greeting="Welcome!")
                await caller.until("AgentAudioDone")
                for number in range(5):
                    await eventually(lambda seen=number: len(upstream.sessions) > seen + 1)
                    await caller.ask(f"Question {number}")
                assert len(held[0].legs) <= 3  # the client's, the server's, one that is being closed
        assert_unnoticed(caller)
        assert caller.texts("user") == [f"Question {number}" for number in range(5)]
        answers = [f"Answer to {2 * number + 1} items." for number in range(5)]
        assert caller.texts("assistant") == ["Welcome!", *answers]

    run(scenario())


def test_N8_a_phone_call_outlives_its_session() -> None:
    async def scenario() -> None:
        async with (
            model(sessions([STORY], [Reply(Say("And so it ended.", audio_ms=900))])) as upstream,
            bridge(upstream.url, "--greeting", "A story.", "--renew-attempts", "3") as host,
            ringing(host.url) as phone,
        ):
            await phone.until("mark", lambda ms: ms >= 600)
            upstream.abort()
            before = phone.ms
            await phone.until("mark", lambda ms: ms >= before + 900)  # what the other session says
            assert len(upstream.sessions) == 2
            await phone.send("stop", stop={"callSid": "CA1"})
            assert await phone.closed() == 1000

    run(scenario())


# --- another server -----------------------------------------------------------------------------------------


@asynccontextmanager
async def by_options(first: Upstream, second: Upstream) -> AsyncGenerator[Host, None]:
    """Its URL and its model are said: both are others than usual."""
    said = ["--renew-attempts", "2", "--fallback", f"xai=grok-voice@{second.url}"]
    async with websockets_proxy(first.url, None, *said) as host:
        yield host


@asynccontextmanager
async def by_environment(first: Upstream, second: Upstream) -> AsyncGenerator[Host, None]:
    with patch.dict(os.environ, FALLBACK=f"xai=grok-voice@{second.url}"):
        async with PROXIES["starlette"](first.url, CONFIG) as host:
            yield host


@pytest.mark.parametrize("falling_back", [by_options, by_environment])
def test_N19_another_server_takes_the_call(
    falling_back: Callable[[Upstream, Upstream], AbstractAsyncContextManager[Host]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The first one is gone for good; the next one speaks another dialect, and gets its own credential."""
    monkeypatch.setenv("XAI_API_KEY", "xai-never-to-be-logged")

    async def scenario() -> None:
        async with (
            model(sessions([STORY])) as first,
            model(sessions([END]), dialect="xai") as second,
            falling_back(first, second) as host,
            calling(host.url) as caller,
        ):
            await caller.configured(greeting="Welcome!")
            await caller.agent.send_inject_user_message(said("Tell me a story."))
            await caller.until("audio")
            first.server.close(close_connections=False)
            first.abort()
            await caller.until("AgentAudioDone")
            told = caller.texts("assistant")[1:]
            await caller.until("AgentAudioDone")
            await caller.ask("Thank you.")
            assert second.keys == ["Bearer xai-never-to-be-logged"]
        (session,) = second.sessions
        assert_unnoticed(caller, session)
        assert session.received[0]["session"]["turn_detection"]["type"] == "server_vad"  # where it has that
        assert caller.texts("assistant")[1:] == [*told, "And so it ended.", "Yes."]
        assert items(session)[:2] == [("user", "Tell me a story."), ("assistant", " ".join(told))]
        notices = [record.__dict__["fields"].get("notice") for record in caplog.records]
        assert [each for each in notices if str(each).startswith("RENEWAL_E")] == ["RENEWAL_ELSEWHERE"]
        assert KEY not in caplog.text
        assert "xai-never" not in caplog.text

    caplog.set_level("INFO", logger="bridge")
    run(scenario())


def test_N19_a_phone_call_goes_on_with_another_server() -> None:
    async def scenario() -> None:
        async with (
            model(sessions([STORY])) as first,
            model(sessions([Reply(Say("And so it ended.", audio_ms=900))]), dialect="qwen") as second,
            bridge(first.url, "--greeting", "A story.", "--fallback", f"qwen@{second.url}") as host,
            ringing(host.url) as phone,
        ):
            await phone.until("mark", lambda ms: ms >= 600)
            first.server.close(close_connections=False)
            first.abort()
            before = [phone.ms]

            def said(ms: int) -> bool:
                """Whether the second one was heard to the end, whatever was under way of the first one."""
                before.append(before[-1] if second.sessions else ms)
                return ms >= before[-1] + 900  # 24000 samples a second, as mu-law

            await phone.until("mark", said)
            await phone.send("stop", stop={"callSid": "CA1"})
            assert await phone.closed() == 1000
        assert second.sessions[0].received[0]["session"]["input_audio_format"] == "pcm16"

    run(scenario())


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        (["nowhere"], "there is no server 'nowhere'"),
        (["azure"], "azure has no usual address"),
        (["azure@wss://mine.example"], "azure has no usual model"),
        (["xai", "xai"], "xai is named twice"),
        (["openai"], "openai is named twice"),
    ],
)
def test_N19_servers_to_fall_back_to_that_cannot_be(
    names: list[str], missing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = [each for name in names for each in ("--fallback", name)]
    for module in ("websockets_proxy", "twilio_bridge"):
        with pytest.raises(SystemExit):
            example(module).parse(said)
        assert missing in capsys.readouterr().err


def test_N19_servers_to_fall_back_to_have_what_is_usual() -> None:
    config, _ = example("websockets_proxy").parse(["--fallback", "xai", "--fallback", "azure=mine@wss://a"])
    assert config.renewal is not None
    assert [(row.name, row.model) for row in config.renewal.fallback] == [
        ("xai", "grok-voice-latest"),
        ("azure", "mine"),
    ]


# --- what the options say -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "renewal"),
    [
        ([], None),
        (["--renew-after", "600"], rt.Renewal(after=600.0)),
        (["--renew-attempts", "5"], rt.Renewal(attempts=5)),
        (["--renew-after", "600", "--renew-attempts", "5"], rt.Renewal(after=600.0, attempts=5)),
    ],
)
def test_N1_off_unless_an_option_says_so(
    said: list[str], renewal: rt.Renewal | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, _options = example("websockets_proxy").parse(said)
    assert config.renewal == renewal
    for name, value in zip(said[::2], said[1::2], strict=True):
        monkeypatch.setenv(name.removeprefix("--").replace("-", "_").upper(), value)
    for asgi in ("starlette_proxy", "fastapi_proxy"):
        assert example(asgi).CONFIG.renewal == renewal


@pytest.mark.parametrize("said", [["--renew-after", "0"], ["--renew-attempts", "0"], ["--renew-after", "x"]])
def test_N1_options_out_of_bounds(said: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        example("twilio_bridge").parse(said)
    assert f"argument {said[0]}" in capsys.readouterr().err
