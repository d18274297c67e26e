"""What a server does that fails: refusals, silence, errors out of the blue, and early ends (§5)."""

from __future__ import annotations

from collections.abc import Callable

from .frames import Flow, Object, as_object, as_text, error_event
from .state import State

SERVER_ERROR = (
    "The server had an error while processing your request. Sorry about that! Please contact us through our "
    "help center at help.openai.com if the error persists. (include session ID in your message: {session}). "
    "We recommend you retry your request."
)
UNREFUSED = "input_audio_buffer.append"  # no recording has an answer to one; audio is not lost on the way
NEVER_ANSWERED = 5
# An error may name the event that it answers, and may have a code; by the option of `request`.
_NAMED = {1: True, 2: False, 3: True, 4: False}
_CODED = {1: True, 2: True, 3: False, 4: False}


def fate(state: State, event: Object) -> Flow | None:
    """What comes of a request that breaks no rule, if it is not done. None: it is done."""
    if event["type"] == UNREFUSED:
        return None
    chosen = state.deviations.option("request")
    if chosen == 0:
        return None
    _give_up(state, event)
    return iter(()) if chosen == NEVER_ANSWERED else iter((_refusal(state, event, chosen),))


def _give_up(state: State, event: Object) -> None:
    """The client cannot do more than send an output: a call whose output was lost counts as answered."""
    item = as_object(event.get("item"))
    if item.get("type") == "function_call_output":
        state.conversation.answered.append(as_text(item.get("call_id")))


def _refusal(state: State, event: Object, chosen: int) -> Object:
    event_id = as_text(event.get("event_id")) if _NAMED[chosen] else None
    code = "internal_error" if _CODED[chosen] else None
    return error_event("server_error", code, server_error(state), None, event_id)


def server_error(state: State) -> str:
    """The recorded words."""
    return SERVER_ERROR.format(session=state.session.body["id"])


def before_answer(state: State) -> Flow:
    """What may come at any time and answers nothing."""
    if state.deviations.option("foreign_event") == 1:
        yield {"type": "conversation.mood.updated", "mood": "curious"}
    if state.deviations.option("stray_error") == 1:
        yield error_event("server_error", None, server_error(state))


def ending(state: State) -> Flow:
    """The session ends before its time, if it does."""
    chosen = state.deviations.option("ending")
    if chosen:
        yield state.deviations.moment()
        yield from _ENDINGS[chosen](state)


def expire(state: State) -> Flow:
    """The session's time is over."""
    minutes = state.options.session_limit / 60
    message = f"Your session hit the maximum duration of {minutes:g} minutes."
    yield error_event("invalid_request_error", "session_expired", message)
    state.closed = (1001, message)


def fail(state: State) -> Flow:
    """The server gives up: its error, and the close."""
    yield error_event("server_error", None, server_error(state))
    state.closed = (1011, "server_error")


def _leave(state: State) -> Flow:
    state.closed = (1000, "")
    yield from ()


def _lose(state: State) -> Flow:
    state.closed = (1006, "")
    yield from ()


_ENDINGS: dict[int, Callable[[State], Flow]] = {1: expire, 2: _leave, 3: _lose, 4: fail}
