"""S10: what Settings may leave out in the component's dialect, and null in optional fields."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from realtime_translate import ClientDialect, Config, OpenUpstream, deepgram
from realtime_translate.audio import PCM_24K, AudioFormat, Conversion
from realtime_translate.mapping.calls import content_of
from tests.events import UPDATED
from tests.harness import SETTINGS, Desk, Log

COMPONENT, DEEPGRAM = Config.component(), Config.deepgram()
PCM_16K = AudioFormat("linear16", 16000)

both = pytest.mark.parametrize("config", [DEEPGRAM, COMPONENT], ids=["DG", "CO"])


def configured(settings: dict[str, Any], config: Config = COMPONENT) -> tuple[Desk, Log]:
    """Settings, the dial, and the confirmation; all that came out."""
    desk = Desk(config)
    desk.opened()
    outputs = [*desk.client(settings).outputs, *desk.dialled().outputs, *desk.upstream(UPDATED).outputs]
    return desk, Log(outputs)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"audio": {}},
        {"audio": {"input": {}, "output": {}}},
        {"agent": {}},
        {"agent": {"think": {}, "listen": {}, "speak": {}}},
        {"agent": {"think": {"prompt": "Hi"}, "listen": {"provider": {}}, "speak": {"provider": {}}}},
        {"agent": {"think": [{"provider": {}}], "speak": [{}], "context": {}}},
        {"audio": {"input": {"encoding": "linear16"}}},
        {"audio": {"input": {"sample_rate": 16000}}},
    ],
    ids=json.dumps,
)
def test_S10_the_component_may_leave_out_all_of_settings(settings: dict[str, Any]) -> None:
    """The flow with which the component's own integration tests begin."""
    pytest.importorskip("numpy", reason="needs the resample extra")
    desk, log = configured({"type": "Settings", **settings})
    assert [each.model for each in log.outputs if isinstance(each, OpenUpstream)] == [COMPONENT.model]
    assert log.client == [{"type": "SettingsApplied"}]
    (update,) = log.of("session.update")
    assert update["session"]["audio"]["input"]["format"] == {"type": "audio/pcm", "rate": 24000}
    assert desk.client({"type": "InjectUserMessage", "content": "Hi"}).upstream_types == [
        "conversation.item.create"
    ]


@pytest.mark.parametrize(
    ("missing", "settings"),
    [
        ("audio", {"agent": {}}),
        ("agent", {"audio": {}}),
        ("audio.input.encoding", {"audio": {"input": {"sample_rate": 16000}}, "agent": {}}),
        ("audio.input.sample_rate", {"audio": {"input": {"encoding": "linear16"}}, "agent": {}}),
        ("agent.think.provider", {"audio": {}, "agent": {"think": {}}}),
        ("agent.think.provider.type", {"audio": {}, "agent": {"think": {"provider": {}}}}),
        ("agent.listen.provider", {"audio": {}, "agent": {"listen": {}}}),
        ("agent.speak.provider.type", {"audio": {}, "agent": {"speak": {"provider": {}}}}),
    ],
)
def test_S10_a_deepgram_client_may_not(missing: str, settings: dict[str, Any]) -> None:
    desk = Desk(DEEPGRAM)
    desk.opened()
    log = desk.client({"type": "Settings", **settings})
    assert log.errors == ["UNPARSABLE_CLIENT_MESSAGE"]
    assert log.of("Error")[0]["description"] == f"{missing} is required"


@pytest.mark.parametrize("audio", [None, {}, {"output": {"encoding": "linear16"}}])
def test_S10_audio_of_no_declared_format_is_what_the_component_records(audio: Any) -> None:
    pytest.importorskip("numpy", reason="needs the resample extra")
    desk, _ = configured({"type": "Settings", **({} if audio is None else {"audio": audio})})
    _assert_heard_as(desk, PCM_16K)


def test_S10_so_is_audio_without_any_settings() -> None:
    pytest.importorskip("numpy", reason="needs the resample extra")
    desk = Desk(COMPONENT)
    desk.opened()
    desk.dialled()
    spoken = bytes(range(250)) * 64
    desk.client(spoken)
    turns = {"audio": {"input": {"turn_detection": None}}}
    log = desk.upstream({"type": "session.updated", "session": turns})
    log.outputs += desk.wait(1.0).outputs
    reference = Conversion(PCM_16K, PCM_24K)
    assert _appended(log) == reference.feed(spoken) + reference.flush()


@pytest.mark.parametrize(
    ("declared", "heard"),
    [
        ({"encoding": "linear16", "sample_rate": 24000}, PCM_24K),
        ({"encoding": "linear16"}, PCM_16K),
        ({"sample_rate": 48000}, AudioFormat("linear16", 48000)),
    ],
)
def test_S10_a_declared_part_of_the_format_holds(declared: Any, heard: AudioFormat) -> None:
    pytest.importorskip("numpy", reason="needs the resample extra")
    desk, _ = configured({"type": "Settings", "audio": {"input": declared}})
    _assert_heard_as(desk, heard)


