"""Responses: how one begins, what it sends, how it ends (protocols, *Orders*)."""

from __future__ import annotations

import base64
import copy
import re
from collections.abc import Mapping
from itertools import zip_longest

from .audio import AudioFormat, spoken_format
from .conversation import Item
from .frames import (
    Flow,
    Object,
    as_list,
    as_object,
    as_text,
    item_event,
    rate_limits,
    response_event,
)
from .script import Call, Reply, Say
from .state import Output, Response, State
from .troubles import course, ending

CHUNK_MS = 100  # of audio in one delta
ARGUMENTS_DELTA = 5  # characters
LEADS = (3, 1_000_000, 0)  # transcript deltas before the first audio; the options of `agent_transcript`
AFTER_DONE, AFTER_CREATED, AFTER_ADDED, AFTER_NEXT_EVENT = 0, 2, 3, 4  # options of `rate_limits`
LAG = 3  # deltas that still come of a response that was cut, where `cancel_lag`, `interrupt_lag` say so
THINKS = (0, 19)  # more latencies before the first output; the options of `first_output`
SLOW = (0.0, 6.0, 25.0)  # seconds before the first output; the options of `slow_output`
_CREATED_LATE = {"vad": ("vad_created", 1), "client": ("client_created", 4)}
"""By what made a response: the decision that says so, and how many latencies later it is announced."""
HELD = 10  # latencies that a response.done is held back at most, where `cancelled_done` says so


def begin(state: State, request: Mapping[str, object], trigger: str, said: Reply | None = None) -> Flow:
    """Start a response: `response.created` now (or see `vad_created`), the rest after the latency. `said`:
    what it says, if that is not the script's to choose.
    """
    modalities = as_list(request.get("output_modalities"))
    output = as_object(as_object(request.get("audio")).get("output"))
    response = Response(
        id=f"resp_{state.new_id()}",
        request=request,
        trigger=trigger,
        modality=as_text(modalities[0]) if modalities else state.session.output_modality,
        audio={key: output.get(key, state.session.output[key]) for key in ("format", "voice")},
        out_of_band=request.get("conversation") == "none",
    )
    if response.out_of_band:
        state.background.append(response)
    else:
        state.active = response
        state.response_owed = False
        state.idle_from = state.idle_start_ms = None
    response.limits = state.choose("rate_limits")
    reply = ending(state, said or state.replies.next(state.view(trigger), request))
    state.responses += 1
    flow = course(state, response, _in_time(state, generate(state, response, reply)))
    late = _CREATED_LATE.get(trigger)
    if late is not None and state.choose(late[0]) == 1:
        response.task = state.start(_announced_first(state, response, flow), late[1] * state.options.latency)
    else:
        yield from _created(state, response)
        response.task = state.start(flow, state.options.latency)


def _in_time(state: State, flow: Flow) -> Flow:
    """The model thinks before its first output; a latency of that has passed."""
    thinks = SLOW[state.choose("slow_output")] or THINKS[state.choose("first_output")] * state.options.latency
    if thinks > 0:
        yield thinks
    yield from flow


def _announced_first(state: State, response: Response, flow: Flow) -> Flow:
    """`response.created` comes with the flow, which may be cancelled before: that leaves a done alone."""
    yield from _created(state, response)
    yield state.options.latency
    yield from flow


def _created(state: State, response: Response) -> Flow:
    response.announced = True
    yield response_event("created", describe(state, response, "in_progress", None))
    if response.limits == AFTER_CREATED:
        yield rate_limits()
    if not response.out_of_band:
        yield from release(state)


def generate(state: State, response: Response, reply: Reply) -> Flow:
    """All that a response sends after `response.created`."""
    overlap = state.choose("output_overlap") == 1
    batched = state.choose("delta_batching") == 1
    plans = [_output(state, response, index, part) for index, part in enumerate(reply.parts)]
    for index, output in enumerate(plans):
        if output not in response.outputs:
            yield from _announce(state, response, output)
        yield from _stream(state, response, output, batched)
        if overlap and index + 1 < len(plans):
            yield from _announce(state, response, plans[index + 1])
        cut_short = reply.status == "incomplete" and index + 1 == len(plans)
        yield from _close(state, response, output, "incomplete" if cut_short else "completed")
    yield from finish(state, response, reply.status, status_details(reply))


def status_details(reply: Reply) -> Object | None:
    """`status_details` of a response that ended by itself."""
    if reply.status == "completed":
        return None
    if reply.status == "incomplete":
        return {"type": "incomplete", "reason": reply.reason or "max_output_tokens"}
    # recorded: an error with a code has no type
    kind = "server_error" if reply.reason is None else None
    return {"type": "failed", "error": {"type": kind, "code": reply.reason, "message": reply.message}}


