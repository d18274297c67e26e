"""What the machine says to a host that commits what a server is about to commit, or has answered (V1)."""

from __future__ import annotations

from base64 import b64encode
from functools import partial
from typing import Any

import pytest

from realtime_translate import ClientDialect, Config, ManualCommit, SendToUpstream
from realtime_translate.testing.machine.world import World
from tests.unit.testing.machine.scripted import ScriptedHost, breaks, does, down, scripted, up

Json = dict[str, Any]
STARTED: Json = {"type": "input_audio_buffer.speech_started", "item_id": "i1"}
COMMITTED: Json = {"type": "input_audio_buffer.committed", "item_id": "i1"}
CREATED: Json = {"type": "response.created", "response": {"id": "r1"}}
COMMIT = up("input_audio_buffer.commit", event_id="c1")
CREATE = up("response.create", event_id="c2", response={})
LEFT, ANSWERED = "V1 what the server hears", "V1 what the server has answered"


def manual(
    kind: str = "punctual", dialect: ClientDialect = ClientDialect.DEEPGRAM
) -> tuple[World, ScriptedHost]:
    world, host = scripted(Config(dialect, turn_detection=ManualCommit()), kind=kind)
    world.ledger.turns = None
    world.server.opened()
    return world, host


def hears(world: World, host: ScriptedHost) -> None:
    """The server reports speech."""
    does(world, host, down("UserStartedSpeaking"), event=STARTED)


def append(milliseconds: int) -> SendToUpstream:
    audio = b64encode(bytes(milliseconds * 48)).decode()
    return SendToUpstream(f'{{"type":"input_audio_buffer.append","audio":"{audio}"}}')


def say(world: World, host: ScriptedHost, milliseconds: int) -> None:
    """So much audio goes through."""
    host.answers = [(append(milliseconds),)]
    world.speak(bytes(milliseconds * 48))


def test_V1_what_was_not_heard_is_committed() -> None:
    world, host = manual()
    say(world, host, 200)
    world.run(0.5)
    does(world, host, COMMIT)


def test_V1_what_is_heard_is_left_to_the_server_for_a_while() -> None:
    world, host = manual()
    say(world, host, 200)
    hears(world, host)
    world.run(0.5)
    breaks(LEFT, world, host, COMMIT)


@pytest.mark.parametrize("is_late", [True, False])
def test_V1_what_was_heard_before_late_settings_hold_is_no_proof(is_late: bool) -> None:
    world, host = manual(dialect=ClientDialect.COMPONENT)
    world.ledger.applied = int(not is_late)
    hears(world, host)
    does(world, host, event={"type": "session.updated", "session": {}})
    world.run(0.5)
    (does if is_late else partial(breaks, LEFT))(world, host, COMMIT)


@pytest.mark.parametrize(("kind", "seconds"), [("punctual", 1.5), ("frames first", 0.5)])
def test_V1_then_it_is_committed_after_all(kind: str, seconds: float) -> None:
    """Hosts that are late may notice something that was due before."""
    world, host = manual(kind)
    say(world, host, 200)
    hears(world, host)
    world.run(seconds)
    does(world, host, COMMIT)


def test_V1_audio_that_flows_is_committed_at_the_ceiling() -> None:
    world, host = manual()
    hears(world, host)
    world.run(0.5)
    say(world, host, 200)
    does(world, host, COMMIT)


@pytest.mark.parametrize("event", [COMMITTED, CREATED])
def test_V1_what_the_server_has_taken_is_not_committed(event: Json) -> None:
    world, host = manual()
    say(world, host, 200)
    hears(world, host)
    does(world, host, event=event)
    say(world, host, 90)
    breaks(ANSWERED, world, host, COMMIT)
    say(world, host, 10)
    does(world, host, COMMIT)


@pytest.mark.parametrize("event", [COMMITTED, CREATED])
@pytest.mark.parametrize("early", [0.0, 0.5])
def test_V1_a_commit_that_is_due_goes_before_what_comes_then(event: Json, early: float) -> None:
    """The host is told at once that the server has taken the audio, and that its own timer is over."""
    world, host = manual()
    say(world, host, 200)
    hears(world, host)
    world.clock.set(2.0)
    host.deadline = 2.0 + early
    if early:
        breaks(ANSWERED, world, host, COMMIT, event=event)
    else:
        does(world, host, COMMIT, event=event)
        assert not world.ledger.taken


def test_V1_but_not_after_that() -> None:
    world, host = manual()
    say(world, host, 200)
    hears(world, host)
    host.deadline = 0.0
    does(world, host, event=COMMITTED)
    breaks(ANSWERED, world, host, COMMIT)


def test_V1_what_answers_a_commit_of_ours_is_no_proof() -> None:
    world, host = manual()
    does(world, host, COMMIT)
    hears(world, host)
    does(world, host, event=COMMITTED)
    assert (world.ledger.commits, world.ledger.taken) == (0, False)


def test_V1_a_response_of_ours_takes_nothing() -> None:
    world, host = manual()
    does(world, host, COMMIT, CREATE)
    hears(world, host)
    does(world, host, event=CREATED)
    assert (world.ledger.commits, world.ledger.taken) == (0, False)
    assert world.ledger.hearing is not None


def test_V1_another_turn_detection_begins_anew() -> None:
    world, host = manual()
    hears(world, host)
    turns = {"audio": {"input": {"turn_detection": {"type": "server_vad"}}}}
    does(world, host, up("session.update", session={"type": "realtime", **turns}))
    assert world.ledger.hearing is None


@pytest.mark.parametrize("tagged", [False, True])
def test_V1_without_tags_a_response_may_be_the_answer_to_a_create(tagged: bool) -> None:
    world, host = manual()
    world.ledger.tagged = tagged
    world.ledger.instructed.append("")
    say(world, host, 200)
    hears(world, host)
    does(world, host, event=CREATED)
    world.run(0.5)
    if tagged:
        breaks(ANSWERED, world, host, COMMIT)
    else:
        does(world, host, COMMIT)


def test_V1_a_response_with_a_tag_answers_its_create() -> None:
    """One without a tag came in between, and may have been the answer for all that anybody knew."""
    world, host = manual()
    say(world, host, 200)
    hears(world, host)
    does(world, host, event={**CREATED, "response": {"id": "r1", "metadata": {"rt": "c2"}}})
    world.run(1.5)
    does(world, host, COMMIT)
