"""The commit where it is the translator's (A5, A6, A7, V1)."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config, ManualCommit, ServerVad
from realtime_translate.session.tables import SlotState
from tests.events import commit_empty, created, done, inject
from tests.harness import SETTINGS, Desk, Log, ready
from tests.unit.session.played import (
    ASKING,
    MANUAL,
    VAD,
    Way,
    asked,
    begun,
    begun_by_server,
    creates,
    tag_in,
)

COMMITTED = ["input_audio_buffer.commit", "response.create"]
CEILING = Config.deepgram(turn_detection=ManualCommit(debounce=0.5, ceiling=2.0))
ENOUGH = bytes(4800)


def settings(encoding: str, rate: int) -> dict[str, Any]:
    return {"type": "Settings", "audio": {"input": {"encoding": encoding, "sample_rate": rate}}, "agent": {}}


def stream(desk: Desk, seconds: float) -> Log:
    """Audio in frames of 125 ms; what it brings but appends."""
    log = Log()
    for _ in range(int(seconds * 8)):
        log.outputs += [*desk.client(bytes(6000)).outputs[1:], *desk.wait(0.125).outputs]
    return log


# --- A5 -----------------------------------------------------------------------------------------------------


def test_A5_the_debounce_after_the_last_append_commits_and_asks_back_to_back(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.client(ENOUGH)
    desk.wait(0.375)
    desk.client(b"\0\0")
    assert desk.wait(0.375).outputs == []
    assert desk.wait(0.025).upstream_types == COMMITTED
    assert desk.slot is SlotState.REQUESTED


def test_A5_the_debounce_is_the_configured_one(way: Way) -> None:
    desk = ready(way, Config.deepgram(turn_detection=ManualCommit(debounce=2.0)))
    desk.client(ENOUGH)
    assert desk.wait(1.75).upstream == []
    assert desk.wait(0.25).upstream_types == COMMITTED


@pytest.mark.parametrize(
    ("encoding", "rate", "enough"), [("linear16", 24000, 4800), ("mulaw", 8000, 800), ("alaw", 8000, 800)]
)
def test_A5_100_ms_are_enough_and_less_counts_toward_the_next(
    way: Way, encoding: str, rate: int, enough: int
) -> None:
    desk = ready(way, MANUAL, settings(encoding, rate))
    desk.client(bytes(enough - 2))
    log = desk.wait(0.5)
    assert (log.upstream, log.notices) == ([], ["COMMIT_TOO_SHORT"])
    desk.client(bytes(2))
    assert desk.wait(0.5).upstream_types == COMMITTED


def test_A5_only_audio_since_the_last_commit_counts(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.client(ENOUGH)
    tag = desk.wait(0.5).upstream[1]["event_id"]
    desk.upstream(created("resp_1", tag), done("resp_1", tag=tag))
    desk.client(bytes(4798))
    assert desk.wait(0.5).upstream == []


def test_A5_a_byte_that_waits_for_its_other_half_does_not_count(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.client(bytes(4799))
    assert desk.wait(0.5).upstream == []
    desk.client(bytes(1))
    assert desk.wait(0.5).upstream_types == COMMITTED


def test_A5_silence_is_committed_once(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.client(ENOUGH)
    tag = desk.wait(0.5).upstream[1]["event_id"]
    desk.upstream(created("resp_1", tag), done("resp_1", tag=tag))
    assert desk.wait(60).outputs == []
    assert desk.translator.next_deadline is None


def test_A5_an_empty_commit_is_not_told_to_the_client(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.client(ENOUGH)
    commit = desk.wait(0.5).upstream[0]["event_id"]
    log = desk.upstream(commit_empty(commit))
    assert (log.client, log.upstream) == ([], [])


@pytest.mark.parametrize("config", [VAD, ASKING])
def test_V1_where_the_server_commits_the_translator_never_does(way: Way, config: Config) -> None:
    desk = ready(way, config)
    assert stream(desk, 2).outputs == []
    assert desk.translator.next_deadline is None
    assert desk.wait(60).outputs == []


def unasked(way: Way) -> Desk:
    """A component client whose session was ready before Settings, with a null turn detection."""
    desk = way(Config.component())
    desk.opened()
    desk.dialled()
    heard = {"turn_detection": None, "format": {"type": "audio/pcm", "rate": 16000}}
    desk.upstream({"type": "session.updated", "session": {"audio": {"input": heard}}})
    return desk


VAD_SETTINGS = {**SETTINGS, "agent": {"idleTimeoutMs": 10000}}


def test_V1_a_session_that_is_ready_before_settings_is_committed_as_the_server_says(way: Way) -> None:
    desk = unasked(way)
    desk.client(ENOUGH)
    assert desk.wait(0.5).upstream_types == COMMITTED


def test_V1_no_debounce_commits_once_settings_have_given_the_commit_to_the_server(way: Way) -> None:
    desk = unasked(way)
    assert desk.client(VAD_SETTINGS).upstream_types == ["session.update"]
    desk.client(ENOUGH)
    desk.upstream({"type": "session.updated", "session": {}})
    assert desk.wait(60).upstream == []


def test_V1_no_owed_commit_either_and_what_waited_behind_it_goes_on(way: Way) -> None:
    desk = unasked(way)
    begun_by_server(desk)
    desk.client(ENOUGH)
    desk.client(inject())
    assert "COMMIT_OWED" in desk.wait(3).notices
    desk.client(VAD_SETTINGS)
    assert desk.upstream(done("resp_s")).upstream_types == ["session.update", "response.create"]
    desk.upstream({"type": "session.updated", "session": {}})
    assert desk.wait(60).of("input_audio_buffer.commit") == []


def test_V1_no_forced_commit_behind_the_settings_either(way: Way) -> None:
    desk = unasked(way)
    desk.client(ENOUGH)
    desk.client(VAD_SETTINGS)
    assert desk.client({"type": "ForceEndTurn"}).upstream == []


def test_V1_no_ceiling_either(way: Way) -> None:
    desk = way(Config.component(turn_detection=ServerVad()))
    desk.opened()
    desk.dialled()
    desk.upstream({"type": "session.updated", "session": {"audio": {"input": {"turn_detection": None}}}})
    desk.client(VAD_SETTINGS)
    desk.client(ENOUGH)
    desk.upstream({"type": "session.updated", "session": {}})
    assert stream(desk, 20).upstream == []


# --- A6 -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("freed_by", ["done", "timeout"])
def test_A6_a_commit_that_meets_a_taken_slot_happens_as_soon_as_it_is_free(way: Way, freed_by: str) -> None:
    desk = ready(way, MANUAL)
    tag = asked(desk)
    if freed_by == "done":
        desk.upstream(created("resp_1", tag))
    desk.client(ENOUGH)
    log = desk.wait(0.5)
    assert (log.upstream, log.notices) == ([], ["COMMIT_OWED"])
    freed = desk.upstream(done("resp_1", tag=tag)) if freed_by == "done" else desk.wait(10)
    assert freed.upstream_types == COMMITTED


def test_A6_if_audio_flows_again_the_commit_waits_for_its_debounce(way: Way) -> None:
    desk = ready(way, MANUAL)
    begun(desk)
    desk.client(ENOUGH)
    desk.wait(0.5)
    desk.client(b"\0\0")
    assert desk.upstream(done()).upstream == []
    assert desk.wait(0.375).upstream == []
    assert desk.wait(0.025).upstream_types == COMMITTED


def test_A6_a_commit_that_was_withdrawn_is_owed_again_after_its_debounce(way: Way) -> None:
    desk = ready(way, MANUAL)
    begun(desk)
    for _ in range(3):
        desk.client(ENOUGH)
        assert desk.wait(0.5).notices == ["COMMIT_OWED"]
    log = desk.upstream(done())
    assert log.upstream_types == COMMITTED


def test_A6_an_owed_commit_happens_once(way: Way) -> None:
    desk = ready(way, MANUAL)
    begun(desk)
    desk.client(ENOUGH)
    desk.wait(0.5)
    tag = tag_in(desk.upstream(done()))
    assert creates(desk.upstream(created("resp_2", tag), done("resp_2", tag=tag))) == 0
    assert desk.wait(60).outputs == []


# --- A7 -----------------------------------------------------------------------------------------------------


def test_A7_at_the_ceiling_it_commits_although_audio_flows(way: Way) -> None:
    desk = ready(way, CEILING)
    assert stream(desk, 1.875).upstream == []
    assert desk.client(ENOUGH).upstream_types == ["input_audio_buffer.append"]
    assert desk.wait(0.125).upstream_types == COMMITTED
    log = desk.wait(5)
    assert (log.upstream, log.client_types, log.notices) == ([], ["Warning"], ["RESPONSE_SLOW"])


def test_A7_the_ceiling_counts_from_the_moment_at_which_enough_was_appended(way: Way) -> None:
    desk = ready(way, CEILING)
    desk.client(bytes(4798))
    desk.wait(10)
    desk.client(b"\0\0")
    desk.wait(0.25)
    assert stream(desk, 1.625).upstream == []
    assert stream(desk, 0.125).upstream_types == COMMITTED


def test_A7_the_ceiling_starts_anew_with_each_commit(way: Way) -> None:
    desk = ready(way, CEILING)
    tag = stream(desk, 2).upstream[1]["event_id"]
    desk.upstream(created("resp_1", tag), done("resp_1", tag=tag))
    assert stream(desk, 1.875).upstream == []
    assert stream(desk, 0.125).upstream_types == COMMITTED


def test_A7_a_commit_of_the_ceiling_that_is_owed_is_not_withdrawn_by_audio(way: Way) -> None:
    desk = ready(way, CEILING)
    begun(desk)
    assert "COMMIT_OWED" in stream(desk, 3).notices
    assert desk.upstream(done()).upstream_types == COMMITTED
    assert desk.wait(60).of("input_audio_buffer.commit") == []


def test_A7_a_debounce_that_ends_meanwhile_changes_nothing(way: Way) -> None:
    desk = ready(way, CEILING)
    begun(desk)
    stream(desk, 3)
    desk.wait(1)
    desk.client(b"\0\0")
    assert desk.upstream(done()).upstream_types == COMMITTED


def test_A7_without_a_ceiling_a_stream_is_never_committed(way: Way) -> None:
    assert stream(ready(way, MANUAL), 60).upstream == []


def test_V2_a_microphone_that_never_pauses_is_committed_under_manual_audio_commit() -> None:
    desk = Desk(Config.component())
    desk.ready({**SETTINGS, "agent": {"useOpenAIManualAudioCommit": True}})
    log = Log()
    for _ in range(1200):  # a minute
        desk.clock.advance(0.05)
        due = Log([*desk.translator.handle_timeout()])
        if creates(due):
            desk.upstream(created("resp_1", tag_in(due)), done("resp_1", tag=tag_in(due)))
        log.outputs += [*due.outputs, *desk.translator.receive_from_client(bytes(2400))]
    assert log.upstream_types.count("input_audio_buffer.append") == 1200
    assert [kind for kind in log.upstream_types if kind != "input_audio_buffer.append"] == COMMITTED * 3


def test_A7_a_pause_commits_before_the_ceiling(way: Way) -> None:
    desk = ready(way, CEILING)
    desk.client(ENOUGH)
    log = desk.wait(0.5)
    assert log.upstream_types == COMMITTED
    desk.upstream(created("resp_1", tag_in(log)), done("resp_1", tag=tag_in(log)))
    assert desk.wait(60).outputs == []


def test_A7_after_a_commit_of_the_ceiling_audio_withdraws_the_next_owed_one(way: Way) -> None:
    desk = ready(way, CEILING)
    tag = tag_in(stream(desk, 2))
    desk.upstream(created("resp_1", tag))
    desk.client(ENOUGH)
    assert desk.wait(0.5).notices == ["COMMIT_OWED"]
    desk.client(b"\0\0")
    assert desk.upstream(done("resp_1", tag=tag)).upstream == []
    assert desk.wait(0.5).upstream_types == COMMITTED
