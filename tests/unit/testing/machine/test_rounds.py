"""What the machine says when a response is waited for whose calls are answered (F5)."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Notice, SendToClient, SendToUpstream
from realtime_translate.outputs import Level
from realtime_translate.testing.machine.ledgers.ledger import CANCELLED
from realtime_translate.testing.machine.world import World
from tests.events import call_done, created, done
from tests.unit.testing.machine.scripted import ScriptedHost, breaks, does, down, scripted, up

Json = dict[str, Any]
RULE = "F5 what follows the calls"
PRESUMED = Notice("RESPONSE_PRESUMED_DONE", Level.WARNING, "presumed")


def asked(*call_ids: str) -> SendToClient:
    calls = [{"id": each, "name": "get_weather", "arguments": "{}", "client_side": True} for each in call_ids]
    return down("FunctionCallRequest", functions=calls)


def output(call_id: str, content: str = "{}") -> SendToUpstream:
    item = {"type": "function_call_output", "call_id": call_id, "output": content}
    return up("conversation.item.create", item=item)


def calling(*call_ids: str) -> tuple[World, ScriptedHost]:
    """A response runs and has made calls."""
    world, host = scripted()
    does(world, host, event=created())
    for each in call_ids:
        does(world, host, asked(each), event=call_done(each))
    return world, host


def later(world: World, share: float = 1.5) -> None:
    world.clock.advance(share * world.config.limits.follow_up_timeout)


def test_a_response_is_waited_for_only_so_long() -> None:
    world, host = calling("c1")
    does(world, host, output("c1"))
    later(world, 0.9)
    does(world, host)
    later(world, 0.2)
    breaks(RULE, world, host)


def test_the_last_answer_counts() -> None:
    world, host = calling("c1", "c2")
    does(world, host, output("c1"))
    later(world, 0.2)
    does(world, host, output("c2"))
    later(world, 0.9)
    does(world, host)
    later(world, 0.2)
    breaks(RULE, world, host)


@pytest.mark.parametrize(
    ("output_of_the_host", "event"),
    [
        (PRESUMED, None),
        (asked("c2"), None),
        (None, done()),
        (None, created("resp_2")),
        (up("response.cancel", response_id="resp_1"), None),
    ],
    ids=["presumed done", "another call", "done", "another response", "cut"],
)
def test_what_ends_the_wait(output_of_the_host: Any, event: Json | None) -> None:
    world, host = calling("c1")
    does(world, host, output("c1"))
    does(world, host, *([output_of_the_host] if output_of_the_host else []), event=event)
    later(world)
    does(world, host)


def test_an_interruption_ends_it() -> None:
    world, host = calling("c1")
    does(world, host, output("c1"))
    world.ledger.rounds.interrupt()
    later(world)
    does(world, host)


def test_a_call_that_is_closed_is_not_followed() -> None:
    world, host = calling("c1")
    does(world, host, output("c1", CANCELLED))
    later(world)
    does(world, host)


def test_of_a_response_that_was_never_announced_only_the_end_is_noticed() -> None:
    world, host = scripted()
    does(world, host, PRESUMED)
    assert (world.ledger.active, world.ledger.ended) == (None, set())


def test_calls_of_no_response_are_not_followed() -> None:
    world, host = scripted()
    does(world, host, asked("c1"))
    does(world, host, output("c1"))
    later(world)
    does(world, host)


@pytest.mark.parametrize(
    "event",
    [created("resp_2"), call_done("c1", "resp_1")],
    ids=["another takes its place", "it says so late"],
)
def test_F3_a_call_of_a_response_that_has_ended_waits_for_no_end(event: Json) -> None:
    world, host = scripted()
    does(world, host, event=created())
    if event["type"] != "response.created":
        does(world, host, event=created("resp_2"))
    does(world, host, asked("c1"), event=event)
    does(world, host, output("c1"))
    later(world)
    does(world, host)


@pytest.mark.parametrize("response_id", ["resp_1", None])
def test_F5_one_of_the_response_that_runs_does(response_id: str | None) -> None:
    world, host = scripted()
    does(world, host, event=created())
    does(world, host, asked("c1"), event=call_done("c1", response_id))
    does(world, host, output("c1"))
    later(world, 1.1)
    breaks(RULE, world, host)
