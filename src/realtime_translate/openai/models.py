"""What OpenAI's models take, by their names (S10; protocols, *Session*)."""

from __future__ import annotations

import re
from collections.abc import Collection

__all__ = ["holds_calls", "takes_lists", "takes_reasoning", "takes_terms"]

_OTHER_SESSIONS = ("gpt-realtime-translate", "gpt-realtime-whisper")
"""Of translation and of transcription sessions, which are other protocols."""
_REASONING = re.compile(r"(.*/)?gpt-realtime-2(?!\d)")  # gpt-realtime-2025-08-28 is older
_LISTS = re.compile(r"(.*/)?gpt-(live-)?transcribe(?![a-z])")
_WITHOUT_TERMS = ("gpt-realtime-whisper", "gpt-4o-transcribe-diarize")


def holds_calls(model: str, words: Collection[str] = ("realtime",)) -> bool:
    """Whether this is a realtime model, as a call needs one: its name has one of the server's `words`."""
    named = any(each in model for each in words)
    return named and not any(each in model for each in _OTHER_SESSIONS)


def takes_reasoning(model: str) -> bool:
    """Whether a realtime model knows `reasoning`; the others refuse it."""
    return _REASONING.match(model) is not None


def takes_lists(transcription: str) -> bool:
    """Whether a transcription model takes `languages` and `keywords`; the others `language` and `prompt`."""
    return _LISTS.match(transcription) is not None


def takes_terms(transcription: str) -> bool:
    """Whether a transcription model can be told which words to expect."""
    return not any(each in transcription for each in _WITHOUT_TERMS)
