"""How many calls one core carries: found by playing more and fewer of them."""

from __future__ import annotations

import json

import pytest

from tests.benchmarks import capacity, minute
from tests.benchmarks.calls import Clock
from tests.benchmarks.capacity import LATE, Script, Time, Trial, largest

pytest.importorskip("numpy", reason="needs the resample extra")

SECONDS = 59.0
"""Of which a script has few places to begin."""


def trial(count: int, late: float = 0.0, busy: float = 0.5) -> Trial:
    return Trial(count, [late], busy)


def test_one_frame_in_a_hundred_may_be_late() -> None:
    kept = Trial(1, [9.0, *[LATE] * 199], 1.0)
    assert (kept.p99, kept.keeps_up) == (LATE, True)
    assert not Trial(1, [9.0, 9.0, 9.0, *[LATE] * 197], 1.0).keeps_up


@pytest.mark.parametrize("most", [1, 2, 40, 777, 3000])
@pytest.mark.parametrize("guess", [0.3, 1.0, 1.2])
def test_the_largest_number_is_found(most: int, guess: float) -> None:
    found = largest(lambda count: trial(count, 1.0 if count > most else 0.0, 300 / (guess * most)))
    assert found.keeps_up
    assert most >= found.count >= most * 0.95 - 1


def test_a_core_that_carries_none_says_so() -> None:
    found = largest(lambda count: trial(count, 1.0, 1.0))
    assert (found.count, found.keeps_up) == (1, False)


@pytest.mark.parametrize(("bad", "keeps_up", "tries"), [(0, True, 1), (2, True, 3), (9, False, 3)])
def test_what_failed_twice_by_the_wall_is_tried_again(
    bad: int, keeps_up: bool, tries: int, monkeypatch: pytest.MonkeyPatch, script: Script
) -> None:
    played: list[int] = []

    def play(_: Script, count: int, seconds: float) -> Trial:
        played.append(count)
        return trial(count, 1.0 if len(played) <= bad else 0.0)

    monkeypatch.setattr(capacity, "played", play)
    assert capacity.played_again(script, 200, 0.1).keeps_up is keeps_up
    assert len(played) == tries


class Slow:
    """Time that passes only in sleep, and a little whenever somebody looks."""

    def __init__(self, look: float) -> None:
        self.now, self.slept, self.look = 0.0, 0.0, look

    def read(self) -> float:
        self.now += self.look
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds


@pytest.fixture(scope="module")
def script() -> Script:
    return Script.of(capacity.PCM_24K, SECONDS)


def test_every_tick_has_a_frame_of_the_client_and_all_of_the_minute_is_there(script: Script) -> None:
    assert len(script.ticks) == minute.FRAMES
    assert all([from_client for from_client, _ in tick].count(True) >= 1 for tick in script.ticks)
    assert sum(map(len, script.ticks)) == len(minute.steps())


def test_calls_begin_at_places_after_which_enough_follows(script: Script) -> None:
    begins = [tick for tick, _ in script.places]
    assert begins[0] == 0
    assert begins[-1] + SECONDS * 50 <= minute.FRAMES
    assert all(json.loads(snapshot)["version"] for _, snapshot in script.places)


def test_the_calls_of_a_slot_are_spread_over_the_minute() -> None:
    assert capacity._spread(400, 0, 700) == [number * 35 for number in range(20)]
    assert capacity._spread(5, 3, 700) == [3]


def test_a_call_goes_on_from_its_place(script: Script) -> None:
    client, upstream, begin = script.begin(1, Clock())
    assert begin == script.places[1][0]
    for from_client, frame in script.ticks[begin]:
        outputs = client(frame) if from_client else upstream(frame)
        assert isinstance(outputs, tuple)


def test_a_process_that_has_time_is_on_time(script: Script) -> None:
    passing = Slow(0.0)
    done = capacity.played(script, 3, 0.2, Time(passing.read, passing.sleep))
    assert (done.count, len(done.late), done.p99) == (3, 30, 0.0)
    assert passing.slept == pytest.approx(0.2, abs=0.02)
    assert done.keeps_up


def test_a_process_that_has_none_is_late(script: Script) -> None:
    passing = Slow(0.02)
    done = capacity.played(script, 3, 0.5, Time(passing.read, passing.sleep))
    assert passing.slept == 0.0
    assert done.late == sorted(done.late)
    assert not done.keeps_up


def test_what_takes_no_time_is_never_late_and_what_takes_too_much_is_later_and_later() -> None:
    assert list(capacity._lateness([0.0] * 40, 2)) == [0.0] * 40
    late = list(capacity._lateness([0.0015] * 40, 2))
    assert late == pytest.approx([0.0015 + number * 0.0005 for number in range(40)])


def test_what_is_late_catches_up() -> None:
    late = list(capacity._lateness([0.0025, 0.0001, 0.0001, 0.0001, *[0.0] * 16], 1))
    assert late[:5] == pytest.approx([0.0025, 0.0016, 0.0007, 0.0001, 0.0])


def test_what_others_do_to_one_play_does_not_count(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    plays: list[int] = []

    def times(_: Script, count: int, ticks: int) -> list[float]:
        plays.append(count)
        took = [0.0001] * ticks * 20
        return took if len(plays) % 2 else [1.0, *took[1:]]

    monkeypatch.setattr(capacity, "_times", times)
    done = capacity.on_its_own(script, 40, 0.2)
    assert (plays, done.count) == ([40] * 5, 40)
    assert (done.p99, done.busy) == pytest.approx((0.0001, 0.1))


def test_what_a_core_of_its_own_does_is_reckoned_from_what_is_played(script: Script) -> None:
    done = capacity.on_its_own(script, 3, 0.2)
    assert (done.count, len(done.late)) == (3, 30)
    assert 0 < done.busy < 1
    assert done.keeps_up


def test_each_way_of_working_has_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    scripts: list[tuple[object, float]] = []
    monkeypatch.setattr(Script, "of", lambda audio, seconds: scripts.append((audio, seconds)))
    monkeypatch.setattr(capacity, "on_its_own", lambda script, count, seconds: trial(count, count > 250))
    monkeypatch.setattr(capacity.speed, "installed", lambda: False)
    found = list(capacity.capacities(capacity.on_its_own, seconds=2.0))
    assert [(each.audio.rate, each.speed) for each in found] == [(24000, False), (16000, False)]
    assert [each.trial.count <= 250 for each in found] == [True, True]
    assert [seconds for _, seconds in scripts] == [2.0, 2.0]
