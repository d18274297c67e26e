"""What the tests of a call share."""

from __future__ import annotations

import pytest

from realtime_translate import Config
from tests.harness import Desk
from tests.unit.session.played import RestoredDesk, Way


@pytest.fixture(params=[Desk, pytest.param(RestoredDesk, marks=pytest.mark.again)])
def way(request: pytest.FixtureRequest) -> Way:
    """The call as it is; and restored before each input, which repeats what `Desk` compares after each."""
    chosen: Way = request.param
    return chosen


@pytest.fixture(params=[Config.deepgram(), Config.component()], ids=["DG", "CO"])
def config(request: pytest.FixtureRequest) -> Config:
    """Both dialects, as they come."""
    chosen: Config = request.param
    return chosen
