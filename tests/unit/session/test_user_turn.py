"""The user's speech as the server hears it (V3, R7, O6, T8)."""

from __future__ import annotations

import pytest

from realtime_translate import Config, ServerVad
from realtime_translate.session.tables import SlotState
from tests.unit.session.played import (
    ASKING,
    MANUAL,
    VAD,
    WAYS,
    Way,
    begun,
    created,
    creates,
    done,
    ready,
    speech,
)


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Way:
    chosen: Way = request.param
    return chosen


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
    assert (creates(log), desk.translator.state.response) == (0, SlotState.FREE)


def test_V3_the_item_after_an_idle_timeout_is_asked_for(way: Way) -> None:
    desk = ready(way, ASKING)
    desk.upstream(speech("timeout_triggered"), speech("committed"))
    assert creates(desk.upstream(speech("committed", item_id="audio_2"))) == 1
    desk.upstream(created(), done())
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
    assert desk.translator.state.response is SlotState.EXPECTED


def test_V1_under_manual_commit_committed_asks_for_nothing(way: Way) -> None:
    desk = ready(way, MANUAL)
    assert desk.upstream(speech("committed")).outputs == []
    assert desk.translator.state.response is SlotState.FREE


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


def test_T8_under_manual_commit_the_user_never_has_the_turn(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.upstream(speech("speech_started"))
    assert not desk.translator.state.user_speaking
