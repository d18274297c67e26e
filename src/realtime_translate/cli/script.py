"""The script language of `simulate`: what the client does, what the model says, how calls are answered.

One JSON object a line; `SCRIPT_HELP` is the description that users read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TypeAlias

from attrs import field, frozen

from ..testing import Reply
from ..testing.model.server_script import (
    ServerTimes,
    refuse_unknown,
    reply_of,
    seconds_of,
    text_of,
    times_of,
    whole_of,
)
from .inputs import UserError, is_object, parse_lines

__all__ = [
    "SCRIPT_HELP",
    "Action",
    "Answer",
    "Close",
    "Drop",
    "Script",
    "Send",
    "ServerTimes",
    "Speak",
    "parse_script",
]

SCRIPT_HELP = """\
A script is a file of one JSON object a line. Times are seconds since the client connected.
What the client does, in any order:
  {"t": 0.0, "send": {"type": "Settings", ...}}          sends a message (or any text, given as a string)
  {"t": 1.0, "audio_ms": 1000}                           streams 1000 ms of speech in frames of 100 ms,
                                                         in the format that its Settings declared,
                                                         whichever of the supported ones
  {"t": 1.0, "audio_ms": 60, "frame_ms": 20, "speech": false}   ... 60 ms of silence in frames of 20 ms
  {"t": 9.0, "close": 1000}                              closes its socket with that code
What the model answers, one line a response, used in order (then it says "Yes."):
  {"reply": [{"say": "Let me look."}, {"call": "get_weather", "arguments": {"city": "Oslo"}}]}
What the model's transcription hears in the spoken turns, in order (then "Hello there."):
  {"heard": "What is the weather in Oslo?"}
How calls of a function are answered, by the client or, for functions with an endpoint, by the host.
Several lines for one function are used in order and the last one repeats; a call without one stays
unanswered:
  {"answer": {"name": "get_weather", "content": "12 degrees, rain"}, "delay": 0.5}
The server's own times in seconds, each optional; kill_idle_after makes it end sessions in which nothing
happens, as some real ones did:
  {"server": {"latency": 0.05, "token_interval": 0.02, "session_limit": 3600, "kill_idle_after": 5}}
How the connection to the server breaks, with that code; the call goes on in another session (N):
  {"t": 4.0, "drop": 1006}
Without a "close" the client stays until nothing has happened for five seconds.
"""


@frozen
class Send:
    """The client sends a text frame."""

    t: float
    text: str


@frozen
class Speak:
    """The client streams `duration_ms` of audio in frames of `frame_ms`, in real time."""

    t: float
    duration_ms: int
    frame_ms: int = 100
    speech: bool = True


@frozen
class Close:
    """The client closes its socket."""

    t: float
    code: int


@frozen
class Drop:
    """The server's socket breaks, or the dial that is under way fails."""

    t: float
    code: int


@frozen
class Answer:
    """A result for a call of the function `name`, `delay` seconds after the call."""

    name: str
    content: str
    delay: float = 0.0


Action: TypeAlias = "Send | Speak | Close"
_Entry: TypeAlias = "Action | Drop | Reply | Answer | ServerTimes | str"


@frozen
class Script:
    """A whole script. `actions` and `drops` are in order of time."""

    actions: tuple[Action, ...] = ()
    replies: tuple[Reply, ...] = ()
    answers: tuple[Answer, ...] = ()
    heard: tuple[str, ...] = ()
    drops: tuple[Drop, ...] = ()
    server: ServerTimes = field(factory=ServerTimes)


def parse_script(text: str, source: str) -> Script:
    """The script in `text`. Raises `UserError` that names `source` and the line."""
    found: list[_Entry] = []
    for place, data in parse_lines(text, source):
        try:
            found.append(_parse_line(data))
        except ValueError as error:
            raise UserError(f"{place}: {error}") from None
    actions = [entry for entry in found if isinstance(entry, (Send, Speak, Close))]
    return Script(
        actions=tuple(sorted(actions, key=lambda action: action.t)),
        replies=tuple(entry for entry in found if isinstance(entry, Reply)),
        answers=tuple(entry for entry in found if isinstance(entry, Answer)),
        heard=tuple(entry for entry in found if isinstance(entry, str)),
        drops=tuple(sorted((entry for entry in found if isinstance(entry, Drop)), key=lambda drop: drop.t)),
        server=next((entry for entry in reversed(found) if isinstance(entry, ServerTimes)), ServerTimes()),
    )


def _parse_line(data: Mapping[str, object]) -> _Entry:
    for key, (parse, allowed) in _LINES.items():
        if key in data:
            refuse_unknown(data, {key, *allowed})
            return parse(data)
    raise ValueError(f"expected one of the keys {', '.join(_LINES)}; see simulate --help")


def _send(data: Mapping[str, object]) -> Send:
    message = data["send"]
    if not isinstance(message, str) and not is_object(message):
        raise ValueError('"send" must be an object or a string')
    return Send(seconds_of(data, "t"), message if isinstance(message, str) else json.dumps(message))


def _speak(data: Mapping[str, object]) -> Speak:
    speech = data.get("speech", True)
    if not isinstance(speech, bool):
        raise ValueError('"speech" must be true or false')
    return Speak(
        seconds_of(data, "t"),
        whole_of(data, "audio_ms", 1, 24 * 3600 * 1000),
        whole_of(data, "frame_ms", 1, 10_000, 100),
        speech,
    )


def _close(data: Mapping[str, object]) -> Close:
    return Close(seconds_of(data, "t"), whole_of(data, "close", 1000, 4999))


def _drop(data: Mapping[str, object]) -> Drop:
    return Drop(seconds_of(data, "t"), whole_of(data, "drop", 1000, 4999))


def _answer(data: Mapping[str, object]) -> Answer:
    answer = data["answer"]
    if not is_object(answer):
        raise ValueError('"answer" must be {"name": …, "content": …}')
    refuse_unknown(answer, {"name", "content"})
    content = answer.get("content", "")
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return Answer(text_of(answer, "name"), text, seconds_of(data, "delay") if "delay" in data else 0.0)


_LINES: Mapping[str, tuple[Callable[[Mapping[str, object]], _Entry], set[str]]] = {
    "send": (_send, {"t"}),
    "audio_ms": (_speak, {"t", "frame_ms", "speech"}),
    "close": (_close, {"t"}),
    "drop": (_drop, {"t"}),
    "reply": (reply_of, set()),
    "heard": (lambda data: text_of(data, "heard"), set()),
    "answer": (_answer, {"delay"}),
    "server": (times_of, set()),
}
