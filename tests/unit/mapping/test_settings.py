"""S10: Settings as a whole: whom to dial, what is left out with a Notice, what cannot work."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config, deepgram
from realtime_translate.config import ClientDialect
from realtime_translate.deepgram.codes import ErrorCode
from realtime_translate.mapping.settings import map_settings
from tests.unit.mapping.mapped import COMPONENT, DEEPGRAM, mapped, refused, think


@pytest.mark.parametrize("config", [DEEPGRAM, COMPONENT])
def test_S2_the_session_has_its_type_and_never_a_model(config: Config) -> None:
    result = mapped(think(), config)
    assert result.session["type"] == "realtime"
    assert "model" not in result.session


def test_S10_the_smallest_settings_ask_for_the_defaults() -> None:
    result = mapped()
    assert result.session == {
        "type": "realtime",
        "instructions": "",
        "audio": {
            "input": {
                "format": {"type": "audio/pcm", "rate": 24000},
                "transcription": {"model": "gpt-transcribe"},
                "turn_detection": {
                    "type": "server_vad",
                    "create_response": True,
                    "interrupt_response": True,
                },
            },
            "output": {"format": {"type": "audio/pcm", "rate": 24000}, "voice": "marin"},
        },
    }
    assert result.model == "gpt-realtime-2.1"
    assert result.notices == []


def test_S10_the_smallest_settings_of_the_component_ask_for_no_output() -> None:
    result = mapped(config=COMPONENT)
    assert "output" not in result.session["audio"]
    assert result.notices == []


@pytest.mark.parametrize("name", ["gpt-realtime-mini", "gpt-realtime-mini ", "\tgpt-realtime-mini\n"])
def test_S10_a_realtime_model_is_dialled_by_its_name(name: str) -> None:
    result = mapped({"think": {"provider": {"type": "open_ai", "model": name}}})
    assert result.model == "gpt-realtime-mini"
    assert result.notices == []


@pytest.mark.parametrize("name", ["gpt-realtime-translate", "gpt-realtime-whisper", "x/gpt-realtime-whisper"])
def test_S10_a_model_of_other_sessions_is_none_for_a_call(name: str) -> None:
    result = mapped({"think": {"provider": {"type": "open_ai", "model": name}}})
    assert (result.model, result.codes) == ("gpt-realtime-2.1", ["MODEL_REPLACED"])


def test_S10_a_blank_name_is_none() -> None:
    result = mapped({"think": {"provider": {"type": "open_ai", "model": " "}}})
    assert (result.model, result.notices) == ("gpt-realtime-2.1", [])


def reasoning(mode: str, model: str, config: Config = DEEPGRAM) -> Any:
    provider = {"type": "open_ai", "model": model, "reasoning_mode": mode}
    result = mapped({"think": {"provider": provider}}, config)
    left_out = ["agent.think.provider.reasoning_mode"] if "reasoning" not in result.session else []
    assert result.left_out == left_out
    return result.session.get("reasoning")


@pytest.mark.parametrize("mode", ["minimal", "low", "medium", "high", "xhigh"])
@pytest.mark.parametrize(
    "model",
    ["gpt-realtime-2", "gpt-realtime-2.1", "gpt-realtime-2.1-mini", "openai/gpt-realtime-2-2026-05-01"],
)
def test_S10_a_reasoning_mode_is_an_effort_for_models_that_reason(mode: str, model: str) -> None:
    assert reasoning(mode, model) == {"effort": mode}


@pytest.mark.parametrize("model", ["gpt-realtime", "gpt-realtime-2025-08-28", "gpt-realtime-1.5"])
def test_S10_a_model_that_does_not_reason_is_not_asked_to(model: str) -> None:
    assert reasoning("low", model) is None


@pytest.mark.parametrize("mode", ["none", "", "utmost"])
def test_S10_an_effort_that_no_server_knows_is_left_out(mode: str) -> None:
    assert reasoning(mode, "gpt-realtime-2.1") is None


def test_S10_the_model_that_is_dialled_decides_about_reasoning() -> None:
    assert reasoning("low", "gpt-4o-mini") == {"effort": "low"}
    assert reasoning("low", "gpt-4o-mini", Config.deepgram(model="gpt-realtime")) is None


def test_S10_another_model_gives_way_to_the_configured_one() -> None:
    result = mapped(think(), Config.deepgram(model="my-deployment"))
    assert result.model == "my-deployment"
    (replaced,) = result.notices
    assert replaced.code == "MODEL_REPLACED"
    assert replaced.fields == {
        "path": "agent.think.provider.model",
        "asked": "gpt-4o-mini",
        "sent": "my-deployment",
    }


def test_S10_a_provider_without_a_model_gets_the_configured_one() -> None:
    result = mapped({"think": {"provider": {"type": "google"}}})
    assert result.model == "gpt-realtime-2.1"
    assert result.notices == []


@pytest.mark.parametrize(
    ("provider", "block", "paths"),
    [
        ({"temperature": 0.4}, {}, ["agent.think.provider.temperature"]),
        ({"reasoning_mode": "low"}, {}, ["agent.think.provider.reasoning_mode"]),
        ({"credentials": {"type": "iam"}}, {}, ["agent.think.provider.credentials"]),
        ({"voice_prompt_opt_out": True}, {}, ["agent.think.provider.voice_prompt_opt_out"]),
        ({}, {"context_length": "max"}, ["agent.think.context_length"]),
        ({}, {"endpoint": {"url": "https://example.test"}}, ["agent.think.endpoint"]),
    ],
)
def test_S10_what_think_has_no_counterpart_for_is_left_out(
    provider: dict[str, Any], block: dict[str, Any], paths: list[str]
) -> None:
    plain = mapped({"think": {"provider": {"type": "open_ai", "model": "gpt-realtime"}}})
    result = mapped(
        {"think": {"provider": {"type": "open_ai", "model": "gpt-realtime", **provider}, **block}}
    )
    assert result.left_out == paths
    assert result.session == plain.session


def test_S10_of_a_think_list_the_first_is_used_and_the_rest_noticed() -> None:
    first = {"provider": {"type": "open_ai", "model": "gpt-realtime"}, "prompt": "First."}
    second = {"provider": {"type": "open_ai", "model": "gpt-realtime-mini"}, "prompt": "Second."}
    result = mapped({"think": [first, second]})
    assert result.session["instructions"] == "First."
    assert result.model == "gpt-realtime"
    assert result.left_out == ["agent.think[1:]"]
    assert mapped({"think": [first]}).left_out == []


def test_S10_an_empty_think_list_is_none() -> None:
    assert mapped({"think": []}).session == mapped().session


@pytest.mark.parametrize(
    ("rest", "path"),
    [
        ({"tags": ["a"]}, "tags"),
        ({"mip_opt_out": False}, "mip_opt_out"),
        ({"audio": {"output": {"bitrate": 48000}}}, "audio.output.bitrate"),
        ({"agent": {"think_live": {}}}, "agent.think_live"),
    ],
)
def test_S10_other_settings_without_counterpart_are_left_out(rest: dict[str, Any], path: str) -> None:
    result = mapped(**rest)
    assert result.left_out == [path]
    assert result.session == mapped().session


def test_S10_a_stored_agent_is_refused() -> None:
    refusal = refused("2c9f3b1e-0d5a-4a43-8c1d-7f1f0a6f5e11")
    assert refusal.code is ErrorCode.AGENT_ID_NOT_SUPPORTED
    assert refusal.description.startswith("agent: ")


@pytest.mark.parametrize(
    ("rest", "history", "experimental"),
    [
        ({}, True, False),
        ({"flags": {}}, True, False),
        ({"flags": {"history": True}, "experimental": True}, True, True),
        ({"flags": {"history": False}, "experimental": False}, False, False),
    ],
)
def test_S10_the_plan_remembers_the_flags(rest: dict[str, Any], history: bool, experimental: bool) -> None:
    plan = mapped(**rest).plan
    assert (plan.history, plan.experimental) == (history, experimental)


def test_S10_a_plain_agent_under_a_component_configuration_has_no_fields_of_the_dialect() -> None:
    """A host may build the message itself."""
    settings = deepgram.Settings(audio=deepgram.Audio(), agent=deepgram.Agent())
    result = map_settings(settings, Config(ClientDialect.COMPONENT))
    assert result.plan.commit.manual
    assert result.plan.commit.ceiling == 15.0
