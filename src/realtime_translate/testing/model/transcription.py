"""Input transcription: a model of its own, beside the one that answers (protocols, *Session*)."""

from __future__ import annotations

from collections.abc import Iterator

from .audio import AudioFormat, format_of
from .conversation import Item
from .frames import Flow, Object, as_object, transcription
from .state import State, TranscriptionFailure

AFTER_RESPONSE, AFTER_NEXT_TURN = 2, 3  # options of `transcription`; option 1 is at once


def transcribe(state: State, item: Item, content: Object) -> Flow:
    """Start the transcription of a user item; its events come anywhere after the commit."""
    when = state.choose("transcription")
    flow = _transcript(state, item, content)
    if when == 1:
        yield from (event for event in flow if isinstance(event, dict))
    elif when == AFTER_NEXT_TURN:
        state.late_transcripts.append(flow)
    else:
        state.start(_begin(state, flow, when), state.options.latency / 2)


def release_late(state: State) -> None:
    """Another turn was committed: what is late comes after the response to it."""
    late, state.late_transcripts = state.late_transcripts, []
    for flow in late:
        state.start(_begin(state, flow, AFTER_RESPONSE), state.options.latency / 2)


def _begin(state: State, flow: Flow, when: int) -> Flow:
    if when == AFTER_RESPONSE and state.active is not None:
        state.deferred.append(_on_its_own(state, flow))
    else:
        yield from flow


def _on_its_own(state: State, flow: Flow) -> Flow:
    """Start `flow` beside what runs: its pauses must not hold up the client's next event."""
    state.start(flow)
    yield from ()


def _heard(state: State, audio: bytes, audio_format: AudioFormat) -> str | TranscriptionFailure | None:
    """What comes of the audio: a text, a failure, or nothing at all."""
    results = ("", TranscriptionFailure(), "", None)  # the options of `transcription_result`
    chosen = state.choose("transcription_result")
    if chosen == 0 and audio_format.is_speech(audio):
        return state.options.transcribe(audio)
    return results[chosen]


def _transcript(state: State, item: Item, content: Object) -> Flow:
    audio_format = format_of(as_object(state.session.input["format"]))
    heard = _heard(state, item.audio, audio_format)
    if isinstance(heard, TranscriptionFailure):
        message = heard.message.replace("{item_id}", item.id)
        error = {"type": "server_error", "code": heard.code, "message": message, "param": None}
        yield transcription("failed", item.id, error=error)
    elif heard is not None:
        for event in (_cumulative if state.make.cumulative else _pieces)(state, item, heard):
            yield event
            yield state.options.token_interval
        content["transcript"] = heard
        seconds = round(audio_format.duration_ms(len(item.audio)) / 1000) if heard else 0
        usage = {"type": "duration", "seconds": seconds}
        more: Object = {"status": "completed"} if state.make.cumulative else {"usage": usage}
        yield transcription("completed", item.id, transcript=heard, **more)


def _pieces(state: State, item: Item, heard: str) -> Iterator[Object]:
    for delta in _deltas(state, heard):
        yield transcription("delta", item.id, delta=delta, obfuscation="x" * 8)


def _cumulative(state: State, item: Item, heard: str) -> Iterator[Object]:
    """As recorded at xAI: each piece comes with what was before it, as if it were the whole."""
    until_now = ""
    for delta in _deltas(state, heard):
        until_now += delta
        if until_now.strip() != heard:
            yield transcription("completed", item.id, transcript=until_now.strip(), status="in_progress")


def _deltas(state: State, heard: str) -> list[str]:
    """The text in pieces; whisper-1 gives it in one."""
    words = [f" {word}" for word in heard.split()]
    return (words, [heard] if heard else [], [])[state.choose("transcription_deltas")]
