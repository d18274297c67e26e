"""Nothing holds the slot for ever: a response that stalls is given up (R1, R5, *Always true* 8)."""

from __future__ import annotations

import pytest

from realtime_translate import Config
from realtime_translate.config import Limits
from realtime_translate.session.tables import SlotState
from tests.events import (
    TOOLS,
    answer,
    audio,
    busy,
    call_added,
    call_done,
    created,
    delta,
    done,
    error,
    event,
    item_added,
    message,
    speech,
    transcript,
)
from tests.harness import Desk, ready
from tests.unit.session.played import (
    VAD,
    Json,
    Way,
    asked,
    begun,
    begun_by_server,
    confirmed,
    creates,
    tags_echoed,
)

SOUND = bytes(14400)
"""300 ms."""


def stalled(way: Way, config: Config = VAD) -> Desk:
    """A response that spoke, and then nothing."""
    desk = ready(way, config)
    begun(desk)
    desk.upstream(item_added(message(status="in_progress")), transcript("Hi"), audio(SOUND))
    return desk


def test_R1_a_response_that_stalls_is_cancelled_and_ends_for_the_client(way: Way) -> None:
    desk = stalled(way)
    assert creates(confirmed(desk, "More")) == 0
    assert desk.wait(29.75).upstream == []
    log = desk.wait(0.25)
    assert [(each["type"], each["response_id"]) for each in log.upstream] == [("response.cancel", "resp_1")]
    assert log.client_types == ["Warning", "ConversationText", "History", "AgentAudioDone"]
    assert log.warnings == ["THINK_REQUEST_FAILED"]
    assert "30 s" in log.of("Warning")[0]["description"]
    assert log.notices == ["RESPONSE_GIVEN_UP", "RESPONSE_FAILED"]
    assert desk.slot is SlotState.GIVEN_UP


def test_R1_what_waits_goes_on_when_the_end_of_a_given_up_response_comes(way: Way) -> None:
    desk = stalled(way)
    confirmed(desk, "More")
    desk.wait(30)
    log = desk.upstream(done("resp_1", status="cancelled"))
    assert (log.client, creates(log), log.notices) == ([], 1, ["LATE_DONE"])


@pytest.mark.parametrize("response_id", [None, "resp_other"])
def test_R1_that_end_may_be_without_an_id_or_under_another(way: Way, response_id: str | None) -> None:
    desk = stalled(way)
    confirmed(desk, "More")
    desk.wait(30)
    said = {"type": "message", "id": "m", "role": "assistant", "content": [{"type": "text", "text": "Hi"}]}
    log = desk.upstream(done(response_id, output=[said]))
    assert (log.client, creates(log)) == ([], 1)
    assert desk.upstream(done(response_id or "resp_1")).notices == ["LATE_DONE"]


def test_R1_without_that_end_what_waits_goes_on_after_the_grace(way: Way) -> None:
    desk = stalled(way)
    confirmed(desk, "More")
    desk.wait(30)
    assert creates(desk.wait(0.75)) == 0
    log = desk.wait(0.25)
    assert (log.client, creates(log)) == ([], 1)


def test_R1_nothing_more_of_a_given_up_response_is_told(way: Way) -> None:
    desk = stalled(way)
    desk.wait(30)
    for response_id in ("resp_1", None):
        log = desk.upstream(
            delta(response_id), event("output_audio.delta", response_id, delta="AAAA", item_id="msg_1")
        )
        assert (log.client, log.notices) == ([], ["OUTPUT_LATE"] * 2)
    assert desk.upstream(created("resp_1")).outputs == []
    assert desk.slot is SlotState.GIVEN_UP
    desk.wait(1)
    assert desk.upstream(transcript("Hi")).client == []
    assert desk.slot is SlotState.FREE


def test_R1_each_event_of_a_response_starts_its_time_anew(way: Way) -> None:
    desk = stalled(way)
    for sign in (
        audio(SOUND),
        transcript("Hi"),
        event("content_part.added"),
        {**audio(SOUND), "delta": 7},
        audio(SOUND),
    ):
        desk.wait(29.75)
        desk.upstream(sign)
    assert desk.wait(29.75).client == []
    assert desk.slot is SlotState.RUNNING
    desk.wait(0.25)
    assert desk.slot is SlotState.GIVEN_UP


