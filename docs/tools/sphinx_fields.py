"""A Sphinx extension: what autodoc shows of public names is what `fields` reads from their source."""

from __future__ import annotations

import sys
from enum import Enum
from typing import Any

import attrs
from sphinx.application import Sphinx
from sphinx.domains.python import PyObject  # pyright: ignore[reportPrivateImportUsage]
from sphinx.pycode import ModuleAnalyzer

from . import fields
from .docstrings import rest


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    for each in PyObject.doc_field_types:
        if each.name == "variable":
            each.label = "Fields"
    codec = ModuleAnalyzer.for_module("realtime_translate.deepgram.codec")
    codec.analyze()
    codec.overloads.clear()  # of `encode`: they would name some forty classes
    app.connect("autodoc-process-signature", _signature)
    app.connect("autodoc-process-docstring", _docstring)
    app.connect("autodoc-skip-member", _skip)
    return {"parallel_read_safe": True}


def _signature(
    _: Sphinx, what: str, _name: str, thing: Any, _options: object, _arguments: object, _result: object
) -> tuple[str, str] | None:
    return fields.signature(what, thing) if what in ("class", "function", "method") else None


def _docstring(_: Sphinx, what: str, name: str, thing: Any, _options: object, lines: list[str]) -> None:
    if what == "data":
        module, _dot, short = name.rpartition(".")
        lines[:] = fields.meaning(sys.modules[module], short).splitlines()
    elif isinstance(thing, type) and attrs.has(thing):
        lines += fields.described(thing)
    lines[:] = rest("\n".join(lines)).splitlines()


def _skip(_: Sphinx, _what: str, _name: str, thing: object, _skip: bool, _options: object) -> bool | None:
    """Fields are listed with their class; of the members only what is called or read has an entry."""
    return None if callable(thing) or isinstance(thing, (property, classmethod, Enum)) else True
