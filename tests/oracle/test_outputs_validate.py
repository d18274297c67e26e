"""Whole conversations: every frame to a client and to upstream validates against the official SDKs (*Always
true* 4), and every message that the translator sends in a dialect occurs in one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from realtime_translate import ClientDialect, Config, ManualCommit
from realtime_translate.deepgram.codes import WarningCode
from tests.events import audio, created, error, settings
from tests.harness import Desk, Log
from tests.oracle.conversations import (
    CONVERSATIONS,
    FULL,
    WORDS,
    function_calls,
    spoken_turn,
    text_turn,
)
from tests.oracle.validated import check_all, check_client, check_component, check_upstream
from tests.unit.session.updates.messages import prompt

pytestmark = pytest.mark.oracle

pydantic = pytest.importorskip("pydantic")
pytest.importorskip("deepgram.agent.v1.types")
pytest.importorskip("openai.types.realtime")

Json = dict[str, Any]
DG, CO = ClientDialect.DEEPGRAM, ClientDialect.COMPONENT
CHECKS = {DG: check_client, CO: check_component}

UNHEARD_OF: Json = {
    "type": "response.function_call_arguments.done",
    "response_id": "resp_1",
    "item_id": "msg_9",
    "output_index": 1,
    "call_id": "call_9",
    "name": "unheard_of",
    "arguments": "{}",
}


# --- ends, and errors played by hand ------------------------------------------------------------------------


def starts(dialect: ClientDialect, how: Callable[[Desk], Log]) -> Log:
    """Before Settings."""
    desk = Desk(Config(dialect))
    log = desk.opened()
    log.outputs += how(desk).outputs
    return log


def goes_on(dialect: ClientDialect, how: Callable[[Desk], Log]) -> Log:
    """While the agent speaks."""
    desk = Desk(Config(dialect))
    log = desk.ready(settings())
    log.outputs += desk.upstream(created(), audio()).outputs
    log.outputs += how(desk).outputs
    return log


def unconfirmed(desk: Desk) -> Log:
    desk.upstream({"type": "response.done", "response": {"id": "resp_1", "status": "completed"}})
    log = desk.client(prompt())
    log.outputs += desk.wait(20.0).outputs
    return log


OPUS = {**FULL, "audio": {"input": {"encoding": "opus", "sample_rate": 48000}}}
STARTS: dict[str, Callable[[Desk], Log]] = {
    "upstream never opens": lambda desk: desk.act(lambda t: t.upstream_closed()),
    "no Settings": lambda desk: desk.wait(20.0),
    "text before Settings": lambda desk: desk.client({"type": "InjectUserMessage", "content": "Hi"}),
    "Settings that cannot work": lambda desk: desk.client(OPUS),
    "an agent by its id": lambda desk: desk.client({**FULL, "agent": "some-id"}),
}
GOES_ON: dict[str, Callable[[Desk], Log]] = {
    "upstream errors": lambda desk: desk.upstream(error("cannot_update_voice"), error(None), error(None, "")),
    "a fatal upstream error": lambda desk: desk.upstream(error("invalid_api_key")),
    "an idle end": lambda desk: desk.upstream(error("idle_timeout")),
    "upstream closes": lambda desk: desk.act(lambda t: t.upstream_closed(1011)),
    "upstream speaks no JSON": lambda desk: desk.upstream("oops"),
    "the host closes": lambda desk: desk.act(lambda t: t.close(1001, "deploy")),
    "Settings twice": lambda desk: desk.client(settings()),
    "no JSON": lambda desk: desk.client("oops"),
    "an unknown type": lambda desk: desk.client({"type": "Nope"}),
    "an undeclared function": lambda desk: desk.upstream(UNHEARD_OF),
    "an update that is not confirmed": unconfirmed,
}


@cache
def logs(dialect: ClientDialect) -> dict[str, Log]:
    """Every conversation of a dialect."""
    return {
        **{name: conversation(dialect) for name, conversation in CONVERSATIONS.items()},
        **{name: starts(dialect, how) for name, how in STARTS.items()},
        **{name: goes_on(dialect, how) for name, how in GOES_ON.items()},
    }


dialects = pytest.mark.parametrize("dialect", [DG, CO])


@dialects
@pytest.mark.parametrize("name", [*CONVERSATIONS, *STARTS, *GOES_ON])
def test_every_frame_of_a_conversation_is_valid(dialect: ClientDialect, name: str) -> None:
    log = logs(dialect)[name]
    assert log.outputs
    check_all(log, CHECKS[dialect])


# --- they hold everything -----------------------------------------------------------------------------------

BOTH = {
    "SettingsApplied",
    "ConversationText",
    "UserStartedSpeaking",
    "FunctionCallRequest",
    "FunctionCallResponse",
    "AgentStartedSpeaking",
    "AgentAudioDone",
    "PromptUpdated",
    "ThinkUpdated",
    "SpeakUpdated",
    "ListenUpdated",
    "InjectionRefused",
    "Error",
    "Warning",
    "audio",
}
SENT = {
    DG: BOTH | {"Welcome", "History", "FunctionCallCancelled", "LatencyReport"},
    CO: BOTH | {"AgentThinking", "AgentDone", "Transcript", "UtteranceEnd"},
}
ASKED = {
    "session.update",
    "input_audio_buffer.append",
    "input_audio_buffer.commit",
    "input_audio_buffer.clear",
    "conversation.item.create",
    "conversation.item.truncate",
    "conversation.item.delete",
    "response.create",
    "response.cancel",
}
WARNED = {
    WarningCode.THINK_REQUEST_FAILED,
    WarningCode.FORCE_END_TURN_UNSUPPORTED,
    WarningCode.UPDATE_LISTEN_UNSUPPORTED_FIELDS_CHANGED,
    WarningCode.SPEAK_UPDATE_UNSUPPORTED,
    WarningCode.UPDATE_NOT_CONFIRMED,
    WarningCode.THINK_LIVE_UNSUPPORTED,
    WarningCode.CUSTOM_THINK_UNSUPPORTED,
}
WARNED_OF_TIME = {WarningCode.SLOW_THINK_REQUEST, WarningCode.MAXIMUM_SESSION_LENGTH_APPROACHING}


@dialects
def test_they_hold_every_message_that_can_be_sent_in_the_dialect(dialect: ClientDialect) -> None:
    """Otherwise the test above proves less than it says."""
    played = logs(dialect).values()
    assert {kind for log in played for kind in log.client_types} == SENT[dialect]
    assert {kind for log in played for kind in log.upstream_types} == ASKED


@dialects
def test_they_hold_every_warning_of_ours(dialect: ClientDialect) -> None:
    codes = {str(each["code"]) for log in logs(dialect).values() for each in log.of("Warning")}
    ours = {str(each) for each in WarningCode}
    wanted = WARNED | (WARNED_OF_TIME if dialect is DG else set())
    assert codes & ours == {str(each) for each in wanted}


@dialects
def test_they_hold_every_shape_of_what_is_asked_for_again_and_again(dialect: ClientDialect) -> None:
    """A spoken create beside a plain one, updates of each part, calls that are closed."""
    played = logs(dialect).values()
    creates = [each["response"] for log in played for each in log.of("response.create")]
    assert {tuple(sorted(each)) for each in creates} == {
        ("metadata",),
        ("instructions", "metadata", "tool_choice"),
    }
    sessions = [each["session"] for log in played for each in log.of("session.update")]
    partial = {
        key
        for session in sessions
        if "turn_detection" not in str(session)
        for key in (*session, *_parts(session))
    }
    assert partial == {"type", "instructions", "tools", "audio", "audio.input", "audio.output"}
    assert any(session.get("tools") == [] for session in sessions)
    closed = [
        each["item"]["output"] == '{"error":"cancelled"}'
        for log in played
        for each in log.of("conversation.item.create")
        if each["item"]["type"] == "function_call_output"
    ]
    assert any(closed) is (dialect is DG)  # F8


def _parts(session: Json) -> list[str]:
    return [f"audio.{part}" for part in session.get("audio", {})]


def test_the_conversations_end_as_they_should() -> None:
    told = [part["content"] for part in text_turn(DG).of("ConversationText")]
    assert told == ["Harbour office.", "Is a berth free?", "Two berths are free.", "Shall I book one?"]
    told = [part["content"] for part in text_turn(CO).of("ConversationText")]
    assert told == ["Harbour office.", "Is a berth free?", WORDS]
    for dialect in (DG, CO):
        assert function_calls(dialect).client_types.count("FunctionCallRequest") == 2
        assert spoken_turn(dialect).client_types.count("AgentStartedSpeaking") == 2
        manual = spoken_turn(dialect, ManualCommit(0.5, 4.0))
        assert manual.client_types.count("AgentStartedSpeaking") == 2


# --- the oracles refuse -------------------------------------------------------------------------------------

REFUSALS = (AssertionError, KeyError, AttributeError, pydantic.ValidationError)


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "AgentStartedSpeaking"},
        {"type": "AgentDone"},
        {"type": "ConversationText", "role": "agent", "content": "Hi"},
        {"type": "Welcome", "request_id": "r", "session_id": "s"},
        {"type": "Warning", "description": "No code."},
        {"type": "LatencyReport", "total_latency": "0.1"},
        {"type": "FunctionCallCancelled"},
    ],
)
def test_the_client_oracle_refuses_what_is_wrong(wrong: Json) -> None:
    with pytest.raises(REFUSALS):
        check_client(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "Welcome", "request_id": "r"},
        {"type": "AgentStartedSpeaking", "total_latency": 0.1, "tts_latency": 0.1, "ttt_latency": 0.1},
        {"type": "Transcript", "transcript": "Hi"},
        {"type": "UtteranceEnd", "channel": [0, 1]},
        {"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": "1.5"},
        {"type": "ConversationText", "role": "agent", "content": "Hi"},
    ],
)
def test_the_components_oracle_refuses_what_is_wrong(wrong: Json) -> None:
    with pytest.raises(REFUSALS):
        check_component(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "response.create"},
        {"type": "response.create", "event_id": "e", "response": {"modalities": ["audio"]}},
        {
            "type": "response.create",
            "event_id": "e",
            "response": {"metadata": {"rt": "e"}, "instructions": ""},
        },
        {"type": "response.cancel", "event_id": "e", "response_id": ""},
        {"type": "session.update", "event_id": "e", "session": {"instructions": "No type."}},
        {"type": "session.update", "event_id": "e", "session": {"type": "realtime", "audio": {}}},
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
        {
            "type": "conversation.item.truncate",
            "event_id": "e",
            "item_id": "i",
            "content_index": 0,
            "audio_end_ms": 0,
        },
        {"type": "conversation.item.delete", "event_id": "e", "item_id": ""},
        {"type": "input_audio_buffer.append", "audio": ""},
    ],
)
def test_the_upstream_oracle_refuses_what_is_wrong(wrong: Json) -> None:
    with pytest.raises(REFUSALS):
        check_upstream(wrong)
