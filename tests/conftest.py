"""Settings for all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

ORACLE = Path(__file__).parent / "oracle"

# The machine's speed is not what these tests are about. Hypothesis has a profile of its own where CI is set.
settings.register_profile("local", deadline=None)
if not os.environ.get("CI"):
    settings.load_profile("local")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--calls nightly`: how long the state machine runs; without it, what the environment says."""
    parser.addoption("--calls", choices=["dev", "ci", "nightly"], help="profile of the state machine")
    parser.addoption("--again", action="store_true", help="also what says again, at length, what others say")


def pytest_configure(config: pytest.Config) -> None:
    """Workers of pytest-xdist read the same variable."""
    from realtime_translate.testing.profiles import VARIABLE, register

    register()
    calls: str | None = config.getoption("--calls")
    if calls:
        os.environ[VARIABLE] = calls


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What random calls really did, and how to run what was skipped."""
    skipped = [str(each.longrepr) for each in terminalreporter.stats.get("skipped", [])]
    if any("could not import" in each for each in skipped):
        terminalreporter.write_line("What could not be imported: pip install '.[dev]'")
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in getattr(report, "user_properties", []):
                if name == "calls":
                    terminalreporter.write_sep("-", "random calls")
                    terminalreporter.write_line(str(value))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what compares with an SDK, and leave out what is marked `again` unless it is asked for."""
    if not (config.getoption("--again") or config.getoption("--calls") == "nightly"):
        left_out = [each for each in items if each.get_closest_marker("again")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [each for each in items if each not in set(left_out)]
    for item in items:
        if ORACLE in item.path.parents:
            item.add_marker(pytest.mark.oracle)
