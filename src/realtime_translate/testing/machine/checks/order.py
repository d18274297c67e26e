"""The user's words are told in their order, and before the agent's answer to them (O4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...model.makes import GIVEN
from ..broken import require
from ..world_state import WorldState

__all__ = ["AT_ONCE", "asks", "check"]

Json = dict[str, Any]
AT_ONCE = ("ITEM_UNCONFIRMED", "RENEWAL_DONE")
"""Notices of inputs at which older turns are asked for (L3, N9)."""
_EXACT = {"instructions", GIVEN}
"""What creates of the agent's own words have (T3)."""
_RELEASES = {"FunctionCallRequest", "UserStartedSpeaking", "AgentAudioDone"}
"""What the agent's words come before, whether the user's are known or not."""
_ROOMY = 1000
"""With less `item_text`, what waits soon is too much to keep (L2)."""


def check(world: WorldState, event: Json | None, told: int) -> None:
    """After an input, `event` if it came from upstream; before it the client had been `told` so many of the
    agent's words.
    """
    ledger = world.ledger
    kinds, ledger.lately = ledger.lately, []
    words = ledger.told_agent[told:]
    if words and not world.component and _RELEASES & set(kinds):
        ledger.releases += 1
    orderly = world.config.limits.item_text >= _ROOMY
    if event is not None and event["type"] == "conversation.item.input_audio_transcription.completed":
        _transcribed(world, event, strict=orderly)
    if orderly and ledger.transcribed and any(each.startswith("Reply number") for each in words):
        missing = _awaited(world, ledger.committed[: ledger.heard_first])
        require(world.component or not missing, "O4 the agent's words wait for the user's", missing)


def _transcribed(world: WorldState, event: Json, *, strict: bool) -> None:
    """In order of commit, at once if nothing is missing before it."""
    ledger, item_id = world.ledger, event["item_id"]
    text = ledger.users_words[item_id]
    if item_id not in ledger.committed or not text:
        return
    before = ledger.committed[: ledger.committed.index(item_id)]
    told, missing = text in ledger.told_user, [each for each in before if each not in ledger.users_words]
    require(told or bool(missing), "O4 what the user said is told when it is known", text)
    awaited = _awaited(world, before) if strict else []
    require(not (told and awaited), "O4 what the user said is told in order", text)


def _awaited(world: WorldState, items: Sequence[str]) -> list[str]:
    """Those of which nothing is known, and which nothing has made the host not wait for."""
    ledger = world.ledger
    missing = [each for each in items if each not in ledger.users_words]
    return [each for each in missing if ledger.releases == ledger.released[each]]


def asks(frames: list[Json]) -> None:
    """The response to a text is asked for once the server has the text, not along with it (T1), but for
    `AT_ONCE`.
    """
    unconfirmed = ""
    for frame in frames:
        kind = frame["type"]
        if kind == "conversation.item.create" and frame["item"].get("role") == "user":
            unconfirmed = frame["item"]["content"][0]["text"]
        elif kind in ("conversation.item.create", "input_audio_buffer.commit"):
            unconfirmed = ""
        elif kind == "response.create":
            alone = unconfirmed and not frame["response"].keys() & _EXACT
            require(not alone, "T1 a response is asked for when the text is confirmed", unconfirmed)
