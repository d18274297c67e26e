"""What servers refuse and only their memory tells, as a table by event type (protocols)."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import attrs

from .arrival import Arrival, StateCheck
from .audio import format_of
from .faults import Fault, missing_parameter, not_audio
from .frames import Object, as_list, as_object, as_text
from .handlers import TAGS_REFUSED
from .item_checks import (
    answered_once,
    call_exists,
    call_is_complete,
    can_be_truncated,
    existing,
    id_is_new,
    ids_have_prefixes,
    previous_exists,
    was_received,
)
from .makes import FORCED
from .session import is_reasoning
from .state import Response, State

SMALLEST_COMMIT_MS = 100


# --- every event (rule 14) ------------------------------------------------------------------------


def has_event_id(state: State, arrival: Arrival) -> Fault | None:
    """Without an id, an error cannot be matched to its event."""
    if "event_id" in arrival.event:
        return None
    return Fault(None, "The event has no event_id: its errors cannot be matched.", rule=14, silent=True)


# --- session.update (rules 5, 15, 16) -------------------------------------------------------------


def _session(arrival: Arrival) -> Object:
    return as_object(arrival.event["session"])


def _speaking(arrival: Arrival) -> Object:
    return as_object(as_object(_session(arrival).get("audio")).get("output"))


def same_kind(state: State, arrival: Arrival) -> Fault | None:
    """A realtime session stays one."""
    if _session(arrival)["type"] == "realtime":
        return None
    message = "Passing a transcription session update event to a realtime session is not allowed."
    return Fault("invalid_value", message, "session.type", rule=5)


def model_stays(state: State, arrival: Arrival) -> Fault | None:
    """The model belongs to the URL. Clients that name the one in use work with the real service; where it
    is named in the first update, it is that.
    """
    first = state.make.model_in_session and not state.updated
    if first or _session(arrival).get("model") in (None, state.session.model):
        return None
    return Fault("invalid_value", "The model of a session cannot be changed.", "session.model", rule=5)


def model_is_named(state: State, arrival: Arrival) -> Fault | None:
    """Some servers are told of the model in the first update, and nowhere else."""
    if not state.make.model_in_session or state.updated or "model" in _session(arrival):
        return None
    return missing_parameter("session.model")


def voice_stays(state: State, arrival: Arrival) -> Fault | None:
    """Once audio was produced the voice is locked (`cannot_update_voice`); at some servers at once."""
    voice = _speaking(arrival).get("voice")
    locked = state.audio_produced or (state.make.voice_once and state.updated)
    if voice is None or not locked:
        return None
    return Fault(
        "cannot_update_voice",
        "Cannot update a conversation's voice if assistant audio is present.",
        rule=5,
        silent=voice == state.session.voice,
        race=not (arrival.audio_produced or state.make.voice_once),
    )


def speed_between_turns(state: State, arrival: Arrival) -> Fault | None:
    """The speed changes between turns only."""
    if "speed" not in _speaking(arrival) or state.active is None:
        return None
    message = "The speed can only change between turns."
    return Fault(
        None, message, "session.audio.output.speed", rule=16, silent=True, race=arrival.active is None
    )


def _reasoning_only(state: State, given: Mapping[str, object], path: str) -> Fault | None:
    keys = (key for key in ("reasoning", "parallel_tool_calls") if key in given)
    key = next(keys, None)
    if key is None or is_reasoning(state.session.model):
        return None
    message = f"Unsupported parameter: '{path}.{key}' is not supported with this model."
    return Fault("unsupported_parameter", message, f"{path}.{key}", rule=15)


def session_fits_model(state: State, arrival: Arrival) -> Fault | None:
    """Some keys are for reasoning models."""
    return _reasoning_only(state, _session(arrival), "session")


# --- input audio (rules 4, 13) --------------------------------------------------------------------


def audio_decodes(state: State, arrival: Arrival) -> Fault | None:
    """Whole samples, and at least one: the real server was seen to refuse an append without any."""
    audio_format = format_of(as_object(state.session.input["format"]))
    size = len(base64.b64decode(arrival.text("audio")))
    if not size:
        return not_audio("audio", "empty bytes")
    return not_audio("audio", "an incomplete sample") if size % audio_format.sample_bytes else None


def server_commits(state: State, arrival: Arrival) -> Fault | None:
    """With VAD on the server commits; a client that does so too is tolerated if there is enough audio.

    Where VAD goes on although it was switched off, clients are right to commit.
    """
    if state.session.turn_detection is None or (state.make.plain and state.variants["vad_off"] > 0):
        return None
    return Fault(None, "A commit while the server's turn detection is on.", rule=4, silent=True)


def enough_audio(state: State, arrival: Arrival) -> Fault | None:
    """A commit needs 100 ms of audio."""
    ms = state.buffer.pending_ms
    if ms >= SMALLEST_COMMIT_MS:
        return None
    return Fault(
        "input_audio_buffer_commit_empty",
        "Error committing input audio buffer: buffer too small. Expected at least "
        f"{SMALLEST_COMMIT_MS}ms of audio, but buffer only has {ms:.2f}ms of audio.",
        rule=4,
        race=state.make.plain and state.variants["vad_off"] > 0,
    )


# --- responses (rules 1, 3, 9, 12) ----------------------------------------------------------------


def _request(arrival: Arrival) -> Object:
    return as_object(arrival.event.get("response"))


def slot_is_free(state: State, arrival: Arrival) -> Fault | None:
    """One response in the default conversation. One that VAD began meanwhile could not be foreseen."""
    if _request(arrival).get("conversation") == "none":
        return None
    if state.active is None:
        return _before_done(state, arrival)
    code, message = state.make.busy
    return Fault(
        code or "conversation_already_has_active_response",
        message
        or f"Conversation already has an active response in progress: {state.active.id}. "
        "Wait until the response is finished before creating a new one.",
        silent=state.make.supersedes,
        # not told of it yet, it must remember that it asked for one itself
        rule=2 if arrival.active is None and state.active.trigger == "client" else 1,
        race=_untold(state, state.active) or (arrival.active is None and state.active.trigger != "client"),
    )


def _before_done(state: State, arrival: Arrival) -> Fault | None:
    """The slot is free, but the client was not told so."""
    if state.ending is None:
        return None
    message = f"A response was asked for before the response.done of {state.ending.id}."
    race = arrival.active is None or _untold(state, state.ending)
    return Fault(None, message, rule=1, silent=True, race=race)


def _untold(state: State, response: Response) -> bool:
    """Whether this server never tells of the end of the response, or not even of its beginning."""
    return response.hushed or state.mute or state.variants["response_done"] > 0


def is_tagged(state: State, arrival: Arrival) -> Fault | None:
    """A tag in the metadata tells the client which response is its own, if this server takes tags."""
    if arrival.exact and state.make.exact == FORCED:  # an item has none
        return None
    tagged = bool(as_object(_request(arrival).get("metadata")))
    if state.make.tags and not tagged and state.variants["response_tags"] != TAGS_REFUSED:
        message = "The response has no metadata: its response.created cannot be matched."
    elif not state.make.tags and tagged:
        message = "The response has metadata, which this server does not take."
    else:
        return None
    return Fault(None, message, rule=14, silent=True)


def says_nothing_else(state: State, arrival: Arrival) -> Fault | None:
    """Some servers let no response differ from the session."""
    if state.make.overrides or not _request(arrival).keys() - {"metadata"}:
        return None
    message = "Responses cannot override the session's settings."
    return Fault("unsupported_response_override", message, "response")


def calls_are_answered(state: State, arrival: Arrival) -> Fault | None:
    """A follow-up only when all calls of that response have outputs; some servers insist, for all calls."""
    missing = state.unanswered
    if _request(arrival).get("conversation") == "none":
        return None
    if state.variants["missing_outputs"] == 1 and state.conversation.open_calls:
        message = "Cannot create a response while function call outputs are pending."
        return Fault(None, message, rule=9, kind="function_call_output_pending")
    if not missing:
        return None
    message = f"A response was asked for while tool calls lack outputs: {', '.join(missing)}."
    return Fault(None, message, rule=9, silent=True)


def response_fits_model(state: State, arrival: Arrival) -> Fault | None:
    """Some keys are for reasoning models."""
    return _reasoning_only(state, _request(arrival), "response")


def references_exist(state: State, arrival: Arrival) -> Fault | None:
    """An `item_reference` names an item of the conversation."""
    for index, entry in enumerate(as_list(_request(arrival).get("input"))):
        item = as_object(entry)
        item_id = as_text(item.get("id"))
        if item["type"] == "item_reference" and state.conversation.find(item_id) is None:
            message = f"Item with id '{item_id}' not found."
            return Fault("invalid_value", message, f"response.input[{index}].id", rule=12)
    return None


_NOT_ACTIVE = Fault("response_cancel_not_active", "Cancellation failed: no active response found", rule=3)


def response_is_active(state: State, arrival: Arrival) -> Fault | None:
    """Cancel only what is active. One that ended while the cancel was under way could not be foreseen."""
    named = arrival.text("response_id")
    if any(each.cancelled_by is None and _is_meant(state, each, named) for each in state.running):
        return None
    # a second cancel of the same response is the client's own doing
    known = next((each for each in (state.active, state.last) if each and each.id == arrival.active), None)
    twice = known is not None and known.cancelled_by == "client_cancelled"
    ended = state.mute or (state.last is not None and state.last.id == named and _untold(state, state.last))
    race = arrival.active is not None and named in ("", arrival.active) and not twice
    return attrs.evolve(_NOT_ACTIVE, race=race or ended)


def _is_meant(state: State, response: Response, named: str) -> bool:
    return response.id == named or (not named and response is state.active)


def began_before(state: State, arrival: Arrival) -> Fault | None:
    """A cancel sent before the response's `response.created`: the real server may or may not know it yet."""
    if arrival.active is not None or arrival.text("response_id"):
        return None
    if state.choose("early_cancel") == 1:
        return _NOT_ACTIVE
    return Fault(None, "A cancel was sent before its response had begun.", rule=3, silent=True)


