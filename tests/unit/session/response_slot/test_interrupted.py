"""The slot while its response is interrupted: it stays taken, and nothing more of that response is told (B1,
B2, R1).
"""

from __future__ import annotations

import pytest

from realtime_translate import Config, ServerVad
from realtime_translate.session.tables import SlotState
from tests.events import TOOLS, call_done, created, delta, done, event, speech
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
    tag_in,
    tags_echoed,
)

OURS = Config.deepgram(turn_detection=ServerVad(create_response=False, interrupt_response=False))
"""The server does not cancel by itself."""
STARTED = speech("speech_started")


def cut(way: Way, config: Config = VAD) -> Desk:
    """A response that spoke and was interrupted."""
    desk = ready(way, config)
    begun_by_server(desk)
    desk.upstream(delta("resp_s"), STARTED)
    return desk


@pytest.mark.parametrize("response_id", ["resp_s", None])
def test_B1_late_output_of_a_cut_response_changes_nothing(way: Way, response_id: str | None) -> None:
    desk = cut(way)
    log = desk.upstream(
        delta(response_id), event("output_audio.delta", response_id, delta="AAAA", item_id="m")
    )
    assert (log.client, log.notices) == ([], ["OUTPUT_LATE"] * 2)
    assert desk.slot is SlotState.RUNNING


@pytest.mark.parametrize("status", ["cancelled", "failed", "incomplete", "completed"])
@pytest.mark.parametrize("response_id", ["resp_s", None])
def test_B1_however_a_cut_response_ends_the_client_knows_already(
    way: Way, status: str, response_id: str | None
) -> None:
    desk = cut(way)
    said: Json = {"type": "output_text", "text": "Hi there."}
    item = {"type": "message", "id": "msg_1", "role": "assistant", "content": [said]}
    log = desk.upstream(done(response_id, status=status, output=[item]))
    assert (log.client, desk.slot) == ([], SlotState.FREE)
    late = desk.upstream(delta("resp_s"), done("resp_s"))
    assert (late.client, late.notices) == ([], ["OUTPUT_LATE", "LATE_DONE"])


def test_B1_a_cut_response_that_never_ends_frees_the_slot_after_the_create_timeout(way: Way) -> None:
    desk = cut(way)
    assert creates(confirmed(desk)) == 0
    assert creates(desk.wait(9.75)) == 0
    log = desk.wait(0.25)
    assert (log.client, creates(log)) == ([], 1)
    assert "RESPONSE_PRESUMED_DONE" in log.notices


def test_B1_late_output_does_not_make_it_wait_longer(way: Way) -> None:
    desk = cut(way)
    desk.wait(9.75)
    desk.upstream(
        delta("resp_s"), event("output_text.done", "resp_s", text="Hi", item_id="m", content_index=0)
    )
    desk.wait(0.25)
    assert desk.slot is SlotState.FREE


def test_R1_a_new_response_may_begin_before_the_old_one_s_end(way: Way) -> None:
    """The old `done` after the new `created`."""
    desk = cut(way)
    desk.upstream(created("resp_t"))
    assert desk.translator.state.response_id == "resp_t"
    assert desk.upstream(done("resp_s", tag="", status="cancelled")).notices == ["LATE_DONE"]
    log = desk.upstream(delta("resp_s"), delta("resp_t", "Well. So", "msg_2"))
    assert [each["content"] for each in log.of("ConversationText")] == ["Well."]
    assert desk.translator.state.response_id == "resp_t"


def test_B1_speech_again_says_nothing_twice(way: Way) -> None:
    desk = cut(way, OURS)
    log = desk.upstream(STARTED)
    assert (log.client_types, log.upstream) == (["UserStartedSpeaking"], [])


def test_B2_where_the_server_cancels_by_itself_we_do_not(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    assert "response.cancel" not in desk.upstream(delta(), STARTED).upstream_types
    desk = ready(way)
    tag = asked(desk)
    desk.upstream(STARTED)
    assert desk.upstream(created("resp_1", tag)).upstream == []


def test_B2_where_it_does_not_we_cancel_the_response_by_name(way: Way) -> None:
    desk = ready(way, OURS)
    tag = begun(desk)
    (frame,) = desk.upstream(delta(), STARTED).of("response.cancel")
    assert frame["response_id"] == "resp_1"
    assert desk.upstream(done("resp_1", tag=tag, status="cancelled")).client == []


def test_B2_a_response_without_an_id_is_cancelled_without_one(way: Way) -> None:
    desk = ready(way, OURS)
    asked(desk)
    desk.upstream(created(None))
    (frame,) = desk.upstream(STARTED).of("response.cancel")
    assert "response_id" not in frame


def test_B2_ours_in_flight_beside_the_servers_own_is_cancelled_too(way: Way) -> None:
    desk = ready(way, OURS)
    tags_echoed(desk)
    tag = asked(desk)
    desk.upstream(created("resp_s"), delta("resp_s"))
    assert [each["response_id"] for each in desk.upstream(STARTED).of("response.cancel")] == ["resp_s"]
    desk.upstream(done("resp_s", tag="", status="cancelled"))
    log = desk.upstream(created("resp_1", tag))
    assert [each["response_id"] for each in log.of("response.cancel")] == ["resp_1"]


def test_B2_only_what_was_in_flight_then_is_cancelled(way: Way) -> None:
    desk = ready(way, OURS)
    tag = asked(desk)
    desk.upstream(STARTED, done("resp_1", tag=tag))
    tag = tag_in(confirmed(desk, "More"))
    assert desk.upstream(created("resp_2", tag)).upstream == []


def test_B2_only_what_was_in_flight_then_is_cancelled_where_it_came_whole(way: Way) -> None:
    desk = ready(way, OURS)
    tags_echoed(desk)
    tag = asked(desk)
    desk.upstream(created("resp_s"), STARTED, done("resp_1", tag=tag), done("resp_s"))
    tag = tag_in(confirmed(desk, "More"))
    assert desk.upstream(created("resp_2", tag)).upstream == []


SOUND = event("output_audio.delta", delta="AAAA", item_id="msg_1")


@pytest.mark.parametrize("output", [delta(text="Hi. And"), SOUND, call_done()], ids=["text", "audio", "call"])
def test_B1_the_output_with_which_an_interrupted_response_begins_goes_nowhere(way: Way, output: Json) -> None:
    desk = ready(way, OURS, TOOLS)
    asked(desk)
    desk.upstream(STARTED)
    log = desk.upstream(output)
    assert log.upstream_types == ["response.cancel"]
    assert not {"ConversationText", "audio", "FunctionCallRequest"} & set(log.client_types)


def test_B2_ours_whose_output_came_before_its_created_is_cancelled_once(way: Way) -> None:
    desk = ready(way, OURS)
    tags_echoed(desk)
    tag = asked(desk)
    desk.upstream(delta("resp_1"))
    assert [each["response_id"] for each in desk.upstream(STARTED).of("response.cancel")] == ["resp_1"]
    assert desk.upstream(created("resp_1", tag)).upstream == []
    desk.upstream(done("resp_1", tag=tag, status="cancelled"))
    tag = tag_in(confirmed(desk, "More"))
    assert desk.upstream(created("resp_2", tag)).upstream == []
