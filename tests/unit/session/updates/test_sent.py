"""T2: updates of a call that goes on: when they go, what they hold, and how they are acknowledged."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config, Limits, ManualCommit
from realtime_translate.openai.dialects import NEMOTRON
from realtime_translate.session.tables import Opening, SlotState
from tests.events import TOOLS, UPDATED, arguments_done, busy, created, done, inject, speech, user_item
from tests.harness import SETTINGS, Desk, Log, ready
from tests.unit.session.played import MANUAL, VAD, Way, asked, begun, begun_by_server, tags_echoed
from tests.unit.session.updates.messages import (
    ACKNOWLEDGEMENTS,
    EACH,
    acknowledged,
    listen,
    prompt,
    sessions,
    speak,
    think,
)

Json = dict[str, Any]

PRESETS = [VAD, Config.component()]
each_kind = pytest.mark.parametrize("message", EACH, ids=lambda message: message["type"])


# --- none ---------------------------------------------------------------------------------------------------


def test_T2_what_changes_nothing_at_a_server_holds_for_the_updates_after_it(way: Way) -> None:
    desk = ready(way, Config.deepgram(upstream=NEMOTRON))  # which is told nothing of transcription
    for message in (speak(voice="coral"), listen(language="de"), speak(voice="coral"), listen(language="de")):
        assert desk.client(message).upstream == []
    assert desk.translator._engine.env.plan.language == "de"
    desk.translator.snapshot()


# --- one ----------------------------------------------------------------------------------------------------


@each_kind
def test_T2_an_update_is_acknowledged_on_its_session_updated(way: Way, config: Config, message: Json) -> None:
    desk = ready(way, config)
    log = desk.client(message)
    assert log.client == []
    assert log.upstream_types == ["session.update"]
    assert log.upstream[0]["event_id"]
    assert log.upstream[0]["session"]["type"] == "realtime"
    log = desk.upstream(UPDATED)
    assert log.client == [{"type": ACKNOWLEDGEMENTS[message["type"]]}]
    assert log.upstream == []
    assert desk.translator.next_deadline is None


@each_kind
def test_T2_what_holds_already_is_acknowledged_at_once(way: Way, config: Config, message: Json) -> None:
    desk = ready(way, config)
    desk.client(message)
    desk.upstream(UPDATED)
    again = {**message, "prompt": ""} if message["type"] == "UpdatePrompt" else message
    for _ in range(2):
        log = desk.client(again)
        assert log.client == [{"type": ACKNOWLEDGEMENTS[message["type"]]}]
        assert log.upstream == []
    begun_by_server(desk)
    assert acknowledged(desk.client(again)) == [ACKNOWLEDGEMENTS[message["type"]]]


def test_T2_only_what_changes_goes_upstream(way: Way) -> None:
    desk = ready(way, VAD, TOOLS)
    wanted: list[tuple[Json, Json]] = [
        (speak("cedar"), {"audio": {"output": {"voice": "cedar"}}}),
        (speak("cedar", speed=1.25), {"audio": {"output": {"speed": 1.25}}}),
        (
            listen("de"),
            {"audio": {"input": {"transcription": {"model": "gpt-transcribe", "languages": ["de"]}}}},
        ),
    ]
    for message, asked_for in wanted:
        assert sessions(desk.client(message)) == [{"type": "realtime", **asked_for}]
        desk.upstream(UPDATED)


def test_T2_tools_that_are_gone_are_emptied(way: Way) -> None:
    desk = ready(way, VAD, TOOLS)
    (session,) = sessions(desk.client(think()))
    assert session == {"type": "realtime", "instructions": "", "tools": []}


def test_T2_prompts_add_up(way: Way) -> None:
    desk = ready(way)
    desk.client(prompt("One."))
    desk.upstream(UPDATED)
    (session,) = sessions(desk.client(prompt("Two.")))
    assert session["instructions"] == "One.\nTwo."


def test_T2_a_session_updated_that_answers_nothing_is_absorbed(way: Way, config: Config) -> None:
    desk = ready(way, config)
    log = desk.upstream(UPDATED)
    assert (log.client, log.upstream) == ([], [])
    assert log.notices == ["UPSTREAM_ABSORBED"]


# --- when ---------------------------------------------------------------------------------------------------


def expecting(desk: Desk) -> None:
    desk.upstream(speech("committed"))


def requesting(desk: Desk) -> None:
    asked(desk)


def crossing(desk: Desk) -> None:
    tags_echoed(desk)
    asked(desk)
    desk.upstream(created("resp_s"))


def refused(desk: Desk) -> None:
    desk.upstream(busy(asked(desk)))


TAKEN = {
    SlotState.EXPECTED: expecting,
    SlotState.REQUESTED: requesting,
    SlotState.RUNNING: begun_by_server,
    SlotState.CROSSED: crossing,
    SlotState.REFUSED: refused,
}


@pytest.mark.parametrize("state", TAKEN)
def test_T2_updates_wait_while_the_slot_is_taken(way: Way, state: SlotState) -> None:
    desk = ready(way)
    TAKEN[state](desk)
    assert desk.slot is state
    log = desk.client(prompt())
    assert (log.client, log.upstream) == ([], [])
    log = Log()
    for _ in range(4):  # whoever has the slot never ends: time frees it
        log.outputs += desk.wait(5.0).outputs
        log.outputs += desk.upstream(done(None)).outputs
    assert log.upstream_types.count("session.update") == 1
    assert log.upstream_types[0] == "session.update"


def test_T2_updates_go_when_the_response_is_done_and_before_all_that_waits(way: Way) -> None:
    desk = ready(way, MANUAL)
    tag = begun(desk)
    desk.client(bytes(4800))
    desk.upstream(user_item(None, "Hello"))
    desk.wait(0.5)  # the commit is owed
    desk.client(speak())
    log = desk.upstream(done("resp_1", tag=tag))
    assert log.upstream_types == ["session.update", "input_audio_buffer.commit", "response.create"]
    assert acknowledged(desk.upstream(UPDATED)) == ["SpeakUpdated"]


def test_T2_a_response_that_runs_before_the_acknowledgement_hinders_nothing(way: Way) -> None:
    desk = ready(way)
    desk.client(prompt("One."))
    begun_by_server(desk)
    desk.client(prompt("Two."))
    assert acknowledged(desk.upstream(UPDATED)) == ["PromptUpdated"]
    log = desk.upstream(done("resp_s"))
    assert [each["instructions"] for each in sessions(log)] == ["One.\nTwo."]


# --- several ------------------------------------------------------------------------------------------------


def test_T2_a_burst_becomes_one_update_and_its_acknowledgements_come_in_order(way: Way) -> None:
    desk = ready(way)
    begun_by_server(desk)
    burst = [prompt("Lost."), think("noon", text="New."), prompt("More."), listen(), speak(), speak("ash")]
    for message in burst:
        assert desk.client(message).upstream == []
    log = desk.upstream(done("resp_s"))
    (session,) = sessions(log)
    assert session["instructions"].startswith("New.\nMore.\n\n")
    assert [each["name"] for each in session["tools"]] == ["noon"]
    assert session["audio"]["output"] == {"voice": "ash"}
    assert session["audio"]["input"]["transcription"]["languages"] == ["fr"]
    assert acknowledged(log) == []
    log = desk.upstream(UPDATED)
    assert log.client_types == [ACKNOWLEDGEMENTS[message["type"]] for message in burst]


def test_T2_what_comes_while_one_is_in_flight_goes_together_after_it(way: Way) -> None:
    desk = ready(way)
    desk.client(prompt("One."))
    for message in (prompt("Two."), speak(), prompt("Three.")):
        log = desk.client(message)
        assert (log.client, log.upstream) == ([], [])
    log = desk.upstream(UPDATED)
    assert acknowledged(log) == ["PromptUpdated"]
    (session,) = sessions(log)
    assert session == {
        "type": "realtime",
        "instructions": "One.\nTwo.\nThree.",
        "audio": {"output": {"voice": "cedar"}},
    }
    assert acknowledged(desk.upstream(UPDATED)) == ["PromptUpdated", "SpeakUpdated", "PromptUpdated"]


def test_T2_an_update_that_changes_nothing_waits_for_those_before_it(way: Way) -> None:
    desk = ready(way)
    desk.client(prompt("One."))
    log = desk.client(speak("marin"))
    assert (log.client, log.upstream) == ([], [])
    log = desk.upstream(UPDATED)
    assert acknowledged(log) == ["PromptUpdated", "SpeakUpdated"]
    assert log.upstream == []


def test_T2_updates_that_undo_each_other_need_no_upstream(way: Way) -> None:
    desk = ready(way)
    begun_by_server(desk)
    desk.client(speak("ash"))
    desk.client(speak("marin"))
    log = desk.upstream(done("resp_s"))
    assert acknowledged(log) == ["SpeakUpdated", "SpeakUpdated"]
    assert log.upstream == []


# --- functions (F7) -----------------------------------------------------------------------------------------


def test_F7_a_response_that_began_before_the_update_may_call_what_was_removed(way: Way) -> None:
    desk = ready(way, VAD, TOOLS)
    desk.client(think("noon"))
    begun_by_server(desk)
    desk.upstream(UPDATED)
    log = desk.upstream(arguments_done("call_1", "resp_s", name="weather"))
    assert log.client_types == ["FunctionCallRequest"]
    log = desk.upstream(arguments_done("call_2", "resp_s", name="noon"))
    assert log.client_types == ["FunctionCallRequest"]


def test_F7_also_if_several_updates_were_merged(way: Way) -> None:
    """Upstream never had the functions of the first: what it may call yet is what it had before."""
    desk = ready(way, VAD, TOOLS)
    begun_by_server(desk)
    desk.client(think("noon"))
    desk.client(think("dusk"))
    desk.upstream(done("resp_s"))
    begun_by_server(desk, "resp_2")
    assert acknowledged(desk.upstream(UPDATED)) == ["ThinkUpdated", "ThinkUpdated"]
    log = desk.upstream(arguments_done("call_1", "resp_2", name="weather"))
    assert log.client_types == ["FunctionCallRequest"]


def test_F7_also_if_the_same_is_asked_for_once_more(way: Way) -> None:
    """An update that changes nothing takes nothing away."""
    desk = ready(way, VAD, TOOLS)
    desk.client(think("noon"))
    begun_by_server(desk)
    desk.upstream(UPDATED)
    assert acknowledged(desk.client(think("noon"))) == ["ThinkUpdated"]
    log = desk.upstream(arguments_done("call_1", "resp_s", name="weather"))
    assert log.client_types == ["FunctionCallRequest"]


def test_F7_until_the_update_holds_the_new_ones_do_not_exist(way: Way) -> None:
    desk = ready(way, VAD, TOOLS)
    desk.client(think("noon"))
    begun_by_server(desk)
    log = desk.upstream(arguments_done("call_1", "resp_s", name="noon"))
    assert [each["code"] for each in log.of("Error")] == ["NON_EXISTENT_FUNCTION_CALLED"]


# --- before Settings (S4, S5) -------------------------------------------------------------------------------


def test_T2_before_ready_updates_wait_for_settings_in_their_order(way: Way, config: Config) -> None:
    desk = way(config)
    desk.opened()
    desk.dialled()
    desk.client(SETTINGS)
    desk.client(prompt("One."))
    desk.client(inject())
    desk.client(prompt("Two."))
    log = desk.upstream(UPDATED)
    assert log.client_types[0] == "SettingsApplied"
    assert log.upstream_types == ["session.update", "conversation.item.create"]
    log = desk.upstream(UPDATED)
    assert acknowledged(log) == ["PromptUpdated"]
    assert [each["instructions"] for each in sessions(log)] == ["One.\nTwo."]


def to_applying(desk: Desk, stage: Opening) -> None:
    """A component's session that upstream made ready before Settings, so far."""
    desk.opened()
    desk.dialled()
    desk.upstream(UPDATED)
    if stage is Opening.READY_UNASKED:
        return
    if stage is Opening.AWAITING_SLOT:
        begun_by_server(desk)
    desk.client(SETTINGS)


