"""What the machine says to a host that waits too long, or not long enough, for a response."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config, Notice, ServerVad
from realtime_translate.notices import notice
from realtime_translate.openai.dialects import XAI
from realtime_translate.testing.machine import PropertyError
from realtime_translate.testing.machine.plain import plain
from realtime_translate.testing.machine.world import World
from tests.events import committed, created, done, event, speech, started, text
from tests.unit.testing.machine.scripted import breaks, does, down, scripted, up

Json = dict[str, Any]
NAMED, ENDS = {"rt": "e1"}, "R1 an error that names nothing"
STALLS, AGAIN = "R1 a response that stalls", "R3 what the server fails to take"


def error(event_id: str | None = None, code: str = "server_error") -> Json:
    return {"type": "error", "error": {"code": code, "type": None, "event_id": event_id}}


def failed() -> Any:
    return down("Warning", code="THINK_REQUEST_FAILED", description="")


def create(event_id: str = "e1", **fields: Any) -> Any:
    return up("response.create", response=fields, event_id=event_id)


def later(world: World, seconds: float) -> None:
    world.clock.set(world.clock.now + seconds)


# --- R1 -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("event", "seconds"), [(None, 60), (text("a"), 30), (event("x"), 60)])
def test_R1_a_response_that_stalls_is_given_up(event: Json | None, seconds: int) -> None:
    world, host = scripted()
    does(world, host, event=created())
    if event is not None:
        does(world, host, event=event)
    later(world, seconds)
    does(world, host)
    later(world, 1)
    breaks(STALLS, world, host)


def test_R1_each_sign_of_life_counts() -> None:
    world, host = scripted()
    does(world, host, event=created())
    for _ in range(4):
        later(world, 20)
        does(world, host, event=text("a"))


def test_R1_what_was_given_up_or_cut_is_not_waited_for() -> None:
    world, host = scripted()
    does(world, host, event=created())
    does(world, host, notice("RESPONSE_GIVEN_UP", reason="stalled"))
    later(world, 99)
    does(world, host)


def test_R1_an_error_that_names_nothing_may_be_the_end() -> None:
    world, host = scripted()
    does(world, host, event=created())
    does(world, host, event=error())
    later(world, 2)
    does(world, host, event=error(code="inference_failed"))
    later(world, 2)
    breaks(ENDS, world, host)


def test_R1_unless_the_response_goes_on() -> None:
    world, host = scripted()
    does(world, host, event=created())
    does(world, host, event=error())
    does(world, host, event=text("a"))
    does(world, host, event=error("e9"))
    does(world, host, event=error(code="response_cancel_not_active"))
    later(world, 9)
    does(world, host)


# --- R3, R5 -------------------------------------------------------------------------------------------------


def refused() -> tuple[World, Any]:
    world, host = scripted()
    does(world, host, create())
    does(world, host, event=error("e1"))
    return world, host


def test_R3_a_create_that_fails_is_asked_again() -> None:
    world, host = refused()
    later(world, 1)
    does(world, host)
    later(world, 1)
    breaks(AGAIN, world, host)


def test_R3_and_has_not_failed_at_once() -> None:
    world, host = scripted()
    does(world, host, create())
    breaks(AGAIN, world, host, failed(), event=error("e1"))


def test_R3_unless_its_response_comes_after_all() -> None:
    world, host = refused()
    does(world, host, event=created(metadata=NAMED))
    later(world, 9)
    does(world, host)


def test_R3_unless_the_user_speaks_or_a_call_is_open() -> None:
    world, host = refused()
    world.ledger.host_calls.append("c1")
    later(world, 9)
    does(world, host)
    assert world.slot.retry_due is None


def test_R3_one_that_was_given_up_is_owed_no_other_try() -> None:
    world, host = scripted()
    does(world, host, create())
    does(world, host, failed())
    does(world, host, event=error())
    later(world, 9)
    does(world, host)


def test_R3_the_next_one_is() -> None:
    """It is sent where the client hears of the one before."""
    world, host = scripted()
    does(world, host, create())
    does(world, host, failed(), create("e2"), event=error("e1", "invalid_value"))
    does(world, host, event=error("e2"))
    later(world, 9)
    breaks(AGAIN, world, host)


def test_R3_an_error_without_an_id_may_be_about_the_response_that_runs() -> None:
    world, host = scripted()
    does(world, host, create())
    does(world, host, event=created(tag="e0"))
    does(world, host, event=error())
    later(world, 2)
    does(world, host, event=text("a"))


def test_R3_an_error_without_an_id_is_about_the_last_create_or_none() -> None:
    """One that never had an answer is nobody's any more once a later one has."""
    world, host = scripted()
    does(world, host, create())
    does(world, host, create("e2"))
    does(world, host, event=created(tag="e2"))
    does(world, host, event=done())
    assert world.ledger.in_flight == ["e1"]
    does(world, host, event=error())
    later(world, 9)
    does(world, host)


