"""Whole conversations: every frame to a Deepgram client and to upstream validates against the official SDKs.

*Always true* 4. For the client the five steps of a strict check: the class by wire type, `strict=True`, no
unknown key at any level, `type` present, enums by hand. For upstream the discriminated models, no unknown
key, and the bounds that the models do not enforce.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any

import pytest

from realtime_translate import Config, ContextMode, ManualCommit, SemanticVad, ServerVad
from realtime_translate.testing import Call, Reply, Say
from tests.harness import Desk, Log, Pair
from tests.oracle.pydantic_models import unknown_keys
from tests.unit.session.agent_events import audio, created, error, settings

pytestmark = pytest.mark.oracle

pydantic = pytest.importorskip("pydantic")
types = pytest.importorskip("deepgram.agent.v1.types")
realtime = pytest.importorskip("openai.types.realtime")

UPSTREAM = pydantic.TypeAdapter(Annotated[realtime.RealtimeClientEvent, pydantic.Field(discriminator="type")])
ROLES = {"user", "assistant"}
SPEECH, SILENCE = b"\x10\x20" * 2400, bytes(4800)
"""100 ms each."""

Json = dict[str, Any]


# --- the oracles --------------------------------------------------------------------------------------------


def check_client(frame: Json) -> None:
    name = {"History": history_class(frame), "FunctionCallResponse": "AgentV1ReceiveFunctionCallResponse"}
    model = getattr(types, name.get(frame["type"], f"AgentV1{frame['type']}"))  # 1: the class by wire type
    parsed = model.model_validate(frame, strict=True)  # 2: required fields and JSON types
    assert unknown_keys(parsed) == []  # 3: nothing that the SDK does not know
    assert frame["type"] == parsed.type  # 4: it has a default in the model
    assert frame.get("role", "user") in ROLES  # 5: enums
    if frame["type"] in ("Error", "Warning"):
        assert frame["code"]
        assert frame["description"]


def history_class(frame: Json) -> str:
    return "FunctionCallHistoryMessage" if "function_calls" in frame else "ConversationHistoryMessage"


def check_upstream(event: Json) -> None:
    parsed = UPSTREAM.validate_python(event, strict=True)
    assert unknown_keys(parsed) == []
    assert len(event.get("event_id", "")) <= 512
    if event["type"] != "input_audio_buffer.append":
        assert event["event_id"]
    BOUNDS.get(event["type"], lambda _: None)(event)


def check_item(event: Json) -> None:
    item = event["item"]
    assert len(item.get("id", "")) <= 32
    assert len(item.get("call_id", "")) <= 32
    assert isinstance(item.get("output", ""), str)


def check_session(event: Json) -> None:
    session = event["session"]
    assert session["type"] == "realtime"
    assert "model" not in session
    assert session.get("output_modalities") in (None, ["text"], ["audio"])
    assert session.get("max_output_tokens", 1) == "inf" or 1 <= session.get("max_output_tokens", 1) <= 4096
    audio = session["audio"]
    assert 0.25 <= audio.get("output", {}).get("speed", 1) <= 1.5
    turns = audio["input"]["turn_detection"]
    assert turns is None or 5000 <= turns.get("idle_timeout_ms", 5000) <= 30000
    for tool in session.get("tools", []):
        assert tool["name"]
        assert tool["parameters"]["type"] == "object"


def check_append(event: Json) -> None:
    assert 0 < len(event["audio"]) * 3 // 4 <= 15 * 2**20


BOUNDS: dict[str, Callable[[Json], None]] = {
    "conversation.item.create": check_item,
    "session.update": check_session,
    "input_audio_buffer.append": check_append,
}


def check_all(log: Log) -> None:
    for frame in log.client:
        if isinstance(frame, dict):
            check_client(frame)
    for event in log.upstream:
        check_upstream(event)


# --- conversations ------------------------------------------------------------------------------------------

WORDS = "Two berths are free. Shall I book one?"
REPLY = Reply(Say(WORDS, audio_ms=600))
TOOL_ROUND = [Reply(Say("One moment.", audio_ms=200), Call("tide", '{"at": "noon"}'), Call("tide")), REPLY]
CONTEXT = {
    "messages": [
        {"type": "History", "role": "user", "content": "Is a berth free?"},
        {"type": "History", "role": "assistant", "content": "Let me look."},
        {
            "type": "History",
            "function_calls": [
                {"id": "x" * 43, "name": "tide", "client_side": True, "arguments": "{}", "response": "3 m"}
            ],
        },
    ]
}
FULL: Json = {
    "type": "Settings",
    "tags": ["test"],
    "experimental": True,
    "audio": {
        "input": {"encoding": "linear16", "sample_rate": 24000},
        "output": {"encoding": "linear16", "sample_rate": 24000, "container": "none"},
    },
    "agent": {
        "language": "en",
        "listen": {"provider": {"type": "deepgram", "model": "nova-3", "keyterms": ["berth"]}},
        "think": {
            "provider": {"type": "open_ai", "model": "gpt-4o", "temperature": 0.5},
            "prompt": "You answer for the harbour.",
            "functions": [
                {"name": "tide", "description": "Height of the tide", "parameters": {"type": "object"}},
                {"name": "bare"},
            ],
        },
        "speak": {"provider": {"type": "open_ai", "model": "tts-1", "voice": "cedar", "speed": 9.0}},
        "greeting": "Harbour office.",
    },
}


def talk(config: Config, given: Json = FULL, **server: Any) -> Pair:
    pair = Pair(config, **server)
    pair.client(given)
    pair.run(1.0)
    return pair


def say(pair: Pair, frames: int = 5) -> None:
    for sound in (SPEECH, SILENCE, SILENCE):
        for _ in range(frames):
            pair.client(sound)
            pair.run(pair.clock.now + 0.125)


def text_turn() -> Log:
    pair = talk(Config.deepgram(), script=[REPLY])
    pair.client({"type": "InjectUserMessage", "content": "Is a berth free?"})
    pair.run(10.0)
    return pair.log


def spoken_turn(config: Config) -> Log:
    pair = talk(config, script=[REPLY, REPLY])
    say(pair)
    pair.run(pair.clock.now + 8.0)
    say(pair)
    pair.run(pair.clock.now + 8.0)
    return pair.log


def function_calls() -> Log:
    pair = talk(Config.deepgram(), script=TOOL_ROUND)
    pair.client({"type": "InjectUserMessage", "content": "How high is the tide?"})
    pair.run(4.0)
    for request in list(pair.log.of("FunctionCallRequest")):
        [call] = request["functions"]
        pair.client({"type": "FunctionCallResponse", "id": call["id"], "name": "tide", "content": "3.1 m"})
    pair.run(12.0)
    return pair.log


def server_side_function() -> Log:
    given = json.loads(json.dumps(FULL))
    endpoint = {"url": "https://example.test/tide", "method": "post", "headers": {}}
    given["agent"]["think"]["functions"][0]["endpoint"] = endpoint
    pair = talk(Config.deepgram(), given, script=[Reply(Call("tide")), REPLY])
    pair.client({"type": "InjectUserMessage", "content": "How high is the tide?"})
    pair.run(4.0)
    [request] = pair.log.of("FunctionCallRequest")
    pair.log.outputs += pair.translator.function_result(request["functions"][0]["id"], "3.1 m")
    return pair.log


def context(mode: ContextMode) -> Log:
    given = {**FULL, "agent": {**FULL["agent"], "context": CONTEXT}}
    pair = talk(Config.deepgram(context=mode), given, script=[REPLY])
    pair.client({"type": "InjectUserMessage", "content": "And now?"})
    pair.run(8.0)
    return pair.log


def failures() -> Log:
    replies = [
        Reply(Say(WORDS), status="failed", reason="rate_limit_exceeded"),
        Reply(Say(WORDS), status="incomplete", reason="max_output_tokens"),
        Reply(Call("tide", "{"), status="incomplete", reason="max_output_tokens"),
    ]
    pair = talk(Config.deepgram(), script=replies)
    for _ in replies:
        pair.client({"type": "InjectUserMessage", "content": "Hello?"})
        pair.run(pair.clock.now + 8.0)
    return pair.log


def not_yet() -> Log:
    pair = talk(Config.deepgram(), script=[REPLY])
    pair.client({"type": "UpdatePrompt", "prompt": "Be brief."})
    pair.client({"type": "InjectAgentMessage", "message": "Hello."})
    pair.client({"type": "KeepAlive"})
    pair.run(3.0)
    return pair.log


def formats(encoding: str) -> Log:
    sound = {
        "input": {"encoding": encoding, "sample_rate": 8000},
        "output": {"encoding": encoding, "sample_rate": 8000},
    }
    pair = talk(Config.deepgram(turn_detection=ManualCommit()), {**FULL, "audio": sound}, script=[REPLY])
    pair.client(b"\x10" * 3200)
    pair.run(8.0)
    return pair.log


def session_limit() -> Log:
    pair = talk(Config.deepgram(), session_limit=20.0)
    pair.run(30.0)
    return pair.log


def ends(*, before: bool, how: Callable[[Desk], Log]) -> Log:
    desk = Desk(Config.deepgram())
    log = desk.opened()
    if not before:
        log.outputs += desk.client(settings()).outputs + desk.dialled().outputs
        log.outputs += desk.upstream({"type": "session.updated", "session": {}}, created(), audio()).outputs
    log.outputs += how(desk).outputs
    return log


CONVERSATIONS: dict[str, Callable[[], Log]] = {
    "a text turn": text_turn,
    "spoken turns, server VAD": lambda: spoken_turn(Config.deepgram()),
    "spoken turns, server VAD without responses": lambda: spoken_turn(
        Config.deepgram(turn_detection=ServerVad(0.5, 300, 500, 6000, create_response=False))
    ),
    "spoken turns, semantic VAD": lambda: spoken_turn(Config.deepgram(turn_detection=SemanticVad("high"))),
    "spoken turns, manual commit": lambda: spoken_turn(
        Config.deepgram(turn_detection=ManualCommit(0.5, 4.0))
    ),
    "function calls": function_calls,
    "a function that the host runs": server_side_function,
    "context as instructions": lambda: context(ContextMode.INSTRUCTIONS),
    "context as items": lambda: context(ContextMode.ITEMS),
    "responses that fail": failures,
    "what is not supported yet": not_yet,
    "mulaw": lambda: formats("mulaw"),
    "alaw": lambda: formats("alaw"),
    "the session's limit": session_limit,
    "upstream errors": lambda: ends(
        before=False,
        how=lambda desk: desk.upstream(error("cannot_update_voice"), error(None), error(None, "")),
    ),
    "a fatal upstream error": lambda: ends(
        before=False, how=lambda desk: desk.upstream(error("invalid_api_key"))
    ),
    "upstream closes": lambda: ends(
        before=False, how=lambda desk: desk.act(lambda t: t.upstream_closed(1011))
    ),
    "upstream never opens": lambda: ends(
        before=True, how=lambda desk: desk.act(lambda t: t.upstream_closed())
    ),
    "the host closes": lambda: ends(
        before=False, how=lambda desk: desk.act(lambda t: t.close(1001, "deploy"))
    ),
    "no Settings": lambda: ends(before=True, how=lambda desk: desk.wait(20.0)),
    "text before Settings": lambda: ends(
        before=True, how=lambda desk: desk.client({"type": "InjectUserMessage", "content": "Hi"})
    ),
    "Settings that cannot work": lambda: ends(
        before=True,
        how=lambda desk: desk.client(
            {**FULL, "audio": {"input": {"encoding": "opus", "sample_rate": 48000}}}
        ),
    ),
    "Settings twice": lambda: ends(before=False, how=lambda desk: desk.client(settings())),
    "no JSON": lambda: ends(before=False, how=lambda desk: desk.client("oops")),
    "an undeclared function": lambda: ends(
        before=False,
        how=lambda desk: desk.upstream(
            {
                "type": "response.function_call_arguments.done",
                "response_id": "r1",
                "item_id": "i9",
                "output_index": 1,
                "call_id": "c9",
                "name": "unheard_of",
                "arguments": "{}",
            }
        ),
    ),
}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_every_frame_of_a_conversation_is_valid(name: str) -> None:
    check_all(CONVERSATIONS[name]())


def test_the_conversations_hold_every_message_that_can_be_sent_in_this_dialect() -> None:
    """Otherwise the test above proves less than it says."""
    logs = [conversation() for conversation in CONVERSATIONS.values()]
    to_client = {kind for log in logs for kind in log.client_types}
    assert to_client == {
        "Welcome",
        "SettingsApplied",
        "ConversationText",
        "History",
        "UserStartedSpeaking",
        "FunctionCallRequest",
        "FunctionCallResponse",
        "AgentStartedSpeaking",
        "AgentAudioDone",
        "Error",
        "Warning",
        "audio",
    }
    assert {kind for log in logs for kind in log.upstream_types} == {
        "session.update",
        "input_audio_buffer.append",
        "input_audio_buffer.commit",
        "conversation.item.create",
        "response.create",
    }


def test_the_conversations_end_as_they_should() -> None:
    assert [part["content"] for part in text_turn().of("ConversationText")] == [
        "Harbour office.",
        "Is a berth free?",
        WORDS,
    ]
    assert function_calls().client_types.count("FunctionCallRequest") == 2
    for config in (Config.deepgram(), Config.deepgram(turn_detection=ManualCommit(0.5, 4.0))):
        assert spoken_turn(config).client_types.count("AgentStartedSpeaking") == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "AgentStartedSpeaking"},
        {"type": "ConversationText", "role": "agent", "content": "Hi"},
        {"type": "Welcome", "request_id": "r", "session_id": "s"},
        {"type": "Warning", "description": "No code."},
    ],
)
def test_the_client_oracle_refuses_what_is_wrong(wrong: Json) -> None:
    with pytest.raises((AssertionError, KeyError, pydantic.ValidationError)):
        check_client(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "response.create"},
        {"type": "response.create", "event_id": "e", "response": {"modalities": ["audio"]}},
        {"type": "session.update", "event_id": "e", "session": {"instructions": "No type."}},
        {
            "type": "conversation.item.create",
            "event_id": "e",
            "item": {
                "type": "message",
                "id": "x" * 33,
                "role": "user",
                "content": [{"type": "input_text", "text": "Hi"}],
            },
        },
        {"type": "input_audio_buffer.append", "audio": ""},
    ],
)
def test_the_upstream_oracle_refuses_what_is_wrong(wrong: Json) -> None:
    with pytest.raises((AssertionError, KeyError, pydantic.ValidationError)):
        check_upstream(wrong)
