"""The proxy of `websockets_proxy.py` on picows, a WebSocket library in C: more calls on a core.

    OPENAI_API_KEY=... python picows_proxy.py

It has the same options and behaves the same; `bridge.py` holds the calls, this file has their sockets.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import socket
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from time import perf_counter

import access
import bridge
import dialling
import launch
import sockets
import switchboard
import websockets_proxy
from picows import (
    WSError,
    WSFrame,
    WSInvalidStatusError,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
    ws_connect,
    ws_create_server,
)

TEXT, BINARY, CONT = WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION
PING, CLOSE = WSMsgType.PING, WSMsgType.CLOSE
READ_BYTES = 2**13  # read at once at first
RECEIVE_BYTES = 2**15  # of a client's that may wait in the system

quiet = logging.getLogger("picows")
quiet.setLevel(logging.CRITICAL)  # else strangers can fill the log with their mistakes


class PicowsSocket(sockets.Watched, WSListener):
    """A socket of a call."""

    transport: WSTransport
    leg: bridge.Leg

    def __init__(self, ping_seconds: float, limit: int) -> None:
        super().__init__(ping_seconds)
        self.limit = limit  # bytes of a message
        self.payer: bridge.Call | None = None  # whose share of the process is used by what comes in here
        self.kind, self.parts = CONT, bytearray()  # of a message in fragments
        self.ended = 1006, ""  # the code and the reason that the peer closes with

    # --- for the call ---------------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        size: int = self.transport.underlying_transport.get_write_buffer_size()
        return size

    @property
    def buffered(self) -> int:
        return self.waiting + len(self.parts)

    def drop(self) -> None:
        self.abort()

    def send(self, frame: str | bytes, /) -> None:
        self.transport.send(TEXT if isinstance(frame, str) else BINARY, frame)

    def close(self, code: int, reason: str, /) -> None:
        late = bridge.DRAIN_SECONDS if 0 < self.waiting <= bridge.OUTBOX_BYTES else 0.0
        self.say_close(code.to_bytes(2, "big") + reason.encode())
        self.give_up_in(bridge.CLOSE_SECONDS + late)

    def read(self, on: bool, /) -> None:
        transport = self.transport.underlying_transport
        if on != self.reading and not transport.is_closing():
            self.reading = on
            (transport.resume_reading if on else transport.pause_reading)()

    # --- for picows -----------------------------------------------------------------------------------------

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        transport.underlying_transport.set_write_buffer_limits(bridge.OUTBOX_BYTES // 2)
        self.opened()
        self.begin()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        began = perf_counter()
        self.silent = False
        kind = frame.msg_type
        whole = frame.fin and self.kind is CONT  # no message begins within another
        if kind is TEXT and whole:
            self.hear_text(frame.get_payload_as_utf8_text)
        elif kind is BINARY and whole:
            self.leg.received(frame.get_payload_as_bytes())
        elif kind is PING:
            if not self.leg.held:  # else what it has sent already would keep the process all the same
                transport.send_pong(frame.get_payload_as_bytes())
        elif kind is CLOSE:
            if frame.payload_size:
                self.ended = frame.get_close_code().value, frame.get_close_reason() or ""
            else:
                self.ended = 1005, ""
            self.say_close(frame.get_payload_as_bytes())  # unless the peer answers with it
            transport.disconnect()
        elif kind in (TEXT, BINARY, CONT):
            self.hear_part(frame)
        if (payer := self.payer) is not None:
            payer.used += perf_counter() - began
            if payer.used > bridge.TURN_SECONDS:
                payer.rest()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.stop_timer()
        self.leg.closed(*self.ended)

    def pause_writing(self) -> None:
        self.leg.congested(True)

    def resume_writing(self) -> None:
        self.leg.congested(False)

    # --- between them ---------------------------------------------------------------------------------------

    def begin(self) -> None:
        """The call may use the socket."""
        raise NotImplementedError

    def hear_text(self, decode: Callable[[], str]) -> None:
        try:
            text = decode()
        except UnicodeDecodeError:
            self.fail(1007, "a text message is not UTF-8")
        else:
            self.leg.received(text)

    def hear_part(self, frame: WSFrame) -> None:
        """Collect a message in fragments. Nothing is kept of them but their content, which has a bound."""
        first = frame.msg_type is not CONT
        if first is (self.kind is not CONT):
            self.fail(1002, "fragments are out of order")
            return
        if first:
            self.kind = frame.msg_type
        self.parts += frame.get_payload_as_bytes()
        if len(self.parts) > self.limit:
            self.fail(1009, "the message is too long")
        elif frame.fin:
            kind, data = self.kind, bytes(self.parts)
            self.kind, self.parts = CONT, bytearray()
            if kind is TEXT:
                self.hear_text(data.decode)
            else:
                self.leg.received(data)

    def fail(self, code: int, reason: str) -> None:
        """The peer broke the protocol."""
        self.say_close(code.to_bytes(2, "big") + reason.encode())
        self.transport.disconnect()

    def say_close(self, payload: bytes) -> None:
        if not self.closing:
            self.closing = True
            self.transport.send(CLOSE, payload)

    def say_ping(self) -> None:
        self.transport.send_ping()

    def abort(self) -> None:
        self.transport.disconnect(graceful=False)


@asynccontextmanager
async def listening(
    make: Callable[[access.Caller], bridge.Call], options: argparse.Namespace
) -> AsyncGenerator[asyncio.Server, None]:
    """A server that makes a call for each caller."""
    calls = switchboard.Calls()
    calls.open(options)

    def accept(asked: WSUpgradeRequest) -> WSUpgradeResponseWithListener:
        request = access.Request(asked.path.decode("latin-1"), access.lowered(asked.headers.items()))
        met = calls.meet(request, options.path)
        if isinstance(met, switchboard.Answer):
            return WSUpgradeResponseWithListener(answer(met), None)
        calls.leave(met)  # for the time until `begin`, in which nobody else is asked
        name = switchboard.subprotocol(request.offered)
        chosen = {"Sec-WebSocket-Protocol": name} if name else {}
        response: WSUpgradeResponse = WSUpgradeResponse.create_101_response(chosen)
        return WSUpgradeResponseWithListener(response, ClientSocket(calls, make, met.name))

    server: asyncio.Server = await ws_create_server(
        accept,
        options.host,
        options.port,
        reuse_port=options.share_port or None,
        start_serving=False,
        websocket_handshake_timeout=None,  # the lobby looks after it
        enable_auto_pong=False,  # a ping is paid for as well
        max_frame_size=bridge.FRAME_BYTES,
        read_buffer_init_size=READ_BYTES,
        logger_name=quiet,
    )
    for each in server.sockets:  # picows makes room for as much as there is: clients inherit the bound
        each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    inside = vars(server)
    make_protocol: Callable[[], object] = inside["_protocol_factory"]  # picows tells of no connection
    inside["_protocol_factory"] = lambda: switchboard.BufferedGuest(calls, make_protocol())
    await server.start_serving()
    try:
        yield server
    finally:
        await calls.linger(options.drain_seconds)
        server.close()
        await calls.drain()
        await server.wait_closed()


class ClientSocket(PicowsSocket):
    """One client."""

    def __init__(
        self, calls: switchboard.Calls, make: Callable[[access.Caller], bridge.Call], name: str
    ) -> None:
        super().__init__(bridge.CLIENT_PING_SECONDS, bridge.FRAME_BYTES)
        self.calls, self.make, self.name = calls, make, name

    def begin(self) -> None:
        transport = self.transport.underlying_transport
        self.calls.lobby.shaken(transport)
        guest = transport.get_protocol()
        assert isinstance(guest, switchboard.BufferedGuest)
        transport.set_protocol(guest.protocol)  # frames go to picows without a detour
        peer = access.address(transport.get_extra_info("peername"))
        self.payer = call = self.make(access.Caller(self.name, peer))
        self.leg = call.client
        self.calls.begin(call, self)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.calls.lobby.leave(transport.underlying_transport)
        super().on_ws_disconnected(transport)


class UpstreamSocket(PicowsSocket):
    """The socket to a server."""

    def __init__(self, leg: bridge.Leg) -> None:
        super().__init__(bridge.UPSTREAM_PING_SECONDS, bridge.OUTBOX_BYTES)
        self.leg = leg

    def begin(self) -> None:
        self.leg.opened(self)


def answer(met: switchboard.Answer) -> WSUpgradeResponse:
    """An answer of HTTP."""
    response: WSUpgradeResponse
    body = met.body.encode()
    if met.status == 200:
        response = WSUpgradeResponse.create_ok_response(body, met.headers)
    else:
        response = WSUpgradeResponse.create_error_response(met.status, body, met.headers)
    return response


def refusal(error: WSInvalidStatusError) -> dialling.HandshakeError:
    """What the server answered."""
    answer = error.response
    if answer is None:
        return dialling.HandshakeError(None)
    after = answer.headers.get("Retry-After")
    return dialling.HandshakeError(answer.status.value, error.raw_body or b"", after)


async def dial(leg: bridge.Leg, url: str, headers: Mapping[str, str]) -> None:
    """Open a socket to the server for a leg. Raises OSError.

    No redirect is followed: it would get the key.
    """
    try:
        await ws_connect(
            lambda: UpstreamSocket(leg),
            url,
            websocket_handshake_timeout=bridge.OPEN_SECONDS,
            enable_auto_pong=False,
            max_frame_size=bridge.OUTBOX_BYTES,
            read_buffer_init_size=READ_BYTES,
            extra_headers=headers,
            max_redirects=0,
            logger_name=quiet,
        )
    except WSInvalidStatusError as error:
        raise refusal(error) from error
    except WSError as error:
        raise dialling.HandshakeError(None) from error


if __name__ == "__main__":
    config, chosen = websockets_proxy.parse()
    launch.start(websockets_proxy.serving(config, chosen, listening, dial), chosen)
