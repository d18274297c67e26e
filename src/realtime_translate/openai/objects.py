"""The objects inside the events (protocols, *Session*): typed as far as a translator reads them.

What is not typed stays in `extra`. Both sides use the same classes, and servers differ in what they leave
out and in what they say is null, so almost nothing is required.
"""

import attrs

from ..wire.base import Json, JsonObject, WireObject
from ..wire.omitted import OMITTED, Nullable, Omissible


@attrs.frozen(eq=False, repr=False)
class AudioFormat(WireObject):
    """`format`: `audio/pcm` (`rate` in hertz, 24000), `audio/pcmu` or `audio/pcma` (8000 by definition)."""

    type: Nullable[str] = OMITTED
    rate: Nullable[float] = OMITTED


@attrs.frozen(eq=False, repr=False)
class Transcription(WireObject):
    """`audio.input.transcription`. Languages are ISO 639-1.

    Which of the two spellings a model takes, `language` and `prompt` or the lists `languages` and `keywords`,
    is a matter of the model.
    """

    model: Nullable[str] = OMITTED
    language: Nullable[str] = OMITTED
    prompt: Nullable[str] = OMITTED
    languages: Omissible[Json] = OMITTED
    keywords: Omissible[Json] = OMITTED


@attrs.frozen(eq=False, repr=False)
class TurnDetection(WireObject):
    """`audio.input.turn_detection`: who ends the user's turn. Fields ending in `_ms` are in milliseconds."""

    type: str
    threshold: Nullable[float] = OMITTED
    prefix_padding_ms: Nullable[int] = OMITTED
    silence_duration_ms: Nullable[int] = OMITTED
    idle_timeout_ms: Nullable[int] = OMITTED
    eagerness: Nullable[str] = OMITTED
    create_response: Nullable[bool] = OMITTED
    interrupt_response: Nullable[bool] = OMITTED


@attrs.frozen(eq=False, repr=False)
class AudioInput(WireObject):
    """`session.audio.input`. `turn_detection: null` means that the client commits."""

    format: Nullable[AudioFormat] = OMITTED
    transcription: Nullable[Transcription] = OMITTED
    turn_detection: Nullable[TurnDetection] = OMITTED


@attrs.frozen(eq=False, repr=False)
class AudioOutput(WireObject):
    """`audio.output` of a session or a response. `voice` is a name or `{id}`; `speed` is 0.25 to 1.5."""

    format: Nullable[AudioFormat] = OMITTED
    voice: Omissible[Json] = OMITTED
    speed: Nullable[float] = OMITTED


@attrs.frozen(eq=False, repr=False)
class SessionAudio(WireObject):
    """`session.audio`."""

    input: Nullable[AudioInput] = OMITTED
    output: Nullable[AudioOutput] = OMITTED


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Session(WireObject):
    """`session`: what `session.update` asks for and what the server says is in effect.

    `expires_at` is in seconds since 1970, `max_output_tokens` is 1 to 4096 or `"inf"`, `reasoning` is
    `{effort}`. GA servers require
    `type` in every update; beta servers do not know it.
    """

    type: Nullable[str] = OMITTED
    id: Nullable[str] = OMITTED
    model: Nullable[str] = OMITTED
    expires_at: Nullable[float] = OMITTED
    instructions: Nullable[str] = OMITTED
    output_modalities: Nullable[tuple[str, ...]] = OMITTED
    audio: Nullable[SessionAudio] = OMITTED
    tools: Nullable[tuple[JsonObject, ...]] = OMITTED
    tool_choice: Omissible[Json] = OMITTED
    max_output_tokens: Omissible[Json] = OMITTED
    prompt: Omissible[Json] = OMITTED
    reasoning: Omissible[Json] = OMITTED


@attrs.frozen(eq=False, repr=False)
class ContentPart(WireObject):
    """A part of an item (`input_text`, `input_audio`, `output_text` …) or of a response (`text`, `audio`).

    `audio` is base64.
    """

    type: str
    text: Nullable[str] = OMITTED
    transcript: Nullable[str] = OMITTED
    audio: Nullable[str] = OMITTED


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Item(WireObject):
    """An item of the conversation: `message`, `function_call`, `function_call_output`, or of an MCP kind.

    `arguments` is JSON text, and may be cut off when the response was. `output` is a string on every known
    server.
    """

    type: str
    id: Nullable[str] = OMITTED
    object: Nullable[str] = OMITTED
    status: Nullable[str] = OMITTED
    role: Nullable[str] = OMITTED
    content: Nullable[tuple[ContentPart, ...]] = OMITTED
    name: Nullable[str] = OMITTED
    call_id: Nullable[str] = OMITTED
    arguments: Nullable[str] = OMITTED
    output: Omissible[Json] = OMITTED


@attrs.frozen(eq=False, repr=False)
class ResponseAudio(WireObject):
    """`response.audio`."""

    output: Nullable[AudioOutput] = OMITTED


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseParams(WireObject):
    """`response` of `response.create`: what this one response does differently from the session.

    `metadata` comes back in `response.created` and `response.done`. `conversation` is `"auto"` or `"none"`;
    `input` replaces the conversation as context.
    """

    instructions: Nullable[str] = OMITTED
    output_modalities: Nullable[tuple[str, ...]] = OMITTED
    audio: Nullable[ResponseAudio] = OMITTED
    tools: Nullable[tuple[JsonObject, ...]] = OMITTED
    tool_choice: Omissible[Json] = OMITTED
    max_output_tokens: Omissible[Json] = OMITTED
    conversation: Nullable[str] = OMITTED
    input: Nullable[tuple[JsonObject, ...]] = OMITTED
    metadata: Nullable[JsonObject] = OMITTED
    prompt: Omissible[Json] = OMITTED


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Response(WireObject):
    """`response` of `response.created` and `response.done`.

    `status` is `in_progress`, `completed`, `cancelled`, `failed` or `incomplete`. `status_details` is an
    object, null, or on some servers a string.
    """

    id: Nullable[str] = OMITTED
    object: Nullable[str] = OMITTED
    status: Nullable[str] = OMITTED
    status_details: Omissible[Json] = OMITTED
    output: Nullable[tuple[Item, ...]] = OMITTED
    conversation_id: Nullable[str] = OMITTED
    output_modalities: Nullable[tuple[str, ...]] = OMITTED
    max_output_tokens: Omissible[Json] = OMITTED
    audio: Nullable[ResponseAudio] = OMITTED
    usage: Omissible[Json] = OMITTED
    metadata: Nullable[JsonObject] = OMITTED


@attrs.frozen(eq=False, repr=False)
class Conversation(WireObject):
    """`conversation` of `conversation.created`."""

    id: Nullable[str] = OMITTED
    object: Nullable[str] = OMITTED


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ErrorDetail(WireObject):
    """`error`: what went wrong (protocols, *Errors*).

    `event_id` is that of the client event at fault, if it had one.
    """

    type: Nullable[str] = OMITTED
    code: Nullable[str] = OMITTED
    message: Nullable[str] = OMITTED
    param: Nullable[str] = OMITTED
    event_id: Nullable[str] = OMITTED


@attrs.frozen(eq=False, repr=False)
class RateLimit(WireObject):
    """One of `rate_limits`. `reset_seconds` is in seconds."""

    name: Nullable[str] = OMITTED
    limit: Nullable[float] = OMITTED
    remaining: Nullable[float] = OMITTED
    reset_seconds: Nullable[float] = OMITTED
