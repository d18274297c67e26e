"""What the hosts read and make by themselves is what `websockets` would read and make."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any

import pytest

pytest.importorskip("websockets")

from hypothesis import example as with_example
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.protocol import CLIENT, OPEN, SERVER, Protocol, Side

from tests.e2e.hosts import example

SOCKETS = example("sockets")
FRAMES = SOCKETS.framed.__globals__
WORDS = ("", "a", "Grüße", "x" * 125, "y" * 126, "é" * 40_000)
PAYLOADS = st.sampled_from([*(word.encode() for word in WORDS), b"\0" * 960])
WRONG = st.sampled_from([(0, 0x80), (0, 0x40), (1, 0x80)])
"""Bits of a frame: that it ends a message, that of an extension, that it is masked."""


class Transport:
    """It takes what is written."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closing = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.written.append(b"EOF")

    def is_closing(self) -> bool:
        return self.closing

    def get_write_buffer_size(self) -> int:
        return 0

    def abort(self) -> None:
        self.closing = True


class Leg:
    """It hears what has come."""

    def __init__(self) -> None:
        self.heard: list[str | bytes] = []

    def received(self, frame: str | bytes) -> None:
        self.heard.append(frame)


def read(side: Side, chunks: Sequence[bytes], *, by_itself: bool) -> tuple[Any, ...]:
    """What a socket hears and says, with its own reader or without, and how many messages that has read. Of
    what is masked only the length is the same each time.
    """

    async def scenario() -> tuple[Any, ...]:
        protocol = Protocol(side, state=OPEN, max_size=2**20)
        socket = SOCKETS.WebSocket(protocol, 20.0, SOCKETS.READ_BYTES)
        socket.transport, leg = Transport(), Leg()
        socket.meet(leg)
        count = itertools.count()
        read_whole = socket.reader.whole

        def whole(data: bytes, begin: int) -> Any:
            found = read_whole(data, begin)
            if found is not None:
                next(count)
            return found

        socket.reader.whole = whole if by_itself else lambda *_: None
        socket.receive_data(b"")
        for chunk in chunks:
            socket.get_buffer(-1)[: len(chunk)] = chunk
            socket.buffer_updated(len(chunk))
        socket.stop_timer()
        close = protocol.close_rcvd, protocol.close_sent, protocol.state
        written = b"".join(socket.transport.written)
        return leg.heard, written if side is SERVER else len(written), close, next(count)

    return asyncio.run(scenario())


@st.composite
def streams(draw: st.DrawFn, side: Side) -> list[bytes]:
    """Frames of the other side, most of them whole messages, cut between them, before their content, or
    anywhere. Some have a frame for content, which is none.
    """
    stream, cuts = b"", set[int]()
    mask = bytes(4) if side is SERVER else b""
    inner = bytes([0x82, len(mask) * 32 + 9]) + mask + b"content.."
    for _ in range(draw(st.integers(1, 6))):
        kinds = [*[Opcode.TEXT, Opcode.BINARY] * 3, Opcode.CONT, Opcode.PING, Opcode.PONG, Opcode.CLOSE]
        opcode, payload = draw(st.sampled_from(kinds)), draw(PAYLOADS | st.just(inner))
        control = opcode in (Opcode.PING, Opcode.PONG, Opcode.CLOSE)
        if control:
            payload = b"\x03\xe8" if opcode is Opcode.CLOSE else payload[:125]
        elif opcode is Opcode.TEXT and payload is inner:
            payload = b"text"
        fin = control or draw(st.integers(0, 3)) > 0
        frame = bytearray(Frame(opcode, payload, fin).serialize(mask=False))
        if mask:
            frame[1] |= 0x80
            at = len(frame) - len(payload)
            frame[at:at] = mask
        if draw(st.integers(0, 19)) == 0:
            byte, bit = draw(WRONG)
            frame[byte] ^= bit
        stream += frame
        cuts |= draw(st.sets(st.sampled_from([len(stream), len(stream) - len(payload)])))
    cuts |= draw(st.sets(st.integers(0, len(stream)), max_size=3))
    ends = sorted({*cuts, *range(0, len(stream), SOCKETS.READ_BYTES), len(stream)})
    return [stream[begin:end] for begin, end in itertools.pairwise(ends)]


@pytest.mark.parametrize("side", [SERVER, CLIENT])
def test_messages_are_read_as_the_library_reads_them(side: Side) -> None:
    @given(streams(side))
    def check(chunks: list[bytes]) -> None:
        assert read(side, chunks, by_itself=True)[:3] == read(side, chunks, by_itself=False)[:3]

    check()