@pytest.mark.parametrize("stage", [Opening.READY_UNASKED, Opening.AWAITING_SLOT, Opening.APPLYING])
def test_T2_in_a_session_ready_without_settings_updates_wait_for_them(way: Way, stage: Opening) -> None:
    desk = way(Config.component())
    to_applying(desk, stage)
    assert desk.translator.state.opening is stage
    log = desk.client(prompt())
    assert (log.client, log.upstream, log.notices) == ([], [], ["MESSAGE_WAITS"])
    assert desk.client(inject()).upstream_types == ["conversation.item.create"]  # nothing else waits
    log = Log()
    if stage is Opening.READY_UNASKED:
        log = desk.client(SETTINGS)
    elif stage is Opening.AWAITING_SLOT:
        log = desk.upstream(done("resp_s"))
    assert acknowledged(log) == []
    log = desk.upstream(UPDATED)
    assert log.client_types == ["SettingsApplied"]
    assert [each["instructions"] for each in sessions(log)] == ["Be brief."]
    assert acknowledged(desk.upstream(UPDATED)) == ["PromptUpdated"]


# --- bounds (L3) --------------------------------------------------------------------------------------------


def test_L3_so_many_updates_may_wait_and_not_one_more(way: Way) -> None:
    desk = ready(way, Config.deepgram(limits=Limits(pending_messages=3)))
    begun_by_server(desk)
    for number in range(3):
        assert desk.client(prompt(f"{number}.")).closes == []
    log = desk.client(prompt("Too many."))
    assert [each["code"] for each in log.of("Error")] == ["CLIENT_MESSAGE_OVERFLOW"]
    assert len(log.closes) == 2


