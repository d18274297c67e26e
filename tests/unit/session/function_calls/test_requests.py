"""Function calls on their way to the client, each once (F1, F6, F7)."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import CloseClient, CloseUpstream, Config, RunFunction
from realtime_translate.config import Limits
from tests.events import (
    TOOLS,
    answer,
    arguments_done,
    call_added,
    call_done,
    call_item,
    created,
    delta,
    done,
    event,
)
from tests.harness import Desk, Log, ready
from tests.unit.session.played import VAD, Way, begun_by_server, creates

CO = Config.component()


def responding(way: Way, config: Config = VAD) -> Desk:
    desk = ready(way, config, TOOLS)
    desk.upstream(created())
    return desk


def conversation_done(call_id: str = "call_1", **fields: Any) -> Any:
    return {"type": "conversation.item.done", "item": call_item(call_id, **{"status": "completed", **fields})}


def without(message: Any, *names: str) -> Any:
    """The event without these fields of its item."""
    return {**message, "item": {key: value for key, value in message["item"].items() if key not in names}}


def requests(log: Log) -> list[Any]:
    return [each for message in log.of("FunctionCallRequest") for each in message["functions"]]


# --- F1 -----------------------------------------------------------------------------------------------------


def test_F1_a_call_is_asked_of_the_client_when_its_item_ends(way: Way) -> None:
    desk = responding(way)
    arguments = '{"city":\n "Oslo"}'
    assert desk.upstream(call_added(), arguments_done(arguments=arguments)).client == []
    assert desk.upstream(call_done(arguments=arguments)).client == [
        {
            "type": "FunctionCallRequest",
            "functions": [{"id": "call_1", "name": "weather", "arguments": arguments, "client_side": True}],
        }
    ]


def test_F1_once_however_often_upstream_announces_it(way: Way) -> None:
    desk = responding(way)
    events = [call_added(), arguments_done(), conversation_done(), call_done(), arguments_done(), call_done()]
    log = desk.upstream(*events, done(output=[call_item(status="completed")]))
    assert len(requests(log)) == 1


@pytest.mark.parametrize(
    "announcement",
    [call_done(), arguments_done(), done(output=[call_item(status="completed")]), done(output=[call_item()])],
    ids=["item done", "arguments done", "response done", "response done without status"],
)
def test_F1_any_one_announcement_is_enough(way: Way, announcement: Any) -> None:
    assert len(requests(responding(way).upstream(announcement))) == 1


def test_F1_the_item_of_the_conversation_ends_it_too(way: Way) -> None:
    desk = responding(way)
    assert len(requests(desk.upstream(call_added(), conversation_done()))) == 1


def test_F1_at_arguments_done_only_if_the_item_was_never_announced(way: Way) -> None:
    desk = responding(way)
    assert requests(desk.upstream(call_added(), arguments_done())) == []
    assert len(requests(desk.upstream(arguments_done("call_2")))) == 1
    assert requests(desk.upstream(call_done("call_2"))) == []


def test_F1_the_name_and_the_arguments_are_taken_from_wherever_they_were(way: Way) -> None:
    desk = responding(way)
    assert requests(desk.upstream(call_added(name=""), arguments_done(arguments='{"a":1}'))) == []
    (call,) = requests(desk.upstream(call_done(name="", arguments="")))
    assert (call["name"], call["arguments"]) == ("weather", '{"a":1}')


@pytest.mark.parametrize("missing", ["call_id", "item_id"])
def test_F1_arguments_done_may_name_the_call_or_its_item(way: Way, missing: str) -> None:
    desk = responding(way)
    whole = arguments_done(arguments='{"a":1}')
    del whole[missing]
    (call,) = requests(desk.upstream(call_added(), whole, call_done(arguments="")))
    assert (call["id"], call["arguments"]) == ("call_1", '{"a":1}')


def test_F1_without_a_name_arguments_done_waits_for_one(way: Way) -> None:
    desk = responding(way)
    assert requests(desk.upstream(arguments_done(name=None))) == []
    assert len(requests(desk.upstream(call_done()))) == 1


def test_F1_arguments_may_be_invalid_json(way: Way) -> None:
    desk = responding(way)
    (call,) = requests(desk.upstream(call_done(arguments='{"city": "Os')))
    assert call["arguments"] == '{"city": "Os'


def test_F1_a_call_without_call_id_goes_by_the_id_of_its_item(way: Way) -> None:
    desk = responding(way)
    (call,) = requests(desk.upstream(without(call_added(), "call_id"), without(call_done(), "call_id")))
    assert call["id"] == "item_1"


def test_F1_a_call_without_any_id_cannot_be_passed_on(way: Way) -> None:
    desk = responding(way)
    nameless = arguments_done()
    del nameless["call_id"], nameless["item_id"]
    log = desk.upstream(without(call_done(), "call_id", "id"), nameless)
    assert log.client == []


def test_F1_a_long_call_id_is_passed_on_as_it_is(way: Way) -> None:
    desk = responding(way)
    long = "call_" + "x" * 38
    assert requests(desk.upstream(call_done(long)))[0]["id"] == long
    assert desk.client(answer(long)).upstream[0]["item"]["call_id"] == long


def test_F1_a_call_that_did_not_complete_is_not_passed_on(way: Way) -> None:
    desk = responding(way)
    cut = call_item(status="incomplete", arguments='{"ci')
    log = desk.upstream(
        call_added(),
        arguments_done(arguments='{"ci'),
        conversation_done(status="incomplete"),
        call_done(status="incomplete"),
        arguments_done(),
        done(status="cancelled", output=[cut]),
    )
    assert requests(log) == []
    assert log.notices == ["CALL_INCOMPLETE"]
    assert log.client_types == ["AgentAudioDone"]


def test_F1_a_call_whose_response_ended_before_it_is_not_passed_on(way: Way) -> None:
    desk = responding(way)
    log = desk.upstream(call_added(), done())
    assert (requests(log), log.notices) == ([], ["CALL_INCOMPLETE"])
    assert "AgentAudioDone" in log.client_types


def test_F1_two_calls_in_one_response_are_two_requests_in_order(way: Way) -> None:
    desk = responding(way)
    second = call_done("call_2", name="clock")
    log = desk.upstream(call_added(), call_added("call_2", name="clock"), call_done(), second, done())
    assert [(each["id"], each["name"]) for each in requests(log)] == [
        ("call_1", "weather"),
        ("call_2", "clock"),
    ]
    assert [len(each["functions"]) for each in log.of("FunctionCallRequest")] == [1, 1]


def test_F1_a_message_and_a_call_in_one_response(way: Way) -> None:
    desk = responding(way)
    said = {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "content": [{"type": "output_text", "text": "Wait."}],
    }
    log = desk.upstream(
        delta(text="Wait."), call_added(), call_done(), done(output=[said, call_item(status="completed")])
    )
    assert log.client_types == ["FunctionCallRequest", "ConversationText", "History"]
    follow_up = desk.client(answer("call_1"))
    assert follow_up.upstream_types == ["conversation.item.create", "response.create"]


def test_F1_calls_that_no_response_announced_are_context(way: Way) -> None:
    desk = ready(way, VAD, TOOLS)
    assert desk.upstream(conversation_done()).client == []
    kinds = ("added", "created")
    log = desk.upstream(*[{"type": f"conversation.item.{kind}", "item": call_item()} for kind in kinds])
    assert log.client == []


def test_F1_a_settled_call_is_not_asked_for_again(way: Way) -> None:
    desk = responding(way)
    desk.upstream(call_done(), done())
    desk.client(answer("call_1"))
    log = desk.upstream(call_done(), arguments_done(), conversation_done(), done(output=[call_item()]))
    assert requests(log) == []


def test_F1_other_items_are_no_calls(way: Way) -> None:
    desk = responding(way)
    item = {"type": "mcp_call", "id": "mcp_1", "name": "weather", "arguments": "{}", "status": "completed"}
    announcements = [event(f"output_item.{kind}", item=item) for kind in ("added", "done")]
    log = desk.upstream(*announcements, done(output=[item]))
    assert (log.client_types, log.notices) == (["AgentAudioDone"], [])


# --- F6, F7 -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", [VAD, CO], ids=["deepgram", "component"])
def test_F6_the_host_runs_a_function_with_an_endpoint(way: Way, config: Config) -> None:
    desk = responding(way, config)
    log = desk.upstream(call_done(name="lookup", arguments='{"q":1}'))
    assert requests(log) == [{"id": "call_1", "name": "lookup", "arguments": '{"q":1}', "client_side": False}]
    (run,) = [each for each in log.outputs if isinstance(each, RunFunction)]
    endpoint = {"url": "https://example.org/lookup", "method": "post"}
    assert (run.call_id, run.name, run.arguments, dict(run.endpoint)) == (
        "call_1",
        "lookup",
        '{"q":1}',
        endpoint,
    )


def test_F6_a_function_without_endpoint_is_the_clients(way: Way) -> None:
    log = responding(way).upstream(call_done())
    assert not any(isinstance(each, RunFunction) for each in log.outputs)


def test_F6_the_result_goes_to_the_client_and_upstream(way: Way) -> None:
    desk = responding(way)
    desk.upstream(call_done(name="lookup"), done())
    log = Log(list(desk.translator.function_result("call_1", "42")))
    assert log.client_types == ["FunctionCallResponse", "History"]
    assert log.client[0] == {
        "type": "FunctionCallResponse",
        "id": "call_1",
        "name": "lookup",
        "content": "42",
    }
    assert log.upstream_types == ["conversation.item.create", "response.create"]
    item = log.upstream[0]["item"]
    assert item == {"type": "function_call_output", "call_id": "call_1", "output": "42"}


@pytest.mark.parametrize("call_id", ["call_1", "call_9"])
def test_F6_a_result_that_nothing_waits_for_goes_nowhere(way: Way, call_id: str) -> None:
    desk = responding(way)
    desk.upstream(call_done(), call_done("call_2", name="lookup"))
    log = Log(list(desk.translator.function_result(call_id, "42")))
    assert (log.client, log.upstream, log.notices) == ([], [], ["CALL_ANSWER_IGNORED"])


def test_F6_a_second_result_goes_nowhere(way: Way) -> None:
    desk = responding(way)
    desk.upstream(call_done(name="lookup"), call_done("call_2"))
    desk.translator.function_result("call_1", "42")
    log = Log(list(desk.translator.function_result("call_1", "43")))
    assert (log.client, log.upstream) == ([], [])


def test_F6_the_client_does_not_answer_for_the_host(way: Way) -> None:
    desk = responding(way)
    desk.upstream(call_done(name="lookup"))
    for message in (answer("call_1", "lookup"), answer(None, "lookup")):
        log = desk.client(message)
        assert (log.upstream, log.notices) == ([], ["CALL_ANSWER_IGNORED"])


def test_F7_a_function_that_was_not_declared_is_fatal_for_deepgrams_client(way: Way) -> None:
    desk = responding(way)
    log = desk.upstream(call_done(name="invented"))
    assert log.client_types == ["Error"]
    assert log.of("Error")[0]["code"] == "NON_EXISTENT_FUNCTION_CALLED"
    assert "invented" in log.of("Error")[0]["description"]
    assert [type(each) for each in log.closes] == [CloseClient, CloseUpstream]
    assert [each.code for each in log.closes] == [1000, 1000]


def test_F7_the_components_client_gets_it_like_any_other(way: Way) -> None:
    desk = responding(way, CO)
    (call,) = requests(desk.upstream(call_done(name="invented")))
    assert (call["name"], call["client_side"]) == ("invented", True)
    assert desk.client(answer("call_1", "invented")).upstream_types == ["conversation.item.create"]


def test_L3_too_many_unanswered_calls_end_the_session(way: Way) -> None:
    desk = responding(way, Config.deepgram(limits=Limits(pending_messages=2)))
    assert desk.upstream(call_done("call_1"), call_done("call_2")).closes == []
    desk.client(answer("call_1"))
    assert desk.upstream(call_done("call_3")).closes == []
    log = desk.upstream(call_done("call_4"))
    assert log.of("Error")[0]["code"] == "INTERNAL_SERVER_ERROR"
    assert len(log.closes) == 2


def test_L2_nothing_is_kept_of_calls_that_are_over_but_their_ids(way: Way) -> None:
    desk = responding(way)
    desk.upstream(call_done("call_1"), call_added("call_2"), done())
    desk.client(answer("call_1"))
    snapshot: Any = desk.translator.snapshot()
    settled = {"call_id": "call_1", "item_id": "item_1", "client_id": "call_1", "response_id": ""}
    kept = snapshot["call"]["calls"]
    assert (kept["calls"], kept["settled"], list(kept["unconfirmed"])) == ([], [settled], ["call_1"])


def test_L2_settled_calls_are_forgotten_in_the_end(way: Way) -> None:
    desk = responding(way)
    for number in range(1, 70):
        desk.upstream(call_done(f"call_{number}", f"resp_{number}"), done(f"resp_{number}"))
        assert creates(desk.client(answer(f"call_{number}"))) == 1
    begun_by_server(desk)
    assert requests(desk.upstream(call_done("call_69", "resp_s"))) == []
    assert len(requests(desk.upstream(call_done("call_1", "resp_s")))) == 1