STATE_CHECKS: Mapping[str, tuple[StateCheck, ...]] = {
    "session.update": (
        has_event_id,
        same_kind,
        model_is_named,
        model_stays,
        session_fits_model,
        voice_stays,
        speed_between_turns,
    ),
    "input_audio_buffer.append": (audio_decodes,),
    "input_audio_buffer.commit": (has_event_id, enough_audio, server_commits),
    "input_audio_buffer.clear": (has_event_id,),
    "conversation.item.create": (
        has_event_id,
        ids_have_prefixes,
        id_is_new,
        previous_exists,
        call_exists,
        answered_once,
        call_is_complete,
    ),
    "conversation.item.truncate": (
        has_event_id,
        existing("truncate", "truncating", 11),
        can_be_truncated,
        was_received,
    ),
    "conversation.item.delete": (has_event_id, existing("delete", "deleting", None)),
    "conversation.item.retrieve": (has_event_id, existing("retrieve", "retrieving", None)),
    "response.create": (
        has_event_id,
        is_tagged,
        says_nothing_else,
        slot_is_free,
        response_fits_model,
        references_exist,
        calls_are_answered,
    ),
    "response.cancel": (has_event_id, response_is_active, began_before),
}
"""Run in order after the shape was found good; an answered fault ends the event, a silent one does not."""
