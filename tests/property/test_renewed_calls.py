"""Calls that outlive their upstream sessions (N), by random moves that are the same each time.

What Hypothesis draws depends on the modules that are loaded; these walks do not, so that one that the ledgers
do not follow yet does not break the suite now and then. `Renewed` in `test_call_machine` draws all others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, cast

import pytest
from attrs import evolve

from realtime_translate import Config, ManualCommit, Renewal, ServerVad, SilenceKeepalive, Translator
from realtime_translate.audio import AudioFormat
from realtime_translate.config import ContextMode, GreetingMode
from realtime_translate.deepgram import AgentAudioDone
from realtime_translate.mapping.context import call_id
from realtime_translate.openai.dialects import AZURE_GA, OPENAI_GA, SPEECH_TO_SPEECH, XAI
from realtime_translate.outputs import Outputs
from realtime_translate.session.env import Env
from realtime_translate.session.policies import ledger, opening
from realtime_translate.session.routes import SIGNALS
from realtime_translate.session.signals import Effects, LegLost
from realtime_translate.session.state import Call
from realtime_translate.testing.machine import PropertyError
from realtime_translate.testing.machine.checks import interruptions, legs, moments
from realtime_translate.testing.machine.checks.before import Before
from realtime_translate.testing.machine.ledgers.audio import AudioLedger
from realtime_translate.testing.machine.network import HOST_KINDS
from realtime_translate.testing.machine.rows import make_of_row
from tests.property.test_call_machine import Renewed

WALKS = [*range(110), 112, 332, 524, 763, 955, 1137, 1828, 1951, 2190, 2918, 4528]
"""Of the last ones: hosts that notice timers late; in 524 an interruption waits for the session, in 763 a
socket closes when an attempt is due, in 1828 to 2190 a server answers a commit in place of a request that
failed, in 2918 requests fail between dials that fail, in 4528 a call was cut before one is answered.
"""
MOVES = 14
MOODS = ["calm", "calm", "odd ids", "nameless", "xai", "speaches", "abrupt", "ending", "failing", "refusing"]
ENDS = ["lost", "restarted", "expired", "expired without a word", "closed"]
RENEWALS = [
    Renewal(),
    Renewal(after=8.0, patience=1.0, delays=(0.25,), ready_for=1.0, lifetime=1000),
    Renewal(after=None, delays=(0.0,), ledger_items=6, ledger_chars=400, audio_seconds=0.5),
    Renewal(after=None, attempts=2, delays=(0.5, 1.0), resume_answer=False),
]
TURNS = [ServerVad(), ServerVad(create_response=False), ManualCommit(), ManualCommit(debounce=0.25)]
WANTED: dict[str, Any] = {
    "formats": None,
    "wav": False,
    "greeting": True,
    "tools": True,
    "context": False,
    "idle": None,
    "manual": None,
    "history": True,
    "experimental": False,
    "voice": None,
    "text_only": False,
    "flaw": {},
    "bare": False,
    "model": None,
}
FORMATS = [None, (AudioFormat("linear16", 16000), AudioFormat("linear16", 24000))]


def config(chance: Random) -> Config:
    base = chance.choice([Config.deepgram(), Config.component()])
    return evolve(
        base,
        upstream=chance.choice([OPENAI_GA, OPENAI_GA, AZURE_GA, XAI, SPEECH_TO_SPEECH]),
        turn_detection=chance.choice(TURNS),
        greeting=chance.choice([GreetingMode.TEXT, GreetingMode.SPOKEN]),
        context=chance.choice([ContextMode.INSTRUCTIONS, ContextMode.ITEMS]),
        keepalive=chance.choice([None, None, SilenceKeepalive(every=2.0)]),
        renewal=chance.choice(RENEWALS),
    )


def move(call: Renewed, chance: Random) -> None:
    """One of the machine's, with what it takes."""
    how, some = chance.choice(ENDS), chance.randrange
    moves: dict[str, dict[str, Any]] = {
        "lose_the_session": {"how": how},
        "lose_the_session_soon": {"frames": some(1, 40), "text": chance.random() < 0.5},
        "lose_two_sessions": {"frames": some(12), "how": how},
        "be_turned_away": {"dials": some(1, 3), "late": chance.random() < 0.5, "how": how},
        "have_an_item_refused": {"how": how},
        "renew": {},
        "go_on_meanwhile": {"steps": some(1, 64), "text": chance.random() < 0.5, "frames": some(9)},
        "answer_meanwhile": {"index": some(6)},
        "move_the_call_meanwhile": {"frames": some(20)},
        "send_text": {},
        "speak_on": {},
        "converse": {"seconds": some(1, 5)},
        "speak_and_type": {"after": some(6)},
        "talk_over_the_agent": {"seconds": some(1, 4)},
        "wait": {"steps": chance.choice([1, 64, 512, 1024, 4096])},
        "move_the_call": {},
        "force_end_of_turn": {},
        "have_said": {"text": "One moment.", "behavior": chance.choice(["queue", "interrupt"])},
    }
    name = chance.choice(sorted(moves))
    getattr(call, name)(**moves[name])


