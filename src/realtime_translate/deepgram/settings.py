"""The objects inside `Settings` and the `Update…` messages (protocols, *Settings*).

Provider objects are permissive: one class a role, with the fields of every provider type, because the
translator decides what it can use. Enumerations stay open strings, as in the published schema.
"""

from collections.abc import Mapping
from typing import ClassVar, Final

import attrs

from ..wire.base import JsonObject, WireObject
from ..wire.omitted import OMITTED, Omissible
from .history import HistoryCalls, HistoryText

MOST_PROVIDERS: Final = 64
MOST_FUNCTIONS: Final = 1024
"""Of all the think providers of a message."""
MOST_MESSAGES: Final = 4096
"""Of the context, and as many function calls in them."""


@attrs.frozen(eq=False, repr=False)
class AudioInput(WireObject):
    """`audio.input`: the format of what the client sends."""

    encoding: str
    """`linear16`, `mulaw` or `alaw` here; others, such as `opus` and `flac`, are refused."""
    sample_rate: int
    """In hertz; 8000 to 48000 here."""


@attrs.frozen(eq=False, repr=False)
class AudioOutput(WireObject):
    """`audio.output`: the format of what the client wants."""

    encoding: Omissible[str] = OMITTED
    """`linear16`, `mulaw` or `alaw` here. Absent: linear16."""
    sample_rate: Omissible[int] = OMITTED
    """In hertz; linear16 at 8000 to 48000, the others at 8000 here. Absent: 24000 for linear16, else 8000."""
    bitrate: Omissible[int] = OMITTED
    """In bits a second; for compressed encodings only."""
    container: Omissible[str] = OMITTED
    """`none` or `wav`; others are refused here. Absent: none, raw audio."""


@attrs.frozen(eq=False, repr=False)
class Audio(WireObject):
    """`audio`: required in Settings, but both halves have defaults (linear16 at 24000)."""

    input: Omissible[AudioInput] = OMITTED
    """The format of the user's audio. Absent: linear16 at 24000."""
    output: Omissible[AudioOutput] = OMITTED
    """The format of the agent's audio. Absent: linear16 at 24000."""


@attrs.frozen(eq=False, repr=False)
class Flags(WireObject):
    """`flags` of Settings."""

    history: Omissible[bool] = OMITTED
    """Whether the server sends `History`. Absent: true."""


@attrs.frozen(eq=False, repr=False)
class Endpoint(WireObject):
    """A provider's own URL with its headers, under `think`, `speak` and their fallbacks."""

    url: Omissible[str] = OMITTED
    """The URL; here it is never called."""
    headers: Omissible[Mapping[str, str]] = OMITTED
    """Headers by name; they may hold secrets."""


@attrs.frozen(eq=False, repr=False)
class FunctionEndpoint(WireObject):
    """Where the host calls a function that is not the client's (`client_side: false`)."""

    url: Omissible[str] = OMITTED
    """The URL to call."""
    method: Omissible[str] = OMITTED
    """The HTTP method, such as `post`."""
    headers: Omissible[Mapping[str, str]] = OMITTED
    """Headers by name; they may hold secrets."""


@attrs.frozen(eq=False, repr=False)
class Function(WireObject):
    """One of `think.functions`. The schema requires nothing; a function without a name cannot be called."""

    name: Omissible[str] = OMITTED
    """The name by which the model calls it."""
    description: Omissible[str] = OMITTED
    """What it does, for the model."""
    parameters: Omissible[JsonObject] = OMITTED
    """The JSON Schema of its arguments, an object."""
    endpoint: Omissible[FunctionEndpoint] = OMITTED
    """Where the host calls it. Absent: the client runs it."""
    defer_until_eot: Omissible[bool] = OMITTED
    """Whether a call waits until the end of the user's turn is certain. Absent: false."""
    initial_agent_filler: Omissible[bool] = OMITTED
    """Whether the agent says something while the function runs; needs `think_live`."""
    agent_filler_max_count: Omissible[int] = OMITTED
    """How many times it says something more at most; needs `think_live`."""
    agent_filler_interval_ms: Omissible[int] = OMITTED
    """Milliseconds between them, 1000 to 60000; needs `think_live`."""


