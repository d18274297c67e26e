"""What the machine says when words are told in another order than they were said in (O4)."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config, Limits, Notice, SendToClient
from realtime_translate.outputs import Level
from realtime_translate.testing.machine.world import World
from tests.events import committed, created
from tests.unit.testing.machine.scripted import ScriptedHost, breaks, does, down, scripted

Json = dict[str, Any]
ORDER = "O4 what the user said is told in order"
ANSWER = "O4 the agent's words wait for the user's"
LATE = Notice("TRANSCRIPT_LATE", Level.INFO, "late")


def transcribed(item_id: str, text: str) -> Json:
    kind = "conversation.item.input_audio_transcription.completed"
    return {"type": kind, "item_id": item_id, "transcript": text}


def user(text: str) -> SendToClient:
    return down("ConversationText", role="user", content=text)


def agent(text: str) -> SendToClient:
    return down("ConversationText", role="assistant", content=text)


def call() -> SendToClient:
    one = {"id": "c1", "name": "get_weather", "arguments": "{}", "client_side": True}
    return down("FunctionCallRequest", functions=[one])


REPLY = agent("Reply number 1.")


def heard(config: Config | None = None) -> tuple[World, ScriptedHost]:
    """A response begins after a piece of speech whose transcript is not there."""
    world, host = scripted(config)
    for event in (committed("msg_1"), created(), committed("msg_2")):
        does(world, host, event=event)
    return world, host


def roomless() -> Config:
    return Config.deepgram(limits=Limits(item_text=8))


def test_what_the_user_said_is_told_when_it_is_known() -> None:
    world, host = heard()
    does(world, host, event=transcribed("msg_2", "two"))
    does(world, host, event=transcribed("unheard of", "three"))
    breaks("O4 what the user said is told when it is known", world, host, event=transcribed("msg_1", "one"))


def test_it_is_told_in_order() -> None:
    breaks(ORDER, *heard(), user("two"), event=transcribed("msg_2", "two"))


@pytest.mark.parametrize("release", [call(), down("AgentAudioDone"), down("UserStartedSpeaking")])
def test_what_releases_the_agents_words_releases_it(release: SendToClient) -> None:
    does(*heard(), REPLY, release, user("two"), event=transcribed("msg_2", "two"))


@pytest.mark.parametrize("release", [call(), down("AgentAudioDone"), down("UserStartedSpeaking")])
def test_without_words_there_is_nothing_to_release(release: SendToClient) -> None:
    breaks(ORDER, *heard(), release, user("two"), event=transcribed("msg_2", "two"))


def test_nothing_is_waited_for_for_ever() -> None:
    world, host = heard()
    does(world, host, LATE, REPLY)
    does(world, host, user("two"), event=transcribed("msg_2", "two"))


def test_the_agents_words_wait() -> None:
    breaks(ANSWER, *heard(), REPLY)


def test_they_wait_for_what_they_answer_alone() -> None:
    world, host = heard()
    does(world, host, user("one"), REPLY, event=transcribed("msg_1", "one"))


def test_what_was_given_up_is_not_waited_for_again() -> None:
    world, host = heard()
    does(world, host, LATE, REPLY)
    does(world, host, agent("Reply number 2."))


def test_silence_is_not_waited_for() -> None:
    world, host = heard()
    does(world, host, event={"type": "input_audio_buffer.timeout_triggered", "item_id": "msg_1"})
    does(world, host, REPLY)


def test_what_is_heard_in_silence_is_not_told() -> None:
    world, host = heard()
    does(world, host, event={"type": "input_audio_buffer.timeout_triggered", "item_id": "msg_1"})
    does(world, host, event=transcribed("msg_1", "Thanks for watching!"))


def test_white_space_is_not_told() -> None:
    does(*heard(), event=transcribed("msg_1", " "))


def test_other_words_do_not_wait() -> None:
    does(*heard(), agent("Hello!"))


@pytest.mark.parametrize("config", [Config.component(), roomless()])
def test_some_hosts_do_not_wait(config: Config) -> None:
    does(*heard(config), REPLY)


def test_the_component_releases_nothing() -> None:
    world, host = heard(Config.component())
    breaks(ORDER, world, host, REPLY, call(), user("two"), event=transcribed("msg_2", "two"))


def test_with_little_room_nothing_is_in_order() -> None:
    does(*heard(roomless()), user("two"), event=transcribed("msg_2", "two"))


def test_a_session_may_transcribe_nothing() -> None:
    world, host = heard()
    session = {"audio": {"input": {"transcription": None}}}
    does(world, host, event={"type": "session.updated", "session": session})
    does(world, host, REPLY)
