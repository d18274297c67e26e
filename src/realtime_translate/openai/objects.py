"""The objects inside the events (protocols, *Session*): typed as far as a translator reads them.

What is not typed stays in `extra`. Both sides use the same classes, and servers differ in what they leave
out and in what they say is null, so almost nothing is required.
"""

import attrs

from ..wire.base import Json, JsonObject, WireObject
from ..wire.omitted import OMITTED, Nullable, Omissible


@attrs.frozen(eq=False, repr=False)
class AudioFormat(WireObject):
    """`format`: an encoding, and its rate."""

    type: Nullable[str] = OMITTED
    """`audio/pcm` (16-bit little-endian), `audio/pcmu` or `audio/pcma`."""
    rate: Nullable[float] = OMITTED
    """In hertz, of `audio/pcm` only: 24000 at OpenAI. G.711 has 8000 by definition."""


@attrs.frozen(eq=False, repr=False)
class Transcription(WireObject):
    """`audio.input.transcription`.

    Which of the two spellings a model takes, `language` and `prompt` or the lists `languages` and `keywords`,
    is a matter of the model.
    """

    model: Nullable[str] = OMITTED
    """The transcription model, such as `gpt-transcribe`."""
    language: Nullable[str] = OMITTED
    """An ISO 639-1 code; for older models."""
    prompt: Nullable[str] = OMITTED
    """Words to expect, or free text; for older models."""
    languages: Omissible[Json] = OMITTED
    """A list of ISO 639-1 codes; for `gpt-transcribe` and `gpt-live-transcribe`."""
    keywords: Omissible[Json] = OMITTED
    """A list of words to expect; for the same."""


@attrs.frozen(eq=False, repr=False)
class TurnDetection(WireObject):
    """`audio.input.turn_detection`: who ends the user's turn."""

    type: str
    """`server_vad`, by silence, or `semantic_vad`, by what was said."""
    threshold: Nullable[float] = OMITTED
    """How loud speech has to be, 0 to 1; of `server_vad`. Default of the server: 0.5."""
    prefix_padding_ms: Nullable[int] = OMITTED
    """Milliseconds before speech that belong to the turn; of `server_vad`. Default of the server: 300."""
    silence_duration_ms: Nullable[int] = OMITTED
    """Milliseconds of silence that end the turn; of `server_vad`. Default of the server: 200 or 500, by
    model.
    """
    idle_timeout_ms: Nullable[int] = OMITTED
    """Milliseconds after the last response's playback until the server speaks by itself, 5000 to 30000, null
    for never; of `server_vad`.
    """
    eagerness: Nullable[str] = OMITTED
    """How long it waits at most: 8 seconds with `low`, 4 with `medium` and `auto`, 2 with `high`; of
    `semantic_vad`.
    """
    create_response: Nullable[bool] = OMITTED
    """Whether the server responds to a turn by itself. Default of the server: true."""
    interrupt_response: Nullable[bool] = OMITTED
    """Whether speech cancels the active response. Default of the server: true."""


@attrs.frozen(eq=False, repr=False)
class AudioInput(WireObject):
    """`session.audio.input`."""

    format: Nullable[AudioFormat] = OMITTED
    """The format of what is appended."""
    transcription: Nullable[Transcription] = OMITTED
    """Who writes down what the user says; null for nobody."""
    turn_detection: Nullable[TurnDetection] = OMITTED
    """Who ends the user's turn; null: the client commits."""


@attrs.frozen(eq=False, repr=False)
class AudioOutput(WireObject):
    """`audio.output` of a session or a response."""

    format: Nullable[AudioFormat] = OMITTED
    """The format of the audio deltas."""
    voice: Omissible[Json] = OMITTED
    """A name, such as `marin`, or `{id}` of a voice of one's own; fixed once the model has spoken."""
    speed: Nullable[float] = OMITTED
    """A factor, 0.25 to 1.5, 1 being normal; not in a response, and only between turns."""


@attrs.frozen(eq=False, repr=False)
class SessionAudio(WireObject):
    """`session.audio`."""

    input: Nullable[AudioInput] = OMITTED
    """What comes from the user."""
    output: Nullable[AudioOutput] = OMITTED
    """What comes from the model."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Session(WireObject):
    """`session`: what `session.update` asks for and what the server says is in effect."""

    type: Nullable[str] = OMITTED
    """`realtime`; GA servers require it in every update, beta servers do not know it."""
    id: Nullable[str] = OMITTED
    """The server's id of the session."""
    model: Nullable[str] = OMITTED
    """The model, which an update cannot change."""
    expires_at: Nullable[float] = OMITTED
    """When the session ends, in seconds since 1970."""
    instructions: Nullable[str] = OMITTED
    """What the model is told to be and to do."""
    output_modalities: Nullable[tuple[str, ...]] = OMITTED
    """`("audio",)`, which brings a transcript along, or `("text",)`."""
    audio: Nullable[SessionAudio] = OMITTED
    """Formats, turn detection, transcription and voice."""
    tools: Nullable[tuple[JsonObject, ...]] = OMITTED
    """What the model may call: `{type: "function", name, description, parameters}` each. An update replaces
    them all.
    """
    tool_choice: Omissible[Json] = OMITTED
    """`auto`, `none`, `required`, or the choice of one tool as an object."""
    max_output_tokens: Omissible[Json] = OMITTED
    """Of a response: 1 to 4096, or `"inf"` for no bound."""
    prompt: Omissible[Json] = OMITTED
    """A stored prompt: `{id, version, variables}`."""
    reasoning: Omissible[Json] = OMITTED
    """`{effort}`, from `minimal` to `xhigh`; for `gpt-realtime-2` and later."""


