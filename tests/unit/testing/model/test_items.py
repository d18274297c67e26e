"""Items of the conversation: created, deferred, truncated, deleted, retrieved."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from realtime_translate.testing import Call, Reply, Say
from tests.unit.testing.model.harness import Harness, Pick, audio, user

ITEM = "conversation.item."


def order(harness: Harness) -> list[tuple[str, str | None]]:
    """The items in the order of their predecessors."""
    return [(event["item"]["id"], event["previous_item_id"]) for event in harness.of(ITEM + "added")]


def test_added_and_done() -> None:
    harness = Harness()
    harness.say("Hi.", id="a")
    events = harness.run(0.1)
    assert [event["type"] for event in events] == [ITEM + "added", ITEM + "done"]
    expected = {"id": "a", "type": "message", "status": "completed"}
    assert events[0]["item"] == events[1]["item"] == {**user("Hi."), **expected}


def test_created_as_well() -> None:
    harness = Harness(choices=Pick(item_created=1))
    harness.say("Hi.")
    harness.send("response.create", response={"output_modalities": ["text"]})
    harness.run(1.0)
    kinds = [kind for kind in harness.kinds() if kind.startswith(ITEM)]
    added = [ITEM + "added", ITEM + "created", ITEM + "done"]
    assert kinds == added * 2


def test_places() -> None:
    harness = Harness()
    for item_id, previous in (("b", None), ("c", ""), ("a", "root"), ("b2", "b")):
        harness.send(ITEM + "create", item=user("x", id=item_id), previous_item_id=previous)
    harness.run(0.1)
    assert order(harness) == [("b", None), ("c", "b"), ("a", None), ("b2", "b")]
    harness.say("x", id="d")
    harness.run(0.1)
    assert order(harness)[-1] == ("d", "c")
    assert [item.id for item in harness.server._state.conversation.items] == ["a", "b", "b2", "c", "d"]


@pytest.mark.parametrize(("model", "event_id"), [("gpt-realtime", "c2"), ("gpt-realtime-2.1", None)])
def test_an_id_is_used_once(model: str, event_id: str | None) -> None:
    harness = Harness(model=model)
    harness.say("x", id="a")
    harness.say("y", id="a")
    harness.run(0.1)
    (error,) = harness.errors
    assert error["message"] == "Error adding item: an item with id 'a' already exists."
    assert (error["code"], error["event_id"]) == ("item_create_duplicate_item_id", event_id)
    assert harness.rules == [(8, True)]


def test_audio_items_keep_their_audio_to_themselves() -> None:
    harness = Harness()
    content = [{"type": "input_audio", "audio": audio(20)}, {"type": "input_text", "text": "x"}]
    harness.send(ITEM + "create", item={"id": "a", "type": "message", "role": "user", "content": content})
    harness.send(ITEM + "retrieve", item_id="a")
    harness.run(0.1)
    shown = harness.of(ITEM + "added")[0]["item"]["content"]
    assert shown == [{"type": "input_audio", "transcript": None}, {"type": "input_text", "text": "x"}]
    kept = harness.of(ITEM + "retrieved")[0]["item"]["content"]
    assert kept == [{"type": "input_audio", "transcript": None, "audio": audio(20)}, shown[1]]


def test_seeded_calls() -> None:
    harness = Harness()
    call = {"type": "function_call", "name": "f", "arguments": "{}"}
    harness.send(ITEM + "create", item={**call, "call_id": "call_a"})
    harness.send(ITEM + "create", item=call)
    harness.send(ITEM + "create", item={"type": "function_call_output", "call_id": "call_a", "output": "1"})
    harness.run(0.1)
    first, second, output = (event["item"] for event in harness.of(ITEM + "added"))
    assert first == {"id": first["id"], "status": "completed", **call, "call_id": "call_a"}
    assert second["call_id"].startswith("call_")
    assert output == {"id": output["id"], "type": "function_call_output", "call_id": "call_a", "output": "1"}
    assert harness.server.violations == ()


def answer(harness: Harness, call_id: str, **item: object) -> None:
    output = {"type": "function_call_output", "call_id": call_id, "output": "1", **item}
    harness.send(ITEM + "create", item=output)


def calling(*names: str, **options: Any) -> tuple[Harness, list[str]]:
    """A response with calls; returns when the first has its arguments."""
    calls = [Call(name, '{"city": "Paris"}', f"call_{name}") for name in names]
    harness = Harness(script=[Reply(*calls)], **options)
    harness.send("response.create")
    harness.run_until(lambda: bool(harness.of("response.function_call_arguments.done")))
    return harness, [f"call_{name}" for name in names]


def test_an_output_during_its_response_is_shown_after_it() -> None:
    harness, (first, second) = calling("f", "g", latency=0.01)
    answer(harness, first, id="out")
    harness.say("x", id="out")
    harness.send(ITEM + "create", item=user("x", id="later"), previous_item_id="out")
    harness.run(1.0)
    kinds = [event["type"] for event in harness.events if "item" in event and event["item"]["id"] == "out"]
    assert kinds == [ITEM + "added", ITEM + "done"]
    types = [(event["type"], event.get("item", {}).get("id")) for event in harness.events]
    assert types.index(("response.done", None)) < types.index((ITEM + "added", "out"))
    assert [error["code"] for error in harness.errors] == ["item_create_duplicate_item_id"]
    answer(harness, second)
    harness.send("response.create")
    harness.run(2.0)
    assert harness.of("response.done")[-1]["response"]["output"][0]["content"][0]["transcript"] == "Yes."
    assert harness.rules == [(8, True)]


def test_the_id_of_a_deleted_output_is_free_again() -> None:
    harness, (call_id, _) = calling("f", "g", latency=0.01)
    answer(harness, call_id, id="out")
    harness.run(1.0)
    harness.send(ITEM + "delete", item_id="out")
    harness.say("x", id="out")
    harness.run(1.0)
    assert harness.errors == []


def test_an_output_may_be_shown_at_once() -> None:
    harness, (call_id, _) = calling("f", "g", latency=0.01, choices=Pick(call_output_item=1))
    answer(harness, call_id, id="out")
    harness.run(1.0)
    types = [(event["type"], event.get("item", {}).get("id")) for event in harness.events]
    assert types.index((ITEM + "done", "out")) < types.index(("response.done", None))


@pytest.mark.parametrize("pick", [0, 1])
def test_other_items_during_a_response(pick: int) -> None:
    harness = Harness(choices=Pick(item_during_response=pick))
    harness.send("response.create")
    harness.say("x", id="mine")
    harness.run(2.0)
    types = [(event["type"], event.get("item", {}).get("id")) for event in harness.events]
    assert (types.index((ITEM + "added", "mine")) > types.index(("response.done", None))) is bool(pick)


def test_a_past_call_and_its_output_during_a_response() -> None:
    """The output follows its call, and finds it, whether the items wait or not."""
    harness = Harness(choices=Pick(item_during_response=1))
    harness.send("response.create")
    call = {"type": "function_call", "id": "call", "name": "f", "call_id": "call_1", "arguments": "{}"}
    harness.send(ITEM + "create", item=call)
    answer(harness, "call_1", id="out")
    harness.run(2.0)
    assert (harness.errors, harness.rules) == ([], [])
    shown = [item_id for item_id, _ in order(harness)]
    assert shown[-2:] == ["call", "out"]


def test_what_waits_comes_before_the_next_response() -> None:
    harness, (call_id, _) = calling("f", "g", latency=0.01)
    answer(harness, call_id, id="out")
    harness.run_until(lambda: bool(harness.of("response.done")))
    harness.send("response.create")
    harness.run(0.015)
    kinds = harness.kinds()
    after = kinds[kinds.index("response.done") + 1 :]
    assert after == ["rate_limits.updated", ITEM + "added", ITEM + "done", "response.created"]


def test_what_waits_comes_before_an_event_under_way() -> None:
    """Also when the server takes up an event before it has settled after the response."""
    harness, (call_id, _) = calling("f", "g", latency=0.01)
    answer(harness, call_id, id="out")
    harness.run_until(lambda: len(harness.of("response.function_call_arguments.delta")) == 8)
    harness.run(0.015)
    harness.send("input_audio_buffer.clear")
    harness.run(0.5)
    kinds = harness.kinds()
    after = kinds[kinds.index("response.done") + 1 :]
    assert after == [ITEM + "added", ITEM + "done", "input_audio_buffer.cleared", "rate_limits.updated"]


def test_a_second_output_is_a_violation() -> None:
    harness, (call_id,) = calling("f")
    answer(harness, call_id)
    answer(harness, call_id)
    harness.run(1.0)
    assert (harness.rules, harness.errors) == ([(9, False)], [])


def test_an_unknown_call() -> None:
    harness, _ = calling("f")
    answer(harness, "call_zzz")
    harness.run(0.1)
    assert harness.errors[0]["message"] == "Tool call ID 'call_zzz' not found in conversation."
    assert harness.rules == [(9, True)]


def test_a_follow_up_needs_all_outputs() -> None:
    harness, (first, second) = calling("f", "g")
    harness.run(1.0)
    answer(harness, first)
    harness.send("response.create", response={"conversation": "none", "output_modalities": ["text"]})
    harness.run(1.0)
    assert harness.rules == []
    harness.send("response.create")
    harness.run(2.0)
    assert (harness.rules, harness.errors) == ([(9, False)], [])
    assert second in harness.server.violations[0].message


def test_a_cancelled_call_needs_no_output() -> None:
    harness, (first, _) = calling("f", "g", latency=0.01)
    harness.send("response.cancel")
    answer(harness, first)
    harness.run(1.0)
    assert [item["status"] for item in harness.of("response.done")[0]["response"]["output"]] == [
        "completed",
        "incomplete",
    ]
    harness.send("response.create")
    harness.run(1.0)
    assert harness.rules == []


# --- truncate, delete, retrieve ---------------------------------------------------------------------


def spoken() -> tuple[Harness, str]:
    harness = Harness(script=[Reply(Say("0123456789", audio_ms=1000))])
    harness.send("response.create")
    harness.run(2.0)
    harness.forget()
    return harness, str(harness.server._state.conversation.items[0].id)


def truncate(harness: Harness, item_id: str, end_ms: int, index: int = 0) -> None:
    harness.send(ITEM + "truncate", item_id=item_id, content_index=index, audio_end_ms=end_ms)
    harness.run(0.1)


def test_truncate_forgets_what_was_not_heard() -> None:
    harness, item_id = spoken()
    truncate(harness, item_id, 400)
    (event,) = harness.events
    assert event["type"] == ITEM + "truncated"
    assert (event["item_id"], event["content_index"], event["audio_end_ms"]) == (item_id, 0, 400)
    harness.send(ITEM + "retrieve", item_id=item_id)
    harness.run(0.1)
    assert harness.of(ITEM + "retrieved")[0]["item"]["content"] == [
        {"type": "output_audio", "transcript": "0123"}
    ]


def test_truncate_no_longer_than_the_audio() -> None:
    harness, item_id = spoken()
    truncate(harness, item_id, 1000)
    truncate(harness, item_id, 1001)
    assert harness.errors[0]["message"] == "Audio content of 1000ms is already shorter than 1001ms"
    truncate(harness, item_id, 400)
    truncate(harness, item_id, 500)
    assert harness.errors[1]["message"] == "Audio content of 400ms is already shorter than 500ms"
    assert harness.rules == [(11, True)] * 2


def test_truncate_the_only_content() -> None:
    harness, item_id = spoken()
    truncate(harness, item_id, 400, index=1)
    assert harness.errors[0]["param"] == "content_index"
    assert harness.rules == [(11, True)]


def test_truncate_model_audio_only() -> None:
    harness, item_id = spoken()
    harness.say("x", id="mine")
    truncate(harness, "mine", 0)
    truncate(harness, item_id, 0)
    truncate(harness, item_id, 0)
    assert [error["code"] for error in harness.errors] == ["unsupported_content_type"] * 2
    assert harness.rules == [(11, True)] * 2


def test_delete() -> None:
    harness = Harness()
    harness.say("x", id="a")
    harness.say("y", id="b")
    harness.send(ITEM + "delete", item_id="a")
    harness.send(ITEM + "delete", item_id="a")
    harness.say("z", id="a")
    harness.run(0.1)
    assert harness.of(ITEM + "deleted")[0]["item_id"] == "a"
    assert harness.errors[0]["message"] == "Error deleting item: the item with id 'a' does not exist."
    assert order(harness)[-1] == ("a", "b")
    assert harness.rules == [(None, True)]


def test_an_item_may_be_deleted_while_it_is_spoken() -> None:
    harness = Harness()
    harness.send("response.create")
    harness.run(0.2)
    item_id = harness.of("response.output_item.added")[0]["item"]["id"]
    harness.send(ITEM + "delete", item_id=item_id)
    harness.run(2.0)
    assert harness.of(ITEM + "done")[0]["previous_item_id"] is None
    assert harness.of("response.done")[0]["response"]["status"] == "completed"


def test_audio_of_a_user_turn_can_be_had_back() -> None:
    harness = Harness()
    harness.listen(turn_detection=None)
    harness.append(150)
    harness.send("input_audio_buffer.commit")
    harness.run(0.1)
    harness.send(ITEM + "retrieve", item_id=harness.of(ITEM + "added")[0]["item"]["id"])
    harness.run(0.1)
    (part,) = harness.of(ITEM + "retrieved")[0]["item"]["content"]
    assert len(base64.b64decode(part["audio"])) == 150 * 48
