"""What the server does with each client event whose checks it passed (protocols, *Client events*)."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable, Mapping
from typing import TypeAlias

from .audio import format_of
from .conversation import Item
from .frames import Flow, Object, as_int, as_list, as_object, as_text, error_event, session_event
from .responses import begin, cancel, stop
from .script import Reply, Say
from .state import State
from .turns import add_item, answer_turn, append, commit, show_item, take_speech_item

Handler: TypeAlias = "Callable[[State, Object], Flow]"

OWN_IDS = 1  # an option of `item_ids`
TAGS_REFUSED = 2  # an option of `response_tags`
VOICE = "session.audio.output.voice"
_UNSUPPORTED = ("invalid_request_error", "unsupported_parameter", f"Unsupported parameter: '{VOICE}'.")
_NO_METADATA = (
    "Specifying `response.metadata` is not supported. "
    "The server either does not support this field or it is not configurable."
)


def session_update(state: State, event: Object) -> Flow:
    """Apply a patch, answer with the whole session. Some servers know nothing of some parts of it."""
    audio = as_object(as_object(event["session"]).get("audio"))
    if state.variants["one_voice"] > 0 and "voice" in as_object(audio.get("output")):
        param = VOICE if state.variants["one_voice"] == 1 else None
        yield error_event(*_UNSUPPORTED, param, as_text(event.get("event_id")) or None)
        return
    state.updated = True
    state.session.update(as_object(event["session"]), state.variants["vad_off"])
    state.buffer.use(format_of(as_object(state.session.input["format"])))
    if state.session.turn_detection is None:
        state.buffer.speaking, state.speech_item = False, None
    if state.options.kill_idle_after is not None and state.active is None:
        # The field report's theory: idle_timeout_ms replaces a limit that counts from the session's start.
        state.idle_from = state.now
    yield session_event("updated", state.session.body)


def audio_append(state: State, event: Object) -> Flow:
    """Take audio in."""
    return append(state, as_text(event["audio"]))


def audio_commit(state: State, event: Object) -> Flow:
    """Make an item of what is pending. A response follows on some servers alone."""
    yield from commit(state, take_speech_item(state), state.buffer.take())
    if state.variants["commit_answer"] == 1:
        yield from answer_turn(state, "commit")


def audio_clear(state: State, event: Object) -> Flow:
    """Forget what is pending; answered also when nothing was."""
    state.buffer.clear()
    state.speech_item = None
    yield {"type": "input_audio_buffer.cleared"}


def item_create(state: State, event: Object) -> Flow:
    """Add an item; the server never responds to it by itself."""
    state.fresh = True
    item = _new_item(state, as_object(event["item"]))
    previous = as_text(event.get("previous_item_id"))
    output = item.kind == "function_call_output"
    if output:
        state.conversation.answered.append(item.call_id)
    # In every recording the events of an output sent during its response come after response.done.
    waits = state.choose("call_output_item") == 0 if output else state.choose("item_during_response") == 1
    if state.active is not None and waits:
        state.awaited.append(item)
        state.deferred.append(_add_awaited(state, item, previous))
    elif state.variants["item_confirmation"] == 1:
        state.conversation.insert(item, previous)
        state.unconfirmed.append(show_item(state, item))
    else:
        yield from add_item(state, item, previous)


def _add_awaited(state: State, item: Item, previous: str) -> Flow:
    state.awaited.remove(item)
    yield from add_item(state, item, previous)


def _new_item(state: State, given: Object) -> Item:
    """The item as the server shows it: an id, a status for what the model reads, no audio."""
    body = copy.deepcopy(given)
    named = as_text(body.pop("id", None))
    item_id = f"item_{state.new_id()}" if state.variants["item_ids"] == OWN_IDS or not named else named
    shown: Object = {"id": item_id, "type": body["type"]}
    if body["type"] in ("message", "function_call"):
        shown["status"] = "completed"
    if body["type"] == "function_call" and "call_id" not in body:
        body["call_id"] = f"call_{state.new_id()}"
    audio = b""
    for part in as_list(body.get("content")):
        if as_object(part)["type"] == "input_audio":
            audio += base64.b64decode(as_text(as_object(part).pop("audio")))
            as_object(part).setdefault("transcript", None)
    return Item(item_id, {**shown, **body, **shown}, audio=audio)


def item_truncate(state: State, event: Object) -> Flow:
    """Forget what was not heard."""
    item_id, end_ms = as_text(event["item_id"]), as_int(event["audio_end_ms"])
    state.conversation.get(item_id).cut(end_ms)
    yield {
        "type": "conversation.item.truncated",
        "item_id": item_id,
        "content_index": 0,
        "audio_end_ms": end_ms,
    }


def item_delete(state: State, event: Object) -> Flow:
    """Take an item out."""
    item_id = as_text(event["item_id"])
    state.conversation.remove(item_id)
    yield {"type": "conversation.item.deleted", "item_id": item_id}


def item_retrieve(state: State, event: Object) -> Flow:
    """Show an item, the audio of the user included."""
    item = state.conversation.get(as_text(event["item_id"]))
    body = copy.deepcopy(item.body)
    for part in as_list(body.get("content")):
        if as_object(part)["type"] == "input_audio":
            as_object(part)["audio"] = base64.b64encode(item.audio).decode("ascii")
    yield {"type": "conversation.item.retrieved", "item": body}


def response_create(state: State, event: Object) -> Flow:
    """Start a response. What is null is as if it were not there: clients send it so."""
    given = as_object(event.get("response")).items()
    request = {key: value for key, value in given if value is not None}
    if state.variants["response_tags"] == TAGS_REFUSED and "metadata" in request:
        yield error_event("invalid_request_error", None, _NO_METADATA)
    if state.make.drops_creates and not state.fresh:
        state.fresh = True
        return
    if state.active is not None and state.make.supersedes:
        yield from cancel(state, state.active, "superseded")
    yield from begin(state, request, "client")


def saying(text: str) -> Handler:
    """Start a response that says this text, and nothing else."""

    def handler(state: State, event: Object) -> Flow:
        request = as_object(event["response"])
        told = {key: value for key, value in request.items() if key not in ("instructions", "tool_choice")}
        yield from begin(state, told, "client", Reply(Say(text)))

    return handler


def response_cancel(state: State, event: Object) -> Flow:
    """End a response: the one named, else the active one."""
    named = as_text(event.get("response_id"))
    for response in state.running:
        if named == response.id or (not named and response is state.active):
            yield from stop(state, response, "client_cancelled")


HANDLERS: Mapping[str, Handler] = {
    "session.update": session_update,
    "input_audio_buffer.append": audio_append,
    "input_audio_buffer.commit": audio_commit,
    "input_audio_buffer.clear": audio_clear,
    "conversation.item.create": item_create,
    "conversation.item.truncate": item_truncate,
    "conversation.item.delete": item_delete,
    "conversation.item.retrieve": item_retrieve,
    "response.create": response_create,
    "response.cancel": response_cancel,
}
