"""G1, G2, SUPPRESSED, C1: what is said before the first turn."""

from __future__ import annotations

import json
from typing import Any

import pytest

from realtime_translate import ClientDialect, Config, ContextMode, GreetingMode, ManualCommit
from realtime_translate.testing import Reply, Say
from tests.harness import SETTINGS, Desk, Log, Pair
from tests.oracle.session_update import HAS_SDK, faults

GREETING = "Harbour office, good morning."
PAST: list[dict[str, Any]] = [
    {"type": "History", "role": "user", "content": "Is slip nine free?"},
    {
        "type": "History",
        "function_calls": [
            {
                "id": "a9b0d6a8-2f0e-4c9d-9a34-b7a6c1d9f0e2",
                "name": "slip",
                "client_side": True,
                "arguments": '{"n": 9}',
                "response": '{"free": true}',
            }
        ],
    },
    {"type": "History", "role": "assistant", "content": "It is."},
]

both = pytest.mark.parametrize("preset", [Config.deepgram, Config.component], ids=["DG", "CO"])


def ready(config: Config, flags: dict[str, Any] | None = None, **agent: Any) -> Log:
    settings = {**SETTINGS, "agent": agent}
    return Desk(config).ready({**settings, "flags": flags} if flags else settings)


def after_applied(log: Log) -> list[Any]:
    """What the client gets after SettingsApplied."""
    return log.client[log.client_types.index("SettingsApplied") + 1 :]


# --- G1 -----------------------------------------------------------------------------------------------------


def test_G1_a_deepgram_client_sees_the_greeting_and_the_end_of_turn() -> None:
    said = {"role": "assistant", "content": GREETING}
    assert after_applied(ready(Config.deepgram(), greeting=GREETING)) == [
        {"type": "ConversationText", **said},
        {"type": "History", **said},
        {"type": "AgentAudioDone"},
    ]


def test_G1_without_history_if_the_flags_say_so() -> None:
    log = ready(Config.deepgram(), {"history": False}, greeting=GREETING)
    assert [each["type"] for each in after_applied(log)] == ["ConversationText", "AgentAudioDone"]


def test_G1_the_component_sees_the_greeting_and_the_end_of_turn() -> None:
    assert after_applied(ready(Config.component(), greeting=GREETING)) == [
        {"type": "ConversationText", "role": "assistant", "content": GREETING},
        {"type": "AgentDone"},
        {"type": "AgentAudioDone"},
    ]


@both
def test_G1_nothing_of_it_goes_upstream_but_in_the_instructions(preset: Any) -> None:
    log = ready(preset(), greeting=GREETING)
    assert log.upstream_types == ["session.update"]
    session = log.upstream[0]["session"]
    assert GREETING in session.pop("instructions")
    assert GREETING not in json.dumps(session)


@both
def test_G1_an_empty_greeting_is_none(preset: Any) -> None:
    assert after_applied(ready(preset(), greeting="")) == []
    assert after_applied(ready(preset())) == []


@both
def test_G1_the_greeting_ends_no_later_turn(preset: Any) -> None:
    """A whole call: the turn after the greeting ends once, by itself."""
    pair = Pair(preset(turn_detection=ManualCommit()))
    pair.client({**SETTINGS, "agent": {"greeting": GREETING}})
    pair.run(1.0)
    assert pair.log.client_types.count("AgentAudioDone") == 1
    pair.client({"type": "InjectUserMessage", "content": "Hi"})
    pair.run(20.0)
    assert pair.log.client_types.count("AgentAudioDone") == 2
    assert pair.server.violations == ()


# --- G2, SUPPRESSED, SPOKEN ---------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("mode", ContextMode)
def test_G2_context_suppresses_the_greeting(preset: Any, mode: ContextMode) -> None:
    log = ready(preset(context=mode), greeting=GREETING, context={"messages": PAST})
    assert after_applied(log) == []
    assert GREETING not in json.dumps(log.upstream)


