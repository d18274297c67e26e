"""Hold the calls with a real server: see `tests/servers/__init__.py`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import datetime, timezone
from pathlib import Path

from docs.tools.on_call import PAGE_DATA, Outcome, Report, stored
from tests.servers.calls import CALLS, Call
from tests.servers.environment import Environment, usual_folder
from tests.servers.models import models
from tests.servers.stands import SERVERS, Server, Stand, free_port

CALL_SECONDS = 90.0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.servers", description=__doc__)
    parser.add_argument("server", choices=list(SERVERS))
    parser.add_argument("--environment", type=Path, metavar="FOLDER", help="of the server (default: a cache)")
    parser.add_argument("--call", action="append", metavar="NAME", help="only this one; may be repeated")
    parser.add_argument("--page", action="store_true", help=f"put the result into {PAGE_DATA}")
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def _hold(call: Call, stand: Stand) -> Outcome:
    stand.proxies.clear()
    try:
        await asyncio.wait_for(call(stand), CALL_SECONDS)
        why = ""
    except (Exception, asyncio.TimeoutError) as error:
        why = f"{type(error).__name__}: {error}".strip()
    about = " ".join((call.__doc__ or "").split())
    outcome = Outcome(call.__name__, about, not why, tuple(sorted(stand.notices())))
    _say(f"{'held' if not why else 'FAILED'}  {outcome.name}  {' '.join(outcome.notices)}  {why}")
    return outcome


async def _hold_all(server: Server, environment: Environment, calls: list[Call]) -> tuple[Outcome, ...]:
    with models() as running:
        stand = Stand(server, running, free_port(), environment.folder / "server.log")
        try:
            await stand.start(environment.python)
            return tuple([await _hold(call, stand) for call in calls])
        finally:
            await stand.kill()


def _main() -> int:
    options = _arguments()
    server = SERVERS[options.server]
    environment = Environment(options.environment or usual_folder(server.name))
    _say(f"the environment: {environment.folder}")
    environment.make(*server.installs)
    version = environment.version(server.package)
    _say(f"{server.package} {version}")
    calls = [call for call in CALLS if not options.call or call.__name__ in options.call]
    outcomes = asyncio.run(_hold_all(server, environment, calls))
    if options.page:
        today = datetime.now(timezone.utc).date().isoformat()
        stored(Report(server.name, version, today, server.about, outcomes))
    return 0 if all(outcome.held for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(_main())
