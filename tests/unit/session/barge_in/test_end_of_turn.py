"""The user interrupts the agent: the end of the turn, and what still comes of the response (B1, B4). What was
heard is in test_playback, its cancellation in test_cancel, calls are in test_open_calls.
"""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import ClientDialect, ServerVad
from realtime_translate.config import Limits
from realtime_translate.session.tables import SlotState, TurnState
from tests.events import (
    PCM,
    arguments_done,
    audio,
    audio_done,
    call_item,
    cancelled,
    conversation_item,
    created,
    done,
    item_added,
    item_done,
    message,
    settings,
    speech,
    text,
    text_done,
    transcript,
    transcript_done,
)
from tests.harness import SETTINGS
from tests.unit.session.barge_in.interruptions import (
    AGAIN,
    BOTH,
    CUTTERS,
    ENDS,
    STARTED,
    WE_CUT,
    interrupted,
    speaking,
    spoken_to,
)
from tests.unit.session.played import ready_in

Json = dict[str, Any]

# --- B1: the end of the turn --------------------------------------------------------------------------------


@BOTH
@CUTTERS
def test_B1_the_user_is_announced_and_then_the_turn_ends(dialect: ClientDialect, turns: ServerVad) -> None:
    desk = ready_in(dialect, turns)
    speaking(desk)
    assert spoken_to(desk.upstream(STARTED)) == ["UserStartedSpeaking", *ENDS[dialect]]
    assert desk.translator.state.turn is TurnState.SILENT
    assert desk.upstream(cancelled("resp_1", message("Two", status="incomplete"))).client == []
    assert desk.slot is SlotState.FREE


@BOTH
@CUTTERS
def test_B1_a_response_that_has_said_nothing_ends_no_turn(dialect: ClientDialect, turns: ServerVad) -> None:
    desk = ready_in(dialect, turns)
    desk.upstream(created())
    assert desk.upstream(STARTED).client_types == ["UserStartedSpeaking"]
    assert desk.upstream(cancelled()).client == []
    assert desk.translator.state.turn is TurnState.SILENT


@BOTH
def test_B1_a_turn_of_text_alone_ends_too(dialect: ClientDialect) -> None:
    desk = ready_in(dialect)
    desk.upstream(created(), text("Two berths are free. Come"))
    assert spoken_to(desk.upstream(STARTED))[-len(ENDS[dialect]) :] == ENDS[dialect]
    assert desk.upstream(cancelled("resp_1", message("Two berths", status="incomplete"))).client == []


@BOTH
def test_B1_a_turn_that_has_ended_and_still_plays_does_not_end_again(dialect: ClientDialect) -> None:
    desk = ready_in(dialect)
    speaking(desk)
    desk.upstream(audio(PCM * 100), audio_done(), done("resp_1", message("Two berths are free. Come in.")))
    log = desk.upstream(STARTED)
    assert (log.client_types, log.upstream_types) == (["UserStartedSpeaking"], ["conversation.item.truncate"])


@BOTH
@CUTTERS
def test_B1_without_a_turn_there_is_nothing_to_cut(dialect: ClientDialect, turns: ServerVad) -> None:
    log = ready_in(dialect, turns).upstream(STARTED)
    assert (log.client_types, log.upstream_types) == (["UserStartedSpeaking"], [])


@BOTH
@CUTTERS
def test_B1_a_second_start_of_speech_before_the_commit_is_only_announced(
    dialect: ClientDialect, turns: ServerVad
) -> None:
    desk = interrupted(ready_in(dialect, turns))
    log = desk.upstream(AGAIN)
    assert (log.client_types, log.upstream_types) == (["UserStartedSpeaking"], [])
    desk.upstream(cancelled())
    log = desk.upstream(speech("speech_started", item_id="u3"))
    assert (log.client_types, log.upstream_types) == (["UserStartedSpeaking"], [])


@BOTH
def test_B1_in_the_middle_of_a_turn_of_several_responses_its_next_response_is_cut(
    dialect: ClientDialect,
) -> None:
    """Deepgram's turn spans both; the second has said nothing yet, but the client hears the first."""
    desk = ready_in(dialect)
    desk.upstream(created(), audio(PCM * 100), item_done(call_item()), done("resp_1", call_item()))
    desk.client({"type": "FunctionCallResponse", "id": "call_1", "name": "weather", "content": "sunny"})
    desk.upstream(created("resp_2"))
    log = desk.upstream(STARTED)
    assert log.client_types == {
        ClientDialect.DEEPGRAM: ["UserStartedSpeaking", "AgentAudioDone"],
        ClientDialect.COMPONENT: ["UserStartedSpeaking"],
    }.get(dialect)
    assert desk.upstream(cancelled("resp_2")).client == []


