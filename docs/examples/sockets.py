"""The sockets of a call by `websockets`: its protocol without I/O, on the transports of asyncio.

Copy it along with `bridge.py`, for a host that listens or dials with `websockets`. Its asyncio layer would do
the same, with a task and a queue for each socket and some more steps for each frame; here a frame goes from
the transport into the call, and what the call sends goes into the transport.
"""

from __future__ import annotations

import argparse
import asyncio
import ssl
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache, partial
from time import perf_counter
from typing import cast

import access
import bridge
import dialling
import switchboard
from frames import Reader, framed
from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus, InvalidURI
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import CLIENT, OPEN, Event, Protocol
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol
from websockets.uri import WebSocketURI, parse_uri

TEXT, BINARY, CONT = Opcode.TEXT, Opcode.BINARY, Opcode.CONT
READ_BYTES = 2**14  # read at once
CLIENT_READ_BYTES = 2**12  # less, as a client may send many small frames: each read keeps the process
_read = memoryview(bytearray(READ_BYTES))  # every socket is read into it, and copies at once what it got


class Watched:
    """What a socket does with time: the handshake, a peer that is gone, a close that nobody answers."""

    def __init__(self, ping_seconds: float) -> None:
        self.loop, self.ping_seconds = asyncio.get_running_loop(), ping_seconds
        self.reading = True
        self.silent = False  # nothing was heard since the last ping
        self.closing = False  # nothing more will be said
        self.timer: asyncio.TimerHandle | None = None

    def after(self, seconds: float, what: Callable[[], None]) -> None:
        """Do that then, and not what was to be done."""
        self.stop_timer()
        self.timer = self.loop.call_later(seconds, what)

    def stop_timer(self) -> None:
        if self.timer is not None:
            self.timer.cancel()

    def opened(self) -> None:
        """The handshake is done: from now on the peer has to give signs of life."""
        self.after(self.ping_seconds, self.ping)

    def ping(self) -> None:
        if self.silent and self.reading:
            self.abort()
        elif not self.closing:
            self.silent = True
            self.say_ping()
            self.after(self.ping_seconds, self.ping)

    def give_up_in(self, seconds: float) -> None:
        """The peer has so long to close the connection."""
        self.closing = True
        self.after(seconds, self.abort)

    def say_ping(self) -> None:
        raise NotImplementedError

    def abort(self) -> None:
        raise NotImplementedError


def ignore(event: Event) -> None:
    """What a peer says that broke the protocol."""


