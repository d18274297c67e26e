"""How a host is started and ended: its options, its log of JSON lines, signals. Copy it along with them."""

from __future__ import annotations

import argparse
import asyncio
import errno
import json
import logging
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import access
import bounds
import bridge
import upstreams

# A server that makes a call for each caller, as long as it is entered.
Listening = Callable[
    [Callable[[access.Caller], bridge.Call], argparse.Namespace], AbstractAsyncContextManager[asyncio.Server]
]


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {"time": self.formatTime(record), "level": record.levelname, "message": record.getMessage()}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps({**entry, **getattr(record, "fields", {})}, default=str)


def log_as_json(level: str) -> None:
    """Only the logger of the calls gets the level: in that of `websockets` are headers and frames."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    bridge.log.setLevel(level.upper())


@asynccontextmanager
async def reporting(events: bool, metrics_port: int | None) -> AsyncGenerator[None, None]:
    """Emit Notices as OpenTelemetry events, and serve metrics on that port, with the files for it."""
    async with AsyncExitStack() as stack:
        stack.callback(bridge.observers.clear)
        if events:
            bridge.observers.append(import_module("telemetry").observe)
        if metrics_port is not None:
            module = import_module("metrics")
            counted = module.Metrics()
            bridge.observers.append(counted.observe)
            server = await stack.enter_async_context(module.serving(counted, metrics_port))
            bridge.log.info("metrics", extra={"fields": {"port": server.sockets[0].getsockname()[1]}})
        yield


def common_options(about: str | None, port: int, path: str) -> argparse.ArgumentParser:
    """What `listening` and `run` need on the command line."""
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=about, formatter_class=plain)
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="to listen on (default: %(default)s)")
    add("--port", type=int, default=port, help="to listen on; 0: a free one (default: %(default)s)")
    add("--share-port", action="store_true", help="with other processes: each takes its part of the calls")
    add("--path", default=path, help="where clients connect (default: %(default)s)")
    names = f"which server answers: {', '.join(upstreams.KNOWN)} (default: openai)"
    add("--server", choices=list(upstreams.KNOWN), metavar="NAME", help=names)
    add("--upstream", metavar="URL", help="where it is, without the path (default: its usual place)")
    add("--model", metavar="NAME", help="of the server (default: its usual one)")
    add("--transcription-model", metavar="NAME", help="what it hears the user with (default: its usual one)")
    add("--log-level", choices=["debug", "info", "warning", "error"], default="info", help="of the Notices")
    add("--otel", action="store_true", help="emit Notices as OpenTelemetry events too")
    add("--metrics-port", type=int, metavar="PORT", help="serve /metrics there, on the loopback address")
    access.add_options(parser)
    bounds.add_options(parser)
    return parser


def parsed(parser: argparse.ArgumentParser, arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """What the command line says. Ends the process if it lacks something that the server needs."""
    options = parser.parse_args(arguments)
    try:
        upstreams.of_options(options)
    except ValueError as error:
        parser.error(str(error))
    return options


def from_environment() -> argparse.Namespace:
    """What variables say where another program has the command line."""
    return common_options(None, 0, "/").parse_args([])


class FewFiles:
    """What happens when no file is left for another connection: that is logged, but not for each of them."""

    def __init__(self) -> None:
        self.told = -1.0  # when it was logged last

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error: BaseException | None = context.get("exception")
        if error is not None and not isinstance(error, OSError):
            error = error.__context__  # aiofastnet, which picows uses, fails once more at this
        if not (isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)):
            loop.default_exception_handler(context)
        elif loop.time() - self.told > 1:
            self.told = loop.time()
            bridge.log.error("a client cannot connect", extra={"fields": {"error": error.strerror}})


def start(serving: AbstractAsyncContextManager[asyncio.Server], options: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT, on uvloop where that is installed."""
    loops = import_module("uvloop" if find_spec("uvloop") else "asyncio")
    loops.run(run(serving, options))


async def run(serving: AbstractAsyncContextManager[asyncio.Server], options: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT. Ends the process if a port is taken."""
    log_as_json(options.log_level)
    stop = asyncio.Event()
    asyncio.get_running_loop().set_exception_handler(FewFiles())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(reporting(options.otel, options.metrics_port))
            server = await stack.enter_async_context(serving)
        except access.SetupError as error:
            print(error, file=sys.stderr)
            raise SystemExit(2) from None
        except OSError as error:
            raise SystemExit(f"cannot listen: {error.strerror}") from None
        host, port = server.sockets[0].getsockname()[:2]
        bridge.log.info("listening", extra={"fields": {"url": f"ws://{host}:{port}{options.path}"}})
        await stop.wait()
        bridge.log.info("shutting down")
