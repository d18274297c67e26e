"""Calls that cost the machine little: both peers of hosts in one loop, with frames that are made beforehand.

Each call sends 20 ms of linear16 fifty times a second, and half of the time the server sends 100 ms of the
agent's audio ten times a second. What arrives is counted and timed by the size of its frames, and not
read.
"""

from __future__ import annotations

import base64
import hashlib
import heapq
import itertools
import re
import secrets
import select
import socket
import struct
import time
from collections import deque
from collections.abc import Callable

from attrs import Factory, define

from realtime_translate.audio import AudioFormat
from tests.benchmarks import events

__all__ = ["Load", "Sample"]

FRAME_SECONDS, DELTA_SECONDS = 0.02, 0.1
SPEECH_DELTAS = 40
"""Four seconds of the agent's audio, and then four seconds without."""
AUDIO_BYTES = {"up": 600, "down": 3000}
"""What is longer is audio: to the server, and to the client."""
PATIENCE = 20.0
GOLDEN = 0.618034
_READ = memoryview(bytearray(2**18))
_MASK = b"\x35\xa1\x07\x9c"


def masked(opcode: int, payload: bytes) -> bytes:
    """A client's frame."""
    mask = itertools.cycle(_MASK)
    head = bytearray(headed(opcode, len(payload)))
    head[1] |= 0x80
    return bytes(head) + _MASK + bytes(byte ^ key for byte, key in zip(payload, mask, strict=False))


def plain(text: str) -> bytes:
    """A server's text frame."""
    return headed(1, len(text.encode())) + text.encode()


def headed(opcode: int, length: int) -> bytes:
    if length < 126:
        return struct.pack("!BB", 0x80 | opcode, length)
    if length < 2**16:
        return struct.pack("!BBH", 0x80 | opcode, 126, length)
    return struct.pack("!BBQ", 0x80 | opcode, 127, length)


SETTINGS = masked(1, events.settings(functions=0).encode())
OPENED = plain(events.session_updated().replace("session.updated", "session.created"))
UPDATED = plain(events.session_updated())


@define
class Sample:
    """What was measured: the seconds that each frame took through the host."""

    up: list[float] = Factory(list[float])
    down: list[float] = Factory(list[float])

    def forget(self) -> None:
        """Measure anew from here."""
        self.up.clear()
        self.down.clear()


@define(eq=False)
class End:
    """One end of a call at the load's side, what it was sent at the other end, and what came of it."""

    socket: socket.socket
    audio_bytes: int
    took: list[float]
    sent: deque[float] = Factory(deque[float])
    rest: bytes = b""

    def read(self) -> None:
        """Count what has come."""
        size = self.socket.recv_into(_READ)
        if not size:
            raise ConnectionError("the host closed a call")
        now = time.perf_counter()
        data = _READ[:size] if not self.rest else memoryview(self.rest + bytes(_READ[:size]))
        while len(data) >= 4:
            length, head = data[1] & 127, 2
            if length == 126:
                length, head = data[2] << 8 | data[3], 4
            elif length == 127:
                if len(data) < 10:
                    break
                length, head = int.from_bytes(data[2:10], "big"), 10
            whole = head + length + (4 if data[1] & 128 else 0)
            if len(data) < whole:
                break
            if length > self.audio_bytes and self.sent:
                self.took.append(now - self.sent.popleft())
            data = data[whole:]
        self.rest = bytes(data)


@define(eq=False)
class Stranger:
    """The server's end of a call that the load did not open. Its session is made ready; no more is heard."""

    socket: socket.socket
    poll: select.epoll
    sent: tuple[()] = ()
    ready: bool = False

    def read(self) -> None:
        try:
            if self.socket.recv_into(_READ):
                if not self.ready:
                    self.ready = True
                    self.socket.sendall(UPDATED)
                return
        except OSError:  # it broke off
            pass
        self.poll.unregister(self.socket)
        self.socket.close()