def test_L3_those_in_flight_do_not_wait(way: Way) -> None:
    desk = ready(way, Config.deepgram(limits=Limits(pending_messages=1)))
    for number in range(5):
        assert desk.client(prompt(f"{number}.")).closes == []
        desk.upstream(UPDATED)
    desk.client(prompt("In flight."))
    assert desk.client(prompt("Waits.")).closes == []


# --- and manual commits -------------------------------------------------------------------------------------


def test_T2_manual_commits_go_on_around_an_update(way: Way) -> None:
    desk = ready(way, Config.deepgram(turn_detection=ManualCommit(debounce=0.5)))
    desk.client(prompt())
    desk.client(bytes(4800))
    assert desk.wait(0.5).upstream_types == ["input_audio_buffer.commit", "response.create"]
    assert acknowledged(desk.upstream(UPDATED)) == ["PromptUpdated"]


@pytest.mark.parametrize("sent", [None, {"language": "de"}])
def test_O4_an_update_may_turn_the_transcription_on(way: Way, sent: Json | None) -> None:
    """Without a model of ours the server may have none until it is told of a language."""
    desk = ready(way, Config.deepgram(transcription_model=None))
    desk.client(listen("de"))
    desk.upstream({"type": "session.updated", "session": {"audio": {"input": {"transcription": sent}}}})
    snapshot: Any = desk.translator.snapshot()
    assert snapshot["plan"]["transcribes"] is (sent is not None)
