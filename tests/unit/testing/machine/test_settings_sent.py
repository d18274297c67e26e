"""What the machine says to a host that takes Settings wrongly: whom it dials, and what it does without."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import CloseUpstream, Config, OpenUpstream
from realtime_translate.testing.machine import PropertyError
from realtime_translate.testing.machine.moves.opening import send_settings
from realtime_translate.testing.machine.world import World
from realtime_translate.testing.model.handlers import VOICE
from tests.unit.testing.machine.scripted import ScriptedHost, breaks, does, down, scripted, up
from tests.unit.testing.machine.test_moves import WANTED

Json = dict[str, Any]
OTHER = OpenUpstream("gpt-realtime", "/v1/realtime?model=gpt-realtime")
REFUSED: Json = {"type": "error", "error": {"message": f"Unsupported parameter: '{VOICE}'."}}
COMPONENT = Config.component()
UPDATE = up("session.update", session={"type": "realtime"})


def fresh(config: Config | None = None) -> tuple[World, ScriptedHost]:
    world, host = scripted(config)
    world.ledger.updated, world.ledger.applied = False, 0
    return world, host


# --- S2 -----------------------------------------------------------------------------------------------------


def test_S2_another_model_is_dialled_on_another_socket() -> None:
    world, host = fresh()
    world.upstream_open = world.ledger.greeted = True
    server = world.server
    does(world, host, CloseUpstream(1000, "another model"), OTHER)
    assert (world.closed, world.upstream_open, world.ledger.greeted) == (False, False, False)
    assert world.dialled_at is not None
    assert world.server is not server
    world.run(1.0)
    assert world.upstream_open


def test_S2_a_dial_that_is_under_way_is_given_up() -> None:
    world, host = fresh()
    world.dialled_at = 5.0
    does(world, host, OTHER)
    assert (world.dialled, world.dialled_at != 5.0) == ("gpt-realtime", True)


def test_S2_the_socket_of_another_model_is_closed_first() -> None:
    world, host = fresh()
    world.upstream_open = True
    breaks("S2 the socket", world, host, OTHER)


def test_S2_the_model_that_settings_name_is_dialled() -> None:
    world, host = fresh()
    send_settings(world, {**WANTED, "model": "gpt-realtime"}, flawed=False)
    breaks("S2 the model that Settings name", world, host, down("SettingsApplied"))
    world, host = fresh()
    send_settings(world, {**WANTED, "model": "gpt-realtime"}, flawed=False)
    does(world, host, OTHER, down("SettingsApplied"))


def test_S2_a_session_that_was_ready_unasked_keeps_its_model() -> None:
    world, host = fresh(COMPONENT)
    world.ledger.updated = True
    send_settings(world, {**WANTED, "model": "gpt-realtime"}, flawed=False)
    does(world, host, down("SettingsApplied"))


# --- S7 -----------------------------------------------------------------------------------------------------


def test_S7_the_update_goes_again_without_what_is_refused() -> None:
    world, host = fresh()
    does(world, host, UPDATE)
    does(world, host, UPDATE, event=REFUSED)
    breaks("S7 the update goes again", world, host, event=REFUSED)


def test_S7_it_goes_again_once_a_part() -> None:
    world, host = fresh()
    does(world, host, UPDATE)
    does(world, host, UPDATE, event=REFUSED)
    breaks("S2 one session.update", world, host, UPDATE)


def test_S7_later_updates_are_the_clients_to_hear_of() -> None:
    world, host = scripted()
    said = f"Unsupported parameter: '{VOICE}'."
    does(world, host, down("Warning", code="unsupported_parameter", description=said), event=REFUSED)


def test_S7_a_call_can_do_without_a_part() -> None:
    world, host = fresh()
    breaks("S7 a call can do", world, host, down("Error", code="INVALID_SETTINGS", description=VOICE))


# --- S10 ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bare", [True, False])
@pytest.mark.parametrize("code", ["unparsable_client_message", "INVALID_SETTINGS"])
def test_S10_settings_that_can_work_are_taken(code: str, bare: bool) -> None:
    world, host = fresh(COMPONENT)
    host.answers = [(down("Error", code=code, description="No."),)] * 2
    flaw = {"agent": "a-stored-agent"}
    send_settings(world, {**WANTED, "bare": bare, "flaw": flaw}, flawed=True)
    with pytest.raises(PropertyError, match="S10"):
        send_settings(world, {**WANTED, "bare": bare}, flawed=False)
