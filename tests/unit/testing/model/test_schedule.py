"""The schedule keeps its order, also after something was taken out."""

from __future__ import annotations

from realtime_translate.testing.model.schedule import Schedule, Task


def tasks(count: int) -> list[Task]:
    return [Task(iter(())) for _ in range(count)]


def test_in_order_of_time_then_of_arrival() -> None:
    schedule, (late, early, second, third) = Schedule(), tasks(4)
    assert schedule.next_time is None
    for at, task in ((2.0, late), (0.5, early), (1.0, second), (1.0, third)):
        schedule.add(at, task)
    assert schedule.next_time == 0.5
    assert [schedule.pop() for _ in range(4)] == [early, second, third, late]


def test_order_after_a_cancellation() -> None:
    for cancelled in range(9):
        schedule, waiting = Schedule(), tasks(9)
        for at, task in zip((1, 5, 2, 6, 7, 3, 4, 8, 9), waiting, strict=True):
            schedule.add(float(at), task)
        schedule.cancel(waiting[cancelled])
        times: list[float | None] = []
        for _ in range(8):
            times.append(schedule.next_time)
            schedule.pop()
        assert times == sorted(at or 0.0 for at in times)