def test_R5_what_the_agent_is_to_say_is_no_second_try_of_what_it_interrupts() -> None:
    world, host = refused()
    does(world, host, create("e2", instructions="Say: One moment."))
    does(world, host, event=error("e2"))


def test_R5_a_second_try_is_not_known_to_fail_once_another_response_came() -> None:
    world, host = refused()
    does(world, host, create("e2"))
    does(world, host, event=created())
    does(world, host, failed(), event=error("e2"))


@pytest.mark.parametrize("tagged", [True, False])
def test_R3_a_failure_of_the_servers_own_response_tells_nothing_of_ours(tagged: bool) -> None:
    """What is asked for after it may be the second try. Without tags it may have been ours that failed."""
    world, host = scripted()
    world.ledger.tagged = tagged
    does(world, host, create())
    does(world, host, event=error())
    does(world, host, event=created())
    end = done(status="failed")
    does(world, host, failed(), create("e2"), event=end)
    if tagged:
        does(world, host, failed(), event=error())
    else:
        breaks(AGAIN, world, host, failed(), event=error())


def test_R3_before_the_session_is_ready_nothing_is_owed() -> None:
    world, host = refused()
    world.ledger.applied = 0
    later(world, 9)
    does(world, host)
    assert world.slot.retry_due is None


def test_R5_what_fails_twice_has_failed() -> None:
    world, host = refused()
    does(world, host, create("e2"))
    breaks("R5 what the server refuses twice", world, host, event=error("e2"))


def test_R5_and_the_next_may_be_asked_again() -> None:
    world, host = refused()
    does(world, host, create("e2"))
    does(world, host, failed(), event=error("e2"))
    does(world, host, create("e3"))
    does(world, host, event=error("e3"))
    later(world, 9)
    breaks(AGAIN, world, host)


def test_R3_after_an_error_nobody_knows_which_try_it_is() -> None:
    world, host = scripted()
    does(world, host, event=error("e9"))
    does(world, host, create())
    does(world, host, failed(), event=error("e1"))


def to_a_server_that_drops_creates(*heard: Json) -> tuple[World, Any]:
    """A create, what was heard after it, and another one, which meets a server error."""
    world, host = scripted(Config.deepgram(upstream=XAI, turn_detection=ServerVad(create_response=False)))
    world.ledger.tagged = True
    does(world, host, create())
    for each in heard:
        does(world, host, event=each)
    does(world, host, create("e2"))
    return world, host


OWN: tuple[Json, ...] = (created(), done())


@pytest.mark.parametrize("heard", [(), OWN])
def test_R3_of_what_the_server_drops_the_second_try_may_fail(heard: tuple[Json, ...]) -> None:
    """A response of the server's own is no answer to a create with a tag."""
    world, host = to_a_server_that_drops_creates(*heard)
    does(world, host, failed(), event=error("e2"))


@pytest.mark.parametrize("heard", [(created(metadata=NAMED), done()), (done(metadata=NAMED),)])
def test_R3_but_not_the_first_try_after_an_answer(heard: tuple[Json, ...]) -> None:
    breaks(AGAIN, *to_a_server_that_drops_creates(*heard), failed(), event=error("e2"))


def test_R3_nor_where_the_server_drops_none() -> None:
    world, host = scripted()
    does(world, host, create())
    does(world, host, failed())
    does(world, host, create("e2"))
    breaks(AGAIN, world, host, failed(), event=error("e2"))


