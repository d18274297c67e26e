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
    """Send one frame to the client."""

    data: str | bytes
    """A text frame as `str`, a binary frame (agent audio) as `bytes`."""
    message: deepgram.ServerMessage | None = None
    """What a text frame says, for hosts that frame messages themselves; None for audio."""

    def __init__(self, data: str | bytes, message: deepgram.ServerMessage | None = None) -> None:
        _set_to_client(self, data)
        _set_message(self, message)

    def __repr__(self) -> str:
        return f"SendToClient({_shown(self.data)})"


@frozen(repr=False)
class SendToUpstream:
    """Send one text frame to the upstream server."""

    data: str
    """The frame: JSON text."""

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

    Report the result with `upstream_opened()`, or `upstream_closed()` for a dial that failed.

    A host may dial before Settings, what `Translator.early_dial` says (S2). If it has, open or on its way, a
    connection to the same `target`, there is nothing to do. One to another target has to go: close it, or
    give up its dial, and from now on report nothing of it, not even that it closed.
    """

    model: str = field(repr=_at_most(40))
    """The name of the model or the deployment."""
    target: str = field(repr=_at_most(66))
    """Path and query of the URL."""
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=_at_most(40))
    """Headers to add; never credentials: the host adds its own."""
    leg: int = 1
    """Which of the call's sockets to the server this one is, for the inputs that tell of it (N4)."""
    server: str = field(default="", repr=False)
    """The name of the server, if it is one of `Renewal.fallback`; empty for `Config.upstream` (N19)."""


@frozen
class CloseClient:
    """Close the client's socket."""

    code: int
    """The close code, 1000 to 4999."""
    reason: str = field(default="", repr=_at_most(125))
    """Fits a close frame: at most 123 bytes of UTF-8."""


@frozen
class CloseUpstream:
    """Close the upstream socket, abort its dial, or do nothing if there is neither."""

    code: int
    """The close code, 1000 to 4999."""
    reason: str = field(default="", repr=_at_most(125))
    """Fits a close frame: at most 123 bytes of UTF-8."""


@frozen
class RunFunction:
    """Run a function that Settings declared with an `endpoint`, then call `function_result`."""

    call_id: str = field(repr=_at_most(36))
    """The id of the call, for `function_result`."""
    name: str = field(repr=_at_most(36))
    """The name of the function."""
    arguments: str = field(repr=_at_most(36))
    """The JSON text that the model produced; it may be invalid JSON."""
    endpoint: Mapping[str, object] = field(repr=_at_most(36))
    """The `endpoint` that Settings declared: `url`, `method`, `headers`."""


@frozen
class Notice:
    """Log this: why something was deferred, suppressed, clamped, dropped or approximated.

    Carries no transcript, audio or secret.
    """

    code: str = field(repr=_at_most(28))
    """What happened, one of those in the table of Notices; stable."""
    level: Level
    """How much it matters."""
    message: str = field(repr=_at_most(66))
    """What happened, for people; the wording may change."""
    fields: Mapping[str, object] = field(factory=dict[str, object], repr=_at_most(36))
    """The numbers and names in the message."""


Output: TypeAlias = (
    SendToClient | SendToUpstream | OpenUpstream | CloseClient | CloseUpstream | RunFunction | Notice
)
"""One thing for the host to do."""
Outputs: TypeAlias = "tuple[Output, ...]"
"""What an input of `Translator` returns, in the order in which it is to be performed."""
