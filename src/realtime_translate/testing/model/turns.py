"""User turns: appended audio, voice activity, commits, the idle timeout (protocols, *Session*)."""

from __future__ import annotations

import base64

from .audio import SpeechStarted, SpeechStopped
from .conversation import Item
from .frames import (
    Flow,
    Object,
    as_int,
    as_text,
    committed,
    item_event,
    speech_started,
    speech_stopped,
    timeout_triggered,
)
from .responses import begin, stop
from .session import LONGEST_SEMANTIC_WAIT_MS, SEMANTIC_PAUSE_MS
from .state import State
from .transcription import release_late, transcribe

TAKE_BACK = 6
"""Latencies in which the end of a turn may be taken back."""
NOBODY_SPOKE = (
    "The user has been silent for some time. If the audio holds speech, answer it. "
    "If not, pick up the conversation or ask whether they are still there."
)


def append(state: State, audio: str) -> Flow:
    """`input_audio_buffer.append`: no answer of its own; VAD may have something to say."""
    data = base64.b64decode(audio)
    if state.idle_from is not None and state.idle_start_ms is None and state.now >= state.idle_from:
        state.idle_start_ms = state.buffer.position_ms
    state.buffer.append(data)
    vad = state.session.turn_detection
    if vad is None:
        return
    heard = state.buffer.hear(data, as_int(vad.get("prefix_padding_ms")), silence_ms(state, vad))
    if isinstance(heard, SpeechStarted):
        if state.stopped is not None:
            yield from _taken_back(state, heard, state.stopped)
        elif not heard.again or state.choose("speech_restart") == 1:
            yield from _speech_started(state, heard, vad)
    elif isinstance(heard, SpeechStopped):
        yield from _speech_stopped(state, heard, vad)


def silence_ms(state: State, vad: Object) -> int:
    """How long a silence ends a turn. Semantic VAD may also wait for as long as its eagerness allows."""
    if vad["type"] == "server_vad":
        return as_int(vad["silence_duration_ms"])
    if state.choose("semantic_end") == 0:
        return SEMANTIC_PAUSE_MS
    return LONGEST_SEMANTIC_WAIT_MS[as_text(vad["eagerness"])]


def _speech_started(state: State, heard: SpeechStarted, vad: Object) -> Flow:
    state.speech_item = f"item_{state.new_id()}"
    state.idle_from = state.idle_start_ms = None
    yield speech_started(heard.start_ms, state.speech_item)
    if state.active is not None and vad["interrupt_response"]:
        yield from stop(state, state.active, "turn_detected")


def _speech_stopped(state: State, heard: SpeechStopped, vad: Object) -> Flow:
    if state.make.takes_back:
        state.stopped = heard
        yield speech_stopped(heard.end_ms, state.speech_item or "")
        state.start(_stays_stopped(state, heard, vad), TAKE_BACK * state.options.latency)
        return
    item_id = take_speech_item(state)
    yield speech_stopped(heard.end_ms, item_id)
    yield from _turn_over(state, item_id, heard.audio, vad)


def _turn_over(state: State, item_id: str, audio: bytes, vad: Object) -> Flow:
    yield from commit(state, item_id, audio)
    wanted = vad["create_response"] or state.make.answers
    if wanted and state.choose("ignore_turn") == 0:
        yield from answer_turn(state, "vad")


def _stays_stopped(state: State, heard: SpeechStopped, vad: Object) -> Flow:
    if state.stopped is heard:
        state.stopped = None
        yield from _turn_over(state, take_speech_item(state), heard.audio, vad)


def _taken_back(state: State, heard: SpeechStarted, stopped: SpeechStopped) -> Flow:
    """The user goes on: it is the same turn."""
    state.stopped = None
    state.buffer.pending[:0] = stopped.audio
    yield speech_started(heard.start_ms, state.speech_item or "")


def answer_turn(state: State, trigger: str) -> Flow:
    """A response of the server's own to what was just committed, now or when the running one is over."""
    if state.active is None:
        yield from begin(state, {}, trigger)
    elif state.choose("vad_response_when_busy") == 0:
        state.response_owed = True


def take_speech_item(state: State) -> str:
    """The id that `speech_started` promised, or a new one when nobody spoke."""
    item_id = state.speech_item or f"item_{state.new_id()}"
    state.speech_item = None
    return item_id


def commit(state: State, item_id: str, audio: bytes) -> Flow:
    """`committed` and the user item, for VAD, a client's commit and the idle timeout alike."""
    state.fresh = True
    content: Object = {"type": "input_audio", "transcript": None}
    body: Object = {"id": item_id, "type": "message", "status": "completed"}
    item = Item(item_id, {**body, "role": "user", "content": [content]}, audio=audio)
    yield committed(state.conversation.last_id, item_id)
    yield from add_item(state, item)
    release_late(state)
    if state.session.input["transcription"] is not None:
        yield from transcribe(state, item, content)


def add_item(state: State, item: Item, previous: str | None = None) -> Flow:
    """An item that the model did not make: added and done."""
    state.conversation.insert(item, previous)
    yield from show_item(state, item)


def show_item(state: State, item: Item) -> Flow:
    """What is sent of an item that the model did not make."""
    for kind in ("added", "created") if state.choose("item_created") == 1 else ("added",):
        yield item_event(kind, state.conversation.before(item), item.body)
    ended = _done(state, item)
    if state.choose("item_done") == 1:
        state.start(ended, state.options.latency)
    else:
        yield from ended


def _done(state: State, item: Item) -> Flow:
    yield item_event("done", state.conversation.before(item), item.body)


def idle_timeout(state: State) -> Flow:
    """The silence is committed and the agent speaks up, whatever `create_response` says (recorded order)."""
    end_ms = state.buffer.position_ms
    start_ms = end_ms if state.idle_start_ms is None else state.idle_start_ms
    item_id = take_speech_item(state)
    yield timeout_triggered(start_ms, end_ms, item_id)
    note_id = f"item_{state.new_id()}"
    content = [{"type": "input_text", "text": NOBODY_SPOKE}]
    note: Object = {
        "id": note_id,
        "type": "message",
        "status": "completed",
        "role": "system",
        "content": content,
    }
    yield from add_item(state, Item(note_id, note))
    yield from commit(state, item_id, state.buffer.take())
    yield from begin(state, {}, "idle")
