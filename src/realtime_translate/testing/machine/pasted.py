"""A failing walk as Python that can be pasted into a file: what it imports, and values as the code that makes
them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from enum import Enum
from typing import Any, cast

from attrs import Attribute, Factory, fields, has

from ...config import FROM_SETTINGS, Config
from ...openai import dialects

__all__ = ["Shown", "code", "imports"]

_ROWS = {name: value for name, value in vars(dialects).items() if isinstance(value, dialects.UpstreamDialect)}
_NAMED: Mapping[str, object] = {"FROM_SETTINGS": FROM_SETTINGS, **_ROWS}


class Shown:
    """A configuration that Hypothesis prints as `code`, by whatever strategy it was drawn."""

    def __init__(self, config: Config) -> None:
        self.config = config

    def __repr__(self) -> str:
        return code(self.config)


def imports(machine: type) -> str:
    """The lines that stand before a walk of `machine`, in a file of its own."""
    lines = [
        "from realtime_translate import *",
        "from realtime_translate.audio import AudioFormat",
        "from realtime_translate.openai.dialects import *",
    ]
    if machine.__module__ != "__main__":
        lines.append(f"from {_home(machine)} import {machine.__qualname__}")
    return "\n".join(lines)


def _home(machine: type) -> str:
    """The module to import it from: the package around its own, where that has it as well."""
    package = machine.__module__.rpartition(".")[0]
    shared = getattr(sys.modules.get(package), machine.__name__, None) is machine
    return package if shared else machine.__module__


def code(value: object) -> str:
    """Python that makes `value`, with the names that `imports` imports, and without what is the default."""
    for name, each in _NAMED.items():
        if value == each:
            return name
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, Mapping):
        entries = cast("Mapping[object, object]", value).items()
        return f"{{{', '.join(f'{code(key)}: {code(each)}' for key, each in entries)}}}"
    if isinstance(value, tuple):
        return f"({' '.join(f'{code(each)},' for each in cast('tuple[object, ...]', value))})"
    kind: Any = type(value)
    if has(kind):
        given = [each for each in fields(kind) if getattr(value, each.name) != _default(each)]
        arguments = (f"{each.name}={code(getattr(value, each.name))}" for each in given)
        return f"{kind.__name__}({', '.join(arguments)})"
    return repr(value)


def _default(attribute: Attribute[Any]) -> object:
    default: object = attribute.default
    return cast("Any", default).factory() if isinstance(default, cast("Any", Factory)) else default