class WebSocket(Watched, asyncio.BufferedProtocol):
    """A socket of a call. Subclasses hold the handshake and set `leg` when it is done."""

    transport: asyncio.Transport
    leg: bridge.Leg  # when the handshake is done
    payer: bridge.Call | None = None  # the call whose share of the process is used by what comes in here

    def __init__(self, protocol: Protocol, ping_seconds: float, read_bytes: int) -> None:
        super().__init__(ping_seconds)
        self.protocol, self.reader, self.room = protocol, Reader(protocol), _read[:read_bytes]
        self.masks = protocol.side is CLIENT
        self.handle: Callable[[Event], None] = self.shake_hands
        self.kind, self.parts, self.inside = BINARY, bytearray(), False  # of a message in fragments
        self.sending = True  # the transport may still be written to

    # --- for the call ---------------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        return self.transport.get_write_buffer_size()

    @property
    def buffered(self) -> int:
        return self.waiting + len(self.protocol.reader.buffer) + len(self.parts)

    def send(self, frame: str | bytes, /) -> None:
        """Write a frame as the protocol would, with fewer steps on the way."""
        if self.protocol.state is OPEN and not self.transport.is_closing():
            if isinstance(frame, str):
                self.transport.write(framed(TEXT, frame.encode(), self.masks))
            else:
                self.transport.write(framed(BINARY, frame, self.masks))

    def close(self, code: int, reason: str, /) -> None:
        late = bridge.DRAIN_SECONDS if 0 < self.waiting <= bridge.OUTBOX_BYTES else 0.0
        if self.protocol.state is OPEN:
            self.protocol.send_close(code, reason)
            self.flush()
        self.give_up_in(bridge.CLOSE_SECONDS + late)

    def read(self, on: bool, /) -> None:
        if on != self.reading and not self.transport.is_closing():
            self.reading = on
            (self.transport.resume_reading if on else self.transport.pause_reading)()

    def drop(self) -> None:
        self.abort()

    # --- for the transport ----------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's has another class
        self.transport.set_write_buffer_limits(bridge.OUTBOX_BYTES // 2)
        self.after(bridge.OPEN_SECONDS, self.abort)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self.room

    def buffer_updated(self, nbytes: int) -> None:
        began, data, at = perf_counter(), bytes(_read[:nbytes]), 0
        self.silent = False
        while self.reader.ready and at < nbytes and (found := self.reader.whole(data, at)) is not None:
            text, content, at = found
            self.hear(text, content)
        if at < nbytes or not self.reader.ready:
            self.receive_data(data[at:])
        if (payer := self.payer) is not None:
            payer.used += perf_counter() - began
            if payer.used > bridge.TURN_SECONDS:
                payer.rest()

    def receive_data(self, data: bytes) -> None:
        """What the protocol has to read."""
        protocol = self.protocol
        protocol.receive_data(data)
        for event in protocol.events_received():
            self.handle(event)
        self.flush()
        if protocol.state is not OPEN and protocol.close_expected() and not self.closing:
            self.give_up_in(bridge.CLOSE_SECONDS)
        self.reader.fed(self.inside or self.handle != self.receive)

    def eof_received(self) -> None:
        self.protocol.receive_eof()
        self.flush()

    def connection_lost(self, exc: Exception | None) -> None:
        self.stop_timer()
        self.sending = False
        self.protocol.receive_eof()
        if hasattr(self, "leg"):
            self.leg.closed(self.protocol.close_code, self.protocol.close_reason or "")

    def pause_writing(self) -> None:
        self.leg.congested(True)

    def resume_writing(self) -> None:
        self.leg.congested(False)

    # --- between them ---------------------------------------------------------------------------------------

    def shake_hands(self, event: Event) -> None:
        raise NotImplementedError

    def receive(self, event: Event) -> None:
        """Hand on a whole message. Of fragments nothing is kept but their content, which has a bound."""
        assert isinstance(event, Frame)
        opcode, data = event.opcode, event.data
        if opcode is CONT or not event.fin:
            self.kind, self.inside = self.kind if opcode is CONT else opcode, not event.fin
            self.parts += data
            if not event.fin:
                return
            opcode, data, self.parts = self.kind, self.parts, bytearray()
        if opcode in (TEXT, BINARY):
            self.hear(opcode is TEXT, bytes(data))

    def hear(self, text: bool, data: bytes) -> None:
        """A whole message has come."""
        if not text:
            self.leg.received(data)
            return
        try:
            said = data.decode()
        except UnicodeDecodeError:
            self.reader.ready, self.handle = False, ignore
            self.protocol.fail(1007, "a text message is not UTF-8")
        else:
            self.leg.received(said)

    def meet(self, leg: bridge.Leg) -> None:
        """The handshake is done: frames go to the leg from now on."""
        self.leg, self.handle = leg, self.receive
        self.opened()

    def flush(self) -> None:
        """Write what the protocol wants to say."""
        for data in self.protocol.data_to_send():
            if data and self.sending:
                self.transport.write(data)
            elif self.sending:  # the end of what is sent
                self.sending = False
                if self.transport.can_write_eof():
                    self.transport.write_eof()
                else:  # TLS
                    self.transport.close()

    def say_ping(self) -> None:
        self.protocol.send_ping(b"")
        self.flush()

    def abort(self) -> None:
        self.sending = False
        self.transport.abort()


# --- the client's socket ------------------------------------------------------------------------------------


def select(protocol: ServerProtocol, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    """Browsers want one back of what they offer."""
    return cast("Subprotocol | None", switchboard.subprotocol(offered))


class ClientSocket(WebSocket):
    """One client: a call if it asks for `path`."""

    def __init__(
        self, calls: switchboard.Calls, make: Callable[[access.Caller], bridge.Call], path: str
    ) -> None:
        self.server = ServerProtocol(select_subprotocol=select, max_size=bridge.FRAME_BYTES)
        super().__init__(self.server, bridge.CLIENT_PING_SECONDS, CLIENT_READ_BYTES)
        self.calls, self.make, self.path = calls, make, path

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        answer = self.calls.enter(self, access.address(transport.get_extra_info("peername")))
        if answer is None:
            self.after(bridge.OPEN_SECONDS, partial(self.calls.lobby.late, self))
        else:
            self.transport.write(switchboard.written(answer))
            self.sending = False
            self.transport.close()

    def shake_hands(self, event: Event) -> None:
        if not isinstance(event, Request):  # a client that does not wait for the answer
            self.abort()
            return
        met = self.calls.meet(self.request(event), self.path)
        if isinstance(met, switchboard.Answer):
            response = self.server.reject(met.status, met.body)
            for name, value in met.headers.items():
                response.headers.pop(name, None)
                response.headers[name] = value
        else:
            response = self.server.accept(event)
        self.server.send_response(response)
        self.flush()
        if isinstance(met, access.Caller) and response.status_code == 101:
            self.calls.lobby.shaken(self)
            self.payer = call = self.make(met)
            self.meet(call.client)
            self.calls.begin(call, self)
        elif isinstance(met, access.Caller):
            self.calls.leave(met)

    def request(self, event: Request) -> access.Request:
        where = self.transport.get_extra_info
        peer, local = access.address(where("peername")), access.host_of(where("sockname"))
        return access.Request(event.path, access.lowered(event.headers.raw_items()), peer, local)

    def connection_lost(self, exc: Exception | None) -> None:
        self.calls.lobby.leave(self)
        super().connection_lost(exc)


@asynccontextmanager
async def listening(
    make: Callable[[access.Caller], bridge.Call],
    options: argparse.Namespace,
    choose: Callable[[argparse.Namespace], access.Authorize] = access.chosen,
) -> AsyncGenerator[asyncio.Server, None]:
    """A server that makes a call for each caller."""
    calls = switchboard.Calls()
    calls.open(options, choose)
    accept = partial(ClientSocket, calls, make, options.path)
    loop, share = asyncio.get_running_loop(), options.share_port or None
    server = await loop.create_server(accept, options.host, options.port, reuse_port=share)
    try:
        yield server
    finally:
        await calls.linger(options.drain_seconds)
        server.close()
        await calls.drain()
        for socket in [*calls.lobby.shaking]:
            socket.abort()
        await server.wait_closed()


# --- the server's socket ------------------------------------------------------------------------------------


class UpstreamSocket(WebSocket):
    """The socket to a server."""

    def __init__(self, uri: WebSocketURI, headers: Mapping[str, str], leg: bridge.Leg) -> None:
        self.dialler = ClientProtocol(uri, max_size=bridge.OUTBOX_BYTES)
        super().__init__(self.dialler, bridge.UPSTREAM_PING_SECONDS, READ_BYTES)
        self.headers, self.calling = headers, leg
        self.answered: asyncio.Future[dialling.HandshakeError | None] = self.loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        request = self.dialler.connect()
        request.headers.update(self.headers)
        self.dialler.send_request(request)
        self.flush()

    def shake_hands(self, event: Event) -> None:
        if self.protocol.handshake_exc is not None:
            self.abort()
        elif not self.answered.done():  # else nobody waits any more
            self.answered.set_result(None)
            self.meet(self.calling)
            self.calling.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if not self.answered.done():
            self.answered.set_result(refusal(self.protocol.handshake_exc))


def refusal(why: Exception | None) -> dialling.HandshakeError:
    """What the server answered, if it did."""
    if not isinstance(why, InvalidStatus):
        return dialling.HandshakeError(None)
    answer, after = why.response, why.response.headers.get_all("Retry-After")
    return dialling.HandshakeError(answer.status_code, bytes(answer.body or b""), after[0] if after else None)


async def dial(leg: bridge.Leg, url: str, headers: Mapping[str, str]) -> None:
    """Open a socket to the server for a leg. Raises OSError, or ValueError, which no other dial mends.

    No redirect is followed: it would get the key.
    """
    try:
        uri = parse_uri(url)
    except InvalidURI as error:
        raise ValueError(str(error)) from error
    make = partial(UpstreamSocket, uri, headers, leg)
    secure = tls() if uri.secure else None
    connecting = asyncio.get_running_loop().create_connection(make, uri.host, uri.port, ssl=secure)
    _, socket = await asyncio.wait_for(connecting, bridge.OPEN_SECONDS)
    try:
        refused = await socket.answered
    except asyncio.CancelledError:
        socket.abort()
        raise
    if refused:
        raise refused


@cache
def tls() -> ssl.SSLContext:
    """Made once: it reads all certificates of the system."""
    return ssl.create_default_context()
