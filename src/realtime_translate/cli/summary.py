"""A call in a few words: turns, answer times, interruptions, what was deferred and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median

from .detail import one_line
from .inputs import is_array, sub_object
from .steps import Party, Step

__all__ = ["is_error", "summary"]

_ANSWERED = "input_audio_buffer.committed"
_CUT = frozenset({"response.cancel", "conversation.item.truncate"})
_DEFERRED = frozenset({"RESPONSE_DEFERRED", "COMMIT_OWED", "MESSAGE_WAITS"})
_ERRORS = frozenset({"Error", "error", "raised", "SESSION_FAILED"})
_NORMAL_CLOSE = (None, 1000, 1001, 1005)


def summary(steps: Sequence[Step], end: float) -> Iterator[tuple[str, str]]:
    """Names and values, in the order in which they are shown. The call lasts `end` seconds."""
    yield "Length", f"{end:.1f} s"
    spoken, typed = _count(steps, {_ANSWERED}), _count(steps, {"InjectUserMessage"})
    yield "Turns of the user", f"{spoken} spoken, {typed} typed"
    yield "Answer time", _times(list(_answer_times(steps)))
    yield "Interruptions", str(_interruptions(steps))
    yield "Function calls", str(sum(map(_calls, steps)))
    yield "Deferred", _deferred(steps)
    renewals = [step.notice for step in steps if step.type == "RENEWAL_DONE" and step.notice is not None]
    if renewals:
        seconds = [float(str(sub_object(each, "fields")["seconds"])) for each in renewals]
        yield "Sessions renewed", f"{len(renewals)}, {_times(seconds, 'without one')}"
    warnings = sum(step.notice is not None and step.notice["level"] == "warning" for step in steps)
    yield "Warnings", str(warnings)
    yield "Errors", str(sum(map(is_error, steps)))


def is_error(step: Step) -> bool:
    """Whether something went wrong that ends a response, a message or the call."""
    frame = step.frame or {}
    if step.type == "close":
        return frame.get("code") not in _NORMAL_CLOSE
    if step.type == "response.done":
        return sub_object(frame, "response").get("status") == "failed"
    return step.type in _ERRORS


def _count(steps: Sequence[Step], types: set[str]) -> int:
    return sum(step.type in types for step in steps)


def _answer_times(steps: Sequence[Step]) -> Iterator[float]:
    """From each commit or typed text to the first that the client hears or reads of the agent."""
    asked: float | None = None
    for step in steps:
        if step.type == _ANSWERED or step.type == "InjectUserMessage":
            asked = step.t
        elif asked is not None and _is_answer(step):
            yield step.t - asked
            asked = None


def _is_answer(step: Step) -> bool:
    if step.sender is not Party.TRANSLATOR or step.receiver is not Party.CLIENT:
        return False
    role = (step.frame or {}).get("role")
    return bool(step.audio_bytes) or (step.type == "ConversationText" and role == "assistant")


def _times(seconds: Sequence[float], what: str = "") -> str:
    if not seconds:
        return "no answer"
    median_and_longest = f"median {median(seconds):.2f} s, longest {max(seconds):.2f} s"
    return f"{median_and_longest} {what}".rstrip()


def _interruptions(steps: Sequence[Step]) -> int:
    """How often the user began to speak and the agent was cut at that moment."""
    began = {step.t for step in steps if step.type == "input_audio_buffer.speech_started"}
    return len({step.t for step in steps if step.type in _CUT and step.t in began})


def _calls(step: Step) -> int:
    asked = (step.frame or {}).get("functions")
    if step.type == "FunctionCallRequest" and is_array(asked):
        return sum(sub_object({"call": each}, "call").get("client_side", True) is not False for each in asked)
    return int(step.type == "RunFunction")


def _deferred(steps: Sequence[Step]) -> str:
    notices = [step.notice for step in steps if step.notice is not None]
    reasons = Counter(one_line(each["message"]) for each in notices if each["code"] in _DEFERRED)
    return "; ".join(f"{count} x {reason}" for reason, count in reasons.items()) or "nothing"
