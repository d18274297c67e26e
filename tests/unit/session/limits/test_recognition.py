"""L1, L2: by what things are recognised, and how long that may be."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate.session.ids import MAX_ID, fingerprint, has_long_id, shorten_calls

LONG, LONGEST = "x" * (MAX_ID + 1), "x" * MAX_ID


def test_L2_a_fingerprint_is_short_whatever_the_text() -> None:
    texts = ["", "Hi", "é", "\ud800", "x" * 100_000]
    assert [len(fingerprint(each)) for each in texts] == [16] * 5
    assert len({fingerprint(each) for each in texts}) == 5


@pytest.mark.parametrize("name", ["response_id", "item_id"])
def test_L1_any_id_of_an_event_may_be_too_long(name: str) -> None:
    assert has_long_id({"type": "x", name: LONG})
    assert not has_long_id({"type": "x", name: LONGEST})
    assert not has_long_id({"type": "x", name: None})
    assert not has_long_id({"type": "x", "delta": LONG})


@pytest.mark.parametrize("part", ["response", "item"])
@pytest.mark.parametrize("value", [LONG, LONGEST])
def test_L1_and_so_may_those_of_what_it_carries(part: str, value: str) -> None:
    whole: dict[str, Any] = {"type": "x", part: {"id": value}}
    assert has_long_id(whole) is (value == LONG)


@pytest.mark.parametrize(
    "whole",
    [
        {"item": {"id": LONG, "call_id": "c1"}},
        {"response": {"id": "r1", "output": [{"id": "i1"}, {"id": LONG}]}},
        {"item": {"id": "i1"}, "response": {"id": LONG}},
    ],
)
def test_L1_wherever_it_is(whole: dict[str, Any]) -> None:
    assert has_long_id({"type": "x", **whole})


@pytest.mark.parametrize(
    "whole",
    [
        {"item": LONG, "response": LONG},
        {"item": [LONG], "response": {"output": LONG}},
        {"item": {"name": LONG}, "response": {"output": [LONG, {"name": LONG}]}},
        {"call_id": LONG, "item": {"id": "i1", "call_id": LONG}},
        {"item": None, "response": {"id": "r1", "output": [{"id": LONGEST, "call_id": LONGEST}]}},
    ],
)
def test_L1_other_values_are_no_ids(whole: dict[str, Any]) -> None:
    assert not has_long_id({"type": "x", **whole})


CALL, OUTPUT = {"type": "function_call", "id": LONG}, {"type": "function_call_output", "id": LONG}
MESSAGE = {"type": "message", "id": LONG}


@pytest.mark.parametrize(
    ("whole", "left"),
    [
        ({"type": "response.output_item.done", "item": {**CALL}}, False),
        ({"type": "conversation.item.done", "item": {**OUTPUT}}, False),
        ({"type": "response.done", "response": {"output": [{**CALL}, "x", {**OUTPUT}]}}, False),
        ({"type": "response.function_call_arguments.done", "item_id": LONG}, False),
        ({"type": "response.done", "response": {"output": [{**CALL}, {**MESSAGE}]}}, True),
        ({"type": "response.done", "response": {"id": LONG, "output": [{**CALL}]}}, True),
        ({"type": "response.done", "response": {"id": LONG, "output": None}}, True),
        ({"type": "response.output_text.done", "item_id": LONG}, True),
        ({"type": "conversation.item.done", "item": {**MESSAGE}, "item_id": None}, True),
    ],
)
def test_F1_the_item_of_a_call_may_have_an_id_of_any_length(whole: dict[str, Any], left: bool) -> None:
    assert has_long_id(whole)
    shorten_calls(whole)
    assert has_long_id(whole) is left


def test_F1_what_is_no_id_of_a_call_stays_as_it_is() -> None:
    whole = {"type": "conversation.item.done", "item": {"type": "function_call", "id": None, "call_id": LONG}}
    shorten_calls(whole)
    assert whole["item"] == {"type": "function_call", "id": None, "call_id": LONG}
