"""What the machine says when texts, updates and texts to say come too early or never (T1, T2, T3)."""

from __future__ import annotations

import pytest

from realtime_translate import Notice, SendToUpstream
from realtime_translate.outputs import Level
from realtime_translate.testing.machine import PropertyError
from realtime_translate.testing.machine.checks import rest
from realtime_translate.testing.machine.world import World
from realtime_translate.testing.model.makes import GIVEN
from tests.unit.testing.machine.scripted import ScriptedHost, breaks, does, down, item, scripted, up

CREATE = up("response.create", response={})


@pytest.fixture(name="pair")
def _pair() -> tuple[World, ScriptedHost]:
    world, host = scripted()
    world.ledger.texts = ["Hi"]
    return world, host


def output(call_id: str) -> SendToUpstream:
    return up(
        "conversation.item.create",
        item={"type": "function_call_output", "call_id": call_id, "output": "{}"},
    )


def test_T1_a_response_waits_for_its_text(pair: tuple[World, ScriptedHost]) -> None:
    breaks("T1 a response is asked for", *pair, item("Hi"), CREATE)


def test_L3_unless_so_many_wait_that_the_oldest_counts_as_confirmed(pair: tuple[World, ScriptedHost]) -> None:
    does(*pair, item("Hi"), Notice("ITEM_UNCONFIRMED", Level.WARNING, "not in time"), CREATE)


@pytest.mark.parametrize("field", ["instructions", GIVEN])
def test_T3_words_of_the_agent_do_not_wait_for_it(pair: tuple[World, ScriptedHost], field: str) -> None:
    does(*pair, item("Hi"), up("response.create", response={field: "Welcome."}))


def test_T1_what_waited_comes_before_the_text(pair: tuple[World, ScriptedHost]) -> None:
    does(*pair, CREATE, item("Hi"))


def test_T1_the_create_of_a_commit_may_follow_a_text() -> None:
    world, host = scripted()
    world.ledger.texts, world.ledger.turns = ["Hi"], None
    does(world, host, item("Hi"), up("input_audio_buffer.commit"), CREATE)


def test_T1_so_may_that_of_a_function_output(pair: tuple[World, ScriptedHost]) -> None:
    does(*pair, item("Hi"), output("c1"), CREATE)


def test_T3_and_that_of_a_text_to_say(pair: tuple[World, ScriptedHost]) -> None:
    does(*pair, item("Hi"), up("response.create", response={"instructions": "Say: Mind the gap."}))


def test_T2_an_update_waits_for_the_end_of_the_response() -> None:
    world, host = scripted()
    update = up("session.update", session={"type": "realtime"})
    does(world, host, event={"type": "response.created", "response": {"id": "r1"}})
    breaks("T2 an update waits", world, host, update)
    world.strained = True  # that response may have been given up
    does(world, host, update)


def test_T3_a_text_to_say_is_said_or_refused() -> None:
    world, host = scripted()
    world.have_said("Mind the gap.", "queue")
    world.have_said("Doors close.", "queue")
    world.have_said("Please wait.", "queue")
    does(world, host, up("response.create", response={"instructions": "Say: Mind the gap."}))
    does(world, host, down("InjectionRefused", message="the user is speaking"))
    with pytest.raises(PropertyError, match="T3 a text to say is said or refused"):
        rest.at_rest(world)
    does(world, host, Notice("SPOKEN_DROPPED", Level.INFO, "dropped", {"texts": 1}))
    rest.at_rest(world)


def test_S4_what_came_before_manual_commits_is_the_servers_to_commit() -> None:
    world, host = scripted()
    world.audio.uncommitted = 4800
    does(world, host, up("session.update", session={"type": "realtime"}))
    assert world.audio.uncommitted == 4800
    manual = {"type": "realtime", "audio": {"input": {"turn_detection": None}}}
    does(world, host, up("session.update", session=manual))
    assert world.audio.uncommitted == 0
    world.audio.uncommitted = 4800
    does(world, host, up("session.update", session=manual))
    assert world.audio.uncommitted == 4800


def test_1_a_create_into_a_response_that_the_host_knows_is_not_excused() -> None:
    world, host = scripted()
    does(world, host, up("response.create", response={}, event_id="e1"))
    does(world, host, event={"type": "response.created", "response": {"id": "r1"}})
    does(world, host, up("response.create", response={}, event_id="e2"))
    assert world.ledger.unforeseen == {"e1"}


def test_V1_a_commit_that_the_server_answers_by_itself_is_not_asked_for_again() -> None:
    world, host = scripted()
    world.ledger.turns = None
    busy = {"type": "conversation_already_has_active_response", "event_id": "e1"}
    commit = up("input_audio_buffer.commit", event_id="c1")
    does(world, host, commit, up("response.create", response={}, event_id="e1"))
    does(world, host, event={"type": "error", "error": busy})
    assert world.answers.unanswered == ["commit c1"]
    does(world, host, up("response.create", response={}, event_id="e1"))
    does(world, host, event={"type": "response.created", "response": {"id": "r1"}})
    does(world, host, event={"type": "error", "error": busy})
    assert world.answers.unanswered == []


def test_R8_a_commit_whose_answer_made_calls_is_asked_for_again_once_these_are_given_up() -> None:
    world, host = scripted()
    world.ledger.turns = None
    missing = {"type": "function_call_output_pending", "event_id": "e1"}
    commit = up("input_audio_buffer.commit", event_id="c1")
    does(world, host, commit, up("response.create", response={}, event_id="e1"))
    does(world, host, event={"type": "response.created", "response": {"id": "r1"}})
    does(world, host, event={"type": "error", "error": missing})
    assert world.answers.unanswered == ["commit c1"]
    does(world, host, up("response.create", response={}, event_id="e2"))
