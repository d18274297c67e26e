"""How a server is made to say a text word for word (T3, G3)."""

from __future__ import annotations

from enum import Enum

__all__ = ["ExactSpeech"]


class ExactSpeech(str, Enum):
    """How a server is made to say a text word for word."""

    ASKED = "asked"
    """Not at all: the model is asked to, and mostly does."""
    ITEM = "item"
    """By an item of type `force_message`, which begins a response of its own, whose `metadata` is none."""
    PART = "part"
    """By `pre_generated_assistant_message` of `response.create`."""
