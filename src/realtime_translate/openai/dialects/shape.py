"""The shape of `session`: where its parts stand, and how they are written (D2)."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

__all__ = ["FLAT", "MIXED", "NESTED", "SessionShape"]


@frozen
class SessionShape:
    """Where the parts of a session stand, and how they are written."""

    typed: bool = True
    """Whether `session.type` is sent."""
    moved: Mapping[str, str] = field(factory=dict[str, str], hash=False)
    """The path in GA's session of each part that stands elsewhere, and its path at this server."""
    formats_named: bool = False
    """Whether a format is a name (`"pcm16"`), and not an object (`{"type": "audio/pcm", "rate": 24000}`)."""
    text_beside_audio: bool = False
    """Whether `["text", "audio"]` asks for audio with its transcript, as `["audio"]` does in GA."""
    tools_nested: bool = False
    """Whether a tool is `{"type": "function", "function": {"name": …}}`, and not all in one object."""
    lacks: tuple[str, ...] = ()
    """Paths in GA's session of what this server has no place for; it is not sent."""


NESTED = SessionShape()
"""That of GA."""

FLAT = SessionShape(
    typed=False,
    moved={
        "output_modalities": "modalities",
        "audio.input.format": "input_audio_format",
        "audio.input.transcription": "input_audio_transcription",
        "audio.input.turn_detection": "turn_detection",
        "audio.output.format": "output_audio_format",
        "audio.output.voice": "voice",
        "audio.output.speed": "speed",
        "max_output_tokens": "max_response_output_tokens",
    },
    formats_named=True,
    text_beside_audio=True,
    lacks=("reasoning", "prompt"),
)
"""That of OpenAI's beta, which most servers kept."""

MIXED = SessionShape(
    typed=False,
    moved={"audio.output.voice": "voice", "audio.input.turn_detection": "turn_detection"},
    lacks=("prompt",),
)
"""That of xAI: formats and transcription are nested, voice and turn detection are not."""
