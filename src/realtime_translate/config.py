"""What the host decides for a call: one frozen `Config`, checked when it is built.

Marks such as T2 name rules: docs/reference/rules.md explains them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final, TypeAlias, TypedDict

from attrs import field, fields, frozen
from typing_extensions import Unpack

from .checks import above_zero, in_range, is_one_of
from .errors import ConfigError
from .openai.dialects import OPENAI_GA, UpstreamDialect
from .renewal import Renewal

__all__ = [
    "FROM_SETTINGS",
    "ClientDialect",
    "Config",
    "ContextMode",
    "FromSettings",
    "GreetingMode",
    "Limits",
    "ManualCommit",
    "SemanticVad",
    "ServerVad",
    "SilenceKeepalive",
    "TurnDetection",
    "Voices",
]


class ClientDialect(str, Enum):
    """Which messages the client gets and may send."""

    DEEPGRAM = "deepgram"
    """Any Deepgram Voice Agent V1 client."""
    COMPONENT = "component"
    """The React component's dialect (protocols, *The component's dialect*)."""


class GreetingMode(str, Enum):
    """What becomes of `agent.greeting`."""

    TEXT = "text"
    """Shown to the client as text, never sent upstream as an item or a response (G1)."""
    SPOKEN = "spoken"
    """Spoken by the model, for callers who only hear (G3)."""
    SUPPRESSED = "suppressed"
    """Nothing at all."""


class ContextMode(str, Enum):
    """How `agent.context.messages` reach the model (C1)."""

    INSTRUCTIONS = "instructions"
    """Folded into the instructions."""
    ITEMS = "items"
    """One conversation item a message."""


@frozen
class ManualCommit:
    """The translator commits the audio buffer (V1): `turn_detection` is null upstream.

    Raises `ConfigError` for what is out of bounds.
    """

    debounce: float = 0.4
    """Seconds without audio after which it commits, above 0 (A5)."""
    ceiling: float | None = None
    """Seconds after which it commits although audio still flows (A7), above 0, counted from the moment at
    which enough for a commit was appended; None for never.
    """

    def __attrs_post_init__(self) -> None:
        above_zero("debounce", self.debounce)
        if self.ceiling is not None:
            above_zero("ceiling", self.ceiling)


@frozen
class ServerVad:
    """The server finds the end of a turn by silence and commits (V1). None leaves the server's own default.

    Raises `ConfigError` for what is out of bounds.
    """

    threshold: float | None = None
    """How loud speech has to be, 0 to 1."""
    prefix_padding_ms: int | None = None
    """Milliseconds before speech that belong to the turn, at least 0."""
    silence_duration_ms: int | None = None
    """Milliseconds of silence that end the turn, at least 0."""
    idle_timeout_ms: int | None = None
    """Milliseconds after the last response until the server speaks by itself, 5000 to 30000."""
    create_response: bool = True
    """Whether the server responds by itself. If not, the translator asks for the response when the server has
    committed (V3).
    """
    interrupt_response: bool = True
    """Whether the server cancels the active response when the user speaks."""

    def __attrs_post_init__(self) -> None:
        in_range("threshold", self.threshold, 0.0, 1.0)
        in_range("idle_timeout_ms", self.idle_timeout_ms, 5000, 30000)
        in_range("prefix_padding_ms", self.prefix_padding_ms, 0)
        in_range("silence_duration_ms", self.silence_duration_ms, 0)


@frozen
class SemanticVad:
    """The server finds the end of a turn by what was said and commits (V1).

    Raises `ConfigError` for another eagerness.
    """

    eagerness: str = "auto"
    """How soon the turn is taken to be over: `low`, `medium`, `high` or `auto`."""
    create_response: bool = True
    """Whether the server responds by itself. If not, the translator asks for the response when the server has
    committed (V3).
    """
    interrupt_response: bool = True
    """Whether the server cancels the active response when the user speaks."""

    def __attrs_post_init__(self) -> None:
        if self.eagerness not in ("low", "medium", "high", "auto"):
            raise ConfigError(f"eagerness must be low, medium, high or auto, not {self.eagerness!r}")


@frozen
class SilenceKeepalive:
    """Appends silence while the client sends no audio, so that an idle session stays alive (I1).

    Silence is never committed alone and never counts as the user's audio. Raises `ConfigError` for what is
    out of bounds.
    """

    every: float = 4.0
    """Seconds without audio after which silence goes upstream, and so on; above 0."""
    ms: int = 100
    """Milliseconds of silence, a whole number from 1 to 1000."""

    def __attrs_post_init__(self) -> None:
        above_zero("every", self.every)
        in_range("ms", self.ms, 1, 1000)
        is_one_of("ms", self.ms, int)


class FromSettings(Enum):
    """The type of `FROM_SETTINGS`."""

    FROM_SETTINGS = "from settings"


FROM_SETTINGS: Final = FromSettings.FROM_SETTINGS
"""Settings and the dialect decide about turn detection (V2)."""

TurnDetection: TypeAlias = "ManualCommit | ServerVad | SemanticVad"
"""Who commits the user's audio (V1)."""