@both
def test_G2_an_empty_context_does_not(preset: Any) -> None:
    assert after_applied(ready(preset(), greeting=GREETING, context={"messages": []})) != []


@both
def test_G3_suppressed_is_nothing_at_all(preset: Any) -> None:
    log = ready(preset(greeting=GreetingMode.SUPPRESSED), greeting=GREETING)
    assert after_applied(log) == []
    assert GREETING not in json.dumps(log.upstream)


def said_in(log: Log) -> list[str]:
    """The texts that the creates of a log ask for; "" for a plain one."""
    asked = [each["response"].get("instructions", "") for each in log.of("response.create")]
    return [each.partition(":\n")[2] for each in asked]


def spoken(preset: Any, **agent: Any) -> tuple[Desk, Log]:
    desk = Desk(preset(greeting=GreetingMode.SPOKEN, turn_detection=ManualCommit()))
    return desk, desk.ready({**SETTINGS, "agent": {"greeting": GREETING, **agent}})


@both
def test_G3_spoken_is_asked_for_after_settings_applied_and_not_shown(preset: Any) -> None:
    _, log = spoken(preset)
    assert after_applied(log) == []
    assert log.upstream_types == ["session.update", "response.create"]
    create = log.outputs[-1]
    assert "response.create" in str(getattr(create, "data", "")), "SettingsApplied comes first (S4)"
    response = log.upstream[-1]["response"]
    assert response["instructions"].endswith(f":\n{GREETING}")
    assert (response["tool_choice"], set(response)) == ("none", {"instructions", "metadata", "tool_choice"})


@both
def test_G3_the_client_is_told_what_the_model_really_said(preset: Any) -> None:
    desk, _ = spoken(preset)
    place = {"response_id": "r1", "item_id": "i1", "output_index": 0, "content_index": 0}
    kind = "response.output_audio_transcript.done"
    log = desk.upstream(
        {"type": "response.created", "response": {"id": "r1"}},
        {"type": kind, **place, "transcript": "Good morning, harbour office."},
        {"type": "response.done", "response": {"id": "r1", "status": "completed", "output": []}},
    )
    assert [each["content"] for each in log.of("ConversationText")] == ["Good morning, harbour office."]
    assert log.client_types.count("AgentAudioDone") == 1


@both
def test_G3_it_is_spoken_before_what_waited(preset: Any) -> None:
    desk = Desk(preset(greeting=GreetingMode.SPOKEN, turn_detection=ManualCommit()))
    desk.opened()
    desk.client({**SETTINGS, "agent": {"greeting": GREETING}})
    desk.dialled()
    desk.client({"type": "InjectAgentMessage", "message": "Ahoy.", "behavior": "queue"})
    desk.client({"type": "InjectAgentMessage", "message": "Too early."})
    log = desk.upstream({"type": "session.updated", "session": {}})
    assert said_in(log) == [GREETING]
    assert log.client_types == ["SettingsApplied", "InjectionRefused"]
    desk.upstream({"type": "response.created", "response": {"id": "r1"}})
    ended = desk.upstream({"type": "response.done", "response": {"id": "r1", "status": "completed"}})
    assert said_in(ended) == ["Ahoy."]


def test_G3_it_waits_for_a_response_of_the_servers_own() -> None:
    """Before a late Settings holds, the server may have begun to speak (S4)."""
    desk = Desk(Config.component(greeting=GreetingMode.SPOKEN))
    desk.opened()
    desk.dialled()
    desk.upstream({"type": "session.updated", "session": {}})
    desk.client({**SETTINGS, "agent": {"greeting": GREETING}})
    desk.upstream({"type": "response.created", "response": {"id": "r1"}})
    log = desk.upstream({"type": "session.updated", "session": {}})
    assert (log.client_types, log.upstream) == (["SettingsApplied"], [])
    assert said_in(desk.upstream({"type": "response.done", "response": {"id": "r1"}})) == [GREETING]


