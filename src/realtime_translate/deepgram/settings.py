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
    """`audio.input`: the format of what the client sends. `sample_rate` is in hertz."""

    encoding: str
    sample_rate: int


@attrs.frozen(eq=False, repr=False)
class AudioOutput(WireObject):
    """`audio.output`: the format of what the client wants.

    `sample_rate` is in hertz, `bitrate` in bits a second.
    """

    encoding: Omissible[str] = OMITTED
    sample_rate: Omissible[int] = OMITTED
    bitrate: Omissible[int] = OMITTED
    container: Omissible[str] = OMITTED


@attrs.frozen(eq=False, repr=False)
class Audio(WireObject):
    """`audio`: required in Settings, but both halves have defaults (linear16 at 24000)."""

    input: Omissible[AudioInput] = OMITTED
    output: Omissible[AudioOutput] = OMITTED


@attrs.frozen(eq=False, repr=False)
class Flags(WireObject):
    """`flags`: `history` (true unless false) asks for `History` after each text and each function result."""

    history: Omissible[bool] = OMITTED


@attrs.frozen(eq=False, repr=False)
class Endpoint(WireObject):
    """A provider's own URL with its headers, under `think`, `speak` and their fallbacks."""

    url: Omissible[str] = OMITTED
    headers: Omissible[Mapping[str, str]] = OMITTED


@attrs.frozen(eq=False, repr=False)
class FunctionEndpoint(WireObject):
    """Where the host calls a function that is not the client's (`client_side: false`)."""

    url: Omissible[str] = OMITTED
    method: Omissible[str] = OMITTED
    headers: Omissible[Mapping[str, str]] = OMITTED


@attrs.frozen(eq=False, repr=False)
class Function(WireObject):
    """One of `think.functions`. The schema requires nothing; a function without a name cannot be called.

    `agent_filler_interval_ms` is in milliseconds, 1000 to 60000.
    """

    name: Omissible[str] = OMITTED
    description: Omissible[str] = OMITTED
    parameters: Omissible[JsonObject] = OMITTED
    endpoint: Omissible[FunctionEndpoint] = OMITTED
    defer_until_eot: Omissible[bool] = OMITTED
    initial_agent_filler: Omissible[bool] = OMITTED
    agent_filler_max_count: Omissible[int] = OMITTED
    agent_filler_interval_ms: Omissible[int] = OMITTED


@attrs.frozen(eq=False, repr=False)
class ListenProvider(WireObject):
    """`listen.provider`, v1 and v2 (Flux). Thresholds are 0 to 1; `eot_timeout_ms` is in milliseconds."""

    type: str
    version: Omissible[str] = OMITTED
    model: Omissible[str] = OMITTED
    language: Omissible[str] = OMITTED
    language_hints: Omissible[tuple[str, ...]] = OMITTED
    language_hint: Omissible[str | tuple[str, ...]] = OMITTED
    keyterms: Omissible[tuple[str, ...]] = OMITTED
    smart_format: Omissible[bool] = OMITTED
    eot_threshold: Omissible[float] = OMITTED
    eager_eot_threshold: Omissible[float] = OMITTED
    eot_timeout_ms: Omissible[int] = OMITTED


@attrs.frozen(eq=False, repr=False)
class Listen(WireObject):
    """`agent.listen` and `UpdateListen.listen`."""

    provider: ListenProvider


@attrs.frozen(eq=False, repr=False)
class Credentials(WireObject):
    """`provider.credentials` of aws_bedrock and aws_polly. Secrets: they appear in no repr."""

    type: Omissible[str] = OMITTED
    region: Omissible[str] = OMITTED
    access_key_id: Omissible[str] = attrs.field(default=OMITTED, repr=False)
    secret_access_key: Omissible[str] = attrs.field(default=OMITTED, repr=False)
    session_token: Omissible[str] = attrs.field(default=OMITTED, repr=False)


