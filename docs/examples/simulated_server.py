"""The simulated OpenAI Realtime server behind a real WebSocket: to try out and test hosts without a key.

    python simulated_server.py                      # ws://127.0.0.1:8766/v1/realtime
    python simulated_server.py --script call.jsonl  # it says what the script says
    python simulated_server.py --server xai         # it speaks as that server does

Any client of the Realtime API can talk to it. Every connection is a session of its own that keeps the rules
of the real server, and answers what breaks them with the errors of the real server. Every sound is speech to
it, and its voice is a hum. It takes any API key, so it belongs on a loopback address.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import secrets
import signal
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from realtime_translate.openai.dialects import SERVERS
from realtime_translate.testing import RealtimeServer, ServerScript

PATHS = {urlsplit(row.path).path for row in SERVERS.values()}
log = logging.getLogger("simulated_server")


def model_of(script: ServerScript, name: str, server: str = "openai") -> RealtimeServer:
    """A new session with the model called `name`, which speaks as `server` does. Every session plays the
    script from its beginning.
    """
    return script.server(
        clock=asyncio.get_running_loop().time,
        new_id=lambda: secrets.token_hex(8),
        model=name,
        dialect=server,
    )


async def hold_session(socket: ServerConnection, model: RealtimeServer) -> None:
    """One session, from its `session.created` to the close of either side. The model's deadlines are kept."""
    loop = asyncio.get_running_loop()
    frames = model.opened()
    while True:
        for frame in frames:
            await socket.send(frame)
        if model.closed is not None:
            await socket.close(*model.closed)
            return
        deadline = model.next_deadline
        patience = None if deadline is None else max(0.0, deadline - loop.time())
        try:
            frames = model.receive(await asyncio.wait_for(socket.recv(), patience))
        except asyncio.TimeoutError:
            frames = model.handle_timeout()


def respond(socket: ServerConnection, request: Request) -> Response | None:
    """Sessions are where servers have them; `/healthz` says that the server is up."""
    path = urlsplit(request.path).path
    if path == "/healthz":
        return socket.respond(HTTPStatus.OK, "OK\n")
    return None if path in PATHS else socket.respond(HTTPStatus.NOT_FOUND, "Not Found\n")


@asynccontextmanager
async def serving(
    make: Callable[[str], RealtimeServer], host: str = "127.0.0.1", port: int = 0
) -> AsyncGenerator[Server, None]:
    """The running server. `make` gets the model's name in the URL, and makes what answers a connection.
    Ends the process if the port is taken.
    """

    async def handle(socket: ServerConnection) -> None:
        query = parse_qs(urlsplit(socket.request.path).query) if socket.request else {}
        model = make(query.get("model", ["gpt-realtime-2.1"])[0])
        try:
            await hold_session(socket, model)
        except ConnectionClosed:
            log.info("the client closed its socket with %s", socket.close_code)
        for violation in model.violations:
            if violation.answered:
                log.warning("the client broke a rule: %s: %s", violation.code, violation.message)

    limit = 16 * 2**20  # an append may hold 15 MiB of audio
    listen = partial(serve, process_request=respond, max_size=limit, compression=None)
    try:
        server: Server = await listen(handle, host, port)
    except OSError as error:
        print(f"cannot listen: {error.strerror}", file=sys.stderr)
        raise SystemExit(2) from None
    try:
        yield server
    finally:
        server.close()
        await server.wait_closed()


async def main(options: argparse.Namespace, script: ServerScript) -> None:
    """Serve until SIGTERM or SIGINT; then sessions are closed with 1001."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    path = urlsplit(SERVERS[options.server].path).path

    def make(name: str) -> RealtimeServer:
        return model_of(script, name, options.server)

    async with serving(make, options.host, options.port) as server:
        host, port = server.sockets[0].getsockname()[:2]
        log.info("listening on ws://%s:%s%s", host, port, path)
        await stop.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8766, help="0 takes a free one (default: %(default)s)")
    parser.add_argument(
        "--script",
        type=Path,
        metavar="FILE",
        help='JSON lines like {"reply": [{"say": "Hi."}]}: the "reply", "heard" and "server" lines that'
        " `python -m realtime_translate simulate --help` describes; it passes over the others",
    )
    names = f"how it speaks: {', '.join(SERVERS)} (default: %(default)s)"
    parser.add_argument("--server", choices=list(SERVERS), metavar="NAME", default="openai", help=names)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("websockets").setLevel(logging.WARNING)
    try:
        text = arguments.script.read_text("utf-8") if arguments.script else ""
        chosen = ServerScript.parse(text)
    except OSError as problem:
        parser.error(str(problem))
    except ValueError as problem:
        parser.error(f"{arguments.script}, {problem}")
    asyncio.run(main(arguments, chosen))
