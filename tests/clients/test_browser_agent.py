"""`@deepgram/browser-agent` in a real Chromium with a microphone holds whole calls through the proxy."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

pytest.importorskip("playwright.async_api")

from realtime_translate.testing import Call, Reply, Say
from tests.browser.browser import executable
from tests.clients.browsing import Browsing, browsing
from tests.clients.microphone import write_speech
from tests.clients.npm import PATIENCE, needs_packages
from tests.clients.test_node import THINK, WEATHER
from tests.e2e.hosts import Session, model, process, run, websockets_proxy

STORY = "There was a lighthouse. Its lamp had gone out. A storm was near. Nobody had oil. "
MUST_HEAR = 0.02
ANSWERED = "told.filter((each) => each.type == 'AgentAudioDone').length == 2"
SCHEDULED = "document.querySelector('deepgram-agent').scheduledPlaybackSources.size"


@pytest.fixture(name="chromium")
def _chromium() -> str:
    needs_packages()
    path = executable()
    if path is None:
        pytest.skip("no Chromium on this machine: python -m playwright install chromium")
    return path


def test_a_call_with_the_simulating_proxy(chromium: str, tmp_path: Path) -> None:
    """The greeting is heard, and what the user says is answered. Then the user hangs up."""
    write_speech(tmp_path / "voice.wav", [(1.5, False), (0.8, True), (3, False)])

    async def scenario() -> None:
        options = ("--simulate", "--port", "0", "--greeting", "spoken")
        agent = {"think": THINK, "greeting": "Hello!"}
        async with process("websockets_proxy.py", *options) as host:
            url = f"ws://127.0.0.1:{await host.port()}"
            async with browsing(chromium, tmp_path / "voice.wav", url, agent) as browser:
                assert await browser.loudest() == 0
                await browser.page.click("#begin")
                await browser.until("AgentAudioDone")
                await browser.page.wait_for_function(f"window.loudest > {MUST_HEAR}")
                await browser.until("ConversationText", lambda each: each["content"] == "Hello there.")
                await browser.page.wait_for_function(
                    "told.filter((each) => each.type == 'AgentAudioDone')[1]"
                )
                await browser.page.click("#end")
                await browser.until("socket close", lambda each: each["code"] == 1000)
                await untroubled(browser)
                assert await texts(browser) == ["assistant: Yes.", "user: Hello there.", "assistant: Yes."]
            host.terminate()
            assert await host.ended() == 0

    run(scenario(), 3 * PATIENCE)


def test_a_call_with_an_interruption_and_a_function(chromium: str, tmp_path: Path) -> None:
    """The user speaks twice; the second time the agent is telling a story, and falls silent."""
    voice = [(2, False), (1, True), (4, False), (1, True), (3, False)]
    write_speech(tmp_path / "voice.wav", voice)

    def script() -> list[Reply]:
        call = Call("get_weather", '{"city": "Oslo"}')
        greeting, story = Say("Good morning!"), Say(STORY, audio_ms=20_000)
        return [Reply(greeting), Reply(story), Reply(call), Reply(Say("It rains."))]

    async def scenario() -> None:
        agent = {"think": {**THINK, "functions": [WEATHER]}, "greeting": "Good morning!"}
        async with (
            model(script, token_interval=0.01, transcribe=lambda _audio: heard.pop(0)) as upstream,
            websockets_proxy(upstream.url, None, "--greeting", "spoken") as host,
        ):
            async with browsing(chromium, tmp_path / "voice.wav", host.url, agent) as browser:
                await browser.page.click("#begin")
                await browser.until("ConversationText", lambda each: each["content"] == "It rains.")
                await browser.page.screenshot(path=tmp_path / "call.png")
                await untroubled(browser)
                assert await texts(browser) == [
                    "assistant: Good morning!",
                    "user: Tell me a story.",
                    *(f"assistant: {sentence}." for sentence in STORY.split(". ")[:-1]),
                    "user: And the weather?",
                    "assistant: It rains.",
                ]
                assert await browser.page.evaluate(SCHEDULED) < 15, "the rest of the story is still played"
            await upstream.idle()
        (session,) = upstream.sessions
        (cut,) = [each for each in session.received if each["type"] == "conversation.item.truncate"]
        assert 500 < cut["audio_end_ms"] < 8000, "of 20 seconds"
        (output,) = [each["item"] for each in session.received if _is_output(each)]
        assert output["output"] == "rain"
        assert 7 < seconds_appended(session) < 20

    heard = ["Tell me a story.", "And the weather?"]
    run(scenario(), 3 * PATIENCE)


@pytest.mark.parametrize("attribute", ["idle-timeout-ms", "output-sample-rate"])
def test_it_needs_what_the_page_says(chromium: str, tmp_path: Path, attribute: str) -> None:
    """Without the first it hangs up at once, without the second it plays nothing."""
    write_speech(tmp_path / "voice.wav", [(3, False)])
    remove = f"document.querySelector('deepgram-agent').removeAttribute('{attribute}')"

    async def scenario() -> None:
        agent = {"think": THINK, "greeting": "Hello!"}
        async with (
            model() as upstream,
            websockets_proxy(upstream.url, None, "--greeting", "spoken") as host,
            browsing(chromium, tmp_path / "voice.wav", host.url, agent) as browser,
        ):
            await browser.page.evaluate(remove)
            await browser.page.click("#begin")
            if attribute == "idle-timeout-ms":
                await browser.until("socket close", lambda each: each["code"] == 1000)
                assert await texts(browser) == []
            else:
                await browser.until("AgentAudioDone")
                assert await browser.loudest() == 0
                assert "rate" in browser.troubles[0]

    run(scenario(), 3 * PATIENCE)


def _is_output(event: dict[str, object]) -> bool:
    item = event.get("item")
    return isinstance(item, dict) and item.get("type") == "function_call_output"


def seconds_appended(session: Session) -> float:
    """The audio of the microphone, in seconds: converted to the rate of the server as it is."""
    appended = [each["audio"] for each in session.received if each["type"] == "input_audio_buffer.append"]
    return sum(len(base64.b64decode(each)) for each in appended) / 48000


async def texts(browser: Browsing) -> list[str]:
    """What the page shows."""
    return await browser.page.locator("li").all_inner_texts()


async def untroubled(browser: Browsing) -> None:
    """The call had no error and no warning, and neither had the browser."""
    known = {"socket open", "socket close", "Welcome", "SettingsApplied", "ConversationText", "History"}
    known |= {"UserStartedSpeaking", "AgentAudioDone", "AgentStartedSpeaking", "FunctionCallRequest"}
    assert [each for each in await browser.told() if each["type"] not in known] == []
    assert browser.troubles == []
