"""How the benchmarks measure: an operation and its floor in turn, the best of each segment."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from tests.benchmarks.measure import Case, Cost, Effort, Segment, Timing, measured, repeated, uncollected

ONCE = Effort(seconds=0.0, least=1, segment=0.0)


def test_an_operation_and_its_floors_take_turns() -> None:
    told: list[str] = []

    def segments(calls: int) -> Iterator[Segment]:
        told.append("prepared")
        names = ("operation", "floor", "bare")
        yield Segment(*([(told.append, name)] * 2 for name in names))

    measured(Case(segments, whole=True), Effort(seconds=0.0, least=2))
    assert told == ["prepared", *["operation"] * 2, *["floor"] * 2, *["bare"] * 2] * 2


def test_what_a_case_lacks_has_no_time() -> None:
    cost = measured(repeated(lambda _: None, None, None), ONCE)
    assert (cost.floor, cost.to_floor, cost.bare, cost.to_bare) == (None, None, None, None)


def test_a_repeated_operation_gets_its_argument_as_often_as_was_asked() -> None:
    (segment,) = repeated(lambda _: None, lambda _: None, b"frame").segments(3)
    assert [argument for _, argument in segment.operation] == [b"frame"] * 3
    assert [len(segment.floor), len(segment.bare)] == [3, 0]


def test_the_best_time_is_made_of_the_best_segments() -> None:
    timing = Timing(((1.0, 5.0), (4.0, 2.0), (3.0, 4.0)))
    assert (timing.best, timing.median, timing.worst) == (3.0, 6.0, 7.0)


def test_a_ratio_is_of_the_best_times_and_more_rounds_can_mend_it() -> None:
    disturbed = Cost(Timing(((9.0,),)), Timing(((2.0,),)), Timing(((1.0,),)))
    again = Cost(Timing(((3.0,),)), Timing(((4.0,),)), Timing(((1.5,),)))
    assert disturbed.to_floor == 4.5
    both = disturbed.with_more(again)
    assert (both.to_floor, both.to_bare) == (1.5, 3.0)


def test_more_of_a_case_without_floor_has_none_either() -> None:
    both = Cost(Timing(((9.0,),))).with_more(Cost(Timing(((3.0,),))))
    assert both == Cost(Timing(((9.0,), (3.0,))))


def test_times_are_of_one_call_but_of_the_whole_where_the_segments_are_its_parts() -> None:
    clock = [0.0]

    def slow(_: object) -> None:
        clock[0] += 1.0

    def ticking() -> float:
        return clock[0]

    segments = [Segment([(slow, None)] * 4), Segment([(slow, None)] * 2)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.benchmarks.measure.perf_counter", ticking)
        each = measured(Case(lambda _: segments), Effort(0.0, least=1))
        whole = measured(Case(lambda _: segments, whole=True), Effort(0.0, least=1))
    assert each.operation.rounds == ((1.0, 1.0),)
    assert whole.operation.rounds == ((4.0, 2.0),)


def test_a_segment_lasts_as_long_as_the_effort_says() -> None:
    clock = [0.0]

    def slow(_: object) -> None:
        clock[0] += 0.001

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.benchmarks.measure.perf_counter", lambda: clock[0])
        cost = measured(repeated(slow, None, None), Effort(seconds=0.05, least=1, segment=0.02))
    assert cost.loops == 20
    assert len(cost.operation.rounds) == 3


def test_nothing_is_collected_meanwhile() -> None:
    assert gc.isenabled()
    seen: list[bool] = []
    measured(repeated(lambda _: seen.append(gc.isenabled()), None, None), ONCE)
    assert seen[-1] is False
    assert gc.isenabled()
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled(), "as it was"
    finally:
        gc.enable()
