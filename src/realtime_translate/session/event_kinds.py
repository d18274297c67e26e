"""Upstream events by what they have in common."""

from __future__ import annotations

from typing import TypeAlias

from .. import openai

__all__ = ["ConversationEvent", "ItemEvent", "OutputEvent", "TextEvent"]

ConversationEvent: TypeAlias = (
    openai.ConversationItemAdded | openai.ConversationItemCreated | openai.ConversationItemDone
)
"""An item of the conversation, whoever made it."""

ItemEvent: TypeAlias = ConversationEvent | openai.ResponseOutputItemAdded | openai.ResponseOutputItemDone
"""An item with its content so far."""

TextEvent: TypeAlias = openai.ResponseOutputTextDelta | openai.ResponseOutputAudioTranscriptDelta
"""A piece of what the agent says."""

OutputEvent: TypeAlias = (
    openai.ResponseOutputItemAdded
    | openai.ResponseOutputItemDone
    | openai.ResponseContentPartAdded
    | openai.ResponseContentPartDone
    | openai.ResponseOutputTextDelta
    | openai.ResponseOutputTextDone
    | openai.ResponseOutputAudioDelta
    | openai.ResponseOutputAudioDone
    | openai.ResponseOutputAudioTranscriptDelta
    | openai.ResponseOutputAudioTranscriptDone
    | openai.ResponseFunctionCallArgumentsDelta
    | openai.ResponseFunctionCallArgumentsDone
    | openai.ResponseMcpCallArgumentsDelta
    | openai.ResponseMcpCallArgumentsDone
)
"""Output of a response: has a `response_id` on most servers."""
