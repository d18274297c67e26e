"""A cattrs converter that coerces nothing.

The defaults of cattrs turn None into "None", "false" into True and 1.9 into 1. These hooks accept a value
of the right JSON kind as it is, or raise. The hooks of a class are functions that cattrs generates once;
reflection happens when they are built, never on a message.
"""

import types
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar, Union, cast, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.fns import identity
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from .base import WireMessage, WireObject, wire_name
from .faults import REFUSALS, NestedError, ShapeError, kind_of
from .omitted import OMITTED, Omitted

# cattrs describes a hook as a callable from anything to anything; nothing of this leaves the module.
Structure = Callable[[Any, Any], Any]
Unstructure = Callable[[Any], Any]

C = TypeVar("C", bound=WireObject)

_KINDS: Final[dict[object, tuple[type, ...]]] = {
    str: (str,),
    int: (int,),
    float: (float, int),
    bool: (bool,),
    types.NoneType: (types.NoneType,),
    Mapping: (dict,),
    tuple: (list,),
}
"""What `json` makes of the values that a type accepts.

Booleans are not numbers; a whole number is a number.
"""

MOST: Final = 2**53
"""Whole numbers beyond it are not exact everywhere, and no field of either protocol needs them (L1)."""

_SCALARS: Final[tuple[type, ...]] = (str, int, float, bool, types.NoneType)
_NUMBERS: Final = (int, float)
_TAKEN_AS_THEY_COME: Final = frozenset(_SCALARS) - frozenset(_NUMBERS)


def strict_converter(*, detailed: bool, null_is_absent: bool) -> Converter:
    """Return a converter for `WireObject` classes; a `detailed` one is slower and knows where an error is.

    `null_is_absent`: null in a field with a default is taken as if the field were not there, unless the type
    of the field has null.
    """
    converter = Converter(detailed_validation=detailed)
    for scalar in _SCALARS:
        converter.register_structure_hook(scalar, (_number if scalar in _NUMBERS else _scalar)(scalar))
    converter.register_structure_hook_func(_is_json, _keep)
    converter.register_structure_hook_factory(_is_mapping, _mapping)
    converter.register_structure_hook_factory(_is_tuple, _tuple)
    converter.register_structure_hook_factory(_is_union, _union)
    builder = _structure_without_nulls if null_is_absent else _structure_object
    converter.register_structure_hook_factory(_is_wire_object, builder)
    converter.register_unstructure_hook_func(_is_json, identity)
    converter.register_unstructure_hook_func(_is_mapping, identity)
    converter.register_unstructure_hook_factory(_is_tuple, _plain_unless_scalar)
    converter.register_unstructure_hook_factory(_is_union, _plain_unless_scalar)
    converter.register_unstructure_hook_factory(_is_wire_object, _unstructure_object)
    return converter


def tag_of(cls: type) -> str | None:
    """Return the `type` that a message class has on the wire, or None for an object inside a message."""
    return cls.type if issubclass(cls, WireMessage) else None


def choose(candidates: tuple[type[C], ...], data: Mapping[str, object]) -> type[C]:
    """Return the class that an object is of, where several share a `type`: see `WireObject.chosen_by`.

    A key that is null selects nothing.
    """
    for cls in candidates:
        if cls.chosen_by is not None and data.get(cls.chosen_by) is not None:
            return cls
    return next((cls for cls in candidates if cls.chosen_by is None), candidates[0])


def _is_json(type_: object) -> bool:
    return type_ is object


def _is_mapping(type_: object) -> bool:
    return get_origin(type_) is Mapping


def _is_tuple(type_: object) -> bool:
    return get_origin(type_) is tuple


def _is_union(type_: object) -> bool:
    return get_origin(type_) in (Union, types.UnionType)


def _is_wire_object(type_: object) -> bool:
    return isinstance(type_, type) and issubclass(type_, WireObject)


