"""The few words that tell what a message says, for the lines of the sequence diagram."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .inputs import is_array, is_object, sub_object
from .steps import Step

__all__ = ["detail", "one_line", "words"]

_Frame = Mapping[str, object]


def detail(step: Step) -> str:
    """The wire type and what matters most in the message; for a notice its code and message."""
    if step.notice is not None:
        return f"{step.notice['code']}: {one_line(step.notice['message'])}"
    return f"{step.type} {words(step)}".rstrip()


def words(step: Step) -> str:
    """What matters most in the message."""
    return _WORDS.get(step.type, _nothing)(step.frame or {})


def one_line(value: object) -> str:
    """`value` as text without line breaks."""
    return " ".join(str("" if value is None else value).split())


def _nothing(_: _Frame) -> str:
    return ""


def _field(*names: str) -> Callable[[_Frame], str]:
    return lambda frame: " ".join(word for name in names if (word := one_line(frame.get(name))))


def _text_of(frame: _Frame) -> str:
    role, content = one_line(frame.get("role")), one_line(frame.get("content"))
    return f"{role}: {content}" if role else content


def _calls(frame: _Frame) -> str:
    calls = frame.get("functions", frame.get("function_calls"))
    return ", ".join(_call(entry) for entry in (calls if is_array(calls) else ()) if is_object(entry))


def _call(frame: _Frame) -> str:
    return f"{one_line(frame.get('name'))}({one_line(frame.get('arguments'))})"


def _problem(frame: _Frame) -> str:
    return f"{one_line(frame.get('code'))}: {one_line(frame.get('description'))}"


def _upstream_problem(frame: _Frame) -> str:
    error = sub_object(frame, "error")
    return f"{one_line(error.get('code'))}: {one_line(error.get('message'))}"


def _item(frame: _Frame) -> str:
    item = sub_object(frame, "item")
    if item.get("type") == "function_call":
        return _call(item)
    if item.get("type") == "function_call_output":
        return f"{one_line(item.get('call_id'))} = {one_line(item.get('output'))}"
    content = item.get("content")
    parts = [part for part in (content if is_array(content) else ()) if is_object(part)]
    text = " ".join(one_line(part.get("text") or part.get("transcript")) for part in parts)
    return f"{one_line(item.get('role'))}: {text}"


def _leg(frame: _Frame) -> str:
    return f"leg {one_line(frame['leg'])}" if "leg" in frame else ""


def _response(frame: _Frame) -> str:
    response = sub_object(frame, "response")
    return " ".join(one_line(response.get(name)) for name in ("id", "status") if response.get(name))


_WORDS: Mapping[str, Callable[[_Frame], str]] = {
    "text": _field("text"),
    "open": lambda frame: f"{one_line(frame.get('model'))} {_leg(frame)}".rstrip(),
    "opened": lambda frame: _leg(frame),
    "close": _field("code", "reason"),
    "RunFunction": _call,
    "function_result": lambda frame: (
        f"{one_line(frame.get('name', frame.get('call_id')))} = {one_line(frame.get('content'))}"
    ),
    "playback_reported": _field("played_ms"),
    "raised": _field("method", "error"),
    "ConversationText": _text_of,
    "History": lambda frame: _text_of(frame) if "content" in frame else _calls(frame),
    "InjectUserMessage": _field("content"),
    "InjectAgentMessage": _field("message", "content"),
    "UpdatePrompt": _field("prompt"),
    "FunctionCallRequest": _calls,
    "FunctionCallCancelled": _calls,
    "FunctionCallResponse": lambda frame: f"{one_line(frame.get('name'))} = {one_line(frame.get('content'))}",
    "InjectionRefused": _field("message"),
    "Transcript": _field("transcript"),
    "Error": _problem,
    "Warning": _problem,
    "error": _upstream_problem,
    "conversation.item.create": _item,
    "conversation.item.added": _item,
    "conversation.item.created": _item,
    "conversation.item.done": _item,
    "conversation.item.truncate": _field("item_id", "audio_end_ms"),
    "conversation.item.input_audio_transcription.completed": _field("transcript"),
    "response.output_item.added": _item,
    "response.output_item.done": _item,
    "response.output_text.done": _field("text"),
    "response.output_audio_transcript.done": _field("transcript"),
    "response.function_call_arguments.done": _field("name", "arguments"),
    "response.created": _response,
    "response.done": _response,
}
