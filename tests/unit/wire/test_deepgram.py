"""The client protocol: what its codec does beyond the fields, in both dialects."""

import json
import re
from typing import Any

import pytest

from realtime_translate import deepgram as dg
from realtime_translate.wire import OMITTED, WireMessage

SETTINGS = {"type": "Settings", "audio": {}}


def test_every_message_has_a_class() -> None:
    assert len(dg.CLIENT_MESSAGES) == 13
    assert sum(map(len, dg.SERVER_MESSAGES.values())) == 24
    assert dg.SERVER_MESSAGES["History"] == (dg.HistoryText, dg.HistoryCalls)
    assert dg.CLIENT_MESSAGES[dg.BINARY] == (dg.ClientAudio,)
    assert dg.SERVER_MESSAGES[dg.BINARY] == (dg.ServerAudio,)


def test_the_component_has_its_own_variants() -> None:
    own = {
        "Settings": (dg.ComponentSettings,),
        "InjectAgentMessage": (dg.ComponentInjectAgentMessage,),
        "FunctionCallResponse": (dg.ComponentFunctionCallResponse,),
    }
    assert dict(dg.COMPONENT_CLIENT_MESSAGES) == {**dg.CLIENT_MESSAGES, **own}
    own = {
        "AgentDone": (dg.AgentDone,),
        "Transcript": (dg.Transcript,),
        "UtteranceEnd": (dg.UtteranceEnd,),
        "AgentStartedSpeaking": (dg.ComponentAgentStartedSpeaking,),
    }
    assert dict(dg.COMPONENT_SERVER_MESSAGES) == {**dg.SERVER_MESSAGES, **own}


def test_binary_frames_are_audio_whatever_they_hold() -> None:
    frame = b'{"type":"KeepAlive"}'
    assert dg.parse_client(frame) == dg.parse_component_client(frame) == dg.ClientAudio(frame)
    assert dg.parse_server(frame) == dg.ServerAudio(frame)
    assert dg.encode(dg.ClientAudio(frame)) == dg.encode(dg.ServerAudio(frame)) == frame


def test_no_text_frame_is_audio() -> None:
    frame = json.dumps({"type": dg.BINARY})
    for parse in (dg.parse_client, dg.parse_component_client, dg.parse_server):
        assert parse(frame) == dg.Unknown(dg.BINARY, {"type": dg.BINARY})


def test_a_decoded_frame_gives_the_same_as_its_text() -> None:
    data = {**SETTINGS, "agent": {"idleTimeoutMs": 10000}}
    assert dg.structure_client(data) == dg.parse_client(json.dumps(data))
    assert dg.structure_component_client(data) == dg.parse_component_client(json.dumps(data))
    assert dg.structure_client({"type": "AgentDone"}) == dg.Unknown("AgentDone", {"type": "AgentDone"})


@pytest.mark.parametrize(
    ("fields", "valid"),
    [
        ({"message": "a"}, True),
        ({"message": "a", "is_dynamic": False}, True),
        ({"is_dynamic": True}, True),
        ({"is_dynamic": False}, False),
        ({"behavior": "queue"}, False),
    ],
)
def test_an_injection_says_something_or_is_dynamic(fields: dict[str, Any], valid: bool) -> None:
    result = dg.structure_client({"type": "InjectAgentMessage", **fields})
    if valid:
        assert isinstance(result, dg.InjectAgentMessage)
    else:
        assert result == dg.Malformed("message is required", "message", "InjectAgentMessage")


def test_the_component_may_put_its_text_in_content_or_leave_it_out() -> None:
    texts: list[dict[str, Any]] = [{"content": "a"}, {"message": "a"}, {}]
    for fields in texts:
        result = dg.structure_component_client({"type": "InjectAgentMessage", **fields})
        assert result == dg.ComponentInjectAgentMessage(**fields)


def test_the_fields_of_the_component() -> None:
    think = {
        "provider": {"type": "open_ai"},
        "toolChoice": "none",
        "outputModalities": ["text"],
        "maxOutputTokens": 100,
        "managedPrompt": {"id": "p"},
    }
    agent = {
        "think": think,
        "idleTimeoutMs": -1,
        "sessionAudioOutput": {"speed": 1.5},
        "useOpenAIManualAudioCommit": True,
    }
    settings = dg.structure_component_client({**SETTINGS, "agent": agent})
    assert isinstance(settings, dg.ComponentSettings)
    assert isinstance(settings.agent, dg.ComponentAgent)
    assert isinstance(settings.agent.think, dg.ComponentThink)
    assert settings.agent.idle_timeout_ms == -1
    assert settings.agent.session_audio_output == {"speed": 1.5}
    assert settings.agent.use_openai_manual_audio_commit is True
    assert settings.agent.think.tool_choice == "none"
    assert settings.agent.think.output_modalities == ["text"]
    assert settings.agent.think.max_output_tokens == 100
    assert settings.agent.think.managed_prompt == {"id": "p"}
    assert dg.unknown_fields(settings) == ()
    audio = {"input": {"encoding": "linear16", "sample_rate": 16000}}
    assert json.loads(dg.encode(settings)) == {**SETTINGS, "audio": audio, "agent": agent}


