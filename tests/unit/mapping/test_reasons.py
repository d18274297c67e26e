"""S10, T2: whoever reads of a setting that was refused or left out is told what would work."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from realtime_translate import Config, ContextMode, GreetingMode, Limits
from realtime_translate.deepgram.codes import ErrorCode, WarningCode
from realtime_translate.mapping.plan import Plan
from tests.unit.mapping.mapped import COMPONENT, DEEPGRAM, mapped, refused, think
from tests.unit.mapping.test_updates import apply, listen, prompt, refusal

Json = dict[str, Any]

INPUTS = "linear16, mulaw and alaw at 8000 to 48000"
OUTPUTS = "linear16 at 8000 to 48000, mulaw at 8000 and alaw at 8000"


def test_S10_a_stored_agent() -> None:
    refusal = refused("agent-id")
    assert refusal.code is ErrorCode.AGENT_ID_NOT_SUPPORTED
    assert refusal.description == (
        "agent: stored agents are not available here; send the agent's configuration"
    )
    assert str(refusal) == refusal.description


@pytest.mark.parametrize(
    ("functions", "description"),
    [
        ([{"name": ""}], "agent.think.functions[0].name: a function needs a name"),
        (
            [{"name": "a", "parameters": {"type": "array"}}],
            "agent.think.functions[0].parameters.type: the parameters of a function are an object",
        ),
    ],
)
def test_S10_a_function(functions: list[Json], description: str) -> None:
    assert refused(think(functions=functions)).description == description


def test_C1_a_role() -> None:
    messages = [{"type": "History", "role": "user", "content": "Hi"}]
    messages.append({"type": "History", "role": "tool", "content": "Hi"})
    refusal = refused({"context": {"messages": messages}}, Config.deepgram(context=ContextMode.ITEMS))
    assert refusal.description == "agent.context.messages[1].role: the role is user or assistant"


@pytest.mark.parametrize(
    ("audio", "description"),
    [
        (
            {"input": {"encoding": "opus", "sample_rate": 24000}},
            f"audio.input.encoding: opus cannot be translated; supported are {INPUTS}",
        ),
        (
            {"output": {"encoding": "opus"}},
            f"audio.output.encoding: opus cannot be translated; supported are {OUTPUTS}",
        ),
        (
            {"input": {"encoding": "linear16", "sample_rate": 7}},
            f"audio.input.sample_rate: linear16 at 7 cannot be translated; supported are {INPUTS}",
        ),
        (
            {"output": {"encoding": "mulaw", "sample_rate": 16000}},
            f"audio.output.sample_rate: mulaw at 16000 cannot be produced; supported are {OUTPUTS}",
        ),
        (
            {"output": {"container": "ogg"}},
            "audio.output.container: ogg cannot be produced; supported are none and wav",
        ),
    ],
)
def test_A2_audio(audio: Json, description: str) -> None:
    assert refused({}, audio=audio).description == description


def test_A2_audio_that_needs_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert refused({}, audio={"input": {"encoding": "linear16", "sample_rate": 16000}}).description == (
        "audio.input.sample_rate: linear16 at 16000 needs the extra realtime-translate[resample] on this "
        "server; without it linear16 at 24000, mulaw at 8000 and alaw at 8000 work"
    )


TOOL_CHOICE = 'it is auto, none, required or {"type": "function", "name": a declared function}'
MODALITIES = "it is a list of text or audio"
PROMPT = "version is a text and variables is an object of texts"
FORMAT = "its type is audio/pcm (at 24000), audio/pcmu or audio/pcma"


@pytest.mark.parametrize(
    ("agent", "path", "reason"),
    [
        (think(toolChoice=7), "think.toolChoice", "it is an object"),
        (think(toolChoice={}), "think.toolChoice", TOOL_CHOICE),
        (think(outputModalities=[]), "think.outputModalities", MODALITIES),
        (think(maxOutputTokens=0), "think.maxOutputTokens", "it is a whole number from 1 to 4096"),
        (think(managedPrompt={}), "think.managedPrompt", "it needs an id"),
        (think(managedPrompt={"id": "p", "version": 2}), "think.managedPrompt", PROMPT),
        ({"sessionAudioOutput": 7}, "sessionAudioOutput", "it is an object"),
        ({"sessionAudioOutput": {"format": {}}}, "sessionAudioOutput.format", FORMAT),
        (
            {"sessionAudioOutput": {"voice": {}}},
            "sessionAudioOutput.voice",
            "it is a name or an object with an id",
        ),
        ({"sessionAudioOutput": {"speed": 9}}, "sessionAudioOutput.speed", "it is a number from 0.25 to 1.5"),
        ({"idleTimeoutMs": "7"}, "idleTimeoutMs", "it is a number of milliseconds"),
    ],
)
def test_S10_an_invalid_field_of_the_component(agent: Json, path: str, reason: str) -> None:
    said = [each.fields for each in mapped(agent, COMPONENT).notices if each.code == "SETTING_INVALID"]
    assert said == [{"path": f"agent.{path}", "reason": reason}]


@pytest.mark.parametrize(
    ("agent", "config", "code", "fields"),
    [
        (
            {"greeting": "Hi"},
            Config.deepgram(greeting=GreetingMode.SUPPRESSED),
            "GREETING_SUPPRESSED",
            {"reason": "the configuration says so"},
        ),
        (
            {
                "greeting": "Hi",
                "context": {"messages": [{"type": "History", "role": "user", "content": "Ho"}]},
            },
            DEEPGRAM,
            "GREETING_SUPPRESSED",
            {"reason": "Settings carry context"},
        ),
        (
            think(),
            DEEPGRAM,
            "MODEL_REPLACED",
            {"path": "agent.think.provider.model", "asked": "gpt-4o-mini", "sent": "gpt-realtime-2.1"},
        ),
        (
            {"speak": {"provider": {"type": "cartesia"}}},
            DEEPGRAM,
            "VOICE_APPROXIMATED",
            {"path": "agent.speak.provider.model_id", "asked": "none", "sent": DEEPGRAM.voices.default},
        ),
        (
            {"speak": {"provider": {"type": "deepgram", "model": "aura-2-nobody-en"}}},
            DEEPGRAM,
            "VOICE_APPROXIMATED",
            {
                "path": "agent.speak.provider.model",
                "asked": "aura-2-nobody-en",
                "sent": DEEPGRAM.voices.default,
            },
        ),
        (
            {"speak": {"provider": {"type": "open_ai", "voice": "alloy", "speed": 9}}},
            DEEPGRAM,
            "SETTING_CLAMPED",
            {"path": "agent.speak.provider.speed", "asked": 9, "sent": 1.5},
        ),
        (
            {"idleTimeoutMs": 7},
            COMPONENT,
            "SETTING_CLAMPED",
            {"path": "agent.idleTimeoutMs", "asked": 7, "sent": 5000},
        ),
    ],
)
def test_S10_what_is_noticed_of_what_was_asked(agent: Json, config: Config, code: str, fields: Json) -> None:
    assert [each.fields for each in mapped(agent, config).notices if each.code == code] == [fields]


def test_S10_a_replaced_call_id_is_noticed_with_the_one_that_is_sent() -> None:
    call = {"id": "a call", "name": "f", "client_side": True, "arguments": "{}", "response": ""}
    context = {"messages": [{"type": "History", "function_calls": [call]}]}
    result = mapped({"context": context}, Config.deepgram(context=ContextMode.ITEMS))
    sent = result.plan.context_items[0]["call_id"]
    assert [each.fields for each in result.notices] == [{"call_id": "a call", "sent": sent}]
    assert str(sent).startswith("call_")
    assert len(str(sent)) == 29


# --- updates ------------------------------------------------------------------------------------------------

SHORT = Config.deepgram(limits=Limits(item_text=3))


@pytest.mark.parametrize(
    ("message", "config", "code", "description"),
    [
        (
            prompt("long"),
            SHORT,
            WarningCode.PROMPT_TOO_LONG,
            "prompt: the whole prompt is over 3 characters",
        ),
        (
            {"type": "UpdateThink", "think": []},
            DEEPGRAM,
            ErrorCode.INVALID_SETTINGS,
            "think: it needs at least one entry",
        ),
        (
            listen(language="multi"),
            DEEPGRAM,
            WarningCode.UPDATE_LISTEN_UNSUPPORTED_FIELDS_CHANGED,
            "listen.provider.language: multi cannot be chosen for the transcription",
        ),
    ],
)
def test_T2_an_update(message: Json, config: Config, code: str, description: str) -> None:
    refused_for = refusal(Plan(), message, config)
    assert (refused_for.code, refused_for.description) == (code, description)


def test_T2_the_whole_prompt_may_be_as_long_as_a_limit_says() -> None:
    assert apply(Plan(prompt="a"), prompt("b"), SHORT)[0].prompt == "a\nb"
