"""T6: the call goes on without what upstream refuses of the context."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import ClientDialect, Config, ContextMode
from realtime_translate.session.env import Ids
from tests.events import error
from tests.harness import SETTINGS, Desk
from tests.unit.session.played import Way, asked

PAST: Any = [
    {"type": "History", "role": "user", "content": "Is slip nine free?"},
    {
        "type": "History",
        "function_calls": [
            {"id": "abc", "name": "slip", "client_side": True, "arguments": "{}", "response": "{}"},
        ],
    },
]


def test_R6_no_two_ids_are_the_same() -> None:
    ids = Ids("T1")
    made = [
        each
        for _ in range(2000)
        for each in (ids.next(), ids.context(), ids.item("message"), ids.item("function_call"), ids.call())
    ]
    assert len(set(made)) == len(made)


def with_context(way: Way, dialect: ClientDialect) -> tuple[Desk, list[str]]:
    """A call, and the events that created the items of its context."""
    desk = way(Config(dialect, context=ContextMode.ITEMS))
    log = desk.ready({**SETTINGS, "agent": {"context": {"messages": PAST}}})
    return desk, [each["event_id"] for each in log.of("conversation.item.create")]


@pytest.mark.parametrize("code", ["invalid_value", None])
@pytest.mark.parametrize("dialect", ClientDialect)
def test_T6_a_refused_item_of_the_context_is_noticed_and_the_client_hears_nothing(
    way: Way, dialect: ClientDialect, code: str | None
) -> None:
    desk, events = with_context(way, dialect)
    for event_id in events:
        log = desk.upstream(error(code, event_id=event_id))
        assert (log.client, log.upstream) == ([], [])
        assert "CONTEXT_ITEM_REFUSED" in log.notices
    assert asked(desk), "the call goes on"


def test_T6_also_where_there_are_many(way: Way) -> None:
    desk = Desk(Config.deepgram(context=ContextMode.ITEMS))
    messages = [{"type": "History", "role": "user", "content": f"No. {number}"} for number in range(200)]
    log = desk.ready({**SETTINGS, "agent": {"context": {"messages": messages}}})
    first = log.of("conversation.item.create")[0]["event_id"]
    assert desk.upstream(error("invalid_value", event_id=first)).client == []


@pytest.mark.parametrize("event_id", ["T1_1", "event_7", None, "T1_context"])
def test_T6_other_errors_are_told(way: Way, event_id: str | None) -> None:
    desk, _ = with_context(way, ClientDialect.DEEPGRAM)
    log = desk.upstream(error("invalid_value", event_id=event_id))
    assert log.client_types == ["Warning"]
    assert "CONTEXT_ITEM_REFUSED" not in log.notices
