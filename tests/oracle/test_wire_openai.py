"""What we encode for an OpenAI peer validates strictly against the models of the `openai` SDK."""

import json
from typing import Annotated, Any, get_args

import pytest

from realtime_translate import openai as oa
from tests.oracle.pydantic_models import unknown_keys

pytestmark = pytest.mark.oracle

pydantic = pytest.importorskip("pydantic")
sdk = pytest.importorskip("openai.types.realtime")

PCM = oa.AudioFormat("audio/pcm", 24000)
VAD = oa.TurnDetection("server_vad", 0.5, 300, 500, 5000, create_response=False, interrupt_response=True)
SESSION = oa.Session(
    type="realtime",
    instructions="Be brief.",
    output_modalities=("audio",),
    audio=oa.SessionAudio(
        oa.AudioInput(PCM, oa.Transcription("whisper-1", "en", "berth"), VAD),
        oa.AudioOutput(oa.AudioFormat("audio/pcmu"), "cedar", 1.0),
    ),
    tools=({"type": "function", "name": "tide", "parameters": {"type": "object"}},),
    tool_choice="auto",
    max_output_tokens="inf",
    prompt={"id": "p1"},
)
MANUAL = oa.Session(type="realtime", audio=oa.SessionAudio(oa.AudioInput(PCM, turn_detection=None)), tools=())
TEXT = oa.Item(type="message", id="i1", role="user", content=(oa.ContentPart("input_text", "Hi"),))
PARAMS = oa.ResponseParams(
    instructions="Say hi.",
    output_modalities=("text",),
    audio=oa.ResponseAudio(oa.AudioOutput(PCM, "cedar")),
    tools=(),
    tool_choice="none",
    max_output_tokens=100,
    conversation="auto",
    input=(),
    metadata={"rt": "e1"},
)

CLIENT: list[Any] = [
    oa.SessionUpdate(SESSION, event_id="e1"),
    oa.SessionUpdate(MANUAL),
    oa.InputAudioBufferAppend("AAAA"),
    oa.InputAudioBufferCommit(event_id="e2"),
    oa.InputAudioBufferClear(event_id="e3"),
    oa.ConversationItemCreate(TEXT, "root", event_id="e4"),
    oa.ConversationItemCreate(
        oa.Item(type="message", role="assistant", content=(oa.ContentPart("output_text", "Hello"),))
    ),
    oa.ConversationItemCreate(oa.Item(type="function_call", call_id="c1", name="tide", arguments="{}")),
    oa.ConversationItemCreate(oa.Item(type="function_call_output", call_id="c1", output="3.1")),
    oa.ConversationItemRetrieve("i1", event_id="e5"),
    oa.ConversationItemTruncate("i1", 0, 1500, event_id="e6"),
    oa.ConversationItemDelete("i1", event_id="e7"),
    oa.ResponseCreate(event_id="e8"),
    oa.ResponseCreate(PARAMS, event_id="e9"),
    oa.ResponseCancel("r1", event_id="e10"),
    oa.OutputAudioBufferClear(event_id="e11"),
]

SPOKEN = oa.Item(
    type="message",
    id="i2",
    object="realtime.item",
    status="completed",
    role="assistant",
    content=(oa.ContentPart("output_audio", transcript="Hello"),),
)
DONE = oa.Response(
    id="r1",
    object="realtime.response",
    status="cancelled",
    status_details={"type": "cancelled", "reason": "turn_detected"},
    output=(SPOKEN,),
    conversation_id="conv_1",
    output_modalities=("audio",),
    max_output_tokens="inf",
    audio=oa.ResponseAudio(oa.AudioOutput(PCM, "cedar")),
    usage=None,
    metadata={"rt": "e9"},
)
PLACE: dict[str, Any] = {
    "response_id": "r1",
    "item_id": "i2",
    "output_index": 0,
    "content_index": 0,
    "event_id": "ev",
}
CALL: dict[str, Any] = {"response_id": "r1", "item_id": "i3", "output_index": 1, "event_id": "ev"}
MCP: dict[str, Any] = {"item_id": "i4", "output_index": 0, "event_id": "ev"}
USAGE = {"type": "duration", "seconds": 2}

