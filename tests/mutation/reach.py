"""Which unit tests run which lines, and how long each takes: measured once, with the code as it is."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import coverage
from attrs import field, frozen

__all__ = ["Reach", "measure"]


@frozen
class Reach:
    """`tests[file][line]` are the numbers of the tests that run a line; `seconds` and `size` are what one
    test takes and how many lines of the mutated code it runs.
    """

    tests: dict[str, dict[int, set[int]]] = field(factory=dict)
    seconds: dict[int, float] = field(factory=dict)
    size: dict[int, int] = field(factory=dict)

    def of(self, path: str, lines: Iterable[int]) -> set[int]:
        """Return the tests that run any of these lines."""
        here = self.tests.get(path, {})
        return set[int]().union(*(here.get(line, set()) for line in lines))

    def weight(self, test: int) -> float:
        """Return what to sort by: a test that runs little, and fast, says most about what it runs."""
        return self.size.get(test, 0) * (self.seconds.get(test, 0.0) + 0.004)

    def part(self, numbers: list[int]) -> Reach:
        """Return what these tests reach, numbered from 0: it holds whatever tests are before them."""
        shift, mine = numbers[0], set(numbers)
        return Reach(
            tests={
                path: {line: {test - shift for test in tests & mine} for line, tests in lines.items()}
                for path, lines in self.tests.items()
            },
            seconds={number - shift: self.seconds[number] for number in numbers},
            size={number - shift: self.size.get(number, 0) for number in numbers},
        )

    def add(self, part: Reach, shift: int) -> None:
        """Take in what a part says, its tests numbered from `shift`."""
        for path, lines in part.tests.items():
            for line, tests in lines.items():
                here = self.tests.setdefault(path, {}).setdefault(line, set())
                here.update(test + shift for test in tests)
        self.seconds.update((test + shift, seconds) for test, seconds in part.seconds.items())
        self.size.update((test + shift, size) for test, size in part.size.items())


def measure(numbers: list[int], run: Callable[[int], bool], package: Path) -> Reach | int:
    """Run these tests and return what each reaches, or the number of one that fails."""
    tracer = coverage.Coverage(
        data_file=None, config_file=False, include=[f"{package}/session/*", f"{package}/mapping/*"]
    )
    seconds: dict[int, float] = {}
    tracer.start()
    try:
        for number in numbers:
            tracer.switch_context(str(number))
            began = time.process_time()
            if not run(number):
                return number
            seconds[number] = time.process_time() - began
    finally:
        tracer.stop()
    return _reach(tracer.get_data(), seconds, package)


def _reach(data: coverage.CoverageData, seconds: dict[int, float], package: Path) -> Reach:
    reach = Reach(seconds=seconds)
    size: dict[int, int] = defaultdict(int)
    for file in data.measured_files():
        lines = reach.tests.setdefault(Path(file).relative_to(package).as_posix(), {})
        for line, contexts in data.contexts_by_lineno(file).items():
            lines[line] = {int(context) for context in contexts if context}
            for number in lines[line]:
                size[number] += 1
    reach.size.update(size)
    return reach
