"""Reading `response` objects of any server (R1, R5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from attrs import evolve, frozen

from ..masking import masked
from ..openai.objects import ContentPart, Item, Response, ResponseParams

__all__ = [
    "TAG",
    "Outcome",
    "going_on",
    "outcome",
    "rest",
    "saying",
    "spoken",
    "tag_of",
    "tagged",
    "verbatim",
    "word_for_word",
]

TAG = "rt"
"""The metadata key that carries our create's event id (R6)."""


@frozen
class Outcome:
    """How a response ended. `failure` says why it did not complete, or is empty."""

    cancelled: bool = False
    failure: str = ""
    code: str = ""
    produced: bool = False


def tagged(tag: str) -> ResponseParams:
    """The parameters of a create that can be recognised in `response.created` and `response.done`; without a
    tag, where the server takes none, it cannot (R6).
    """
    return ResponseParams(metadata={TAG: tag}) if tag else ResponseParams()


_SAY = (
    "Say exactly the following text to the user, word for word, in its own language. Add nothing, "
    "leave nothing out, and do not react to it:\n{text}"
)


def spoken(tag: str, text: str) -> ResponseParams:
    """The parameters of a create that has the model say this text, with tools off (T3)."""
    return evolve(tagged(tag), instructions=_SAY.format(text=text), tool_choice="none")


def word_for_word(tag: str, text: str) -> ResponseParams:
    """The parameters of a create by which the server itself says this text (T3)."""
    message = Item(type="message", role="assistant", content=(ContentPart("text", text=text),))
    return evolve(tagged(tag), pre_generated_assistant_message=message)


def verbatim(text: str) -> Item:
    """The same as an item, which begins a response of its own (T3)."""
    return Item(type="force_message", role="assistant", content=(ContentPart("output_text", text=text),))


def saying(text: str) -> Item:
    """The same as an item of the conversation, for servers whose responses take no instructions (T3)."""
    return _system(_SAY.format(text=text))


_GO_ON = (
    "Your last answer broke off in the middle. Go on from where it broke off, as if nothing had happened: do "
    "not repeat what you have said, and do not apologise."
)


def rest(tag: str, instructions: str) -> ResponseParams:
    """The parameters of a create for the rest of an answer that broke off. `instructions`: those of the
    session, in the place of which a response's own stand (N8).
    """
    return evolve(tagged(tag), instructions="\n\n".join(part for part in (instructions, _GO_ON) if part))


def going_on() -> Item:
    """The same as an item of the conversation (N8)."""
    return _system(_GO_ON)


def _system(text: str) -> Item:
    return Item(type="message", role="system", content=(ContentPart("input_text", text=text),))


def tag_of(response: Response) -> str:
    """The event id of the create that this response answers, if the server echoes it."""
    tag = response.metadata.get(TAG) if response.metadata else None
    return tag if isinstance(tag, str) else ""


def outcome(response: Response) -> Outcome:
    """Read the end of a response; `status_details` may be anything on servers that are not OpenAI's."""
    status = response.status or "completed"
    produced = bool(response.output)
    if status == "cancelled":
        return Outcome(cancelled=True, produced=produced)
    if status in ("failed", "incomplete"):
        details = response.status_details
        return Outcome(failure=_reason(status, details), code=_code(status, details), produced=produced)
    return Outcome(produced=produced)


def _code(status: str, details: object) -> str:
    """What may be logged: the error's code, never its words."""
    code = _object(_object(details).get("error")).get("code")
    return code if isinstance(code, str) and code else status


def _reason(status: str, details: object) -> str:
    told = _object(details)
    error, reason = _object(told.get("error")), told.get("reason")
    parts = [str(error[key]) for key in ("code", "message") if error.get(key)]
    return masked(": ".join(parts) or (reason if isinstance(reason, str) and reason else status))


def _object(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}
