"""The command line's arguments, and the help that explains them."""

from __future__ import annotations

import argparse
from typing import NoReturn

from .. import __version__
from ..config import ClientDialect
from ..openai.dialects import SERVERS
from .events import RULES_HELP
from .hosts import HOSTS, HOSTS_HELP
from .inputs import UserError
from .recording import RECORDING_HELP
from .render import NARROWEST, WIDEST
from .script import SCRIPT_HELP
from .trace import TRACE_HELP

__all__ = ["PROGRAM", "argument_parser"]

PROGRAM = "realtime_translate"
_ABOUT = """\
Translate between Deepgram Voice Agent clients and OpenAI Realtime servers.
These commands show what the library does, without a network: on a simulated server, on recorded
calls, and from its tables; and they write out hosts, which have one. COMMAND --help says more.
"""
_FORMAT_HELP = """\
Formats:
  text    a sequence diagram, one line a step; audio frames and deltas that follow each other
          share a line, which says how many they are and how long they last. Labels that do not
          fit are shortened; what is said and what goes wrong stands below its arrow in full
  jsonl   a header, {"format": "realtime_translate timeline", "version": 1}, then one object a step:
          {"t": seconds, "from": "client|translator|upstream|host", "to": ...,
          "frame": {...} | null, "audio_bytes": n | null, "notice": {...} | null}
          with base64 audio replaced by "<n bytes>"
  mermaid a sequence diagram for pages that draw Mermaid
  html    one page that needs nothing else: what was said, both legs, the response slot, timers
          and Notices along time, and a summary; open it in a browser
Frames of type open, opened and close are the sockets' own events.
"""


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message}; see {self.prog} --help")


def argument_parser() -> argparse.ArgumentParser:
    """The parser of all commands; it raises `UserError`."""
    as_written = argparse.RawDescriptionHelpFormatter
    parser = _Parser(prog=f"python -m {PROGRAM}", description=_ABOUT, formatter_class=as_written)
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    simulate = commands.add_parser(
        "simulate",
        help="run a client script against the simulated server and print every step",
        description="Run a client script against the simulated server on virtual time, and print\n"
        "who sent what to whom and when. Without SCRIPT a built-in sample call runs.",
        epilog=f"{SCRIPT_HELP}\n{_FORMAT_HELP}",
        formatter_class=as_written,
    )
    _fill_simulate(simulate)
    replay = commands.add_parser(
        "replay",
        help="feed a recorded session to a translator and print what it does",
        description="Feed the inputs of a recorded session to a translator. Those of a trace are printed\n"
        "with its outputs; those of a recording must give the outputs that it holds.",
        epilog=f"{TRACE_HELP}\n{RECORDING_HELP}\n{_FORMAT_HELP}",
        formatter_class=as_written,
    )
    _fill_replay(replay)
    _fill_events(commands.add_parser("events", help="print what becomes of each message of both protocols"))
    _fill_hosts(commands.add_parser("hosts", help="write out an example host, ready to run"))
    return parser


def _fill_simulate(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "script", nargs="?", metavar="SCRIPT.jsonl", help="the script; - reads standard input"
    )
    _add_dialect(command, default=None, said="deepgram; component for the sample call")
    command.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help="let the model choose among the orders and delays of real servers; equal seeds choose equally",
    )
    _add_server(command, "the translator has before it", "openai")
    command.add_argument("--model", metavar="NAME", help="of the server, unless Settings name one of its own")
    command.add_argument("--transcription-model", metavar="NAME", help="what the server hears the user with")
    _add_format(command, default="text", said="text")


def _fill_replay(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "trace", metavar="TRACE.jsonl", help="the trace or recording; - reads standard input"
    )
    _add_dialect(command, default="deepgram", said="deepgram")
    _add_server(command, "the trace is of", "by the shape of its session, openai or openai-beta")
    _add_format(command, default=None, said="text; for a recording only whether it is reproduced")


def _add_server(command: argparse.ArgumentParser, what: str, default: str) -> None:
    command.add_argument(
        "--server",
        choices=list(SERVERS),
        metavar="NAME",
        help=f"which server {what}: {', '.join(SERVERS)} (default: {default})",
    )


def _add_dialect(command: argparse.ArgumentParser, *, default: str | None, said: str) -> None:
    command.add_argument(
        "--dialect",
        choices=[dialect.value for dialect in ClientDialect],
        default=default,
        help=f"which messages the client gets (default: {said})",
    )


def _add_format(command: argparse.ArgumentParser, *, default: str | None, said: str) -> None:
    command.add_argument(
        "--format",
        choices=["text", "jsonl", "mermaid", "html"],
        default=default,
        help=f"how to print (default: {said})",
    )
    command.add_argument(
        "--width",
        type=_width,
        metavar="N",
        help="columns of the text format (default: those of the terminal; 80 if the output is none)",
    )
    command.add_argument("--output", metavar="FILE", help="write there instead of to standard output")


def _width(given: str) -> int:
    if not (given.isdecimal() and NARROWEST <= int(given) <= WIDEST):
        raise argparse.ArgumentTypeError(f"{given!r} is not a whole number from {NARROWEST} to {WIDEST}")
    return int(given)


def _fill_events(command: argparse.ArgumentParser) -> None:
    command.description = (
        "Print what becomes of each message of both protocols: translated, approximated, absorbed or refused."
    )
    command.epilog = RULES_HELP
    _add_dialect(command, default=None, said="both")
    command.add_argument("--markdown", action="store_true", help="print it as a page of the documentation")


def _fill_hosts(command: argparse.ArgumentParser) -> None:
    command.description = (
        "Write out one of the example hosts with all that it imports, and say what to install for it."
    )
    command.epilog = HOSTS_HELP
    command.add_argument("name", nargs="?", metavar="NAME", choices=list(HOSTS), help=", ".join(HOSTS))
    command.add_argument("folder", nargs="?", metavar="DIR", default=".", help="where to write it")