# --- B1: what still comes -----------------------------------------------------------------------------------

LATE: dict[str, Json] = {
    "audio": audio(),
    "audio without a response id": audio(response_id=""),
    "the end of audio": audio_done(),
    "a text delta": text(" aboard. And"),
    "a transcript delta": transcript(" aboard. And"),
    "a transcript delta of another part": {**transcript("Other part. And"), "content_index": 1},
    "a transcript delta of another item": transcript("Other item. And", "msg_2"),
    "a text": text_done("Two berths are free. Come aboard."),
    "a transcript": transcript_done("Two berths are free. Come aboard."),
    "another item": item_done(message("Other item.", item_id="msg_2")),
    "another item that begins": item_added(message("Other item.", item_id="msg_2")),
    "the item": item_done(message("Two berths are free. Come aboard.", status="incomplete")),
    "the item in the conversation": conversation_item(message("Two berths are free. Come ab"), "done"),
    "the incomplete item in the conversation": conversation_item(
        message("Two berths", status="incomplete"), "done"
    ),
    "a call that begins": item_added({**call_item(), "status": "in_progress"}),
    "arguments": arguments_done("call_1", "resp_1", name="weather"),
}


@BOTH
@CUTTERS
@pytest.mark.parametrize("late", LATE)
def test_B1_what_comes_late_goes_nowhere(late: str, dialect: ClientDialect, turns: ServerVad) -> None:
    desk = interrupted(ready_in(dialect, turns, {**settings(), "experimental": True}))
    log = desk.upstream(LATE[late], LATE[late])
    assert (log.client, log.upstream) == ([], [])
    log = desk.upstream(cancelled("resp_1", message("Two berths are free. Come aboard.")))
    assert (log.client, log.upstream) == ([], [])
    assert desk.translator.state.turn is TurnState.SILENT


@BOTH
@CUTTERS
@pytest.mark.parametrize("late", [each for each in LATE if "without" not in each])
def test_B1_what_comes_after_the_end_goes_nowhere(
    late: str, dialect: ClientDialect, turns: ServerVad
) -> None:
    desk = interrupted(ready_in(dialect, turns, {**settings(), "experimental": True}))
    desk.upstream(cancelled("resp_1"))
    log = desk.upstream(LATE[late], LATE[late])
    assert (log.client, log.upstream) == ([], [])
    assert desk.slot is SlotState.FREE


@BOTH
@CUTTERS
@pytest.mark.parametrize("is_over", [False, True])
def test_F8_a_call_that_comes_late_is_closed_at_once(
    is_over: bool, dialect: ClientDialect, turns: ServerVad
) -> None:
    """Its `response.done` may never come."""
    desk = interrupted(ready_in(dialect, turns, {**settings(), "experimental": True}))
    if is_over:
        desk.upstream(cancelled("resp_1"))
    log = desk.upstream(item_done(call_item()), item_done(call_item()))
    assert log.client == []
    (closed,) = log.upstream
    assert (closed["item"]["call_id"], closed["item"]["output"]) == ("call_1", '{"error":"cancelled"}')


@BOTH
def test_B1_an_item_that_began_after_the_interruption_goes_nowhere(dialect: ClientDialect) -> None:
    """Its events of the conversation name no response."""
    desk = interrupted(ready_in(dialect))
    began = message(item_id="msg_2", status="in_progress")
    late = [item_added(began), conversation_item(began), transcript("Other", "msg_2")]
    ended = message("Other", item_id="msg_2", status="incomplete")
    log = desk.upstream(*late, conversation_item(ended, "done"), item_done(ended), cancelled("resp_1", ended))
    assert (log.client, log.upstream) == ([], [])
    assert desk.translator.state.turn is TurnState.SILENT


@BOTH
def test_B1_a_part_that_began_after_the_interruption_goes_nowhere(dialect: ClientDialect) -> None:
    desk = interrupted(ready_in(dialect))
    ended = message("Two berths are free. Come", "Other part", status="incomplete")
    log = desk.upstream(conversation_item(ended, "done"), item_done(ended), cancelled("resp_1", ended))
    assert (log.client, log.upstream) == ([], [])


