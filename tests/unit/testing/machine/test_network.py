"""Delays, batches, chance, and what two hosts did."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path

import pytest

from realtime_translate import Notice, SendToClient, SendToUpstream
from realtime_translate.outputs import Level
from realtime_translate.testing import HEALTHY, Group
from realtime_translate.testing.machine import PropertyError, Statistics
from realtime_translate.testing.machine.carried import audio_in
from realtime_translate.testing.machine.network import HOST_KINDS, STEP, Chance, Leg, ServerChoices
from realtime_translate.testing.machine.random_agent import TOOL, RandomAgent
from realtime_translate.testing.model.script import Call, Reply, Say, ServerView


def test_frames_keep_their_order_however_long_they_take() -> None:
    leg = Leg()
    leg.put("slow", 5.0)
    leg.put("quick", 1.0)
    assert leg.next_time == 5.0
    assert leg.take(4.9) is None
    assert [leg.take(5.0), leg.take(5.0), leg.take(5.0)] == ["slow", "quick", None]
    assert leg.next_time is None


def test_a_batch_comes_at_once() -> None:
    leg = Leg(batch=1024)
    leg.put("one", 0.25)
    leg.put("two", 0.75)
    leg.put("three", 1.25)
    assert [leg.take(0.99), leg.take(1.0), leg.take(1.0), leg.take(1.0)] == [None, "one", "two", None]


def test_a_stalled_leg_holds_everything_back() -> None:
    leg = Leg()
    leg.put("before", 1.0)
    leg.stall(9.0)
    leg.put("after", 2.0)
    assert leg.next_time == 9.0
    assert [leg.take(9.0), leg.take(9.0)] == ["before", "after"]
    leg.put("lost", 10.0)
    leg.clear()
    assert leg.take(99.0) is None


def test_the_same_seed_gives_the_same_call() -> None:
    assert [Chance(7).delay(200) for _ in range(3)] == [Chance(7).delay(200) for _ in range(3)]
    assert 0.0 <= Chance(7).delay(200) <= 200 * STEP


def test_servers_of_any_age_are_played() -> None:
    choices = ServerChoices(3, HEALTHY | {Group.VARIANT}, {})
    assert {choices.choose("event_names", 4) for _ in range(40)} == {0, 1, 2, 3}
    assert {choices.choose("item_ids", 2) for _ in range(20)} == {0, 1}


def test_hosts_have_different_habits() -> None:
    assert len(set(HOST_KINDS.values())) == len(HOST_KINDS)


# --- what outputs carry -------------------------------------------------------------------------------------


def append(audio: bytes) -> SendToUpstream:
    text = b64encode(audio).decode()
    return SendToUpstream(
        json.dumps({"type": "input_audio_buffer.append", "audio": text}, separators=(",", ":"))
    )


NOTICE = Notice("X", Level.INFO, "x")


def test_the_audio_of_an_output() -> None:
    assert audio_in(append(b"\x01\x02")) == b"\x01\x02"
    assert audio_in(SendToClient(b"\x03")) == b"\x03"
    assert audio_in(SendToClient("{}")) is None
    assert audio_in(NOTICE) is None


# --- the agent ----------------------------------------------------------------------------------------------


def view(*items: dict[str, object], tools: bool = True) -> ServerView:
    session = {"tools": [{"name": TOOL}]} if tools else {}
    return ServerView(session, items, "client", 0)


def test_the_agent_says_what_it_is_asked_to_say() -> None:
    agent = RandomAgent(Chance(1).random)
    assert agent.reply(view(), {"instructions": "Say:\nAhoy"}) == Reply(Say("Ahoy", audio_ms=200))


def test_what_it_has_to_say_comes_first() -> None:
    agent = RandomAgent(Chance(1).random)
    agent.replies.append(Reply(Call("f")))
    assert agent.reply(view(), {}) == Reply(Call("f"))


@pytest.mark.parametrize("told", [view(tools=False), view({"type": "function_call_output"})])
def test_without_functions_or_after_them_it_only_talks(told: ServerView) -> None:
    agent = RandomAgent(Chance(1).random)
    replies = [agent.reply(told, {}) for _ in range(40)]
    assert all(isinstance(part, Say) for reply in replies for part in reply.parts)


def test_else_it_talks_and_calls_and_never_says_the_same_twice() -> None:
    agent = RandomAgent(Chance(1).random)
    parts = [part for _ in range(200) for part in agent.reply(view(), {}).parts]
    said = [part.text for part in parts if isinstance(part, Say)]
    assert len(said) == len(set(said))
    assert {part.name for part in parts if isinstance(part, Call)} == {TOOL, "get_nothing"}
    assert agent.transcribe(b"") != agent.transcribe(b"")


# --- statistics ---------------------------------------------------------------------------------------------


def test_what_was_done_is_counted() -> None:
    statistics = Statistics(examples=3, steps=20, calls=5, closed=1, responses=7, barge_ins=2, seconds=9.0)
    statistics.reach("rule", "speak")
    statistics.reach("notice", "COMMIT_OWED")
    assert statistics.names("rule") == {"speak"}
    for part in ("20 steps in 3 walks", "5 calls, 1 of them", "7 responses", "2 barge-ins", "9 s"):
        assert part in statistics.summary


def test_the_first_failure_is_kept() -> None:
    statistics = Statistics(examples=3)
    statistics.fail(ValueError("odd"))
    statistics.fail(PropertyError("O5 ends", "late"))
    assert statistics.broken == ("ValueError: odd", 3)
    other = Statistics(examples=4)
    other.fail(PropertyError("O5 ends", "late"))
    assert other.broken == ("O5 ends", 4)


def test_a_failure_says_where_its_rule_is_explained() -> None:
    error = PropertyError("O5 ends", "late")
    assert str(error).startswith("O5 ends: late\n")
    (page,) = [word for word in str(error).split() if "/" in word]
    assert (Path(__file__).parents[4] / page).is_file()