@pytest.mark.parametrize("side", [SERVER, CLIENT])
def test_what_comes_whole_needs_no_library(side: Side) -> None:
    """Several in one read, and again after a ping and after a message in fragments."""
    mask = side is SERVER
    said = [Frame(Opcode.BINARY, b"\0" * 960), Frame(Opcode.TEXT, "Grüße".encode())]
    whole = b"".join(frame.serialize(mask=mask) for frame in said)
    ping = Frame(Opcode.PING, b"x").serialize(mask=mask)
    begun = Frame(Opcode.TEXT, b"a", fin=False).serialize(mask=mask)
    ended = Frame(Opcode.CONT, b"b").serialize(mask=mask)
    heard, _, _, count = read(side, [whole, ping, whole, begun, ended, whole], by_itself=True)
    pair = [b"\0" * 960, "Grüße"]
    assert heard == [*pair, *pair, "ab", *pair]
    assert count == 6


@pytest.mark.parametrize("side", [SERVER, CLIENT])
def test_no_message_begins_within_another(side: Side) -> None:
    frames = [Frame(Opcode.TEXT, b"begun", fin=False), Frame(Opcode.TEXT, b"another")]
    chunks = [frame.serialize(mask=side is SERVER) for frame in frames]
    heard, _, (_, close, _), _ = read(side, chunks, by_itself=True)
    assert (heard, close.code) == ([], 1002)


class Heard:
    """A frame, as picows has it."""

    def __init__(self, kind: Any, payload: bytes, *, fin: bool = True) -> None:
        self.msg_type, self.payload, self.fin = kind, payload, fin

    def get_payload_as_bytes(self) -> bytes:
        return self.payload

    def get_payload_as_utf8_text(self) -> str:
        return self.payload.decode()


class PicowsTransport:
    """It takes what is sent."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def send(self, _: Any, payload: bytes) -> None:
        self.sent.append(payload)

    def disconnect(self) -> None:
        self.sent.append(b"EOF")


@pytest.mark.parametrize("name", ["TEXT", "BINARY"])
def test_nor_where_picows_reads_it(name: str) -> None:
    """It looks at each frame by itself."""
    picows = pytest.importorskip("picows")
    proxy, kind = example("picows_proxy"), getattr(picows.WSMsgType, name)

    async def scenario() -> tuple[list[str | bytes], list[bytes]]:
        socket, transport = proxy.PicowsSocket(20.0, 100), PicowsTransport()
        socket.transport, socket.leg = transport, Leg()
        for frame in (Heard(kind, b"begun", fin=False), Heard(kind, b"another")):
            socket.on_ws_frame(transport, frame)
        return socket.leg.heard, transport.sent

    heard, sent = asyncio.run(scenario())
    assert (heard, sent) == ([], [b"\x03\xeafragments are out of order", b"EOF"])


@pytest.mark.parametrize("by_itself", [True, False])
def test_after_a_text_that_is_none_nothing_is_heard(by_itself: bool) -> None:
    said = [
        (Opcode.TEXT, b"a"),
        (Opcode.TEXT, b"\xff\xfe\xfd"),
        (Opcode.TEXT, b"b"),
        (Opcode.BINARY, b"\0" * 9),
    ]
    chunk = b"".join(Frame(*each).serialize(mask=True) for each in said)
    heard, written, (_, close, _), _ = read(SERVER, [chunk, chunk], by_itself=by_itself)
    assert heard == ["a"]
    assert close.code == 1007
    assert written.endswith(b"a text message is not UTF-8EOF")


@given(st.sampled_from([Opcode.TEXT, Opcode.BINARY]), PAYLOADS)
@with_example(Opcode.BINARY, b"\0" * 2**16)
def test_frames_are_made_as_the_library_makes_them(opcode: Opcode, payload: bytes) -> None:
    frame = Frame(opcode, payload)
    assert SOCKETS.framed(opcode, payload, False) == frame.serialize(mask=False)
    made, expected = SOCKETS.framed(opcode, payload, True), frame.serialize(mask=True)
    at = len(made) - len(payload)
    assert made[: at - 4] == expected[: at - 4]
    assert FRAMES["apply_mask"](made[at:], made[at - 4 : at]) == payload


def test_no_mask_is_used_twice() -> None:
    """There are more than are asked of the system at once."""
    keys = list(itertools.islice(FRAMES["keys"](), 3 * FRAMES["KEYS"]))
    assert all(len(each) == 4 for each in keys)
    assert len(set(keys)) > 0.99 * len(keys)
