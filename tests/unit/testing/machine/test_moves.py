"""The rules of the machine, and its beginnings, one by one."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any
from unittest.mock import patch

import pytest

from realtime_translate import Config, ManualCommit, Notice, Renewal, ServerVad, SilenceKeepalive
from realtime_translate.session.tables import Opening
from realtime_translate.testing import FakeClock
from realtime_translate.testing.machine import CallMachine, PropertyError, Statistics
from realtime_translate.testing.machine.checks import moments, rest
from realtime_translate.testing.machine.moves import legs
from realtime_translate.testing.machine.moves.client import _has_ceiling
from realtime_translate.testing.machine.moves.rough_openings import DISTURBANCES, EARLY_STAGES, STAGES
from realtime_translate.testing.machine.world import World
from realtime_translate.testing.model.script import Reply
from tests.unit.testing.machine.scripted import ScriptedHost

COMPONENT = Config.component()
WANTED = {
    "formats": None,
    "wav": False,
    "greeting": True,
    "tools": True,
    "context": False,
    "idle": None,
    "manual": None,
    "history": False,
    "experimental": False,
    "voice": None,
    "text_only": False,
    "model": None,
    "bare": False,
    "flaw": {},
}
REACHED = {
    "dialling": Opening.DIALLING,
    "configuring": Opening.CONFIGURING,
    "ready unasked": Opening.READY_UNASKED,
    "awaiting slot": Opening.AWAITING_SLOT,
    "applying": Opening.APPLYING,
}
ENDED_BY = {"client", "host", "upstream", "flood of texts"}
"""What ends a call of the component's dialect at every stage."""


class Calls(CallMachine):
    statistics = Statistics()


def walk(start: str = "new", mood: str = "calm", seed: int = 1, kind: str = "punctual", **turns: Any) -> Any:
    machine: Any = Calls()
    config = Config.component(**turns)
    machine.begin(config=config, seed=seed, kind=kind, start=start, wanted=WANTED, mood=mood)
    return machine


def at(stage: str) -> Any:
    """A walk in which a call has come so far."""
    machine = walk("new", kind="dials early" if stage in EARLY_STAGES else "punctual")
    stages = {**STAGES, **EARLY_STAGES}
    stages[stage](machine.world, lambda: machine.configure(WANTED))
    return machine


@pytest.mark.parametrize("stage", REACHED)
def test_openings_are_disturbed_at_the_stage_that_they_name(stage: str) -> None:
    assert at(stage).world.host.state.opening is REACHED[stage]


@pytest.mark.parametrize("what", DISTURBANCES)
@pytest.mark.parametrize("stage", REACHED)
def test_openings_stand_what_disturbs_them(stage: str, what: str) -> None:
    machine = at(stage)
    DISTURBANCES[what](machine.world)
    machine.always_true()
    assert machine.world.closed or what not in ENDED_BY
    machine.teardown()


@pytest.mark.parametrize("stage", ["configuring", "applying"])
def test_a_refused_update_ends_the_call(stage: str) -> None:
    machine = at(stage)
    DISTURBANCES["refusal"](machine.world)
    assert machine.world.closed


def test_a_client_of_deepgrams_has_nothing_to_say_before_settings() -> None:
    machine: Any = Calls()
    given = {"seed": 1, "kind": "dials early", "wanted": WANTED, "mood": "calm"}
    machine.begin(config=Config.deepgram(), start="new", **given)
    EARLY_STAGES["awaiting slot"](machine.world, lambda: machine.configure(WANTED))
    assert machine.world.host.state.opening is Opening.CONFIGURING
    assert machine.world.ledger.texts == []


@pytest.mark.parametrize("mood", ["calm", "abrupt", "strained", "one trouble", "two troubles"])
@pytest.mark.parametrize("start", ["disturbed", "disturbed early", "unasked", "racing", "calling"])
def test_walks_begin_anywhere(start: str, mood: str) -> None:
    for seed in range(6):
        machine = walk(start, mood, seed)
        machine.always_true()
        machine.teardown()
    assert ("start", start) in Calls.statistics.reached


def test_a_flood_that_the_call_stands_is_only_a_flood() -> None:
    """Once a session is ready its audio flows."""
    machine = walk("ready")
    machine.world.audio.end_stream()
    DISTURBANCES["flood of audio"](machine.world)
    assert not machine.world.closed


