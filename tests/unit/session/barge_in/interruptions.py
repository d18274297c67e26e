"""A call whose agent speaks when the user does, and what is left of that: for the tests of barge-in."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import ClientDialect, ServerVad
from tests.events import audio, created, item_added, message, speech, transcript
from tests.harness import Desk, Log

Json = dict[str, Any]

BOTH = pytest.mark.parametrize("dialect", ClientDialect)
SERVER_CUTS = ServerVad()
"""The server cancels its response by itself when the user speaks."""
WE_CUT = ServerVad(interrupt_response=False)
"""It goes on, and the translator has to cancel it."""
CUTTERS = pytest.mark.parametrize("turns", [SERVER_CUTS, WE_CUT], ids=["server cuts", "we cut"])
ENDS = {ClientDialect.DEEPGRAM: ["AgentAudioDone"], ClientDialect.COMPONENT: ["AgentDone", "AgentAudioDone"]}
STARTED = speech("speech_started", audio_start_ms=900)
AGAIN = speech("speech_started", audio_start_ms=1900, item_id="u2")


def speaking(desk: Desk) -> Log:
    """A response that has said the first of its words."""
    began = item_added(message(status="in_progress"))
    return desk.upstream(created(), began, transcript("Two berths are free. Come"), audio())


def interrupted(desk: Desk) -> Desk:
    speaking(desk)
    desk.upstream(STARTED)
    return desk


def spoken_to(log: Log) -> list[str]:
    """What the client got, but for the words of the agent and the history."""
    return [each for each in log.client_types if each not in ("ConversationText", "History")]


def sound(milliseconds: int, bytes_per_millisecond: int = 48) -> bytes:
    return b"\x01" * (milliseconds * bytes_per_millisecond)


def play(milliseconds: int, item_id: str = "msg_1", response_id: str = "resp_1") -> Json:
    return audio(sound(milliseconds), item_id, response_id)


def reported(desk: Desk, milliseconds: int) -> None:
    assert desk.act(lambda translator: translator.playback_reported(milliseconds)).outputs == []


def forgotten(log: Log) -> list[tuple[str, int | str]]:
    """What of which item is left in the conversation: milliseconds of its audio, or nothing."""
    kinds = ("conversation.item.truncate", "conversation.item.delete")
    asked = [each for each in log.upstream if each["type"] in kinds]
    return [(each["item_id"], each.get("audio_end_ms", "deleted")) for each in asked]
