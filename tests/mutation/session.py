"""A pytest session that runs no test itself: it collects, and forks run them."""

from __future__ import annotations

import pickle
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path

import pytest
from attrs import define, field

from tests.mutation.mutants import PACKAGE, ROOT, Mutant
from tests.mutation.reach import Reach, measure
from tests.mutation.readers import Readers
from tests.mutation.trials import Chosen, fork_each

__all__ = ["Tests"]

_SLOW = 0.2
"""Seconds."""


@define(eq=False)
class Tests:
    """A plugin that holds the collected tests, by number, and what is known of them. `loop`: called once that
    is measured. `budget`: seconds of tests for one mutant, as measured.
    """

    workers: int
    store: Path | None
    loop: Callable[[Tests], None]
    budget: float = 0.0
    reach: Reach = field(factory=Reach)
    items: list[pytest.Item] = field(factory=list)
    readers: Readers = field(factory=Readers)
    _failed: bool = False
    _mentions: dict[str, set[int]] = field(factory=dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._failed = self._failed or report.failed

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> pytest.TestReport | None:
        """Report a failure in one word: what pytest would write about it takes longer than the test."""
        if call.excinfo is None or call.excinfo.errisinstance(pytest.skip.Exception):
            return None
        return pytest.TestReport(item.nodeid, item.location, {}, "failed", "failed", "call")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise session.Interrupted("the tests cannot be collected")
        self.items = session.items
        self._measure()
        self._warm()
        self.loop(self)
        return True

    def run(self, number: int, following: int | None = None) -> bool:
        """Run a test in this process; return whether it passed."""
        self._failed = False
        item = self.items[number]
        nextitem = None if following is None else self.items[following]
        item.ihook.pytest_runtest_protocol(item=item, nextitem=nextitem)
        return not self._failed

    def choose(self, mutant: Mutant, killers: list[int]) -> Chosen:
        """Return the tests that reach a mutant, those first that killed one beside it, within the budget."""
        found = self.reach.of(mutant.path, mutant.lines) if not mutant.table else set[int]()
        if not found:
            name = mutant.owner.rpartition(".")[2]
            for path, lines in self.readers.lines(name).items():
                found |= self.reach.of(path, lines)
            for table in self.readers.tables(name):
                found |= self._mentioned(table)
        ordered = [test for test in killers if test in found]
        ordered += self._varied(mutant, sorted(found.difference(ordered), key=self.reach.weight))
        return self._within(ordered)

    def _varied(self, mutant: Mutant, tests: list[int]) -> list[int]:
        """In turn: the next that runs little, the next of another test function (what one misses another may
        see, but not its other parameters), the next of those named after the module. Slow ones come last.
        """
        module = Path(mutant.path)
        names = {module.stem, module.parent.name} - {"session", "mapping", "__init__"}
        before: Counter[str] = Counter()
        rounds: dict[int, tuple[bool, int]] = {}
        for test in tests:
            function = self.items[test].nodeid.partition("[")[0]
            rounds[test] = (self.reach.seconds[test] > _SLOW, before[function])
            before[function] += 1
        spread = sorted(tests, key=rounds.__getitem__)  # stable: by weight within a round
        plain = sorted(tests, key=lambda test: rounds[test][0])
        named = [test for test in spread if any(name in self.items[test].path.stem for name in names)]
        named += [test for test in spread if self.items[test].path.parent.name == module.parent.name]
        turns = zip_longest(plain, spread, named)
        return list(dict.fromkeys(test for turn in turns for test in turn if test is not None))

    def _within(self, ordered: list[int]) -> Chosen:
        tests: list[int] = []
        spent = 0.0
        for test in ordered:
            spent += self.reach.seconds[test]
            if spent > self.budget and tests:
                break
            tests.append(test)
        return Chosen(tuple(tests), tuple(1.0 + 15 * self.reach.seconds[test] for test in tests))

    def _mentioned(self, name: str) -> set[int]:
        if name not in self._mentions:
            files = defaultdict[Path, set[int]](set)
            for number, item in enumerate(self.items):
                files[item.path].add(number)
            word = re.compile(rf"\b{name}\b")
            self._mentions[name] = set[int]().union(
                *(numbers for path, numbers in files.items() if word.search(path.read_text("utf-8")))
            )
        return self._mentions[name]

    def _warm(self) -> None:
        """Run one test of each file, for what a process builds when it is first used (the SDKs' models)."""
        first = {item.path: number for number, item in reversed([*enumerate(self.items)])}
        for number in first.values():
            self.run(number)

    def _measure(self) -> None:
        """Measure what is not in the store; a test file counts as known until it or the package changes."""
        by_file: dict[str, list[int]] = {}
        for number, item in enumerate(self.items):
            by_file.setdefault(item.path.relative_to(ROOT).as_posix(), []).append(number)
        source = sha256(b"".join(path.read_bytes() for path in sorted(PACKAGE.rglob("*.py")))).hexdigest()
        keys = {file: source + sha256((ROOT / file).read_bytes()).hexdigest() for file in by_file}
        known: dict[str, bytes] = {}
        if self.store and self.store.exists():
            known = pickle.loads(self.store.read_bytes())
        missing = [file for file in by_file if keys[file] not in known]
        shares = [missing[start :: self.workers] for start in range(min(self.workers, len(missing)))]
        for made in fork_each([lambda share=share: self._measured(share, by_file, keys) for share in shares]):
            if not made:
                raise pytest.UsageError("a test fails without any mutant")
            known.update(pickle.loads(made))
        if self.store:
            self.store.write_bytes(pickle.dumps({key: known[key] for key in keys.values()}))
        for file, key in keys.items():
            self.reach.add(pickle.loads(known[key]), by_file[file][0])

    def _measured(self, share: list[str], by_file: dict[str, list[int]], keys: dict[str, str]) -> bytes:
        reach = measure([number for file in share for number in by_file[file]], self.run, PACKAGE)
        if isinstance(reach, int):
            raise SystemExit(f"{self.items[reach].nodeid} fails without any mutant")
        return pickle.dumps({keys[file]: pickle.dumps(reach.part(by_file[file])) for file in share})
