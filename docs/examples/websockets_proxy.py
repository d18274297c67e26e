"""A proxy with asyncio and `websockets`: Deepgram Voice Agent clients on an OpenAI Realtime server.

    OPENAI_API_KEY=... python websockets_proxy.py
    python websockets_proxy.py --simulate       # without a key: a simulated server answers

`bridge.py` holds the calls and `sockets.py` their sockets; this file has the options.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import access
import bridge
import launch
import sockets
import upstreams
from attrs import evolve

import realtime_translate as rt
from realtime_translate.testing import RealtimeServer


def configuration(caller: access.Caller, config: rt.Config) -> rt.Config:
    """The configuration of a call, with that of the options: yours may depend on the caller."""
    return config


@asynccontextmanager
async def serving(
    config: rt.Config,
    options: argparse.Namespace,
    listening: launch.Listening = sockets.listening,
    dial: bridge.Dial = sockets.dial,
) -> AsyncGenerator[asyncio.Server, None]:
    """The running proxy. At the end it takes no more calls, and those it has are told and drained."""
    async with AsyncExitStack() as stack:
        server = upstreams.of_options(options)
        upstream = server.url
        if options.simulate:
            upstream = await stack.enter_async_context(simulated(options.server or "openai"))
        early = options.dial == "early"
        yield await stack.enter_async_context(
            listening(
                lambda caller: bridge.Call(
                    configuration(caller, config), upstream, dial, caller, early=early, others=server.others
                ),
                options,
            )
        )


@asynccontextmanager
async def simulated(server: str) -> AsyncGenerator[str, None]:
    """The URL of a simulated server in this process, which speaks as the one of that name."""
    import simulated_server  # to be copied as well by those who want to simulate

    def make(name: str) -> RealtimeServer:
        clock = asyncio.get_running_loop().time
        return RealtimeServer(clock=clock, new_id=lambda: secrets.token_hex(8), model=name, dialect=server)

    async with simulated_server.serving(make) as running:
        yield f"ws://127.0.0.1:{running.sockets[0].getsockname()[1]}"


def parse(arguments: Sequence[str] | None = None) -> tuple[rt.Config, argparse.Namespace]:
    """What the command line says."""
    parser = launch.common_options(__doc__, 8765, "/v1/agent/converse")
    add = parser.add_argument
    add("--simulate", action="store_true", help="a simulated server in this process is the upstream")
    add("--dialect", choices=["deepgram", "component"], default="deepgram", help="of the clients")
    modes = ["manual", "server_vad", "settings"]
    add("--turn-detection", choices=modes, default="settings", help="(default: as Settings say)")
    add("--commit-ceiling-ms", type=int, metavar="N", help="manual: commit at the latest after N ms of audio")
    modes = [mode.value for mode in rt.GreetingMode]
    add("--greeting", choices=modes, default="text", help="what becomes of it (default: %(default)s)")
    defer = "how long a response after function calls may wait for the end of the one before"
    add("--deferred-response-timeout-ms", type=int, default=20000, metavar="N", help=defer)
    when = "dial when the client comes, or when it sends Settings (default: early for the component dialect)"
    add("--dial", choices=["early", "on-settings"], help=when)
    margin = "component: let the server's idle timeout run out so long after that of the client"
    add("--idle-margin", type=float, default=0.0, metavar="SECONDS", help=f"{margin} (default: 0)")
    options = launch.parsed(parser, arguments)
    if options.dial is None:
        options.dial = "early" if options.dialect == "component" else "on-settings"
    if options.commit_ceiling_ms is not None and options.turn_detection != "manual":
        parser.error("--commit-ceiling-ms needs --turn-detection manual")
    try:
        return upstreams.of_options(options).config(config_of(options)), options
    except rt.ConfigError as error:
        parser.error(str(error))


def config_of(options: argparse.Namespace) -> rt.Config:
    """What the options say of each call. Raises ConfigError where they are out of range."""
    ceiling = options.commit_ceiling_ms
    turns: Mapping[str, rt.ManualCommit | rt.ServerVad] = {
        "manual": rt.ManualCommit(ceiling=None if ceiling is None else ceiling / 1000),
        "server_vad": rt.ServerVad(),
    }
    config = rt.Config(
        rt.ClientDialect(options.dialect),
        turn_detection=turns.get(options.turn_detection, rt.FROM_SETTINGS),
        greeting=rt.GreetingMode(options.greeting),
        idle_timeout_margin=options.idle_margin,
        limits=evolve(bridge.LIMITS, follow_up_timeout=options.deferred_response_timeout_ms / 1000),
    )
    return launch.renewing(config, options.renew_after, options.renew_attempts)


if __name__ == "__main__":
    chosen = parse()
    launch.start(serving(*chosen), chosen[1])
