"""JSON Schemas of function parameters, as upstream takes them (S10)."""

from __future__ import annotations

from collections.abc import Mapping
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
    whole = dict(schema)
    for keyword in schema.keys() & _SCHEMAS:
        whole[keyword] = _completed(schema[keyword])
    for keyword in schema.keys() & _NAMED:
        named = schema[keyword]
        if isinstance(named, dict):
            schemas = cast("dict[str, object]", named)
            whole[keyword] = {name: _completed(each) for name, each in schemas.items()}
    if _is_object(schema.get("type")):
        whole.setdefault("properties", {})
    return whole


def _completed(value: object) -> object:
    if isinstance(value, dict):
        return with_properties(cast("dict[str, object]", value))
    if isinstance(value, list):
        return [_completed(each) for each in cast("list[object]", value)]
    return value


def _is_object(kind: object) -> bool:
    return kind == "object" or (isinstance(kind, list) and "object" in kind)
