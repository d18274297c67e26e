"""Bad clients: `python -m tests.e2e.attackers NAME PORT` does one thing to a host, as fast as it can."""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain, repeat

from tests.benchmarks.hosts.load import SETTINGS, connected, masked

__all__ = ["ATTACKS", "STRANGERS"]


def text(body: str) -> bytes:
    return masked(1, body.encode())


def nested() -> bytes:
    """A KeepAlive as large and as deep as a frame may be."""
    return text('{"type": "KeepAlive", "x": ' + "[" * 500_000 + "]" * 500_000 + "}")


def wide() -> bytes:
    """A KeepAlive of as many values as it may have, in lists that are not too deep."""
    return text('{"type": "KeepAlive", "x": [' + ", ".join(["[[[[[1]]]]]"] * 3300) + "]}")


def think(properties: int) -> bytes:
    """An UpdateThink with a function of so many parameters: all are read, checked and written anew."""
    described = {f"p{each}": {"type": "string"} for each in range(properties)}
    parameters = {"type": "object", "properties": described}
    function = {"name": "f", "parameters": parameters}
    provider = {"type": "open_ai", "model": "gpt-realtime-2.1"}
    body = {"provider": provider, "prompt": "", "functions": [function]}
    return text(json.dumps({"type": "UpdateThink", "think": body}))


def fragments() -> Iterator[bytes]:
    """A message that never ends, in pieces of nothing."""
    first = bytearray(masked(2, b""))
    first[0] &= 0x7F
    more = bytearray(masked(0, b""))
    more[0] &= 0x7F
    return chain([bytes(first)], repeat(bytes(more) * 1000))


# What each sends after its Settings, in each connection.
ATTACKS: dict[str, Callable[[], Iterable[bytes]]] = {
    "nested": lambda: repeat(nested()),
    "wide": lambda: repeat(wide()),
    "think": lambda: repeat(think(4900)),
    "think too large": lambda: repeat(think(24_000)),
    "small audio": lambda: repeat(masked(2, b"\0\0") * 1000),
    "pings": lambda: repeat(masked(9, b"") * 1000),
    "fragments": fragments,
    "bad text": lambda: repeat(masked(1, b"\xff")),
    "hang up": list,
}


# What each says instead of a handshake that is welcome, and how many of them it holds at once.
STRANGERS: dict[str, tuple[str, int]] = {
    "foreign pages": (
        "GET /v1/agent/converse HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
        "Origin: https://evil.example\r\n\r\n",
        1,
    ),
    "handshakes": ("GET /v1/agent/converse HTTP/1.1\r\nHost: a\r\n", 500),
}


def flood(said: str, held: int, port: int) -> None:
    """Connect, and let none go but the oldest."""
    peers = deque[socket.socket]()
    while True:
        with suppress(OSError):
            peers.append(socket.create_connection(("127.0.0.1", port)))
            peers[-1].sendall(said.encode())
            if held == 1:
                peers[-1].recv(1024)
        while len(peers) > held:
            peers.popleft().close()


def attack(name: str, port: int) -> None:
    """Connect, send, and when the host ends it, do it again."""
    if name in STRANGERS:
        flood(*STRANGERS[name], port)
    frames = ATTACKS[name]()
    while True:
        with suppress(OSError, AssertionError), connected(port) as peer:
            peer.sendall(SETTINGS)
            threading.Thread(target=drain, args=(peer,), daemon=True).start()
            time.sleep(0.02)
            for frame in frames:
                peer.sendall(frame)


def drain(peer: socket.socket) -> None:
    """Read what the host says, so that it is not cut off for that."""
    with suppress(OSError):
        while peer.recv(2**16):
            pass


if __name__ == "__main__":
    attack(sys.argv[1], int(sys.argv[2]))
