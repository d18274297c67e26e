"""The codec on classes of its own: strictness, choice, what is kept, and what it says of a fault."""

from collections.abc import Mapping
from typing import Any, ClassVar

import attrs
import pytest

from realtime_translate.wire import (
    OMITTED,
    Codec,
    Json,
    Malformed,
    Nullable,
    Omissible,
    Unknown,
    WireMessage,
    WireObject,
    dumps,
    unknown_fields,
    unstructure,
)

from .same_json import same


@attrs.frozen
class Inner(WireObject):
    word: str
    count: Omissible[int] = attrs.field(default=OMITTED, metadata={"wire_name": "howMany"})


@attrs.frozen(kw_only=True)
class Sample(WireMessage):
    type: ClassVar[str] = "Sample"
    text: Omissible[str] = OMITTED
    whole: Omissible[int] = OMITTED
    number: Omissible[float] = OMITTED
    flag: Omissible[bool] = OMITTED
    maybe: Nullable[str] = OMITTED
    anything: Omissible[Json] = OMITTED
    inner: Omissible[Inner] = OMITTED
    words: Omissible[tuple[str, ...]] = OMITTED
    inners: Omissible[tuple[Inner, ...]] = OMITTED
    headers: Omissible[Mapping[str, str]] = OMITTED
    open: Omissible[Mapping[str, object]] = OMITTED
    one_or_many: Omissible[Inner | tuple[Inner, ...]] = OMITTED
    length: Omissible[int | float | str] = OMITTED
    name_or_object: Omissible[str | Mapping[str, object]] = OMITTED
    rate: Nullable[float] = OMITTED


@attrs.frozen
class Plain(WireMessage):
    type: ClassVar[str] = "Twin"
    text: Omissible[str] = OMITTED


@attrs.frozen
class Special(WireMessage):
    type: ClassVar[str] = "Twin"
    chosen_by: ClassVar[str | None] = "special"
    special: bool


@attrs.frozen
class Holder(WireMessage):
    type: ClassVar[str] = "Holder"
    twins: tuple[Plain | Special, ...]


codec = Codec[Sample | Plain | Special | Holder]((Sample, Plain, Special, Holder))


def structure(**fields: Any) -> Any:
    return codec.structure({"type": "Sample", **fields})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", ""),
        ("whole", 0),
        ("whole", 2**53),
        ("number", 1.0),
        ("number", 1),
        ("flag", False),
        ("maybe", None),
        ("anything", None),
        ("anything", [1, {"a": 1.0}]),
        ("words", []),
        ("words", ["a", "b"]),
        ("headers", {"a": "b"}),
        ("open", {"a": [None, 1.0, {"b": True}]}),
        ("one_or_many", {"word": "a"}),
        ("one_or_many", [{"word": "a"}, {"word": "b", "howMany": 2}]),
        ("length", "max"),
        ("length", 1),
        ("length", 1.0),
        ("name_or_object", {"id": "a"}),
    ],
)
def test_a_value_is_kept_as_it_came(field: str, value: Any) -> None:
    message = structure(**{field: value})
    assert isinstance(message, Sample)
    assert same(unstructure(message), {"type": "Sample", field: value})
    assert dumps(unstructure(message)) == dumps({"type": "Sample", field: value})


@pytest.mark.parametrize(
    ("field", "value", "path", "problem"),
    [
        ("text", None, "text", "must be a string, not null"),
        ("text", 1, "text", "must be a string, not a whole number"),
        ("text", b"bytes", "text", "must be a string, not something that is not JSON"),
        ("whole", True, "whole", "must be a whole number, not true or false"),
        ("whole", 1.0, "whole", "must be a whole number, not a fraction"),
        ("whole", "1", "whole", "must be a whole number, not a string"),
        ("number", True, "number", "must be a number, not true or false"),
        ("number", "1.5", "number", "must be a number, not a string"),
        ("flag", 1, "flag", "must be true or false, not a whole number"),
        ("flag", "false", "flag", "must be true or false, not a string"),
        ("maybe", [], "maybe", "must be a string or null, not a list"),
        ("rate", "fast", "rate", "must be a number or null, not a string"),
        ("inner", "a", "inner", "must be an object, not a string"),
        ("inner", {}, "inner.word", "is required"),
        ("inner", {"word": "a", "howMany": 1.5}, "inner.howMany", "must be a whole number, not a fraction"),
        ("words", "ab", "words", "must be a list, not a string"),
        ("words", ["a", None], "words[1]", "must be a string, not null"),
        ("inners", [{"word": "a"}, {"word": 2}], "inners[1].word", "must be a string, not a whole number"),
        ("headers", [], "headers", "must be an object, not a list"),
        ("headers", {"a": "b", "c": 1}, "headers.c", "must be a string, not a whole number"),
        ("open", "a", "open", "must be an object, not a string"),
        ("one_or_many", "a", "one_or_many", "must be an object or a list, not a string"),
        ("one_or_many", [{"word": "a"}, 1], "one_or_many[1]", "must be an object, not a whole number"),
        ("length", None, "length", "must be a number or a string, not null"),
        ("name_or_object", 1, "name_or_object", "must be a string or an object, not a whole number"),
    ],
)
def test_a_wrong_value_is_not_coerced(field: str, value: Any, path: str, problem: str) -> None:
    assert structure(**{field: value}) == Malformed(f"{path} {problem}", path, "Sample")


