"""Run the state machine in this process, and say what broke first: for a package with a planted fault."""

from __future__ import annotations

import json
import sys

from hypothesis import Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

import realtime_translate
from realtime_translate.testing.profiles import PROFILES
from tests.property.test_call_machine import Calls

CHUNK = 40
SEED = 20


def report(found: dict[str, object]) -> None:
    sys.stdout.write(json.dumps({**found, "package": realtime_translate.__file__}) + "\n")


def main(most: int) -> None:
    """At most so many walks. Reports: the property, and in which walk it broke."""
    walks = settings(
        PROFILES["ci"],
        max_examples=CHUNK,
        phases=[Phase.generate],
        database=None,
        report_multiple_bugs=False,
        print_blob=False,
    )
    statistics = Calls.statistics
    for number in range(SEED, SEED + most // CHUNK):
        seed(number)(Calls)
        try:
            run_state_machine_as_test(Calls, settings=walks)
        except Exception as error:
            broken = statistics.broken or (f"{type(error).__name__}: {error}", statistics.examples)
            report({"property": broken[0], "walks": broken[1]})
            return
    report({"property": "", "walks": statistics.examples})


if __name__ == "__main__":
    main(int(sys.argv[1]))
