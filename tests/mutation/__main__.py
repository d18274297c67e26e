"""Run all mutants, and say what is left: see `docs/explanation/mutation.md`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import pytest
from attrs import define
from hypothesis import Phase, settings

from tests.mutation.mutants import ROOT, Mutant, mutants_of, paths_under
from tests.mutation.page import PAGE, filled
from tests.mutation.results import Results, good_enough, told
from tests.mutation.session import Tests
from tests.mutation.survivors import LIST, Key, explained
from tests.mutation.trials import try_all

_DEFAULT_TESTS = ("tests/unit/session", "tests/unit/mapping")
_OPTIONS = ("-q", "-s", "--tb=no", "--assert=plain", "-pno:cacheprovider", "-pno:xdist", "-pno:cov")
_STEP = 250
"""Mutants from one line about the progress to the next."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument(
        "places", nargs="*", default=["session", "mapping"], help="files or directories of the package"
    )
    parser.add_argument("--tests", nargs="*", default=list(_DEFAULT_TESTS), help="files or directories")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes at once")
    parser.add_argument("--budget", type=float, default=3.0, help="seconds of tests for one mutant")
    parser.add_argument(
        "--longer", type=float, default=30.0, help="the same for what outlives that and is not explained"
    )
    parser.add_argument("--store", type=Path, help="file that keeps what tests reach, for the next run")
    parser.add_argument("--results", type=Path, help="keeps what became of each; goes on from there")
    parser.add_argument("--page", action="store_true", help="only write the tables of the page")
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@define(eq=False)
class Run:
    """One run: all mutants with a small budget, then those that nobody expects to live with a larger one."""

    arguments: argparse.Namespace
    results: Results
    known: dict[Key, str]
    began: float

    def __call__(self, tests: Tests) -> None:
        """Try the mutants, once the tests are measured."""
        self._say("tests measured")
        mutants = [m for path in paths_under(self.arguments.places) for m in mutants_of(path)]
        self._try(tests, sorted(mutants, key=lambda mutant: mutant.table), self.arguments.budget)
        lived = self.results.lived()
        again = [m for m in mutants if m.name in lived and lived[m.name] not in self.known]
        self._try(tests, again, self.arguments.longer)

    def _try(self, tests: Tests, mutants: list[Mutant], budget: float) -> None:
        tests.budget = budget
        wanted = [mutant for mutant in mutants if self.results.wants(mutant, budget)]
        trials = try_all(wanted, tests.choose, tests.run, self.arguments.workers)
        for count, outcome in enumerate(trials, 1):
            test = tests.items[outcome.test].nodeid if outcome.test >= 0 else ""
            self.results.add(outcome, budget, test)
            if count % _STEP == 0 or count == len(wanted):
                self._say(f"{count} of {len(wanted)} tried for {budget:g} s")

    def _say(self, text: str) -> None:
        _say(f"{text} after {time.monotonic() - self.began:.0f} s")


def _settle() -> None:
    """Tests do the same each time, and stop at the first example that fails."""
    os.chdir(ROOT)
    os.environ["CI"] = "1"  # the tests' own settings for Hypothesis stay out of the way
    phases = (Phase.explicit, Phase.generate)
    settings.register_profile(
        "mutation", derandomize=True, database=None, deadline=None, report_multiple_bugs=False, phases=phases
    )
    settings.load_profile("mutation")


def main() -> int:
    """Run, and return the exit code."""
    arguments = _arguments()
    known = explained(LIST.read_text("utf-8"))
    if arguments.page:
        PAGE.write_text(filled(PAGE.read_text("utf-8")), "utf-8")
        return 0
    results = Results(arguments.results)
    results.read()
    run = Run(arguments, results, known, time.monotonic())
    _settle()
    tests = Tests(arguments.workers, arguments.store, run)
    code = pytest.main([*_OPTIONS, *arguments.tests], plugins=[tests])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return int(code)
    for line in told(results, known):
        _say(line)
    return 0 if good_enough(results, known) else 1


if __name__ == "__main__":
    sys.exit(main())
