"""`think.functions` as `tools` (S10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..deepgram.settings import Function
from ..notices import notice
from ..outputs import Notice
from ..wire import unstructure
from .left_out import note_left_out
from .names import sent_name, sent_names
from .plan import FunctionSpec
from .refusal import Refusal
from .schemas import with_properties

__all__ = ["naming", "specs", "tools"]

_NO_PARAMETERS: Mapping[str, object] = {"type": "object", "properties": {}}
_LEFT_OUT = ("defer_until_eot", "initial_agent_filler", "agent_filler_max_count", "agent_filler_interval_ms")


def tools(functions: Sequence[Function], path: str, notes: list[Notice]) -> tuple[Mapping[str, object], ...]:
    """The functions in upstream's flat shape; `parameters` defaults to an empty object schema."""
    names = _names(functions, path)
    sent = sent_names(names)
    return tuple(
        _tool(each, sent[name], f"{path}[{index}]", notes)
        for index, (each, name) in enumerate(zip(functions, names, strict=True))
    )


def _names(functions: Sequence[Function], path: str) -> list[str]:
    """The names of the functions: each has one, and no two the same."""
    names = dict[str, None]()
    for index, function in enumerate(functions):
        if not function.name:
            raise Refusal(f"{path}[{index}].name", "a function needs a name")
        if function.name in names:
            raise Refusal(f"{path}[{index}].name", "a function of this name is declared already")
        names[function.name] = None
    return list(names)


def _tool(function: Function, sent: str, path: str, notes: list[Notice]) -> Mapping[str, object]:
    note_left_out(function, _LEFT_OUT, f"{path}.", notes)
    if sent != function.name:
        notes.append(notice("FUNCTION_RENAMED", path=f"{path}.name", sent=sent))
    tool: dict[str, object] = {"type": "function", "name": sent}
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
    return with_properties({"type": "object", **function.parameters})


def specs(functions: Sequence[Function]) -> tuple[FunctionSpec, ...]:
    """What the session has to know of the functions."""
    sent = _sent(functions)
    return tuple(
        FunctionSpec(
            name=each.name,
            endpoint=unstructure(each.endpoint) if each.endpoint else None,
            alias=sent[each.name] if sent[each.name] != each.name else "",
        )
        for each in functions
        if each.name
    )


def naming(functions: Sequence[Function]) -> Callable[[str], str]:
    """What upstream knows a function by, be it declared or only spoken of in the context (S10)."""
    sent = _sent(functions)
    return lambda name: sent.get(name) or sent_name(name)


def _sent(functions: Sequence[Function]) -> Mapping[str, str]:
    return sent_names(each.name for each in functions if each.name)
