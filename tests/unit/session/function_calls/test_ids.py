"""F1: a call is its item, whatever upstream calls it; the client knows each by an id of its own."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config, RunFunction
from realtime_translate.session.ids import MAX_ID
from tests.events import (
    answer,
    arguments_done,
    call_added,
    call_done,
    call_item,
    created,
    done,
    output_seen,
    speech,
)
from tests.harness import Log
from tests.unit.session.function_calls.test_recognised import calling
from tests.unit.session.played import VAD, Way, creates

LONG = "c" * (MAX_ID + 1)
CO = Config.component()


def ids(log: Log) -> list[str]:
    """The ids of the calls that the client is asked for."""
    return [each["id"] for request in log.of("FunctionCallRequest") for each in request["functions"]]


def outputs(log: Log) -> list[tuple[str, str]]:
    items = [each["item"] for each in log.of("conversation.item.create")]
    return [(each["call_id"], each["output"]) for each in items]


# --- the same id for two calls ------------------------------------------------------------------------------


def test_F1_an_id_that_comes_again_in_a_later_response_is_another_call(way: Way) -> None:
    desk = calling(way)
    desk.upstream(call_done("call_0"), done())
    desk.client(answer("call_0"))
    desk.upstream(created("resp_2"))
    (fresh,) = ids(desk.upstream(call_done("call_0", "resp_2", id="item_9"), done("resp_2")))
    assert fresh != "call_0"
    assert desk.client(answer("call_0")).notices == ["CALL_ANSWER_IGNORED"], "that one is answered"
    log = desk.client(answer(fresh, content="rain"))
    assert (outputs(log), creates(log)) == ([("call_0", "rain")], 1)
    assert log.of("History")[0]["function_calls"][0]["id"] == fresh


def test_F1_an_id_twice_in_one_response_is_two_calls(way: Way) -> None:
    desk = calling(way)
    first, second = call_item("call_0", id="i1"), call_item("call_0", "clock", id="i2")
    (plain,) = ids(desk.upstream(call_done(**first), call_added(**second)))
    (fresh,) = ids(desk.upstream(call_done(**second)))
    assert (plain, fresh == plain) == ("call_0", False)
    assert ids(desk.upstream(done(output=[first, second]))) == []
    assert outputs(desk.client(answer(fresh, "clock", "noon"))) == [("call_0", "noon")]
    log = desk.client(answer("call_0", content="sunny"))
    assert (outputs(log), creates(log)) == ([("call_0", "sunny")], 1)


def test_F1_the_arguments_that_name_no_item_are_those_of_the_last_call_of_that_id(way: Way) -> None:
    desk = calling(way)
    desk.upstream(call_done("call_0", id="i1"), call_added("call_0", id="i2", name="clock"))
    whole = arguments_done("call_0", arguments='{"at":1}')
    del whole["item_id"]
    assert ids(desk.upstream(whole)) == []
    log = desk.upstream(call_done("call_0", id="i2", name="clock", arguments=""))
    assert log.of("FunctionCallRequest")[0]["functions"][0]["arguments"] == '{"at":1}'


@pytest.mark.parametrize("settled", [True, False])
def test_F1_without_an_item_the_same_id_is_the_same_call(way: Way, settled: bool) -> None:
    desk = calling(way)
    bare = arguments_done("call_0")
    del bare["item_id"]
    assert ids(desk.upstream(bare)) == ["call_0"]
    if settled:
        desk.client(answer("call_0"))
        desk.upstream(done())
    assert ids(desk.upstream(bare, call_done("call_0", id="i1"), call_done("call_0", id="i1"))) == []
    assert len(ids(desk.upstream(call_done("call_0", id="i2")))) == 1, "its item is known by now"


def test_F1_the_item_tells_more_than_the_id_of_the_call(way: Way) -> None:
    """The last call of that id is another one."""
    desk = calling(way)
    bare = arguments_done("call_0")
    del bare["item_id"]
    desk.upstream(call_done("call_1", id="i1"), bare)
    assert ids(desk.upstream(call_done("call_0", id="i1"))) == []


def test_F1_only_ids_that_the_client_was_given_are_taken(way: Way) -> None:
    desk = calling(way)
    desk.upstream(call_added("call_0", id="i1"), call_done("call_0", id="i1", status="incomplete"))
    assert ids(desk.upstream(call_done("call_0", id="i2"))) == ["call_0"]


def test_F1_an_id_of_ours_is_given_up_with_the_call_that_had_the_other(way: Way) -> None:
    """After the 64 that are remembered the client may see an id again."""
    desk = calling(way)
    for number in range(66):
        desk.upstream(created(f"resp_{number}"), call_done(f"call_{number}", f"resp_{number}"))
        desk.upstream(done(f"resp_{number}"))
        desk.client(answer(f"call_{number}"))
    desk.upstream(created("resp_x"))
    assert ids(desk.upstream(call_done("call_0", "resp_x", id="other"))) == ["call_0"]


def test_F1_the_host_gets_the_id_that_the_client_has(way: Way) -> None:
    desk = calling(way)
    desk.upstream(call_done("call_0", id="i1"))
    log = desk.upstream(call_done("call_0", id="i2", name="lookup"))
    (run,) = [each for each in log.outputs if isinstance(each, RunFunction)]
    assert [run.call_id] == ids(log) != ["call_0"]
    log = desk.act(lambda translator: translator.function_result(run.call_id, "42"))
    assert log.of("FunctionCallResponse")[0]["id"] == run.call_id
    assert outputs(log) == [("call_0", "42")]


def test_F1_a_call_that_is_cancelled_has_the_id_that_the_client_has(way: Way) -> None:
    desk = calling(way)
    given = ids(desk.upstream(call_done("call_0", id="i1"), call_done("call_0", id="i2"), done()))
    log = desk.upstream(speech("speech_started"))
    assert [each["id"] for each in log.of("FunctionCallCancelled")[0]["functions"]] == given
    assert [each for each, _ in outputs(log)] == ["call_0", "call_0"]


def test_F10_an_answer_without_id_goes_to_the_call_that_upstream_means(way: Way) -> None:
    desk = calling(way)
    desk.upstream(call_done("call_0", id="i1"), call_done(LONG, id="i2", name="clock"))
    assert outputs(desk.client(answer(None, "clock", "noon"))) == [(LONG, "noon")]


def test_F3_the_output_of_either_of_two_calls_of_one_id_may_be_confirmed(way: Way) -> None:
    desk = calling(way)
    (given,) = ids(desk.upstream(call_done("call_0", id="i1")))
    desk.client(answer(given))
    desk.upstream(done())
    desk.upstream(created("resp_2"))
    (given,) = ids(desk.upstream(call_done("call_0", "resp_2", id="i2")))
    desk.client(answer(given))
    desk.upstream(output_seen("call_0"))
    assert creates(desk.wait(1)) == 1, "resp_2 has shown no other end"


# --- ids of any length --------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", [VAD, CO], ids=["deepgram", "component"])
def test_F1_a_call_of_an_endless_id_gets_one_of_ours(way: Way, config: Config) -> None:
    desk = calling(way, config)
    item = call_item(LONG, id="i" * (MAX_ID + 1))
    log = desk.upstream(
        call_added(**item),
        {**arguments_done(LONG), "item_id": item["id"]},
        call_done(**item),
        done(output=[item]),
    )
    (given,) = ids(log)
    assert len(given) <= 32
    assert outputs(desk.client(answer(given))) == [(LONG, "sunny")]
    assert ids(desk.upstream(call_done(**item))) == [], "it is recognised"


def test_F1_the_longest_id_that_a_client_gets(way: Way) -> None:
    desk = calling(way)
    assert ids(desk.upstream(call_done(LONG[1:]))) == [LONG[1:]]


def test_L2_an_endless_id_is_forgotten_with_its_call(way: Way) -> None:
    desk = calling(way)
    (given,) = ids(desk.upstream(call_done(LONG), done()))
    desk.client(answer(given))
    calls: Any = desk.translator.snapshot()["call"]
    assert len(str(calls["calls"])) < MAX_ID


# --- arguments ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", ["", None])
@pytest.mark.parametrize("config", [VAD, CO], ids=["deepgram", "component"])
def test_F1_no_arguments_are_an_empty_object(way: Way, config: Config, arguments: str | None) -> None:
    desk = calling(way, config)
    log = desk.upstream(
        call_done(arguments=arguments), call_done("call_2", name="lookup", arguments=arguments)
    )
    asked = [each["arguments"] for request in log.of("FunctionCallRequest") for each in request["functions"]]
    asked += [each.arguments for each in log.outputs if isinstance(each, RunFunction)]
    assert asked == ["{}", "{}", "{}"]


def test_F9_nor_does_history_have_any(way: Way) -> None:
    desk = calling(way)
    desk.upstream(call_done(arguments=""))
    assert desk.client(answer("call_1")).of("History")[0]["function_calls"][0]["arguments"] == "{}"
