"""The page of Notices and of the codes that reach a client, from the code."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from realtime_translate import LocalProtocolError, recording
from realtime_translate.deepgram import ErrorCode, WarningCode
from realtime_translate.notices import NOTICES

from .docstrings import cell, member_docs

HEAD = """# Notices and codes

Made from the code by `python -m docs.tools`; a test compares.

## Notices

A `Notice` says why something was deferred, left out, clamped, dropped or approximated. Its code is stable,
its level is one of `logging`'s, the words in braces are its `fields`. None carries what was said, audio or a
secret. Marks such as T2 name [rules](rules.md). [Troubleshooting](../how-to/troubleshooting.md) says what to
do about the warnings.

| code | level | message |
|---|---|---|"""

ERRORS = """
## Errors that a Deepgram client may get

`Error{code, description}`: the session is over. Codes without a remark mean what they mean at Deepgram. The
component's dialect gets codes of its own in lower case, and for what comes from upstream the server's.

| code | |
|---|---|"""

WARNINGS = """
## Warnings that a Deepgram client may get

`Warning{code, description}`: the session goes on. An upstream `error` that does not end the call becomes a
Warning with the server's code.

| code | |
|---|---|"""

RAISED = """
## What a mistake of the host raises

Each is a `LocalProtocolError` with a stable `code`; its message says what to do instead. Nothing that a peer
sends raises.

| exception | code | |
|---|---|---|"""


def notices() -> str:
    """The page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield HEAD
    for code, (level, sentence) in NOTICES.items():
        yield f"| `{code}` | {level.value} | {cell(sentence)} |"
    for head, codes in ((ERRORS, ErrorCode), (WARNINGS, WarningCode)):
        yield head
        yield from _codes(codes)
    yield RAISED
    assert issubclass(recording.RecordingError, LocalProtocolError)  # known only once its module is
    for kind in sorted(LocalProtocolError.__subclasses__(), key=lambda each: each.__name__):
        yield f"| `{kind.__name__}` | `{kind.code}` | {cell(kind.__doc__ or '')} |"


def _codes(codes: type[Enum]) -> Iterator[str]:
    remarks = member_docs(codes)
    for code in codes:
        yield f"| `{code.value}` | {cell(remarks.get(code.name, ''))} |"
