"""What the machine makes of servers that are other than the host believes (D5)."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from realtime_translate import Config, Renewal
from realtime_translate.notices import notice
from realtime_translate.testing.machine.checks import rest
from realtime_translate.testing.machine.checks.differs import IDS, SHAPE, TAGS
from realtime_translate.testing.machine.moves import opening
from realtime_translate.testing.model.faults import Violation
from tests.unit.testing.machine.scripted import breaks, does, scripted, up

Json = dict[str, Any]

FLAT, UNTAGGED = (Config.deepgram(upstream=row) for row in opening._MISTAKEN)
UPDATED: Json = {"type": "session.updated", "session": {"modalities": ["text", "audio"]}}


def differs(what: str) -> Any:
    return notice("SERVER_DIFFERS", what=what)


def error(event_id: str | None, message: str = "No.") -> Json:
    return {"type": "error", "error": {"event_id": event_id, "message": message}}


def update(event_id: str, session: Json) -> Any:
    return up("session.update", session=session, event_id=event_id)


def text(event_id: str = "e1", name: str = "msg_1") -> Any:
    sent = {"type": "message", "id": name, "role": "user", "content": [{"type": "input_text", "text": "Hi."}]}
    return up("conversation.item.create", item=sent, event_id=event_id)


def call(event_id: str, name: str) -> Any:
    sent = {"type": "function_call", "id": name, "call_id": "call_1", "name": "f", "arguments": "{}"}
    return up("conversation.item.create", item=sent, event_id=event_id)


def output(event_id: str, name: str) -> Any:
    sent = {"type": "function_call_output", "id": name, "call_id": "call_1", "output": "{}"}
    return up("conversation.item.create", item=sent, event_id=event_id)


# --- the shape of the session -------------------------------------------------------------------------------


@pytest.mark.parametrize("shown", [error("u1"), UPDATED], ids=["refused", "ignored"])
def test_D5_a_flat_session_has_to_be_noticed_and_then_kept_to(shown: Json) -> None:
    world, host = scripted(FLAT)
    world.ledger.applied = 0
    does(world, host, update("u1", {"type": "realtime"}))
    breaks("D5 what a server shows other than its row is noticed", world, host, event=shown)
    does(world, host, differs(SHAPE), update("u2", {"input_audio_format": "pcm16"}), event=shown)
    does(world, host, event=UPDATED)
    breaks("D3 a server is asked for what it has", world, host, update("u3", {"type": "realtime"}))


def test_S4_what_a_host_asked_for_by_itself_shows_nothing_to_deepgram_s_clients() -> None:
    world, host = scripted(FLAT)
    does(world, host, event=UPDATED)
    world, host = scripted(Config.component(upstream=FLAT.upstream))
    breaks("D5", world, host, event=UPDATED)


def test_D5_once() -> None:
    world, host = scripted(FLAT)
    does(world, host, differs(SHAPE), event=UPDATED)
    breaks("noticed once", world, host, differs(SHAPE))
    world.legs.number = 2
    does(world, host, differs(SHAPE))


def test_D5_a_row_that_is_right_shows_nothing() -> None:
    world, host = scripted()
    does(world, host, event={"type": "session.updated", "session": {}})
    does(world, host, event=error(None))


# --- tags ---------------------------------------------------------------------------------------------------


def test_D5_tags_that_are_refused_are_not_sent_again() -> None:
    world, host = scripted(UNTAGGED)
    tagged = {"metadata": {"rt": "c1"}}
    refused = error(None, "Specifying `response.metadata` is not supported.")
    does(world, host, up("response.create", event_id="c1", response=tagged))
    breaks("is noticed", world, host, event=refused)
    world.shown.tags_refused = False
    does(world, host, differs(TAGS), event=refused)
    does(world, host, event=refused)
    does(world, host, up("response.create", event_id="c2", response={}))
    breaks("D5 tags", world, host, up("response.create", event_id="c3", response=tagged))


# --- ids ----------------------------------------------------------------------------------------------------

HEAD = "ID must start with 'item_', got 'msg_1'"


def test_D5_ids_begin_as_the_server_wants_them() -> None:
    world, host = scripted()
    world.ledger.texts.append("Hi.")
    does(world, host, text())
    does(world, host, differs(IDS), text("e2", "item_2"), event=error("e1", HEAD))
    assert world.ledger.texts_upstream == ["Hi."]
    breaks("D5 ids begin", world, host, text("e3", "msg_3"))
    does(world, host, call("e4", "fc_4"))
    does(world, host, call("e5", "item_5"), event=error("e4", HEAD))  # noticed before


def test_L3_of_a_text_that_is_waited_for_no_longer_a_refusal_shows_nothing() -> None:
    world, host = scripted()
    world.ledger.texts += ["Hi."] * 4
    context = text("T1_context_1", "msg_9")
    does(world, host, context, text("e1", "msg_1"), text("e2", "msg_2"), text("e3", "msg_3"))
    confirmed = {"type": "message", "id": "msg_1", "role": "user", "content": []}
    does(world, host, event={"type": "conversation.item.added", "item": confirmed})
    does(world, host, notice("ITEM_UNCONFIRMED"))
    assert list(world.shown.items) == ["T1_context_1", "e3"]
    does(world, host, event=error("e2", HEAD.replace("msg_1", "msg_2")))
    breaks("D5 what a server shows", world, host, event=error("e3", HEAD.replace("msg_1", "msg_3")))


@pytest.mark.parametrize("event_id", ["e1", None])
def test_R6_a_refusal_that_names_no_event_is_of_the_item_whose_id_it_quotes(event_id: str | None) -> None:
    world, host = scripted()
    world.ledger.texts.append("Hi.")
    does(world, host, text(), call("e2", "fc_2"))
    breaks("D5 what a server shows", world, host, event=error(event_id, HEAD))
    assert list(world.shown.items) == ["e2"]


@pytest.mark.parametrize(
    "shown", [error("e9", HEAD), error(None), error(None, HEAD.replace("msg_1", "msg_9"))]
)
def test_R6_any_other_shows_nothing(shown: Json) -> None:
    world, host = scripted()
    world.ledger.texts.append("Hi.")
    does(world, host, text())
    does(world, host, event=shown)
    assert list(world.shown.items) == ["e1"]


def test_N6_what_goes_again_in_a_new_session_counts_once() -> None:
    world, host = scripted()
    world.legs.replaying = True
    does(world, host, call("e1", "fc_1"))
    does(world, host, differs(IDS), call("e2", "item_2"), event=error("e1", HEAD))
    assert (len(world.legs.replayed), world.legs.refused) == (1, 0)
    world.shown.lost()
    assert (world.shown.heads, world.shown.told) == ({}, [IDS])


def behind(previous: str, event_id: str, name: str) -> Any:
    item = json.loads(text(event_id, name).data)["item"]
    return up("conversation.item.create", previous_item_id=previous, item=item, event_id=event_id)


def test_N6_items_are_in_the_order_of_their_places() -> None:
    world, host = scripted()
    world.legs.replaying = True
    does(world, host, call("e1", "item_0"), output("e2", "item_2"))
    does(world, host, behind("root", "e3", "msg_3"))
    does(world, host, differs(IDS), behind("item_0", "e4", "item_4"), event=error("e3", HEAD))
    assert [name for name, _ in world.legs.items] == ["item_0", "item_4", "item_2"]
    lost = "Error adding item: the previous item with id 'item_0' does not exist."
    does(world, host, behind("root", "e5", "item_5"), event=error("e4", lost))
    assert [name for name, _ in world.legs.items] == ["item_5", "item_2"]
    assert world.legs.refused == 1  # what is lost was not told
    does(world, host, behind("root", "e6", "item_6"), event=error("e5", lost))
    assert world.legs.refused == 1


def test_N6_an_item_that_is_refused_for_another_reason_is_not_there() -> None:
    world, host = scripted()
    world.legs.replaying = True
    does(world, host, behind("root", "e1", "item_1"), call("e2", "item_2"))
    does(world, host, event=error("e1", "The server had an error."))
    does(world, host, event=error("e9", "The server had an error."))
    assert world.legs.items == [("item_2", "")]


@pytest.mark.parametrize(
    ("told", "was_due", "is_right"), [(1, False, True), (2, True, True), (2, False, False)]
)
def test_N17_what_a_timer_tells_does_not_count_the_refusal_at_hand(
    told: int, was_due: bool, is_right: bool
) -> None:
    world, host = scripted(Config.deepgram(renewal=Renewal()))
    world.upstream_open = world.legs.replaying = world.legs.between = True
    does(world, host, call("e1", "fc_1"), output("e2", "fco_1"))
    host.deadline = world.host_now if was_due else None
    counted = notice("RENEWAL_DONE", items=told, dropped=0, seconds=1.0)
    (does if is_right else partial(breaks, "N17"))(world, host, counted, event=error("e2", "No."))


def test_D5_other_refusals_show_nothing() -> None:
    world, host = scripted()
    world.ledger.texts.append("Hi.")
    does(world, host, text())
    does(world, host, event=error("e1", "No."))
    does(world, host, event=error("e9", HEAD))


# --- complaints ---------------------------------------------------------------------------------------------


def test_1_what_was_sent_before_it_was_shown_is_no_one_s_fault() -> None:
    world, host = scripted()
    world.ledger.texts.append("Hi.")
    does(world, host, text())
    event: Json = {"type": "conversation.item.create", "event_id": "e1"}
    for rule, excused in ((8, True), (2, False)):
        violation = Violation(
            rule=rule, code=None, message="", event=event, at=0.0, received_at=0.0, answered=True, race=False
        )
        assert rest._unavoidable(world, violation) is excused
