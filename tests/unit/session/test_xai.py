"""What xAI does in the course of a call, and what comes of it (O4, O6, R3, E3)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from realtime_translate import Config
from realtime_translate.openai.dialects import OPENAI_GA, XAI, UpstreamDialect
from tests.events import audio, created, done, error, speech
from tests.harness import Desk, Log, ready
from tests.shared_material import shared
from tests.traces.server_sessions import Session
from tests.unit.session.played import creates
from tests.unit.session.test_dialects import ask

Json = dict[str, Any]

CALL = Config.deepgram(upstream=XAI)
COMPONENT = Config.component(upstream=XAI)


def heard(text: str, status: str | None = None) -> Json:
    event = {"type": "conversation.item.input_audio_transcription.completed", "item_id": "u1"}
    return {**event, "transcript": text, **({"status": status} if status else {})}


def starts(log: Log) -> int:
    return log.client_types.count("UserStartedSpeaking")


# --- cumulative transcripts ---------------------------------------------------------------------------------


def test_O4_of_a_recorded_turn_the_last_transcript_is_told_once() -> None:
    path = shared("traces-servers", "xai-vad-audio-turn.jsonl")
    session = Session(path, server=XAI)
    session.play()
    texts = [each for each in session.told if isinstance(each, dict) and each["type"] == "ConversationText"]
    said = [each["content"] for each in texts if each["role"] == "user"]
    events = [json.loads(line).get("event") or {} for line in path.read_text("utf-8").splitlines()]
    whole = "conversation.item.input_audio_transcription.completed"
    transcripts = [each["transcript"] for each in events if each.get("type") == whole]
    assert said == transcripts[-1:]
    assert len(said) == 1


def test_O4_what_was_understood_so_far_is_told_to_the_component_as_such() -> None:
    desk = ready(config=COMPONENT)
    desk.upstream(speech("speech_started"), speech("committed"))
    pieces = (heard("Hello?", "in_progress"), heard("Hello, I am", "in_progress"), heard("Hello, I am Alex."))
    log = desk.upstream(*pieces)
    told = [(each["transcript"], each["is_final"]) for each in log.of("Transcript")]
    assert told == [("Hello?", False), ("Hello, I am", False), ("Hello, I am Alex.", True)]


# --- a create that is dropped -------------------------------------------------------------------------------


def asked(server: UpstreamDialect) -> Desk:
    desk = ready(config=Config.deepgram(upstream=server))
    ask(desk)
    return desk


def test_R3_a_create_that_is_dropped_is_asked_again() -> None:
    desk = asked(XAI)
    assert desk.wait(10.999).upstream == []
    log = desk.wait(0.001)
    assert (creates(log), log.client_types) == (1, [])
    assert "RESPONSE_RETRIED" in log.notices
    answer = desk.upstream(created(), audio(), done())
    assert "AgentAudioDone" in answer.client_types
    assert desk.wait(60.0).upstream == []


def test_R3_not_a_third_time() -> None:
    desk = asked(XAI)
    desk.wait(11.0)
    log = desk.wait(60.0)
    assert (creates(log), log.of("Warning")[-1]["code"]) == (0, "THINK_REQUEST_FAILED")


def test_R3_nor_where_it_begins_late() -> None:
    desk = asked(XAI)
    desk.wait(10.5)
    desk.upstream(created())
    assert creates(desk.wait(5.0)) == 0


def test_R3_what_is_dropped_beside_a_response_of_the_server_s_own_is_asked_after_it() -> None:
    desk = ready(config=CALL)
    create = ask(desk)
    desk.upstream(created(tag=create["event_id"]), done(tag=create["event_id"]))  # tags are echoed
    ask(desk)
    desk.upstream(created("resp_own"), audio(response_id="resp_own"))
    assert creates(desk.wait(12.0)) == 0
    assert creates(desk.upstream(done("resp_own"))) == 1


def test_R3_other_servers_are_not_asked_again() -> None:
    log = asked(OPENAI_GA).wait(30.0)
    assert (creates(log), log.of("Warning")[-1]["code"]) == (0, "THINK_REQUEST_FAILED")


# --- the end ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "code"), [(CALL, "MAXIMUM_SESSION_LENGTH_REACHED"), (COMPONENT, "session_max_duration")]
)
def test_E3_max_duration_is_an_expiry(config: Config, code: str) -> None:
    desk = ready(config=config)
    event = error(None, "The session is over.")
    event["error"]["type"] = "max_duration"
    log = desk.upstream(event)
    log.outputs += desk.act(lambda translator: translator.upstream_closed(1000)).outputs
    assert [each["code"] for each in log.of("Error")] == [code]


# --- a stop that is taken back ------------------------------------------------------------------------------


def test_O6_a_stop_that_is_taken_back_leaves_one_start() -> None:
    desk = ready(config=CALL)
    log = desk.upstream(speech("speech_started"), speech("speech_stopped"), speech("speech_started"))
    assert starts(log) == 1
    assert desk.translator.state.user_speaking


def test_O6_nor_does_one_whose_answer_had_begun() -> None:
    desk = ready(config=CALL)
    log = desk.upstream(
        speech("speech_started"),
        speech("speech_stopped"),
        speech("committed"),
        created("resp_s"),
        speech("speech_started"),
    )
    assert starts(log) == 1
    assert desk.upstream(audio(response_id="resp_s")).client == []


def test_O6_a_client_that_plays_the_answer_is_told_to_stop() -> None:
    desk = ready(config=CALL)
    desk.upstream(
        speech("speech_started"),
        speech("speech_stopped"),
        speech("committed"),
        created("resp_s"),
        audio(response_id="resp_s"),
    )
    assert starts(desk.upstream(speech("speech_started"))) == 1


@pytest.mark.parametrize("item", ["u2", None])
def test_O6_other_speech_is_told(item: str | None) -> None:
    desk = ready(config=CALL)
    desk.upstream(speech("speech_started"), speech("speech_stopped"))
    assert starts(desk.upstream(speech("speech_started", item_id=item))) == 1


def test_O6_the_component_that_heard_of_the_stop_hears_that_it_goes_on() -> None:
    desk = ready(config=COMPONENT)
    log = desk.upstream(speech("speech_started"), speech("speech_stopped"), speech("speech_started"))
    assert log.client_types == ["UserStartedSpeaking", "UtteranceEnd", "UserStartedSpeaking"]
