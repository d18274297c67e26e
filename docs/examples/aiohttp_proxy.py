"""A proxy with aiohttp: Deepgram Voice Agent clients on an OpenAI Realtime server.

    OPENAI_API_KEY=... python aiohttp_proxy.py

`bridge.py` holds the calls, `outbox.py` their clients' side; this file has the routes, the client's socket as
aiohttp has it, and the options. An application of your own takes the routes of `application`, and awaits
`calls.drain()` in `on_shutdown`.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import access
import bridge
import launch
import outbox
import sockets
import switchboard
import upstreams
from aiohttp import ClientConnectionResetError, WSMsgType, web

import realtime_translate as rt

CONFIG = rt.Config.deepgram(limits=bridge.LIMITS)
calls = switchboard.Calls()


class ClientSocket(outbox.QueuedSocket):
    """aiohttp's socket, as a call wants it."""

    gone = (ClientConnectionResetError,)

    def __init__(
        self, websocket: web.WebSocketResponse, call: bridge.Call, transport: asyncio.Transport | None
    ) -> None:
        super().__init__(call)
        self.websocket, self.transport = websocket, transport
        self.reader: asyncio.Task[object] | None = None

    async def next(self) -> str | bytes | None:
        self.reader = asyncio.current_task()
        message = await self.websocket.receive()
        if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
            data: str | bytes = message.data
            return data
        self.ended(self.websocket.close_code or 1006, message.extra or "")
        return None

    async def say(self, frame: str | bytes) -> None:
        if isinstance(frame, str):
            await self.websocket.send_str(frame)
        else:
            await self.websocket.send_bytes(frame)

    async def hang_up(self, code: int, reason: str) -> None:
        if self.reader is not None:  # as long as it reads, aiohttp does not wait for the client's close
            self.reader.cancel()
            await asyncio.wait([self.reader])
        await self.websocket.close(code=code, message=reason.encode())
        self.ended(self.websocket.close_code or 1006, "")

    def abort(self) -> None:
        if self.transport is not None:
            self.transport.abort()


def configuration(caller: access.Caller) -> rt.Config:
    """The configuration of a call: yours may depend on the caller."""
    return CONFIG


def asked(request: web.Request) -> access.Request:
    """What the client says, for `access.py`."""
    where = request.get_extra_info
    peer, local = access.address(where("peername")), access.host_of(where("sockname"))
    return access.Request(request.raw_path, access.lowered(request.headers.items()), peer, local)


def response(answer: switchboard.Answer) -> web.Response:
    return web.Response(text=answer.body, status=answer.status, headers=answer.headers)


def application(options: argparse.Namespace) -> web.Application:
    """The routes."""
    server = upstreams.of_options(options)

    async def converse(request: web.Request) -> web.StreamResponse:
        """One client."""
        met = calls.admit(wanted := asked(request))
        if isinstance(met, switchboard.Answer):
            return response(met)
        name = switchboard.subprotocol(wanted.offered)
        websocket = web.WebSocketResponse(
            protocols=[name] if name else [],
            heartbeat=bridge.CLIENT_PING_SECONDS,
            max_msg_size=bridge.FRAME_BYTES,
            timeout=bridge.CLOSE_SECONDS,
            compress=False,
        )
        with calls.placed(met):
            transport = request.transport
            await websocket.prepare(request)
            if transport is not None:  # else the client has left
                calls.lobby.shaken(transport)
            config = server.config(configuration(met))
            config = launch.renewing(config, options.renew_after, options.renew_attempts)
            call = bridge.Call(config, server.url, sockets.dial, met, others=server.others)
            await outbox.hold(calls, ClientSocket(websocket, call, transport))
        return websocket

    async def health(_request: web.Request) -> web.Response:
        return response(calls.health())

    app = web.Application()
    app.add_routes([web.get(options.path, converse), web.get("/healthz", health)])
    return app


@asynccontextmanager
async def serving(options: argparse.Namespace) -> AsyncGenerator[asyncio.Server, None]:
    """The running proxy. At the end it takes no more calls, and those it has are told and drained."""
    calls.open(options)
    app = application(options)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=bridge.CLOSE_SECONDS)
    await runner.setup()
    make = runner.server
    assert make is not None
    loop, share = asyncio.get_running_loop(), options.share_port or None
    server = await loop.create_server(
        lambda: switchboard.StreamGuest(calls, make()), options.host, options.port, reuse_port=share
    )
    try:
        yield server
    finally:
        await calls.linger(options.drain_seconds)
        server.close()
        await calls.drain()
        await runner.cleanup()


if __name__ == "__main__":
    chosen = launch.parsed(launch.common_options(__doc__, 8765, "/v1/agent/converse"))
    launch.start(serving(chosen), chosen)