def test_the_fields_of_the_component_are_unknown_to_deepgram() -> None:
    think = {"provider": {"type": "open_ai"}, "toolChoice": "none"}
    settings = dg.structure_client({**SETTINGS, "agent": {"think": [think], "idleTimeoutMs": 1}})
    assert isinstance(settings, dg.Settings)
    assert dg.unknown_fields(settings) == ("agent.think[0].toolChoice", "agent.idleTimeoutMs")


def test_only_objects_have_unknown_fields() -> None:
    stored = dg.structure_client({**SETTINGS, "agent": "a stored agent"})
    assert isinstance(stored, dg.Settings)
    assert dg.unknown_fields(stored) == ()
    odd: Any = ("no object",)
    assert dg.unknown_fields(dg.Agent(think=odd)) == ()
    assert dg.unknown_fields(dg.Agent(think=odd, extra={"mood": 1})) == ("mood",)


@pytest.mark.parametrize("parse", [dg.structure_client, dg.structure_component_client])
def test_agent_think_and_speak_in_each_of_their_shapes(parse: Any) -> None:
    provider = {"provider": {"type": "deepgram"}}
    assert parse({**SETTINGS, "agent": "id"}).agent == "id"
    one = parse({**SETTINGS, "agent": {"think": provider, "speak": provider}}).agent
    many = parse({**SETTINGS, "agent": {"think": [provider, provider], "speak": []}}).agent
    assert many.think == (one.think, one.think)
    assert one.speak.provider.type == one.think.provider.type == "deepgram"
    assert many.speak == ()


def test_the_context_holds_both_kinds_of_history() -> None:
    call: dict[str, Any] = {"id": "c", "name": "f", "client_side": True, "arguments": "{}", "response": "1"}
    text = {"type": "History", "role": "user", "content": "Hi"}
    calls = {"type": "History", "function_calls": [call]}
    settings = dg.structure_client({**SETTINGS, "agent": {"context": {"messages": [text, calls]}}})
    assert isinstance(settings, dg.Settings)
    assert isinstance(settings.agent, dg.Agent)
    context = dg.Context((dg.HistoryText("user", "Hi"), dg.HistoryCalls((dg.HistoryFunctionCall(**call),))))
    assert settings.agent.context == context


def test_agent_started_speaking_with_latencies_and_without() -> None:
    latencies: dict[str, Any] = {"total_latency": 1.0, "tts_latency": 0.5, "ttt_latency": 0.5}
    full = dg.parse_server(json.dumps({"type": "AgentStartedSpeaking", **latencies}))
    assert full == dg.AgentStartedSpeaking(**latencies)
    assert dg.parse_server('{"type":"AgentStartedSpeaking"}') == dg.ComponentAgentStartedSpeaking()


def test_recorded_servers_leave_codes_out() -> None:
    assert dg.parse_server('{"type":"Error","description":"No."}') == dg.Error("No.", OMITTED)
    assert dg.parse_server('{"type":"InjectionRefused"}') == dg.InjectionRefused(OMITTED)


def test_secrets_are_in_no_repr() -> None:
    provider = {
        "type": "aws_polly",
        "credentials": {"access_key_id": "s3", "secret_access_key": "s3", "session_token": "s3"},
    }
    message = dg.structure_client({"type": "UpdateSpeak", "speak": {"provider": provider}})
    assert isinstance(message, dg.UpdateSpeak)
    assert "s3" not in repr(message)
    assert dg.encode(message).count("s3") == 3


def test_codes_are_what_is_on_the_wire() -> None:
    for codes in (dg.ErrorCode, dg.WarningCode):
        for code in codes:
            assert re.fullmatch(r"[A-Z0-9_]+|DATA-0002", code.value)
            assert code.name == code.value.replace("-", "_")
    for component_code in dg.ComponentCode:
        assert component_code.value == component_code.name.lower()
    assert (len(dg.ErrorCode), len(dg.WarningCode), len(dg.ComponentCode)) == (22, 18, 7)
    assert json.dumps(dg.ErrorCode.DATA_0002) == '"DATA-0002"'


def test_all_that_is_exported_is_there() -> None:
    assert sorted(set(dg.__all__), key=lambda name: name) == sorted(dg.__all__)
    classes = [getattr(dg, name) for name in dg.__all__]
    messages = {cls for cls in classes if isinstance(cls, type) and issubclass(cls, WireMessage)}
    registries = (
        dg.CLIENT_MESSAGES,
        dg.SERVER_MESSAGES,
        dg.COMPONENT_CLIENT_MESSAGES,
        dg.COMPONENT_SERVER_MESSAGES,
    )
    registered = {cls for registry in registries for found in registry.values() for cls in found}
    assert registered - {dg.ClientAudio, dg.ServerAudio} == messages
