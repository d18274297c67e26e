"""The user's speech as the server hears it (V3, R7, O6, T8)."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config, ServerVad
from realtime_translate.session.tables import SlotState
from tests.events import busy, created, delta, done, speech
from tests.harness import ready
from tests.unit.session.played import ASKING, MANUAL, VAD, Json, Way, asked, begun, creates, tag_in


def injected() -> Json:
    return {"type": "InjectAgentMessage", "message": "Anything else?"}


def test_V3_the_translator_asks_for_the_response_when_the_server_has_committed(way: Way) -> None:
    desk = ready(way, ASKING)
    assert creates(desk.upstream(speech("committed"))) == 1


def test_V3_the_wish_waits_for_the_slot(way: Way) -> None:
    desk = ready(way, ASKING)
    begun(desk)
    assert creates(desk.upstream(speech("committed"))) == 0
    assert creates(desk.upstream(done())) == 1


def test_V3_not_for_the_item_of_an_idle_timeout(way: Way) -> None:
    desk = ready(way, ASKING)
    desk.upstream(speech("timeout_triggered"))
    log = desk.upstream(speech("committed"))
    assert (creates(log), desk.slot) == (0, SlotState.FREE)


def test_V3_the_item_after_an_idle_timeout_is_asked_for(way: Way) -> None:
    desk = ready(way, ASKING)
    desk.upstream(speech("timeout_triggered"), speech("committed"))
    assert creates(desk.upstream(speech("committed", item_id="u2"))) == 1
    desk.upstream(created(), done(), speech("speech_started"), speech("speech_stopped"))
    assert creates(desk.upstream(speech("committed"))) == 1


def test_V3_several_idle_timeouts_are_told_apart(way: Way) -> None:
    desk = ready(way, ASKING)
    names = [f"audio_{number}" for number in range(8)]
    desk.upstream(*[speech("timeout_triggered", item_id=name) for name in names])
    assert creates(desk.upstream(*[speech("committed", item_id=name) for name in reversed(names)])) == 0


def test_V3_idle_timeouts_without_item_ids(way: Way) -> None:
    desk = ready(way, ASKING)
    desk.upstream(speech("timeout_triggered", item_id=None))
    assert creates(desk.upstream(speech("committed", item_id=None))) == 0
    assert creates(desk.upstream(speech("committed", item_id=None))) == 1


def test_R7_an_idle_timeout_takes_the_slot_where_the_server_responds(way: Way) -> None:
    desk = ready(way, VAD)
    desk.upstream(speech("timeout_triggered"), speech("committed"))
    assert desk.slot is SlotState.EXPECTED


@pytest.mark.parametrize("config", [VAD, Config.component(turn_detection=ServerVad())])
def test_O6_speech_started_is_told(way: Way, config: Config) -> None:
    desk = ready(way, config)
    assert desk.upstream(speech("speech_started", audio_start_ms=100)).client_types == ["UserStartedSpeaking"]


def test_O6_speech_stopped_is_told_in_the_components_dialect(way: Way) -> None:
    desk = ready(way, Config.component(turn_detection=ServerVad()))
    assert desk.upstream(speech("speech_stopped", audio_end_ms=1250)).client == [
        {"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": 1.25}
    ]
    assert desk.upstream(speech("speech_stopped")).of("UtteranceEnd")[0]["last_word_end"] == 0.0
    assert ready(way).upstream(speech("speech_stopped", audio_end_ms=1250)).outputs == []


def test_T8_the_user_has_the_turn_from_speech_started_to_speech_stopped(way: Way) -> None:
    desk = ready(way)
    assert not desk.translator.state.user_speaking
    desk.upstream(speech("speech_started"))
    assert desk.translator.state.user_speaking
    desk.upstream(speech("speech_stopped"))
    assert not desk.translator.state.user_speaking


def test_T8_under_manual_commit_nobody_has_the_turn_until_the_server_says_so(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.client(bytes(4800))
    assert not desk.translator.state.user_speaking
    desk.upstream(speech("speech_started"))
    assert desk.translator.state.user_speaking, "the server detects turns all the same (V1)"


@pytest.mark.parametrize("config", [VAD, ASKING, MANUAL])
@pytest.mark.parametrize(
    "event",
    [
        speech("committed"),
        speech("committed", item_id="another"),
        speech("committed", item_id=None),
        {"type": "input_audio_buffer.cleared"},
        created("resp_s"),
        delta("resp_s"),
    ],
    ids=["committed", "another", "nameless", "cleared", "created", "output"],
)
def test_T8_without_a_stop_the_turn_ends_with_its_audio(way: Way, config: Config, event: Json) -> None:
    desk = ready(way, config)
    desk.upstream(speech("speech_started"))
    assert desk.client(injected()).client_types == ["InjectionRefused"]
    desk.upstream(event)
    assert not desk.translator.state.user_speaking
    desk.upstream(done("resp_s"))
    assert desk.client(injected()).client_types != ["InjectionRefused"]


def test_T8_a_response_of_ours_does_not_end_the_users_turn(way: Way) -> None:
    desk = ready(way, Config.deepgram(barge_in=False))
    tag = asked(desk)
    desk.upstream(speech("speech_started"), created("resp_1", tag))
    assert desk.translator.state.user_speaking


def test_T8_the_commit_of_earlier_speech_does_not_end_the_turn(way: Way) -> None:
    desk = ready(way)
    one, two = ({"item_id": f"audio_{number}"} for number in (1, 2))
    desk.upstream(speech("speech_started", **one), speech("speech_stopped", **one))
    desk.upstream(speech("speech_started", **two), speech("committed", **one))
    assert desk.translator.state.user_speaking
    desk.upstream(speech("committed", **two))
    assert not desk.translator.state.user_speaking


def test_T8_a_stop_that_was_taken_back_is_none(way: Way) -> None:
    desk = ready(way)
    desk.upstream(speech("speech_started"), speech("speech_stopped"), speech("speech_started"))
    assert desk.translator.state.user_speaking
    desk.upstream(speech("committed"))
    assert not desk.translator.state.user_speaking


def test_T8_our_commit_ends_the_turn(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.client(bytes(4800))
    desk.upstream(speech("speech_started"))
    assert desk.wait(1.375).upstream == []
    assert desk.translator.state.user_speaking
    assert desk.wait(0.125).upstream_types == ["input_audio_buffer.commit", "response.create"]
    assert not desk.translator.state.user_speaking


# --- repeated, and without what others send -----------------------------------------------------------------


@pytest.mark.parametrize("config", [VAD, ASKING])
def test_R7_an_item_that_is_committed_again_asks_for_nothing(way: Way, config: Config) -> None:
    desk = ready(way, config)
    desk.upstream(speech("committed"), created("resp_s"), speech("committed"))
    assert creates(desk.upstream(done("resp_s"))) == 0
    assert desk.wait(60).of("response.create") == []


def test_V3_an_item_without_an_id_may_be_a_new_one(way: Way) -> None:
    desk = ready(way, ASKING)
    for number in range(3):
        assert creates(desk.upstream(speech("committed", item_id=None))) == 1
        desk.upstream(created(f"resp_{number}"), done(f"resp_{number}"))


def test_V3_what_is_committed_after_new_speech_is_new_whatever_its_id(way: Way) -> None:
    desk = ready(way, ASKING)
    for number in range(3):
        desk.upstream(speech("speech_started", item_id=None), speech("speech_stopped"))
        assert creates(desk.upstream(speech("committed"))) == 1
        desk.upstream(created(f"resp_{number}"), done(f"resp_{number}"))


def test_L2_the_last_committed_items_are_remembered(way: Way) -> None:
    desk = ready(way, ASKING)
    desk.upstream(*(speech("committed", item_id=f"audio_{number}") for number in range(40)))
    snapshot: Any = desk.translator.snapshot()
    assert snapshot["call"]["audio"]["taken"] == [f"audio_{number}" for number in range(24, 40)]


@pytest.mark.parametrize("config", [VAD, ASKING])
def test_R7_a_server_that_neither_commits_nor_responds_is_asked(way: Way, config: Config) -> None:
    desk = ready(way, config)
    for number in range(2):
        desk.upstream(speech("speech_started"), speech("speech_stopped"))
        assert desk.wait(9.875).upstream == []
        log = desk.wait(0.125)
        assert (creates(log), log.notices) == (1, ["TURN_UNANSWERED"])
        tag = tag_in(log)
        desk.upstream(created(f"resp_{number}", tag), done(f"resp_{number}", tag=tag))
        assert desk.wait(60).outputs == []


@pytest.mark.parametrize("config", [VAD, ASKING])
@pytest.mark.parametrize(
    "events",
    [
        [speech("committed"), created("resp_s"), done("resp_s")],
        [speech("committed", item_id=None), created("resp_s"), done("resp_s")],
        [created("resp_s"), done("resp_s")],
        [speech("speech_started")],
        [{"type": "input_audio_buffer.cleared"}],
    ],
    ids=["committed", "nameless", "created", "taken back", "cleared"],
)
def test_R7_a_server_that_goes_on_by_itself_is_not_asked(
    way: Way, config: Config, events: list[Json]
) -> None:
    desk = ready(way, config)
    desk.upstream(speech("speech_started"), speech("speech_stopped"))
    desk.wait(5)
    desk.upstream(*events)
    assert "TURN_UNANSWERED" not in desk.wait(60).notices


@pytest.mark.parametrize("events", [[], [speech("speech_started"), speech("committed")]])
def test_R7_a_stop_that_ends_nothing_is_not_waited_for(way: Way, events: list[Json]) -> None:
    desk = ready(way, VAD)
    desk.upstream(*events, created("resp_s"), done("resp_s"), speech("speech_stopped"))
    assert desk.wait(60).outputs == []


def test_R7_a_server_that_is_busy_with_its_own_answer_is_not_asked_again(way: Way) -> None:
    desk = ready(way, VAD)
    desk.upstream(speech("speech_started"), speech("speech_stopped"))
    tag = tag_in(desk.wait(10))
    desk.upstream(busy(tag), created("resp_s"))
    assert creates(desk.upstream(done("resp_s"))) == 0
    assert desk.wait(60).of("response.create") == []


def test_R7_while_the_slot_is_taken_the_wish_waits_for_a_response_that_starts_later(way: Way) -> None:
    desk = ready(way, Config.deepgram(barge_in=False))
    tag = begun(desk)
    desk.upstream(speech("speech_started"), speech("speech_stopped"))
    assert creates(desk.wait(10)) == 0
    assert creates(desk.upstream(done("resp_1", tag=tag))) == 1
