"""JSON Schemas of function parameters, as upstream takes them (S10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

__all__ = ["with_properties"]

_SCHEMAS = frozenset(
    {
        "additionalItems",
        "additionalProperties",
        "allOf",
        "anyOf",
        "contains",
        "contentSchema",
        "else",
        "if",
        "items",
        "not",
        "oneOf",
        "prefixItems",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    }
)
"""Keywords whose value is a schema or a list of schemas."""
_NAMED = frozenset(
    {"$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"}
)
"""Keywords whose value has a schema for each name."""


def with_properties(schema: Mapping[str, object]) -> dict[str, object]:
    """The schema with `properties` wherever it describes an object and does not say which: upstream wants
    them. What is no schema (`enum`, `default`, `const`, `examples`) stays as it is, whatever it looks like.
    """
    whole: dict[str, object] = {}
    for keyword, value in schema.items():
        complete = _COMPLETING.get(keyword)
        whole[keyword] = complete(value) if complete is not None else value
    if _is_object(whole.get("type")) and whole.get("properties") is None:
        whole["properties"] = {}
    return whole


def _completed(value: object) -> object:
    if isinstance(value, dict):
        return with_properties(cast("dict[str, object]", value))
    if isinstance(value, list):
        return [_completed(each) for each in cast("list[object]", value)]
    return value


def _each_completed(named: object) -> object:
    if not isinstance(named, dict):
        return named
    return {name: _completed(each) for name, each in cast("dict[str, object]", named).items()}


_COMPLETING: Mapping[str, Callable[[object], object]] = {
    **dict.fromkeys(_SCHEMAS, _completed),
    **dict.fromkeys(_NAMED, _each_completed),
}
"""What completes the value of a keyword."""


def _is_object(kind: object) -> bool:
    return kind == "object" or (isinstance(kind, list) and "object" in kind)
