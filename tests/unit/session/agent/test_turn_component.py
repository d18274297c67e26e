"""The agent's turn in the component's dialect: one a response (O2, O5), and the user's speech (O6, T8)."""

from __future__ import annotations

import pytest

from realtime_translate import Config, ManualCommit, SemanticVad, ServerVad, TurnDetection
from tests.events import (
    answer,
    audio,
    audio_done,
    call_item,
    cancelled,
    created,
    done,
    item_added,
    item_done,
    message,
    text,
    text_done,
    transcript_done,
)
from tests.harness import Desk, ready

STARTED = {"type": "AgentStartedSpeaking"}
ENDS = ["AgentDone", "AgentAudioDone"]


# --- O2 -----------------------------------------------------------------------------------------------------


def test_O2_started_speaking_always_comes_and_has_no_latencies() -> None:
    log = ready(Desk, Config.component()).upstream(created(), audio(), audio())
    assert (log.client[0], log.client_types) == (STARTED, ["AgentStartedSpeaking", "audio", "audio"])


def test_O2_started_speaking_comes_before_an_answer_of_text_alone() -> None:
    log = ready(Desk, Config.component()).upstream(created(), text_done("Hi."))
    assert log.client_types == ["AgentStartedSpeaking", "ConversationText", *ENDS]
    assert log.client[0] == STARTED


def test_O2_started_speaking_comes_once_a_turn_whichever_comes_first() -> None:
    desk = ready(Desk, Config.component())
    log = desk.upstream(
        created(), transcript_done("Hi."), audio(), audio_done(), done("resp_1", message("Hi."))
    )
    assert log.client_types == ["AgentStartedSpeaking", "ConversationText", "audio", *ENDS]
    log = desk.upstream(
        created("resp_2"), audio(response_id="resp_2"), transcript_done("Yes.", "msg_2", "resp_2")
    )
    assert log.client_types == ["AgentStartedSpeaking", "audio", "ConversationText"]


# --- O5 -----------------------------------------------------------------------------------------------------


def test_O5_a_spoken_response_ends_at_output_audio_done() -> None:
    desk = ready(Desk, Config.component())
    desk.upstream(created(), audio())
    assert desk.upstream(text_done("Hi.")).client_types == ["ConversationText"], "not at the text's end"
    assert desk.upstream(audio_done()).client_types == ENDS
    assert desk.upstream(done("resp_1", message("Hi."))).client_types == []


def test_O5_a_written_response_ends_at_output_text_done() -> None:
    desk = ready(Desk, Config.component())
    desk.upstream(created(), text("Hi"))
    assert desk.upstream(text_done("Hi.")).client_types[-2:] == ENDS
    assert desk.upstream(done("resp_1", message("Hi."))).client_types == []


def test_O5_audio_done_without_audio_ends_nothing() -> None:
    desk = ready(Desk, Config.component())
    desk.upstream(created(), transcript_done("Hi."))
    assert desk.upstream(audio_done()).client_types == []
    assert desk.upstream(done("resp_1")).client_types == ENDS


@pytest.mark.parametrize("status", ["completed", "incomplete", "failed", "cancelled"])
def test_O5_a_response_ends_at_its_done_at_the_latest(status: str) -> None:
    desk = ready(Desk, Config.component())
    desk.upstream(created(), audio())
    assert desk.upstream(done("resp_1", status=status)).client_types[-2:] == ENDS


@pytest.mark.parametrize("events", [[], [text_done("")]])
def test_O5_a_response_that_said_nothing_ends_at_its_done(events: list[dict[str, object]]) -> None:
    desk = ready(Desk, Config.component())
    assert desk.upstream(created(), *events).client == []
    assert desk.upstream(done("resp_1")).client_types == ENDS


def test_O5_a_response_with_a_call_ends_like_any_other() -> None:
    desk = ready(Desk, Config.component())
    log = desk.upstream(created(), item_done(call_item()), done("resp_1", call_item()))
    assert log.client_types == ["FunctionCallRequest", *ENDS]
    desk.client(answer())
    log = desk.upstream(created("resp_2"), audio(response_id="resp_2"), done("resp_2"))
    assert log.client_types == ["AgentStartedSpeaking", "audio", *ENDS]


def test_O5_with_a_second_message_announced_the_end_waits_for_it() -> None:
    desk = ready(Desk, Config.component())
    desk.upstream(created(), item_added(message(status="in_progress")), audio())
    desk.upstream(item_added(message(item_id="msg_2", status="in_progress")))
    assert desk.upstream(audio_done("msg_1"), item_done(message("One."))).client_types == ["ConversationText"]
    assert desk.upstream(audio(item_id="msg_2")).client_types == ["audio"]
    assert desk.upstream(audio_done("msg_2")).client_types == ENDS


