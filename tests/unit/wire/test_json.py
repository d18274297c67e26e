"""L1: a frame is decoded to an object or to a `Malformed`, quickly, and never to an exception."""

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from realtime_translate.wire import Malformed, decode, dumps, holds_more
from realtime_translate.wire.json import MAX_DEPTH, MAX_DIGITS

MIB = 1024 * 1024


def _nested(depth: int, opening: str = '{"a":', closing: str = "}", innermost: str = "1") -> str:
    return opening * depth + innermost + closing * depth


def _number(digits: str) -> str:
    return f'{{"a":{digits}}}'


@pytest.mark.parametrize(
    ("frame", "value"),
    [
        ('{"a": 1, "b": [1.0, true, null]}', {"a": 1, "b": [1.0, True, None]}),
        (b'{"a": "\xc3\xa9"}', {"a": "é"}),
        ('{"a": 1, "a": 2}', {"a": 2}),
        ('{"a": "\\ud83d\\ude00"}', {"a": "😀"}),
        ('{"a": "\\\\ud800"}', {"a": "\\ud800"}),
        ('{"a": "\\u00e9"}', {"a": "é"}),
        (' {"a": -0.0}\n', {"a": -0.0}),
        (_number("1e308"), {"a": 1e308}),
        ("{}", {}),
    ],
)
def test_json_objects(frame: str | bytes, value: Any) -> None:
    decoded = decode(frame)
    assert decoded == value
    assert dumps(decoded) == dumps(value)


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ("", "not JSON"),
        ("hello", "not JSON"),
        ("{", "not JSON"),
        ('{"a": 1} x', "not JSON"),
        ('{"a": "\x01"}', "not JSON"),
        ("\ufeff{}", "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"a": "\xed\xa0\x80"}', "not UTF-8"),
        ("[]", "not an object"),
        ('[{"a": 1}]', "not an object"),
        ('"text"', "not an object"),
        ("1", "not an object"),
        ("null", "not an object"),
        (_number("NaN"), "NaN"),
        (_number("Infinity"), "Infinity"),
        (_number("-Infinity"), "-Infinity"),
        (_number("1e999"), "too large"),
        (_number("-1e999"), "too large"),
        (_number("1" + "0" * 300 + "e9"), "too large"),
        ('{"a": "\ud800"}', "surrogate"),
        ('{"a": "\\ud800"}', "surrogate"),
        ('{"a": "\\uDFFF"}', "surrogate"),
        ('{"a": "\\ude00\\ud83d"}', "surrogate"),
        ('{"\\ud800": 1}', "surrogate"),
        ('{"a": [{"\ud800": 1}]}', "surrogate"),
    ],
)
def test_what_is_no_json_object(frame: str | bytes, reason: str) -> None:
    result = decode(frame)
    assert isinstance(result, Malformed)
    assert reason in result.reason
    assert (result.path, result.type) == ("", None)


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_number_may_be_long_but_not_longer(sign: str) -> None:
    whole = sign + "7" * (MAX_DIGITS - len(sign))
    assert decode(_number(whole)) == {"a": int(whole)}
    assert "309 digits" in _reason(_number(whole + "7"))
    fraction = (sign + "0.").ljust(MAX_DIGITS, "1")
    assert decode(_number(fraction)) == {"a": float(fraction)}
    assert "309 characters" in _reason(_number(fraction + "1"))


