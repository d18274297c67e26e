"""The world of one call: who is told what, and when."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from realtime_translate import (
    CloseClient,
    CloseUpstream,
    Config,
    Level,
    Notice,
    OpenUpstream,
    Renewal,
    Translator,
)
from realtime_translate.audio import MULAW_8K
from realtime_translate.notices import notice
from realtime_translate.testing import Group
from realtime_translate.testing.machine import PropertyError
from realtime_translate.testing.machine.checks import legs
from tests.events import audio_done, created
from tests.unit.testing.machine.scripted import ScriptedHost, does, scripted, up, world_of

Json = dict[str, Any]
BOTH = (CloseClient(1000), CloseUpstream(1000))


def opened(kind: str = "punctual") -> Any:
    world, host = scripted(kind=kind)
    host.answers = [(OpenUpstream("m", "/"),)]
    world.open()
    return world, host


def test_upstream_is_dialled_and_the_host_is_told() -> None:
    world, host = opened()
    world.run(1.0)
    assert world.upstream_open
    assert host.heard[:2] == ["client_opened", "upstream_opened"]
    assert "receive_from_upstream" in host.heard


def test_a_dial_may_fail() -> None:
    world, host = opened()
    world.dial_fails = True
    host.answers = [BOTH[:1]]
    world.run(1.0)
    assert host.heard == ["client_opened", "upstream_closed"]


def test_a_host_that_dials_early_is_not_dialled_for_again() -> None:
    world, host = opened("dials early")
    world.run(1.0)
    host.answers = [(OpenUpstream("m", "/"),)]
    world.feed("handle_timeout")
    assert world.dialled_at is None


def test_what_goes_upstream_is_answered() -> None:
    world, host = opened()
    world.run(1.0)
    before = len(host.heard)
    host.answers = [(up("session.update", session={"type": "realtime"}),)]
    world.feed("handle_timeout")
    assert not world.is_quiet
    world.run(2.0)
    assert "receive_from_upstream" in host.heard[before + 1 :]
    assert world.is_quiet


def test_N12_a_session_that_was_ready_just_now_has_something_to_commit() -> None:
    world, _ = opened()
    world.run(2.0)
    world.legs.ready_at = world.host_now
    assert not world.is_quiet
    world.run(2.0)
    assert world.is_quiet


def test_a_server_that_hangs_up_is_told_of_after_what_it_said() -> None:
    world, host = opened()
    world.run(0.5)
    world.server._state.closed = (1011, "gone")
    host.answers = [(CloseClient(1000),)]
    world.run(0.5)
    assert host.heard[-1] == "upstream_closed"
    assert world.closed


def test_timers_fire_at_their_time() -> None:
    world, host = scripted()
    host.deadline = 0.4
    with pytest.raises(PropertyError, match="nothing is due"):
        world.run(1.0)
    assert host.heard == ["handle_timeout"]
    assert world.clock.now == 0.4


def test_a_deadline_that_a_sum_rounds_down_is_passed() -> None:
    world, host = scripted()
    world.behind, host.deadline = 5.0, 0.1 + 0.2
    with pytest.raises(PropertyError, match="nothing is due"):
        world.run(9.0)
    assert world.host_now >= host.deadline


@pytest.mark.parametrize(("deadline", "behind"), [(0.1, 2**52 + 0.0), (1 / 3, 2**20 / 1024)])
def test_at_any_distance(deadline: float, behind: float) -> None:
    world, host = scripted()
    world.behind, host.deadline = behind, deadline
    stops = world._stops(punctual=True)
    assert min(stops) - behind >= deadline


def test_eager_hosts_ask_all_the_time() -> None:
    world, host = scripted(kind="eager")
    world.dialled_at = 0.0
    world.run(0.5)
    assert "handle_timeout" in host.heard


def test_a_jump_goes_to_what_happens_next_unless_that_is_far() -> None:
    world, host = scripted()
    host.deadline = 8.0
    world.jump(5.0)
    assert world.clock.now == 0.0
    with pytest.raises(PropertyError):
        world.jump(60.0)
    assert world.clock.now == 8.0


def test_too_early_nothing_may_happen() -> None:
    world, host = scripted()
    host.deadline = 8.0
    world.fire_early()
    host.answers = [(Notice("NOW", Level.INFO, "", {}),)]
    with pytest.raises(PropertyError, match="early"):
        world.fire_early()


def test_when_something_is_due_it_is_not_early() -> None:
    world, host = scripted()
    host.deadline = 0.0
    world.fire_early()
    assert host.heard == []


def test_the_host_may_be_asked_to_wait_for_the_client() -> None:
    world, host = scripted()
    host.paused = True
    world.speak(b"\x00\x00")
    assert world.audio.spoken == 0
    impatient, host = scripted(kind="never pauses")
    host.paused = True
    impatient.audio.compare = lambda: None  # type: ignore[method-assign]
    impatient.speak(b"\x00\x00")
    assert impatient.audio.spoken == 2


def test_who_is_gone_says_nothing() -> None:
    world, host = scripted()
    host.answers = [BOTH[1:]]
    world.hang_up()
    assert host.heard == ["client_closed"]
    world.text("late")
    world.speak(b"\x00\x00")
    world.have_said("late", "default")
    assert (host.heard, world.ledger.texts) == (["client_closed"], [])


def test_nothing_may_raise() -> None:
    class Broken(ScriptedHost):
        def _answer(self, method: str) -> Any:
            raise KeyError(method)

    with pytest.raises(PropertyError, match="nothing raises: KeyError in client_opened"):
        world_of(Broken()).open()


# --- copies -------------------------------------------------------------------------------------------------


def test_6_a_copy_must_do_the_same() -> None:
    host, copy = ScriptedHost(), ScriptedHost()
    world = world_of(host, copy=copy)
    world.copy_host()
    world.feed("handle_timeout")
    copy.answers = [BOTH]
    with pytest.raises(PropertyError, match="6 a restored host"):
        world.feed("handle_timeout")


def test_6_what_cannot_be_copied_goes_on_alone() -> None:
    world, _ = scripted()
    world.copy_host()
    assert world.twin is None


def test_6_no_copy_while_the_clock_catches_up() -> None:
    world, _ = scripted()
    world.run(1.0)
    world.host_time()
    world.behind = 0.5
    world.hooks.copy  # noqa: B018
    world.copy_host()
    assert world.twin is None
    assert world.host_now == 1.0


# --- a real host --------------------------------------------------------------------------------------------


def test_a_whole_call() -> None:
    world = world_of(None)
    world.host = Translator(Config.deepgram(), clock=world.host_time, new_id=lambda: "T")
    world.open()
    world.declare(MULAW_8K, MULAW_8K, wav=False)
    g711 = {"encoding": "mulaw", "sample_rate": 8000}
    world.send({"type": "Settings", "audio": {"input": g711, "output": g711}, "agent": {}})
    world.run_until(lambda: world.ledger.updated, 2.0)
    world.text("Hi")
    world.run_until(lambda: world.ledger.sounding, 3.0)
    world.report_playback(0.5)
    world.run(3.0)
    assert world.ledger.told_agent == world.ledger.words
    world.stall_upstream(1.0)
    assert world.strained
    assert not world.fails
    world.choices.groups = frozenset({Group.FAULT})
    assert world.fails


def test_functions_are_run_by_the_client_and_by_the_host() -> None:
    world, host = scripted()
    world.ledger.open_calls = [{"id": "c1", "name": "f"}]
    world.ledger.host_calls = ["c2"]
    world.answer(3, "{}")
    world.run_function(3, "{}")
    assert host.heard == ["receive_from_client", "function_result"]
    assert world.ledger.answers == 2


def test_a_host_may_configure_the_session_by_itself() -> None:
    world, _ = opened("dials early")
    world.run(0.5)
    world.prepare()
    world.run(1.0)
    assert world.ledger.updated
    assert world.prepared


def test_N4_a_host_that_is_late_may_give_up_a_socket_as_it_opens_it() -> None:
    world, host = scripted(Config.deepgram(renewal=Renewal(attempts=1)))
    world.upstream_open = True
    started = notice("RENEWAL_STARTED", cause="host", attempt=1)
    dial = OpenUpstream("gpt-realtime-2.1", "/v1/realtime?model=gpt-realtime-2.1", {}, leg=2)
    host.answers = [(CloseUpstream(1000), started, dial, CloseClient(1000), CloseUpstream(1000))]
    world.feed("handle_timeout")
    assert world.closed
    assert world.legs.number == 2


def test_E3_what_closes_once_another_session_is_dialled_says_nothing_of_the_call_s_time() -> None:
    """The renewal was due before the close was heard of."""
    world, host = scripted(Config.deepgram(renewal=Renewal()))
    world.upstream_open, host.deadline = True, 0.0
    started = notice("RENEWAL_STARTED", cause="age", attempt=1)
    dial = OpenUpstream("gpt-realtime-2.1", "/v1/realtime?model=gpt-realtime-2.1", {}, leg=2)
    host.answers = [(CloseUpstream(1000), started, dial)]
    world.lose_upstream(1001, "Your session hit the maximum duration of 60 minutes.")
    assert host.heard == ["handle_timeout", "upstream_closed"]
    assert not world.expired


@pytest.mark.parametrize("said", [False, True])
def test_N8_a_turn_of_calls_goes_on_where_the_response_after_them_said_nothing(said: bool) -> None:
    world, host = scripted(Config.deepgram(renewal=Renewal()))
    world.ledger.sounding = True  # what was said before the calls
    does(world, host, event=created())
    if said:
        does(world, host, event=audio_done())
    legs.leaves(world, expired=False, refused=False)
    with pytest.raises(PropertyError, match="N8 a turn that broke off") if said else nullcontext():
        legs._turn_is_over(world)