@frozen
class Voices:
    """Which upstream voice stands for a Deepgram voice name (S10)."""

    names: Mapping[str, str] = field(factory=dict[str, str])
    """Upstream's voice by speak model (`aura-2-thalia-en`)."""
    default: str | None = "marin"
    """The voice for any other; the default stands for the usual one of the server that `Config.upstream`
    names, None sends no voice, and the server's own default speaks.
    """


@frozen
class Limits:
    """Every bound and every timeout. Times in seconds, sizes in bytes.

    Raises `ConfigError` for what is not above 0.
    """

    settings_timeout: float = 15.0
    """From `client_opened` to the first Settings (S9)."""
    configure_timeout: float = 10.0
    """From Settings to `session.updated` (S9)."""
    create_timeout: float = 10.0
    """From `response.create` to `response.created` (R1), and from the end of speech to what the server does
    about it (R7)."""
    first_output: float = 60.0
    """From `response.created` to the response's first output, which models that think make wait for (R1)."""
    response_stall: float = 30.0
    """From one event of a response to its next; after that it is given up (R1)."""
    error_grace: float = 3.0
    """How long a response may show nothing after an error that may have been its end (R1, R5)."""
    response_grace: float = 1.0
    """How long a response that should start or end by itself is waited for (V1, R1, R3, R4, R7)."""
    confirm_timeout: float = 2.0
    """From a user text item to the response, when the server confirms no item (T1)."""
    call_hold: float = 10.0
    """How long a wish for a response waits for an unanswered function call (R8)."""
    follow_up_timeout: float = 20.0
    """From the last function output to the response after it, when `response.done` never comes (F5)."""
    update_timeout: float = 10.0
    """From an update of a call that goes on to its `session.updated` (T2)."""
    transcript_wait: float = 1.0
    """How long the agent's text waits for the transcript of what it answers (O4)."""
    slow_think: float = 5.0
    """How long the first output of a response may take before the client is warned, and again (O8)."""
    session_warning: float = 3300.0
    """From `session.created` to the warning that the session's time is nearly over (O8)."""
    pending_audio_seconds: float = 30.0
    """Audio that may wait before the session is ready (A8)."""
    pending_messages: int = 256
    """Text messages, and function calls, that may wait at a time (L3)."""
    frame_bytes_up: int = 16 * 2**20
    """The largest frame taken from the client (L1)."""
    text_bytes_up: int = 2**20
    """The largest text frame taken from the client, and the most text of it that waits in one place (L4)."""
    json_values: int = 100_000
    """The most commas, colons and opening brackets that a text frame of the client may have outside of
    strings (L4).
    """
    frame_bytes_down: int = 32 * 2**20
    """The largest frame taken from upstream (L1)."""
    notices_per_minute: int = 120
    """How many Notices of a code a call gives in a minute; the rest are counted (L5)."""
    item_text: int = 2**20
    """Characters of one item's text collected from deltas; a longer one is told when its whole text comes."""

    def __attrs_post_init__(self) -> None:
        for each in fields(Limits):
            above_zero(f"limits.{each.name}", getattr(self, each.name))