@pytest.mark.parametrize(("what", "sent"), [("settings again", True), ("silence", False)])
def test_settings_that_only_disturb_are_the_settings(what: str, sent: bool) -> None:
    """What a client sends after them is a repetition (S6)."""
    machine = walk("new", kind="dials early")
    unasked = {"ready unasked": EARLY_STAGES["ready unasked"]}
    with patch("realtime_translate.testing.machine.call_machine.DISTURBANCES", {what: DISTURBANCES[what]}):
        machine._disturb(unasked, WANTED)
    assert machine.settings_sent is sent


def test_a_call_that_ended_as_it_came_to_its_stage_is_not_disturbed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(WANTED, "flaw", {"agent": "a-stored-agent"})
    machine = walk("new", "abrupt")
    monkeypatch.setattr("realtime_translate.testing.machine.call_machine.DISTURBANCES", {"nothing": None})
    machine._disturb(STAGES, WANTED)
    assert machine.world.closed


@pytest.mark.parametrize("how", ["client", "host", "upstream"])
def test_somebody_goes_and_nothing_happens_any_more(how: str) -> None:
    machine = walk("answering", "abrupt")
    machine.end(how=how)
    assert machine.world.closed
    machine.go_on_after_close()
    before = machine.world
    machine.another_call(seed=2, start="new", wanted=WANTED)
    assert machine.world is not before


def test_upstream_babbles_and_stalls() -> None:
    machine = walk("ready", "strained")
    machine.babble(frame="no JSON")
    machine.babble(frame='{"type": 7}')
    machine.stall(seconds=12.0)
    machine.always_true()
    assert machine.world.strained


def test_F5_upstream_stalls_after_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """The response counts as done after `follow_up_timeout`, not when it has been quiet for a second (R4)."""
    machine = walk("ready", "strained")
    given_up: list[float] = []
    noticed = moments.noticed

    def watch(world: World, notice: Notice) -> None:
        noticed(world, notice)
        if notice.code == "RESPONSE_PRESUMED_DONE":
            given_up.append(world.clock.now - world.ledger.rounds.since)

    monkeypatch.setattr(moments, "noticed", watch)
    machine.stall_after_a_call(seconds=25.0)
    assert given_up == [20.0]


def test_F5_a_text_need_not_lead_to_a_call() -> None:
    machine = walk("ready", "strained")
    machine.world.agent.replies.append(Reply(machine.world.agent.words()))
    machine.stall_after_a_call(seconds=3.0)
    assert not machine.world.strained


def test_A7_a_flow_of_audio_is_committed_at_its_ceiling() -> None:
    machine = walk("ready", turn_detection=ManualCommit(debounce=0.25, ceiling=1.0))
    machine.speak_on()
    machine.always_true()
    assert machine.world.audio.uncommitted < 1.0 * 48_000
    assert machine.world.ledger.in_flight or machine.world.ledger.active


def test_V2_the_component_commits_what_never_pauses() -> None:
    machine = walk("ready")
    machine.never_pause()
    machine.always_true()
    assert machine.world.audio.uncommitted < 15.0 * 48_000
    assert machine.world.answers.asked


@pytest.mark.parametrize(
    ("idle", "manual", "ceiling"),
    [(None, None, 15), (-1, None, 15), ("soon", None, 15), (1000, None, None), (1000, True, 15)],
)
def test_V2_settings_say_whether_there_is_a_ceiling(idle: Any, manual: Any, ceiling: float | None) -> None:
    machine: Any = Calls()
    wanted = {**WANTED, "idle": idle, "manual": manual}
    machine.begin(config=COMPONENT, seed=1, kind="punctual", start="ready", wanted=wanted, mood="calm")
    assert machine.world.audio.ceiling == ceiling
    assert (machine.world.ledger.turns is None) is (ceiling is not None)


def test_F4_calls_are_answered_one_by_one_and_twice() -> None:
    machine = walk("calling")
    machine.answer_one_by_one(seconds=0.5, times=2)
    ledger = machine.world.ledger
    assert (ledger.answers, ledger.outputs_upstream, ledger.open_calls) == (2, 2, [])
    assert ledger.notices["CALL_ANSWER_IGNORED"] == 2


def test_F4_a_call_that_ends_meanwhile_is_answered_no_further() -> None:
    machine = walk("calling")
    with patch.object(machine.world, "run", lambda _: machine.world.hang_up()):
        machine.answer_one_by_one(seconds=0.5, times=1)
    assert machine.world.ledger.answers == 1


