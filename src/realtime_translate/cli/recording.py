"""Recordings on the command line: what a `Recorder` wrote, fed to a translator again."""

from __future__ import annotations

import json

from ..recording import RecordingError, ReplayResult, is_header, replay
from .inputs import UserError

__all__ = ["RECORDING_HELP", "is_recording", "reproduce"]

RECORDING_HELP = """\
A recording is what realtime_translate.recording.Recorder wrote. All of its inputs are fed to the translator
that it describes (--dialect and --format are not asked for); the exit code is 1 if anything comes out
differently, and the first difference is printed.
"""


def is_recording(text: str) -> bool:
    """Whether a file is a recording: its first line says so."""
    try:
        return is_header(json.loads(text.lstrip().partition("\n")[0]))
    except (ValueError, RecursionError):
        return False


def reproduce(text: str, source: str) -> ReplayResult:
    """Replay it. Raises `UserError` that names `source`."""
    try:
        return replay(text.split("\n"))
    except RecordingError as error:
        raise UserError(f"{source}: {error}") from None
