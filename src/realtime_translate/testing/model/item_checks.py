"""What servers refuse of items (protocols, *What servers refuse*)."""

from __future__ import annotations

import attrs

from .arrival import Arrival, StateCheck
from .faults import Fault, invalid_value
from .frames import as_int, as_object, as_text
from .session import is_reasoning
from .state import State

_PREFIXES = {"message": "msg_", "function_call": "fc_", "function_call_output": "fco_"}
PREFIXED, ITEMS = 2, 3  # options of `item_ids`


def ids_have_prefixes(state: State, arrival: Arrival) -> Fault | None:
    """Some servers take only ids like those that they give themselves (speech-to-speech)."""
    item = as_object(arrival.event["item"])
    chosen = state.variants["item_ids"]
    if chosen not in (PREFIXED, ITEMS):
        return None
    wanted = {"id": _PREFIXES.get(as_text(item["type"]), ""), "call_id": "call_"}
    if chosen == ITEMS:
        wanted = {"id": "item_"}
    for key, prefix in wanted.items():
        if not (given := as_text(item.get(key, prefix))).startswith(prefix):
            message = f"ID must start with '{prefix}', got '{given}'"
            return Fault(None, message, rule=8, kind="invalid_conversation_item")
    return None


def id_is_new(state: State, arrival: Arrival) -> Fault | None:
    """An item id is used once."""
    item_id = as_text(as_object(arrival.event["item"]).get("id"))
    if not item_id or not (state.conversation.find(item_id) or state.awaits(item_id)):
        return None
    return Fault(
        "item_create_duplicate_item_id",
        f"Error adding item: an item with id '{item_id}' already exists.",
        rule=8,
        # gpt-realtime-2.1 was seen to answer this one without the client's event id (protocols, *Errors*)
        anonymous=is_reasoning(state.session.model),
    )


def previous_exists(state: State, arrival: Arrival) -> Fault | None:
    """`previous_item_id` names an item that was there or was sent before."""
    previous = arrival.text("previous_item_id")
    if previous in ("", "root") or state.awaits(previous):
        return None
    if state.conversation.find(previous) is not None:
        return None
    return Fault(
        "item_create_invalid_previous_item_id",
        f"Error adding item: the previous item with id '{previous}' does not exist.",
        rule=12,
    )


def call_exists(state: State, arrival: Arrival) -> Fault | None:
    """An output answers a call of the conversation, or one that was sent before."""
    item = as_object(arrival.event["item"])
    call_id = as_text(item.get("call_id"))
    if item["type"] != "function_call_output" or state.conversation.call(call_id) is not None:
        return None
    if any(each.kind == "function_call" and each.call_id == call_id for each in state.awaited):
        return None
    message = f"Tool call ID '{call_id}' not found in conversation."
    return Fault("invalid_tool_call_id", message, rule=9)


def answered_once(state: State, arrival: Arrival) -> Fault | None:
    """One output for a call."""
    item = as_object(arrival.event["item"])
    call_id = as_text(item.get("call_id"))
    if item["type"] != "function_call_output" or call_id not in state.conversation.answered:
        return None
    if any(call.call_id == call_id for call in state.conversation.open_calls):
        return None
    return Fault(None, f"Tool call '{call_id}' already has an output.", rule=9, silent=True)


def call_is_complete(state: State, arrival: Arrival) -> Fault | None:
    """A call that was cut short, or is still being made, is not run."""
    item = as_object(arrival.event["item"])
    call = state.conversation.call(as_text(item.get("call_id")))
    if item["type"] != "function_call_output" or call is None or call.body.get("status") == "completed":
        return None
    message = f"An output for the tool call '{call.call_id}', which is not complete."
    return Fault(None, message, rule=10, silent=True)


def existing(verb: str, noun: str, rule: int | None) -> StateCheck:
    """The item that the event names is there; `verb` and `noun` are what is to be done with it."""

    def check(state: State, arrival: Arrival) -> Fault | None:
        item_id = arrival.text("item_id")
        if state.conversation.find(item_id) is not None:
            return None
        message = f"Error {noun} item: the item with id '{item_id}' does not exist."
        return Fault(f"item_{verb}_invalid_item_id", message, rule=rule)

    return check


def can_be_truncated(state: State, arrival: Arrival) -> Fault | None:
    """Only heard parts of the model's speech can be kept (`unsupported_content_type`, `invalid_value`)."""
    item = state.conversation.get(arrival.text("item_id"))
    if not item.audio_ms:
        message = "Only model output audio messages can be truncated"
        return Fault("unsupported_content_type", message, rule=11)
    if arrival.event["content_index"] != 0:
        return attrs.evolve(
            invalid_value(str(arrival.event["content_index"]), "content_index", ("0",)), rule=11
        )
    end_ms = as_int(arrival.event["audio_end_ms"])
    if end_ms <= item.audio_ms:
        return None
    message = f"Audio content of {item.audio_ms}ms is already shorter than {end_ms}ms"
    return Fault("invalid_value", message, rule=11)


def was_received(state: State, arrival: Arrival) -> Fault | None:
    """A client cannot have heard what had not been sent when it said so."""
    if as_int(arrival.event["audio_end_ms"]) <= arrival.audio_ms:
        return None
    message = f"A truncation past the {arrival.audio_ms}ms of audio that had been sent."
    return Fault(None, message, rule=11, silent=True)
