"""O8: a response that is slow to begin, and a session that is nearly over."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config
from realtime_translate.config import Limits
from tests.events import (
    TOOLS,
    arguments_done,
    busy,
    call_added,
    commit_empty,
    created,
    delta,
    done,
    error,
    event,
    speech,
)
from tests.harness import SETTINGS, Desk, ready
from tests.unit.session.played import (
    MANUAL,
    VAD,
    Json,
    Way,
    asked,
    begun_by_server,
    creates,
    tag_in,
    tags_echoed,
)

CREATED: Json = {"type": "session.created", "session": {}}
FIRST_OUTPUTS: dict[str, Json] = {
    "text": delta(),
    "a transcript": event("output_audio_transcript.delta", delta="Hi", item_id="msg_1", content_index=0),
    "audio": event("output_audio.delta", delta="AAAA", item_id="msg_1", content_index=0),
    "a call": call_added(),
    "arguments": arguments_done(),
}


def warned_at(desk: Desk, seconds: float) -> list[float]:
    """When the client is warned while time passes in steps."""
    times, begun = list[float](), desk.clock.now
    while desk.clock.now < begun + seconds:
        if "SLOW_THINK_REQUEST" in desk.wait(0.25).warnings:
            times.append(desk.clock.now - begun)
    return times


# --- SLOW_THINK_REQUEST -------------------------------------------------------------------------------------


def test_O8_five_seconds_after_a_response_was_asked_for_and_each_five_seconds(way: Way) -> None:
    desk = ready(way)
    tag = asked(desk)
    assert warned_at(desk, 4.75) == []
    desk.upstream(created("resp_1", tag))
    assert warned_at(desk, 15.25) == [0.25, 5.25, 10.25, 15.25]
    assert desk.translator.state.response_id == "resp_1"


def test_O8_the_warning_says_what_is_the_matter(way: Way) -> None:
    desk = ready(way)
    asked(desk)
    log = desk.wait(5)
    (warning,) = log.client
    assert isinstance(warning, dict)
    assert (warning["type"], warning["code"]) == ("Warning", "SLOW_THINK_REQUEST")
    assert warning["description"]
    assert (log.notices, log.upstream) == (["RESPONSE_SLOW"], [])


def test_O8_five_seconds_after_the_server_created_a_response(way: Way) -> None:
    desk = ready(way)
    desk.upstream(speech("committed"))
    desk.wait(0.5)
    begun_by_server(desk)
    assert warned_at(desk, 11) == [5.0, 10.0]


@pytest.mark.parametrize("output", FIRST_OUTPUTS.values(), ids=FIRST_OUTPUTS)
@pytest.mark.parametrize("waited", [1.0, 6.0])
def test_O8_until_its_first_output(way: Way, output: Json, waited: float) -> None:
    desk = ready(way, VAD, TOOLS)
    desk.upstream(created())
    assert len(warned_at(desk, waited)) == int(waited // 5)
    desk.upstream(output)
    assert warned_at(desk, 20) == []


def test_O8_until_it_ends_without_any(way: Way) -> None:
    desk = ready(way)
    desk.upstream(created(), done())
    assert desk.translator.next_deadline is None


def test_O8_output_that_no_created_announced_is_not_slow(way: Way) -> None:
    desk = ready(way)
    asked(desk)
    desk.upstream(delta())
    assert warned_at(desk, 20) == []


@pytest.mark.parametrize("how", ["refused", "late"])
def test_O8_not_after_our_create_failed(way: Way, how: str) -> None:
    desk = ready(way)
    tag = asked(desk)
    log = desk.upstream(error("rate_limit_exceeded", event_id=tag)) if how == "refused" else desk.wait(10)
    assert "THINK_REQUEST_FAILED" in log.warnings
    assert desk.translator.next_deadline is None


def test_O8_each_response_has_its_own_time(way: Way) -> None:
    desk = ready(way)
    desk.upstream(created(), delta())
    desk.wait(3)
    desk.upstream(done(), created("resp_2"))
    assert warned_at(desk, 6) == [5.0]


def test_O8_a_response_that_supersedes_another_has_its_own_time(way: Way) -> None:
    desk = ready(way)
    desk.upstream(created())
    desk.wait(3)
    desk.upstream(created("resp_2"))
    assert warned_at(desk, 6) == [5.0]


def test_O8_a_response_that_is_asked_for_again_is_slow_since_then(way: Way) -> None:
    desk = ready(way)
    desk.upstream(busy(asked(desk)))
    assert creates(desk.wait(1)) == 1
    assert warned_at(desk, 6) == [5.0]


def test_O8_a_response_that_is_cut_is_not_slow_any_more(way: Way) -> None:
    desk = ready(way)
    begun_by_server(desk)
    desk.upstream(speech("speech_started"))
    assert warned_at(desk, 9.75) == []


def test_O8_ours_is_slow_although_the_servers_own_had_output(way: Way) -> None:
    desk = ready(way)
    tags_echoed(desk)
    asked(desk)
    desk.upstream(created("resp_s"), delta("resp_s"), done("resp_s"))
    assert warned_at(desk, 6) == [5.0]


def test_O8_ours_is_slow_although_the_servers_own_came_and_went_without_output(way: Way) -> None:
    desk = ready(way)
    tags_echoed(desk)
    asked(desk)
    desk.upstream(created("resp_s"), done("resp_s"))
    assert warned_at(desk, 6) == [5.0]


def test_O8_nothing_is_slow_when_nothing_is_asked_for(way: Way) -> None:
    """A5: the wish fell with its commit."""
    desk = ready(way, MANUAL)
    desk.client(bytes(4800))
    log = desk.wait(0.5)
    desk.upstream(commit_empty(log.upstream[0]["event_id"]), busy(tag_in(log)))
    assert warned_at(desk, 20) == []


def test_O8_nothing_is_slow_when_what_was_asked_for_was_interrupted(way: Way) -> None:
    desk = ready(way, Config.deepgram(barge_in=True, turn_detection=MANUAL.turn_detection))
    asked(desk)
    log = desk.client({"type": "InjectAgentMessage", "message": "Hello.", "behavior": "interrupt"})
    assert log.upstream == []
    assert warned_at(desk, 6) == [5.0]


def test_O8_the_components_client_is_not_warned(way: Way) -> None:
    desk = ready(way, Config.component())
    asked(desk)
    log = desk.wait(5)
    assert (log.client, log.notices) == ([], ["RESPONSE_SLOW"])


def test_O8_the_time_can_be_set(way: Way) -> None:
    desk = ready(way, Config.deepgram(limits=Limits(slow_think=1.5)))
    begun_by_server(desk)
    assert warned_at(desk, 4.75) == [1.5, 3.0, 4.5]


# --- MAXIMUM_SESSION_LENGTH_APPROACHING ---------------------------------------------------------------------

MINUTES_55 = 55 * 60.0


def dialled(config: Config) -> Desk:
    desk = Desk(config)
    desk.opened()
    desk.client(SETTINGS)
    desk.dialled()
    return desk


def test_O8_the_session_is_nearly_over_55_minutes_after_session_created() -> None:
    desk = dialled(VAD)
    desk.upstream(CREATED)
    desk.wait(2.0)
    desk.upstream({"type": "session.updated", "session": {}})
    assert desk.wait(MINUTES_55 - 2.25).client == []
    log = desk.wait(0.25)
    (warning,) = log.client
    assert isinstance(warning, dict)
    assert (warning["type"], warning["code"]) == ("Warning", "MAXIMUM_SESSION_LENGTH_APPROACHING")
    assert log.closes == []
    assert desk.translator.next_deadline is None, "once"


def test_O8_session_created_changes_nothing_else() -> None:
    """S3."""
    log = dialled(VAD).upstream(CREATED)
    assert (log.client, log.upstream, log.notices) == ([], [], ["UPSTREAM_ABSORBED"])


def test_O8_expires_at_is_wall_clock_time_and_not_read() -> None:
    desk = dialled(VAD)
    desk.upstream({**CREATED, "session": {"expires_at": 1}}, {"type": "session.updated", "session": {}})
    assert desk.translator.state.next_timer == ("session_end", 100.0 + MINUTES_55)


def test_O8_without_session_created_nobody_knows() -> None:
    assert ready(Desk).translator.next_deadline is None


def test_O8_the_components_client_is_not_told() -> None:
    desk = dialled(Config.component())
    desk.upstream(CREATED, {"type": "session.updated", "session": {}})
    assert desk.translator.next_deadline is None


def test_O8_the_warning_s_time_can_be_set() -> None:
    desk = dialled(Config.deepgram(limits=Limits(session_warning=30.0)))
    desk.upstream(CREATED, {"type": "session.updated", "session": {}})
    assert desk.wait(30.0).warnings == ["MAXIMUM_SESSION_LENGTH_APPROACHING"]


@pytest.mark.parametrize("close", ["client_closed", "upstream_closed", "close"])
def test_O8_after_close_nothing_is_due(close: str) -> None:
    desk = dialled(VAD)
    desk.upstream(CREATED, {"type": "session.updated", "session": {}})
    begun_by_server(desk)
    act: Any = getattr(type(desk.translator), close)
    desk.act(lambda translator: act(translator))
    assert desk.translator.next_deadline is None