def test_O5_a_message_announced_twice_is_one_message() -> None:
    desk = ready(Desk, Config.component())
    announced = item_added(message(status="in_progress"))
    desk.upstream(created(), announced, announced, audio())
    assert desk.upstream(audio_done()).client_types == ENDS


def test_O5_an_open_message_of_a_response_that_ended_holds_nothing_back() -> None:
    desk = ready(Desk, Config.component())
    desk.upstream(
        created(), item_added(message(item_id="msg_9", status="in_progress")), audio(), done("resp_1")
    )
    log = desk.upstream(created("resp_2"), audio(response_id="resp_2"), audio_done(response_id="resp_2"))
    assert log.client_types[-2:] == ENDS


def test_O5_a_call_that_was_announced_holds_nothing_back() -> None:
    desk = ready(Desk, Config.component())
    desk.upstream(created(), item_added({**call_item(), "status": "in_progress"}), audio())
    assert desk.upstream(audio_done()).client_types == ENDS


def test_O5_a_response_cancelled_without_output_ends_none() -> None:
    desk = ready(Desk, Config.component())
    assert desk.upstream(created(), cancelled()).client == []
    assert desk.translator.state.turn.value == "silent"


def test_O5_what_comes_after_the_end_of_a_response_starts_no_turn() -> None:
    """A message that nothing announced, after the client was told: it is passed on without a second end."""
    desk = ready(Desk, Config.component())
    desk.upstream(created(), audio(), audio_done())
    log = desk.upstream(
        audio(item_id="msg_2"), transcript_done("More.", "msg_2"), audio_done("msg_2"), done("resp_1")
    )
    assert log.client_types == ["audio", "ConversationText"]
    assert desk.upstream(created("resp_2"), audio(response_id="resp_2")).client_types == [
        "AgentStartedSpeaking",
        "audio",
    ]


def test_O5_a_late_end_of_audio_ends_nothing() -> None:
    """Of a response that has ended, while the next one speaks."""
    desk = ready(Desk, Config.component())
    desk.upstream(
        created(), audio(), done("resp_1"), created("resp_2"), audio(item_id="msg_2", response_id="resp_2")
    )
    assert desk.upstream(audio_done(), text_done("")).client == []
    assert desk.upstream(audio_done("msg_2", "resp_2")).client_types == ENDS


# --- O6, T8 -------------------------------------------------------------------------------------------------

SPEECH_STARTED = {"type": "input_audio_buffer.speech_started", "audio_start_ms": 100, "item_id": "u1"}
SPEECH_STOPPED = {"type": "input_audio_buffer.speech_stopped", "audio_end_ms": 1250, "item_id": "u1"}


def test_O6_speech_is_told_to_a_deepgram_client_when_it_starts() -> None:
    desk = Desk()
    desk.ready()
    assert desk.upstream(SPEECH_STARTED).client == [{"type": "UserStartedSpeaking"}]
    assert desk.upstream(SPEECH_STOPPED).client == []


def test_O6_speech_is_told_to_a_component_client_when_it_starts_and_when_it_stops() -> None:
    desk = ready(Desk, Config.component(turn_detection=ServerVad()))
    assert desk.upstream(SPEECH_STARTED).client == [{"type": "UserStartedSpeaking"}]
    ended = {"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": 1.25}
    assert desk.upstream(SPEECH_STOPPED).client == [ended]


def test_O6_an_end_of_speech_without_a_time_is_told_too() -> None:
    desk = ready(Desk, Config.component(turn_detection=ServerVad()))
    [ended] = desk.upstream({"type": "input_audio_buffer.speech_stopped"}).client
    assert ended == {"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": 0.0}


@pytest.mark.parametrize("turns", [ServerVad(), SemanticVad()])
def test_T8_the_user_has_the_turn_from_speech_started_to_speech_stopped(turns: TurnDetection) -> None:
    desk = ready(Desk, Config.deepgram(turn_detection=turns))
    assert not desk.translator.state.user_speaking
    desk.upstream(SPEECH_STARTED)
    assert desk.translator.state.user_speaking
    desk.upstream(SPEECH_STOPPED)
    assert not desk.translator.state.user_speaking


def test_T8_the_turn_ends_with_a_response_too_where_no_end_of_speech_comes() -> None:
    desk = ready(Desk, Config.deepgram(turn_detection=ServerVad()))
    desk.upstream(SPEECH_STARTED, created(), audio())
    assert not desk.translator.state.user_speaking


def test_T8_under_manual_commit_only_a_server_that_detects_turns_gives_it_to_the_user() -> None:
    desk = ready(Desk, Config.deepgram(turn_detection=ManualCommit()))
    desk.client(b"\x00\x10" * 2400)
    assert not desk.translator.state.user_speaking
    assert desk.upstream(SPEECH_STARTED).client_types == ["UserStartedSpeaking"]
    assert desk.translator.state.user_speaking
