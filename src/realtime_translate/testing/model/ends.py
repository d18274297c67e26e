"""How a session ends by the clock (protocols, *Errors*)."""

from __future__ import annotations

from .frames import Flow, error_event
from .state import State

SERVER_ERROR = (
    "The server had an error while processing your request. Sorry about that! Please contact us through our "
    "help center at help.openai.com if the error persists. (include session ID in your message: {session}). "
    "We recommend you retry your request."
)


def expire(state: State) -> Flow:
    """The session's time is over."""
    minutes = state.options.session_limit / 60
    message = f"Your session hit the maximum duration of {minutes:g} minutes."
    code = state.make.expiry
    kind = "invalid_request_error" if state.make.plain else code
    yield error_event(kind, code if state.make.plain else None, message)
    state.closed = (1001, message)


def fail(state: State) -> Flow:
    """The server gives up: its error, and the close."""
    yield error_event("server_error", None, SERVER_ERROR.format(session=state.session.body["id"]))
    state.closed = (1011, "server_error")


def silence(state: State) -> Flow:
    """The client has not sent anything for longer than this server waits."""
    state.closed = (1002, "no message for too long")
    yield from ()