SERVER: list[Any] = [
    oa.ErrorEvent(
        oa.ErrorDetail(
            type="invalid_request_error", code="invalid_value", message="No.", param=None, event_id="e1"
        ),
        event_id="ev",
    ),
    oa.SessionCreated(SESSION, event_id="ev"),
    oa.SessionUpdated(MANUAL, event_id="ev"),
    oa.RateLimitsUpdated((oa.RateLimit("tokens", 100, 99, 0.5),), event_id="ev"),
    oa.InputAudioBufferCommitted(None, "i1", event_id="ev"),
    oa.InputAudioBufferCleared(event_id="ev"),
    oa.InputAudioBufferSpeechStarted(100, "i1", event_id="ev"),
    oa.InputAudioBufferSpeechStopped(900, "i1", event_id="ev"),
    oa.InputAudioBufferTimeoutTriggered(0, 5000, "i1", event_id="ev"),
    oa.InputAudioBufferDtmfEventReceived("9", 1763800000),
    oa.OutputAudioBufferStarted("r1", event_id="ev"),
    oa.OutputAudioBufferStopped("r1", event_id="ev"),
    oa.OutputAudioBufferCleared("r1", event_id="ev"),
    oa.ConversationCreated(oa.Conversation("conv_1", "realtime.conversation"), event_id="ev"),
    oa.ConversationItemAdded(TEXT, None, event_id="ev"),
    oa.ConversationItemDone(SPOKEN, "i1", event_id="ev"),
    oa.ConversationItemCreated(TEXT, None, event_id="ev"),
    oa.ConversationItemRetrieved(SPOKEN, event_id="ev"),
    oa.ConversationItemTruncated("i2", 0, 1500, event_id="ev"),
    oa.ConversationItemDeleted("i2", event_id="ev"),
    oa.ConversationItemInputAudioTranscriptionDelta("i1", 0, "He", event_id="ev"),
    oa.ConversationItemInputAudioTranscriptionCompleted("i1", 0, "Hello", USAGE, event_id="ev"),
    oa.ConversationItemInputAudioTranscriptionSegment("s1", "i1", 0, "Hello", "A", 0.0, 1.5, event_id="ev"),
    oa.ConversationItemInputAudioTranscriptionFailed("i1", 0, oa.ErrorDetail(message="No."), event_id="ev"),
    oa.McpListToolsInProgress("i4", event_id="ev"),
    oa.McpListToolsCompleted("i4", event_id="ev"),
    oa.McpListToolsFailed("i4", event_id="ev"),
    oa.ResponseCreated(oa.Response(id="r1", status="in_progress", output=()), event_id="ev"),
    oa.ResponseDone(DONE, event_id="ev"),
    oa.ResponseOutputItemAdded(SPOKEN, "r1", 0, event_id="ev"),
    oa.ResponseOutputItemDone(SPOKEN, "r1", 0, event_id="ev"),
    oa.ResponseContentPartAdded(oa.ContentPart("audio", transcript=""), **PLACE),
    oa.ResponseContentPartDone(oa.ContentPart("text", "Hello"), **PLACE),
    oa.ResponseOutputTextDelta("He", **PLACE),
    oa.ResponseOutputTextDone("Hello", **PLACE),
    oa.ResponseOutputAudioDelta("AAAA", **PLACE),
    oa.ResponseOutputAudioDone(**PLACE),
    oa.ResponseOutputAudioTranscriptDelta("He", **PLACE),
    oa.ResponseOutputAudioTranscriptDone("Hello", **PLACE),
    oa.ResponseFunctionCallArgumentsDelta("{", **CALL, call_id="c1"),
    oa.ResponseFunctionCallArgumentsDone("{}", **CALL, call_id="c1", name="tide"),
    oa.ResponseMcpCallArgumentsDelta("{", **CALL),
    oa.ResponseMcpCallArgumentsDone("{}", **CALL),
    oa.ResponseMcpCallInProgress(**MCP),
    oa.ResponseMcpCallCompleted(**MCP),
    oa.ResponseMcpCallFailed(**MCP),
]


def _adapter(union: Any) -> Any:
    return pydantic.TypeAdapter(Annotated[union, pydantic.Field(discriminator="type")])


CLIENT_ORACLE = _adapter(sdk.RealtimeClientEvent)
SERVER_ORACLE = _adapter(sdk.RealtimeServerEvent)


def _ids(events: list[Any]) -> list[str]:
    return [f"{type(event).__name__}-{index}" for index, event in enumerate(events)]


def _assert_valid(event: Any, oracle: Any) -> None:
    data = json.loads(oa.encode(event))
    assert unknown_keys(oracle.validate_python(data, strict=True)) == []


@pytest.mark.parametrize("event", CLIENT, ids=_ids(CLIENT))
def test_client_events_are_what_the_sdk_sends(event: Any) -> None:
    _assert_valid(event, CLIENT_ORACLE)
    assert oa.parse_client(oa.encode(event)) == event


@pytest.mark.parametrize("event", SERVER, ids=_ids(SERVER))
def test_server_events_are_what_the_sdk_reads(event: Any) -> None:
    _assert_valid(event, SERVER_ORACLE)
    assert oa.parse_server(oa.encode(event)) == event


def test_every_event_is_here_and_in_the_sdk() -> None:
    assert {type(event).type for event in CLIENT} == set(oa.CLIENT_EVENTS)
    assert {type(event).type for event in SERVER} == set(oa.SERVER_EVENTS)
    assert _types(sdk.RealtimeClientEvent) == set(oa.CLIENT_EVENTS)
    assert _types(sdk.RealtimeServerEvent) == set(oa.SERVER_EVENTS)


def _types(union: Any) -> set[str]:
    members = get_args(get_args(union)[0])
    return {get_args(member.model_fields["type"].annotation)[0] for member in members}


def test_the_oracle_refuses_a_wrong_event() -> None:
    with pytest.raises(pydantic.ValidationError):
        _assert_valid(oa.SessionUpdate(oa.Session(instructions="No type.")), CLIENT_ORACLE)
    with pytest.raises(AssertionError):
        _assert_valid(oa.SessionUpdate(oa.Session(type="realtime", extra={"voice": "cedar"})), CLIENT_ORACLE)
