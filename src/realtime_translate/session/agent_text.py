"""What the agent says, as text: told once, whichever event brings it first and complete (O3)."""

from __future__ import annotations

from hashlib import sha256

from attrs import define, field

from .. import openai
from ..notices import notice
from ..openai.objects import Item
from .env import Env
from .event_kinds import ItemEvent, TextEvent
from .signals import Effect, Effects, OwnText, ResponseEnded, TurnStep
from .tables import TurnEvent

__all__ = ["AgentText"]

_REMEMBERED = 64
"""Parts whose further announcements are recognised, and own items not seen yet (L2)."""


@define
class Part:
    """The text of one content part while its deltas come."""

    key: str
    response_id: str
    text: str = ""
    length: int = 0


@define
class OwnItem:
    """An assistant item that we created and upstream has not announced yet."""

    item_id: str
    words: str


@define
class AgentText:
    """`parts`: begun and not told; `told`: keys of parts, and texts by item, that the client has; `own`: items of ours."""

    parts: list[Part] = field(factory=list[Part])
    told: list[str] = field(factory=list[str])
    own: list[OwnItem] = field(factory=list[OwnItem])


def own_text(state: AgentText, env: Env, signal: OwnText) -> Effects:
    """An assistant item that we create: it is context, and never announced (O3)."""
    state.own.append(OwnItem(signal.item_id, fingerprint(signal.text)))
    return ()


def fingerprint(text: str) -> str:
    """A text in few bytes: what was told is remembered by it."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def delta(state: AgentText, env: Env, event: TextEvent) -> Effects:
    """A piece of text: collected, for servers whose `done` does not carry the whole."""
    key = _key(event.item_id or "", env.response, event.content_index or 0)
    if event.item_id and key in state.told:
        return ()
    part = next((each for each in state.parts if each.key == key), None)
    if part is None:
        part = Part(key, env.response)
        state.parts = [*state.parts[1 - _REMEMBERED :], part]
    limit = env.limits.item_text
    before, part.length = part.length, part.length + len(event.delta)
    if part.length <= limit:
        part.text += event.delta
    return (notice("AGENT_TEXT_LONG", characters=limit),) if before <= limit < part.length else ()


def text_done(state: AgentText, env: Env, event: openai.ResponseOutputTextDone) -> Effects:
    """A text part is whole."""
    return _part_done(state, env, event.item_id or "", event.content_index or 0, event.text or "")


def transcript_done(state: AgentText, env: Env, event: openai.ResponseOutputAudioTranscriptDone) -> Effects:
    """The transcript of an audio part is whole."""
    return _part_done(state, env, event.item_id or "", event.content_index or 0, event.transcript or "")


def item_seen(state: AgentText, env: Env, event: ItemEvent) -> Effects:
    """An item of the conversation or of a response, with what it holds so far."""
    item = event.item
    if item.type != "message" or item.role != "assistant" or item.status == "in_progress":
        return ()
    if _is_own(state, item):
        return ()
    return _tell_item(state, env, item)


def response_done(state: AgentText, env: Env, event: openai.ResponseDone) -> Effects:
    """The response lists what it said once more."""
    effects: list[Effect] = []
    for item in event.response.output or ():
        if item.type == "message":
            effects += _tell_item(state, env, item)
    return effects


def ended(state: AgentText, env: Env, signal: ResponseEnded) -> Effects:
    """What only deltas brought is told when the response is over."""
    left = [each for each in state.parts if each.response_id == signal.response_id]
    state.parts = [each for each in state.parts if each.response_id != signal.response_id]
    effects: list[Effect] = []
    for part in left:
        effects += _tell(state, env, part.key.rpartition("/")[0], part.key, part.text)
    return effects


def _key(item_id: str, response_id: str, index: int) -> str:
    return f"{item_id or response_id}/{index}"


def _part_done(state: AgentText, env: Env, item_id: str, index: int, text: str) -> list[Effect]:
    key = _key(item_id, env.response, index)
    part = next((each for each in state.parts if each.key == key), None)
    state.parts = [each for each in state.parts if each is not part]
    whole = text or (part.text if part else "")
    return _tell(state, env, item_id or env.response, key if item_id else "", whole)


def _tell_item(state: AgentText, env: Env, item: Item) -> list[Effect]:
    effects: list[Effect] = []
    for index, part in enumerate(item.content or ()):
        text = part.text or part.transcript or ""
        key = _key(item.id or "", env.response, index)
        if text:
            state.parts = [each for each in state.parts if each.key != key]
        effects += _tell(state, env, item.id or env.response, key if item.id else "", text)
    return effects


def _tell(state: AgentText, env: Env, owner: str, key: str, text: str) -> list[Effect]:
    """Tell a text once: by its part, and by its words within one item, or one response where items have no ids (O3)."""
    words = f"{owner}={fingerprint(text)}"
    if not text or words in state.told or (key and key in state.told):
        return []
    state.told = [*state.told[2 - _REMEMBERED :], words, key]
    return [TurnStep(TurnEvent.TEXT), *env.text("assistant", text)]


def _is_own(state: AgentText, item: Item) -> bool:
    text = "".join(part.text or "" for part in item.content or ())
    mine = next(
        (each for each in state.own if each.item_id == item.id or each.words == fingerprint(text)), None
    )
    if mine is None:
        return False
    state.own = [each for each in state.own if each is not mine]
    if item.id:
        state.told = [*state.told[1 - _REMEMBERED :], _key(item.id, "", 0)]
    return True
