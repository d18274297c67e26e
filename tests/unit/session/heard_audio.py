"""Agent audio of so many milliseconds, and what upstream is told of it when the user interrupts."""

from __future__ import annotations

from typing import Any

from tests.events import audio, speech
from tests.harness import Desk, Log

Json = dict[str, Any]

STARTED = speech("speech_started", audio_start_ms=900)


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
