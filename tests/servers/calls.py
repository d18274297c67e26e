"""The calls. Each says in its docstring what it holds, and ends by an AssertionError where it does not."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from deepgram.agent.v1.types import (
    AgentV1InjectAgentMessage,
    AgentV1UpdatePrompt,
    AgentV1UpdateSpeak,
)

from tests.e2e.callers import Caller, kind, said, settings
from tests.servers.models import HEARD, RATE, STORY
from tests.servers.stands import Stand

WEATHER = {"name": "get_weather", "description": "The weather of a city.", "parameters": {"type": "object"}}
SPEECH = Path(__file__).parents[1] / "data" / "speech" / "sox_24000.wav"
FRAME_MS = 20
SILENCE = b"\x00\x00" * (RATE * FRAME_MS // 1000)
Call = Callable[[Stand], Awaitable[None]]


async def speak(caller: Caller, times: int = 2, silent_ms: int = 1200) -> None:
    """Say the recorded sentence, at the pace of speech, and be silent."""
    with wave.open(str(SPEECH)) as file:
        sentence = file.readframes(file.getnframes())
    audio = sentence * times
    frames = [audio[at : at + len(SILENCE)] for at in range(0, len(audio), len(SILENCE))]
    frames += [SILENCE] * (silent_ms // FRAME_MS)
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number, frame in enumerate(frames):
        await caller.agent.send_media(frame)
        await asyncio.sleep(max(0.0, began + (number + 1) * FRAME_MS / 1000 - loop.time()))


def heard(caller: Caller, *wanted: str) -> None:
    """The agent said this, in this order and nothing else; spaces do not count."""
    words = " ".join(caller.texts("assistant")).split()
    assert words == " ".join(wanted).split(), f"the agent said {' '.join(words)!r}"


def seconds(audio: bytes) -> float:
    return len(audio) / 2 / RATE


async def greeting(stand: Stand) -> None:
    """The greeting is shown and ends the agent's turn; nothing is asked of the language model."""
    asked = len(stand.models.asked)
    async with stand.calling() as caller:
        await caller.configured(greeting="Hi, how can I help?")
        await caller.until("AgentAudioDone")
        heard(caller, "Hi, how can I help?")
    assert not caller.audio
    assert len(stand.models.asked) == asked


async def typed(stand: Stand) -> None:
    """Two typed turns, each answered once, in text and with as much audio as the text takes."""
    async with stand.calling() as caller:
        await caller.configured()
        for question in ("Is it raining", "Are you there"):
            before = len(caller.told)
            await caller.ask(question)
            assert 0.9 < seconds(caller.audio_after(before)) < 1.8, "the audio has another length"
        heard(caller, "You said: Is it raining You said: Are you there")
    assert caller.texts("user") == ["Is it raining", "Are you there"]


async def parallel_calls(stand: Stand) -> None:
    """Two calls of functions in one response; when both are answered, one answer."""
    async with stand.calling() as caller:
        await caller.configured(functions=[WEATHER])
        await caller.agent.send_inject_user_message(said("What is the weather"))
        requests = [await caller.until("FunctionCallRequest") for _ in range(2)]
        functions = [request.functions[0] for request in requests]
        assert [function.arguments for function in functions] == ['{"city": "Oslo"}', '{"city": "Rome"}']
        for function, content in zip(functions, ("sunny in Oslo", "rain in Rome"), strict=True):
            await caller.answer(function, content)
        await caller.until("AgentAudioDone")
        heard(caller, "The tools said: sunny in Oslo, rain in Rome.")


async def spoken(stand: Stand) -> None:
    """A spoken turn: the server hears when it begins and ends, and it is answered once."""
    async with stand.calling() as caller:
        await caller.configured()
        await speak(caller)
        await caller.until("AgentAudioDone")
        heard(caller, f"You said: {HEARD}")
    assert caller.kinds.count("UserStartedSpeaking") == 1
    assert caller.texts("user") == [HEARD]
    assert caller.audio


async def barge_in(stand: Stand) -> None:
    """The user speaks while the agent does: the agent falls silent, and the user is answered."""
    async with stand.calling() as caller:
        await caller.configured()
        await caller.agent.send_inject_user_message(said("Tell me a long story"))
        await caller.until("audio")
        talking = asyncio.create_task(speak(caller))
        await caller.until("UserStartedSpeaking")
        cut = len(caller.told)
        await caller.until("ConversationText", lambda message: message.role == "user")
        late = [kind(message) for message in caller.told[cut:]]
        assert "audio" not in late, "the agent went on when it had been interrupted"
        await caller.until("ConversationText", lambda message: "You said" in message.content)
        await caller.until("AgentAudioDone")
        await talking
    assert caller.texts("user")[1:] == [HEARD]
    assert caller.texts("assistant")[-1].endswith(HEARD)
    assert len(caller.texts("assistant")) <= len(STORY), "the story was told to its end"