def _arms(union: object) -> tuple[Any, ...]:
    return tuple(arm for arm in get_args(union) if arm is not Omitted)


def _keep(value: object, _: object) -> object:
    return value


def _mismatch(wanted: tuple[type, ...], value: object) -> ShapeError:
    names = [kind_of(kind) for kind in wanted]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    found = "a fraction" if int in wanted and type(value) is float else kind_of(type(value))
    return ShapeError(f"must be {listed}, not {found}")


def _scalar(type_: type) -> Structure:
    accepted = _KINDS[type_]

    def structure(value: object, _: object) -> object:
        if value.__class__ in accepted:
            return value
        raise _mismatch((type_,), value)

    return structure


def _number(type_: type) -> Structure:
    accepted = _KINDS[type_]

    def structure(value: Any, _: object) -> Any:
        if type(value) not in accepted:
            raise _mismatch((type_,), value)
        if type(value) is int and not -MOST <= value <= MOST:
            raise ShapeError("must be a number from -2^53 to 2^53")
        return value

    return structure


def _mapping(type_: object, converter: Converter) -> Structure:
    _, value_type = get_args(type_)
    check = None if value_type is object else converter.get_structure_hook(value_type)

    def structure(data: dict[str, object], _: object) -> object:
        if data.__class__ is not dict:
            raise _mismatch((dict,), data)
        if check is not None:
            for key, value in data.items():
                try:
                    check(value, value_type)
                except REFUSALS as error:
                    raise NestedError(key, error) from None
        return data

    return structure


def _tuple(type_: object, converter: Converter) -> Structure:
    element_type = get_args(type_)[0]
    element = converter.get_structure_hook(element_type)
    plain = frozenset((element_type,) if element_type in _TAKEN_AS_THEY_COME else ())

    def structure(data: list[object], _: object) -> object:
        if data.__class__ is not list:
            raise _mismatch((list,), data)
        if plain.issuperset(map(type, data)):
            return tuple(data)
        done: list[object] = []
        try:
            for value in data:
                done.append(element(value, element_type))
        except REFUSALS as error:
            raise NestedError(len(done), error) from None
        return tuple(done)

    return structure


def _union(type_: object, converter: Converter) -> Structure:
    arms = _arms(type_)
    if object in arms:
        return _keep
    if len(arms) == 1:
        return converter.get_structure_hook(arms[0])
    plain = frozenset(arm for arm in arms if arm in _TAKEN_AS_THEY_COME)
    by_kind: dict[type, Structure] = {}
    objects: tuple[type[WireObject], ...] = tuple(arm for arm in arms if _is_wire_object(arm))
    if objects:
        by_kind[dict] = _one_of(objects, converter)
    for arm in arms:
        if arm not in objects:
            hook = converter.get_structure_hook(arm)
            by_kind.update(dict.fromkeys(_KINDS[get_origin(arm) or arm], hook))
    wanted = tuple(kind for kind in by_kind if kind is not int or float not in by_kind)

    def structure(value: object, _: object) -> object:
        if value.__class__ in plain:
            return value
        hook = by_kind.get(value.__class__)
        if hook is None:
            raise _mismatch(wanted, value)
        return hook(value, type_)

    return structure


def _one_of(classes: tuple[type[WireObject], ...], converter: Converter) -> Structure:
    hooks = {cls: converter.get_structure_hook(cls) for cls in classes}
    if len(classes) == 1:
        return hooks[classes[0]]

    def structure(data: dict[str, object], _: object) -> object:
        cls = choose(classes, data)
        return hooks[cls](data, cls)

    return structure