def stop(state: State, response: Response, reason: str) -> Flow:
    """A cancel, or speech that interrupts: the response ends at once or, as chosen, a few deltas later."""
    name = "interrupt_lag" if reason == "turn_detected" else "cancel_lag"
    if state.choose(name) == 0:
        yield from cancel(state, response, reason)
    else:
        if reason == "client_cancelled":
            response.cancelled_by = reason
        state.start(_cancel_late(state, response, reason), LAG * state.options.token_interval)


def _cancel_late(state: State, response: Response, reason: str) -> Flow:
    if response is state.active or response in state.background:
        yield from cancel(state, response, reason)


def cancel(state: State, response: Response, reason: str) -> Flow:
    """End a response early: done events for what is open, then `response.done` (protocols, *Orders*)."""
    state.schedule.cancel(response.task)
    response.cancelled_by = reason
    response.hushed = response.hushed or state.make.hushes
    for event in _cut_short(state, response, reason):
        if not state.make.hushes:
            yield event


def _cut_short(state: State, response: Response, reason: str) -> Flow:
    for output in response.outputs:
        if output.open:
            yield from _close(state, response, output, "incomplete")
    yield from finish(state, response, "cancelled", {"type": "cancelled", "reason": reason})


def finish(state: State, response: Response, status: str, details: Object | None) -> Flow:
    """The response is over: `response.done`; what waited for it follows after the latency."""
    ended = response_event("done", describe(state, response, status, details))
    if response.out_of_band:
        state.background.remove(response)
    else:
        yield from release(state)  # in the order in which they ended
        state.active, state.last = None, response
        state.fresh = state.fresh and response.audio_from is None
        state.last_activity = state.now
        state.idle_from = None if state.buffer.speaking else _end_of_playback(state, response)
        if status == "cancelled" and state.choose("cancelled_done") == 1:
            response.ended, state.ending = copy.deepcopy(ended), response
            state.start(_release_in_time(state, response), HELD * state.options.latency)
            return
    yield ended
    state.start(_settle(state, response), state.options.latency)


def release(state: State) -> Flow:
    """The `response.done` that was held back, and what waited for it."""
    response, state.ending = state.ending, None
    if response is not None and response.ended is not None:
        yield response.ended
        yield from state.confirm()
        yield from state.let_go()
        state.start(_settle(state, response), state.options.latency)


def _release_in_time(state: State, response: Response) -> Flow:
    if state.ending is response:
        yield from release(state)


def _end_of_playback(state: State, response: Response) -> float:
    """From then idle_timeout_ms counts: known from the audio and its start (protocols, *Session*)."""
    started = state.now if response.audio_from is None else response.audio_from
    return max(state.now, started + response.audio_ms / 1000)


def _settle(state: State, response: Response) -> Flow:
    if response.limits == AFTER_DONE:
        yield rate_limits()
    state.limits_owed = state.limits_owed or response.limits == AFTER_NEXT_EVENT
    yield from state.confirm()
    yield from state.flush()
    if state.response_owed and state.active is None:
        yield from begin(state, {}, "vad")


def describe(state: State, response: Response, status: str, details: Object | None) -> Object:
    """The response object of `response.created` and `response.done`."""
    done = status != "in_progress"
    session, request = state.session, response.request
    return {
        "object": "realtime.response",
        "id": response.id,
        "status": status,
        "status_details": details,
        "output": [output.item.body for output in response.outputs] if done else [],
        "conversation_id": None if response.out_of_band else state.conversation.id,
        "output_modalities": [response.modality],
        "max_output_tokens": request.get("max_output_tokens", session.body["max_output_tokens"]),
        "audio": {"output": response.audio},
        "usage": _usage(state, response) if done else None,
        "metadata": request.get("metadata"),
    }


def _usage(state: State, response: Response) -> Object:
    read = 10 * len(state.conversation.items) if response.pieces else 0
    cached = {"text_tokens": 0, "audio_tokens": 0, "image_tokens": 0}
    return {
        "total_tokens": read + response.pieces,
        "input_tokens": read,
        "output_tokens": response.pieces,
        "input_token_details": {
            "text_tokens": read,
            "audio_tokens": 0,
            "image_tokens": 0,
            "cached_tokens": 0,
            "cached_tokens_details": cached,
        },
        "output_token_details": {"text_tokens": response.pieces, "audio_tokens": 0},
    }


def _output(state: State, response: Response, index: int, part: Say | Call) -> Output:
    item_id = f"item_{state.new_id()}"
    body: Object = {"id": item_id, "type": "message", "status": "in_progress"}
    if isinstance(part, Say):
        return Output(
            index, Item(item_id, {**body, "role": "assistant", "content": []}), part, response.modality
        )
    call_id = part.call_id or _call_id(state, index)
    call = {"type": "function_call", "name": part.name, "call_id": call_id, "arguments": ""}
    return Output(index, Item(item_id, {**body, **call}), part, "call")


def _call_id(state: State, index: int) -> str:
    return (f"call_{state.new_id()}", f"call_of_{index}", "call_of_all")[state.variants["call_ids"]]


