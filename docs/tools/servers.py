"""The page of servers, from the rows in `openai/dialects`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, cast

import attrs

from realtime_translate.openai import dialects
from realtime_translate.openai.dialects import (
    COLUMNS,
    OPENAI_GA,
    SERVERS,
    Evidence,
    Sounds,
    UpstreamDialect,
    VoiceObject,
)

from . import fields, on_call
from .docstrings import cell, member_docs

HEAD = """# Servers

Made from the code by `python -m docs.tools`; a test compares.

What this library knows of each server, and how it is known. Give a row to `Config`, and the call keeps to it:

```python
from realtime_translate import Config
from realtime_translate.openai.dialects import SPEACHES

config = Config.deepgram(upstream=SPEACHES, model="my-model")
```

A server that is not here may be a row with changes: [Dialects](dialects.md) says what each column means. What
is not in the table of a server is as in that of OpenAI.

| known as | |
|---|---|"""

COUNTS = """
How many cells of each row are known in which way. A call with a row of which no cell was recorded or read
begins with the Notice `SERVER_UNPROVED`.

| server | row | {grades} |
|---|---|{dashes}|"""

ON_CALL = """
## On call

`python -m tests.servers NAME` of a checkout installs a server, starts it on loopback with stand-ins for its
recogniser, its language model and its voice, and holds these calls with it through
[`websockets_proxy.py`](../examples/websockets_proxy.py) and the Deepgram client. Its protocol, its sessions
and its detection of speech are its own. What came of it:"""


def servers() -> str:
    """The page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield HEAD
    meanings = member_docs(Evidence)
    for grade in Evidence:
        yield f"| {grade.value} | {cell(meanings[grade.name])} |"
    grades = [grade.value for grade in Evidence]
    yield COUNTS.format(grades=" | ".join(grades), dashes="|".join(["---:"] * len(grades)))
    for row in SERVERS.values():
        found = [row.grade(column) for column in COLUMNS]
        counts = " | ".join(str(found.count(grade)) for grade in Evidence)
        yield f"| [{row.name}](#{row.name}) | `{_constant(row)}` | {counts} |"
    for row in SERVERS.values():
        yield from _section(row)
    yield ON_CALL
    yield from on_call.section()


def _constant(row: UpstreamDialect) -> str:
    return next(name for name, value in vars(dialects).items() if value is row)


def _section(row: UpstreamDialect) -> Iterator[str]:
    yield f"\n## {row.name}\n"
    yield fields.meaning(dialects, _constant(row)).rstrip()
    yield "\n| column | | known as |\n|---|---|---|"
    for column in COLUMNS:
        value, usual = getattr(row, column), getattr(OPENAI_GA, column)
        if column == "path" or (row is not OPENAI_GA and value != usual):
            yield f"| `{column}` | {cell(_shown(value, usual))} | {row.grade(column).value} |"


def _shown(value: Any, usual: Any) -> str:
    """A cell; of an object what is not as in GA."""
    if isinstance(value, Sounds):
        formats = ", ".join(f"{each.encoding} {each.rate} (`{each.name}`)" for each in value.carried)
        return formats if value.unsaid == usual.unsaid else f"{formats}; {value.unsaid} where nothing is said"
    kind = cast("type[Any]", type(value))
    if attrs.has(kind):
        names = [each.name for each in attrs.fields(kind)]
        parts = [(name, getattr(value, name), getattr(usual, name)) for name in names]
        return "; ".join(f"{name}: {_shown(one, other)}" for name, one, other in parts if one != other)
    if isinstance(value, Mapping):
        pairs = cast("Mapping[str, object]", value)
        return ", ".join(f"`{key}` → `{each}`" for key, each in pairs.items())
    if isinstance(value, tuple):
        return ", ".join(map(_entry, cast("tuple[object, ...]", value))) or "none"
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    return f"`{value.value if isinstance(value, Enum) else value}`"


def _entry(value: object) -> str:
    """One of several; of voices that are objects how their names look, and what they become."""
    if isinstance(value, VoiceObject):
        return f"`{value.looks}` → `{value.written('…')}`"
    return f"`{value}`"
