"""A line on the terminal that shows that a long run is alive."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

from .steps import Step

__all__ = ["with_progress"]

_FIRST_AFTER = 0.5
_EVERY = 0.2


def with_progress(
    steps: Iterable[Step], terminal: TextIO, clock: Callable[[], float] = time.monotonic
) -> Iterator[Step]:
    """`steps`; after half a second a line on `terminal` says how far the call is, and is wiped at the end."""
    due = clock() + _FIRST_AFTER
    width = 0
    for number, step in enumerate(steps, start=1):
        yield step
        if clock() >= due:
            line = f"{step.t:.1f} s of the call, {number} steps"
            width = max(width, len(line))
            terminal.write(f"\r{line:<{width}}")
            terminal.flush()
            due = clock() + _EVERY
    if width:
        terminal.write(f"\r{' ' * width}\r")
        terminal.flush()
