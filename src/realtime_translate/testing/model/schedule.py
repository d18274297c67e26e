"""What the server will do, and when: the one place where flows wait for their time."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator

import attrs

from .frames import Flow


@attrs.define(slots=True, eq=False)
class Task:
    """A flow that waits for its next step."""

    flow: Flow


@attrs.define(slots=True)
class Schedule:
    """Flows in order of their time; flows of the same time in the order in which they were put in."""

    _entries: list[tuple[float, int, Task]] = attrs.Factory(list[tuple[float, int, Task]])
    _order: Iterator[int] = attrs.Factory(itertools.count)

    @property
    def next_time(self) -> float | None:
        """When the next step is due, in seconds."""
        return self._entries[0][0] if self._entries else None

    def add(self, at: float, task: Task) -> None:
        """Run the next step of `task` at the time `at`."""
        heapq.heappush(self._entries, (at, next(self._order), task))

    def pop(self) -> Task:
        """Take the next task out."""
        return heapq.heappop(self._entries)[2]

    def cancel(self, task: Task | None) -> None:
        """Whatever the task had left to do will not happen."""
        self._entries = [entry for entry in self._entries if entry[2] is not task]
        heapq.heapify(self._entries)