@attrs.frozen(eq=False, repr=False)
class ListenProvider(WireObject):
    """`listen.provider`, v1 and v2 (Flux)."""

    type: str
    """`deepgram`."""
    version: Omissible[str] = OMITTED
    """`v1`, or `v2` for Flux models. Absent: `v1`."""
    model: Omissible[str] = OMITTED
    """The recogniser, such as `nova-3`; required with `v2`."""
    language: Omissible[str] = OMITTED
    """A language code, such as `en` or `en-US`, or `multi`; for `v1`."""
    language_hints: Omissible[tuple[str, ...]] = OMITTED
    """Language codes that are likely; for multilingual Flux models."""
    language_hint: Omissible[str | tuple[str, ...]] = OMITTED
    """The older name of `language_hints`: one code or several."""
    keyterms: Omissible[tuple[str, ...]] = OMITTED
    """Words that are likely."""
    smart_format: Omissible[bool] = OMITTED
    """Whether numbers, dates and their like are written as such; for `v1`. Absent: false."""
    eot_threshold: Omissible[float] = OMITTED
    """How certain the end of a turn has to be, 0.5 to 1; for `v2`. Absent: 0.7."""
    eager_eot_threshold: Omissible[float] = OMITTED
    """The same for an answer that may still be taken back, 0.3 to 0.9, at most `eot_threshold`; for `v2`."""
    eot_timeout_ms: Omissible[int] = OMITTED
    """Milliseconds of silence that end a turn in any case; for `v2`. Absent: 5000."""


@attrs.frozen(eq=False, repr=False)
class Listen(WireObject):
    """`agent.listen` and `UpdateListen.listen`."""

    provider: ListenProvider
    """The recogniser and its settings."""


@attrs.frozen(eq=False, repr=False)
class Credentials(WireObject):
    """`provider.credentials` of aws_bedrock and aws_polly. Secrets: they appear in no repr."""

    type: Omissible[str] = OMITTED
    """`sts` or `iam`."""
    region: Omissible[str] = OMITTED
    """The region, such as `us-east-1`."""
    access_key_id: Omissible[str] = attrs.field(default=OMITTED, repr=False)
    """The id of the key. A secret."""
    secret_access_key: Omissible[str] = attrs.field(default=OMITTED, repr=False)
    """The key. A secret."""
    session_token: Omissible[str] = attrs.field(default=OMITTED, repr=False)
    """The token of an `sts` session. A secret."""


