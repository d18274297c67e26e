"""Calls that go on with a server of another row (N19, N20), by random moves that are the same each time."""

from __future__ import annotations

from random import Random

import pytest
from attrs import evolve

from realtime_translate import Config, Renewal
from realtime_translate.openai.dialects import (
    AZURE_GA,
    GLM,
    OPENAI_BETA,
    OPENAI_GA,
    QWEN,
    SPEACHES,
    SPEECH_TO_SPEECH,
    VOICE_LIVE,
    XAI,
)
from tests.property.test_renewed_calls import ENDS, MOVES, config, drawn, move

ROWS = [OPENAI_GA, AZURE_GA, OPENAI_BETA, XAI, GLM, QWEN, SPEACHES, SPEECH_TO_SPEECH, VOICE_LIVE]
WALKS = [*range(60), 1297, 1299, 1713, 2396]
"""Of the last ones: in 1297 a session that was lost after nearly long enough is the last of its server, in
1299 a server answers an output with a commit, in 1713 a call was cut before one is answered, in 2396 a create
crosses a response with a call, and another server takes the call after that.
"""
MOODS = ["calm", "calm", "odd ids", "xai", "abrupt", "refusing"]
RENEWALS = [
    Renewal(attempts=1, after=None),
    Renewal(attempts=2, after=8.0, delays=(0.25,), ready_for=1.0, lifetime=1000),
    Renewal(attempts=1, after=None, delays=(0.0,), audio_seconds=0.5, ready_for=0.0),
]


def backed(chance: Random) -> Config:
    """One with other servers to fall back to."""
    given = config(chance)
    others = [row for row in ROWS if row.name != given.upstream.name]
    fallback = tuple(chance.sample(others, chance.randrange(1, 4)))
    return evolve(given, renewal=evolve(chance.choice(RENEWALS), fallback=fallback))


@pytest.mark.parametrize("number", WALKS)
def test_N19_a_call_goes_on_with_other_servers(number: int) -> None:
    call, chance = drawn(number, backed, MOODS)
    for _ in range(MOVES):
        if call.world.closed:
            break
        if chance.random() < 0.3:
            call.be_turned_away(dials=1, late=chance.random() < 0.3, how=chance.choice(ENDS))
        else:
            move(call, chance)
        if not call.world.closed:
            call.always_true()
    call.teardown()
