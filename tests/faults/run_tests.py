"""Run the tests of one rule in this process, and say which fails first: of a package with a planted fault."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import realtime_translate

ROOT = Path(__file__).parents[2]
FOLDERS = ("tests/unit", "tests/fuzz")


class First:
    """The first test that fails, and how many ran until then."""

    def __init__(self) -> None:
        self.test = ""
        self.tests = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.tests += report.when == "call"
        if report.failed and not self.test:
            self.test = report.nodeid.rpartition("::")[2].partition("[")[0]


def main(rule: str) -> int:
    """Reports: the test, how many ran, and which package they saw."""
    first = First()
    options = ["-q", "-x", "-n", "0", "-p", "no:cacheprovider", f"--rootdir={ROOT}", "-k", f"test_{rule}_"]
    code = pytest.main([*options, *(str(ROOT / folder) for folder in FOLDERS)], plugins=[first])
    if code != pytest.ExitCode.OK and not first.test:  # the tests could not be run
        return int(code)
    found = {"test": first.test, "tests": first.tests, "package": realtime_translate.__file__}
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