@pytest.mark.parametrize(
    ("turns", "has"), [(ManualCommit(ceiling=1.0), True), (ManualCommit(), False), (ServerVad(), False)]
)
def test_A7_only_some_commits_have_a_ceiling(turns: Any, has: bool) -> None:
    assert _has_ceiling(Config.deepgram(turn_detection=turns)) is has


def test_N15_a_call_whose_attempts_are_used_up_is_over_meanwhile() -> None:
    machine = walk("ready", "abrupt", renewal=Renewal(attempts=1))
    with patch.object(legs, "ENDS", {}):
        machine.end_meanwhile(stage="replaying", how="client")
    assert machine.world.closed


def test_hosts_of_another_kind_are_not_copied() -> None:
    host: Any = ScriptedHost()
    assert Calls().restore_host(host, COMPONENT, FakeClock(), lambda: "id") is None


def test_T7_a_forced_end_may_wait_among_audio() -> None:
    machine: Any = Calls()
    config = Config.deepgram(turn_detection=ManualCommit())
    machine.begin(config=config, seed=1, kind="never pauses", start="configuring", wanted=WANTED, mood="calm")
    machine.speak(frames=3, milliseconds=60, speech=True)
    machine.force_end_of_turn()
    machine.speak(frames=3, milliseconds=60, speech=True)
    machine.world.run(2.0)
    assert machine.world.ledger.applied > 0


def test_I1_silence_is_sent_again_and_again() -> None:
    machine = walk("ready", keepalive=SilenceKeepalive(every=2.0))
    machine.teardown()
    silences = machine.world.ledger.notices["SILENCE_SENT"]
    assert silences >= 29
    machine.world.ledger.notices["SILENCE_SENT"] = 9
    with pytest.raises(PropertyError, match="I1 silence keeps"):
        rest.at_rest(machine.world)


@pytest.mark.parametrize(("sent", "is_enough"), [(4, False), (5, True)])
def test_I1_a_call_that_is_renewed_needs_less_of_it(sent: int, is_enough: bool) -> None:
    machine = walk("ready", keepalive=SilenceKeepalive(every=2.0), renewal=Renewal(after=8.0))
    machine.teardown()
    assert machine.world.legs.renewals > 0
    machine.world.ledger.notices["SILENCE_SENT"] = sent
    with nullcontext() if is_enough else pytest.raises(PropertyError, match="I1 silence keeps"):
        rest.at_rest(machine.world)


RENEWED = {
    "draining": Opening.DRAINING,
    "waiting": Opening.WAITING,
    "dialling": Opening.REDIALLING,
    "configuring": Opening.RECONFIGURING,
    "replaying": Opening.REPLAYING,
}


@pytest.mark.parametrize("stage", RENEWED)
def test_N_somebody_goes_at_any_stage_of_a_renewal(stage: str) -> None:
    machine = walk("ready", "abrupt", renewal=Renewal())
    machine.another_text()
    machine.world.run(5.0)
    stages: list[Opening] = []

    def host_goes(world: World) -> None:
        host: Any = world.host
        stages.append(host.state.opening)
        world.feed("close")

    with patch.object(legs, "ENDS", {"host": host_goes}):
        machine.end_meanwhile(stage=stage, how="host")
    assert stages == [RENEWED[stage]]
    assert machine.world.closed


def test_updates_end_with_the_call() -> None:
    machine = walk("ready", "abrupt")
    machine.end(how="client")
    update = {"type": "UpdatePrompt", "prompt": "Be brief."}
    machine.update(update=update, again=True)
    assert machine.world.ledger.updates == []


def test_what_fails_first_is_remembered() -> None:
    class Failing(Calls):
        statistics = Statistics()

        def check_client_frame(self, dialect: object, frame: object) -> None:
            raise PropertyError("4 a check of mine", frame)

    machine: Any = Failing()
    given = {"seed": 1, "kind": "punctual", "wanted": WANTED, "mood": "calm"}
    with pytest.raises(PropertyError):
        machine.begin(config=COMPONENT, start="ready", **given)
    assert machine.failed
    assert machine.statistics.broken == ("4 a check of mine", 1)
    machine.teardown()


def test_settings_of_a_client_that_may_send_nothing_before_them_find_the_slot_free() -> None:
    """A host may dial early for Deepgram's clients, too."""
    sent = set[bool]()
    for seed in range(8):
        machine: Any = Calls()
        given: Any = {"seed": seed, "kind": "punctual", "wanted": WANTED, "mood": "calm"}
        machine.begin(config=Config.deepgram(), start="unasked", **given)
        assert machine.world.ledger.active is None
        sent.add(machine.settings_sent)
    assert sent == {True, False}
