"""A proxy with FastAPI: Deepgram Voice Agent clients on an OpenAI Realtime server.

    OPENAI_API_KEY=... uvicorn fastapi_proxy:app --http fastapi_proxy:bounded \\
        --ws-per-message-deflate false

The variables of `starlette_proxy.py` say the same here. That file has the client's socket and the end of the
process, `bridge.py` the calls.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated

import access
import bridge
import outbox
import sockets
import switchboard
import upstreams
from fastapi import Depends, FastAPI, Response, WebSocket
from starlette_proxy import CONFIG, ClientSocket, asked, calls, lifespan, response
from starlette_proxy import bounded as bounded  # for uvicorn

import realtime_translate as rt

PATH = "/v1/agent/converse"
app = FastAPI(title="Voice Agent", lifespan=lifespan)


Met = access.Caller | switchboard.Answer


async def met(websocket: WebSocket) -> AsyncGenerator[Met, None]:
    """Who calls, or what is answered to a client that may not."""
    with calls.placed(calls.admit(asked(websocket))) as found:
        yield found


def configuration(met: Annotated[Met, Depends(met)]) -> rt.Config:
    """The configuration of a call: yours may depend on the caller."""
    return CONFIG


@app.websocket(PATH)
async def converse(
    websocket: WebSocket,
    met: Annotated[Met, Depends(met)],
    config: Annotated[rt.Config, Depends(configuration)],
) -> None:
    """One client."""
    if isinstance(met, switchboard.Answer):
        await websocket.send_denial_response(response(met))
        return
    await websocket.accept(switchboard.subprotocol(websocket.scope["subprotocols"]))
    server = upstreams.of_environment()
    call = bridge.Call(server.config(config), server.url, sockets.dial, met, others=server.others)
    await outbox.hold(calls, ClientSocket(websocket, call))


@app.websocket("/{path:path}")
async def not_found(websocket: WebSocket) -> None:
    await websocket.send_denial_response(response(switchboard.NOT_FOUND))


@app.get("/healthz")
async def health() -> Response:
    """Whether this process takes calls."""
    return response(calls.health())