def drawn(number: int, given: Callable[[Random], Config], moods: Sequence[str]) -> tuple[Renewed, Random]:
    """The call of that number, and what its moves are drawn from."""
    chance, call = Random(number), Renewed()
    start = chance.choice(["ready", "answering", "speaking", "calling", "user speaking"])
    wanted = {**WANTED, "formats": chance.choice(FORMATS), "tools": chance.random() < 0.8}
    kind, mood = chance.choice(sorted(HOST_KINDS)), chance.choice(moods)
    call.begin(config=given(chance), seed=number, kind=kind, start=start, wanted=wanted, mood=mood)
    return call, chance


@pytest.mark.parametrize("number", WALKS)
def test_N_a_call_outlives_its_sessions(number: int) -> None:
    call, chance = drawn(number, config, MOODS)
    for _ in range(MOVES):
        if call.world.closed:
            break
        move(call, chance)
        call.always_true()
    call.teardown()


# --- what random moves seldom come to -----------------------------------------------------------------------


RENEWED = Config.deepgram(renewal=Renewal(delays=(0.0,)))


def begun(start: str, config: Config = RENEWED) -> Renewed:
    call = Renewed()
    call.begin(config=config, seed=1, kind="punctual", start=start, wanted=WANTED, mood="calm")
    return call


def test_N_settings_come_at_last() -> None:
    call = begun("new")
    call.settings(wanted=WANTED)
    call.teardown()
    assert call.world.ledger.applied == 1


def test_N10_calls_are_answered_when_their_session_is_gone() -> None:
    for number in range(40):
        call = begun("calling")
        call.wait(steps=number)
        call.answer_meanwhile(index=number)
        call.teardown()


@pytest.mark.parametrize("frames", range(5, 37))
def test_N8_the_server_dies_between_any_two_frames_of_an_answer(frames: int) -> None:
    call = begun("ready")
    call.lose_the_session_soon(frames=frames, text=True)
    call.wait(steps=4096)
    assert call.world.legs.renewals == 1
    assert call.world.legs.resumed == (frames > 8)  # from then on the client has something of it
    call.teardown()


def test_R8_a_text_that_is_typed_while_a_call_is_open_is_answered_in_the_end() -> None:
    call = begun("calling")
    call.talk_over_a_call(seconds=2)
    assert call.world.answers.unanswered == ["text text 2"]
    call.teardown()
    assert call.world.answers.unanswered == []


def test_N_a_call_that_ends_is_not_moved() -> None:
    call = begun("ready")
    call.world.legs.refused_dials = 9
    call.move_the_call_meanwhile(frames=0)
    call.wait(steps=4096)


def test_B1_an_interruption_that_comes_with_the_loss_of_the_session_sends_nothing() -> None:
    call = begun("speaking")
    before = Before.of(call.world, None, cuts=True)
    interruptions.check(call.world, before, None)
    assert call.world.statistics.barge_ins > 0


def test_F8_what_interrupts_waits_for_the_session_and_interrupts_then() -> None:
    call = begun("calling", Config.component(renewal=Renewal()))
    call.lose_two_sessions(frames=0, how="lost")
    call.have_said(text="One moment.", behavior="interrupt")
    call.teardown()
    assert call.world.ledger.lapsed


