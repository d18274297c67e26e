"""What the host has to do: the values that every input of `Translator` returns, in order.

All are frozen attrs classes for positional `match`. A host keeps one first-in-first-out queue for each leg,
puts outputs in without awaiting, and has one writer for each leg: the order is then right by construction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import TypeAlias

from attrs import field, frozen

from . import deepgram

__all__ = [
    "CloseClient",
    "CloseUpstream",
    "Level",
    "Notice",
    "OpenUpstream",
    "Output",
    "Outputs",
    "RunFunction",
    "SendToClient",
    "SendToUpstream",
]


class Level(str, Enum):
    """How much a `Notice` matters, named like the levels of `logging`."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"


def _shown(data: str | bytes) -> str:
    """A frame as logs show it: how long it is, and how a text begins."""
    if isinstance(data, bytes):
        return f"<{len(data)} bytes>"
    return repr(data) if len(data) <= _SHOWN else f"{data[:_SHOWN]!r}… <{len(data)} characters>"


_SHOWN = 80


def _at_most(width: int) -> Callable[[object], str]:
    """How `repr` shows a field of an output: cut where it is longer, so that no output fills a log."""

    def shown(value: object) -> str:
        text = repr(value)
        return text if len(text) <= width else f"{text[: width - 1]}…"

    return shown


@frozen(repr=False)
class SendToClient:
    """Send one frame to the client: `str` as a text frame, `bytes` as a binary frame (agent audio).

    `message` is what a text frame says, for hosts that frame messages themselves; None for audio.
    """

    data: str | bytes
    message: deepgram.ServerMessage | None = None

    def __init__(self, data: str | bytes, message: deepgram.ServerMessage | None = None) -> None:
        _set_to_client(self, data)
        _set_message(self, message)

    def __repr__(self) -> str:
        return f"SendToClient({_shown(self.data)})"


@frozen(repr=False)
class SendToUpstream:
    """Send one text frame to the upstream server."""

    data: str

    def __init__(self, data: str) -> None:
        _set_to_upstream(self, data)

    def __repr__(self) -> str:
        return f"SendToUpstream({_shown(self.data)})"


# A frozen class of attrs sets its fields by name. These two are made for every frame: their slots are set
# directly, in half the time.
_set_to_client = SendToClient.__dict__["data"].__set__
_set_message = SendToClient.__dict__["message"].__set__
_set_to_upstream = SendToUpstream.__dict__["data"].__set__


@frozen
class OpenUpstream:
    """Dial the upstream server now.

    `target` is the path and query of the URL; `headers` never hold credentials: the host adds its own.
    Report the result with `upstream_opened()`, or `upstream_closed()` for a dial that failed.

    A host may dial before Settings, what `Translator.early_dial` says (S2). If it has, open or on its way,
    a connection to the same `target`, there is nothing to do. One to another target has to go: close it, or
    give up its dial, and from now on report nothing of it, not even that it closed.
    """

    model: str = field(repr=_at_most(40))
    target: str = field(repr=_at_most(66))
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=_at_most(40))


@frozen
class CloseClient:
    """Close the client's socket. `reason` fits a close frame: at most 123 bytes of UTF-8."""

    code: int
    reason: str = field(default="", repr=_at_most(125))


@frozen
class CloseUpstream:
    """Close the upstream socket, abort its dial, or do nothing if there is neither."""

    code: int
    reason: str = field(default="", repr=_at_most(125))


@frozen
class RunFunction:
    """Run a function that Settings declared with an `endpoint`, then call `function_result`.

    `arguments` is the JSON text that the model produced (it may be invalid JSON); `endpoint` is the declared
    object.
    """

    call_id: str = field(repr=_at_most(36))
    name: str = field(repr=_at_most(36))
    arguments: str = field(repr=_at_most(36))
    endpoint: Mapping[str, object] = field(repr=_at_most(36))


@frozen
class Notice:
    """Log this: why something was deferred, suppressed, clamped, dropped or approximated.

    `code` is stable, `message` is for people, `fields` holds the numbers and names. Carries no transcript,
    audio or secret.
    """

    code: str = field(repr=_at_most(28))
    level: Level
    message: str = field(repr=_at_most(66))
    fields: Mapping[str, object] = field(factory=dict[str, object], repr=_at_most(36))


Output: TypeAlias = (
    SendToClient | SendToUpstream | OpenUpstream | CloseClient | CloseUpstream | RunFunction | Notice
)
Outputs: TypeAlias = "tuple[Output, ...]"
