"""Upstream events about what the user says, and what the client gets of it."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import ClientDialect, Config, ServerVad, TurnDetection
from tests.harness import Desk, Log
from tests.unit.session.agent_events import created, settings
from tests.unit.session.played import speech

Json = dict[str, Any]

DEEPGRAM, COMPONENT = ClientDialect.DEEPGRAM, ClientDialect.COMPONENT
BOTH = pytest.mark.parametrize("dialect", ClientDialect)
EVENT = "conversation.item.input_audio_transcription"


def ready(
    dialect: ClientDialect = DEEPGRAM,
    given: Json | None = None,
    turns: TurnDetection = ServerVad(),  # noqa: B008 (frozen)
    **fields: Any,
) -> Desk:
    desk = Desk(Config(dialect, turn_detection=turns, **fields))
    desk.ready(given or settings())
    return desk


def started(item_id: str = "u1", at: float | None = 500) -> Json:
    return speech("speech_started", item_id=item_id, audio_start_ms=at)


def stopped(item_id: str = "u1", at: float | None = 1750) -> Json:
    return speech("speech_stopped", item_id=item_id, audio_end_ms=at)


def committed(item_id: str | None = "u1") -> Json:
    return speech("committed", item_id=item_id)


def heard(delta: str | None, item_id: str | None = "u1") -> Json:
    return {"type": f"{EVENT}.delta", "item_id": item_id, "content_index": 0, "delta": delta}


def written(transcript: str | None, item_id: str | None = "u1") -> Json:
    return {"type": f"{EVENT}.completed", "item_id": item_id, "content_index": 0, "transcript": transcript}


def failed(item_id: str = "u1", **error: Any) -> Json:
    return {"type": f"{EVENT}.failed", "item_id": item_id, "content_index": 0, "error": error or None}


def spoken(item_id: str = "u1") -> list[Json]:
    """A piece of speech until its commit."""
    return [started(item_id), stopped(item_id), committed(item_id)]


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
