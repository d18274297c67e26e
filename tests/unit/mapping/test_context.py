"""C1 with ITEMS, C2: context messages as items."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from realtime_translate import Config, ContextMode
from realtime_translate.deepgram.codes import ErrorCode
from realtime_translate.mapping import context
from realtime_translate.wire import unstructure
from tests.oracle.session_update import HAS_SDK, faults
from tests.unit.mapping.mapped import mapped, refused

ITEMS = Config.deepgram(context=ContextMode.ITEMS)


def said(role: str, content: str) -> dict[str, Any]:
    return {"type": "History", "role": role, "content": content}


def called(*call_ids: str) -> dict[str, Any]:
    calls = [
        {"id": each, "name": "tide", "client_side": True, "arguments": "{}", "response": '{"m": 3}'}
        for each in call_ids
    ]
    return {"type": "History", "function_calls": calls}


def items(*messages: dict[str, Any]) -> list[dict[str, Any]]:
    result = mapped({"context": {"messages": list(messages)}}, ITEMS)
    sent: list[dict[str, Any]] = json.loads(json.dumps(result.plan.context_items))
    for item in sent if HAS_SDK else []:
        assert (
            faults({"type": "conversation.item.create", "event_id": "e", "item": {"id": "i", **item}}) == []
        )
    return sent


def test_C1_user_text_is_input_text_and_assistant_text_is_output_text() -> None:
    assert items(said("user", "Hi"), said("assistant", "Hello"), said("system", "Be kind")) == [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hello"}]},
        {"type": "message", "role": "system", "content": [{"type": "input_text", "text": "Be kind"}]},
    ]


def test_C1_a_past_call_is_a_call_and_its_output() -> None:
    assert items(said("user", "Tide?"), called("call_1", "call_2"))[1:] == [
        {"type": "function_call", "call_id": "call_1", "name": "tide", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_1", "output": '{"m": 3}'},
        {"type": "function_call", "call_id": "call_2", "name": "tide", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_2", "output": '{"m": 3}'},
    ]


def test_C1_another_role_cannot_be_an_item() -> None:
    messages = [said("user", "Hi"), said("narrator", "Meanwhile")]
    refusal = refused({"context": {"messages": messages}}, ITEMS)
    assert refusal.code is ErrorCode.INVALID_SETTINGS
    assert refusal.description.startswith("agent.context.messages[1].role: ")


def test_C1_folded_into_instructions_there_are_no_items() -> None:
    assert mapped({"context": {"messages": [said("user", "Hi")]}}).plan.context_items == ()


@pytest.mark.parametrize("call_id", ["call_1", "call_a", "call_A-Z_09", "call_" + "x" * 27])
def test_C2_an_id_that_fits_stays(call_id: str) -> None:
    assert context.call_id(call_id) == call_id
    result = mapped({"context": {"messages": [called(call_id)]}}, ITEMS)
    assert result.notices == []


@pytest.mark.parametrize(
    "call_id", ["call_" + "x" * 28, "a", "toolu_1", "call_", "", "a b", "a.b", "ü", "call_1\n", "\ud800"]
)
def test_C2_an_id_that_does_not_fit_becomes_a_short_stable_hash(call_id: str) -> None:
    sent = context.call_id(call_id)
    assert re.fullmatch("[A-Za-z0-9_-]{1,32}", sent)
    assert sent == context.call_id(call_id)
    assert sent != context.call_id(call_id + "!")


def test_C2_call_and_output_get_the_same_id_with_a_notice() -> None:
    original = "a9b0d6a8-2f0e-4c9d-9a34-b7a6c1d9f0e2"
    call, output = items(called(original))
    assert call["call_id"] == output["call_id"] == context.call_id(original) != original
    result = mapped({"context": {"messages": [called(original)]}}, ITEMS)
    assert [(each.code, dict(each.fields)) for each in result.notices] == [
        ("CALL_ID_REPLACED", {"call_id": original, "sent": call["call_id"]})
    ]


def test_the_hash_of_an_id_is_the_same_in_every_release() -> None:
    """A client may come back with the same history after an update."""
    assert context.call_id("a b") == "call_c8687a08aa5d6ed2044328fa"


def test_T1_a_message_item_carries_the_content_type_of_its_role() -> None:
    assert unstructure(context.message("user", "Hi", item_id="i1")) == {
        "type": "message",
        "id": "i1",
        "role": "user",
        "content": [{"type": "input_text", "text": "Hi"}],
    }
    assistant: Any = unstructure(context.message("assistant", "Hi", item_id="i1"))
    assert assistant["content"][0]["type"] == "output_text"
