"""S10: `think.functions` as `tools`; F6: who runs them."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate.deepgram.codes import ErrorCode
from realtime_translate.mapping.plan import FunctionSpec
from tests.unit.mapping.mapped import mapped, refused, think

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


def tool(**function: Any) -> Any:
    (only,) = mapped(think(functions=[{"name": "tide", **function}])).session["tools"]
    return only


def test_S10_a_function_becomes_a_flat_tool() -> None:
    assert tool(description="How high", parameters=SCHEMA) == {
        "type": "function",
        "name": "tide",
        "description": "How high",
        "parameters": SCHEMA,
    }


@pytest.mark.parametrize("function", [{}, {"parameters": {}}])
def test_S10_parameters_default_to_an_empty_object_schema(function: dict[str, Any]) -> None:
    assert tool(**function) == {
        "type": "function",
        "name": "tide",
        "parameters": {"type": "object", "properties": {}},
    }


def test_S10_a_schema_without_a_type_gets_one() -> None:
    assert tool(parameters={"properties": {}})["parameters"] == {"type": "object", "properties": {}}


def test_S10_parameters_of_another_type_are_refused_with_their_path() -> None:
    functions = [{"name": "a"}, {"name": "b", "parameters": {"type": "string"}}]
    refusal = refused(think(functions=functions))
    assert refusal.code is ErrorCode.INVALID_SETTINGS
    assert refusal.description.startswith("agent.think.functions[1].parameters.type: ")


@pytest.mark.parametrize("function", [{}, {"name": ""}])
def test_S10_a_function_needs_a_name(function: dict[str, Any]) -> None:
    assert refused(think(functions=[function])).description.startswith("agent.think.functions[0].name: ")


def test_S10_the_order_of_functions_stays() -> None:
    tools = mapped(think(functions=[{"name": "b"}, {"name": "a"}])).session["tools"]
    assert [each["name"] for each in tools] == ["b", "a"]


def test_S10_no_functions_no_tools() -> None:
    assert "tools" not in mapped(think()).session
    assert "tools" not in mapped(think(functions=[])).session


@pytest.mark.parametrize(
    "name", ["defer_until_eot", "initial_agent_filler", "agent_filler_max_count", "agent_filler_interval_ms"]
)
def test_S10_what_a_tool_has_no_counterpart_for_is_left_out(name: str) -> None:
    value = 2000 if name.startswith("agent") else True
    result = mapped(think(functions=[{"name": "x"}, {"name": "tide", name: value}]))
    assert result.left_out == [f"agent.think.functions[1].{name}"]
    assert name not in result.session["tools"][1]


def test_F6_the_plan_knows_which_functions_have_an_endpoint() -> None:
    endpoint = {"url": "https://example.test/f", "method": "post", "headers": {"x": "1"}}
    result = mapped(think(functions=[{"name": "mine"}, {"name": "hosted", "endpoint": endpoint}]))
    assert result.plan.functions == (FunctionSpec("mine"), FunctionSpec("hosted", endpoint))
    assert result.plan.function("hosted") == FunctionSpec("hosted", endpoint)
    assert result.plan.function("nobody") is None
    assert "endpoint" not in result.session["tools"][1]
