"""Every message from the client (protocols, *Client messages*)."""

from collections.abc import Mapping
from typing import ClassVar

import attrs

from ..wire.base import Json, WireMessage
from ..wire.omitted import OMITTED, Omissible
from .settings import MOST_FUNCTIONS, MOST_PROVIDERS, Agent, Audio, Flags, Listen, Speak, Think, ThinkLive


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Settings(WireMessage):
    """The first message of a session, and the only one of its kind.

    Answer: `SettingsApplied` or `Error`.
    """

    type: ClassVar[str] = "Settings"
    audio: Audio
    """The formats of both directions."""
    agent: Agent | str
    """The agent, or the id of a stored agent, of which there are none here."""
    tags: Omissible[tuple[str, ...]] = OMITTED
    """Labels for Deepgram's usage reports."""
    experimental: Omissible[bool] = OMITTED
    """Whether the client gets `AgentStartedSpeaking`. Absent: false."""
    flags: Omissible[Flags] = OMITTED
    """Which messages the server sends."""
    mip_opt_out: Omissible[bool] = OMITTED
    """Whether the call takes no part in Deepgram's Model Improvement Program. Absent: false."""


@attrs.frozen(eq=False, repr=False)
class UpdateListen(WireMessage):
    """Merges into the listen settings. Answer: `ListenUpdated`, or a Warning."""

    type: ClassVar[str] = "UpdateListen"
    listen: Listen
    """What changes; the rest stays."""


@attrs.frozen(eq=False, repr=False)
class UpdateThink(WireMessage):
    """Replaces the whole think block, prompt and functions included. Answer: `ThinkUpdated`, or an Error."""

    type: ClassVar[str] = "UpdateThink"
    at_most: ClassVar[Mapping[tuple[str, ...], int]] = {
        ("think",): MOST_PROVIDERS,
        ("think", "functions"): MOST_FUNCTIONS,
    }
    think: Think | tuple[Think, ...]
    """The whole think block, or several, in the order in which they are tried."""


@attrs.frozen(eq=False, repr=False)
class UpdateSpeak(WireMessage):
    """Replaces the speak settings. Answer: `SpeakUpdated`."""

    type: ClassVar[str] = "UpdateSpeak"
    at_most: ClassVar[Mapping[tuple[str, ...], int]] = {("speak",): MOST_PROVIDERS}
    speak: Speak | tuple[Speak, ...]
    """The voice, or several, in the order in which they are tried."""


@attrs.frozen(eq=False, repr=False)
class UpdatePrompt(WireMessage):
    """Appends to the prompt (protocols, *Updates and injections*). Answer: `PromptUpdated`."""

    type: ClassVar[str] = "UpdatePrompt"
    prompt: str
    """What is appended."""


@attrs.frozen(eq=False, repr=False)
class InjectUserMessage(WireMessage):
    """Text as if the user had said it. Answer: `ConversationText`, then an agent turn."""

    type: ClassVar[str] = "InjectUserMessage"
    content: str
    """What the user says."""


@attrs.frozen(eq=False, repr=False)
class InjectAgentMessage(WireMessage):
    """Text for the agent to say, or with `is_dynamic` an order to say something (Think Live).

    Answer: `ConversationText` of the agent and its audio, or `InjectionRefused`.
    """

    type: ClassVar[str] = "InjectAgentMessage"
    message: Omissible[str] = OMITTED
    """What the agent says; required unless `is_dynamic` is true."""
    behavior: Omissible[str] = OMITTED
    """`default`, only if nobody has the turn; `queue`, after what the agent has to say; `interrupt`, at once.
    Absent: `default`.
    """
    is_dynamic: Omissible[bool] = OMITTED
    """Whether the agent finds the words itself (Think Live)."""

    def missing(self) -> str | None:
        """Return `message` where neither it nor `is_dynamic` says what to say."""
        return "message" if self.message is OMITTED and self.is_dynamic is not True else None


@attrs.frozen(kw_only=True, eq=False, repr=False)
class FunctionCallResponse(WireMessage):
    """The result of a function.

    From the client: the answer to a `FunctionCallRequest`. From the server: the result of a function that is
    not the client's, for information.
    """

    type: ClassVar[str] = "FunctionCallResponse"
    name: str
    """The name of the function."""
    content: str
    """The result, usually JSON text."""
    id: Omissible[str] = OMITTED
    """The `id` of the call that is answered; a client must give it."""


@attrs.frozen(eq=False, repr=False)
class KeepAlive(WireMessage):
    """Says that the client is there while no audio flows. Never answered."""

    type: ClassVar[str] = "KeepAlive"


@attrs.frozen(eq=False, repr=False)
class UpdateThinkLive(WireMessage):
    """Changes the Think Live settings. Answer: `ThinkLiveUpdated`."""

    type: ClassVar[str] = "UpdateThink_Live"
    think_live: ThinkLive
    """The new settings."""


@attrs.frozen(eq=False, repr=False)
class ForceEndTurn(WireMessage):
    """Ends the user's turn now. Answer: none, or a Warning where it cannot be done."""

    type: ClassVar[str] = "ForceEndTurn"


@attrs.frozen(eq=False, repr=False)
class CustomToThinkProvider(WireMessage):
    """Passes any JSON to a custom think provider."""

    type: ClassVar[str] = "__customToThinkProvider"
    content: Json
    """Anything."""


@attrs.frozen
class ClientAudio:
    """A binary frame from the client: user audio in the format of `audio.input`."""

    data: bytes
    """Raw audio, of any length."""
