"""The machine finds state that grows, but not what waits for the session (*Always true* 7, L2)."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate.testing.machine import CallMachine, PropertyError
from realtime_translate.testing.machine.call_machine import STATE_LIMIT
from tests.unit.testing.machine.scripted import scripted


def checked(
    snapshot: dict[str, Any], *, applied: int, texts: int = 0, client: str = "", host: str = ""
) -> None:
    walk = CallMachine()
    walk.world, _ = scripted()
    walk.world.ledger.open_calls = [{"id": each} for each in client]
    walk.world.ledger.host_calls = [*host]
    walk.world.ledger.applied = applied
    walk.world.ledger.texts = ["Hi"] * texts
    walk._check_size(snapshot)


def state(*waiting: str, updates: str = "", calls: str = "", past: str = "", **more: str) -> dict[str, Any]:
    call = {
        "opening": {"waiting": list(waiting)},
        "updates": {"waiting": [updates], "sent": [updates]},
        "past": {"items": [past]},
        "calls": {"calls": [{"client_id": each, "arguments": "x" * 500} for each in calls]},
    }
    return {"call": call, **more}


def test_what_waits_for_the_session_may_be_long() -> None:
    checked(state("x" * STATE_LIMIT), applied=0)


def test_so_may_what_a_session_is_told_of_the_past() -> None:
    checked(state(past="x" * STATE_LIMIT), applied=1)


def test_so_may_what_waits_for_a_response() -> None:
    checked(state(updates="x" * STATE_LIMIT), applied=1)


def test_so_may_calls_that_nobody_has_answered() -> None:
    many = "abcdefghijklmnopqrstuvwxyz"
    checked(state(calls=many), applied=1, client=many[:13], host=many[13:])


def test_those_that_were_answered_are_forgotten() -> None:
    many = "abcdefghijklmnopqrstuvwxyz"
    with pytest.raises(PropertyError, match="7 state stays under a fixed size"):
        checked(state(calls=many), applied=1, client=many[:1])


def test_once_the_session_is_there_nothing_waits() -> None:
    with pytest.raises(PropertyError, match="7 state stays under a fixed size"):
        checked(state("x" * STATE_LIMIT), applied=1)


def test_the_rest_is_small_at_any_time() -> None:
    with pytest.raises(PropertyError, match="7 state stays under a fixed size"):
        checked(state(plan="x" * STATE_LIMIT), applied=0)
    checked(state(plan="x" * STATE_LIMIT), applied=1, texts=1)  # which may be kept for their confirmation


def test_what_primes_a_resampler_does_not_count() -> None:
    checked(state(audio_in="x" * STATE_LIMIT), applied=1)
