"""A server that is other than its row says: what it shows holds for the call (D5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ....outputs import Notice, Outputs
from ..broken import require
from ..ledgers.shown import Shown
from ..rows import asked
from ..world_state import WorldState

__all__ = ["check", "hears", "sent", "traced"]

Json = dict[str, Any]
SHAPE, IDS, TAGS = "the shape of the session", "ids of items", "tags of responses"
_HEAD = re.compile(r"must start with '([^']+)'")
_HEADLESS = re.compile(r"must start with '[^']+', got '([^']+)'")
_CONFIRMING = ("conversation.item.added", "conversation.item.created", "conversation.item.done")
_PLACE = re.compile(r"previous item with id '([^']+)' does not exist")


def _is_mistaken(world: WorldState) -> bool:
    """Whether the session is flat, and the row says nested."""
    return bool(world.make.shape.places) and not world.row.shape.moved


def traced(world: WorldState, event: Json) -> Json:
    """An error that names no event, as if it named the one of the item whose id it refuses (R6)."""
    error: Json = event.get("error") or {}
    quoted = [] if error.get("event_id") else _HEADLESS.findall(error.get("message") or "")
    named = [event_id for event_id, item in world.shown.items.items() if item["id"] in quoted]
    return {**event, "error": {**error, "event_id": named[0]}} if named else event


def hears(world: WorldState, event: Mapping[str, Any]) -> None:
    """What upstream says of itself, before the host hears of it."""
    shown, kind = world.shown, event["type"]
    shown.due = ""
    if kind == "error":
        _refused(world, event["error"])
    elif kind == "session.updated" and _is_mistaken(world) and SHAPE not in shown.told:
        asked_for = world.component or world.ledger.configured > 0  # else it is the host's own update (S4)
        shown.due = SHAPE if asked_for else ""
    elif kind in _CONFIRMING:
        for event_id in _texts(shown):
            if shown.items[event_id]["id"] == event["item"].get("id"):
                del shown.items[event_id]


def _texts(shown: Shown) -> list[str]:
    """What the user typed and upstream has not confirmed, by the events that created it, oldest first."""
    return [each for each, item in shown.items.items() if _text(item) and "_context_" not in each]


def _refused(world: WorldState, error: Json) -> None:
    shown, event_id, message = world.shown, str(error.get("event_id")), error.get("message") or ""
    if "response.metadata" in message:
        shown.due = "" if shown.tags_refused else TAGS
        shown.tags_refused = True
    elif event_id in shown.misled and SHAPE not in shown.told:
        shown.due = SHAPE
    elif (head := _HEAD.search(message)) is not None and event_id in shown.items:
        shown.due = "" if IDS in shown.told else IDS
        shown.heads[_goes_again(world, event_id)] = head[1]
    elif event_id in shown.items and (place := _PLACE.search(message)) is not None:
        _lost(world, place[1])
        _goes_again(world, event_id)
    elif event_id in shown.items:
        _leaves(world, event_id)


def _lost(world: WorldState, item_id: str) -> None:
    """The server has said so of an item: it does not count as told."""
    shown, legs = world.shown, world.legs
    gone = [event_id for event_id, item in shown.items.items() if item["id"] == item_id]
    for event_id in gone:
        _leaves(world, event_id)
        legs.refused += legs.replaying


def _goes_again(world: WorldState, event_id: str) -> str:
    """An item does, of this type: it counts as if it had not been sent."""
    shown, legs = world.shown, world.legs
    item = shown.items[event_id]
    legs.asked.discard(event_id)
    legs.replayed = [each for each in legs.replayed if each is not item]
    text = _text(item)
    if text in legs.texts:
        shown.again.append(text)
    _leaves(world, event_id)
    return str(item["type"])


def _leaves(world: WorldState, event_id: str) -> None:
    """The session has not got an item after all."""
    item, legs = world.shown.items.pop(event_id), world.legs
    legs.items = [each for each in legs.items if each[0] != item["id"]]


def _text(item: Mapping[str, Any]) -> str:
    return str(item["content"][0]["text"]) if item.get("role") == "user" else ""


def sent(world: WorldState, frame: Json) -> Json:
    """A frame to upstream in the shape of GA. It is as the server has it, once that was shown."""
    shown, kind, event_id = world.shown, frame["type"], frame.get("event_id", "")
    shown.resent = False
    if kind == "session.update" and _is_mistaken(world) and SHAPE not in shown.told:
        shown.misled.add(event_id)
        shown.excused.add(event_id)
        return frame
    frame = asked(world.make, frame)
    if kind == "conversation.item.create" and "id" in frame.get("item", {}):
        _item(world, frame["item"], event_id)
    elif frame["type"] == "response.create" and "metadata" in frame["response"]:
        require(not shown.tags_refused, "D5 tags that were refused are not sent again", event_id)
        shown.excused.add(event_id)
    return frame


def _item(world: WorldState, item: Json, event_id: str) -> None:
    shown, head, text = world.shown, world.shown.heads.get(item["type"]), _text(item)
    if head is None:
        shown.excused.add(event_id)
    else:
        require(item["id"].startswith(head), "D5 ids begin as the server wants them", item["id"])
    shown.items[event_id] = item
    if text and text in shown.again:
        shown.again.remove(text)
        shown.resent = True


def check(world: WorldState, outputs: Outputs) -> None:
    """The host is told once of each, when it is shown."""
    shown = world.shown
    notices = [each for each in outputs if isinstance(each, Notice) and each.code == "SERVER_DIFFERS"]
    told = [str(each.fields["what"]) for each in notices]
    missing = shown.due and shown.due not in (*told, *shown.told) and not world.closed
    require(not missing, "D5 what a server shows other than its row is noticed", shown.due)
    for what in told:
        again = what in shown.told and world.legs.number == 1
        require(not again, "D5 what a server shows other than its row is noticed once", what)
    shown.told += told
    shown.due = ""
    given_up = [each for each in outputs if isinstance(each, Notice) and each.code == "ITEM_UNCONFIRMED"]
    for event_id in _texts(shown)[: len(given_up)]:  # if it is refused now, that is no news to the host (L3)
        del shown.items[event_id]
