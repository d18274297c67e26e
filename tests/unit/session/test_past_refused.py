"""Items of the past that a server refuses for the beginning of an id go again (C1, D5, T6, N6)."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config, ContextMode, Notice, SnapshotError, Translator
from tests.events import answer, call_done, created, done, error
from tests.harness import SETTINGS, Desk, Log
from tests.unit.session import renewing
from tests.unit.session.played import Way
from tests.unit.session.test_servers_differ import differs

Json = dict[str, Any]

ITEMS = Config.deepgram(context=ContextMode.ITEMS)
CREATE = "conversation.item.create"
SAID: list[Json] = [
    {"type": "History", "role": "user", "content": "A berth?"},
    {"type": "History", "role": "assistant", "content": "Which day?"},
]
CALLED: Json = {
    "type": "History",
    "function_calls": [
        {"id": "call_7", "name": "tide", "client_side": True, "arguments": "{}", "response": "high"}
    ],
}


def with_context(way: Way = Desk, *messages: Json, config: Config = ITEMS) -> tuple[Desk, list[Json]]:
    """A call, and the events of its context."""
    desk = way(config)
    log = desk.ready({**SETTINGS, "agent": {"context": {"messages": list(messages or SAID)}}})
    return desk, log.of(CREATE)


def refusal(event: Json, head: str, got: str = "id") -> Json:
    return error(None, f"ID must start with '{head}', got '{event['item'][got]}'", event_id=event["event_id"])


def confirmed(event: Json) -> Json:
    return {"type": "conversation.item.added", "item": {"status": "completed", **event["item"]}}


def kept(desk: Desk) -> Any:
    call: Any = desk.translator.snapshot()["call"]
    return call["past"]


def again(log: Log) -> Json:
    (event,) = log.of(CREATE)
    return event


def told(log: Log) -> list[str]:
    messages: Any = log.client
    return [each["content"] for each in messages if each["type"] == "ConversationText"]


def test_D5_a_refused_item_of_the_context_goes_again_in_its_place(way: Way) -> None:
    desk, (first, second) = with_context(way)
    log = desk.upstream(refusal(first, "item_"))
    assert (log.client, differs(log)) == ([], ["ids of items"])
    assert "CONTEXT_ITEM_REFUSED" not in log.notices
    one = again(log)
    assert one["item"]["id"].startswith("item_")
    assert {**one["item"], "id": ""} == {**first["item"], "id": ""}
    assert one["previous_item_id"] == "root"
    log = desk.upstream(refusal(second, "item_"))
    assert (log.client, differs(log)) == ([], [])
    assert again(log)["previous_item_id"] == one["item"]["id"]


def test_D5_later_ones_begin_so_at_once() -> None:
    desk, (first, _) = with_context()
    desk.upstream(refusal(first, "item_"))
    log = desk.client({"type": "InjectUserMessage", "content": "Monday."})
    assert again(log)["item"]["id"].startswith("item_")


def test_D5_it_goes_behind_what_the_server_has(way: Way) -> None:
    desk, (first, second, call, output) = with_context(way, *SAID, CALLED)
    assert desk.upstream(confirmed(first), confirmed(second)).upstream == []
    one = again(desk.upstream(refusal(call, "func_")))
    assert (one["item"]["id"][:5], one["previous_item_id"]) == ("func_", second["item"]["id"])
    other = again(desk.upstream(refusal(output, "out_")))
    assert (other["item"]["id"][:4], other["previous_item_id"]) == ("out_", one["item"]["id"])


def unnamed(event: Json, head: str, got: str = "id") -> Json:
    refused = refusal(event, head, got)
    return {**refused, "error": {**refused["error"], "event_id": None}}


def test_R6_a_refusal_that_names_no_event_is_known_by_the_id_that_it_quotes(way: Way) -> None:
    desk, context = with_context(way, *SAID, CALLED)
    text = again(desk.client({"type": "InjectUserMessage", "content": "Monday."}))
    *_, output = (again(desk.upstream(unnamed(each, "item_"))) for each in context)
    log = desk.upstream(unnamed(text, "item_"))
    assert (log.client, again(log)["item"]["content"]) == ([], text["item"]["content"])
    assert output["item"]["id"].startswith("item_")
    assert {**output["item"], "id": ""} == {**context[-1]["item"], "id": ""}


def test_R6_of_a_call_and_its_output_the_one_that_has_not_gone_again_is_meant() -> None:
    desk, (call, output) = with_context(Desk, CALLED)
    again_one = again(desk.upstream(unnamed(call, "toolu_", "call_id")))
    other = again(desk.upstream(unnamed(output, "toolu_", "call_id")))
    assert (again_one["item"]["type"], other["item"]["type"]) == ("function_call", "function_call_output")
    log = desk.upstream(unnamed(call, "toolu_", "call_id"))
    assert (log.client_types, log.upstream) == (["Warning"], [])


@pytest.mark.parametrize("message", ["ID must start with 'item_'", "ID must start with 'item_', got 'msg_T'"])
def test_R6_any_other_id_is_no_item_of_ours(message: str) -> None:
    desk, _ = with_context()
    log = desk.upstream(error(None, message))
    assert (log.client_types, log.upstream) == (["Warning"], [])


@pytest.mark.parametrize("head", ["toolu_", "fc_"])
def test_D5_calls_may_have_to_begin_in_another_way(head: str) -> None:
    desk, (call, output) = with_context(Desk, CALLED)
    log = desk.upstream(refusal(call, head, "call_id"))
    assert differs(log) == ["ids of items"]
    one, other = again(log), again(desk.upstream(refusal(output, head, "call_id")))
    assert one["item"]["call_id"] == other["item"]["call_id"] == f"{head}7"
    assert one["item"]["id"].startswith("fc_")


def test_C2_the_id_of_a_call_is_never_too_long() -> None:
    long = {**CALLED, "function_calls": [{**CALLED["function_calls"][0], "id": f"call_{'x' * 27}"}]}
    desk, (call, _) = with_context(Desk, long)
    event = again(desk.upstream(refusal(call, "toolu_", "call_id")))
    assert event["item"]["call_id"] == f"toolu_{'x' * 26}"


def test_D5_what_the_model_said_is_not_told_under_its_new_id_either() -> None:
    desk, (_, second) = with_context()
    event = again(desk.upstream(refusal(second, "item_")))
    assert desk.upstream(confirmed(event)).client == []


def test_T6_it_goes_again_once(way: Way) -> None:
    desk, (first, second) = with_context(way)
    one = again(desk.upstream(refusal(first, "item_")))
    log = desk.upstream(refusal(one, "it-"))
    assert (log.client, log.upstream, log.notices[0]) == ([], [], "CONTEXT_ITEM_REFUSED")
    assert again(desk.upstream(refusal(second, "item_")))["previous_item_id"] == "root"


def missing(event: Json) -> Json:
    place = event["previous_item_id"]
    message = f"Error adding item: the previous item with id '{place}' does not exist."
    return error("item_create_invalid_previous_item_id", message, event_id=event["event_id"])


def test_D5_what_follows_a_lost_item_is_not_lost_with_it(way: Way) -> None:
    desk, context = with_context(way, *SAID, CALLED)
    user, agent, call, output = (again(desk.upstream(refusal(each, "item_"))) for each in context)
    assert agent["previous_item_id"] == user["item"]["id"]
    desk.upstream(confirmed(user))  # and nothing is ever heard of the agent's
    log = desk.upstream(missing(call))
    assert log.notices.count("CONTEXT_ITEM_REFUSED") == 1  # of the agent's
    call = again(log)
    assert call["previous_item_id"] == user["item"]["id"]
    output = again(desk.upstream(missing(output)))
    assert output["previous_item_id"] == call["item"]["id"]
    log = desk.upstream(confirmed(call), confirmed(output))
    assert (log.client, log.upstream) == ([], [])
    assert kept(desk)["items"] == []


def test_D5_behind_a_lost_first_item_is_the_first_place(way: Way) -> None:
    desk, context = with_context(way)
    _, second = (again(desk.upstream(refusal(each, "item_"))) for each in context)
    event = again(desk.upstream(missing(second)))
    assert event["previous_item_id"] == "root"
    log = desk.upstream(missing(event))
    assert (log.client, log.upstream, log.notices[0]) == ([], [], "CONTEXT_ITEM_REFUSED")


def test_T6_a_server_that_does_not_know_what_it_has_confirmed_is_not_asked_again() -> None:
    desk, (first, second) = with_context()
    desk.upstream(confirmed(first))
    event = again(desk.upstream(refusal(second, "item_")))
    assert event["previous_item_id"] == first["item"]["id"]
    log = desk.upstream(missing(event))
    assert (log.upstream, log.notices[0]) == ([], "CONTEXT_ITEM_REFUSED")


def test_D5_an_output_follows_its_call(way: Way) -> None:
    desk, context = with_context(way, *SAID, CALLED)
    user, _, call, output = (again(desk.upstream(refusal(each, "item_"))) for each in context)
    desk.upstream(confirmed(user))
    call = again(desk.upstream(missing(call)))
    no_call = error(None, "Tool call ID 'call_7' not found in conversation.", event_id=output["event_id"])
    output = again(desk.upstream(no_call))
    assert output["previous_item_id"] == call["item"]["id"]
    no_call = error(None, "Tool call ID 'call_7' not found in conversation.", event_id=output["event_id"])
    log = desk.upstream(no_call)
    assert (log.client, log.upstream, log.notices[0]) == ([], [], "CONTEXT_ITEM_REFUSED")


def test_D5_an_output_on_its_way_follows_its_call_that_goes_again() -> None:
    desk, (call, output) = with_context(Desk, CALLED)
    call = again(desk.upstream(refusal(call, "func_")))
    no_call = error(None, "Tool call ID 'call_7' not found in conversation.", event_id=output["event_id"])
    output = again(desk.upstream(no_call))
    assert output["previous_item_id"] == call["item"]["id"]
    no_call = error(None, "Tool call ID 'call_7' not found in conversation.", event_id=output["event_id"])
    assert desk.upstream(no_call).upstream == []


def test_D5_an_output_follows_its_call_under_the_id_that_the_server_wants() -> None:
    desk, context = with_context(Desk, *SAID, CALLED)
    user, _ = (again(desk.upstream(refusal(each, "item_"))) for each in context[:2])
    call, output = (again(desk.upstream(refusal(each, "toolu_", "call_id"))) for each in context[2:])
    desk.upstream(confirmed(user))
    call = again(desk.upstream(missing(call)))
    no_call = error(None, "Tool call ID 'toolu_7' not found in conversation.", event_id=output["event_id"])
    assert again(desk.upstream(no_call))["previous_item_id"] == call["item"]["id"]


def test_T6_what_is_refused_for_another_reason_goes_no_more() -> None:
    desk, context = with_context(Desk, *SAID, CALLED)
    sent = [again(desk.upstream(refusal(each, "item_"))) for each in context]
    desk.upstream(missing(sent[2]))
    log = desk.upstream(error(None, "No.", event_id=sent[3]["event_id"]))
    assert (log.upstream, log.notices[0]) == ([], "CONTEXT_ITEM_REFUSED")


def test_L2_of_an_item_that_goes_again_and_again_one_is_known() -> None:
    answers: list[Json] = [
        {"type": "History", "role": "assistant", "content": f"Number {n}."} for n in range(5)
    ]
    desk, context = with_context(Desk, *answers)
    sent = [again(desk.upstream(refusal(each, "item_"))) for each in context]
    for at in range(1, 5):
        sent[at] = again(desk.upstream(missing(sent[at])))
    snapshot: Any = desk.translator.snapshot()
    assert len(snapshot["call"]["agent_text"]["own"]) == 4
    assert len(kept(desk)["items"]) == 4


def test_N17_what_the_server_says_is_not_there_was_not_told() -> None:
    desk = renewing.ready_in()
    for text in ("One?", "Two?", "Three?"):
        renewing.asked(desk, text)
    desk.act(lambda translator: translator.upstream_closed(1006))
    texts = renewing.dialled_again(desk).of(CREATE)
    one, _, three = (again(desk.upstream(refusal(each, "item_"))) for each in texts)
    desk.upstream(confirmed(one))
    three = again(desk.upstream(missing(three)))
    log = desk.upstream(confirmed(three))
    (done,) = (each for each in log.outputs if isinstance(each, Notice) and each.code == "RENEWAL_DONE")
    assert (done.fields["items"], done.fields["dropped"]) == (2, 1)


@pytest.mark.parametrize("message", ["ID must start with 'msg_'", "No."])
def test_T6_another_refusal_is_final(message: str) -> None:
    desk, (first, _) = with_context()
    log = desk.upstream(error(None, message, event_id=first["event_id"]))
    assert (log.client, log.upstream, log.notices[0]) == ([], [], "CONTEXT_ITEM_REFUSED")


def test_L2_nothing_of_it_is_kept_once_two_responses_began(way: Way) -> None:
    desk, (first, second) = with_context(way)
    desk.upstream(confirmed(second))  # out of their order
    assert len(kept(desk)["items"]) == 2
    desk.upstream(confirmed(first))
    assert len(kept(desk)["items"]) == 1
    desk.upstream(created(), done())
    assert len(kept(desk)["items"]) == 1
    desk.upstream(created("resp_2"))
    assert kept(desk)["items"] == []
    assert desk.upstream(refusal(second, "item_")).upstream == []


def test_D5_a_response_may_begin_before_the_refusal_comes(way: Way) -> None:
    desk, (first, second) = with_context(way)
    desk.upstream(confirmed(first), created())
    event = again(desk.upstream(refusal(second, "item_")))
    assert event["previous_item_id"] == first["item"]["id"]


def test_N6_the_next_session_counts_it_when_it_went_through() -> None:
    desk = renewing.ready_in()
    renewing.asked(desk, "A berth?")
    desk.act(lambda translator: translator.upstream_closed(1006))
    replayed = again(renewing.dialled_again(desk))
    log = desk.upstream(refusal(replayed, "item_"))
    assert "RENEWAL_DONE" not in log.notices
    assert "RENEWAL_DONE" in desk.upstream(confirmed(again(log))).notices


def test_N13_its_place_is_one_of_the_session_at_hand() -> None:
    config = renewing.config(fields={"context": ContextMode.ITEMS})
    desk, (first, _) = with_context(Desk, config=config)
    desk.upstream(confirmed(first))
    text = again(desk.client({"type": "InjectUserMessage", "content": "Monday."}))
    desk.upstream(confirmed(text))
    desk.act(lambda translator: translator.upstream_closed(1006))
    replayed = renewing.dialled_again(desk).of(CREATE)
    assert again(desk.upstream(refusal(replayed[0], "item_")))["previous_item_id"] == "root"


def test_N10_a_call_and_its_answer_have_one_id_where_ids_of_calls_begin_in_another_way() -> None:
    desk = renewing.ready_in()
    desk.upstream(created(), call_done("call_1"), call_done("call_2", name="clock"), done())
    desk.client(answer("call_1"))
    desk.act(lambda translator: translator.upstream_closed(1006))
    call, output = renewing.dialled_again(desk).of(CREATE)
    told = [again(desk.upstream(refusal(each, "toolu_", "call_id"))) for each in (call, output)]
    desk.upstream(*(confirmed(each) for each in told))
    call, output = (each["item"] for each in desk.client(answer("call_2", name="clock")).of(CREATE))
    assert call["call_id"] == output["call_id"] == "toolu_2"


@pytest.mark.parametrize("odd", ["place", "item_id"])
def test_Always_6_places_that_cannot_be_do_no_harm(odd: str) -> None:
    desk, context = with_context()
    one, two = (again(desk.upstream(refusal(each, "item_"))) for each in context)
    snapshot: Any = desk.translator.snapshot()
    snapshot["call"]["past"]["items"][1][odd] = (two if odd == "place" else one)["item"]["id"]
    desk.translator = Translator.restore(snapshot, desk.config, clock=desk.clock)
    assert desk.upstream(missing({**two, "previous_item_id": two["item"]["id"]}), missing(two)).client == []


def test_O3_the_model_may_say_again_what_a_refused_item_said(way: Way) -> None:
    desk, context = with_context(way)
    user, agent = (again(desk.upstream(refusal(each, "item_"))) for each in context)
    desk.upstream(confirmed(user), confirmed(agent), created())
    said = {**agent["item"], "id": "item_new", "status": "completed"}
    log = desk.upstream({"type": "conversation.item.done", "item": said}, done())
    assert told(log) == ["Which day?"]


def test_O3_the_model_may_say_what_the_server_does_not_take(way: Way) -> None:
    desk, (_, agent) = with_context(way)
    desk.upstream(error(None, "No.", event_id=agent["event_id"]), created())
    said = {**agent["item"], "id": "item_new", "status": "completed"}
    log = desk.upstream({"type": "conversation.item.done", "item": said}, done())
    assert told(log) == ["Which day?"]


def test_O3_the_model_may_say_what_the_server_has_lost(way: Way) -> None:
    desk, context = with_context(way, *SAID, CALLED)
    user, agent, call, _ = (again(desk.upstream(refusal(each, "item_"))) for each in context)
    desk.upstream(confirmed(user), missing(call), created())
    said = {**agent["item"], "id": "item_new", "status": "completed"}
    log = desk.upstream({"type": "conversation.item.done", "item": said}, done())
    assert told(log) == ["Which day?"]


@pytest.mark.parametrize("odd", [None, 7, ["call_7"]])
def test_Always_6_an_output_without_the_id_of_its_call_is_corrupt(odd: Any) -> None:
    desk, _ = with_context(Desk, CALLED)
    snapshot: Any = desk.translator.snapshot()
    snapshot["call"]["past"]["items"][1]["item"]["call_id"] = odd
    with pytest.raises(SnapshotError, match="an item in the snapshot is corrupt"):
        Translator.restore(snapshot, desk.config, clock=desk.clock)
