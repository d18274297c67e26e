"""S10: schemas of parameters have `properties` where they describe objects."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate.mapping.schemas import with_properties
from tests.unit.mapping.mapped import mapped, think

BARE: Any = {"type": "object"}
WHOLE: Any = {"type": "object", "properties": {}}


def test_S10_an_object_schema_gets_properties() -> None:
    assert with_properties(BARE) == WHOLE
    assert with_properties({"type": ["null", "object"]}) == {"type": ["null", "object"], "properties": {}}
    assert BARE == {"type": "object"}, "what was given stays as it is"


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"type": ["string", "null"]},
        {"type": None},
        {"$ref": "#/$defs/a"},
        {"type": "object", "properties": {"a": {"type": "string"}}},
        {"properties": ["no schemas"], "items": True, "anyOf": "no list", "not": None},
    ],
)
def test_S10_other_schemas_stay(schema: Any) -> None:
    assert with_properties(schema) == schema


@pytest.mark.parametrize(
    "keyword",
    [
        "additionalItems",
        "additionalProperties",
        "contains",
        "contentSchema",
        "else",
        "if",
        "items",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    ],
)
def test_S10_the_schema_of_a_keyword_is_completed(keyword: str) -> None:
    assert with_properties({keyword: BARE}) == {keyword: WHOLE}


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf", "prefixItems", "items"])
def test_S10_each_of_a_list_of_schemas_is(keyword: str) -> None:
    assert with_properties({keyword: [BARE, True, {"items": BARE}]}) == {
        keyword: [WHOLE, True, {"items": WHOLE}]
    }


@pytest.mark.parametrize(
    "keyword",
    ["$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"],
)
def test_S10_each_schema_by_name_is_whatever_the_name(keyword: str) -> None:
    named = {"enum": BARE, "default": BARE, "properties": BARE, "a": ["b"]}
    assert with_properties({keyword: named}) == {
        keyword: {"enum": WHOLE, "default": WHOLE, "properties": WHOLE, "a": ["b"]}
    }


@pytest.mark.parametrize("keyword", ["enum", "default", "const", "examples", "x-vendor"])
def test_S10_values_are_no_schemas(keyword: str) -> None:
    for value in (BARE, [BARE], {"properties": {"a": BARE}}):
        assert with_properties({keyword: value}) == {keyword: value}


def test_S10_properties_that_are_null_are_none() -> None:
    assert with_properties({**BARE, "properties": None}) == WHOLE


def test_S10_a_tool_is_complete_at_every_depth() -> None:
    place = {"type": "array", "items": BARE, "default": [BARE]}
    parameters = {"properties": {"place": place, "when": {"anyOf": [BARE, {"type": "null"}]}}}
    (tool,) = mapped(think(functions=[{"name": "tide", "parameters": parameters}])).session["tools"]
    assert tool["parameters"] == {
        "type": "object",
        "properties": {
            "place": {"type": "array", "items": WHOLE, "default": [BARE]},
            "when": {"anyOf": [WHOLE, {"type": "null"}]},
        },
    }
    (tool,) = mapped(think(functions=[{"name": "tide", "parameters": {"required": []}}])).session["tools"]
    assert tool["parameters"] == {"type": "object", "properties": {}, "required": []}
