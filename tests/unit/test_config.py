"""A `Config` is checked when it is built: a bad one raises `ConfigError` and says what works."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import fields
from attrs.exceptions import FrozenInstanceError

from realtime_translate import (
    ClientDialect,
    Config,
    ContextMode,
    GreetingMode,
    Limits,
    ManualCommit,
    SemanticVad,
    ServerVad,
    SilenceKeepalive,
    Voices,
)
from realtime_translate.config import FROM_SETTINGS, ConfigFields
from realtime_translate.errors import ConfigError, LocalProtocolError
from realtime_translate.openai.dialects import AZURE_GA, OPENAI_GA

NO_NUMBERS: list[Any] = [float("nan"), float("inf"), "1", True, []]


def test_the_defaults_are_the_deepgram_preset() -> None:
    assert Config() == Config.deepgram()
    assert Config.deepgram().dialect is ClientDialect.DEEPGRAM
    assert Config.component().dialect is ClientDialect.COMPONENT


@pytest.mark.parametrize("preset", [Config.deepgram, Config.component])
def test_V2_both_presets_leave_turn_detection_to_settings(preset: Any) -> None:
    assert preset().turn_detection is FROM_SETTINGS


def test_what_the_presets_decide() -> None:
    config = Config()
    assert config.greeting is GreetingMode.TEXT
    assert config.context is ContextMode.INSTRUCTIONS
    assert (config.model, config.transcription_model) == ("gpt-realtime-2.1", "gpt-transcribe")
    assert config.upstream == OPENAI_GA
    assert not config.strict_fields


@pytest.mark.parametrize(
    "changes",
    [
        {"upstream": AZURE_GA},
        {"turn_detection": ManualCommit()},
        {"greeting": GreetingMode.SUPPRESSED},
        {"context": ContextMode.ITEMS},
        {"voices": Voices(default=None)},
        {"model": "m"},
        {"transcription_model": "t"},
        {"transcription_model": None},
        {"strict_fields": True},
        {"keepalive": SilenceKeepalive()},
        {"idle_timeout_margin": 2.5},
        {"limits": Limits(settings_timeout=1)},
    ],
)
@pytest.mark.parametrize("preset", [Config.deepgram, Config.component])
def test_a_preset_takes_changes(preset: Any, changes: dict[str, Any]) -> None:
    config, name = preset(**changes), next(iter(changes))
    assert getattr(config, name) == changes[name]
    assert config != preset()


def test_a_preset_can_change_every_field_but_the_dialect() -> None:
    assert {*ConfigFields.__annotations__} == {each.name for each in fields(Config)} - {"dialect"}


def test_a_config_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Config().model = "other"  # type: ignore[misc]


@pytest.mark.parametrize("name", [each.name for each in fields(Limits)])
@pytest.mark.parametrize("value", [0, -1, None, *NO_NUMBERS])
def test_every_limit_is_a_number_above_zero(name: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=rf"limits\.{name} must be a number above 0"):
        Limits(**{name: value})
    assert getattr(Limits(**{name: 1}), name) == 1


@pytest.mark.parametrize("value", [0, -0.1, None, *NO_NUMBERS])
def test_A5_a_debounce_is_above_zero(value: Any) -> None:
    with pytest.raises(ConfigError, match="debounce must be a number above 0"):
        ManualCommit(debounce=value)


@pytest.mark.parametrize("value", [0, -0.1, *NO_NUMBERS])
def test_A7_a_ceiling_is_above_zero_or_none(value: Any) -> None:
    with pytest.raises(ConfigError, match="ceiling must be a number above 0"):
        ManualCommit(ceiling=value)
    assert ManualCommit(ceiling=None).ceiling is None
    assert ManualCommit(ceiling=0.5).ceiling == 0.5


@pytest.mark.parametrize(
    ("name", "low", "high", "bounds"),
    [
        ("threshold", 0.0, 1.0, "from 0 to 1"),
        ("idle_timeout_ms", 5000, 30000, "from 5000 to 30000"),
        ("prefix_padding_ms", 0, None, "at least 0"),
        ("silence_duration_ms", 0, None, "at least 0"),
    ],
)
def test_server_vad_has_the_bounds_of_the_server(name: str, low: Any, high: Any, bounds: str) -> None:
    good: list[Any] = [None, low, low + 1] if high is None else [None, low, high]
    bad: list[Any] = [low - 1, *([] if high is None else [high + 1]), *NO_NUMBERS]
    for value in good:
        assert getattr(ServerVad(**{name: value}), name) == value
    for value in bad:
        with pytest.raises(ConfigError, match=f"{name} must be a number {bounds}, not "):
            ServerVad(**{name: value})


@pytest.mark.parametrize("value", [0, -0.1, None, *NO_NUMBERS])
def test_I1_a_keepalive_comes_after_some_time(value: Any) -> None:
    with pytest.raises(ConfigError, match="every must be a number above 0"):
        SilenceKeepalive(every=value)


@pytest.mark.parametrize("value", [0, -1, 1001, 20.5, None, *NO_NUMBERS])
def test_I1_a_keepalive_is_whole_milliseconds_of_silence(value: Any) -> None:
    with pytest.raises(ConfigError, match="ms must be a"):
        SilenceKeepalive(ms=value)
    assert [SilenceKeepalive(ms=good).ms for good in (1, 1000)] == [1, 1000]


@pytest.mark.parametrize("value", [-0.1, 30.5, float("nan"), float("inf"), True])
def test_V2_an_idle_margin_is_seconds_up_to_what_upstream_takes(value: Any) -> None:
    with pytest.raises(ConfigError, match="idle_timeout_margin must be a number from 0 to 30"):
        Config(idle_timeout_margin=value)
    assert [Config(idle_timeout_margin=good).idle_timeout_margin for good in (0, 0.5, 30)] == [0, 0.5, 30]


@pytest.mark.parametrize("eagerness", ["low", "medium", "high", "auto"])
def test_semantic_vad_has_an_eagerness(eagerness: str) -> None:
    assert SemanticVad(eagerness).eagerness == eagerness


@pytest.mark.parametrize("eagerness", ["", "LOW", None])
def test_semantic_vad_refuses_another_eagerness(eagerness: Any) -> None:
    with pytest.raises(ConfigError, match="eagerness must be low, medium, high or auto"):
        SemanticVad(eagerness)


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("dialect", "component", "ClientDialect"),
        ("upstream", "openai", "UpstreamDialect"),
        ("turn_detection", None, "ManualCommit or ServerVad or SemanticVad or FromSettings"),
        ("greeting", "text", "GreetingMode"),
        ("context", True, "ContextMode"),
        ("voices", {"aura": "coral"}, "Voices"),
        ("model", None, "str"),
        ("transcription_model", 7, "str or None"),
        ("strict_fields", "yes", "bool"),
        ("keepalive", 4.0, "SilenceKeepalive or None"),
        ("idle_timeout_margin", None, "int or float"),
        ("limits", {}, "Limits"),
    ],
)
def test_a_field_of_the_wrong_type_is_refused(name: str, value: Any, wanted: str) -> None:
    with pytest.raises(ConfigError, match=f"^{name} must be a {wanted}, not "):
        Config(**{name: value})


@pytest.mark.parametrize("name", ["model", "transcription_model"])
def test_a_model_has_a_name(name: str) -> None:
    with pytest.raises(ConfigError, match=f"{name} must not be empty"):
        Config(**{name: ""})  # type: ignore[arg-type]


def test_a_bad_config_is_the_hosts_mistake() -> None:
    assert issubclass(ConfigError, LocalProtocolError)
    assert ConfigError.code == "INVALID_CONFIG"