@attrs.frozen(eq=False, repr=False)
class ThinkProvider(WireObject):
    """`think.provider` of every type."""

    type: str
    model: Omissible[str] = OMITTED
    version: Omissible[str] = OMITTED
    temperature: Omissible[float] = OMITTED
    reasoning_mode: Omissible[str] = OMITTED
    credentials: Omissible[Credentials] = OMITTED
    voice_prompt_opt_out: Omissible[bool] = OMITTED


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Think(WireObject):
    """`agent.think` and `UpdateThink.think`, or one of its fallbacks.

    `context_length` is `"max"` or the number of characters of the conversation to keep.
    """

    provider: ThinkProvider
    endpoint: Omissible[Endpoint] = OMITTED
    functions: Omissible[tuple[Function, ...]] = OMITTED
    prompt: Omissible[str] = OMITTED
    context_length: Omissible[int | float | str] = OMITTED


@attrs.frozen(eq=False, repr=False)
class ThinkLiveProvider(WireObject):
    """`think_live.provider`. `presence_check_interval_ms` is in milliseconds."""

    type: Omissible[str] = OMITTED
    version: Omissible[str] = OMITTED
    agent_backchannel_sensitivity: Omissible[float] = OMITTED
    presence_check_max_count: Omissible[int] = OMITTED
    presence_check_interval_ms: Omissible[int] = OMITTED
    frustration_max_count: Omissible[int] = OMITTED
    restricted_terms: Omissible[tuple[str, ...]] = OMITTED


@attrs.frozen(eq=False, repr=False)
class ThinkLive(WireObject):
    """`agent.think_live` and `UpdateThink_Live.think_live`."""

    provider: Omissible[ThinkLiveProvider] = OMITTED


@attrs.frozen(eq=False, repr=False)
class SpeakProvider(WireObject):
    """`speak.provider` of every type. `speed` and `volume` are factors, 1 being normal.

    `voice` is a name (open_ai, aws_polly) or `{mode, id}` (cartesia).
    """

    type: str
    model: Omissible[str] = OMITTED
    model_id: Omissible[str] = OMITTED
    version: Omissible[str] = OMITTED
    voice: Omissible[str | JsonObject] = OMITTED
    language: Omissible[str] = OMITTED
    language_code: Omissible[str] = OMITTED
    speed: Omissible[float] = OMITTED
    volume: Omissible[float] = OMITTED
    expressivity: Omissible[int] = OMITTED
    engine: Omissible[str] = OMITTED
    credentials: Omissible[Credentials] = OMITTED


@attrs.frozen(eq=False, repr=False)
class Speak(WireObject):
    """`agent.speak` and `UpdateSpeak.speak`, or one of its fallbacks."""

    provider: SpeakProvider
    endpoint: Omissible[Endpoint] = OMITTED


@attrs.frozen(eq=False, repr=False)
class Context(WireObject):
    """`agent.context`: what was said before this session. It is not spoken."""

    at_most: ClassVar[Mapping[tuple[str, ...], int]] = {
        ("messages",): MOST_MESSAGES,
        ("messages", "function_calls"): MOST_MESSAGES,
    }
    messages: Omissible[tuple[HistoryText | HistoryCalls, ...]] = OMITTED


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Agent(WireObject):
    """`Settings.agent` when it is an object."""

    at_most: ClassVar[Mapping[tuple[str, ...], int]] = {
        ("think",): MOST_PROVIDERS,
        ("think", "functions"): MOST_FUNCTIONS,
        ("speak",): MOST_PROVIDERS,
    }
    language: Omissible[str] = OMITTED
    context: Omissible[Context] = OMITTED
    listen: Omissible[Listen] = OMITTED
    think: Omissible[Think | tuple[Think, ...]] = OMITTED
    think_live: Omissible[ThinkLive] = OMITTED
    speak: Omissible[Speak | tuple[Speak, ...]] = OMITTED
    greeting: Omissible[str] = OMITTED
