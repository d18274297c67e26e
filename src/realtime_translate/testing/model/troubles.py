"""A server that fails, falls silent or ends the session although its client did nothing wrong.

One function each for the moments at which that can happen; the rest of the model knows of none of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs

from .ends import SERVER_ERROR
from .frames import Flow, Object, as_object, as_text, error_event, is_object
from .script import Reply
from .state import Response, State

_RATE_LIMIT = "Rate limit reached for this session. Please try again in 1s."
_QUOTA = "You exceeded your current quota, please check your plan and billing details."
_INVALID = "invalid_request_error"
_EXPIRED = "Your session hit the maximum duration of 60 minutes."
_BAD_KEY = "Incorrect API key provided."
_BAD_MODEL = "The model does not exist or you do not have access to it."
_FULL = "All 1 session slots are in use. Disconnect an existing client first."
_FAILED = "Language model generation failed."
_SHORT = "Audio content of 1000ms is already shorter than 1200ms"

QUOTES = (_QUOTA, _BAD_KEY, _BAD_MODEL)
"""What is said of the host's access to the server."""
ACCOUNT, KEY = "org-Ab3dEf6hIj9kLm2nOp5q", "sk-proj-x9Y8z7W6v5U4t3S2"
"""What errors may name of the host (`error_account`)."""

LOST, UNTOLD = 1, 2  # options of `ignore_…`
STRAY_DELAYS = (0, 0, 10)  # latencies; the options of `stray_error`
END_DELAYS = (0, 3, 30, 300)  # latencies; the options of `session_end_delay`

_REQUESTS = {
    "session.update": "update",
    "conversation.item.create": "item",
    "input_audio_buffer.commit": "commit",
    "response.create": "create",
    "response.cancel": "cancel",
    "conversation.item.truncate": "truncate",
}


# --- errors ---------------------------------------------------------------------------------------


@attrs.frozen(slots=True)
class _Trouble:
    """An error of the server's own."""

    kind: str | None = "server_error"
    code: str | None = None
    message: str = SERVER_ERROR


_SERVER = _Trouble()
_LIMITED = _Trouble("rate_limit_error", "rate_limit_exceeded", _RATE_LIMIT)
_PAST_END = _Trouble(_INVALID, "invalid_value", _SHORT)
_NAMED = ("", f" (organization {ACCOUNT})", f" (key {KEY})")
"""The options of `error_account`."""


def error(state: State, trouble: Object) -> Object:
    """An error that answers a client event, as this server words it (`error_code`, `error_event_id`)."""
    detail = dict(as_object(trouble["error"]))
    if state.choose("error_event_id") == 1:
        detail["event_id"] = None
    worded = 2 if state.make.typed_errors else state.choose("error_code")
    if worded == 2 and detail["code"] is not None:
        detail["type"] = detail["code"]
    if worded > 0:
        detail["code"] = None
    return {**trouble, "error": detail}


def _worded(state: State, trouble: _Trouble, event_id: str | None = None) -> Object:
    message = trouble.message.format(session=state.session.body["id"])
    message += _NAMED[state.choose("error_account")]
    return error_event(trouble.kind, trouble.code, message, event_id=event_id)


# --- the answer to one client event ---------------------------------------------------------------


def answer(state: State, event: Object, handler: Callable[[State, Object], Flow]) -> Flow:
    """What comes of an event that broke no rule: mostly what `handler` does."""
    kind = as_text(event["type"])
    if kind == "input_audio_buffer.append":  # it has no answer that could be missing
        yield from handler(state, event)
        return
    request = _REQUESTS.get(kind, "other")
    ignored, refused = state.choose(f"ignore_{request}"), state.choose(f"refuse_{request}")
    if ignored == LOST or refused > 0:
        _remember_output(state, event)
    if ignored == LOST:
        return
    if refused > 0:
        trouble = (_SERVER, _LIMITED, _PAST_END)[refused - 1]
        yield error(state, _worded(state, trouble, as_text(event.get("event_id")) or None))
    elif ignored == UNTOLD:
        _hush(state, handler(state, event))
    else:
        yield from handler(state, event)


def _remember_output(state: State, event: Object) -> None:
    """The client did answer the call: what it asks for next is not too early (rule 9)."""
    item = as_object(event.get("item"))
    if item.get("type") == "function_call_output":
        state.conversation.answered.append(as_text(item["call_id"]))


def _hush(state: State, flow: Flow) -> None:
    """Do all of it and say nothing: neither that a response began nor that one ended."""
    before = state.active
    for _ in flow:
        pass
    for response in (before, state.active):
        if response is not None and before is not state.active:
            response.hushed = True


# --- the course of a response ---------------------------------------------------------------------


