"""Whatever a server did: once it answers again, the next turn is answered (*Always true* 8)."""

from __future__ import annotations

import pytest

from realtime_translate import Config
from realtime_translate.openai.dialects import SPEACHES
from realtime_translate.testing import CHOICES, HEALTHY, Group, Say
from realtime_translate.testing.machine import PropertyError, Statistics
from realtime_translate.testing.machine.moods import MOODS, RUNNING
from realtime_translate.testing.machine.moves import recovery
from realtime_translate.testing.machine.network import Chance, ServerChoices
from realtime_translate.testing.machine.upstream import choices_of
from realtime_translate.testing.machine.world import World
from tests.unit.testing.machine.scripted import ScriptedHost, does, down, scripted

BUSY = {"type": "error", "error": {"type": "conversation_already_has_active_response"}}


def strained(config: Config | None = None) -> tuple[World, ScriptedHost]:
    world, host = scripted(config)
    world.strained = True
    return world, host


def answered(world: World, host: ScriptedHost, *, ends: bool = True) -> None:
    """What the agent says for the text, and the end of the turn."""
    (say,) = world.agent.replies[-1].parts
    assert isinstance(say, Say)
    words = down("ConversationText", role="assistant", content=say.text)
    world.ledger.begun = True  # a response, which the ledger does not see here
    does(world, host, words, down("AgentAudioDone"))
    world.ledger.sounding = not ends


def test_8_a_call_that_is_answered_goes_on() -> None:
    world, host = strained()
    world.choices.groups = frozenset({Group.SILENCE})
    world.choices.fixed["opening"] = 1
    recovery.goes_on(world, lambda: answered(world, host))
    assert world.ledger.texts == ["Are you still there?"]
    assert (world.choices.groups, world.choices.often, world.choices.fixed) == (HEALTHY, {}, {})


def test_8_late_settings_have_their_time() -> None:
    world, host = strained()
    world.ledger.applied = 0

    def rest() -> None:
        if not world.ledger.applied:
            world.ledger.applied = 1
        else:
            answered(world, host)

    recovery.goes_on(world, rest)
    assert world.ledger.texts == ["Are you still there?"]


def test_8_what_supersedes_an_answer_to_silence_answers() -> None:
    world, host = strained(Config.deepgram(upstream=SPEACHES))
    recovery.goes_on(world, lambda: answered(world, host))
    assert len(world.agent.replies) == 2


@pytest.mark.parametrize("config", [None, Config.deepgram(upstream=SPEACHES)])
def test_8_a_call_that_is_deaf_is_told(config: Config | None) -> None:
    world, _ = strained(config)
    with pytest.raises(PropertyError, match="8 a server that answers a later request"):
        recovery.goes_on(world, lambda: None)


def test_8_a_turn_that_began_ends() -> None:
    world, host = strained()
    with pytest.raises(PropertyError, match="8 every turn that the client saw begin ends"):
        recovery.goes_on(world, lambda: answered(world, host, ends=False))


@pytest.mark.parametrize("whose", ["open_calls", "host_calls"])
def test_8_a_turn_that_waits_for_an_answer_goes_on(whose: str) -> None:
    """Deepgram's clients hear of its end when the response after it ends (O5)."""
    world, host = strained()

    def answers_and_calls() -> None:
        answered(world, host, ends=False)
        getattr(world.ledger, whose).append({"id": "c1", "name": "f"})

    recovery.goes_on(world, answers_and_calls)


def test_8_a_call_begins() -> None:
    world, _ = strained()
    world.ledger.applied = 0
    with pytest.raises(PropertyError, match="8 a call whose server answers begins"):
        recovery.goes_on(world, lambda: None)


def test_8_of_a_server_that_stays_busy_or_silent_or_was_always_well_nothing_is_asked() -> None:
    world, host = strained()
    recovery.goes_on(world, lambda: [does(world, host, event=BUSY) for _ in "ab"].clear())
    world, _ = strained()
    world.choices.silenced = True
    recovery.goes_on(world, lambda: None)
    assert world.ledger.texts == []
    world, _ = scripted()
    recovery.goes_on(world, lambda: None)
    assert world.ledger.texts == []


# --- what is drawn --------------------------------------------------------------------------------------


def test_choices_are_counted_and_a_silent_server_is_known() -> None:
    statistics = Statistics()
    choices = choices_of(MOODS["speech-to-speech"], 1, Chance(1), statistics)
    assert choices.choose("item_ids", 3) == 2
    assert choices.choose("item_ids", 3) == 0
    assert statistics.reached == {("choice", "item_ids 2"): 1}
    assert not choices.silenced
    choices.fixed["everything"] = 1
    assert choices.choose("everything", 2) == 1
    assert choices.silenced


def test_decisions_have_rates_of_their_own() -> None:
    choices = ServerChoices(1, often={"opening": (0.5, (2, 4))})
    found = [choices.choose("opening", 5) for _ in range(200)]
    assert set(found) == {0, 2, 4}
    assert 60 < found.count(0) < 140


@pytest.mark.parametrize("name", MOODS)
def test_moods_choose_what_there_is(name: str) -> None:
    mood = MOODS[name]
    chosen = {
        **{each: (number,) for each, number in mood.server.items()},
        **{each: numbers for each, (_, numbers) in mood.often.items()},
    }
    assert all(number < len(CHOICES[each].options) for each, numbers in chosen.items() for number in numbers)
    assert {CHOICES[each].group for each in chosen} <= set(mood.groups)
    assert set(RUNNING) <= set(MOODS)
