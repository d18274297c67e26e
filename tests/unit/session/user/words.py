"""What the client gets of the user's words and of the answers to them, and calls to hear it in."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import ClientDialect, Config, ServerVad
from tests.events import created, settings, spoken
from tests.harness import Desk, Log

Json = dict[str, Any]

DEEPGRAM, COMPONENT = ClientDialect.DEEPGRAM, ClientDialect.COMPONENT
BOTH = pytest.mark.parametrize("dialect", ClientDialect)


def told(log: Log) -> list[str]:
    """The words of both sides, as the client got them."""
    words = {"user": "user", "assistant": "agent"}
    return [
        f"{words[each['role']]}: {each['content']}"
        if each["type"] == "ConversationText"
        else f"{'final' if each['is_final'] else 'interim'}: {each['transcript']}"
        for each in log.client
        if not isinstance(each, bytes) and each["type"] in ("ConversationText", "Transcript")
    ]


def without_transcription(dialect: ClientDialect = DEEPGRAM) -> Desk:
    desk = Desk(Config(dialect, turn_detection=ServerVad()))
    desk.opened()
    desk.client(settings())
    desk.dialled()
    said = {"audio": {"input": {"transcription": None}}}
    desk.upstream({"type": "session.updated", "session": said})
    return desk


def answering(desk: Desk) -> None:
    """A response to a piece of speech whose transcript has not come."""
    desk.upstream(*spoken(), created())


def remembered(desk: Desk) -> Json:
    snapshot: Any = desk.translator.snapshot()
    whole: Json = snapshot["call"]["user_speech"]
    return whole
