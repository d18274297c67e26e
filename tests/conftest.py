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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in tests/oracle compares with an SDK."""
    for item in items:
        if ORACLE in item.path.parents:
            item.add_marker(pytest.mark.oracle)