class Load:
    """Calls through hosts that dial `upstream`, with the user's audio at so many samples a second."""

    def __init__(self, rate: int = 24000) -> None:
        settings = events.settings(functions=0, input=AudioFormat("linear16", rate))
        self.settings, self.frame = masked(1, settings.encode()), masked(2, b"\x01\x12" * (rate // 50))
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.upstream = f"ws://127.0.0.1:{self.listener.getsockname()[1]}"
        self.poll = select.epoll()
        self.ends: dict[int, End | Stranger] = {}
        self.calls: list[tuple[End, End]] = []
        self.numbers = itertools.count()

    def open(self, port: int, calls: int) -> Sample:
        """Open calls, up to where their sessions are ready; what will be measured of them."""
        sample = Sample()
        for _ in range(calls):
            client = connected(port)
            client.sendall(self.settings)
            self.listener.settimeout(PATIENCE)
            server, _ = self.listener.accept()
            welcome(server)
            server.sendall(OPENED)
            first_frame(server)
            server.sendall(UPDATED)
            ends = End(client, AUDIO_BYTES["down"], sample.down), End(server, AUDIO_BYTES["up"], sample.up)
            for end in ends:
                end.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                end.socket.setblocking(False)
                self.ends[end.socket.fileno()] = end
                self.poll.register(end.socket, select.EPOLLIN)
            self.calls.append(ends)
        return sample

    def close(self) -> None:
        """Break the calls off, and listen no more."""
        self.listener.close()
        self.poll.close()
        for end in self.ends.values():
            end.socket.close()
        self.ends, self.calls = {}, []

    def leave(self, calls: int) -> None:
        """Break so many calls off, the last ones first."""
        for _ in range(calls):
            for end in self.calls.pop():
                del self.ends[end.socket.fileno()]
                self.poll.unregister(end.socket)
                end.socket.close()

    def run(self, seconds: float) -> int:
        """Speak and hear for some seconds. How many frames were lost on the way."""
        began = time.perf_counter()
        due: list[tuple[float, int, Callable[[float], float]]] = []
        speakers: list[Speaker] = []
        for index, (client, server) in enumerate(self.calls):
            share = index * GOLDEN % 1  # the calls of each host are spread evenly
            spoken = int(2 * share * SPEECH_DELTAS) if share < 0.5 else 0  # half of the agents speak already
            speaker = Speaker(server, client, next(self.numbers), spoken)
            due.append(
                (began + FRAME_SECONDS * share, 2 * index, Microphone(client, server, self.frame).send)
            )
            speakers.append(speaker)
            silent = max(0.0, (2 * share - 1) * SPEECH_DELTAS * DELTA_SECONDS)
            due.append((began + silent + DELTA_SECONDS * share, 2 * index + 1, speaker.send))
        heapq.heapify(due)
        end = began + seconds
        while (now := time.perf_counter()) < end:
            while due[0][0] <= now:
                when, number, send = due[0]
                heapq.heapreplace(due, (when + send(now), number, send))
            self.receive(max(due[0][0] - time.perf_counter(), 0.0))
        for speaker in speakers:
            speaker.finish()
        while any(each.sent for each in self.ends.values()) and time.perf_counter() < end + 1:
            self.receive(0.05)
        return sum(len(each.sent) for each in self.ends.values())

    def serve_strangers(self) -> None:
        """From now on take the calls that others begin, too."""
        self.poll.register(self.listener, select.EPOLLIN)

    def receive(self, seconds: float) -> None:
        for number, _ in self.poll.poll(seconds):
            if number == self.listener.fileno():
                self.welcome_stranger()
            else:
                self.ends[number].read()

    def welcome_stranger(self) -> None:
        server, _ = self.listener.accept()
        try:
            welcome(server)
            server.sendall(OPENED)
        except (OSError, ValueError):  # it broke off before it had said what it wants
            server.close()
            return
        self.ends[server.fileno()] = Stranger(server, self.poll)
        self.poll.register(server, select.EPOLLIN)


@define
class Microphone:
    """Twenty milliseconds of the user at a time."""

    client: End
    server: End
    frame: bytes

    def send(self, now: float) -> float:
        """Send; how long until the next."""
        self.server.sent.append(now)
        if self.client.socket.send(self.frame) != len(self.frame):
            raise ConnectionError("the host does not read")
        return FRAME_SECONDS


@define
class Speaker:
    """An answer of the agent after the other, with a pause between them."""

    server: End
    client: End
    number: int
    spoken: int
    """Deltas of this answer so far."""
    answer: events.Answer | None = None

    def send(self, now: float) -> float:
        """Send what is due; how long until there is more."""
        if self.answer is None:
            self.answer = events.Answer(f"{self.number}x{now:.0f}")
            self.say(self.answer.created, *self.answer.begun)
        if self.spoken < SPEECH_DELTAS:
            self.spoken += 1
            self.client.sent.append(now)
            self.say(self.answer.audio())
            return DELTA_SECONDS
        end = (*self.answer.spoken, self.answer.output_done, self.answer.item_done, self.answer.done)
        self.say(*end)
        self.spoken, self.answer = 0, None
        return SPEECH_DELTAS * DELTA_SECONDS

    def finish(self) -> None:
        """End the answer that is under way, so that another run may begin."""
        if self.answer is not None:
            self.spoken = SPEECH_DELTAS
            self.send(0.0)

    def say(self, *texts: str) -> None:
        self.server.socket.sendall(b"".join(map(plain, texts)))


def connected(port: int) -> socket.socket:
    """A client's socket after the handshake."""
    client = socket.create_connection(("127.0.0.1", port), PATIENCE)
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    lines = ["GET /v1/agent/converse HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket"]
    lines += ["Connection: Upgrade", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", "", ""]
    client.sendall("\r\n".join(lines).encode())
    assert b" 101 " in header(client)
    return client


def welcome(server: socket.socket) -> None:
    """The server's part of a handshake."""
    server.settimeout(PATIENCE)
    (key,) = re.findall(rb"sec-websocket-key: *(\S+)", header(server), re.IGNORECASE)
    digest = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    accept = base64.b64encode(digest).decode()
    lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"]
    server.sendall("\r\n".join([*lines, f"Sec-WebSocket-Accept: {accept}", "", ""]).encode())


def header(peer: socket.socket) -> bytes:
    """What comes before the frames, without them."""
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        if not (byte := peer.recv(1)):
            raise ConnectionError("the peer closed during the handshake")
        data += byte
    return data


def first_frame(peer: socket.socket) -> None:
    """Read one frame."""
    head = exactly(peer, 2)
    length = head[1] & 127
    if length == 126:
        length = int.from_bytes(exactly(peer, 2), "big")
    exactly(peer, length + (4 if head[1] & 128 else 0))


def exactly(peer: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += peer.recv(size - len(data))
    return data
