"""How much a process takes on at once. Copy it along with `switchboard.py`, which refuses what is past that.

The bounds hold for all clients together: what one call may use is said in `bridge.py`.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from importlib.util import find_spec
from typing import Protocol

from attrs import evolve, fields, frozen
from bridge import Call, Leg

SWEEP_SECONDS = 0.25  # how often calls are looked at
SPARE_FILES = 64  # open files of the process that are no sockets of calls


@frozen
class Bounds:
    """At most so much: HELP says of what."""

    calls: int = 1000
    calls_per_caller: int = 1000
    connections: int = 2000
    handshakes: int = 200
    silence: int = 600
    buffered: int = 64 * 2**20


HELP = {
    "calls": "calls at once",
    "calls_per_caller": "calls at once of one caller",
    "connections": "connections of clients at once, with those in a handshake",
    "handshakes": "handshakes under way; the oldest one goes when there are more",
    "silence": "seconds without a frame of the client, before its call ends",
    "buffered": "bytes that wait in sockets; who lets most of them wait is cut off",
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """`--max-calls` and so on. MAX_CALLS in the environment says the same, for each of them."""
    for field in fields(Bounds):
        name = f"--max-{field.name.replace('_', '-')}"
        about = f"{HELP[field.name]} (default: {field.default})"
        said = os.environ.get(f"MAX_{field.name.upper()}", str(field.default))
        parser.add_argument(name, type=positive, default=said, metavar="N", help=about)


def positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError("it has to be at least 1")
    return number


def chosen(options: argparse.Namespace) -> Bounds:
    """What the options say, and no more than the system allows: each call has two sockets."""
    said = Bounds(*(getattr(options, f"max_{field.name}") for field in fields(Bounds)))
    allowed = open_files() - SPARE_FILES
    calls = max(min(said.calls, allowed // 2), 1)
    return evolve(said, calls=calls, connections=max(min(said.connections, allowed - calls), 1))


def open_files() -> int:
    """How many files the process may have open; it is made as many as it may have at most."""
    if find_spec("resource") is None:  # another system, with another bound
        return 2**20
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # some systems have no number for as many as one likes
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 2**20 if allowed == resource.RLIM_INFINITY else allowed


# --- what is past them --------------------------------------------------------------------------------------


class Connection(Protocol):
    """A client's socket."""

    def abort(self) -> None:
        """Break it off."""


class Lobby:
    """The connections of clients: those in a handshake, oldest first, and all."""

    def __init__(self) -> None:
        self.shaking: dict[Connection, None] = {}
        self.connected: set[Connection] = set()
        self.broken_off = Counter[str]()  # handshakes, by reason

    def enter(self, connection: Connection, bounds: Bounds) -> str | None:
        """Why there is no room for it. The oldest handshake goes, if that makes room."""
        full = len(self.connected) >= bounds.connections
        if self.shaking and (full or len(self.shaking) >= bounds.handshakes):
            self.break_off(next(iter(self.shaking)), "too many handshakes")
        elif full:
            return "too many connections"
        self.connected.add(connection)
        self.shaking[connection] = None
        return None

    def shaken(self, connection: Connection) -> None:
        """Its handshake is done."""
        self.shaking.pop(connection, None)

    def late(self, connection: Connection) -> None:
        """Its handshake has had the time that it may take."""
        if connection in self.shaking:
            self.break_off(connection, "no handshake in time")

    def break_off(self, connection: Connection, reason: str) -> None:
        self.broken_off[reason] += 1
        self.leave(connection)
        connection.abort()

    def leave(self, connection: Connection) -> None:
        self.shaking.pop(connection, None)
        self.connected.discard(connection)


def buffered(leg: Leg) -> int:
    """Bytes that wait in its socket."""
    return 0 if leg.socket is None else leg.socket.buffered


def sweep(calls: Iterable[Call], bounds: Bounds, now: float) -> None:
    """End the calls of clients that say nothing, and cut off peers until no more waits than may wait."""
    legs = list[tuple[int, int, Leg]]()
    for call in [*calls]:
        if call.client.heard:
            call.client.heard, call.heard_at = False, now
        elif now - call.heard_at > bounds.silence:
            call.cut_off(call.client, "nothing was said for too long")
        legs += [(size, id(leg), leg) for leg in call.legs if (size := buffered(leg))]
    waiting = sum(size for size, _, _ in legs)
    for size, _, leg in sorted(legs, reverse=True):
        if waiting <= bounds.buffered:
            break
        waiting -= size
        leg.call.cut_off(leg, "too much waits in this process")
        if leg.socket is not None:
            leg.socket.drop()
