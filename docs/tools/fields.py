"""What the reference says of public names, from their source: fields, signatures, what a constant means.

Annotations are shown as the source has them, `ClientMessage` and not the classes that it stands for.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from enum import Enum
from functools import cache
from importlib import import_module
from textwrap import dedent
from types import ModuleType
from typing import Any, NamedTuple

import attrs

from realtime_translate.wire.base import WireMessage, WireObject, wire_name

from .docstrings import docs_of, member_docs

Definition = ast.FunctionDef | ast.ClassDef

REPEATED = {
    "event_id": "The id of this event; an `error` that answers an event of a client names it.",
    "response_id": "The response that the event belongs to.",
    "item_id": "The item that the event belongs to.",
    "output_index": "The place of the item among those of the response, from 0.",
    "content_index": "The place of the part in the item, from 0.",
}
"""What fields of events mean that many classes have: told here once. A docstring of the class comes first."""

_ALIASES = {"Json": "object", "JsonObject": "Mapping[str, object]"}
_ABSENT = {"Omissible": "may be absent", "Nullable": "may be absent or null"}


class Field(NamedTuple):
    """A field as the reference shows it."""

    name: str
    type: str
    given: str
    """Whether it is required, and else its default."""
    doc: str


# --- classes ------------------------------------------------------------------------------------------------


def described(owner: type) -> Iterator[str]:
    """Lines of reStructuredText below the docstring of an attrs class: its fields and its bounds."""
    listed = list(fields(owner))
    yield ""
    if issubclass(owner, WireMessage):
        yield f"*On the wire:* ``{owner.type}``."
    if issubclass(owner, WireObject) and owner.at_most:
        most = ", ".join(f"{count} ``{'.'.join(path)}``" for path, count in owner.at_most.items())
        yield f"*At most:* {most}."
    yield ""
    for each in listed:
        yield f":ivar {each.name}: {each.doc}"
        yield f":vartype {each.name}: {each.type}, {each.given}"


def fields(owner: type) -> Iterator[Field]:
    """The public fields of an attrs class in order. `extra` is the same in every message, and left out."""
    parameters = inspect.signature(owner).parameters
    for each in attrs.fields(owner):
        if each.name == "extra" or each.name.startswith("_"):
            continue
        home = next(base for base in owner.__mro__ if each.name in _annotated(base))
        line = _annotated(home)[each.name]
        docs = (member_docs(base).get(each.name) for base in owner.__mro__ if _annotated(base))
        doc = next(filter(None, docs), "") or REPEATED.get(each.name, "")
        other = wire_name(each)
        doc = doc if other == each.name else f"{doc} On the wire: ``{other}``."
        kind, absent = _type(line.annotation)
        given = absent or _default(line.value, parameters[each.name].default)
        yield Field(each.name, kind, given, " ".join(doc.split()))


@cache
def _annotated(owner: type) -> dict[str, ast.AnnAssign]:
    if owner.__module__.partition(".")[0] != "realtime_translate":
        return {}
    return {
        line.target.id: line
        for line in _definition(owner).body
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)
    }


def _type(annotation: ast.expr) -> tuple[str, str]:
    """A type without `Omissible` and `Nullable`, and what these say."""
    absent = ""
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) in _ABSENT:
        absent = _ABSENT[ast.unparse(annotation.value)]
        annotation = annotation.slice
    text = ast.literal_eval(annotation) if isinstance(annotation, ast.Constant) else ast.unparse(annotation)
    return re.sub(r"\b(Json|JsonObject)\b", lambda name: _ALIASES[name[0]], str(text)), absent


def _default(value: ast.expr | None, otherwise: object) -> str:
    """What a field is if it is not given, as its line in the class has it, or else the constructor."""
    if isinstance(value, ast.Call):
        given = {each.arg: each.value for each in value.keywords}
        if isinstance(given.get("default"), ast.Call):  # it follows from other fields: the docstring says how
            return "optional"
        value = given.get("default") or (given.get("factory") and ast.Call(given["factory"], [], []))
    if value is None:
        return "required" if otherwise is inspect.Parameter.empty else f"default: {otherwise!r}"
    text = ast.unparse(value)
    return f"default: {'{}' if text.startswith('dict[') else text}"


# --- signatures ---------------------------------------------------------------------------------------------


def signature(kind: str, thing: Any) -> tuple[str, str]:
    """Arguments and result of a class, a function or a method, as short as they can be read.

    Of an attrs class only the names: its fields are listed below it.
    """
    if isinstance(thing, type):
        if attrs.has(thing):
            return _names(thing), ""
        own = vars(thing).get("__init__")
        if own is None or issubclass(thing, Enum) or own.__module__ != thing.__module__:
            return "", ""
        return _arguments(_definition(own), bound=True), ""
    node = _definition(getattr(thing, "__func__", thing))
    assert isinstance(node, ast.FunctionDef)
    result = "" if node.returns is None else ast.unparse(node.returns)
    return _arguments(node, bound=kind == "method"), result


def _names(owner: type) -> str:
    parameters = [each for each in inspect.signature(owner).parameters.values() if each.name != "extra"]
    bare = [each.replace(annotation=each.empty, default=each.empty) for each in parameters]
    return str(inspect.Signature(bare))


def _arguments(node: Definition, *, bound: bool) -> str:
    assert isinstance(node, ast.FunctionDef)
    arguments = node.args
    if bound and arguments.args:
        arguments.args = arguments.args[1:]
    return f"({ast.unparse(arguments)})"


def _definition(thing: Any) -> Definition:
    (node,) = ast.parse(dedent(inspect.getsource(thing))).body
    assert isinstance(node, Definition)
    return node


# --- constants ----------------------------------------------------------------------------------------------


def meaning(module: ModuleType, name: str) -> str:
    """The docstring below a constant or an alias, in the module that a package takes it from."""
    body = ast.parse(inspect.getsource(module)).body
    for line in body:
        if isinstance(line, ast.ImportFrom) and name in {each.name for each in line.names}:
            return meaning(import_module("." * line.level + (line.module or ""), module.__package__), name)
    return docs_of(body).get(name, "")
