"""Frames for the client, in its dialect."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from .. import deepgram
from ..config import ClientDialect
from ..openai.objects import ContentPart
from ..outputs import SendToClient
from ..wire import OMITTED
from .plan import Plan

__all__ = [
    "agent_text_of",
    "conversation_text",
    "error",
    "fixed",
    "part_text",
    "say",
    "shortened",
    "warning",
]

_MAX_REASON = 123
"""Bytes of UTF-8 that a close frame has room for."""


def say(message: deepgram.ServerMessage) -> SendToClient:
    """One message as a frame."""
    return SendToClient(deepgram.encode(message), message)


@cache
def fixed(kind: Callable[[], deepgram.ServerMessage]) -> SendToClient:
    """A message that always says the same, as a frame that is made once."""
    return say(kind())


def error(code: str, description: str) -> SendToClient:
    """`Error{code, description}`."""
    return say(deepgram.Error(description=description, code=code))


def warning(code: str, description: str) -> SendToClient:
    """`Warning{code, description}`."""
    return say(deepgram.Warning(description=description, code=code))


def conversation_text(
    dialect: ClientDialect, history: bool, role: str, content: str
) -> tuple[SendToClient, ...]:
    """`ConversationText`, and in Deepgram's dialect the `History` that repeats it (T1, G1, O3)."""
    text = say(deepgram.ConversationText(role=role, content=content))
    if dialect is ClientDialect.COMPONENT or not history:
        return (text,)
    return text, say(deepgram.HistoryText(role=role, content=content))


def agent_text_of(message: deepgram.InjectAgentMessage | deepgram.ComponentInjectAgentMessage) -> str:
    """What the agent has to say; the component's client puts it in `content` (T3)."""
    content = message.content if isinstance(message, deepgram.ComponentInjectAgentMessage) else OMITTED
    return content or message.message or ""


def part_text(dialect: ClientDialect, plan: Plan, part: ContentPart) -> str:
    """What a content part of the agent says; the component's client also reads calls as text (O3)."""
    name, arguments = part.extra.get("name"), part.extra.get("arguments")
    if dialect is ClientDialect.COMPONENT and part.type == "function_call" and isinstance(name, str):
        return f"Function call: {plan.own_name(name)}({arguments if isinstance(arguments, str) else ''})"
    return part.text or part.transcript or ""


def shortened(reason: str) -> str:
    """The part of a close reason that fits its frame, cut between characters."""
    return reason.encode("utf-8", "replace")[:_MAX_REASON].decode("utf-8", "ignore")
