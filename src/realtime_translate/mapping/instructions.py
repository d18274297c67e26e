"""`instructions`: the prompt, what was said before, and what the model must know (S10, G1, C1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..deepgram.history import HistoryCalls, HistoryText
from .plan import Plan

__all__ = ["background", "build", "of_plan"]

_FUNCTIONS_HINT = (
    "Call the functions that you were given when they help to answer; "
    "never invent what a function would return."
)
_GREETING_HINT = "The user has already been greeted with the following words. Do not greet again.\n{greeting}"
_RENEWED_HINT = (
    "The conversation is under way: what was said before is in it. Go on with it; do not greet the user, and "
    "do not introduce yourself."
)


def build(
    prompt: str,
    *,
    background: str = "",
    greeting: str | None = None,
    has_functions: bool = False,
    renewed: bool = False,
) -> str:
    """Join the parts with a blank line between them, leaving out what is not there."""
    parts = [
        prompt,
        background,
        _GREETING_HINT.format(greeting=greeting) if greeting else "",
        _FUNCTIONS_HINT if has_functions else "",
        _RENEWED_HINT if renewed else "",
    ]
    return "\n\n".join([part for part in parts if part])


def of_plan(plan: Plan) -> str:
    """The instructions of a call as it stands."""
    return build(
        plan.prompt,
        background=plan.background,
        greeting=plan.greeting if plan.greeted else None,
        has_functions=bool(plan.functions),
        renewed=plan.renewed,
    )


def background(context: Sequence[HistoryText | HistoryCalls], sent_name: Callable[[str], str] = str) -> str:
    """The context as part of the instructions (C1), with the names that upstream has of functions (S10)."""
    lines = [line for message in context for line in _lines(message, sent_name)]
    return "\n".join(["Previous conversation:", *lines]) if lines else ""


def _lines(message: HistoryText | HistoryCalls, sent_name: Callable[[str], str]) -> list[str]:
    if isinstance(message, HistoryText):
        return [f"{message.role}: {message.content}"]
    return [
        f"function: {sent_name(call.name)}({call.arguments}) returned {call.response}"
        for call in message.function_calls
    ]
