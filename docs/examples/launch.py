"""How a host is started and ended: its options, its log of JSON lines, signals. Copy it along with them."""

from __future__ import annotations

import argparse
import asyncio
import errno
import json
import logging
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from math import inf
from typing import Any, NoReturn

import access
import bounds
import bridge
import dialling
import upstreams
from attrs import evolve

import realtime_translate as rt

# A server that makes a call for each caller, as long as it is entered.
Listening = Callable[
    [Callable[[access.Caller], bridge.Call], argparse.Namespace], AbstractAsyncContextManager[asyncio.Server]
]


LINE_CHARS = 8000  # of a line of the log; of what makes it longer only the most important is kept
VALUE_CHARS, TRACE_CHARS = 500, 4000


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {"time": self.formatTime(record), "level": record.levelname, "message": record.getMessage()}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        entry |= getattr(record, "fields", {})
        line = json.dumps(entry, default=str)
        return line if len(line) <= LINE_CHARS else json.dumps(shortened(entry))


def shortened(entry: Mapping[str, object]) -> dict[str, str]:
    """The beginning of each value, and the end of a traceback, which says what it comes to."""
    texts = {
        name: each if isinstance(each, str) else json.dumps(each, default=str) for name, each in entry.items()
    }
    return {
        name: text[-TRACE_CHARS:] if name == "exception" else text[:VALUE_CHARS]
        for name, text in texts.items()
    }


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
    renew = "open another session with the server when one is lost, and after so long: the call goes on"
    after = partial(checked, "after", float)
    add("--renew-after", type=after, metavar="SECONDS", help=f"{renew} (default: never)")
    renew = "the same, with so many dials in a row, and after 50 minutes if --renew-after does not say"
    add("--renew-attempts", type=partial(checked, "attempts", int), metavar="N", help=f"{renew} (3)")
    other = (
        "when the attempts are used up, this server takes the call, with MODEL and at URL if they are said"
    )
    add("--fallback", action="append", default=[], metavar="NAME[=MODEL][@URL]", help=f"{other}; repeatable")
    drain = "after SIGTERM: how long the calls there are may go on before they are told (default: 0)"
    add("--drain-seconds", type=seconds, default=0.0, metavar="N", help=drain)
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


def checked(name: str, kind: type[float], text: str) -> float:
    """A number for the field `name` of a `Renewal`."""
    try:
        said: dict[str, Any] = {name: kind(text)}
        rt.Renewal(**said)
    except (ValueError, rt.ConfigError) as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return kind(text)


def renewing(config: rt.Config, after: float | str | None, attempts: float | str | None) -> rt.Config:
    """The configuration with renewals, if either is said. Raises ConfigError and ValueError."""
    if not after and not attempts:
        return config
    renewal = config.renewal or rt.Renewal()
    if after:
        renewal = evolve(renewal, after=float(after))
    if attempts:
        renewal = evolve(renewal, attempts=int(attempts))
    return evolve(config, renewal=renewal)


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


def seconds(text: str) -> float:
    """A time on the command line."""
    if not 0 <= (number := float(text)) < inf:
        raise ValueError
    return number


def give_up(why: str) -> NoReturn:
    """The host cannot start like this."""
    print(why, file=sys.stderr)
    raise SystemExit(2)


def check_upstream(server: str | None, url: str) -> str | None:
    """Warn of what is probably not meant. Returns what cannot be."""
    if trouble := dialling.trouble_of(url):
        return trouble
    known = upstreams.KNOWN[server or "openai"]
    for doubt in dialling.doubts(url, [name for name in (known.key, known.token) if name]):
        bridge.log.warning(doubt)
    return None


def start(serving: AbstractAsyncContextManager[asyncio.Server], options: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT, on uvloop where that is installed."""
    loops = import_module("uvloop" if find_spec("uvloop") else "asyncio")
    loops.run(run(serving, options))


async def run(serving: AbstractAsyncContextManager[asyncio.Server], options: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT. Ends the process with 2 if it cannot."""
    log_as_json(options.log_level)
    server = upstreams.of_options(options)
    dialled = {} if getattr(options, "simulate", False) else {options.server: server.url}
    for name, url in {**dialled, **server.others}.items():
        if trouble := check_upstream(name, url):
            give_up(trouble)
    stop = asyncio.Event()
    asyncio.get_running_loop().set_exception_handler(FewFiles())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(reporting(options.otel, options.metrics_port))
            listening = await stack.enter_async_context(serving)
        except access.SetupError as error:
            give_up(str(error))
        except OSError as error:
            give_up(f"cannot listen: {error.strerror}")
        host, port = listening.sockets[0].getsockname()[:2]
        bridge.log.info("listening", extra={"fields": {"url": f"ws://{host}:{port}{options.path}"}})
        await stop.wait()
        bridge.log.info("shutting down")