@attrs.frozen(eq=False, repr=False)
class ContentPart(WireObject):
    """A part of an item or of a response."""

    type: str
    """Of an item `input_text`, `input_audio`, `output_text`, `output_audio` and so on, of a response `text`
    or `audio`.
    """
    text: Nullable[str] = OMITTED
    """The text of a text part."""
    transcript: Nullable[str] = OMITTED
    """The text of an audio part; null as long as it is not known."""
    audio: Nullable[str] = OMITTED
    """The audio, base64. Servers send it only in `ConversationItemRetrieved`."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Item(WireObject):
    """An item of the conversation."""

    type: str
    """`message`, `function_call`, `function_call_output`, or of an MCP kind."""
    id: Nullable[str] = OMITTED
    """Chosen by who creates the item, at OpenAI 32 characters at most."""
    object: Nullable[str] = OMITTED
    """`realtime.item`."""
    status: Nullable[str] = OMITTED
    """`in_progress`, `completed` or `incomplete`."""
    role: Nullable[str] = OMITTED
    """Of a message: `system`, `user` or `assistant`."""
    content: Nullable[tuple[ContentPart, ...]] = OMITTED
    """Of a message: its parts."""
    name: Nullable[str] = OMITTED
    """Of a call: the name of the function."""
    call_id: Nullable[str] = OMITTED
    """Of a call and of its output: the id of the call, at OpenAI 32 characters of `[A-Za-z0-9_-]` at most."""
    arguments: Nullable[str] = OMITTED
    """Of a call: JSON text, cut off where the response was."""
    output: Omissible[Json] = OMITTED
    """Of an output: the result, a string on every known server."""


@attrs.frozen(eq=False, repr=False)
class ResponseAudio(WireObject):
    """`response.audio`."""

    output: Nullable[AudioOutput] = OMITTED
    """Format and voice; no speed."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseParams(WireObject):
    """`response` of `response.create`: what this one response does differently from the session."""

    instructions: Nullable[str] = OMITTED
    """In the place of the session's, for this response alone."""
    output_modalities: Nullable[tuple[str, ...]] = OMITTED
    """`("audio",)`, which brings a transcript along, or `("text",)`."""
    audio: Nullable[ResponseAudio] = OMITTED
    """Format and voice."""
    tools: Nullable[tuple[JsonObject, ...]] = OMITTED
    """In the place of the session's."""
    tool_choice: Omissible[Json] = OMITTED
    """`auto`, `none`, `required`, or the choice of one tool as an object."""
    max_output_tokens: Omissible[Json] = OMITTED
    """1 to 4096, or `"inf"` for no bound."""
    conversation: Nullable[str] = OMITTED
    """`auto`, or `none` for a response beside the conversation, whose output is not added to it."""
    input: Nullable[tuple[JsonObject, ...]] = OMITTED
    """Items, or `{type: "item_reference", id}`, in the place of the conversation as context."""
    metadata: Nullable[JsonObject] = OMITTED
    """Up to 16 texts of 512 characters by names of 64; comes back in `ResponseCreated` and `ResponseDone`."""
    prompt: Omissible[Json] = OMITTED
    """A stored prompt: `{id, version, variables}`."""
    pre_generated_assistant_message: Omissible[Item] = OMITTED
    """A message of the assistant's that is spoken as it is; Azure's Voice Live has it."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Response(WireObject):
    """`response` of `response.created` and `response.done`."""

    id: Nullable[str] = OMITTED
    """The server's id of the response."""
    object: Nullable[str] = OMITTED
    """`realtime.response`."""
    status: Nullable[str] = OMITTED
    """`in_progress`, `completed`, `cancelled`, `failed` or `incomplete`."""
    status_details: Omissible[Json] = OMITTED
    """Why it did not complete: an object with `type`, `reason` or `error`; null, or on some servers a string.
    """
    output: Nullable[tuple[Item, ...]] = OMITTED
    """The items, without their audio; empty in `ResponseCreated`."""
    conversation_id: Nullable[str] = OMITTED
    """Null for a response beside the conversation."""
    output_modalities: Nullable[tuple[str, ...]] = OMITTED
    """`("audio",)`, which brings a transcript along, or `("text",)`."""
    max_output_tokens: Omissible[Json] = OMITTED
    """1 to 4096, or `"inf"` for no bound."""
    audio: Nullable[ResponseAudio] = OMITTED
    """Format and voice."""
    usage: Omissible[Json] = OMITTED
    """The tokens it took, of each kind; null until it is done."""
    metadata: Nullable[JsonObject] = OMITTED
    """What the `ResponseCreate` said."""


@attrs.frozen(eq=False, repr=False)
class Conversation(WireObject):
    """`conversation` of `conversation.created`."""

    id: Nullable[str] = OMITTED
    """The server's id of the conversation."""
    object: Nullable[str] = OMITTED
    """`realtime.conversation`."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ErrorDetail(WireObject):
    """`error`: what went wrong (protocols, *Errors*)."""

    type: Nullable[str] = OMITTED
    """`invalid_request_error`, `server_error` or another."""
    code: Nullable[str] = OMITTED
    """What went wrong, for programs; null on some servers."""
    message: Nullable[str] = OMITTED
    """What went wrong, for people."""
    param: Nullable[str] = OMITTED
    """The path of the key at fault."""
    event_id: Nullable[str] = OMITTED
    """The id of the client event at fault, if it had one."""


@attrs.frozen(eq=False, repr=False)
class RateLimit(WireObject):
    """One of `rate_limits`."""

    name: Nullable[str] = OMITTED
    """`requests` or `tokens`."""
    limit: Nullable[float] = OMITTED
    """How many are allowed."""
    remaining: Nullable[float] = OMITTED
    """How many of them are left."""
    reset_seconds: Nullable[float] = OMITTED
    """Until all of them are back, in seconds."""