@attrs.frozen(eq=False, repr=False)
class ThinkProvider(WireObject):
    """`think.provider` of every type."""

    type: str
    """`open_ai`, `anthropic`, `google`, `groq`, `aws_bedrock`, `deepgram` or another."""
    model: Omissible[str] = OMITTED
    """The model. One that is no realtime model here gives way to `Config.model`."""
    version: Omissible[str] = OMITTED
    """The version of the provider's API, such as `v1`."""
    temperature: Omissible[float] = OMITTED
    """0 to 2, with anthropic to 1. The server has no such setting."""
    reasoning_mode: Omissible[str] = OMITTED
    """How much the model thinks: `none`, `minimal`, `low`, `medium` or `high`."""
    credentials: Omissible[Credentials] = OMITTED
    """Of aws_bedrock."""
    voice_prompt_opt_out: Omissible[bool] = OMITTED
    """Whether Deepgram's own addition to the prompt is left out; of deepgram."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Think(WireObject):
    """`agent.think` and `UpdateThink.think`, or one of its fallbacks."""

    provider: ThinkProvider
    """The model and its settings."""
    endpoint: Omissible[Endpoint] = OMITTED
    """Where the provider is, if it is not the usual place."""
    functions: Omissible[tuple[Function, ...]] = OMITTED
    """What the model may call."""
    prompt: Omissible[str] = OMITTED
    """The instructions; Deepgram takes 25,000 characters for its own models."""
    context_length: Omissible[int | float | str] = OMITTED
    """Characters of the conversation to keep, or `"max"`."""


@attrs.frozen(eq=False, repr=False)
class ThinkLiveProvider(WireObject):
    """`think_live.provider`."""

    type: Omissible[str] = OMITTED
    """`deepgram`."""
    version: Omissible[str] = OMITTED
    """`v1`."""
    agent_backchannel_sensitivity: Omissible[float] = OMITTED
    """How likely the agent is to say "mhm" and the like while the user speaks; 0 for never."""
    presence_check_max_count: Omissible[int] = OMITTED
    """How many times a silent user is spoken to at most; 0 for never."""
    presence_check_interval_ms: Omissible[int] = OMITTED
    """Milliseconds between these, before the first at least 3000."""
    frustration_max_count: Omissible[int] = OMITTED
    """After how many `FrustrationDetected` their `escalated` is true; 0 for none at all."""
    restricted_terms: Omissible[tuple[str, ...]] = OMITTED
    """Words and phrases that the agent does not say."""


@attrs.frozen(eq=False, repr=False)
class ThinkLive(WireObject):
    """`agent.think_live` and `UpdateThink_Live.think_live`."""

    provider: Omissible[ThinkLiveProvider] = OMITTED
    """Its settings."""


@attrs.frozen(eq=False, repr=False)
class SpeakProvider(WireObject):
    """`speak.provider` of every type."""

    type: str
    """`deepgram`, `eleven_labs`, `cartesia`, `open_ai`, `aws_polly` or another."""
    model: Omissible[str] = OMITTED
    """The voice at deepgram (`aura-2-thalia-en`), the model at open_ai."""
    model_id: Omissible[str] = OMITTED
    """The model, of eleven_labs and cartesia."""
    version: Omissible[str] = OMITTED
    """The version of the provider's API."""
    voice: Omissible[str | JsonObject] = OMITTED
    """A name (open_ai, aws_polly) or `{mode, id}` (cartesia)."""
    language: Omissible[str] = OMITTED
    """A language code, of every type but deepgram and open_ai."""
    language_code: Omissible[str] = OMITTED
    """The older name of `language`."""
    speed: Omissible[float] = OMITTED
    """A factor, 1 being normal: 0.7 to 1.5 for Aura voices, 0.5 to 1.5 for Flux; upstream 0.25 to 1.5."""
    volume: Omissible[float] = OMITTED
    """A factor, 1 being normal, 0.5 to 2; of cartesia."""
    expressivity: Omissible[int] = OMITTED
    """A whole number from -2 to 2; of Flux voices."""
    engine: Omissible[str] = OMITTED
    """`generative`, `long-form`, `standard` or `neural`; of aws_polly."""
    credentials: Omissible[Credentials] = OMITTED
    """Of aws_polly."""


@attrs.frozen(eq=False, repr=False)
class Speak(WireObject):
    """`agent.speak` and `UpdateSpeak.speak`, or one of its fallbacks."""

    provider: SpeakProvider
    """The voice and its settings."""
    endpoint: Omissible[Endpoint] = OMITTED
    """Where the provider is, if it is not the usual place."""


@attrs.frozen(eq=False, repr=False)
class Context(WireObject):
    """`agent.context`: what was said before this session. It is not spoken."""

    at_most: ClassVar[Mapping[tuple[str, ...], int]] = {
        ("messages",): MOST_MESSAGES,
        ("messages", "function_calls"): MOST_MESSAGES,
    }
    messages: Omissible[tuple[HistoryText | HistoryCalls, ...]] = OMITTED
    """What was said, oldest first."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Agent(WireObject):
    """`Settings.agent` when it is an object."""

    at_most: ClassVar[Mapping[tuple[str, ...], int]] = {
        ("think",): MOST_PROVIDERS,
        ("think", "functions"): MOST_FUNCTIONS,
        ("speak",): MOST_PROVIDERS,
    }
    language: Omissible[str] = OMITTED
    """A language code, in the place of those of the providers. Deprecated."""
    context: Omissible[Context] = OMITTED
    """What was said before this session."""
    listen: Omissible[Listen] = OMITTED
    """How the user is heard."""
    think: Omissible[Think | tuple[Think, ...]] = OMITTED
    """The model with its prompt and functions, or several, in the order in which they are tried."""
    think_live: Omissible[ThinkLive] = OMITTED
    """Settings of Think Live, a service of Deepgram's own."""
    speak: Omissible[Speak | tuple[Speak, ...]] = OMITTED
    """The voice, or several, in the order in which they are tried."""
    greeting: Omissible[str] = OMITTED
    """What the agent says first."""