def ending(state: State, reply: Reply) -> Reply:
    """How the response ends: as the script says, or not."""
    chosen = state.choose("response_end")
    if chosen == 0 or reply.status != "completed":
        return reply
    ends = (
        Reply(*reply.parts, status="failed", message=SERVER_ERROR.format(session=state.session.body["id"])),
        Reply(status="failed", reason="rate_limit_exceeded", message=_RATE_LIMIT),
        Reply(*reply.parts, status="incomplete", reason="max_output_tokens"),
        Reply(*reply.parts, status="incomplete", reason="content_filter"),
    )
    return ends[chosen - 1]


def course(state: State, response: Response, flow: Flow) -> Flow:
    """All that a response sends after `response.created`, or as much of it as this server does."""
    chosen = state.choose("response_stall")
    if chosen == 0:
        return flow
    response.hushed = True
    return _stalled(state, response, _STALLS[chosen - 1], flow)


def _stalled(state: State, response: Response, stall: _Stall, flow: Flow) -> Flow:
    """As much of it as is told. It may have failed, and it may make room for the next without a word."""
    yield from stall.told(flow)
    if response not in state.running:
        return
    if stall.fails:
        named = (None, "")[state.choose("stalled_error_names")]
        yield _worded(state, _FAILURES[state.choose("stalled_error")], named)
    if response is state.active and state.choose("stalled_slot") == 1:
        state.active, state.last = None, response
        yield from state.flush()


def _nothing(flow: Flow) -> Flow:
    yield from ()


def _until_delta(flow: Flow) -> Flow:
    for step in flow:
        yield step
        if is_object(step) and as_text(step["type"]).endswith(".delta"):
            return


_ITEM_DONE = ("conversation.item.done", "response.output_item.done")


def _until_item_done(flow: Flow) -> Flow:
    for step in flow:
        if is_object(step) and step["type"] in _ITEM_DONE:
            return
        yield step


def _without_item_done(flow: Flow) -> Flow:
    return (step for step in flow if not (is_object(step) and step["type"] in _ITEM_DONE))


@attrs.frozen(slots=True)
class _Stall:
    """What is told of a response, and whether an error follows."""

    told: Callable[[Flow], Flow]
    fails: bool = False


_STALLS = (
    _Stall(_nothing),
    _Stall(_until_delta),
    _Stall(_until_item_done),
    _Stall(_without_item_done),
    _Stall(_nothing, fails=True),
    _Stall(_until_delta, fails=True),
)
"""The options of `response_stall`."""
_FAILURES = (
    _SERVER,
    _Trouble(_INVALID, "inference_failed", _FAILED),
    _Trouble("response_failed", None, _FAILED),
    _Trouble(None, "generation_failed", _FAILED),
)
"""The options of `stalled_error`."""


# --- at any moment --------------------------------------------------------------------------------


@attrs.frozen(slots=True)
class _End:
    """How the socket is closed, and the error before that; 1006 stands for a connection that was lost."""

    code: int
    trouble: _Trouble | None = None
    reason: str = ""


_OPENINGS = (
    _End(3000, _Trouble(_INVALID, "invalid_api_key", _BAD_KEY), f"{_INVALID}.invalid_api_key"),
    _End(4000, _Trouble(_INVALID, "invalid_model", _BAD_MODEL), f"{_INVALID}.invalid_model"),
    _End(1006),
    _End(1008, _Trouble("session_limit_reached", None, _FULL)),
)

_ENDS = (
    _End(1001, _Trouble(_INVALID, "session_expired", _EXPIRED), _EXPIRED),
    _End(1011, _SERVER, "server_error"),
    _End(1008, _Trouble("insufficient_quota", "insufficient_quota", _QUOTA), "insufficient_quota"),
    _End(1000),
    _End(1001),
    _End(1011),
    _End(1006),
    _End(1001, reason=_EXPIRED),
)


def opening(state: State) -> Flow:
    """A session that is refused as it opens: an error, then the close, whose reason names the error
    (protocols, *Opening*).
    """
    chosen = state.choose("opening")
    if chosen > 0:
        yield from _end(state, _OPENINGS[chosen - 1])


def disturb(state: State, event: Mapping[str, object] | None) -> Flow:
    """What may happen whenever the client sends something, and is no answer to it."""
    audio = event is not None and event.get("type") == "input_audio_buffer.append"
    latency = state.options.latency
    if not audio and (stray := state.choose("stray_error")) > 0:
        state.start(_stray(state), STRAY_DELAYS[stray] * latency)
    if not audio and state.choose("everything") == 1:
        state.mute = True
    if (end := state.choose("session_end")) > 0:
        delay = END_DELAYS[state.choose("session_end_delay")] * latency
        if delay > 0:
            state.start(_end(state, _ENDS[end - 1]), delay)
        else:
            yield from _end(state, _ENDS[end - 1])


def _stray(state: State) -> Flow:
    yield _worded(state, _SERVER)


def _end(state: State, end: _End) -> Flow:
    if end.trouble is not None:
        yield _worded(state, end.trouble)
    state.closed = (end.code, end.reason)
