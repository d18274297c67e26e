"""How the user's speech becomes text, as a server lets it be chosen (D3)."""

from __future__ import annotations

from attrs import frozen

__all__ = ["Transcripts"]


@frozen
class Transcripts:
    """What of `transcription` is sent."""

    sent: bool = True
    """Whether anything is: some servers refuse all of it."""
    model: str | None = "gpt-transcribe"
    """The usual model; None sends none, and the server has its own."""
    languages_listed: bool | None = None
    """Whether languages are a list; None where that depends on OpenAI's model."""
    terms_listed: bool | None = None
    """Whether words to expect are a list, and not a text; None where that depends on OpenAI's model."""