@both
@pytest.mark.parametrize("nothing", [{"greeting": ""}, {"context": {"messages": PAST}}])
def test_G2_G3_without_a_greeting_to_say_nothing_is_spoken(preset: Any, nothing: Any) -> None:
    _, log = spoken(preset, **nothing)
    assert (after_applied(log), log.upstream_types) == ([], ["session.update"])


@both
def test_G3_the_model_speaks_it_once(preset: Any) -> None:
    pair = Pair(
        preset(greeting=GreetingMode.SPOKEN, turn_detection=ManualCommit()), script=[Reply(Say("Ahoy."))]
    )
    pair.client({**SETTINGS, "agent": {"greeting": GREETING}})
    pair.run(20.0)
    assert pair.log.upstream_types.count("response.create") == 1
    assert [each["content"] for each in pair.log.of("ConversationText")] == ["Ahoy."]
    assert pair.log.client_types.count("AgentAudioDone") == 1
    assert "audio" in pair.log.client_types
    assert pair.server.violations == ()


# --- C1 -----------------------------------------------------------------------------------------------------


@both
def test_C1_items_come_before_anything_else_and_ask_for_no_response(preset: Any) -> None:
    log = ready(preset(context=ContextMode.ITEMS), context={"messages": PAST})
    assert log.upstream_types == ["session.update", *["conversation.item.create"] * 4]
    kinds = [each["item"]["type"] for each in log.of("conversation.item.create")]
    assert kinds == ["message", "function_call", "function_call_output", "message"]
    types = [type(each).__name__ for each in log.outputs]
    assert max(i for i, t in enumerate(types) if t == "SendToUpstream") < _place(log, "SettingsApplied")
    assert after_applied(log) == []


def _place(log: Log, kind: str) -> int:
    return next(
        i for i, each in enumerate(log.outputs) if f'"type":"{kind}"' in str(getattr(each, "data", ""))
    )


@both
def test_C1_each_item_and_event_has_an_id_of_its_own(preset: Any) -> None:
    log = ready(preset(context=ContextMode.ITEMS), context={"messages": PAST})
    created = log.of("conversation.item.create")
    ids = [each["event_id"] for each in log.upstream] + [each["item"]["id"] for each in created]
    assert len(set(ids)) == len(ids) == 9
    for frame in log.upstream if HAS_SDK else []:
        assert faults(frame) == []


def test_C1_items_are_noticed_once() -> None:
    log = ready(Config.deepgram(context=ContextMode.ITEMS), context={"messages": PAST})
    assert log.notices.count("CONTEXT_SENT") == 1
    assert "CONTEXT_SENT" not in ready(Config.deepgram(context=ContextMode.ITEMS)).notices


@both
def test_C1_the_client_is_not_told_of_items_that_are_its_own(preset: Any) -> None:
    """O3: upstream announces what we created, with or without our id."""
    desk = Desk(preset(context=ContextMode.ITEMS))
    log = desk.ready({**SETTINGS, "agent": {"context": {"messages": PAST}}})
    items = [each["item"] for each in log.of("conversation.item.create")]
    for number, item in enumerate(items):
        renamed = {**item, "id": f"srv{number}"} if item["type"] == "message" else item
        for kind in ("added", "done"):
            event = {"type": f"conversation.item.{kind}", "item": renamed if number else item}
            assert desk.upstream(event).client == []


@both
def test_C1_the_server_takes_the_items(preset: Any) -> None:
    pair = Pair(preset(context=ContextMode.ITEMS))
    pair.client({**SETTINGS, "agent": {"context": {"messages": PAST}}})
    pair.run(2.0)
    assert pair.server.violations == ()
    assert "SettingsApplied" in pair.log.client_types
    assert "response.create" not in pair.log.upstream_types


def test_C1_folded_into_the_instructions_there_are_no_items() -> None:
    log = ready(Config(ClientDialect.COMPONENT), context={"messages": PAST})
    assert log.upstream_types == ["session.update"]
    assert "Is slip nine free?" in log.upstream[0]["session"]["instructions"]
