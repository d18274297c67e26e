"""What we encode for a Deepgram peer validates strictly against the models of `deepgram-sdk`."""

import json
from typing import Any

import pytest

from realtime_translate import deepgram as dg
from tests.oracle.pydantic_models import unknown_keys

pytestmark = pytest.mark.oracle

sdk = pytest.importorskip("deepgram.agent.v1.types")

LISTEN = dg.Listen(dg.ListenProvider("deepgram", version="v2", model="flux-general-en", eot_threshold=0.8))
THINK = dg.Think(
    provider=dg.ThinkProvider("open_ai", model="gpt-4o-mini", temperature=0.5),
    endpoint=dg.Endpoint("https://example.test/think", {"x-key": "1"}),
    functions=(
        dg.Function("tide", "Height of the tide", {"type": "object"}, defer_until_eot=True),
        dg.Function(
            "book", endpoint=dg.FunctionEndpoint("https://example.test/book", "post", {"x-key": "2"})
        ),
    ),
    prompt="Be brief.",
    context_length="max",
)
SPEAK = dg.Speak(dg.SpeakProvider("deepgram", model="aura-2-thalia-en", speed=1.1))
THINK_LIVE = dg.ThinkLive(dg.ThinkLiveProvider("deepgram", "v1", 0.5, 2, 8000, 3, ("refund",)))
CONTEXT = dg.Context(
    (
        dg.HistoryText("user", "Is a berth free?"),
        dg.HistoryCalls((dg.HistoryFunctionCall("c1", "berth", True, "{}", "true"),)),
    )
)
SETTINGS = dg.Settings(
    audio=dg.Audio(dg.AudioInput("linear16", 16000), dg.AudioOutput("linear16", 24000, container="none")),
    agent=dg.Agent(
        language="en",
        context=CONTEXT,
        listen=LISTEN,
        think=(THINK,),
        think_live=THINK_LIVE,
        speak=(SPEAK,),
        greeting="Hi.",
    ),
    tags=("test",),
    experimental=True,
    flags=dg.Flags(history=True),
    mip_opt_out=False,
)

CLIENT: list[tuple[Any, str]] = [
    (SETTINGS, "AgentV1Settings"),
    (dg.Settings(audio=dg.Audio(), agent="2c9f3b1e-0d5a-4a43-8c1d-7f1f0a6f5e11"), "AgentV1Settings"),
    (dg.UpdateListen(LISTEN), "AgentV1UpdateListen"),
    (dg.UpdateThink(THINK), "AgentV1UpdateThink"),
    (dg.UpdateSpeak((SPEAK, SPEAK)), "AgentV1UpdateSpeak"),
    (dg.UpdatePrompt("Also be kind."), "AgentV1UpdatePrompt"),
    (dg.InjectUserMessage("Hello"), "AgentV1InjectUserMessage"),
    (dg.InjectAgentMessage("Hello", behavior="queue"), "AgentV1InjectAgentMessage"),
    (dg.InjectAgentMessage(is_dynamic=True), "AgentV1InjectDynamicAgentMessage"),
    (dg.FunctionCallResponse(name="tide", content="3.1", id="c1"), "AgentV1SendFunctionCallResponse"),
    (dg.KeepAlive(), "AgentV1KeepAlive"),
    (dg.UpdateThinkLive(THINK_LIVE), "AgentV1UpdateThinkLive"),
    (dg.ForceEndTurn(), "AgentV1ForceEndTurn"),
    (dg.CustomToThinkProvider({"vip": True}), "AgentV1CustomToThinkProvider"),
]
SERVER: list[tuple[Any, str]] = [
    (dg.Welcome("r1"), "AgentV1Welcome"),
    (dg.SettingsApplied(), "AgentV1SettingsApplied"),
    (dg.ConversationText("user", "Hi", "default", ("en", "es"), ("es",)), "AgentV1ConversationText"),
    (dg.UserStartedSpeaking(), "AgentV1UserStartedSpeaking"),
    (dg.AgentThinking("hm"), "AgentV1AgentThinking"),
    (dg.FunctionCallRequest((dg.FunctionCall("c1", "tide", "{}", True, "s"),)), "AgentV1FunctionCallRequest"),
    (dg.FunctionCallCancelled((dg.CancelledFunctionCall("c1", "tide"),)), "AgentV1FunctionCallCancelled"),
    (dg.FunctionCallResponse(name="tide", content="3.1"), "AgentV1ReceiveFunctionCallResponse"),
    (dg.AgentStartedSpeaking(1.5, 0.5, 1), "AgentV1AgentStartedSpeaking"),
    (dg.LatencyReport(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7), "AgentV1LatencyReport"),
    (dg.AgentAudioDone(), "AgentV1AgentAudioDone"),
    (dg.PromptUpdated(), "AgentV1PromptUpdated"),
    (dg.SpeakUpdated(), "AgentV1SpeakUpdated"),
    (dg.ThinkUpdated(), "AgentV1ThinkUpdated"),
    (dg.ListenUpdated(), "AgentV1ListenUpdated"),
    (dg.ThinkLiveUpdated(), "AgentV1ThinkLiveUpdated"),
    (dg.FrustrationDetected(2, False), "AgentV1FrustrationDetected"),
    (dg.InjectionRefused("The user speaks."), "AgentV1InjectionRefused"),
    (dg.HistoryText("user", "Hi"), "ConversationHistoryMessage"),
    (CONTEXT.messages[1] if CONTEXT.messages else None, "FunctionCallHistoryMessage"),
    (dg.Error("Bad.", dg.ErrorCode.INVALID_SETTINGS.value), "AgentV1Error"),
    (dg.Warning("Slow.", dg.WarningCode.SLOW_THINK_REQUEST.value), "AgentV1Warning"),
    (dg.CustomFromThinkProvider([1]), "AgentV1CustomFromThinkProvider"),
]


def _ids(rows: list[tuple[Any, str]]) -> list[str]:
    return [f"{type(message).__name__}-{index}" for index, (message, _) in enumerate(rows)]


def _assert_valid(message: Any, name: str) -> None:
    data = json.loads(dg.encode(message))
    model = getattr(sdk, name).model_validate(data, strict=True)
    assert data["type"] == model.type
    assert unknown_keys(model) == []


@pytest.mark.parametrize(("message", "name"), CLIENT, ids=_ids(CLIENT))
def test_client_messages_are_what_the_sdk_sends(message: Any, name: str) -> None:
    _assert_valid(message, name)
    assert dg.parse_client(dg.encode(message)) == message


@pytest.mark.parametrize(("message", "name"), SERVER, ids=_ids(SERVER))
def test_server_messages_are_what_the_sdk_reads(message: Any, name: str) -> None:
    _assert_valid(message, name)
    assert dg.parse_server(dg.encode(message)) == message


def test_every_message_is_here() -> None:
    assert {type(message).type for message, _ in CLIENT} == {*dg.CLIENT_MESSAGES} - {dg.BINARY}
    server = {cls for classes in dg.SERVER_MESSAGES.values() for cls in classes}
    assert {type(message) for message, _ in SERVER} == server - {dg.ServerAudio}


def test_the_oracle_refuses_a_wrong_message() -> None:
    with pytest.raises(ValueError, match="total_latency"):
        sdk.AgentV1AgentStartedSpeaking.model_validate(
            json.loads(dg.encode(dg.ComponentAgentStartedSpeaking())), strict=True
        )
    model = sdk.AgentV1KeepAlive.model_validate({"type": "KeepAlive", "more": 1}, strict=True)
    assert unknown_keys(model) == ["more"]
