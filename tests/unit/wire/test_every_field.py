"""Every field of every message of both protocols: valid, absent, of a wrong type, beside unknown ones."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import pytest

from realtime_translate import deepgram, openai
from realtime_translate.deepgram.codec import BINARY
from realtime_translate.wire import Malformed, WireMessage, unknown_fields

from .same_json import same
from .shapes import Path, Place, at, fields, is_object, places, refused, replaced, required, sample, written


class Case(NamedTuple):
    protocol: str
    cls: type[WireMessage]
    parse: Callable[[str | bytes], Any]
    encode: Callable[[Any], str]
    strict: Callable[[str | bytes], Any]
    """The parser that takes no null for an absent field."""


STRICT: dict[str, Callable[[str | bytes], Any]] = {
    "client": partial(deepgram.parse_client, strict=True),
    "component": partial(deepgram.parse_component_client, strict=True),
}
NO_CHOICE = ("function_calls", "total_latency")
"""Null in these selects no class (`WireObject.chosen_by`)."""


def _cases() -> list[Any]:
    registries = [
        ("client", deepgram.CLIENT_MESSAGES, deepgram.parse_client, deepgram.encode),
        ("component", deepgram.COMPONENT_CLIENT_MESSAGES, deepgram.parse_component_client, deepgram.encode),
        ("server", deepgram.SERVER_MESSAGES, deepgram.parse_server, deepgram.encode),
        ("component-server", deepgram.COMPONENT_SERVER_MESSAGES, deepgram.parse_server, deepgram.encode),
        ("openai-client", openai.CLIENT_EVENTS, openai.parse_client, openai.encode),
        ("openai-server", openai.SERVER_EVENTS, openai.parse_server, openai.encode),
    ]
    return [
        pytest.param(Case(name, cls, parse, encode, STRICT.get(name, parse)), id=f"{name}-{cls.__name__}")
        for name, registry, parse, encode in registries
        for type_, classes in registry.items()
        if type_ != BINARY
        for cls in classes
    ]


every_message = pytest.mark.parametrize("case", _cases())


def _object_places(cls: type[WireMessage]) -> list[Place]:
    return [place for place in places(cls) if is_object(place.type)]


@every_message
def test_every_valid_value_parses_to_its_class_and_encodes_back(case: Case) -> None:
    for value, _, _ in places(case.cls):
        message = case.parse(json.dumps(value))
        assert type(message) is case.cls, value
        assert message.extra == {}
        assert same(json.loads(case.encode(message)), value)


@every_message
def test_the_required_fields_are_enough(case: Case) -> None:
    whole = sample(case.cls)
    value = {name: whole[name] for name in ("type", *required(case.cls))}
    if case.cls is deepgram.InjectAgentMessage:
        value["message"] = "text"
    message = case.parse(json.dumps(value))
    assert type(message) is case.cls
    assert case.parse(case.encode(message)) == message
    written_out = json.loads(case.encode(message))
    assert {name: written_out[name] for name in value} == value
    assert written_out == value or case.cls is deepgram.ComponentSettings


@every_message
def test_a_missing_field_is_named(case: Case) -> None:
    for value, path, type_ in _object_places(case.cls):
        for name in required(type_):
            if name == type_.chosen_by:
                continue
            less = {key: inner for key, inner in at(value, path).items() if key != name}
            _assert_malformed(case, replaced(value, path, less), (*path, name), "is required")


@every_message
def test_a_wrong_type_is_refused_with_its_path(case: Case) -> None:
    for value, path, type_ in places(case.cls):
        for wrong in refused(type_) if path else ():
            if wrong is not None or path[-1] not in NO_CHOICE:
                _assert_malformed(case, replaced(value, path, wrong), path, "must be ")


@every_message
def test_S10_null_in_an_optional_field_of_a_client_is_as_if_it_were_absent(case: Case) -> None:
    for value, path, type_ in _object_places(case.cls) if case.protocol in STRICT else ():
        for name in {*fields(type_)} - {*required(type_)}:
            if None in refused(fields(type_)[name].type):
                nulled = replaced(value, path, {**at(value, path), name: None})
                less = replaced(value, path, {k: v for k, v in at(value, path).items() if k != name})
                assert case.parse(json.dumps(nulled)) == case.parse(json.dumps(less))


@every_message
def test_unknown_fields_are_kept_and_reported_at_every_level(case: Case) -> None:
    for value, path, _ in _object_places(case.cls):
        more = replaced(value, path, {**at(value, path), "surprise": {"a": [1, 2.0, None]}, "extra": 1})
        message = case.parse(json.dumps(more))
        assert type(message) is case.cls
        assert unknown_fields(message) == (written((*path, "surprise")), written((*path, "extra")))
        assert same(json.loads(case.encode(message)), more)


@every_message
def test_the_type_comes_first(case: Case) -> None:
    value = sample(case.cls)
    moved = {key: value[key] for key in [*value][1:]} | {"type": value["type"]}
    assert case.encode(case.parse(json.dumps(moved))).startswith(f'{{"type":"{case.cls.type}"')


def _assert_malformed(case: Case, value: Any, path: Path, problem: str) -> None:
    result = case.strict(json.dumps(value))
    assert isinstance(result, Malformed), (path, value)
    assert result.path == written(path)
    assert result.reason.startswith(f"{result.path} {problem}")
    assert result.type == case.cls.type