@pytest.mark.parametrize("law", ["mulaw", "alaw"])
def test_S10_g711_without_a_rate_is_at_8000(law: str) -> None:
    _, log = configured({"type": "Settings", "audio": {"input": {"encoding": law}}})
    kind = {"mulaw": "audio/pcmu", "alaw": "audio/pcma"}[law]
    assert log.of("session.update")[0]["session"]["audio"]["input"]["format"] == {"type": kind}


def test_A8_what_may_wait_is_counted_in_the_format_that_it_is_taken_for() -> None:
    desk = Desk(COMPONENT)
    desk.opened()
    for _ in range(30):
        assert desk.client(b"\x01" * 32000).closes == []
    assert desk.client(b"\x01").errors == ["CLIENT_AUDIO_OVERFLOW"]


def test_S10_a_deepgram_client_without_a_format_speaks_at_24000() -> None:
    desk, _ = configured({"type": "Settings", "audio": {}, "agent": {}}, DEEPGRAM)
    _assert_heard_as(desk, PCM_24K)


def _assert_heard_as(desk: Desk, audio: AudioFormat) -> None:
    spoken = bytes(range(250)) * 64
    log = desk.client(spoken)
    assert _appended(log) == Conversion(audio, PCM_24K).feed(spoken)


def _appended(log: Log) -> bytes:
    return b"".join(base64.b64decode(each["audio"]) for each in log.of("input_audio_buffer.append"))


# --- null ---------------------------------------------------------------------------------------------------

THINK = {"provider": {"type": "open_ai", "model": None, "temperature": None}, "prompt": None}
NULLS: list[dict[str, Any]] = [
    {"tags": None, "experimental": None, "flags": None, "mip_opt_out": None},
    {"flags": {"history": None}},
    {"audio": {**SETTINGS["audio"], "output": None}},
    {"audio": {**SETTINGS["audio"], "output": {"encoding": None, "sample_rate": None, "container": None}}},
    {"agent": {"think": None, "listen": None, "speak": None, "greeting": None, "context": None}},
    {"agent": {"think": {**THINK, "functions": None, "endpoint": None, "context_length": None}}},
    {"agent": {"think": {**THINK, "functions": [{"name": "tide", "description": None, "endpoint": None}]}}},
    {"agent": {"listen": {"provider": {"type": "deepgram", "model": None, "keyterms": None}}}},
    {"agent": {"speak": {"provider": {"type": "deepgram", "model": "aura-2-thalia-en", "speed": None}}}},
    {
        "agent": {
            "context": {
                "messages": [{"type": "History", "role": "user", "content": "Hi", "function_calls": None}]
            }
        }
    },
]


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value


@both
@pytest.mark.parametrize("nulls", NULLS, ids=json.dumps)
def test_S10_null_in_an_optional_field_is_as_if_it_were_absent(config: Config, nulls: Any) -> None:
    settings = {**SETTINGS, **nulls}
    _, log = configured(settings, config)
    _, expected = configured(_without_nulls(settings), config)
    known = [each for each in log.outputs if getattr(each, "code", "") != "UNKNOWN_FIELDS"]
    assert known == expected.outputs
    assert log.of("SettingsApplied")


@both
def test_S10_so_it_is_in_every_message(config: Config) -> None:
    desk, _ = configured(SETTINGS, config)
    log = desk.client({"type": "UpdateThink", "think": {**THINK, "functions": None, "prompt": "Be kind."}})
    assert log.upstream_types == ["session.update"]


def test_S10_the_dialects_own_fields_may_be_null_too() -> None:
    agent = {"idleTimeoutMs": None, "sessionAudioOutput": None, "useOpenAIManualAudioCommit": None}
    think = {"toolChoice": None, "outputModalities": None, "maxOutputTokens": None, "managedPrompt": None}
    _, log = configured({**SETTINGS, "agent": {**agent, "think": think}})
    assert log.notices == []
    assert log.of("SettingsApplied")


@both
@pytest.mark.parametrize("nulls", NULLS[:-1], ids=json.dumps)
def test_S10_strict_fields_refuse_null(config: Config, nulls: Any) -> None:
    desk = Desk(Config(config.dialect, strict_fields=True))
    desk.opened()
    log = desk.client({**SETTINGS, **nulls})
    code = (
        "UNPARSABLE_CLIENT_MESSAGE"
        if config.dialect is ClientDialect.DEEPGRAM
        else "unparsable_client_message"
    )
    assert log.errors == [code]
    assert "not null" in log.of("Error")[0]["description"]


@both
def test_S10_null_in_a_required_field_is_none(config: Config) -> None:
    desk, _ = configured(SETTINGS, config)
    log = desk.client({"type": "InjectUserMessage", "content": None})
    assert "content must be a string, not null" in log.of("Error")[0]["description"]


def test_F2_a_result_that_is_null_is_a_result() -> None:
    """Null in `content` and `error` says that neither was written; a function may well give null."""

    def output(**given: Any) -> str:
        message = deepgram.parse_component_client(json.dumps({"type": "FunctionCallResponse", **given}))
        assert isinstance(message, deepgram.ComponentFunctionCallResponse)
        return content_of(message)

    assert output(content=None, error=None, result=7) == "7"
    assert output(content=None, error=None, result=None) == "null"
    assert output(content=None, error="no", result=None) == '{"error":"no"}'
