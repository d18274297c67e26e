"""Bare relays: what a WebSocket library and a loop cost when frames go through them as they are.

`python -m tests.benchmarks.hosts.relay LIBRARY UPSTREAM PORT` listens there, and dials the server for each
client. Nothing else is done: no pings, no bounds, no end.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any, cast

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import Protocol
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

TARGET = "/v1/realtime?model=gpt-realtime-2.1"


class Peer(asyncio.Protocol):
    """One socket of a relayed call by `websockets`' protocol without I/O."""

    transport: asyncio.Transport

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self.other: Peer | None = None
        self.early: list[Frame] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's has another class

    def data_received(self, data: bytes) -> None:
        self.protocol.receive_data(data)
        for event in self.protocol.events_received():
            if isinstance(event, Frame):
                self.pass_on(event)
            else:
                self.shake_hands(event)

    def pass_on(self, frame: Frame) -> None:
        if self.other is None:
            self.early.append(frame)
        elif frame.opcode is Opcode.TEXT:
            self.other.protocol.send_text(frame.data)
            self.other.flush()
        elif frame.opcode is Opcode.BINARY:
            self.other.protocol.send_binary(frame.data)
            self.other.flush()

    def flush(self) -> None:
        for data in self.protocol.data_to_send():
            self.transport.write(data)

    def shake_hands(self, event: object) -> None:
        """Nothing more to do, at the client's side."""

    def connection_lost(self, exc: Exception | None) -> None:
        if self.other is not None:
            self.other.transport.close()


class Client(Peer):
    """A client: its server is dialled when it comes."""

    def __init__(self, upstream: str) -> None:
        self.server = ServerProtocol(max_size=2**24)
        super().__init__(self.server)
        self.upstream = upstream

    def shake_hands(self, event: object) -> None:
        if isinstance(event, Request):
            self.server.send_response(self.server.accept(event))
            self.flush()
            self.dialling = asyncio.ensure_future(self.dial())

    async def dial(self) -> None:
        uri = parse_uri(self.upstream + TARGET)
        loop = asyncio.get_running_loop()
        protocol = ClientProtocol(uri, max_size=2**24)
        _, upstream = await loop.create_connection(lambda: Peer(protocol), uri.host, uri.port)
        protocol.send_request(protocol.connect())
        upstream.flush()
        while protocol.state.name == "CONNECTING":
            await asyncio.sleep(0.001)
        self.other, upstream.other = upstream, self
        for peer in (self, upstream):
            early, peer.early = peer.early, []
            for frame in early:
                peer.pass_on(frame)


async def sans_io(upstream: str, port: int) -> asyncio.Server:
    """The relay on `websockets`."""
    return await asyncio.get_running_loop().create_server(lambda: Client(upstream), "127.0.0.1", port)


async def picows(upstream: str, port: int) -> asyncio.Server:  # noqa: C901 - a class within
    """The relay on picows."""
    library: Any = import_module("picows")
    text, close = library.WSMsgType.TEXT, library.WSMsgType.CLOSE

    class Listener(library.WSListener):  # type: ignore[misc] # what it is is only known when it is there
        other: Any = None
        transport: Any = None

        def __init__(self, *, dials: bool) -> None:
            self.dials, self.early = dials, list[tuple[Any, bytes]]()

        def on_ws_connected(self, transport: Any) -> None:
            self.transport = transport
            if self.dials:
                self.dialling = asyncio.ensure_future(self.dial())

        async def dial(self) -> None:
            _, other = await library.ws_connect(lambda: Listener(dials=False), upstream + TARGET)
            other.other, self.other = self.transport, other.transport
            for each in (self, other):
                for kind, data in each.early:
                    each.other.send(kind, data)

        def on_ws_frame(self, transport: Any, frame: Any) -> None:
            if frame.msg_type == close:
                transport.disconnect()
            elif self.other is None:
                self.early.append((frame.msg_type, frame.get_payload_as_bytes()))
            elif frame.msg_type == text:
                self.other.send(text, frame.get_payload_as_memoryview())
            else:
                self.other.send(frame.msg_type, frame.get_payload_as_memoryview())

        def on_ws_disconnected(self, transport: Any) -> None:
            if self.other is not None:
                self.other.disconnect()

    server: asyncio.Server = await library.ws_create_server(lambda _: Listener(dials=True), "127.0.0.1", port)
    return server


RELAYS: dict[str, Callable[[str, int], Awaitable[asyncio.Server]]] = {"websockets": sans_io, "picows": picows}


async def main(library: str, upstream: str, port: str) -> None:
    serving = await RELAYS[library](upstream, int(port))
    async with serving:
        await asyncio.Event().wait()


if __name__ == "__main__":
    loops = import_module("uvloop" if find_spec("uvloop") else "asyncio")
    loops.run(main(*sys.argv[1:]))
