"""S10: the fields that only the component's dialect has. An invalid value is left out, with a Notice."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Voices
from realtime_translate.audio import ALAW_8K, MULAW_8K, PCM_24K, AudioFormat
from realtime_translate.config import Config
from realtime_translate.mapping.plan import AudioPath
from tests.unit.mapping.mapped import COMPONENT, Result, mapped, think

TOOLS = [{"name": "tide"}]


def thought(**fields: Any) -> Result:
    return mapped(think(functions=TOOLS, **fields), COMPONENT)


def output(result: Result) -> Any:
    return result.session["audio"].get("output")


def sounding(**parts: Any) -> Result:
    return mapped({"sessionAudioOutput": parts}, COMPONENT)


# --- think --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", ["auto", "none", "required", {"type": "function", "name": "tide"}])
def test_S10_tool_choice(choice: object) -> None:
    result = thought(toolChoice=choice)
    assert result.session["tool_choice"] == choice
    assert result.invalid == []


def test_S10_tool_choice_has_no_other_keys() -> None:
    choice = {"type": "function", "name": "tide", "strict": True}
    assert thought(toolChoice=choice).session["tool_choice"] == {"type": "function", "name": "tide"}


@pytest.mark.parametrize(
    "choice",
    [
        "any",
        "",
        7,
        [],
        {},
        {"type": "function"},
        {"type": "function", "name": 7},
        {"type": "tool", "name": "tide"},
        {"type": "function", "name": "undeclared"},
    ],
)
def test_S10_an_invalid_tool_choice_is_left_out(choice: object) -> None:
    result = thought(toolChoice=choice)
    assert "tool_choice" not in result.session
    assert result.invalid == ["agent.think.toolChoice"]


def test_S10_without_tools_no_tool_can_be_chosen() -> None:
    result = mapped(think(toolChoice={"type": "function", "name": "tide"}), COMPONENT)
    assert result.invalid == ["agent.think.toolChoice"]


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        (["text"], ["text"]),
        (["audio"], ["audio"]),
        (["text", "audio"], ["audio"]),
        (["audio", "text"], ["audio"]),
        (["text", "text"], ["text"]),
    ],
)
def test_S10_one_modality_is_sent(asked: list[str], sent: list[str]) -> None:
    assert thought(outputModalities=asked).session["output_modalities"] == sent


@pytest.mark.parametrize("asked", [[], "audio", ["video"], ["audio", "video"], ["text", 7], [["text"]], {}])
def test_S10_invalid_modalities_are_left_out(asked: object) -> None:
    result = thought(outputModalities=asked)
    assert "output_modalities" not in result.session
    assert result.invalid == ["agent.think.outputModalities"]


@pytest.mark.parametrize("tokens", [1, 100, 4096])
def test_S10_max_output_tokens(tokens: int) -> None:
    assert thought(maxOutputTokens=tokens).session["max_output_tokens"] == tokens


@pytest.mark.parametrize("tokens", [0, -1, 4097, 10**20, 1.5, "inf", "100", True, []])
def test_S10_invalid_max_output_tokens_are_left_out(tokens: object) -> None:
    result = thought(maxOutputTokens=tokens)
    assert "max_output_tokens" not in result.session
    assert result.invalid == ["agent.think.maxOutputTokens"]


@pytest.mark.parametrize(
    "prompt",
    [
        {"id": "p1"},
        {"id": "p1", "version": "2"},
        {"id": "p1", "version": "2", "variables": {"name": "Ann"}},
        {"id": "p1", "variables": {}},
    ],
)
def test_S10_a_managed_prompt(prompt: dict[str, Any]) -> None:
    assert thought(managedPrompt=prompt).session["prompt"] == prompt
    assert thought(managedPrompt={**prompt, "more": 1}).session["prompt"] == prompt


@pytest.mark.parametrize(
    "prompt",
    [
        "p1",
        [],
        {},
        {"id": ""},
        {"id": 7},
        {"id": "p1", "version": 2},
        {"id": "p1", "version": ""},
        {"id": "p1", "variables": ["Ann"]},
        {"id": "p1", "variables": {"age": 7}},
    ],
)
def test_S10_an_invalid_managed_prompt_is_left_out(prompt: object) -> None:
    result = thought(managedPrompt=prompt)
    assert "prompt" not in result.session
    assert result.invalid == ["agent.think.managedPrompt"]


def test_S10_null_is_as_if_absent() -> None:
    fields = ("toolChoice", "outputModalities", "maxOutputTokens", "managedPrompt")
    result = thought(**dict.fromkeys(fields))
    assert (result.session, result.notices) == (thought().session, thought().notices)
    prompt = {"id": "p1", "version": None, "variables": None}
    assert thought(managedPrompt=prompt).session["prompt"] == {"id": "p1"}
    assert mapped({"sessionAudioOutput": None}, COMPONENT).notices == []
    result = sounding(format=None, voice=None, speed=1.2)
    assert (output(result), result.notices) == ({"speed": 1.2}, [])


def test_S10_the_first_think_of_a_list_counts_here_too() -> None:
    provider = {"type": "open_ai", "model": "gpt-realtime"}
    entries = [{"provider": provider, "maxOutputTokens": 1}, {"provider": provider, "maxOutputTokens": 2}]
    assert mapped({"think": entries}, COMPONENT).session["max_output_tokens"] == 1


def test_S10_a_deepgram_client_has_none_of_these() -> None:
    agent = {**think(maxOutputTokens=1, toolChoice="auto"), "sessionAudioOutput": {"speed": 1.2}}
    assert mapped(agent).session == mapped(think()).session


# --- sessionAudioOutput -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "sent", "known"),
    [
        ({"type": "audio/pcm", "rate": 24000}, {"type": "audio/pcm", "rate": 24000}, PCM_24K),
        ({"type": "audio/pcm"}, {"type": "audio/pcm", "rate": 24000}, PCM_24K),
        ({"type": "audio/pcmu"}, {"type": "audio/pcmu"}, MULAW_8K),
        ({"type": "audio/pcma", "rate": 8000}, {"type": "audio/pcma"}, ALAW_8K),
    ],
)
def test_S10_the_format_asked_for_is_the_one_that_the_client_then_gets(
    asked: object, sent: object, known: AudioFormat
) -> None:
    result = sounding(format=asked)
    assert output(result) == {"format": sent}
    assert result.plan.output == AudioPath(known, known)


@pytest.mark.parametrize("voice", ["coral", "a new voice", {"id": "voice_1"}])
def test_S10_the_voice_asked_for(voice: object) -> None:
    assert output(sounding(voice=voice)) == {"voice": voice}


def test_S10_a_custom_voice_has_no_other_keys() -> None:
    assert output(sounding(voice={"id": "voice_1", "more": 1})) == {"voice": {"id": "voice_1"}}


@pytest.mark.parametrize("speed", [0.25, 1, 1.5])
def test_S10_the_speed_asked_for(speed: float) -> None:
    result = sounding(speed=speed)
    assert output(result) == {"speed": speed}
    assert result.plan.speed == speed


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("format", {"type": "audio/mpeg"}),
        ("format", {"type": "audio/pcm", "rate": 16000}),
        ("format", {}),
        ("format", "audio/pcm"),
        ("voice", ""),
        ("voice", {}),
        ("voice", {"id": ""}),
        ("voice", 7),
        ("speed", 0.2),
        ("speed", 1.6),
        ("speed", "1"),
        ("speed", True),
    ],
)
def test_S10_an_invalid_part_is_left_out_and_the_others_stay(part: str, value: object) -> None:
    good: dict[str, object] = {"format": {"type": "audio/pcmu"}, "voice": "coral", "speed": 1.2}
    result = sounding(**{**good, part: value})
    assert result.invalid == [f"agent.sessionAudioOutput.{part}"]
    assert output(result) == {name: each for name, each in good.items() if name != part}
    assert output(sounding(**{part: value})) is None


@pytest.mark.parametrize("value", ["loud", [], 7])
def test_S10_what_is_no_object_is_left_out(value: object) -> None:
    result = mapped({"sessionAudioOutput": value}, COMPONENT)
    assert result.invalid == ["agent.sessionAudioOutput"]
    assert output(result) is None


def test_S10_an_empty_object_asks_for_nothing() -> None:
    result = sounding()
    assert output(result) is None
    assert result.notices == []


def test_S10_it_beats_speak_and_the_declared_format() -> None:
    speak = {"provider": {"type": "open_ai", "voice": "sage", "speed": 0.5}}
    audio = {"output": {"encoding": "alaw"}}
    asked = {"format": {"type": "audio/pcmu"}, "voice": "coral", "speed": 1.2}
    both = mapped({"speak": speak, "sessionAudioOutput": asked}, COMPONENT, audio)
    assert output(both) == asked
    assert both.plan.output == AudioPath(MULAW_8K, MULAW_8K)
    part = mapped({"speak": speak, "sessionAudioOutput": {"speed": 1.2}}, COMPONENT, audio)
    assert output(part) == {"format": {"type": "audio/pcma"}, "voice": "sage", "speed": 1.2}
    assert part.plan.output == AudioPath(ALAW_8K, ALAW_8K)


@pytest.mark.parametrize("asked", [{"speed": 1.2}, {"format": {"type": "audio/pcm", "rate": 24000}}])
def test_S10_what_upstream_carries_anyway_leaves_the_declared_rate(asked: dict[str, Any]) -> None:
    audio = {"output": {"encoding": "linear16", "sample_rate": 16000}}
    result = mapped({"sessionAudioOutput": asked}, COMPONENT, audio)
    assert result.plan.output == AudioPath(AudioFormat("linear16", 16000), PCM_24K)


def test_S10_invalid_parts_leave_what_is_below_them() -> None:
    config = Config.component(voices=Voices(names={"aura-asteria-en": "sage"}))
    speak = {"provider": {"type": "deepgram", "model": "aura-asteria-en"}}
    result = mapped({"speak": speak, "sessionAudioOutput": {"voice": 7}}, config)
    assert output(result) == {"voice": "sage"}


def test_S10_a_part_that_is_not_given_comes_from_speak() -> None:
    speak = {"provider": {"type": "open_ai", "voice": "alloy", "speed": 1.25}}
    result = mapped({"speak": speak, "sessionAudioOutput": {"voice": "ash"}}, COMPONENT)
    assert result.session["audio"]["output"] == {"voice": "ash", "speed": 1.25}
    assert (result.plan.voice, result.plan.speed) == ("ash", 1.25)


@pytest.mark.parametrize("value", [{"audio": 1}, "audio", 7, [["audio"]]])
def test_S10_modalities_are_a_list(value: object) -> None:
    result = mapped(think(outputModalities=value), COMPONENT)
    assert result.invalid == ["agent.think.outputModalities"]
    assert "output_modalities" not in result.session


def test_T2_a_voice_of_ones_own_has_no_name_to_compare_with() -> None:
    result = mapped({"sessionAudioOutput": {"voice": {"id": "voice_1"}}}, COMPONENT)
    assert result.session["audio"]["output"] == {"voice": {"id": "voice_1"}}
    assert result.plan.voice == ""
