"""Function calls as the client's protocol has them (F1, F2, F9)."""

from __future__ import annotations

from .. import deepgram
from ..wire import OMITTED, dumps

__all__ = ["NO_ARGUMENTS", "content_of", "history", "request"]

NO_ARGUMENTS = "{}"
"""What a client gets where upstream gives none: it parses them as JSON (F1)."""


def request(call_id: str, name: str, arguments: str, server_side: bool) -> deepgram.FunctionCallRequest:
    """One `FunctionCallRequest` with one function; `arguments` stays JSON text (F1)."""
    call = deepgram.FunctionCall(id=call_id, name=name, arguments=arguments, client_side=not server_side)
    return deepgram.FunctionCallRequest((call,))


def history(
    call_id: str, name: str, arguments: str, server_side: bool, response: str
) -> deepgram.HistoryCalls:
    """The `History` of one answered call (F9)."""
    call = deepgram.HistoryFunctionCall(
        id=call_id, name=name, client_side=not server_side, arguments=arguments, response=response
    )
    return deepgram.HistoryCalls((call,))


def content_of(message: deepgram.FunctionCallResponse | deepgram.ComponentFunctionCallResponse) -> str:
    """What upstream gets, always a string (F2). From a component: content, else error, else result."""
    if isinstance(message, deepgram.FunctionCallResponse):
        return message.content
    if message.content is not OMITTED:
        return _text(message.content)
    if message.error is not OMITTED:
        return dumps({"error": message.error})
    return _text(message.result) if message.result is not OMITTED else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else dumps(value)
