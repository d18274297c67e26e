"""The dialect of the React component and of its proxy (protocols, *The component's dialect*).

Fields that only the dialect has are `Json`: an invalid value is left out by the translator, and no reason to
refuse the message. In Settings only `type` is required: the defaults of these classes are those of the
component's own proxy (S10).
"""

from typing import ClassVar

import attrs

from ..wire.base import Json, WireMessage, WireObject, named
from ..wire.omitted import OMITTED, Nullable, Omissible
from .client_messages import Settings
from .settings import (
    Agent,
    Audio,
    AudioInput,
    Listen,
    ListenProvider,
    Speak,
    SpeakProvider,
    Think,
    ThinkProvider,
)


def _usual_rate(audio: "ComponentAudioInput") -> int:
    return 16000 if audio.encoding == "linear16" else 8000


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ComponentAudioInput(AudioInput):
    """`audio.input`: linear16 at 16000 unless it says otherwise, what the component records (S10)."""

    encoding: str = "linear16"
    sample_rate: int = attrs.field(default=attrs.Factory(_usual_rate, takes_self=True))


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ComponentAudio(Audio):
    """`audio`, with another default for the input than Deepgram's."""

    input: ComponentAudioInput = attrs.field(factory=ComponentAudioInput)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ComponentListenProvider(ListenProvider):
    """`listen.provider`, without a required field."""

    type: str = "deepgram"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ComponentListen(Listen):
    """`agent.listen`, without a required field."""

    provider: ComponentListenProvider = attrs.field(factory=ComponentListenProvider)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ComponentThinkProvider(ThinkProvider):
    """`think.provider`, without a required field."""

    type: str = "open_ai"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ComponentSpeakProvider(SpeakProvider):
    """`speak.provider`, without a required field."""

    type: str = "deepgram"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ComponentSpeak(Speak):
    """`agent.speak`, without a required field."""

    provider: ComponentSpeakProvider = attrs.field(factory=ComponentSpeakProvider)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ComponentThink(Think):
    """`agent.think` with the fields that the dialect adds."""

    provider: ComponentThinkProvider = attrs.field(factory=ComponentThinkProvider)
    tool_choice: Omissible[Json] = attrs.field(default=OMITTED, metadata=named("toolChoice"))
    output_modalities: Omissible[Json] = attrs.field(default=OMITTED, metadata=named("outputModalities"))
    max_output_tokens: Omissible[Json] = attrs.field(default=OMITTED, metadata=named("maxOutputTokens"))
    managed_prompt: Omissible[Json] = attrs.field(default=OMITTED, metadata=named("managedPrompt"))


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ComponentAgent(Agent):
    """`agent` with the fields that the dialect adds.

    `idle_timeout_ms` is in milliseconds, -1 for none.
    """

    listen: Omissible[ComponentListen] = OMITTED
    think: Omissible[ComponentThink | tuple[ComponentThink, ...]] = OMITTED
    speak: Omissible[ComponentSpeak | tuple[ComponentSpeak, ...]] = OMITTED
    idle_timeout_ms: Omissible[Json] = attrs.field(default=OMITTED, metadata=named("idleTimeoutMs"))
    session_audio_output: Omissible[Json] = attrs.field(default=OMITTED, metadata=named("sessionAudioOutput"))
    use_openai_manual_audio_commit: Omissible[Json] = attrs.field(
        default=OMITTED, metadata=named("useOpenAIManualAudioCommit")
    )


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ComponentSettings(Settings):
    """`Settings` as the component sends it. All of it may be absent (S10)."""

    audio: ComponentAudio = attrs.field(factory=ComponentAudio)
    agent: ComponentAgent | str = attrs.field(factory=ComponentAgent)


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

    `content` wins over `error`, and `error` over `result`, which alone may be null.
    """

    type: ClassVar[str] = "FunctionCallResponse"
    id: Omissible[str] = OMITTED
    name: Omissible[str] = OMITTED
    content: Omissible[Json] = OMITTED
    result: Nullable[Json] = OMITTED
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
