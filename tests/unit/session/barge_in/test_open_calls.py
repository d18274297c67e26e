"""The user interrupts while function calls are unanswered (F8)."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import ClientDialect, GreetingMode, ServerVad
from realtime_translate.session.tables import SlotState, TurnState
from tests.events import (
    answer,
    arguments_done,
    audio,
    call_added,
    call_done,
    call_item,
    cancelled,
    created,
    done,
    error,
    inject,
    output_seen,
    speech,
    transcript,
    user_item,
)
from tests.harness import Desk, Log
from tests.unit.session.played import creates, item_id_in, ready_in, tag_in

Json = dict[str, Any]

DEEPGRAM, COMPONENT = ClientDialect.DEEPGRAM, ClientDialect.COMPONENT
BOTH = pytest.mark.parametrize("dialect", ClientDialect)
STARTED = speech("speech_started", audio_start_ms=900)
ASK = ServerVad(create_response=False)
"""The translator asks for the response."""


def calling(desk: Desk, *calls: str, ended: bool = True) -> Log:
    """A response that made these calls."""
    log = desk.upstream(created(), *(call_done(each) for each in calls or ("call_1",)))
    if ended:
        log.outputs += desk.upstream(done(output=[call_item(each) for each in calls or ("call_1",)])).outputs
    return log


def outputs(log: Log) -> dict[str, str]:
    items = [each["item"] for each in log.of("conversation.item.create")]
    return {each["call_id"]: each["output"] for each in items if each["type"] == "function_call_output"}


def remembered(desk: Desk) -> int:
    snapshot: Any = desk.translator.snapshot()
    return len(snapshot["call"]["calls"]["calls"])


# --- Deepgram -----------------------------------------------------------------------------------------------


def test_F8_the_client_is_told_and_upstream_gets_an_output() -> None:
    desk = ready_in()
    calling(desk)
    log = desk.upstream(STARTED)
    assert log.client == [
        {"type": "UserStartedSpeaking"},
        {"type": "FunctionCallCancelled", "functions": [{"id": "call_1", "name": "weather"}]},
        {"type": "AgentAudioDone"},
    ]
    assert log.upstream_types == ["conversation.item.create"]
    assert outputs(log) == {"call_1": '{"error":"cancelled"}'}
    assert desk.translator.state.turn is TurnState.SILENT


def test_F8_all_open_calls_in_one_message_and_an_output_each() -> None:
    desk = ready_in()
    calling(desk, "call_1", "call_2", "call_3")
    desk.client(answer("call_2"))
    log = desk.upstream(STARTED)
    [told] = log.of("FunctionCallCancelled")
    assert [each["id"] for each in told["functions"]] == ["call_1", "call_3"]
    assert list(outputs(log)) == ["call_1", "call_3"]


@pytest.mark.parametrize("turns", [ServerVad(), ServerVad(interrupt_response=False)])
def test_F8_while_their_response_runs_it_is_cut_as_well(turns: ServerVad) -> None:
    desk = ready_in(turns=turns)
    desk.upstream(created(), transcript("Let me look. One", "m1", "resp_1"), audio(response_id="resp_1"))
    desk.upstream(call_done())
    log = desk.upstream(STARTED)
    assert sorted(log.client_types) == ["AgentAudioDone", "FunctionCallCancelled", "UserStartedSpeaking"]
    assert log.client_types[0] == "UserStartedSpeaking"
    assert outputs(log) == {"call_1": '{"error":"cancelled"}'}
    log = desk.upstream(cancelled("resp_1", call_item()))
    assert (log.client, log.upstream) == ([], [])
    assert (desk.slot, remembered(desk)) == (SlotState.FREE, 0)


@pytest.mark.parametrize("ended", [True, False])
def test_F8_there_is_no_response_for_it(ended: bool) -> None:
    desk = ready_in()
    calling(desk, ended=ended)
    log = desk.upstream(STARTED)
    log.outputs += desk.upstream(output_seen(kind="added"), output_seen()).outputs
    if not ended:
        log.outputs += desk.upstream(cancelled("resp_1")).outputs
    log.outputs += desk.wait(60.0).outputs
    assert creates(log) == 0


@pytest.mark.parametrize("call_id", ["call_1", None])
def test_F8_a_later_answer_is_not_sent(call_id: str | None) -> None:
    desk = ready_in()
    calling(desk)
    desk.upstream(STARTED)
    log = desk.client(answer(call_id))
    assert (log.client, log.upstream, log.notices) == ([], [], ["CALL_ANSWER_IGNORED"])


@pytest.mark.parametrize("code", ["invalid_tool_call_id", None])
def test_F8_a_refusal_of_the_output_needs_no_attention(code: str | None) -> None:
    """The server may have dropped the call with the response (E2)."""
    desk = ready_in()
    calling(desk)
    [create] = desk.upstream(STARTED).of("conversation.item.create")
    assert desk.upstream(error(code, event_id=create["event_id"])).client == []


def test_F8_further_announcements_of_the_call_ask_for_nothing() -> None:
    desk = ready_in()
    calling(desk, ended=False)
    desk.upstream(STARTED)
    seen = {"type": "conversation.item.done", "item": call_item(status="completed")}
    log = desk.upstream(call_done(), arguments_done(), seen, cancelled("resp_1", call_item()), seen)
    assert (log.client, log.upstream) == ([], [])


def test_F8_a_call_of_the_host_is_cancelled_too() -> None:
    desk = ready_in()
    desk.upstream(created(), call_done("call_1", name="lookup"), done())
    log = desk.upstream(STARTED)
    [told] = log.of("FunctionCallCancelled")
    assert [each["id"] for each in told["functions"]] == ["call_1"]
    assert outputs(log) == {"call_1": '{"error":"cancelled"}'}
    log = desk.act(lambda translator: translator.function_result("call_1", "late"))
    assert (log.client, log.upstream, log.notices) == ([], [], ["CALL_ANSWER_IGNORED"])


def test_F8_waiting_wishes_go_on() -> None:
    desk = ready_in()
    calling(desk)
    log = desk.client(inject())
    assert creates(desk.upstream(user_item(item_id_in(log), "Hello"))) == 0, "it waits for the call (R8)"
    log = desk.upstream(STARTED)
    assert log.upstream_types == ["conversation.item.create", "response.create"]
    assert desk.wait(10.0).notices.count("CALL_HOLD_OVER") == 0


def test_F8_calls_of_the_next_response_are_asked_and_followed() -> None:
    desk = ready_in()
    calling(desk)
    desk.upstream(STARTED, speech("committed"), created("resp_2"), call_done("call_2", "resp_2"))
    desk.upstream(done("resp_2"))
    log = desk.client(answer("call_2"))
    assert log.upstream_types == ["conversation.item.create", "response.create"]


@BOTH
def test_F8_answered_calls_are_not_cancelled(dialect: ClientDialect) -> None:
    desk = ready_in(dialect)
    calling(desk, ended=False)
    desk.client(answer("call_1"))
    log = desk.upstream(STARTED)
    assert log.of("FunctionCallCancelled") == []
    assert log.of("conversation.item.create") == []


@BOTH
@pytest.mark.parametrize("seen", [True, False])
def test_F8_answered_calls_of_a_cut_response_ask_for_nothing(dialect: ClientDialect, seen: bool) -> None:
    desk = ready_in(dialect)
    calling(desk, ended=False)
    desk.client(answer("call_1"))
    log = desk.upstream(STARTED, *([output_seen()] if seen else []), cancelled("resp_1", call_item()))
    log.outputs += [*desk.upstream(output_seen()).outputs, *desk.wait(60.0).outputs]
    assert creates(log) == 0
    assert desk.slot is SlotState.FREE


@BOTH
def test_F8_a_call_that_was_not_asked_yet_is_not_asked(dialect: ClientDialect) -> None:
    desk = ready_in(dialect)
    desk.upstream(created(), call_added())
    log = desk.upstream(STARTED)
    assert (log.client_types, log.upstream) == (
        ["UserStartedSpeaking", *(["AgentDone"] if dialect is COMPONENT else []), "AgentAudioDone"],
        [],
    )
    log = desk.upstream(call_done(status="incomplete"), cancelled("resp_1", call_item(status="incomplete")))
    assert (log.client, log.upstream) == ([], [])


@BOTH
def test_F8_a_call_that_ends_whole_after_the_interruption_is_not_asked(dialect: ClientDialect) -> None:
    """Upstream has the call and waits for an output. The event of the conversation names no response."""
    desk = ready_in(dialect)
    desk.upstream(created(), call_added())
    desk.upstream(STARTED)
    seen = {"type": "conversation.item.done", "item": call_item(status="completed")}
    log = desk.upstream(arguments_done(), seen, call_done(), cancelled("resp_1", call_item()), seen)
    assert log.client == []
    assert len(log.upstream) == 1
    assert outputs(log) == {"call_1": '{"error":"cancelled"}'}


@BOTH
@pytest.mark.parametrize("status", ["completed", "cancelled"])
def test_F8_a_call_that_only_the_end_of_the_response_lists_is_closed_too(
    dialect: ClientDialect, status: str
) -> None:
    """The cancel came too late for it, or for this call of it."""
    desk = ready_in(dialect)
    desk.upstream(created(), call_added("call_1"))
    desk.upstream(STARTED)
    calls = [call_item("call_1"), call_item("call_2"), call_item("call_3", status="incomplete")]
    end = done(status=status, output=calls)
    log = desk.upstream(end)
    assert outputs(log) == {"call_1": '{"error":"cancelled"}', "call_2": '{"error":"cancelled"}'}
    assert (log.client_types, len(log.upstream)) == ([], 2)
    seen = {"type": "conversation.item.done", "item": call_item("call_2")}
    assert desk.upstream(end, seen).upstream == []
    assert desk.client(answer("call_2")).upstream == []


@BOTH
def test_F8_a_call_is_closed_though_the_end_of_its_response_never_comes(dialect: ClientDialect) -> None:
    """A server may refuse every response until it has an output of each call (R8)."""
    desk = ready_in(dialect)
    desk.upstream(created(), STARTED)
    log = desk.upstream(call_done(status="incomplete"), call_done("call_2"))
    assert (log.client, outputs(log)) == ([], {"call_2": '{"error":"cancelled"}'})
    assert desk.upstream(call_done("call_2"), cancelled("resp_1", call_item("call_2"))).upstream == []


def test_F8_an_answered_call_that_the_end_of_a_cut_response_lists_is_not_closed() -> None:
    desk = ready_in(ClientDialect.DEEPGRAM)
    calling(desk)
    desk.client(answer("call_1"))
    assert desk.upstream(STARTED, cancelled("resp_1", call_item("call_1"))).upstream == []


@BOTH
def test_F8_without_barge_in_calls_stay_open(dialect: ClientDialect) -> None:
    desk = ready_in(dialect, barge_in=False)
    calling(desk)
    log = desk.upstream(STARTED)
    assert (log.client_types, log.upstream) == (["UserStartedSpeaking"], [])
    assert desk.client(answer("call_1")).upstream_types == ["conversation.item.create", "response.create"]


# --- the component's dialect --------------------------------------------------------------------------------


@pytest.mark.parametrize("ended", [True, False])
def test_F8_the_components_client_is_told_nothing_of_calls(ended: bool) -> None:
    desk = ready_in(COMPONENT)
    calling(desk, ended=ended)
    log = desk.upstream(STARTED)
    assert log.of("FunctionCallCancelled") == log.of("conversation.item.create") == []
    assert log.client_types[0] == "UserStartedSpeaking"


@pytest.mark.parametrize("ended", ["before", "after", "at last"])
def test_F8_late_answers_go_upstream_and_ask_for_nothing(ended: str) -> None:
    desk = ready_in(COMPONENT)
    calling(desk, "call_1", "call_2", ended=ended == "before")
    desk.upstream(STARTED)
    if ended == "after":
        desk.upstream(cancelled("resp_1", call_item("call_1"), call_item("call_2")))
    log = desk.client(answer("call_1"))
    log.outputs += desk.client(answer("call_2", content="rain")).outputs
    assert outputs(log) == {"call_1": "sunny", "call_2": "rain"}
    if ended == "at last":
        log.outputs += desk.upstream(cancelled("resp_1", call_item("call_1"), call_item("call_2"))).outputs
    log.outputs += desk.upstream(output_seen("call_1"), output_seen("call_2")).outputs
    log.outputs += desk.wait(60.0).outputs
    assert creates(log) == 0
    assert desk.slot is SlotState.FREE


@pytest.mark.parametrize("answered", ["before", "after", "at last"])
def test_L2_the_calls_of_a_cut_response_are_forgotten(answered: str) -> None:
    desk = ready_in(COMPONENT)
    calling(desk, ended=False)
    acts = {"before": 0, "after": 1, "at last": 2}
    for step, event in enumerate((STARTED, cancelled("resp_1", call_item()))):
        if acts[answered] == step:
            desk.client(answer("call_1"))
        desk.upstream(event)
    if answered == "at last":
        assert remembered(desk) == 1
        desk.client(answer("call_1"))
    assert remembered(desk) == 0


def test_F8_a_second_answer_is_ignored() -> None:
    desk = ready_in(COMPONENT)
    calling(desk)
    desk.upstream(STARTED)
    assert desk.client(answer("call_1")).upstream_types == ["conversation.item.create"]
    assert desk.client(answer("call_1")).notices == ["CALL_ANSWER_IGNORED"]


def test_F8_the_users_turn_is_answered_once_the_calls_are() -> None:
    """R8: a wish waits for the output of an open call; late answers only ask for nothing of their own."""
    desk = ready_in(COMPONENT, ASK)
    calling(desk)
    desk.upstream(STARTED, speech("speech_stopped"))
    assert creates(desk.upstream(speech("committed"))) == 0
    log = desk.client(answer("call_1"))
    assert log.upstream_types == ["conversation.item.create", "response.create"]
    log = desk.upstream(created("resp_2", tag_in(log)), done("resp_2"), output_seen())
    assert creates(log) == 0


def test_F8_or_after_the_hold() -> None:
    desk = ready_in(COMPONENT, ASK)
    calling(desk)
    desk.upstream(STARTED, speech("speech_stopped"), speech("committed"))
    assert creates(desk.wait(9.9)) == 0
    assert creates(desk.wait(0.1)) == 1


@BOTH
def test_F8_an_injected_message_that_interrupts_cancels_calls_too(dialect: ClientDialect) -> None:
    desk = ready_in(dialect, greeting=GreetingMode.SUPPRESSED)
    calling(desk)
    log = desk.client({"type": "InjectAgentMessage", "message": "Please hold.", "behavior": "interrupt"})
    assert bool(log.of("FunctionCallCancelled")) is (dialect is DEEPGRAM)
    assert log.upstream_types[-1] == "response.create"
    assert creates(log) == 1
    assert "Please hold." in log.upstream[-1]["response"]["instructions"]


# --- a turn that goes on with a response that has not begun -------------------------------------------------


def test_B1_the_turn_ends_while_its_first_words_are_heard_and_its_next_response_is_asked_for() -> None:
    desk = ready_in()
    desk.upstream(created(), audio(bytes(48000), "msg_1", "resp_1"), call_done("call_1"))
    desk.upstream(done(output=[call_item("call_1")]))
    asked = desk.client(answer("call_1"))
    assert asked.upstream_types == ["conversation.item.create", "response.create"]
    log = desk.upstream(STARTED)
    assert log.client_types == ["UserStartedSpeaking", "AgentAudioDone"]
    assert log.upstream_types == ["conversation.item.truncate"]
    following = desk.upstream(
        created("resp_2", tag_in(asked)), audio(bytes(4800), "msg_2", "resp_2"), done("resp_2")
    )
    assert following.client_types == ["audio", "AgentAudioDone"]