class ConfigFields(TypedDict, total=False):
    """The fields of `Config`, for the presets."""

    upstream: UpstreamDialect
    turn_detection: TurnDetection | FromSettings
    greeting: GreetingMode
    context: ContextMode
    voices: Voices
    model: str
    transcription_model: str | None
    strict_fields: bool
    barge_in: bool
    keepalive: SilenceKeepalive | None
    idle_timeout_margin: float
    renewal: Renewal | None
    limits: Limits


_KINDS: Mapping[str, tuple[type, ...]] = {
    "dialect": (ClientDialect,),
    "upstream": (UpstreamDialect,),
    "turn_detection": (ManualCommit, ServerVad, SemanticVad, FromSettings),
    "greeting": (GreetingMode,),
    "context": (ContextMode,),
    "voices": (Voices,),
    "model": (str,),
    "transcription_model": (str, type(None)),
    "strict_fields": (bool,),
    "barge_in": (bool,),
    "keepalive": (SilenceKeepalive, type(None)),
    "idle_timeout_margin": (int, float),
    "renewal": (Renewal, type(None)),
    "limits": (Limits,),
}


@frozen
class Config:
    """What the host decides for a call.

    `Config.deepgram()` and `Config.component()` are presets; all can be set by hand. Raises `ConfigError` for
    what cannot work.
    """

    dialect: ClientDialect = ClientDialect.DEEPGRAM
    """Which messages the client gets and may send."""
    upstream: UpstreamDialect = OPENAI_GA
    """The server: `OPENAI_GA`, `AZURE_GA`, another row of `openai.dialects`, or one of your own."""
    turn_detection: TurnDetection | FromSettings = FROM_SETTINGS
    """Who commits the user's audio. `FROM_SETTINGS`: Settings and the dialect decide."""
    greeting: GreetingMode = GreetingMode.TEXT
    """What becomes of `agent.greeting`."""
    context: ContextMode = ContextMode.INSTRUCTIONS
    """How `agent.context.messages` reach the model."""
    voices: Voices = field(factory=Voices)
    """Which upstream voice stands for a Deepgram voice."""
    model: str = "gpt-realtime-2.1"
    """Used unless Settings names a realtime model."""
    transcription_model: str | None = "gpt-transcribe"
    """Sent upstream, so that user speech is transcribed; the default stands for the usual one of the server
    that `upstream` names, None leaves the choice to the server (S10).
    """
    strict_fields: bool = False
    """Unknown fields of client messages are fatal, as in the real service (T5)."""
    barge_in: bool = True
    """Whether the agent is cut when the user speaks: cancelled, and truncated to what was heard (B)."""
    keepalive: SilenceKeepalive | None = None
    """Whether silence keeps idle sessions alive (I1)."""
    idle_timeout_margin: float = 0.0
    """Seconds added to the component's `agent.idleTimeoutMs` on its way upstream, so that the client's own
    idle timer runs out first; where the sum passes 30 s, no `idle_timeout_ms` is sent (V2)."""
    renewal: Renewal | None = None
    """Whether the call goes on with another session when its upstream session ends (N)."""
    limits: Limits = field(factory=Limits)
    """Every bound and every timeout."""

    def __attrs_post_init__(self) -> None:
        for name, kinds in _KINDS.items():
            is_one_of(name, getattr(self, name), *kinds)
        in_range("idle_timeout_margin", self.idle_timeout_margin, 0, 30)
        for name in ("model", "transcription_model"):
            if getattr(self, name) == "":
                raise ConfigError(f"{name} must not be empty")
        names = [row.name for row in (self.upstream, *(self.renewal.fallback if self.renewal else ()))]
        for name in names:
            if names.count(name) > 1:
                raise ConfigError(
                    f"renewal.fallback: {name!r} is the name of two servers; evolve one of them"
                )

    @classmethod
    def deepgram(cls, **changes: Unpack[ConfigFields]) -> Config:
        """The preset for any Deepgram Voice Agent client, with `changes` on top."""
        return cls(**changes)

    @classmethod
    def component(cls, **changes: Unpack[ConfigFields]) -> Config:
        """The preset for the React component's dialect, with `changes` on top."""
        return cls(ClientDialect.COMPONENT, **changes)
