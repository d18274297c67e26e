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
    """In hertz. Absent: 16000 for linear16, else 8000."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ComponentAudio(Audio):
    """`audio`, with another default for the input than Deepgram's."""

    input: ComponentAudioInput = attrs.field(factory=ComponentAudioInput)
    """The format of the user's audio. Absent: linear16 at 16000."""


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
    """`auto`, `none`, `required` or the choice of one tool, as upstream takes it."""
    output_modalities: Omissible[Json] = attrs.field(default=OMITTED, metadata=named("outputModalities"))
    """`["audio"]` or `["text"]`."""
    max_output_tokens: Omissible[Json] = attrs.field(default=OMITTED, metadata=named("maxOutputTokens"))
    """A positive whole number; upstream takes 1 to 4096."""
    managed_prompt: Omissible[Json] = attrs.field(default=OMITTED, metadata=named("managedPrompt"))
    """A stored prompt: `{id, version, variables}`, of which only `id` is required."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ComponentAgent(Agent):
    """`agent` with the fields that the dialect adds."""

    listen: Omissible[ComponentListen] = OMITTED
    think: Omissible[ComponentThink | tuple[ComponentThink, ...]] = OMITTED
    speak: Omissible[ComponentSpeak | tuple[ComponentSpeak, ...]] = OMITTED
    idle_timeout_ms: Omissible[Json] = attrs.field(default=OMITTED, metadata=named("idleTimeoutMs"))
    """Milliseconds of silence after which the client expects the session to end, -1 for none; upstream 5000
    to 30000.
    """
    session_audio_output: Omissible[Json] = attrs.field(default=OMITTED, metadata=named("sessionAudioOutput"))
    """The agent's voice and audio, as upstream takes them in `session.audio.output`."""
    use_openai_manual_audio_commit: Omissible[Json] = attrs.field(
        default=OMITTED, metadata=named("useOpenAIManualAudioCommit")
    )
    """Whether the client's audio is committed without turn detection: `ManualCommit`."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ComponentSettings(Settings):
    """`Settings` as the component sends it. All of it may be absent (S10)."""

    audio: ComponentAudio = attrs.field(factory=ComponentAudio)
    agent: ComponentAgent | str = attrs.field(factory=ComponentAgent)


@attrs.frozen(eq=False, repr=False)
class ComponentInjectAgentMessage(WireMessage):
    """`InjectAgentMessage` as the component sends it."""

    type: ClassVar[str] = "InjectAgentMessage"
    content: Omissible[str] = OMITTED
    """What the agent says."""
    message: Omissible[str] = OMITTED
    """The same, as Deepgram names it; counts where `content` is absent."""
    behavior: Omissible[str] = OMITTED
    """`default`, `queue` or `interrupt`. Absent: `default`."""
    is_dynamic: Omissible[bool] = OMITTED
    """Whether the agent finds the words itself (Think Live)."""


@attrs.frozen(eq=False, repr=False)
class ComponentFunctionCallResponse(WireMessage):
    """`FunctionCallResponse` as the component sends it."""

    type: ClassVar[str] = "FunctionCallResponse"
    id: Omissible[str] = OMITTED
    """The `id` of the call that is answered."""
    name: Omissible[str] = OMITTED
    """The name of the function."""
    content: Omissible[Json] = OMITTED
    """The result; text as it is, anything else as JSON text."""
    result: Nullable[Json] = OMITTED
    """The result, if there is neither `content` nor `error`."""
    error: Omissible[Json] = OMITTED
    """What went wrong, if there is no `content`."""


@attrs.frozen(eq=False, repr=False)
class AgentDone(WireMessage):
    """The agent's turn is over in meaning; sent right before `AgentAudioDone`."""

    type: ClassVar[str] = "AgentDone"


@attrs.frozen(eq=False, repr=False)
class TranscriptAlternative(WireObject):
    """One reading of a transcript."""

    transcript: Omissible[str] = OMITTED
    """The text."""
    confidence: Omissible[float] = OMITTED
    """0 to 1."""
    words: Omissible[tuple[Json, ...]] = OMITTED
    """The words with their times, as the recogniser gives them."""


@attrs.frozen(eq=False, repr=False)
class Transcript(WireMessage):
    """User speech as text, interim or final."""

    type: ClassVar[str] = "Transcript"
    transcript: str
    """The text so far, or the whole."""
    is_final: Omissible[bool] = OMITTED
    """Whether this text will not change any more."""
    speech_final: Omissible[bool] = OMITTED
    """Whether the utterance is over."""
    channel: Omissible[Json] = OMITTED
    """The channel, as the server gives it."""
    channel_index: Omissible[tuple[int, ...]] = OMITTED
    """The channel and the number of channels."""
    start: Omissible[float] = OMITTED
    """Where it begins in the audio, in seconds."""
    duration: Omissible[float] = OMITTED
    """How long it is, in seconds."""
    last_word_end: Omissible[float] = OMITTED
    """Where its last word ends in the audio, in seconds."""
    alternatives: Omissible[tuple[TranscriptAlternative, ...]] = OMITTED
    """Other readings."""


@attrs.frozen(eq=False, repr=False)
class UtteranceEnd(WireMessage):
    """The end of an utterance."""

    type: ClassVar[str] = "UtteranceEnd"
    channel: tuple[int, ...]
    """The channel and the number of channels."""
    last_word_end: float
    """Where the last word ends in the audio, in seconds."""


@attrs.frozen(eq=False, repr=False)
class ComponentAgentStartedSpeaking(WireMessage):
    """`AgentStartedSpeaking` without latencies: the agent's output of a turn starts."""

    type: ClassVar[str] = "AgentStartedSpeaking"
