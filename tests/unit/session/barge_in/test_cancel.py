"""Who cancels the response that was interrupted, and when (B2); texts of the client that interrupt (T3);
calls without barge-in.
"""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import ClientDialect, Config, SemanticVad, ServerVad
from realtime_translate.session.tables import SlotState, TurnState
from tests.events import (
    PCM,
    audio,
    call_item,
    cancelled,
    created,
    done,
    error,
    item_done,
    message,
    settings,
    speech,
    text,
    text_done,
    transcript,
    transcript_done,
)
from tests.harness import Desk
from tests.unit.session.barge_in.interruptions import (
    AGAIN,
    BOTH,
    CUTTERS,
    ENDS,
    SERVER_CUTS,
    STARTED,
    WE_CUT,
    interrupted,
    speaking,
    spoken_to,
)
from tests.unit.session.played import asked, ready_in

Json = dict[str, Any]

# --- B2 -----------------------------------------------------------------------------------------------------


@BOTH
def test_B2_the_response_that_runs_is_cancelled_by_name(dialect: ClientDialect) -> None:
    desk = ready_in(dialect, WE_CUT)
    speaking(desk)
    [cancel] = desk.upstream(STARTED).of("response.cancel")
    assert cancel["response_id"] == "resp_1"
    assert cancel["event_id"]


@BOTH
def test_B2_no_cancel_where_the_server_does_it(dialect: ClientDialect) -> None:
    desk = ready_in(dialect, SERVER_CUTS)
    speaking(desk)
    assert "response.cancel" not in desk.upstream(STARTED, AGAIN, cancelled()).upstream_types


def test_B2_one_cancel_a_response() -> None:
    desk = interrupted(ready_in(turns=WE_CUT))
    assert desk.upstream(AGAIN, speech("speech_started", item_id="u3")).of("response.cancel") == []
    desk.upstream(cancelled(), created("resp_2"))
    [cancel] = desk.upstream(STARTED).of("response.cancel")
    assert cancel["response_id"] == "resp_2"


def test_B2_a_response_without_a_name_is_cancelled_without() -> None:
    desk = ready_in(turns=WE_CUT)
    desk.upstream({"type": "response.created", "response": {"status": "in_progress"}})
    [cancel] = desk.upstream(STARTED).of("response.cancel")
    assert "response_id" not in cancel


@pytest.mark.parametrize("code", ["response_cancel_not_active", "some_other_code", None])
def test_B2_a_refused_cancel_needs_no_attention(code: str | None) -> None:
    """It may cross the response's end (E2)."""
    desk = ready_in(turns=WE_CUT)
    speaking(desk)
    [cancel] = desk.upstream(STARTED).of("response.cancel")
    assert desk.upstream(error(code, event_id=cancel["event_id"])).client == []
    assert desk.upstream(done("resp_1", message("Two berths are free. Come in."))).client == []


@BOTH
def test_B2_a_create_in_flight_is_cancelled_after_its_created(dialect: ClientDialect) -> None:
    desk = ready_in(dialect, WE_CUT)
    tag = asked(desk)
    log = desk.upstream(STARTED)
    assert (log.client_types, log.upstream) == (["UserStartedSpeaking"], [])
    log = desk.upstream(created("resp_1", tag=tag))
    assert [(each["type"], each["response_id"]) for each in log.upstream] == [("response.cancel", "resp_1")]
    late = desk.upstream(audio(), transcript_done("Hello to you."), cancelled("resp_1"))
    assert (late.client, late.upstream) == ([], [])
    assert desk.translator.state.turn is TurnState.SILENT


def not_answered(desk: Desk, tag: str) -> None:
    desk.wait(10.0)


def refused(desk: Desk, tag: str) -> None:
    desk.upstream(error("invalid_value", event_id=tag))


def busy(desk: Desk, tag: str) -> None:
    desk.upstream(error("conversation_already_has_active_response", event_id=tag))
    desk.wait(1.0)


def only_done(desk: Desk, tag: str) -> None:
    desk.upstream(done("resp_1", message("Hello to you."), tag=tag))


def only_cancelled(desk: Desk, tag: str) -> None:
    desk.upstream(done("resp_1", status="cancelled", tag=tag))


def crossed_and_done(desk: Desk, tag: str) -> None:
    desk.upstream(created("theirs"), done("resp_1", message("Hello to you."), tag=tag), done("theirs"))


def crossed_and_refused(desk: Desk, tag: str) -> None:
    desk.upstream(created("theirs"), error("invalid_value", event_id=tag), done("theirs"))


def crossed_and_busy(desk: Desk, tag: str) -> None:
    busy_error = error("conversation_already_has_active_response", event_id=tag)
    desk.upstream(created("theirs"), busy_error, done("theirs"))


def announced_late(desk: Desk, tag: str) -> None:
    """Its output came before its `created`."""
    desk.upstream(text("Hel", "msg_1", "resp_1"), created("resp_1", tag=tag), done("resp_1", tag=tag))


def announced_never(desk: Desk, tag: str) -> None:
    desk.upstream(text("Hel", "msg_1", "resp_1"), done("resp_1", tag=tag))


@BOTH
@pytest.mark.parametrize(
    "fate",
    [
        not_answered,
        refused,
        busy,
        only_done,
        only_cancelled,
        crossed_and_done,
        crossed_and_refused,
        crossed_and_busy,
        announced_late,
        announced_never,
    ],
)
def test_B2_whatever_becomes_of_the_create_the_next_one_is_not_cancelled(
    fate: Any, dialect: ClientDialect
) -> None:
    desk = ready_in(dialect, WE_CUT)
    tag = asked(desk)
    desk.upstream(created("resp_0", tag=tag), done("resp_0", tag=tag))  # this server echoes tags
    tag = asked(desk)
    desk.upstream(STARTED)
    fate(desk, tag)
    assert desk.slot is SlotState.FREE
    desk.upstream(speech("speech_stopped"))
    again = asked(desk)
    log = desk.upstream(created("resp_9", tag=again), audio(PCM, "msg_9", "resp_9"))
    assert log.upstream == []
    assert "audio" in log.client_types