def test_the_first_fault_is_told() -> None:
    assert structure(whole="a", text=1).path == "text"


def test_a_peers_key_is_cut_in_a_path() -> None:
    key = "k" * 1000
    assert structure(headers={key: 1}).path == "headers." + "k" * 63 + "…"
    assert unknown_fields(structure(**{key: 1})) == ("k" * 63 + "…",)
    assert unknown_fields(structure(**{"k" * 64: 1})) == ("k" * 64,)


def test_python_names_are_not_wire_names() -> None:
    message = structure(inner={"word": "a", "count": 2, "howMany": 3})
    assert message.inner == Inner("a", 3, extra={"count": 2})
    assert unknown_fields(message) == ("inner.count",)


def test_unknown_fields_at_every_level() -> None:
    message = structure(
        zeal=1,
        inner={"word": "a", "more": []},
        one_or_many=[{"word": "b"}, {"word": "c", "x": None}],
        open={"any": 1},
    )
    assert unknown_fields(message) == ("inner.more", "one_or_many[1].x", "zeal")
    assert message.extra == {"zeal": 1}
    assert unstructure(message)["zeal"] == 1


def test_a_field_wins_over_an_extra_key_of_its_name() -> None:
    message = Sample(text="field", extra={"text": "extra", "type": "Other", "more": 1})
    assert unstructure(message) == {"type": "Sample", "text": "field", "more": 1}


def test_encoding_starts_with_the_type_and_keeps_the_order_of_the_class() -> None:
    message = structure(whole=1, zeal=0, text="a")
    assert list(unstructure(message)) == ["type", "text", "whole", "zeal"]


def test_objects_inside_unions_are_encoded_by_their_own_class() -> None:
    @attrs.frozen
    class Wider(Inner):
        more: Omissible[str] = OMITTED

    message = Sample(one_or_many=(Inner("a"), Wider("b", more="c")), inners=(Wider("d", more="e"),))
    assert unstructure(message)["one_or_many"] == [{"word": "a"}, {"word": "b", "more": "c"}]
    assert unstructure(message)["inners"] == [{"word": "d", "more": "e"}]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"type": "Twin"}, Plain()),
        ({"type": "Twin", "text": "a"}, Plain("a")),
        ({"type": "Twin", "special": True}, Special(True)),
        ({"type": "Twin", "special": True, "text": "a"}, Special(True, extra={"text": "a"})),
    ],
)
def test_the_class_is_chosen_by_a_key(data: dict[str, Any], message: Any) -> None:
    assert codec.structure(data) == message
    assert codec.structure({"type": "Holder", "twins": [data]}) == Holder((message,))
    assert unstructure(Holder((message,))) == {"type": "Holder", "twins": [data]}


def test_a_nested_message_must_name_itself() -> None:
    for twin in ({}, {"type": "Sample"}, {"type": None}):
        result = codec.structure({"type": "Holder", "twins": [twin]})
        assert result == Malformed("twins[0].type must be 'Twin'", "twins[0].type", "Holder")


def test_what_has_no_class_is_unknown() -> None:
    data = {"type": "Inner", "word": "a"}
    assert codec.structure(data) == Unknown("Inner", data)
    assert codec.parse('{"type":""}') == Unknown("", {"type": ""})


def test_what_has_no_type_is_malformed() -> None:
    assert codec.structure({}) == Malformed("type is required", "type")
    assert codec.structure({"type": None}) == Malformed("type must be a string, not null", "type")
    assert codec.parse("[]") == Malformed("the frame is JSON but not an object")


def test_any_mapping_will_do() -> None:
    class Frozen(Mapping[str, object]):
        def __getitem__(self, key: str) -> object:
            return {"type": "Sample", "text": "a"}[key]

        def __iter__(self) -> Any:
            return iter(("type", "text"))

        def __len__(self) -> int:
            return 2

    assert codec.structure(Frozen()) == Sample(text="a")


def test_the_registry_comes_from_the_classes() -> None:
    assert dict(codec.registry) == {"Sample": (Sample,), "Twin": (Plain, Special), "Holder": (Holder,)}


def test_messages_are_values() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Plain("a").text = "b"  # type: ignore[misc]
    assert not hasattr(Plain("a"), "__dict__")
    assert hash(Plain("a", extra={"x": 1})) == hash(Plain("a"))
    assert Plain("a", extra={"x": 1}) != Plain("a")
    assert Plain("a").extra is not Plain("a").extra
