"""The command line: its commands, its output and its errors."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from typing import Protocol, TextIO

from ..config import ClientDialect, Config, ConfigFields
from ..errors import ConfigError
from ..openai.dialects import SERVERS
from ..standing import SessionState
from .arguments import PROGRAM, argument_parser
from .coverage import COVERAGE
from .events import as_page, as_table
from .hosts import listed, write
from .inputs import UserError, read_call
from .mermaid import as_mermaid
from .progress import with_progress
from .recording import Drawing, is_recording, reproduce
from .render import NARROWEST, STANDARD_WIDTH, as_jsonl, as_text
from .replay import Replay
from .script import parse_script
from .simulate import Simulation
from .steps import Step
from .timeline import as_html
from .trace import read_trace

__all__ = ["main"]

_SAMPLE = "sample.jsonl"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code: 1 for a recording that was not reproduced, 2 for a mistake
    of the user.

    `arguments` are those of the process by default.
    """
    try:
        options, unknown = argument_parser().parse_known_args(arguments)
        if unknown:
            help_command = f"python -m {PROGRAM} {options.command} --help"
            raise UserError(f"unrecognized arguments: {' '.join(unknown)}; see {help_command}")
        return _COMMANDS[options.command](options)
    except UserError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _discard_output()  # whoever read it has enough
    except OSError as error:
        _discard_output()
        print(f"{PROGRAM}: cannot write: {error.strerror or error}", file=sys.stderr)
        return 2
    return 0


def _simulate(options: argparse.Namespace) -> int:
    if options.script is None:
        source, text = _SAMPLE, _sample()
    else:
        source, text = options.script, read_call(options.script, "a script")
        if is_recording(text):
            raise UserError(f"{source} is a recording: give it to replay")
    dialect = options.dialect or ("component" if options.script is None else "deepgram")
    simulation = Simulation(parse_script(text, source), _config(dialect, options), options.seed)
    _write_call(simulation, source, options)
    for broken in simulation.violations:
        message = f"at {broken.at:.3f} s rule {broken.rule} of the server was broken: {broken.message}"
        print(f"{PROGRAM}: {message}", file=sys.stderr)
    return 0


def _sample() -> str:
    package = __name__.rpartition(".")[0]
    return files(package).joinpath(_SAMPLE).read_text(encoding="utf-8")


def _replay(options: argparse.Namespace) -> int:
    text = read_call(options.trace, "a trace or a recording")
    if is_recording(text):
        return _reproduce(text, options)
    trace = read_trace(text, options.trace)
    server = None if options.server is None else SERVERS[options.server]
    replay = Replay(trace, ClientDialect(options.dialect), server)
    if not replay.has_inputs:
        message = "holds only what a server sent to its client: there is nothing to feed to a translator"
        print(f"{PROGRAM}: {options.trace} {message}", file=sys.stderr)
        return 0
    _write_call(replay, options.trace, options)
    for note in replay.notes:
        print(f"{PROGRAM}: {note}", file=sys.stderr)
    return 0


def _reproduce(text: str, options: argparse.Namespace) -> int:
    if options.format is None:
        result = reproduce(text, options.trace)
        with _opened(options.output) as stream:
            stream.write(f"{result}\n")
    else:
        drawing = Drawing()
        result = reproduce(text, options.trace, drawing.add)
        _write_call(drawing, options.trace, options)
        print(f"{PROGRAM}: {result}", file=sys.stderr)
    return 0 if result.same else 1


def _events(options: argparse.Namespace) -> int:
    rows = [row for row in COVERAGE if options.dialect in (None, row.dialect)]
    with _opened(None) as stream:
        stream.writelines(f"{line}\n" for line in (as_page if options.markdown else as_table)(rows))
    return 0


def _hosts(options: argparse.Namespace) -> int:
    with _opened(None) as stream:
        lines = listed() if options.name is None else write(options.name, options.folder)
        stream.writelines(f"{line}\n" for line in lines)
    return 0


def _discard_output() -> None:
    """Let what Python still flushes at exit go nowhere: it must not fail a second time."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


_COMMANDS = {"simulate": _simulate, "replay": _replay, "events": _events, "hosts": _hosts}


def _config(dialect: str, options: argparse.Namespace) -> Config:
    """Raises UserError for what no server has."""
    changes: ConfigFields = {}
    if options.server is not None:
        changes["upstream"] = SERVERS[options.server]
    if options.model is not None:
        changes["model"] = options.model
    if options.transcription_model is not None:
        changes["transcription_model"] = options.transcription_model
    try:
        return Config(ClientDialect(dialect), **changes)
    except ConfigError as error:
        raise UserError(str(error)) from None


class _Shown(Protocol):
    """A call that can be run and looked at."""

    @property
    def states(self) -> Sequence[tuple[float, SessionState]]: ...

    def run(self) -> Iterator[Step]: ...


def _write_call(call: _Shown, name: str, options: argparse.Namespace) -> None:
    steps = call.run()
    with _opened(getattr(options, "output", None)) as stream:
        # On a terminal the steps themselves show that the run is alive.
        if sys.stderr.isatty() and not stream.isatty():
            steps = with_progress(steps, sys.stderr)
        if options.format == "html":
            lines = as_html(steps, call.states, os.path.basename(name))
        elif options.format in _BY_STEP:
            lines = _BY_STEP[options.format](steps)
        else:
            lines = as_text(steps, options.width or _width_of(stream))
        stream.writelines(f"{line}\n" for line in lines)


_BY_STEP = {"jsonl": as_jsonl, "mermaid": as_mermaid}
_WIDE_ENOUGH = 132
"""Arrows that are longer than this makes them are harder to follow."""


def _width_of(stream: TextIO) -> int:
    """How wide a diagram on `stream` is: as wide as the terminal, where it is one."""
    if not stream.isatty():
        return STANDARD_WIDTH
    return min(max(shutil.get_terminal_size().columns, NARROWEST), _WIDE_ENOUGH)


@contextmanager
def _opened(path: str | None) -> Generator[TextIO, None, None]:
    """The file to write to, standard output for None: UTF-8, whatever the locale says. What is no text in it
    is written as escapes.
    """
    if path is None:
        stdout: TextIO | None = sys.stdout
        if stdout is None:
            raise UserError("cannot write: standard output is closed")
        reconfigure = getattr(stdout, "reconfigure", None)  # what stands in for standard output may lack it
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
        yield stdout
        stdout.flush()
        return
    try:
        stream = open(path, "w", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror or error}") from None
    with stream:
        yield stream