def test_R1_an_event_of_unknown_type_is_a_sign_of_life_if_it_names_the_response(way: Way) -> None:
    desk = stalled(way)
    desk.wait(20)
    desk.upstream({"type": "response.sound.delta", "response_id": "resp_1", "delta": "AAAA"})
    desk.upstream(
        {"type": "response.sound.delta", "response_id": "resp_0", "delta": "AAAA"}, {"type": "ping"}
    )
    desk.wait(29.75)
    assert desk.slot is SlotState.RUNNING
    desk.upstream(
        {"type": "response.sound.delta", "response_id": "resp_0", "delta": "AAAA"}, {"type": "ping"}
    )
    desk.wait(0.25)
    assert desk.slot is SlotState.GIVEN_UP


@pytest.mark.parametrize("way_to_begin", ["ours", "the server's own"])
def test_R1_before_its_first_output_a_response_has_longer(way: Way, way_to_begin: str) -> None:
    desk = ready(way)
    if way_to_begin == "ours":
        begun(desk)
    else:
        begun_by_server(desk)
    assert set(desk.wait(59.75).warnings) == {"SLOW_THINK_REQUEST"}
    log = desk.wait(0.25)
    assert log.warnings[-1] == "THINK_REQUEST_FAILED"
    assert log.client_types[-1] == "AgentAudioDone"
    assert "response.cancel" in log.upstream_types


def test_R1_output_that_no_created_announced_has_the_time_between_outputs(way: Way) -> None:
    desk = ready(way)
    desk.upstream(delta("resp_s"))
    desk.wait(29.75)
    assert desk.slot is SlotState.RUNNING
    desk.wait(0.25)
    assert desk.slot is SlotState.GIVEN_UP


def test_R1_the_times_can_be_set(way: Way) -> None:
    desk = ready(way, Config.deepgram(limits=Limits(first_output=7.0, response_stall=3.0)))
    desk.upstream(created("resp_1"))
    desk.wait(6.75)
    assert desk.slot is SlotState.RUNNING
    desk.upstream(delta("resp_1"))
    desk.wait(2.75)
    assert desk.slot is SlotState.RUNNING
    assert "for 3 s" in desk.wait(0.25).of("Warning")[0]["description"]
    desk.upstream(created("resp_2"))
    assert "for 7 s" in desk.wait(7).of("Warning")[-1]["description"]


def test_R1_a_response_without_an_id_is_cancelled_without_one(way: Way) -> None:
    desk = ready(way)
    desk.upstream(created(None), delta(None))
    log = desk.wait(30)
    (cancel,) = log.of("response.cancel")
    assert "response_id" not in cancel
    assert desk.upstream(delta(None)).notices == ["OUTPUT_LATE"]
    assert desk.slot is SlotState.GIVEN_UP


def test_R1_a_response_that_ends_in_time_is_not_given_up(way: Way) -> None:
    desk = stalled(way)
    desk.upstream(done())
    assert desk.translator.next_deadline is None


def test_R1_a_new_response_has_its_own_time(way: Way) -> None:
    desk = stalled(way)
    desk.wait(20)
    desk.upstream(created("resp_2"), delta("resp_2"))
    desk.wait(29.75)
    assert desk.slot is SlotState.RUNNING


@pytest.mark.parametrize("tagged", [True, False])
def test_R1_a_response_may_begin_while_a_given_up_one_s_end_is_awaited(way: Way, tagged: bool) -> None:
    desk = ready(way)
    tag = asked(desk)
    desk.upstream(created("resp_1"), delta("resp_1"))
    desk.wait(30)
    desk.upstream(created("resp_2", tag if tagged else ""))
    assert (desk.slot, desk.translator.state.response_id) == (SlotState.RUNNING, "resp_2")
    log = desk.upstream(delta("resp_2", item_id="msg_2"), done("resp_1"), done("resp_2"))
    assert log.notices == ["LATE_DONE"]
    assert log.client_types == ["ConversationText", "History", "AgentAudioDone"]


def test_R1_output_may_begin_a_response_while_a_given_up_one_s_end_is_awaited(way: Way) -> None:
    desk = stalled(way)
    desk.wait(30)
    assert "RESPONSE_UNANNOUNCED" in desk.upstream(delta("resp_2")).notices
    assert desk.slot is SlotState.RUNNING


def test_R7_a_commit_while_a_given_up_response_s_end_is_awaited_is_a_wish(way: Way) -> None:
    desk = stalled(way)
    desk.wait(30)
    desk.upstream(speech("committed"))
    assert creates(desk.wait(1)) == 1


