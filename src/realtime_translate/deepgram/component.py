"""The dialect of the React component and of its proxy (protocols, *The component's dialect*).

Fields that only the dialect has are `Json`: an invalid value is left out by the translator, and no reason to
refuse the message.
"""

from typing import ClassVar

import attrs

from ..wire.base import Json, WireMessage, WireObject, named
from ..wire.omitted import OMITTED, Omissible
from .client_messages import Settings
from .settings import Agent, Think


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ComponentThink(Think):
    """`agent.think` with the fields that the dialect adds."""

    tool_choice: Omissible[Json] = attrs.field(default=OMITTED, metadata=named("toolChoice"))
    output_modalities: Omissible[Json] = attrs.field(default=OMITTED, metadata=named("outputModalities"))
    max_output_tokens: Omissible[Json] = attrs.field(default=OMITTED, metadata=named("maxOutputTokens"))
    managed_prompt: Omissible[Json] = attrs.field(default=OMITTED, metadata=named("managedPrompt"))


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ComponentAgent(Agent):
    """`agent` with the fields that the dialect adds.

    `idle_timeout_ms` is in milliseconds, -1 for none.
    """

    think: Omissible[ComponentThink | tuple[ComponentThink, ...]] = OMITTED
    idle_timeout_ms: Omissible[Json] = attrs.field(default=OMITTED, metadata=named("idleTimeoutMs"))
    session_audio_output: Omissible[Json] = attrs.field(default=OMITTED, metadata=named("sessionAudioOutput"))
    use_openai_manual_audio_commit: Omissible[Json] = attrs.field(
        default=OMITTED, metadata=named("useOpenAIManualAudioCommit")
    )


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ComponentSettings(Settings):
    """`Settings` as the component sends it."""

    agent: ComponentAgent | str


@attrs.frozen(eq=False, repr=False)
class ComponentInjectAgentMessage(WireMessage):
    """`InjectAgentMessage` as the component sends it: the text is in `content` (or in `message`)."""

    type: ClassVar[str] = "InjectAgentMessage"
    content: Omissible[str] = OMITTED
    message: Omissible[str] = OMITTED
    behavior: Omissible[str] = OMITTED
    is_dynamic: Omissible[bool] = OMITTED


@attrs.frozen(eq=False, repr=False)
class ComponentFunctionCallResponse(WireMessage):
    """`FunctionCallResponse` as the component sends it:

    `content` wins over `error`, and `error` over `result`.
    """

    type: ClassVar[str] = "FunctionCallResponse"
    id: Omissible[str] = OMITTED
    name: Omissible[str] = OMITTED
    content: Omissible[Json] = OMITTED
    result: Omissible[Json] = OMITTED
    error: Omissible[Json] = OMITTED


@attrs.frozen(eq=False, repr=False)
class AgentDone(WireMessage):
    """The agent's turn is over in meaning; sent right before `AgentAudioDone`."""

    type: ClassVar[str] = "AgentDone"


@attrs.frozen(eq=False, repr=False)
class TranscriptAlternative(WireObject):
    """One reading of a transcript. `confidence` is 0 to 1."""

    transcript: Omissible[str] = OMITTED
    confidence: Omissible[float] = OMITTED
    words: Omissible[tuple[Json, ...]] = OMITTED


@attrs.frozen(eq=False, repr=False)
class Transcript(WireMessage):
    """User speech as text, interim or final.

    `start`, `duration` and `last_word_end` are in seconds.
    """

    type: ClassVar[str] = "Transcript"
    transcript: str
    is_final: Omissible[bool] = OMITTED
    speech_final: Omissible[bool] = OMITTED
    channel: Omissible[Json] = OMITTED
    channel_index: Omissible[tuple[int, ...]] = OMITTED
    start: Omissible[float] = OMITTED
    duration: Omissible[float] = OMITTED
    last_word_end: Omissible[float] = OMITTED
    alternatives: Omissible[tuple[TranscriptAlternative, ...]] = OMITTED


@attrs.frozen(eq=False, repr=False)
class UtteranceEnd(WireMessage):
    """The end of an utterance. `channel` is `[index, count]`, `last_word_end` is in seconds."""

    type: ClassVar[str] = "UtteranceEnd"
    channel: tuple[int, ...]
    last_word_end: float


@attrs.frozen(eq=False, repr=False)
class ComponentAgentStartedSpeaking(WireMessage):
    """`AgentStartedSpeaking` without latencies: the agent's output of a turn starts."""

    type: ClassVar[str] = "AgentStartedSpeaking"
