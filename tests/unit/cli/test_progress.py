from __future__ import annotations

import io

from realtime_translate.cli.progress import with_progress
from realtime_translate.cli.steps import Party, Step
from realtime_translate.testing import FakeClock


def steps(count: int) -> list[Step]:
    return [Step(float(n), Party.CLIENT, Party.TRANSLATOR) for n in range(1, count + 1)]


def test_a_quick_run_shows_nothing() -> None:
    terminal = io.StringIO()
    given = steps(3)
    assert list(with_progress(given, terminal, FakeClock())) == given
    assert terminal.getvalue() == ""


def test_a_long_run_says_how_far_it_is_and_wipes_the_line() -> None:
    terminal, clock = io.StringIO(), FakeClock()
    for _ in with_progress(steps(10), terminal, clock):
        clock.advance(0.125)
    first = "4.0 s of the call, 4 steps"
    later = "10.0 s of the call, 10 steps"
    shown = terminal.getvalue().split("\r")
    assert [line.rstrip() for line in shown] == [
        "",
        first,
        "6.0 s of the call, 6 steps",
        "8.0 s of the call, 8 steps",
        later,
        "",
        "",
    ]
    assert shown[-2] == " " * len(later)
