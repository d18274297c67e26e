"""The page of `Config` and what it is made of, from the code."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from enum import Enum
from textwrap import dedent

from attrs import NOTHING, Attribute, Factory, fields

from realtime_translate import (
    ClientDialect,
    Config,
    ContextMode,
    GreetingMode,
    Limits,
    ManualCommit,
    SemanticVad,
    ServerVad,
    SilenceKeepalive,
    Voices,
)

from .docstrings import cell, member_docs, prose

HEAD = """# Configuration

Made from the code by `python -m docs.tools`; a test compares.

`Config` is frozen and checked when it is built: what cannot work raises `ConfigError`. `Config.deepgram()` is
for any Deepgram Voice Agent client, `Config.component()` for the React component's dialect; both take every
field below as a keyword. Marks such as T2 name [rules](rules.md).
"""

# What the docstrings of these say in one piece: how a field is to be read is told beside the class.
REMARKS = {
    "dialect": "Which messages the client gets and may send.",
    "upstream": "The server's row of `UpstreamDialect`: `OPENAI_GA`, `AZURE_GA` or one of your own.",
    "turn_detection": "Who commits the user's audio. `FROM_SETTINGS`: Settings and the dialect decide.",
    "greeting": "What becomes of `agent.greeting`.",
    "context": "How `agent.context.messages` reach the model.",
    "voices": "Which upstream voice stands for a Deepgram voice.",
    "model": "The model to dial unless Settings name a realtime model.",
    "limits": "Every bound and every timeout.",
}


def configuration() -> str:
    """The page."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield HEAD
    yield from _fields(Config, REMARKS)
    for choice in (ClientDialect, GreetingMode, ContextMode):
        yield f"## {choice.__name__}\n\n{prose(choice.__doc__ or '')}\n\n| member | |\n|---|---|"
        docs = member_docs(choice)
        for member in choice:
            yield f"| `{choice.__name__}.{member.name}` | {cell(docs.get(member.name, ''))} |"
        yield ""
    for part in (ManualCommit, ServerVad, SemanticVad, SilenceKeepalive, Voices, Limits):
        yield f"## {part.__name__}\n\n{prose(part.__doc__ or '')}\n"
        yield from _fields(part, {})


def _fields(owner: type, remarks: dict[str, str]) -> Iterator[str]:
    docs = {**remarks, **member_docs(owner)}
    explained = any(each.name in docs for each in fields(owner))
    yield "| field | default | |\n|---|---|---|" if explained else "| field | default |\n|---|---|"
    for each in fields(owner):
        remark = f" {cell(docs.get(each.name, ''))} |" if explained else ""
        yield f"| `{each.name}` | {_default(owner, each)} |{remark}"
    yield ""


def _default(owner: type, each: Attribute[object]) -> str:
    """As it is written in the code, where that is more telling than the value."""
    if isinstance(each.default, Factory):  # type: ignore[arg-type]
        made = each.default.factory()  # type: ignore[union-attr]
        return f"`{made!r}`" if not made else f"`{type(made).__name__}()`"
    assert each.default is not NOTHING
    if isinstance(each.default, Enum):
        return f"`{type(each.default).__name__}.{each.default.name}`"
    if isinstance(each.default, (bool, type(None), str)):
        return f"`{each.default!r}`"
    return f"`{_source(owner, each.name)}`"


def _source(owner: type, name: str) -> str:
    (tree,) = ast.parse(dedent(inspect.getsource(owner))).body
    assert isinstance(tree, ast.ClassDef)
    for line in tree.body:
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and line.target.id == name:
            return ast.unparse(line.value) if line.value is not None else ""
    raise LookupError(name)
