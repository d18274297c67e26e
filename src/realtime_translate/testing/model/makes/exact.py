"""Texts that a server is asked to say word for word."""

from __future__ import annotations

from ..faults import Fault, invalid_value, unknown_parameter
from ..frames import Object, as_list, as_object, as_text
from .make import Make

__all__ = ["FORCED", "GIVEN", "as_create", "exact_text"]

FORCED, GIVEN = "force_message", "pre_generated_assistant_message"
"""The type of an item (xAI), and a part of a response (Voice Live)."""
_PARTS = {FORCED: "output_text", GIVEN: "text"}
_TYPES = {FORCED: FORCED, GIVEN: "message"}
_KEYS = {"type", "role", "content"}


def exact_text(make: Make, event: Object) -> str:
    """The text that an event asks this server to say word for word; empty for any other event."""
    parts = as_list(_said(make, event).get("content"))
    return as_text(as_object(parts[0]).get("text")) if parts else ""


def as_create(make: Make, event: Object) -> Object | Fault | None:
    """An event that asks for such a text, as a create that has it for instructions; or what is wrong with it.
    None for any other event.
    """
    said = _said(make, event)
    if not said:
        return None
    path = "item" if make.exact == FORCED else f"response.{GIVEN}"
    if unknown := sorted(said.keys() - _KEYS):
        return unknown_parameter(f"{path}.{unknown[0]}")
    parts = [as_object(each) for each in as_list(said.get("content"))]
    wanted = {"type": _TYPES[make.exact], "role": "assistant"}
    kinds = [as_text(each.get("type")) for each in parts]
    if {**said, **wanted} != said or kinds != [_PARTS[make.exact]]:
        return invalid_value(str(said), path, [make.exact])
    asked = {key: value for key, value in as_object(event.get("response")).items() if key != GIVEN}
    response = {**asked, "instructions": as_text(parts[0].get("text")), "tool_choice": "none"}
    rest = {key: value for key, value in event.items() if key not in ("item", "response")}
    return {**rest, "type": "response.create", "response": response}


def _said(make: Make, event: Object) -> Object:
    item = as_object(event.get("item"))
    if make.exact == FORCED and item.get("type") == FORCED:
        return item
    return as_object(as_object(event.get("response")).get(GIVEN)) if make.exact == GIVEN else {}