@BOTH
def test_B1_an_item_that_only_the_conversation_announced_goes_nowhere(dialect: ClientDialect) -> None:
    """Servers that skip the item events of the response (protocols, *Other servers*)."""
    desk = ready_in(dialect)
    desk.upstream(created(), conversation_item(message(status="in_progress")))
    desk.upstream(STARTED)
    log = desk.upstream(conversation_item(message("Two", status="incomplete"), "done"), cancelled())
    assert (log.client, log.upstream) == ([], [])
    assert desk.translator.state.turn is TurnState.SILENT


@BOTH
def test_B1_a_server_without_ids_is_cut_too(dialect: ClientDialect) -> None:
    desk = ready_in(dialect)
    nameless = {"type": "response.created", "response": {"status": "in_progress"}}
    desk.upstream(nameless, transcript("Two", "", ""), audio(item_id="", response_id=""))
    assert spoken_to(desk.upstream(STARTED)) == ["UserStartedSpeaking", *ENDS[dialect]]
    late = [transcript(" berths.", "", ""), transcript_done("Two berths.", "", ""), audio(response_id="")]
    assert desk.upstream(*late, item_done(message("Two berths.", item_id=""), "")).client == []
    assert desk.upstream({"type": "response.done", "response": {"status": "cancelled"}}).client == []
    desk.upstream(nameless)
    log = desk.upstream(transcript_done("Go on.", "", ""), audio(response_id="", item_id=""))
    assert log.of("ConversationText")[0]["content"] == "Go on."
    assert "audio" in log.client_types


@BOTH
def test_B1_what_comes_late_of_several_responses_goes_nowhere(dialect: ClientDialect) -> None:
    desk = ready_in(dialect)
    names = ["resp_1", "resp_2", "resp_3"]
    for name in names:
        desk.upstream(created(name), audio(item_id=f"of {name}", response_id=name), STARTED, cancelled(name))
    for name in names:
        late = message("Late.", item_id=f"late of {name}")
        log = desk.upstream(item_done(late, name), done(name, late))
        log.outputs += desk.upstream(
            text_done("Late.", "msg_7", name), audio(item_id="msg_8", response_id=name)
        ).outputs
        assert (log.client, log.upstream) == ([], [])


def test_B1_what_the_resampler_holds_is_not_heard() -> None:
    pytest.importorskip("numpy")
    audio_settings = {"output": {"encoding": "linear16", "sample_rate": 16000}}
    desk = ready_in(given={**SETTINGS, "audio": audio_settings})
    desk.upstream(created(), audio(PCM * 9))
    assert desk.upstream(STARTED, cancelled()).client_types == ["UserStartedSpeaking", "AgentAudioDone"]
    whole = ready_in(given={**SETTINGS, "audio": audio_settings})
    whole.upstream(created(), audio(PCM * 9))
    assert whole.upstream(done("resp_1")).client_types == ["audio", "AgentAudioDone"], "there was something"


def test_B1_nor_what_it_holds_of_a_second_message() -> None:
    """The component's client was told the end of the turn after the first message of the response (O5)."""
    pytest.importorskip("numpy")
    given = {**SETTINGS, "audio": {"output": {"encoding": "linear16", "sample_rate": 16000}}}
    desk = ready_in(ClientDialect.COMPONENT, given=given)
    desk.upstream(created(), audio(PCM * 9), audio_done(), audio(PCM * 9, "msg_2"))
    assert desk.upstream(STARTED).client_types == ["UserStartedSpeaking"]
    assert desk.upstream(cancelled()).client == []


def test_B1_the_next_turn_has_its_own_header() -> None:
    audio_settings = {"output": {"encoding": "linear16", "sample_rate": 24000, "container": "wav"}}
    desk = interrupted(ready_in(given={**SETTINGS, "audio": audio_settings}))
    header, sound = desk.upstream(cancelled(), created("resp_2"), audio(response_id="resp_2")).client
    assert isinstance(header, bytes)
    assert (header[:4], sound) == (b"RIFF", PCM)


# --- Orders (protocols, *Orders*) --------------------------------------------------------------------------


@BOTH
@CUTTERS
def test_the_old_response_may_end_after_the_new_one_has_begun(
    dialect: ClientDialect, turns: ServerVad
) -> None:
    desk = interrupted(ready_in(dialect, turns))
    desk.upstream(speech("speech_stopped"), speech("committed"), created("resp_2"))
    assert desk.upstream(audio(), transcript(" aboard. And")).client == []
    old = desk.upstream(cancelled("resp_1", message("Two berths are free. Come aboard.")))
    assert (old.client, old.upstream) == ([], [])
    assert desk.translator.state.response_id == "resp_2"
    log = desk.upstream(
        audio(PCM, "msg_2", "resp_2"), transcript_done("Go on.", "msg_2", "resp_2"), done("resp_2")
    )
    assert [each for each in spoken_to(log) if each != "AgentStartedSpeaking"] == ["audio", *ENDS[dialect]]
    assert [each["content"] for each in log.of("ConversationText")] == ["Go on."]
    assert log.upstream_types == [], "the commit was answered"


