"""A proxy with FastAPI: Deepgram Voice Agent clients on an OpenAI Realtime server.

    OPENAI_API_KEY=... uvicorn fastapi_proxy:app --ws-per-message-deflate false

The variables of `starlette_proxy.py` name another server. CLIENT_KEY is a key that clients have to show;
without it, all may call. `starlette_proxy.py` has the client's socket and the end of the process, `bridge.py`
the calls.
"""

from __future__ import annotations

import os
import secrets
from typing import Annotated

import bridge
import outbox
import sockets
import switchboard
import upstreams
from fastapi import Depends, FastAPI, Response, WebSocket, WebSocketException
from starlette_proxy import ClientSocket, calls, lifespan

import realtime_translate as rt

CONFIG = rt.Config.deepgram(limits=bridge.LIMITS)
PATH = "/v1/agent/converse"
app = FastAPI(title="Voice Agent", lifespan=lifespan)


def allowed(websocket: WebSocket) -> str | None:
    """The subprotocol to answer with, for a client that may call.

    Clients show their key as `Authorization: Token KEY`; browsers cannot, and offer it as subprotocols.
    """
    offered: list[str] = websocket.scope["subprotocols"]
    shown = websocket.headers.get("authorization", "").partition(" ")[2]
    wanted = os.environ.get("CLIENT_KEY", "").encode()
    if wanted and not any(secrets.compare_digest(each.encode(), wanted) for each in (shown, *offered)):
        raise WebSocketException(1008)  # before the socket is accepted, that is a status of 403
    return switchboard.subprotocol(offered)


def configuration() -> rt.Config:
    """The configuration of a call: yours may depend on the client."""
    return CONFIG


@app.websocket(PATH)
async def converse(
    websocket: WebSocket,
    subprotocol: Annotated[str | None, Depends(allowed)],
    config: Annotated[rt.Config, Depends(configuration)],
) -> None:
    """One client."""
    if calls.stopping:
        await websocket.send_denial_response(Response("shutting down", 503))
        return
    await websocket.accept(subprotocol)
    server = upstreams.of_environment()
    call = bridge.Call(server.config(config), server.url, sockets.dial)
    await outbox.hold(calls, ClientSocket(websocket, call))


@app.websocket("/{path:path}")
async def not_found(websocket: WebSocket) -> None:
    await websocket.send_denial_response(Response("Not Found", 404))


@app.get("/healthz")
async def health(response: Response) -> dict[str, object]:
    """Whether this process takes calls, and how many it has."""
    response.status_code, body = calls.health()
    return body
