"""What server the model is: the shape of what it takes and shows, and its habits."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import attrs

from . import sounds
from .sounds import Sounds

__all__ = ["FLAT", "MIXED", "Make", "Shape"]


def _none() -> Mapping[str, str]:
    return MappingProxyType({})


@attrs.frozen(slots=True)
class Shape:
    """The shape of a session. `typed`: whether `session.type` is taken, and wanted. `places`: where parts
    stand that GA has elsewhere, by their path in GA. `both`: whether audio is asked for as text and audio.
    `nested_tools`: whether what a tool says is in an object of its own. `absent`: what there is no place for.
    """

    typed: bool = True
    places: Mapping[str, str] = attrs.field(factory=_none)
    both: bool = False
    nested_tools: bool = False
    absent: tuple[str, ...] = ()


FLAT = Shape(
    typed=False,
    places={
        "output_modalities": "modalities",
        "audio.input.format": "input_audio_format",
        "audio.output.format": "output_audio_format",
        "audio.input.transcription": "input_audio_transcription",
        "audio.input.noise_reduction": "input_audio_noise_reduction",
        "audio.input.turn_detection": "turn_detection",
        "audio.output.voice": "voice",
        "audio.output.speed": "speed",
        "max_output_tokens": "max_response_output_tokens",
    },
    both=True,
    absent=("reasoning", "prompt", "parallel_tool_calls"),
)
"""That of the beta, which most others kept."""

MIXED = Shape(
    typed=False,
    places={
        "audio.output.voice": "voice",
        "audio.input.turn_detection": "turn_detection",
        "audio.input.transcription.language": "audio.input.transcription.language_hint",
        "audio.input.transcription.keywords": "audio.input.transcription.keyterms",
    },
    absent=("prompt",),
)
"""That of xAI."""


@attrs.frozen(slots=True)
class Make:
    """A server. What is not said is as at OpenAI's."""

    name: str
    plain: bool = False
    """Whether it is OpenAI's own: all decisions are drawn, and nothing below is said."""
    options: Mapping[str, int] = attrs.field(factory=lambda: MappingProxyType(dict[str, int]()))
    """Decisions of `VARIANT` that are settled by what it is; the others are option 0."""
    shape: Shape = Shape()
    hears: Sounds = sounds.GA
    speaks: Sounds = sounds.GA
    kinds: tuple[str, ...] = ("server_vad", "semantic_vad")
    """The turn detection that it has."""
    manual: str = ""
    """The type that switches it off, if null does not."""
    detects: bool = False
    """It cannot be switched off."""
    answers: bool = False
    """What it hears it answers, whatever is asked."""
    part: str = "output_text"
    """The type of the parts of assistants that it takes."""
    transcription: bool = True
    """Transcription may be asked for."""
    transcribes: bool = False
    """What the user says is transcribed as long as nothing is asked for."""
    model_in_session: bool = False
    """The first update has to name the model."""
    voice_once: bool = False
    """The voice cannot be changed after that."""
    tags: bool = True
    """A response may have metadata."""
    overrides: bool = True
    """A response may have instructions of its own."""
    exact: str = ""
    """What it says word for word: the type of an item, or a part of a response."""
    voice_types: tuple[str, ...] = ()
    """The types of voices that are objects with a name; their names are no voices by themselves."""
    lacks: tuple[str, ...] = ()
    """Events that it refuses."""
    unacknowledged: tuple[str, ...] = ()
    """Events that it carries out and does not answer."""
    own: tuple[str, ...] = ()
    """Events that no other sends."""
    cumulative: bool = False
    """Transcripts come piece by piece, each with all until then."""
    takes_back: bool = False
    """A user who speaks on soon after the end of a turn goes on with it."""
    drops_creates: bool = False
    """The first response that is asked for with nothing new since an answer is dropped without a word."""
    hushes: bool = False
    """A response that is cut has no end."""
    supersedes: bool = False
    """A response that is asked for takes the place of the one that runs."""
    typed_errors: bool = False
    """Errors are told apart by their type."""
    busy: tuple[str, str] = ("", "")
    """Code and message that say that a response runs."""
    expiry: str = "session_expired"
    """The error that ends a session after its time."""
    silence_ends: float | None = None
    """Seconds without a message after which the session ends."""