@BOTH
def test_the_response_after_a_cut_one_is_told_like_any_other(dialect: ClientDialect) -> None:
    desk = interrupted(ready_in(dialect))
    desk.upstream(cancelled(), speech("speech_stopped"), speech("committed"), created("resp_2"))
    log = desk.upstream(
        audio(PCM, "msg_2", "resp_2"), transcript_done("Go on.", "msg_2", "resp_2"), done("resp_2")
    )
    assert [each for each in spoken_to(log) if each != "AgentStartedSpeaking"] == ["audio", *ENDS[dialect]]
    log = desk.upstream(AGAIN)
    assert log.upstream_types == ["conversation.item.truncate"]


@BOTH
def test_a_response_that_is_only_heard_of_when_it_was_cancelled(dialect: ClientDialect) -> None:
    """`response.done` without `response.created`, after the user spoke on."""
    desk = ready_in(dialect)
    desk.upstream(speech("committed"))
    desk.upstream(STARTED)
    assert desk.upstream(cancelled()).client == []
    assert desk.slot is SlotState.FREE
    assert desk.translator.state.turn is TurnState.SILENT
    desk.upstream(speech("committed", item_id="u2"), created("resp_2"))
    assert "audio" in desk.upstream(audio(response_id="resp_2")).client_types


@BOTH
def test_a_generation_that_is_over_is_not_cancelled(dialect: ClientDialect) -> None:
    desk = ready_in(dialect, WE_CUT)
    speaking(desk)
    desk.upstream(done("resp_1"))
    assert "response.cancel" not in desk.upstream(STARTED).upstream_types


@BOTH
def test_a_server_that_never_ends_its_cut_response_frees_the_slot(dialect: ClientDialect) -> None:
    desk = interrupted(ready_in(dialect, limits=Limits(create_timeout=4.0, slow_think=99.0)))
    desk.upstream(audio(), audio_done(), item_done(message("Two.")))
    assert desk.wait(3.9).outputs == []
    log = desk.wait(0.1)
    assert (log.client, log.notices) == ([], ["RESPONSE_PRESUMED_DONE"])
    assert desk.slot is SlotState.FREE
    assert desk.upstream(audio(), cancelled("resp_1", message("Two berths."))).client == []


# --- B4 -----------------------------------------------------------------------------------------------------


def test_B4_sentences_that_were_not_sent_are_dropped() -> None:
    desk = ready_in()
    told = speaking(desk).of("ConversationText")
    assert [each["content"] for each in told] == ["Two berths are free."]
    assert desk.upstream(STARTED).of("ConversationText") == []
    late = desk.upstream(cancelled("resp_1", message("Two berths are free. Come aboard.")))
    assert late.of("ConversationText") == []


def test_B4_the_components_client_gets_the_text_so_far_once() -> None:
    desk = ready_in(ClientDialect.COMPONENT)
    speaking(desk)
    log = desk.upstream(STARTED)
    kinds = ["UserStartedSpeaking", "ConversationText", "AgentDone", "AgentAudioDone"]
    assert log.client_types == kinds
    assert log.of("ConversationText")[0]["content"] == "Two berths are free. Come"
    ended = message("Two berths are free. Come", status="incomplete")
    late = desk.upstream(
        AGAIN, conversation_item(ended, "done"), item_done(ended), cancelled("resp_1", ended)
    )
    assert late.of("ConversationText") == []


def test_B4_a_text_that_was_told_is_not_told_again() -> None:
    desk = ready_in(ClientDialect.COMPONENT)
    desk.upstream(created(), transcript("Two berths."), audio(), transcript_done("Two berths."))
    assert desk.upstream(STARTED, cancelled("resp_1", message("Two berths."))).of("ConversationText") == []


def test_B4_several_items_so_far_each_once() -> None:
    desk = ready_in(ClientDialect.COMPONENT)
    desk.upstream(created(), text("One"), text("Two", "msg_2"), text("Nameless", ""))
    told = desk.upstream(STARTED).of("ConversationText")
    assert [each["content"] for each in told] == ["One", "Two", "Nameless"]
