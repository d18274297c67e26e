"""Absent and null differ, and both are false."""

import copy
import pickle

from realtime_translate.openai import ConversationItemAdded, Item, Malformed, encode, parse_server
from realtime_translate.wire import OMITTED, Omitted


def test_omitted_is_one_false_value() -> None:
    assert not OMITTED
    assert repr(OMITTED) == "OMITTED"
    assert list(Omitted) == [OMITTED]
    assert copy.deepcopy(OMITTED) is OMITTED
    assert pickle.loads(pickle.dumps(OMITTED)) is OMITTED


def test_absent_and_null_are_told_apart_both_ways() -> None:
    absent = '{"type":"conversation.item.added","item":{"type":"message"}}'
    null = '{"type":"conversation.item.added","item":{"type":"message"},"previous_item_id":null}'
    assert parse_server(absent) == ConversationItemAdded(Item(type="message"))
    assert parse_server(null) == ConversationItemAdded(Item(type="message"), None)
    assert encode(ConversationItemAdded(Item(type="message"))) == absent
    assert encode(ConversationItemAdded(Item(type="message"), None)) == null


def test_null_is_refused_where_a_field_may_only_be_absent() -> None:
    assert parse_server('{"type":"response.output_text.delta","delta":null}') == Malformed(
        "delta must be a string, not null", "delta", "response.output_text.delta"
    )