def _structure_object(cls: type[WireObject], converter: Converter) -> Structure:
    """Build the hook of a class: cattrs for its fields, and what cattrs does not know about around it."""
    fields = _fields(cls)
    tag = tag_of(cls)
    known = frozenset(fields.values() if tag is None else (*fields.values(), "type"))
    all_known = known.issuperset
    bounds = tuple(cls.at_most.items())
    overrides: dict[str, Any] = {name: override(rename=wire) for name, wire in fields.items()}
    generated = make_dict_structure_fn(cls, converter, extra=override(omit=True), **overrides)

    def structure(data: dict[str, object], _: object) -> WireObject:
        if data.__class__ is not dict:
            raise _mismatch((dict,), data)
        if tag is not None and data.get("type") != tag:
            raise NestedError("type", ShapeError(f"must be {tag!r}"))
        for path, most in bounds:
            _count(data, path, most)
        built = generated(data, cls)
        if not all_known(data):
            # Frozen for everyone else; this one is still being built.
            extra = {key: value for key, value in data.items() if key not in known}
            object.__setattr__(built, "extra", extra)
        return built

    return structure


def _count(data: object, path: tuple[str, ...], most: int) -> None:
    """Refuse more entries than `WireObject.at_most` allows. What is no list stands for one entry."""
    level: list[Any] = [data]
    for name in path:
        found: list[Any] = [each.get(name, []) for each in level if each.__class__ is dict]
        level = [entry for each in found for entry in (each if each.__class__ is list else (each,))]
    if len(level) > most:
        error: Exception = ShapeError(f"has {len(level)} entries; {most} are allowed")
        for name in reversed(path):
            error = NestedError(name, error)
        raise error


def _structure_without_nulls(cls: type[WireObject], converter: Converter) -> Structure:
    """Build the hook of a class whose optional fields may be null: SDKs write unset fields so (S10)."""
    whole = _structure_object(cls, converter)
    fields: tuple[attrs.Attribute[object], ...] = attrs.fields(cls)
    optional = frozenset(
        wire_name(field)
        for field in fields
        if field.default is not attrs.NOTHING and types.NoneType not in get_args(field.type)
    )

    def structure(data: dict[str, object], _: object) -> object:
        if data.__class__ is dict and None in data.values():
            data = {key: value for key, value in data.items() if value is not None or key not in optional}
        return whole(data, cls)

    return structure


def _unstructure_object(cls: type[WireObject], converter: Converter) -> Unstructure:
    """Build the reverse: `type` first, then the fields that are there, then what no field claims.

    A default that is a value is written out: it says the same to every reader.
    """
    tag, defaults = tag_of(cls), attrs.fields_dict(cls)
    overrides: dict[str, Any] = {
        name: override(rename=wire, omit_if_default=defaults[name].default is OMITTED)
        for name, wire in _fields(cls).items()
    }
    generated = make_dict_unstructure_fn(cls, converter, extra=override(omit=True), **overrides)

    def unstructure(value: WireObject) -> dict[str, object]:
        data: dict[str, object] = generated(value)
        if tag is not None:
            data = {"type": tag, **data}
        if value.extra:
            # A field wins over an extra key of the same name, which only a host can have put there.
            data = {**data, **{key: extra for key, extra in value.extra.items() if key not in data}}
        return data

    return unstructure


def _fields(cls: type[WireObject]) -> dict[str, str]:
    """Map the names of a class's own fields to their names on the wire."""
    fields: tuple[attrs.Attribute[object], ...] = attrs.fields(cls)
    return {field.name: wire_name(field) for field in fields if field.name != "extra"}


def _plain_unless_scalar(type_: object, converter: Converter) -> Unstructure:
    """Return a hook for a field of tuples or objects, or `identity` (which costs nothing) if it has none."""
    arms = _arms(type_) if _is_union(type_) else (type_,)
    if object in arms or not any(_is_tuple(arm) or _is_wire_object(arm) for arm in arms):
        return identity

    def unstructure(value: object) -> object:
        if isinstance(value, tuple):
            return [unstructure(element) for element in cast("tuple[object, ...]", value)]
        if isinstance(value, WireObject):
            return converter.unstructure(value)
        return value

    return unstructure