def test_R3_nor_after_an_error() -> None:
    world, host = scripted(Config.deepgram(upstream=XAI))
    does(world, host, create())
    does(world, host, failed(), event=error("e1", "invalid_value"))
    does(world, host, create("e2"))
    breaks(AGAIN, world, host, failed(), event=error("e2"))


def test_R3_nor_after_the_first_response_where_no_tag_was_seen() -> None:
    world, host = scripted(Config.deepgram(upstream=XAI))
    does(world, host, create())
    for each in OWN:
        does(world, host, event=each)
    does(world, host, create("e2"))
    breaks(AGAIN, world, host, failed(), event=error("e2"))


# --- R8, F8, V1, T8 -----------------------------------------------------------------------------------------


def test_R8_a_wish_waits_for_calls() -> None:
    world, host = scripted()
    world.ledger.host_calls.append("c1")
    does(world, host, create(instructions="Say so."))
    breaks("R8 a wish waits", world, host, create())


def test_R8_but_not_for_ever() -> None:
    world, host = scripted()
    world.ledger.open_calls.append({"id": "c1"})
    over: Notice = notice("CALL_HOLD_OVER", seconds=10.0)
    does(world, host, over, create())
    world.ledger.host_calls.append("c2")
    breaks("R8 a wish waits", world, host, create())


def whole_call(response_id: str = "resp_1") -> Json:
    item = {"type": "function_call", "status": "completed", "call_id": "c1"}
    return {"type": "response.output_item.done", "response_id": response_id, "item": item}


def test_F8_a_call_of_a_cut_response_is_closed() -> None:
    world, host = scripted()
    does(world, host, event=whole_call())
    world.ledger.cut.add("resp_1")
    output = {"type": "function_call_output", "call_id": "c1", "output": "{}"}
    breaks("F8 a call", world, host, event=whole_call())
    does(world, host, up("conversation.item.create", item=output), event=whole_call())


def test_V1_a_commit_is_answered_once() -> None:
    world, host = scripted()
    busy = error("e1", "conversation_already_has_active_response")
    world.answers.wants("commit", "e0")
    world.answers.heard(committed())
    does(world, host, create())
    does(world, host, event=created())
    does(world, host, event=busy)
    breaks("V1 a commit", world, host, create("e2"))


@pytest.mark.parametrize("reason", ["the model did not start to answer in time", "stalled"])
def test_R5_what_a_create_was_for_that_was_given_up_waits_for_no_answer(reason: str) -> None:
    """It has failed, and its late refusal changes nothing. A response that stalls meanwhile is another."""
    world, host = scripted()
    world.answers.wants("text", "Hi")
    does(world, host, create())
    given_up: Notice = notice("RESPONSE_FAILED", reason=reason)
    does(world, host, given_up, failed())
    does(world, host, event=created())
    does(world, host, event=error("e1", "conversation_already_has_active_response"))
    assert world.answers.unanswered == (["text Hi"] if reason == "stalled" else [])


def test_T8_nobody_has_the_turn_after_its_commit() -> None:
    world, host = scripted()
    told = down("UserStartedSpeaking")
    does(world, host, told, event=started())
    host.answers = [(down("InjectionRefused", message="the user is speaking"),)]
    world.have_said("Hello.", "queue")
    for end in (committed(), speech("cleared")):
        does(world, host, told, event=started())
        does(world, host, event=end)
        host.answers = [(down("InjectionRefused", message="the user is speaking"),)]
        with pytest.raises(PropertyError, match="T8"):
            world.have_said("Hello.", "queue")


def test_a_response_without_an_id_gets_one_here() -> None:
    began = plain({"type": "response.created", "event_id": "event_1", "response": {}}, None)
    assert began["response"]["id"] == "the one of event_1"
    end = {"type": "response.done", "event_id": "event_2", "response": {"status": "completed"}}
    assert plain(end, "the one of event_1")["response"]["id"] == "the one of event_1"
    assert plain(end, None)["response"]["id"] == "the one of event_2"


def test_R3_what_comes_unannounced_may_be_the_answer() -> None:
    """An error after it ends the response, and is not that of the create."""
    world, host = scripted()
    does(world, host, create())
    does(world, host, event=text("a"))
    does(world, host, event=error())
    does(world, host, failed())