@pytest.mark.parametrize(("opening", "closing"), [('{"a":', "}"), ('{"a":[', "]}"), ('{"a":"[","b":', "}")])
def test_L1_objects_may_be_nested_so_deep_and_no_deeper(opening: str, closing: str) -> None:
    levels = opening.replace('"["', "").count("[") + 1
    assert isinstance(decode(_nested(MAX_DEPTH // levels, opening, closing)), dict)
    assert isinstance(decode(_nested(MAX_DEPTH // levels, opening, closing, innermost='"{[{["')), dict)
    assert "too deep" in _reason(_nested(MAX_DEPTH // levels + 1, opening, closing))
    assert "too deep" in _reason(_nested(MAX_DEPTH // levels, opening, closing, innermost="[]"))


def test_depth_counts_in_lists_too() -> None:
    assert "too deep" in _reason("[" * 200 + "]" * 200)
    assert "not an object" in _reason("[" * MAX_DEPTH + "]" * MAX_DEPTH)


def test_many_brackets_are_not_deep() -> None:
    wide = {"a": [[] for _ in range(1000)], "b": {"c": [{}] * 1000}}
    assert decode(json.dumps(wide)) == wide


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param("[" * MIB, id="open lists"),
        pytest.param('{"a":' * (MIB // 5), id="open objects"),
        pytest.param(_nested(10_000), id="deep objects"),
        pytest.param(_number("9" * MIB), id="huge integer"),
        pytest.param(_number("0." + "9" * MIB), id="long fraction"),
        pytest.param(_number("1e" + "9" * MIB), id="huge exponent"),
        pytest.param(_number("[" + "1e999," * (MIB // 6) + "1]"), id="infinities"),
        pytest.param('{"a": "' + "\\ud800" * (MIB // 6) + '"}', id="lone surrogates"),
        pytest.param(b"\xff" * MIB, id="not UTF-8"),
        pytest.param("\0" * MIB, id="zeros"),
    ],
)
def test_hostile_frames_are_refused_in_time(frame: str | bytes) -> None:
    started = time.perf_counter()
    result = decode(frame)
    assert time.perf_counter() - started < 1.0
    assert isinstance(result, Malformed)
    assert len(result.reason) < 200


@pytest.fixture
def deep_stack() -> Iterator[None]:
    """A host that has raised the interpreter's limit of recursion."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10**7)
    yield
    sys.setrecursionlimit(limit)


@pytest.mark.usefixtures("deep_stack")
@pytest.mark.parametrize("closing", ["]", ""])
def test_the_depth_limit_does_not_lean_on_the_interpreter(closing: str) -> None:
    assert "too deep" in _reason(_number("[" * MIB + closing * MIB))
    assert "too deep" in _reason(_number('["]",' * MIB))
    wide = [[] for _ in range(20_000)]
    text = '[{"[' * 20_000 + '\\"['
    assert decode(dumps({"a": wide, "b": text})) == {"a": wide, "b": text}
    assert "not JSON" in _reason('"' + "[" * MIB)
    assert decode('{"a": [1]}') == {"a": [1]}


@pytest.mark.parametrize("unit", ["1,", "1.5,", "[],", '"a",', "{},"])
def test_large_frames_take_time_in_proportion(unit: str) -> None:
    frame = _number("[" + unit * (MIB // len(unit)) + "1]")
    started = time.perf_counter()
    assert isinstance(decode(frame), dict)
    assert time.perf_counter() - started < 5.0


def test_the_digit_limit_does_not_lean_on_the_interpreter() -> None:
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        assert "digits" in _reason(_number("9" * MIB))
    finally:
        sys.set_int_max_str_digits(limit)


def test_encoding_is_compact_and_readable() -> None:
    assert dumps({"a": ["é", 1, 1.0, None, True]}) == '{"a":["é",1,1.0,null,true]}'


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_only_a_host_can_get_wrong_raises(value: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        dumps({"a": value})


def _reason(frame: str) -> str:
    result = decode(frame)
    assert isinstance(result, Malformed)
    return result.reason


def _circle() -> dict[str, object]:
    circle: dict[str, object] = {}
    circle["self"] = [circle]
    return circle


def test_what_holds_itself_is_not_encoded() -> None:
    with pytest.raises(ValueError, match="Circular reference detected"):
        dumps(_circle())
    shared = [1]
    assert dumps({"a": shared, "b": shared}) == '{"a":[1],"b":[1]}'


@pytest.mark.usefixtures("deep_stack")
def test_a_deep_stack_does_not_take_what_holds_itself() -> None:
    with pytest.raises(ValueError, match="Circular reference detected"):
        dumps(_circle())


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("", 0),
        ('{"a":[1,{"b":2}]}', 6),
        ('[",",":","[{"]', 3),
        (r'["\",:",",\\",","]', 3),
        (r'["\\\",:,","\\",1]', 3),
        ('["a,b', 1),
    ],
)
def test_L4_values_are_counted_outside_of_strings(text: str, marks: int) -> None:
    padded = text.ljust(len(text) + marks + 2)  # a text that is shorter than the limit cannot be over it
    assert not holds_more(padded, marks)
    assert marks == 0 or holds_more(padded, marks - 1)
