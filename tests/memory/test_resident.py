"""A process that holds a call needs no more memory after twenty renewals than after five (L2)."""

from __future__ import annotations

import subprocess
import sys

import pytest

from .resident import STATM

RENEWALS = 20
TOLERANCE = 0.01

pytestmark = pytest.mark.skipif(not STATM.exists(), reason="needs Linux's /proc")


def spread(leak: int = 0) -> float:
    """How far apart the readings from the fifth renewal to the last one are, as a share of the fifth."""
    command = [sys.executable, "-m", "tests.memory.resident", str(leak)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    pages = [int(line) for line in told.stdout.split()]
    assert len(pages) == RENEWALS
    late = pages[4:]
    return (max(late) - min(late)) / late[0]


def test_L2_twenty_renewals_leave_the_memory_of_the_process_as_it_is() -> None:
    assert spread() <= TOLERANCE


@pytest.mark.again
def test_a_second_of_audio_that_stays_would_be_seen() -> None:
    """At each renewal."""
    assert spread(leak=48_000) > TOLERANCE
