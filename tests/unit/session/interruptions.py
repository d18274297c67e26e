"""A call whose agent speaks when the user does: for the tests of barge-in."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import ClientDialect, ServerVad
from tests.events import audio, created, inject, item_added, message, speech, transcript, user_item
from tests.harness import Desk, Log
from tests.unit.session.played import item_id_in, tag_in

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


def asked(desk: Desk) -> str:
    """A text whose response was asked for: the tag of that."""
    log = desk.client(inject())
    return tag_in(desk.upstream(user_item(item_id_in(log), "Hello")))