@pytest.mark.parametrize("refusal", ["busy", "other"])
def test_R1_the_create_that_a_given_up_response_seemed_to_answer_may_be_refused(
    way: Way, refusal: str
) -> None:
    desk = ready(way)
    tag = asked(desk)
    desk.upstream(created("resp_s"))
    desk.wait(60)
    desk.upstream(busy(tag) if refusal == "busy" else error("rate_limit_exceeded", event_id=tag))
    assert creates(desk.wait(1)) == (refusal == "busy")


def test_R1_the_servers_own_stalls_while_our_create_is_in_flight(way: Way) -> None:
    desk = ready(way, Config.deepgram(limits=Limits(response_stall=4.0)))
    tags_echoed(desk)
    tag = asked(desk)
    desk.upstream(created("resp_s"), delta("resp_s"))
    log = desk.wait(4)
    assert log.of("response.cancel")[0]["response_id"] == "resp_s"
    assert log.client_types[-1] == "AgentAudioDone"
    assert desk.slot is SlotState.REQUESTED
    assert desk.upstream(delta("resp_s"), done("resp_s")).client == []
    log = desk.upstream(created("resp_1", tag), delta("resp_1", item_id="msg_2"), done("resp_1", tag=tag))
    assert log.client_types == ["ConversationText", "History", "AgentAudioDone"]


def test_R1_the_calls_of_a_given_up_response_are_followed_up(way: Way) -> None:
    desk = ready(way, VAD, TOOLS)
    begun(desk)
    desk.upstream(item_added(message(status="in_progress")), call_added(), call_done())
    log = desk.wait(30)
    assert "AgentAudioDone" not in log.client_types, "the turn goes on with the answer (O5)"
    assert creates(desk.client(answer("call_1"))) == 0
    assert creates(desk.wait(1)) == 1
    assert desk.upstream(done("resp_1")).client == []


def test_R1_a_given_up_response_is_not_interrupted(way: Way) -> None:
    desk = stalled(way)
    desk.wait(30)
    log = desk.upstream(speech("speech_started"))
    assert (log.client_types, log.upstream) == (["UserStartedSpeaking"], [])


def test_B1_an_interrupted_response_does_not_stall(way: Way) -> None:
    desk = stalled(way, Config.deepgram(limits=Limits(response_stall=4.0)))
    desk.upstream(speech("speech_started"))
    assert desk.wait(9.75).client == []
    desk.wait(0.25)
    assert desk.slot is SlotState.FREE


def test_R3_a_server_that_cannot_cancel_is_asked_less_and_less_often(way: Way) -> None:
    """Its response goes on all the while."""
    desk = stalled(way)
    confirmed(desk, "More")
    log = desk.wait(30)
    desk.upstream(error("not_implemented", event_id=log.upstream[0]["event_id"]))
    times, begin = list[float](), desk.clock.now
    while desk.clock.now < begin + 40:
        log = desk.wait(0.25)
        if creates(log):
            times.append(desk.clock.now - begin)
            desk.upstream(busy(log.of("response.create")[0]["event_id"]), audio(SOUND))
    assert times == [1, 2, 4, 8, 16, 24, 32, 40]
    assert creates(desk.upstream(done("resp_1"))) == 1


def nameless(event: Json) -> Json:
    return {key: value for key, value in event.items() if key not in ("response_id", "item_id")}


@pytest.mark.parametrize("status", ["failed", "cancelled"])
@pytest.mark.parametrize("kind", ["added", "created"])
def test_O3_what_a_given_up_response_said_is_not_told_again_at_its_late_end(
    way: Way, kind: str, status: str
) -> None:
    """A server that names no response, and items in the conversation alone."""
    desk = ready(way)
    desk.upstream(created(None))
    item = {"id": "msg_1", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
    desk.upstream({"type": f"conversation.item.{kind}", "item": item})
    whole = event("output_audio_transcript.done", transcript="Hi there.", item_id="msg_1", content_index=0)
    assert desk.upstream(nameless(whole), nameless(audio(SOUND))).of("ConversationText")
    assert "RESPONSE_GIVEN_UP" in desk.wait(40).notices
    parts = [{"type": "output_audio", "transcript": "Hi there."}]
    listed = {**item, "status": "completed", "content": parts}
    late = desk.upstream(done(None, status=status, output=[listed]))
    assert late.of("ConversationText") == []
