"""What the machine says to a host that tells errors and ends wrongly."""

from __future__ import annotations

import pytest

from realtime_translate import CloseClient, CloseUpstream, Config, Limits, Notice
from realtime_translate.outputs import Level, Output
from realtime_translate.testing.machine.broken import PropertyError
from realtime_translate.testing.machine.world import World
from realtime_translate.testing.model.troubles import ACCOUNT, KEY, QUOTES
from tests.unit.testing.machine.scripted import ScriptedHost, breaks, does, down, scripted

EXPIRED = "Your session hit the maximum duration of 60 minutes."


def warning(description: str, code: str = "server_error") -> Output:
    return down("Warning", code=code, description=description)


@pytest.mark.parametrize("secret", [ACCOUNT, KEY])
def test_E1_nothing_of_the_hosts_account_is_told(secret: str) -> None:
    world, host = scripted()
    does(world, host, warning("No. (organization org-***)"))
    breaks("E1 nothing", world, host, warning(f"No. ({secret})"))
    noticed = Notice("UPSTREAM_ERROR", Level.WARNING, "upstream reported an error", {"code": secret})
    breaks("E1 nothing", world, host, noticed)


@pytest.mark.parametrize("quote", QUOTES)
def test_E1_an_access_error_is_not_quoted(quote: str) -> None:
    world, host = scripted()
    breaks("E1 an access error", world, host, down("Error", code="invalid_api_key", description=quote))


def test_E2_a_truncation_that_comes_too_late_is_silent() -> None:
    world, host = scripted()
    late = warning("Audio content of 1000ms is already shorter than 1200ms", "invalid_value")
    breaks("E2", world, host, late)


def test_O9_one_warning_a_call_for_transcriptions_that_fail() -> None:
    world, host = scripted()
    does(world, host, warning("Not heard", "TRANSCRIPTION_FAILED"))
    breaks("O9", world, host, warning("Not heard", "TRANSCRIPTION_FAILED"))


def lost(world: World, host: ScriptedHost, told: str, code: int | None, reason: str = "") -> None:
    host.answers = [
        (down("Error", code=told, description=""), CloseClient(1000, ""), CloseUpstream(1000, ""))
    ]
    world.lose_upstream(code, reason)


def begun() -> tuple[World, ScriptedHost]:
    world, host = scripted(Config.deepgram(limits=Limits(session_warning=4.0)))
    does(world, host, event={"type": "session.created", "session": {}})
    return world, host


@pytest.mark.parametrize("code", ["MAXIMUM_SESSION_LENGTH_REACHED", "session_max_duration"])
def test_E3_a_session_whose_time_is_over_has_a_code_of_its_own(code: str) -> None:
    lost(*begun(), code, 1001, EXPIRED)
    with pytest.raises(PropertyError, match="E3"):
        lost(*begun(), "INTERNAL_SERVER_ERROR", 1001, EXPIRED)


def test_E3_a_session_that_goes_away_after_its_longest_time_is_over() -> None:
    world, host = begun()
    world.run(3.0)
    lost(world, host, "INTERNAL_SERVER_ERROR", 1001)
    world, host = begun()
    world.run(4.0)
    with pytest.raises(PropertyError, match="E3"):
        lost(world, host, "INTERNAL_SERVER_ERROR", 1001)


def test_E3_an_error_before_the_close_is_its_reason() -> None:
    world, host = begun()
    does(world, host, event={"type": "error", "error": {}})
    lost(world, host, "INTERNAL_SERVER_ERROR", 1001, EXPIRED)


def test_E3_a_call_that_never_began_has_another_code() -> None:
    world, host = begun()
    world.ledger.applied = 0
    lost(world, host, "INTERNAL_SERVER_ERROR", 1001, EXPIRED)