# --- the events of one output item ----------------------------------------------------------------


def _event(response: Response, output: Output, kind: str, **fields: object) -> Object:
    place: Object = {"response_id": response.id, "item_id": output.item.id, "output_index": output.index}
    inside: Object = {"call_id": output.item.call_id} if output.mode == "call" else {"content_index": 0}
    return {"type": f"response.{kind}", **place, **inside, **fields}


def _item(response: Response, output: Output, name: str) -> Object:
    place: Object = {"response_id": response.id, "output_index": output.index}
    return {"type": f"response.output_item.{name}", **place, "item": output.item.body}


def _announce(state: State, response: Response, output: Output) -> Flow:
    response.outputs.append(output)
    yield _item(response, output, "added")
    if not response.out_of_band:
        previous = state.conversation.last_id
        state.conversation.insert(output.item)
        yield item_event("added", previous, output.item.body)
        if state.choose("item_created") == 1:
            yield item_event("created", previous, output.item.body)
    if output.mode != "call":
        yield _event(response, output, "content_part.added", part=_part(output))
    if output.index == 0 and response.limits == AFTER_ADDED:
        yield rate_limits()


def _part(output: Output) -> Object:
    if output.mode == "audio":
        return {"type": "audio", "transcript": output.said}
    return {"type": "text", "text": output.said}


def _stream(state: State, response: Response, output: Output, batched: bool) -> Flow:
    pause = 0.0 if batched else state.options.token_interval
    for event in _deltas(state, response, output):
        response.pieces += 1
        yield event
        yield pause


def _deltas(state: State, response: Response, output: Output) -> Flow:
    if isinstance(output.part, Call):
        names, pieces = "function_call_arguments.delta", _cut(output.part.arguments)
    elif output.mode == "text":
        names, pieces = "output_text.delta", _pieces(output.part.text)
    else:
        yield from _spoken(state, response, output, output.part)
        return
    for piece in pieces:
        output.said += piece
        yield _event(response, output, names, delta=piece, obfuscation="x" * (16 - len(piece) % 16))


def _spoken(state: State, response: Response, output: Output, say: Say) -> Flow:
    words = _pieces(say.text)
    declared = spoken_format(as_object(response.audio["format"]))
    chunks = [min(CHUNK_MS, say.duration_ms - at) for at in range(0, say.duration_ms, CHUNK_MS)]
    lead = LEADS[state.choose("agent_transcript")]
    for word in words[:lead]:
        yield _word(response, output, word)
    for ms, word in zip_longest(chunks, words[lead:]):
        if ms is not None:
            yield _chunk(state, response, output, declared, ms)
        if word is not None:
            yield _word(response, output, word)


def _word(response: Response, output: Output, word: str) -> Object:
    output.said += word
    output.item.speak(word=word)
    return _event(response, output, "output_audio_transcript.delta", delta=word, obfuscation="x" * 8)


def _chunk(state: State, response: Response, output: Output, declared: AudioFormat, ms: int) -> Object:
    state.audio_produced = True
    if response.audio_from is None:
        response.audio_from = state.now
    output.item.speak(ms=ms)
    delta = base64.b64encode(declared.speech(ms)).decode("ascii")
    return _event(response, output, "output_audio.delta", delta=delta)


def _pieces(text: str) -> list[str]:
    """A text cut before its spaces, as tokens are."""
    return re.findall(r"\s*\S+\s*$|\s*\S+|\s+$", text)


def _cut(arguments: str) -> list[str]:
    """Arguments cut into deltas: anywhere, also inside a word or an escape."""
    return [arguments[at : at + ARGUMENTS_DELTA] for at in range(0, len(arguments), ARGUMENTS_DELTA)]


def _close(state: State, response: Response, output: Output, status: str) -> Flow:
    """The done events of an output item, complete or not."""
    output.open = False
    body = output.item.body
    body["status"] = status
    if output.mode == "call":
        body["arguments"] = output.said
        fields = {"name": body["name"], "arguments": output.said}
        yield _event(response, output, "function_call_arguments.done", **fields)
    elif output.mode == "text":
        body["content"] = [{"type": "output_text", "text": output.said}]
        yield _event(response, output, "output_text.done", text=output.said)
    else:
        body["content"] = [{"type": "output_audio", "transcript": output.item.transcript}]
        yield _event(response, output, "output_audio.done")
        yield _event(response, output, "output_audio_transcript.done", transcript=output.said)
    if output.mode != "call":
        yield _event(response, output, "content_part.done", part=_part(output))
    if not response.out_of_band:
        yield item_event("done", _previous_when_done(state, output.item), body)
    yield _item(response, output, "done")


def _previous_when_done(state: State, item: Item) -> str | None:
    """As recorded: `item.done` of the model's own item names no predecessor when it is the second of all."""
    return state.conversation.before(item) if state.conversation.position(item.id) > 1 else None
