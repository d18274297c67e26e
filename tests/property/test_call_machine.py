"""Random clients, hosts, networks and clocks against the simulated server (*Always true*)."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from realtime_translate import ClientDialect
from realtime_translate.testing.machine import CallMachine, PropertyError, Statistics
from realtime_translate.testing.profiles import PROFILES, chosen
from tests.property.reach import missing, reachable, seldom_drawn, watched
from tests.property.unreached import ELSEWHERE, RUNNING_SERVERS, SELDOM

Json = dict[str, Any]
Check = Callable[[Json], None]
CHUNK = 2000
"""Walks at a time: Hypothesis remembers all that it tried, and a night has many."""
LEAST_STEPS = {"dev": 2_000, "ci": 50_000, "nightly": 1_000_000}


class Calls(CallMachine):
    """The machine, with the official SDKs as judges of every frame where they are installed (4)."""

    statistics = Statistics()

    def check_client_frame(self, dialect: ClientDialect, frame: Json) -> None:
        super().check_client_frame(dialect, frame)
        if DEEPGRAM:
            judged("4 the client's SDK understands every frame", DEEPGRAM[dialect], frame)

    def check_upstream_frame(self, frame: Json) -> None:
        super().check_upstream_frame(frame)
        for check in OPENAI:
            judged("4 the server's SDK understands every frame", check, frame)


class Renewed(Calls):
    """The same, of calls that outlive their upstream sessions (N)."""

    renewed = True


def judged(name: str, check: Check, frame: Json) -> None:
    """What an SDK finds wrong is a broken property."""
    try:
        check(frame)
    except Exception as error:
        raise PropertyError(name, f"{error} in {frame}") from error


def _judges() -> tuple[dict[ClientDialect, Check], list[Check]]:
    if find_spec("deepgram") is None or find_spec("openai") is None:
        return {}, []
    from tests.oracle.validated import check_client, check_component, check_upstream

    return {ClientDialect.DEEPGRAM: check_client, ClientDialect.COMPONENT: check_component}, [check_upstream]


DEEPGRAM, OPENAI = _judges()


def run(profile: settings) -> None:
    """All walks of a profile, some at a time."""
    left = profile.max_examples
    with watched(Calls.statistics):
        while left > 0:
            walks = settings(profile, max_examples=min(left, CHUNK))
            run_state_machine_as_test(Calls, settings=walks)
            if profile is not PROFILES["dev"]:
                run_state_machine_as_test(Renewed, settings=walks)
            left -= CHUNK


def test_whatever_happens_the_contract_holds(record_property: Callable[[str, object], None]) -> None:
    profile = chosen()
    name = next(name for name, each in PROFILES.items() if each is profile)
    run(profile)
    record_property("calls", Calls.statistics.summary)
    assert Calls.statistics.steps >= LEAST_STEPS[name], Calls.statistics.summary
    if name != "dev":
        assert missing(Calls.statistics) == {}, "what was reached before is not any more"
        assert seldom_drawn(Calls.statistics) == {}, "what running servers do is drawn too seldom"


def excused() -> list[tuple[str, str]]:
    seldom = [(kind, name) for kind, names in SELDOM.items() for name in sorted(names)]
    return [*seldom, *((kind, name) for _, kind, names in ELSEWHERE for name in sorted(names))]


@pytest.mark.parametrize(("kind", "name"), excused())
def test_what_is_excused_exists_and_is_excused_once(kind: str, name: str) -> None:
    assert name in reachable()[kind]
    assert excused().count((kind, name)) == 1


def test_what_running_servers_do_is_drawn_and_counted() -> None:
    statistics = Statistics()
    options = {f"{name} {number}" for name, numbers in RUNNING_SERVERS.items() for number in numbers}
    assert options <= reachable()["choice"]
    assert seldom_drawn(statistics) == dict.fromkeys(options, 0)
    statistics.reached.update({("choice", name): 100 for name in options})
    assert seldom_drawn(statistics) == {}


def test_what_was_not_reached_is_missed() -> None:
    everything = missing(Statistics())
    assert "GREETED + SETTINGS" in everything["opening"]
    assert set(everything) == set(reachable())
