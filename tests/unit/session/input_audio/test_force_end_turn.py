"""T7: `ForceEndTurn` commits now where the commit is the translator's, and gets a Warning where it is not."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config, ManualCommit, Notice, SemanticVad, ServerVad
from tests.events import busy, commit_empty, created, done
from tests.harness import SETTINGS, Log, ready
from tests.unit.session.played import ASKING, MANUAL, VAD, Way, begun, begun_by_server, tag_in

Json = dict[str, Any]

FORCE: Json = {"type": "ForceEndTurn"}
ENOUGH = bytes(4800)
COMMITTED = ["input_audio_buffer.commit", "response.create"]
COMPONENT = Config.component()
CEILING = Config.deepgram(turn_detection=ManualCommit(debounce=0.5, ceiling=2.0))


def held(log: Log) -> int:
    """How many bytes the Notice says are not enough."""
    notices = [each for each in log.outputs if isinstance(each, Notice)]
    (size,) = (each.fields["bytes"] for each in notices if each.code == "COMMIT_TOO_SHORT")
    assert isinstance(size, int)
    return size


# --- where the server commits -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "config",
    [
        VAD,
        ASKING,
        Config.deepgram(turn_detection=SemanticVad()),
        Config.component(turn_detection=ServerVad()),
    ],
    ids=["VAD", "asking", "semantic", "CO"],
)
@pytest.mark.parametrize("audio", [b"", ENOUGH])
def test_T7_where_the_server_commits_it_is_refused_with_a_warning(
    way: Way, config: Config, audio: bytes
) -> None:
    desk = ready(way, config)
    desk.client(audio)
    log = desk.client(FORCE)
    (warning,) = log.client
    assert isinstance(warning, dict)
    assert (warning["type"], warning["code"]) == ("Warning", "FORCE_END_TURN_UNSUPPORTED")
    assert warning["description"]
    assert (log.upstream, log.closes) == ([], [])


# --- where the translator commits ---------------------------------------------------------------------------


@pytest.mark.parametrize("config", [MANUAL, COMPONENT, CEILING], ids=["DG", "CO", "ceiling"])
def test_T7_a_manual_commit_happens_now(way: Way, config: Config) -> None:
    desk = ready(way, config)
    desk.client(ENOUGH)
    log = desk.client(FORCE)
    assert log.upstream_types == COMMITTED
    assert log.client == []
    log = desk.wait(3.0)  # the debounce and the ceiling are off: there is nothing left to commit
    assert log.upstream == []


def test_T7_it_does_not_end_what_is_said_next(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.client(ENOUGH)
    tag = tag_in(desk.client(FORCE))
    desk.upstream(created("resp_1", tag), done("resp_1", tag=tag))
    desk.client(ENOUGH)
    assert desk.wait(0.25).upstream == []
    assert desk.wait(0.25).upstream_types == COMMITTED


@pytest.mark.parametrize("size", [0, 2, 4798])
def test_T7_under_100_ms_nothing_is_committed_and_nothing_is_forgotten(way: Way, size: int) -> None:
    desk = ready(way, MANUAL)
    desk.client(bytes(size))
    log = desk.client(FORCE)
    assert (log.client, log.upstream) == ([], [])
    assert log.notices == ["COMMIT_TOO_SHORT"]
    assert held(log) == size
    desk.client(bytes(4800 - size))
    assert desk.client(FORCE).upstream_types == COMMITTED


def test_T7_100_ms_of_telephone_audio_are_800_bytes(way: Way) -> None:
    sound = {"input": {"encoding": "mulaw", "sample_rate": 8000}}
    desk = ready(way, MANUAL, {**SETTINGS, "audio": sound})
    desk.client(bytes(799))
    assert desk.client(FORCE).upstream == []
    desk.client(bytes(1))
    assert desk.client(FORCE).upstream_types == COMMITTED


def test_T7_what_the_resampler_holds_counts_and_goes_before_the_commit(way: Way) -> None:
    sound = {"input": {"encoding": "linear16", "sample_rate": 16000}}
    desk = ready(way, MANUAL, {**SETTINGS, "audio": sound})
    desk.client(bytes(3198))  # a sample under 100 ms
    log = desk.client(FORCE)
    assert log.upstream == []
    assert 4700 < held(log) < 4800
    desk.client(bytes(2))
    assert desk.client(FORCE).upstream_types == ["input_audio_buffer.append", *COMMITTED]


def test_T7_while_a_response_runs_the_commit_is_owed(way: Way) -> None:
    desk = ready(way, MANUAL)
    tag = begun(desk)
    desk.client(ENOUGH)
    log = desk.client(FORCE)
    assert (log.client, log.upstream) == ([], [])
    assert log.notices == ["COMMIT_OWED"]
    assert desk.upstream(done("resp_1", tag=tag)).upstream_types == COMMITTED


def test_T7_audio_that_flows_on_does_not_withdraw_it(way: Way) -> None:
    """The turn was ended by force: what comes next belongs to the next one, but is committed with it."""
    desk = ready(way, MANUAL)
    tag = begun(desk)
    desk.client(ENOUGH)
    desk.client(FORCE)
    desk.client(ENOUGH)
    assert desk.upstream(done("resp_1", tag=tag)).upstream_types == COMMITTED


def test_T7_twice_is_once(way: Way) -> None:
    desk = ready(way, MANUAL)
    tag = begun(desk)
    desk.client(ENOUGH)
    desk.client(FORCE)
    desk.client(FORCE)
    assert desk.upstream(done("resp_1", tag=tag)).upstream_types == COMMITTED
    log = desk.client(FORCE)
    assert log.upstream == []
    assert log.notices == ["COMMIT_TOO_SHORT"]


def test_A5_a_commit_that_was_forced_and_is_refused_as_empty_asks_for_nothing(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.client(ENOUGH)
    log = desk.client(FORCE)
    commit, create = log.upstream
    log = desk.upstream(commit_empty("another"))
    assert log.notices == ["UPSTREAM_ERROR_BENIGN"]
    log = desk.upstream(commit_empty(commit["event_id"]))
    assert "COMMIT_REFUSED" in log.notices
    assert log.client == []
    log = desk.upstream(busy(create["event_id"]), created("resp_s"), done("resp_s"))
    assert log.upstream == []


def test_S5_before_ready_it_waits_behind_the_audio_that_it_ends(way: Way) -> None:
    desk = way(MANUAL)
    desk.opened()
    desk.dialled()
    desk.client(SETTINGS)
    desk.client(ENOUGH)
    desk.client(FORCE)
    log = desk.upstream({"type": "session.updated", "session": {}})
    assert log.upstream_types == ["input_audio_buffer.append", *COMMITTED]


def test_T7_it_starts_no_debounce_of_its_own(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.client(FORCE)
    assert desk.translator.next_deadline is None


def test_V1_what_is_owed_falls_when_settings_have_given_the_commit_to_the_server(way: Way) -> None:
    desk = way(COMPONENT)
    desk.opened()
    desk.dialled()
    desk.upstream({"type": "session.updated", "session": {"audio": {"input": {"turn_detection": None}}}})
    desk.client(ENOUGH)
    desk.client({**SETTINGS, "agent": {"idleTimeoutMs": 10000}})
    begun_by_server(desk)
    assert desk.client(FORCE).notices == ["COMMIT_TOO_SHORT"]
    desk.upstream({"type": "session.updated", "session": {}})
    assert desk.upstream(done("resp_s")).upstream == []
    assert desk.wait(60.0).upstream == []
