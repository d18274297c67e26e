"""Servers of another make or age (protocols, *Other servers*): what differs, as one function an option.

A row of `VARIANTS` has what to do for the options 1, 2 … of its decision; each function gets an event and
returns what is sent in its place. Option 0 changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from .choices import CHOICES, Group, option
from .frames import Object, as_list, as_object, as_text, is_object
from .makes import Make, shown
from .state import State

Change: TypeAlias = "Callable[[Object], tuple[Object, ...]]"

_ITEM = "conversation.item."
_COMMITTED = "input_audio_buffer.committed"
_SPEAKING = ("response.output_text.", "response.output_audio.", "response.output_audio_transcript.")
_BETA_CONTENT = {"output_text": "text", "output_audio": "audio"}
_RESPONSE_IDS = ("response_id",)
_ALL_IDS = ("response_id", "item_id")


def settle(state: State) -> None:
    """Decide, as the session opens, what server this is."""
    names = [name for name, row in CHOICES.items() if row.group is Group.VARIANT]
    if state.make.plain:
        state.variants = {name: option(state.choices, name) for name in names}
    else:
        state.variants = {name: state.make.options.get(name, 0) for name in names}
    if state.variants["output_rate"] == 1:
        state.session.output["format"] = None


def dress(state: State, event: Object) -> tuple[Object, ...]:
    """What this server sends where the documented one sends `event`."""
    events = _with_its_own(state.make, event)
    for name, changes in VARIANTS.items():
        if (number := state.variants[name]) > 0:
            change = changes[number - 1]
            events = tuple(changed for each in events for changed in change(each))
    return tuple(shown(state.make, each) for each in events)


def _with_its_own(make: Make, event: Object) -> tuple[Object, ...]:
    """Events that only this server has come as it opens, and between those of responses."""
    if make.own and _kind(event) in ("session.created", "response.output_item.done"):
        return (event, *({"type": kind, "sequence": at} for at, kind in enumerate(make.own)))
    return (event,)


def _kind(event: Object) -> str:
    return as_text(event["type"])


def _without(event: Object, *keys: str) -> Object:
    return {key: value for key, value in event.items() if key not in keys}


def _drop(*prefixes: str) -> Change:
    """Nothing is sent for events whose type begins so."""
    return lambda event: () if _kind(event).startswith(prefixes) else (event,)


def _no_spoken_items(event: Object) -> tuple[Object, ...]:
    """Neither `committed` nor an event of an item that the user spoke (speech-to-speech)."""
    parts = as_list(as_object(event.get("item")).get("content"))
    spoken = any(as_object(part)["type"] == "input_audio" for part in parts)
    return () if spoken or _kind(event) == _COMMITTED else (event,)


def _created_alone(event: Object) -> tuple[Object, ...]:
    if _kind(event) == f"{_ITEM}done":
        return ()
    return ({**event, "type": f"{_ITEM}created"} if _kind(event) == f"{_ITEM}added" else event,)


def _no_ids(keys: tuple[str, ...]) -> Change:
    def change(event: Object) -> tuple[Object, ...]:
        return (_without(event, *keys) if "response_id" in event else event,)

    return change


def _nameless(event: Object) -> tuple[Object, ...]:
    if not is_object(response := event.get("response")):
        return _no_ids(_ALL_IDS)(event)
    return ({**event, "response": _without(response, "id")},)


def _no_tags(event: Object) -> tuple[Object, ...]:
    if not is_object(event.get("response")):
        return (event,)
    return ({**event, "response": {**as_object(event["response"]), "metadata": None}},)


def _no_name(event: Object) -> tuple[Object, ...]:
    return (_without(event, "name") if _kind(event) == "response.function_call_arguments.done" else event,)


def _beta(event: Object) -> tuple[Object, ...]:
    kind = _kind(event)
    changed = dict(event)
    if kind.startswith(_SPEAKING):
        changed["type"] = kind.replace("output_", "", 1)
    if is_object(item := event.get("item")):
        changed["item"] = _beta_item(item)
    if is_object(response := event.get("response")):
        outputs = [_beta_item(as_object(each)) for each in as_list(response["output"])]
        changed["response"] = {**response, "output": outputs}
    return (changed,)


def _both_ga_first(event: Object) -> tuple[Object, ...]:
    """As NVIDIA's gateway, which serves clients of both ages."""
    if not _kind(event).startswith(_SPEAKING):
        return (event,)
    return event, {**event, "type": _kind(event).replace("output_", "", 1)}


def _both_beta_first(event: Object) -> tuple[Object, ...]:
    return tuple(reversed(_both_ga_first(event)))


def _beta_item(item: Object) -> Object:
    if "content" not in item:
        return item
    parts = [as_object(part) for part in as_list(item["content"])]
    renamed = [{**part, "type": _BETA_CONTENT.get(as_text(part["type"]), part["type"])} for part in parts]
    return {**item, "content": renamed}


def _unknown_events(event: Object) -> tuple[Object, ...]:
    """As xAI and Inworld ping, and as a server newer than this library would speak."""
    if _kind(event) == "session.created":
        conversation: Object = {"id": "conv_of_another_make", "object": "realtime.conversation"}
        return (event, {"type": "conversation.created", "conversation": conversation}, {"type": "ping"})
    if _kind(event) == "response.output_item.added":
        unknown = {"type": "response.thinking.started", "response_id": event["response_id"], "effort": 0.5}
        return (event, unknown)
    return (event, {"type": "ping", "sequence": 7}) if _kind(event).endswith(".done") else (event,)


def _unknown_fields(event: Object) -> tuple[Object, ...]:
    newer: Object = {"of_tomorrow": {"kind": "unknown", "values": [1, None, "é"]}}
    inner = {key: {**value, **newer} for key, value in event.items() if is_object(value)}
    return ({**event, **inner, **newer},)


VARIANTS: Mapping[str, tuple[Change, ...]] = {
    "response_done": (_drop("response.done"),),
    "skipped_events": (
        _drop("response.content_part."),
        _drop("response.content_part.", "response.output_item."),
    ),
    "item_events": (_drop(f"{_ITEM}done"), _drop(f"{_ITEM}added", f"{_ITEM}created"), _created_alone),
    "response_tags": (_no_tags, _no_tags),
    "committed": (_drop(_COMMITTED), _no_spoken_items),
    "speech_stopped": (_drop("input_audio_buffer.speech_stopped"),),
    "call_names": (_no_name,),
    "event_names": (_beta, _both_beta_first, _both_ga_first),
    "newer": (_unknown_events, _unknown_fields),
    "response_ids": (_no_ids(_RESPONSE_IDS), _no_ids(_ALL_IDS), _nameless),
}
"""By decision, in the order in which they are applied: what is dropped first, what is stripped last.

Those of `VARIANT` that are not among them are more than a matter of how events are shown."""
