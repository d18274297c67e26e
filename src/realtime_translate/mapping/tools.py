"""`think.functions` as `tools` (S10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..deepgram.settings import Function
from ..outputs import Notice
from ..wire import unstructure
from .left_out import note_left_out
from .plan import FunctionSpec
from .refusal import Refusal

__all__ = ["specs", "tools"]

_NO_PARAMETERS: Mapping[str, object] = {"type": "object", "properties": {}}
_LEFT_OUT = ("defer_until_eot", "initial_agent_filler", "agent_filler_max_count", "agent_filler_interval_ms")


def tools(functions: Sequence[Function], path: str, notes: list[Notice]) -> tuple[Mapping[str, object], ...]:
    """The functions in upstream's flat shape; `parameters` defaults to an empty object schema."""
    return tuple(_tool(each, f"{path}[{index}]", notes) for index, each in enumerate(functions))


def _tool(function: Function, path: str, notes: list[Notice]) -> Mapping[str, object]:
    if not function.name:
        raise Refusal(f"{path}.name", "a function needs a name")
    note_left_out(function, _LEFT_OUT, f"{path}.", notes)
    tool: dict[str, object] = {"type": "function", "name": function.name}
    if function.description:
        tool["description"] = function.description
    tool["parameters"] = _parameters(function, path)
    return tool


def _parameters(function: Function, path: str) -> Mapping[str, object]:
    """A JSON Schema of type object: upstream refuses everything else (protocols, rule 15)."""
    if not function.parameters:
        return _NO_PARAMETERS
    kind = function.parameters.get("type", "object")
    if kind != "object":
        raise Refusal(f"{path}.parameters.type", "the parameters of a function are an object")
    return {"type": "object", **function.parameters}


def specs(functions: Sequence[Function]) -> tuple[FunctionSpec, ...]:
    """What the session has to know of the functions."""
    return tuple(
        FunctionSpec(each.name, unstructure(each.endpoint) if each.endpoint else None)
        for each in functions
        if each.name
    )
