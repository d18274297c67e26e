"""What upstream counts, for the host (O9)."""

from __future__ import annotations

from ... import openai
from ...mapping.usage import usage
from ..env import Env
from ..signals import Effects
from ..state import Call

__all__ = ["response_done", "transcribed"]


def response_done(call: Call, env: Env, event: openai.ResponseDone) -> Effects:
    """The tokens of a response, interrupted or not."""
    return usage("response", event.response.usage)


def transcribed(
    call: Call, env: Env, event: openai.ConversationItemInputAudioTranscriptionCompleted
) -> Effects:
    """The tokens of a transcription, once it is whole."""
    return () if event.status == "in_progress" else usage("transcription", event.usage)
