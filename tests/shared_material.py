"""Recorded sessions, and examples of messages and errors.

Those of real servers lie beside the checkout, on some machines. Elsewhere the same tests run on those that
`python -m tests.recordings` has made, which have the same shapes and names.
"""

from pathlib import Path

import pytest

BESIDE = Path(__file__).parents[2] / "shared"
OWN = Path(__file__).parent / "data" / "recordings"
SHARED = BESIDE if BESIDE.exists() else OWN


def shared(*parts: str) -> Path:
    """Return a path in the shared material; skip the test where it is absent."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return path
