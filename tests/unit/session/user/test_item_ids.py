"""Ids of the items that we make: like those that servers give, for some servers take no others (T1, C1)."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config, ContextMode
from realtime_translate.session.env import Ids
from tests.events import inject
from tests.harness import SETTINGS, Desk, ready
from tests.unit.session.played import item_id_in

HEADS = {"message": "msg_", "function_call": "fc_", "function_call_output": "fco_"}
CALL = {"id": "toolu_01", "name": "f", "client_side": True, "arguments": "{}", "response": "{}"}
PAST: list[dict[str, Any]] = [
    {"type": "History", "role": "user", "content": "Hi."},
    {"type": "History", "function_calls": [CALL]},
]


@pytest.mark.parametrize(("kind", "head"), HEADS.items())
@pytest.mark.parametrize("count", [0, 999, 10**7])
def test_T1_C1_an_item_id_shows_its_kind_and_fits(kind: str, head: str, count: int) -> None:
    ids = Ids("n" * 24, count)
    first, second = ids.item(kind), ids.item(kind)
    assert first.startswith(head + "nnn")
    assert first.endswith(f"_{count + 1}")
    assert len(first) <= 32
    assert first != second
    assert ids.next() == f"{'n' * 24}_{count + 3}"


def test_T1_the_item_of_a_text_has_an_id_of_its_kind() -> None:
    assert item_id_in(ready(Desk).client(inject())).startswith("msg_")


def test_C1_C2_the_items_of_the_context_have_ids_of_their_kind() -> None:
    desk = Desk(Config.deepgram(context=ContextMode.ITEMS))
    agent = {**SETTINGS["agent"], "context": {"messages": PAST}}
    log = desk.ready({**SETTINGS, "agent": agent})
    items = [each["item"] for each in log.upstream if each["type"] == "conversation.item.create"]
    assert [each["type"] for each in items] == list(HEADS)
    assert all(each["id"].startswith(HEADS[each["type"]]) for each in items)
    assert all(each["call_id"].startswith("call_") for each in items[1:])
