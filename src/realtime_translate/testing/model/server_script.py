"""What the simulated server says, what it hears and how fast it is: lines of a script."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, cast

from attrs import field, fields_dict, frozen

from .frames import is_object
from .script import Call, Reply, Say
from .server import RealtimeServer

__all__ = [
    "ServerScript",
    "ServerTimes",
    "refuse_unknown",
    "reply_of",
    "seconds_of",
    "text_of",
    "times_of",
    "whole_of",
]

_OTHERS = {"send", "audio_ms", "close", "answer", "drop"}
"""Lines about the client, about who runs functions, and about the connection."""


@frozen
class ServerTimes:
    """How quick and how patient the simulated server is, in seconds."""

    latency: float = 0.05
    """How long an event of the client takes to get there."""
    token_interval: float = 0.02
    """Between two pieces of a response."""
    session_limit: float = 3600.0
    """How long a session may last."""
    kill_idle_after: float | None = None
    """After how long without any event or response the session ends; None for never."""


@frozen
class ServerScript:
    """A part for the simulated server.

    When it has run out, the server says "Yes." and hears "Hello there.".
    """

    replies: tuple[Reply, ...] = ()
    """What it answers, in order."""
    heard: tuple[str, ...] = ()
    """What it hears in spoken turns, in order."""
    times: ServerTimes = field(factory=ServerTimes)
    """How quick and how patient it is."""

    @classmethod
    def parse(cls, text: str) -> ServerScript:
        """The script in `text`, one JSON object a line: those with `reply`, `heard` or `server`. Other lines
        of a script for `simulate`, and empty ones, are passed over. Raises `ValueError` that names the line.
        """
        found: dict[str, list[Any]] = {key: [] for key in _LINES}
        for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
            try:
                for key, entry in _entries(line):
                    found[key].append(entry)
            except (ValueError, RecursionError) as error:
                raise ValueError(f"line {number}: {error}") from None
        times = found["server"][-1] if found["server"] else ServerTimes()
        return cls(tuple(found["reply"]), tuple(found["heard"]), times)

    def server(
        self,
        *,
        clock: Callable[[], float],
        new_id: Callable[[], str],
        model: str,
        dialect: str = "openai",
    ) -> RealtimeServer:
        """A new session, which plays the script from its beginning. `clock` gives seconds, `new_id` short
        unique ids; `dialect` is the name of a row of servers.
        """
        heard = iter(self.heard)
        return RealtimeServer(
            clock=clock,
            new_id=new_id,
            model=model,
            dialect=dialect,
            script=self.replies,
            transcribe=lambda _audio: next(heard, "Hello there."),
            latency=self.times.latency,
            token_interval=self.times.token_interval,
            session_limit=self.times.session_limit,
            kill_idle_after=self.times.kill_idle_after,
        )


def _entries(line: str) -> list[tuple[str, Any]]:
    """What a line says, by its key; nothing for one that is passed over."""
    if not line.strip():
        return []
    fields: object = json.loads(line)
    if not is_object(fields):
        raise ValueError("expected a JSON object")
    for key, parse in _LINES.items():
        if key in fields:
            return [(key, parse(fields))]
    if not _OTHERS & fields.keys():
        raise ValueError(f"expected one of the keys {', '.join(_LINES)}")
    return []


def refuse_unknown(data: Mapping[str, object], allowed: set[str]) -> None:
    """Raise `ValueError` for keys that are not `allowed`."""
    unknown = sorted(set(data) - allowed)
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r}; here are known: {', '.join(sorted(allowed))}")


def reply_of(data: Mapping[str, object]) -> Reply:
    """The reply of a `reply` line. Raises `ValueError`."""
    parts = data["reply"]
    if not isinstance(parts, list):
        raise ValueError('"reply" must be a list of {"say": …} and {"call": …}')
    return Reply(*[_part(part) for part in cast("list[object]", parts)])


def _part(part: object) -> Say | Call:
    if not is_object(part):
        raise ValueError('each part of "reply" must be {"say": …} or {"call": …}')
    if "say" in part:
        refuse_unknown(part, {"say", "audio_ms"})
        length = whole_of(part, "audio_ms", 1, 3600 * 1000) if "audio_ms" in part else None
        return Say(text_of(part, "say"), audio_ms=length)
    refuse_unknown(part, {"call", "arguments"})
    arguments = part.get("arguments", {})
    return Call(text_of(part, "call"), arguments if isinstance(arguments, str) else json.dumps(arguments))


def times_of(data: Mapping[str, object]) -> ServerTimes:
    """The times of a `server` line. Raises `ValueError`."""
    times = data["server"]
    if not is_object(times):
        raise ValueError('"server" must be an object of times')
    refuse_unknown(times, set(fields_dict(ServerTimes)))
    return ServerTimes(**{name: seconds_of(times, name) for name in times})


def seconds_of(data: Mapping[str, object], key: str) -> float:
    """A number of seconds. Raises `ValueError`."""
    value = data.get(key)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value < 1e9:
        raise ValueError(f'"{key}" must be a number of seconds, 0 or more')
    return float(value)


def whole_of(data: Mapping[str, object], key: str, low: int, high: int, default: int | None = None) -> int:
    """A whole number in its bounds. Raises `ValueError`."""
    value = data.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f'"{key}" must be a whole number from {low} to {high}')
    return value


def text_of(data: Mapping[str, object], key: str) -> str:
    """A text that is not empty. Raises `ValueError`."""
    value = data.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f'"{key}" must be a string that is not empty')
    return value


_LINES: Mapping[str, Callable[[Mapping[str, object]], Any]] = {
    "reply": reply_of,
    "heard": lambda data: text_of(data, "heard"),
    "server": times_of,
}
