"""Calls with servers of other makes: what their rows change in the course of a call (D2, D4)."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from realtime_translate import Config, ContextMode, GreetingMode, ManualCommit, Notice, OpenUpstream
from realtime_translate.openai.dialects import (
    ELEVENLABS,
    INWORLD,
    NEMOTRON,
    OPENAI_BETA,
    OPENAI_GA,
    QWEN,
    SPEACHES,
    STEPFUN,
    XAI,
    UpstreamDialect,
)
from tests.events import audio, created, done, error
from tests.events import message as agent_message
from tests.harness import SETTINGS, Desk, Log
from tests.unit.session.played import Way

Json = dict[str, Any]

TYPED: Json = {"type": "InjectUserMessage", "content": "Hi."}


def ready(server: UpstreamDialect, **fields: Any) -> Desk:
    desk = Desk(Config.deepgram(upstream=server, **fields))
    desk.ready()
    return desk


def ask(desk: Desk) -> Json:
    """A typed turn, up to the `response.create`."""
    item = desk.client(TYPED).of("conversation.item.create")[0]["item"]
    return desk.upstream({"type": "conversation.item.created", "item": item}).of("response.create")[0]


def speech(kind: str = "started") -> Json:
    return {"type": f"input_audio_buffer.speech_{kind}", "item_id": "u1"}


def codes(log: Log, *wanted: str) -> list[Notice]:
    return [each for each in log.outputs if isinstance(each, Notice) and each.code in wanted]


# --- opening ------------------------------------------------------------------------------------------------


def test_D2_a_flat_session_is_asked_for_and_its_formats_count() -> None:
    desk = Desk(Config.deepgram(upstream=OPENAI_BETA))
    desk.opened()
    (dial,) = [each for each in desk.client(SETTINGS).outputs if isinstance(each, OpenUpstream)]
    assert dial.headers == {"OpenAI-Beta": "realtime=v1"}
    session = desk.dialled().of("session.update")[0]["session"]
    assert session["input_audio_format"] == "pcm16"
    assert "type" not in session
    desk.upstream({"type": "session.updated", "session": {"output_audio_format": "g711_ulaw"}})
    assert desk.translator._engine.env.plan.output.upstream.encoding == "mulaw"


def test_D2_so_are_updates() -> None:
    desk = ready(OPENAI_BETA)
    update = desk.client({"type": "UpdatePrompt", "prompt": "Be kind."}).of("session.update")[0]
    assert set(update["session"]) == {"instructions"}
    done_update = {"type": "session.updated", "session": {"input_audio_transcription": None}}
    assert desk.upstream(done_update).client_types == ["PromptUpdated"]
    assert not desk.translator._engine.env.plan.transcribes


def test_S7_a_part_that_a_flat_server_refuses_is_left_out() -> None:
    desk = Desk(Config.deepgram(upstream=OPENAI_BETA))
    desk.opened()
    desk.client(SETTINGS)
    update = desk.dialled().of("session.update")[0]
    refusal = error("invalid_value", event_id=update["event_id"])
    refusal["error"]["param"] = "session.voice"
    again = desk.upstream(refusal).of("session.update")[0]
    assert update["session"].pop("voice") == "alloy"
    assert again["session"] == update["session"]


def test_C1_assistant_items_have_the_part_of_the_server() -> None:
    messages = [{"type": "History", "role": "assistant", "content": "Yes."}]
    desk = Desk(Config.deepgram(upstream=OPENAI_BETA, context=ContextMode.ITEMS))
    log = desk.ready({**SETTINGS, "agent": {"context": {"messages": messages}}})
    assert log.of("conversation.item.create")[0]["item"]["content"] == [{"type": "text", "text": "Yes."}]


def test_S2_each_call_has_an_address_of_its_own_where_the_server_wants_one() -> None:
    desk = Desk(Config.deepgram(upstream=INWORLD))
    assert "key=T1&" in desk.translator.early_dial.target


@pytest.mark.parametrize("preset", [Config.deepgram, Config.component])
def test_D4_a_row_that_nobody_has_seen_says_so(preset: Any) -> None:
    (told,) = codes(Desk(preset(upstream=STEPFUN)).opened(), "SERVER_UNPROVED")
    assert told.fields == {"server": "stepfun"}
    assert codes(Desk(preset(upstream=SPEACHES)).opened(), "SERVER_UNPROVED") == []


# --- habits -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("server", "tagged"), [(OPENAI_GA, True), (SPEACHES, False)])
def test_R6_responses_are_tagged_where_the_server_takes_tags(server: UpstreamDialect, tagged: bool) -> None:
    assert ("metadata" in ask(ready(server)).get("response", {})) is tagged


def test_D4_what_a_server_does_not_take_is_not_sent() -> None:
    for server, missing in ((SPEACHES, ["conversation.item.truncate"]), (OPENAI_GA, [])):
        desk = ready(server)
        ask(desk)
        desk.upstream(created(), audio(bytes(48000)))
        log = desk.upstream(speech())
        assert [each.fields["type"] for each in codes(log, "NOT_SENT")] == missing
        assert ("conversation.item.truncate" in log.upstream_types) is not bool(missing)


def test_D4_that_it_is_not_sent_is_noticed_once(way: Way) -> None:
    desk = way(Config.deepgram(upstream=SPEACHES))
    desk.ready()
    told = []
    for number in range(3):
        ask(desk)
        desk.upstream(created(f"r{number}"), audio(bytes(48000), f"i{number}", f"r{number}"))
        told += [each.fields["type"] for each in codes(desk.upstream(speech()), "NOT_SENT")]
        desk.upstream(speech("stopped"), done(f"r{number}"))
    assert told == ["conversation.item.truncate"]


def test_D4_a_server_without_cancel_is_not_asked_to() -> None:
    desk = ready(SPEACHES)
    ask(desk)
    desk.upstream(created(), audio(bytes(48000)))
    log = desk.client({"type": "InjectAgentMessage", "message": "Stop.", "behavior": "interrupt"})
    assert "response.cancel" not in log.upstream_types
    assert desk.upstream(done()).upstream_types == ["response.create"]


def test_T3_what_to_say_goes_as_an_item_where_responses_have_no_instructions() -> None:
    desk = ready(NEMOTRON)
    log = desk.client({"type": "InjectAgentMessage", "message": "Tea is served."})
    item, create = log.of("conversation.item.create")[0]["item"], log.of("response.create")[0]
    assert log.upstream_types == ["conversation.item.create", "response.create"]
    assert (item["role"], item["id"][:4]) == ("system", "msg_")
    assert "Tea is served." in item["content"][0]["text"]
    assert "instructions" not in create.get("response", {})


def test_T3_words_of_the_model_s_own_need_no_item() -> None:
    desk = Desk(Config.component(upstream=QWEN))
    desk.ready()
    log = desk.client({"type": "InjectAgentMessage", "is_dynamic": True})
    assert log.upstream_types == ["response.create"]


def test_T3_a_spoken_greeting_too() -> None:
    desk = Desk(Config.deepgram(upstream=NEMOTRON, greeting=GreetingMode.SPOKEN))
    log = desk.ready({**SETTINGS, "agent": {"greeting": "Good morning."}})
    assert log.upstream_types == ["session.update", "conversation.item.create", "response.create"]


def test_A5_a_server_that_answers_commits_is_not_asked_to() -> None:
    desk = ready(XAI, turn_detection=ManualCommit(debounce=0.5))
    desk.client(bytes(9600))
    assert desk.wait(0.5).upstream_types == ["input_audio_buffer.commit"]
    desk.upstream({"type": "input_audio_buffer.committed", "item_id": "u1"}, created(), audio())
    assert desk.upstream(done("resp_1", agent_message("Yes."))).upstream_types == []


def test_A5_if_it_does_not_answer_it_is_asked_all_the_same() -> None:
    desk = ready(XAI, turn_detection=ManualCommit(debounce=0.5))
    desk.client(bytes(9600))
    desk.wait(0.5)
    assert desk.wait(1.0).upstream_types == ["response.create"]


def test_D4_events_that_a_server_is_known_for_are_no_surprise() -> None:
    for server, code in ((XAI, "UPSTREAM_ABSORBED"), (OPENAI_GA, "UPSTREAM_UNKNOWN")):
        assert ready(server).upstream({"type": "ping"}).notices == [code]


@pytest.mark.parametrize(("server", "changes"), [(QWEN, False), (SPEACHES, True)])
def test_T2_a_voice_that_a_server_takes_only_once_is_not_changed(
    server: UpstreamDialect, changes: bool
) -> None:
    desk = ready(evolve(server, voices=("Cherry",)))
    speak = {"provider": {"type": "open_ai", "voice": "Cherry"}}
    log = desk.client({"type": "UpdateSpeak", "speak": speak})
    assert (log.upstream_types, log.client_types) == (
        (["session.update"], []) if changes else ([], ["Warning"])
    )


# --- time ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("limit", "warned"), [(None, 3300.0), (600.0, 550.0), (36000.0, 3300.0)])
def test_O8_the_client_is_warned_before_the_server_s_own_limit(limit: float | None, warned: float) -> None:
    desk = ready(evolve(OPENAI_GA, session_limit=limit))
    desk.upstream({"type": "session.created", "session": {}})
    assert desk.wait(warned - 1.0).client == []
    assert desk.wait(1.0).client_types == ["Warning"]


def test_I1_a_server_that_wants_to_hear_something_does() -> None:
    desk = ready(ELEVENLABS)
    assert desk.wait(29.0).upstream == []
    assert desk.wait(1.0).upstream_types == ["input_audio_buffer.append"]
    assert "input_audio_buffer.append" in desk.wait(30.0).upstream_types