def test_N10_an_id_that_not_every_server_takes_is_a_hash() -> None:
    assert legs._sent_as("call_1") == "call_1"
    assert legs._sent_as("one of theirs") == call_id("one of theirs")


def test_N12_audio_is_not_compared_after_a_commit_among_what_waits() -> None:
    ledger = AudioLedger(make_of_row("openai").hears, component=False)
    ledger.lost(1.0, manual=True)
    ledger.commit()
    ledger.compare()
    ledger.lost(1.0, manual=True)
    ledger.append(bytes(48))
    ledger.compare()
    ledger.check_whole(manual=False)


def test_N12_what_went_upstream_when_the_session_was_lost_does_not_wait() -> None:
    ledger = AudioLedger(make_of_row("openai").hears, component=False)
    ledger.say(bytes(960))
    ledger.append(bytes(960))
    ledger.lost(1.0, manual=False)
    ledger.say(bytes(480))
    ledger.append(bytes(480))
    ledger.compare()
    ledger.check_whole(manual=False)


# --- what is wrong would be seen ----------------------------------------------------------------------------


def written() -> Renewed:
    """A call in its second session, after two texts of the user."""
    call = begun("ready")
    call.send_text()
    call.wait(steps=4096)
    call.lose_the_session(how="lost")
    call.send_text()
    call.wait(steps=4096)
    return call


def test_N11_each_text_of_the_user_is_in_the_history_of_the_last_session() -> None:
    call = written()
    legs.at_rest(call.world)
    assert legs._history(call.world) == ["text 1", "text 2"]


def test_N11_a_text_that_the_server_has_twice_would_be_seen() -> None:
    call = written()
    items = call.world.server._state.conversation.items
    items.append(items[0])
    with pytest.raises(PropertyError, match="N11 a text is in the history of a session once"):
        legs.at_rest(call.world)


def test_N7_a_text_that_the_server_has_not_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    items = ledger._items
    monkeypatch.setattr(
        ledger, "_items", lambda entry, env: items(entry, env) if entry.role != "user" else ()
    )
    call = written()
    with pytest.raises(PropertyError, match="N7 a session has what the user wrote"):
        legs.at_rest(call.world)


def test_N7_a_newer_text_that_makes_room_would_be_seen() -> None:
    call = written()
    call.world.legs.dropped = 1
    call.world.ledger.texts.append("text 3")
    with pytest.raises(PropertyError, match="N7 there is no room for what is oldest"):
        legs.at_rest(call.world)


def renewed_in_the_middle_of_answers() -> None:
    for steps in range(0, 640, 32):
        call = begun("answering", Config.deepgram(renewal=Renewal(patience=0.0)))
        call.wait(steps=steps)
        call.renew()
        call.wait(steps=4096)


def test_N4_what_an_earlier_leg_still_says_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = Translator.receive_from_upstream

    def confused(translator: Translator, frame: str, leg: int) -> Outputs:
        state = translator.state
        return taken(translator, frame, state.leg if state.upstream_open else leg)

    monkeypatch.setattr(Translator, "receive_from_upstream", confused)
    with pytest.raises(PropertyError, match="N4 what an earlier leg still says is ignored"):
        renewed_in_the_middle_of_answers()


def test_N8_audio_of_a_session_that_is_gone_would_be_seen() -> None:
    call = begun("speaking")
    call.world.legs.between, call.world.event = True, None
    with pytest.raises(PropertyError, match="N8 nothing is heard of a session that is gone"):
        moments.told(call.world, bytes(480))


def test_O5_a_turn_that_ends_twice_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once when it is over, and again when its session is lost."""

    def told_again(call: Call, env: Env, signal: LegLost) -> Effects:
        return env.client(AgentAudioDone()), *opening.leg_lost(call, env, signal)

    *earlier, last = SIGNALS[LegLost]
    monkeypatch.setitem(cast("dict[type, Any]", SIGNALS), LegLost, (*earlier, told_again))
    assert last is opening.leg_lost
    call = begun("ready")
    call.send_text()
    call.wait(steps=4096)
    with pytest.raises(PropertyError, match="O5 AgentAudioDone once a turn"):
        call.lose_the_session(how="lost")