async def updates(stand: Stand) -> None:
    """Updates are acknowledged, and the next answer comes of the new prompt."""
    async with stand.calling() as caller:
        await caller.configured()
        await caller.agent.send_update_prompt(AgentV1UpdatePrompt(prompt="You are a pirate."))
        await caller.until("PromptUpdated")
        speak_: Any = {"provider": {"type": "deepgram", "model": "aura-2-thalia-en"}}
        await caller.agent.send_update_speak(
            AgentV1UpdateSpeak.model_validate({"type": "UpdateSpeak", "speak": speak_})
        )
        await caller.until("SpeakUpdated")
        await caller.ask("What is your prompt")
        assert "pirate" in " ".join(caller.texts("assistant")), caller.texts("assistant")


async def injections(stand: Stand) -> None:
    """A text of the client is said word for word: at once, after what is being said, and instead of it."""
    async with stand.calling() as caller:
        await caller.configured()
        await inject(caller, "Please hold.", "default")
        await caller.until("AgentAudioDone")
        heard(caller, "Please hold.")
        await caller.agent.send_inject_user_message(said("Are you there"))
        await caller.until("audio")
        await inject(caller, "One more thing.", "queue")
        for _ in range(2):
            await caller.until("AgentAudioDone")
        heard(caller, "Please hold. You said: Are you there One more thing.")
        await caller.agent.send_inject_user_message(said("Tell me a long story"))
        await caller.until("audio")
        await inject(caller, "Goodbye.", "interrupt")
        await caller.until("ConversationText", lambda message: message.content == "Goodbye.")
        await caller.until("AgentAudioDone")
        before = len(caller.told)
        await caller.ask("Is it raining")
        assert caller.texts("assistant")[-1] == "You said: Is it raining", caller.told[before:]


async def inject(caller: Caller, text: str, behavior: str) -> None:
    body = {"type": "InjectAgentMessage", "message": text, "behavior": behavior}
    await caller.agent.send_inject_agent_message(AgentV1InjectAgentMessage.model_validate(body))


async def unanswered_call(stand: Stand) -> None:
    """Calls that nobody answers are given up, and the turn after them is answered."""
    async with stand.calling() as caller:
        await caller.configured(functions=[WEATHER])
        await caller.agent.send_inject_user_message(said("What is the weather"))
        for _ in range(2):
            await caller.until("FunctionCallRequest")
        await caller.agent.send_inject_user_message(said("Are you there"))
        await caller.until("FunctionCallCancelled")
        await caller.until("ConversationText", lambda message: message.role == "assistant")
        await caller.until("AgentAudioDone")
        heard(caller, "You said: Are you there")


async def failed_response(stand: Stand) -> None:
    """The language model fails: one Warning, and the next turn is answered."""
    async with stand.calling() as caller:
        await caller.configured()
        await caller.ask("please explode")
        assert [message.code for message in caller.of("Warning")] == ["THINK_REQUEST_FAILED"]
        await caller.ask("Is it raining")
        assert caller.texts("assistant")[-1] == "You said: Is it raining"


async def mulaw(stand: Stand) -> None:
    """A client of telephony, whose format the server does not have: it is converted."""
    audio = {
        "input": {"encoding": "mulaw", "sample_rate": 8000},
        "output": {"encoding": "mulaw", "sample_rate": 8000, "container": "none"},
    }
    async with stand.calling() as caller:
        await caller.configured(audio=audio)
        await caller.ask("Is it raining")
        heard(caller, "You said: Is it raining")
    assert 0.9 < len(caller.audio) / 8000 < 1.8, "the audio has another length"


async def manual(stand: Stand) -> None:
    """The translator shall commit the audio, which this server does not allow: one answer all the same."""
    async with stand.calling("--turn-detection", "manual") as caller:
        await caller.configured()
        await speak(caller, silent_ms=2500)
        await caller.until("AgentAudioDone")
        await caller.ask("Are you there")
        heard(caller, f"You said: {HEARD} You said: Are you there")


async def full(stand: Stand) -> None:
    """A call too many: an Error that says it is the server's fault, and the first goes on."""
    async with stand.calling() as caller:
        await caller.configured()
        async with stand.another() as late:
            await late.agent.send_settings(settings())
            await late.closed()
            assert [message.code for message in late.of("Error")] == ["INTERNAL_SERVER_ERROR"]
        await caller.ask("Are you there")
        heard(caller, "You said: Are you there")


async def killed(stand: Stand) -> None:
    """The server dies while the agent speaks: an Error, and the client is closed."""
    async with stand.calling() as caller:
        await caller.configured()
        await caller.agent.send_inject_user_message(said("Tell me a long story"))
        await caller.until("audio")
        await stand.kill()
        await caller.closed()
    assert [message.code for message in caller.of("Error")] == ["INTERNAL_SERVER_ERROR"]


CALLS: tuple[Call, ...] = (
    greeting,
    typed,
    parallel_calls,
    spoken,
    barge_in,
    updates,
    injections,
    unanswered_call,
    failed_response,
    mulaw,
    manual,
    full,
    killed,
)
"""In this order: the last leaves no server."""