@BOTH
def test_B2_a_create_in_flight_whose_output_comes_before_its_created_is_cancelled_then(
    dialect: ClientDialect,
) -> None:
    desk = ready_in(dialect, WE_CUT)
    tag = asked(desk)
    desk.upstream(created("resp_0", tag=tag), done("resp_0", tag=tag))  # this server echoes tags
    tag = asked(desk)
    desk.upstream(STARTED, text("Hel", "msg_1", "resp_1"))
    log = desk.upstream(created("resp_1", tag=tag))
    assert [each["response_id"] for each in log.of("response.cancel")] == ["resp_1"]
    assert desk.upstream(text("lo. And", "msg_1", "resp_1"), cancelled("resp_1")).of("ConversationText") == []


def test_B2_the_servers_own_response_and_ours_in_flight_are_both_cancelled() -> None:
    desk = ready_in(turns=WE_CUT)
    tag = asked(desk)
    desk.upstream(created("resp_0", tag=tag), done("resp_0", tag=tag))
    tag = asked(desk)
    desk.upstream(created("theirs"), audio(response_id="theirs"))
    assert [each["response_id"] for each in desk.upstream(STARTED).of("response.cancel")] == ["theirs"]
    log = desk.upstream(cancelled("theirs"), created("resp_1", tag=tag))
    assert [each["response_id"] for each in log.of("response.cancel")] == ["resp_1"]
    assert desk.upstream(audio(), cancelled("resp_1")).client == []


# --- interrupt (T3) -----------------------------------------------------------------------------------------


def say(behavior: str) -> Json:
    return {"type": "InjectAgentMessage", "message": "Please hold.", "behavior": behavior}


@BOTH
@CUTTERS
def test_T3_interrupt_cuts_the_agent_whoever_else_would(dialect: ClientDialect, turns: ServerVad) -> None:
    desk = ready_in(dialect, turns)
    speaking(desk)
    log = desk.client(say("interrupt"))
    assert spoken_to(log) == ["UserStartedSpeaking", *ENDS[dialect]], "the client drops what it plays (B1)"
    assert sorted(log.upstream_types) == ["conversation.item.truncate", "response.cancel"]
    assert desk.upstream(audio(), text_done("Late.")).client == []
    log = desk.upstream(cancelled("resp_1"))
    assert log.upstream_types == ["response.create"]
    assert "Please hold." in log.upstream[0]["response"]["instructions"]


def test_T3_interrupt_is_not_refused_while_the_user_speaks() -> None:
    desk = ready_in()
    desk.upstream(STARTED)
    assert desk.client(say("default")).client_types == ["InjectionRefused"]
    assert desk.client(say("queue")).client_types == ["InjectionRefused"]
    log = desk.client(say("interrupt"))
    assert (log.client, log.upstream_types) == ([], ["response.create"])


@BOTH
def test_T3_interrupt_stops_what_still_plays(dialect: ClientDialect) -> None:
    desk = ready_in(dialect)
    speaking(desk)
    desk.upstream(audio(PCM * 100), done("resp_1"))
    log = desk.client(say("interrupt"))
    assert log.client_types == ["UserStartedSpeaking"]
    assert log.upstream_types == ["conversation.item.truncate", "response.create"]


@BOTH
@pytest.mark.parametrize("behavior", ["interrupt", "queue", "default"])
def test_T3_with_nothing_to_cut_nobody_started_speaking(dialect: ClientDialect, behavior: str) -> None:
    log = ready_in(dialect).client(say(behavior))
    assert (log.client, log.upstream_types) == ([], ["response.create"])


def test_T3_a_behavior_that_is_not_known_is_refused() -> None:
    assert ready_in().client(say("shout")).client_types == ["InjectionRefused"]


# --- Config.barge_in ----------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("turns", [ServerVad(), SemanticVad(), WE_CUT])
def test_without_barge_in_the_server_is_told_not_to_interrupt(
    dialect: ClientDialect, turns: ServerVad | SemanticVad
) -> None:
    desk = Desk(Config(dialect, turn_detection=turns, barge_in=False))
    [update] = desk.ready(settings()).of("session.update")
    assert update["session"]["audio"]["input"]["turn_detection"]["interrupt_response"] is False


@BOTH
def test_with_barge_in_the_server_is_told_to_interrupt(dialect: ClientDialect) -> None:
    [update] = Desk(Config(dialect, turn_detection=ServerVad())).ready(settings()).of("session.update")
    assert update["session"]["audio"]["input"]["turn_detection"]["interrupt_response"] is True


@BOTH
@CUTTERS
def test_without_barge_in_the_agent_goes_on(dialect: ClientDialect, turns: ServerVad) -> None:
    desk = ready_in(dialect, turns, barge_in=False)
    desk.upstream(created(), item_done(call_item()), transcript("Two berths are free. Come"), audio())
    log = desk.upstream(STARTED)
    assert (log.client_types, log.upstream) == (["UserStartedSpeaking"], [])
    log = desk.upstream(audio(), transcript_done("Two berths are free. Come in."))
    assert "audio" in log.client_types
    assert log.of("ConversationText")[-1]["content"].endswith("Come in.")
    desk.client({"type": "FunctionCallResponse", "id": "call_1", "name": "weather", "content": "sunny"})
    assert desk.upstream(done("resp_1", call_item())).upstream_types == ["response.create"]
