"""What was heard of the agent by the host's report, and in every audio format (B3)."""

from __future__ import annotations

import pytest

from realtime_translate import ClientDialect, Config, ServerVad
from tests.events import audio, created, done
from tests.harness import SETTINGS, Desk
from tests.unit.session.barge_in.interruptions import STARTED, forgotten, play, reported, sound
from tests.unit.session.played import ready_in

BOTH = pytest.mark.parametrize("dialect", ClientDialect)
LINEAR16, MULAW, ALAW = ("linear16", 24000), ("mulaw", 8000), ("alaw", 8000)

# --- the host's report --------------------------------------------------------------------------------------


def test_B3_the_hosts_report_counts_more_than_the_estimate() -> None:
    desk = ready_in()
    desk.upstream(created(), play(1000))
    desk.wait(0.5)
    reported(desk, 150)
    desk.wait(0.125)
    assert forgotten(desk.upstream(STARTED)) == [("msg_1", 150)]


def test_B3_the_last_report_counts() -> None:
    desk = ready_in()
    desk.upstream(created(), play(1000))
    for milliseconds in (100, 200, 317):
        reported(desk, milliseconds)
    assert forgotten(desk.upstream(STARTED)) == [("msg_1", 317)]


def test_B3_what_is_kept_is_a_whole_number_of_milliseconds() -> None:
    desk = ready_in()
    desk.upstream(created(), play(1000))
    reported(desk, 317)
    (truncate,) = desk.upstream(STARTED).of("conversation.item.truncate")
    assert type(truncate["audio_end_ms"]) is int


def test_B3_a_report_is_a_position_in_all_audio_of_the_call() -> None:
    desk = ready_in()
    desk.upstream(created(), play(1000), done("resp_1"))
    reported(desk, 1000)
    desk.upstream(created("resp_2"), play(1000, "msg_2", "resp_2"), play(1000, "msg_3", "resp_2"))
    reported(desk, 1250)
    assert forgotten(desk.upstream(STARTED)) == [("msg_2", 250), ("msg_3", "deleted")]


def test_B3_a_report_from_before_the_turn_means_that_nothing_of_it_was_heard() -> None:
    desk = ready_in()
    desk.upstream(created(), play(1000), done("resp_1"))
    reported(desk, 1000)
    desk.upstream(created("resp_2"), play(1000, "msg_2", "resp_2"))
    desk.wait(0.5)
    assert forgotten(desk.upstream(STARTED)) == [("msg_2", 1)]


def test_B3_a_report_holds_for_the_run_of_audio_that_it_is_about() -> None:
    """Once all of that has played the estimate counts again, until the next report."""
    desk = ready_in()
    desk.upstream(created(), play(500), done("resp_1"))
    reported(desk, 250)
    desk.wait(1.0)
    desk.upstream(created("resp_2"), play(1000, "msg_2", "resp_2"))
    desk.wait(0.125)
    assert forgotten(desk.upstream(STARTED)) == [("msg_2", 125)]


@pytest.mark.parametrize(("milliseconds", "kept"), [(0, [("msg_1", 1)]), (1000, []), (10**12, [])])
def test_B3_a_report_is_never_more_than_was_received(milliseconds: int, kept: list[tuple[str, int]]) -> None:
    desk = ready_in()
    desk.upstream(created(), play(1000))
    reported(desk, milliseconds)
    assert forgotten(desk.upstream(STARTED)) == kept


# --- formats ------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    ("declared", "upstream_rate"),
    [(LINEAR16, 48), (MULAW, 8), (ALAW, 8), (("linear16", 16000), 48), (("linear16", 48000), 48)],
)
@pytest.mark.parametrize("container", ["none", "wav"])
def test_B3_in_every_format(
    declared: tuple[str, int], upstream_rate: int, container: str, dialect: ClientDialect
) -> None:
    if declared not in (LINEAR16, MULAW, ALAW):
        pytest.importorskip("numpy")
    encoding, rate = declared
    output = {"encoding": encoding, "sample_rate": rate, "container": container}
    desk = ready_in(dialect, given={**SETTINGS, "audio": {"output": output}})
    desk.upstream(created(), audio(sound(500, upstream_rate)), audio(sound(500, upstream_rate)))
    desk.upstream(audio(sound(500, upstream_rate), "msg_2"))
    desk.wait(0.625)
    assert forgotten(desk.upstream(STARTED)) == [("msg_1", 625), ("msg_2", "deleted")]


def test_B3_in_the_format_that_the_server_gives() -> None:
    """Not every server gives the format that was asked for; bytes are counted as they come."""
    pytest.importorskip("numpy")
    desk = Desk(Config.deepgram(turn_detection=ServerVad()))
    desk.opened()
    desk.client(SETTINGS)
    desk.dialled()
    said = {"audio": {"output": {"format": {"type": "audio/pcmu"}}}}
    desk.upstream({"type": "session.updated", "session": said})
    desk.upstream(created(), audio(sound(1000, 8)))
    desk.wait(0.25)
    assert forgotten(desk.upstream(STARTED)) == [("msg_1", 250)]


@pytest.mark.parametrize("declared", [MULAW, LINEAR16])
def test_B3_a_report_in_every_format(declared: tuple[str, int]) -> None:
    encoding, rate = declared
    desk = ready_in(given={**SETTINGS, "audio": {"output": {"encoding": encoding, "sample_rate": rate}}})
    desk.upstream(created(), audio(sound(1000, 8 if declared == MULAW else 48)))
    reported(desk, 333)
    assert forgotten(desk.upstream(STARTED)) == [("msg_1", 333)]
