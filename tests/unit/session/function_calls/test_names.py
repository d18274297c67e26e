"""S10: whatever upstream calls a function, the client and the host hear of it by its own name."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config, RunFunction
from tests.events import answer, arguments_done, call_done, created, done, event, speech
from tests.harness import Desk, Log, ready
from tests.unit.session.played import VAD, Way, creates

CO = Config.component()
BOTH = pytest.mark.parametrize("config", [VAD, CO], ids=["deepgram", "component"])
ENDPOINT = {"url": "https://example.org/find", "method": "post"}


def settings(*functions: Any) -> Any:
    agent = {"think": {"provider": {"type": "open_ai", "model": "gpt-4o"}, "functions": list(functions)}}
    return {"type": "Settings", "audio": {}, "agent": agent}


ODD = settings({"name": "look up"}, {"name": "find it", "endpoint": ENDPOINT})


def calling(way: Way, config: Config = VAD) -> tuple[Desk, list[str]]:
    """A response that runs, and what upstream calls the functions."""
    desk = way(config)
    log = desk.ready(ODD)
    desk.upstream(created())
    return desk, [each["name"] for each in log.of("session.update")[0]["session"]["tools"]]


def names(log: Log) -> list[str]:
    asked = [each["name"] for request in log.of("FunctionCallRequest") for each in request["functions"]]
    return asked + [each.name for each in log.outputs if isinstance(each, RunFunction)]


@BOTH
def test_S10_the_client_is_asked_by_its_own_name(way: Way, config: Config) -> None:
    desk, (sent, _) = calling(way, config)
    assert sent != "look up"
    assert names(desk.upstream(call_done(name=sent))) == ["look up"]
    log = desk.client(answer(None, "look up"))
    assert log.upstream_types == ["conversation.item.create"], "F10"
    if config is VAD:
        assert log.of("History")[0]["function_calls"][0]["name"] == "look up"


def test_S10_at_the_end_of_the_arguments_too(way: Way) -> None:
    desk, (sent, _) = calling(way)
    assert names(desk.upstream(arguments_done(name=sent))) == ["look up"]


def test_S10_a_call_by_the_clients_own_name_is_that_function(way: Way) -> None:
    """A prompt may speak of it so, and not every server holds a model to its tools."""
    desk, _ = calling(way)
    assert names(desk.upstream(call_done(name="look up"))) == ["look up"]


@BOTH
def test_S10_and_so_is_the_host(way: Way, config: Config) -> None:
    desk, (_, sent) = calling(way, config)
    assert names(desk.upstream(call_done(name=sent))) == ["find it", "find it"]
    log = desk.act(lambda translator: translator.function_result("call_1", "42"))
    assert log.of("FunctionCallResponse")[0]["name"] == "find it"


def test_S10_a_call_that_is_cancelled_goes_by_it(way: Way) -> None:
    desk, (sent, _) = calling(way)
    desk.upstream(call_done(name=sent), done())
    log = desk.upstream(speech("speech_started"))
    assert log.of("FunctionCallCancelled")[0]["functions"] == [{"id": "call_1", "name": "look up"}]


def test_O3_a_call_as_text_goes_by_it(way: Way) -> None:
    desk, (sent, _) = calling(way, CO)
    part = {"type": "function_call", "name": sent, "arguments": "{}"}
    item = {"type": "message", "id": "m1", "role": "assistant", "content": [part], "status": "completed"}
    log = desk.upstream(event("output_item.done", item=item))
    assert [each["content"] for each in log.of("ConversationText")] == ["Function call: look up({})"]


def test_F7_a_name_that_stands_for_no_declared_function(way: Way) -> None:
    desk, _ = calling(way)
    assert "look_up" in desk.upstream(call_done(name="look_up")).of("Error")[0]["description"]


def test_S10_after_an_update_the_old_name_is_known_to_the_response_that_runs(way: Way) -> None:
    desk, (sent, _) = calling(way)
    desk.upstream(done())
    think = settings({"name": "see it"})["agent"]["think"]
    log = desk.client({"type": "UpdateThink", "think": think})
    (fresh,) = log.of("session.update")[0]["session"]["tools"]
    desk.upstream({"type": "session.updated", "session": {}}, created("resp_2"))
    calls = [call_done("call_2", "resp_2", name=sent), call_done("call_3", "resp_2", name=fresh["name"])]
    assert names(desk.upstream(*calls)) == ["look up", "see it"]


@BOTH
def test_S10_two_functions_of_one_name_are_refused_before_anything_is_dialled(
    way: Way, config: Config
) -> None:
    desk = way(config)
    desk.opened()
    log = desk.client(settings({"name": "look up"}, {"name": "look up"}))
    assert log.of("Error")[0]["code"] == "INVALID_SETTINGS"
    assert "agent.think.functions[1].name" in log.of("Error")[0]["description"]
    assert "OpenUpstream" not in [type(each).__name__ for each in log.outputs]


def test_T2_in_an_update_they_give_a_warning_and_the_call_goes_on(way: Way) -> None:
    desk = ready(way, VAD, ODD)
    think = settings({"name": "a"}, {"name": "a"})["agent"]["think"]
    log = desk.client({"type": "UpdateThink", "think": think})
    [warning] = log.of("Warning")
    assert (warning["code"], log.upstream) == ("INVALID_SETTINGS", [])
    assert warning["description"].startswith("think.functions[1].name: ")
    desk.upstream(created(), call_done(name="look up"), done())
    assert creates(desk.client(answer("call_1", "look up"))) == 1
