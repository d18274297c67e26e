"""S10: functions by names that upstream takes, and by the client's own."""

from __future__ import annotations

import re
from typing import Any

import pytest

from realtime_translate import Config, ContextMode
from realtime_translate.deepgram.codes import ErrorCode
from realtime_translate.mapping import names
from realtime_translate.mapping.names import sent_name, sent_names
from tests.unit.mapping.mapped import mapped, refused, think

FITS = re.compile(r"[A-Za-z0-9_-]{1,64}")
LONGEST, LONG = "n" * 64, "n" * 65
ODD = ["look up", "wetter_für", "a.b/c", "", "\ud800", "天気", LONG]
ITEMS = Config.deepgram(context=ContextMode.ITEMS)


@pytest.mark.parametrize("name", ["weather", "a-b_C9", LONGEST])
def test_S10_a_name_that_upstream_takes_stays(name: str) -> None:
    assert sent_name(name) == name
    assert sent_names([name]) == {name: name}


@pytest.mark.parametrize("name", ODD)
def test_S10_any_other_becomes_one_that_upstream_takes(name: str) -> None:
    assert FITS.fullmatch(sent_name(name))
    assert sent_name(name) == sent_name(name) != name


def test_S10_it_still_tells_what_it_is_for() -> None:
    assert sent_name("look up") == "look_up_a973a279"
    assert sent_name(LONG).startswith("n" * 55 + "_")


def test_S10_names_that_look_alike_stay_apart() -> None:
    assert len(set(sent_names(["look up", "look.up", "look/up", "look_up"]).values())) == 4


def test_S10_a_name_of_another_function_is_not_given_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = sent_name("look up")
    sent = sent_names(["look up", taken])
    assert sent[taken] == taken
    assert sent["look up"] != taken
    assert FITS.fullmatch(sent["look up"])
    assert sent_names([taken, "look up"]) == sent, "in whatever order they are declared"


def test_S10_nor_is_the_name_that_stands_for_another() -> None:
    first, second = "\ue000" * 60, "\ue001" * 60
    sent = sent_names([first, second])
    assert sent[first] != sent[second]


def test_S10_two_odd_names_of_one_hash_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hash:
        def __init__(self, data: bytes) -> None:
            self.data = data

        def hexdigest(self) -> str:
            return f"{len(self.data):08}"

    monkeypatch.setattr(names, "sha256", Hash)
    sent = sent_names(["a b", "a.b"])
    assert list(sent.values()) == ["a_b_00000003", "a_b_00000004"]


# --- in Settings --------------------------------------------------------------------------------------------


def declared(*functions: str, **fields: Any) -> Any:
    return think(functions=[{"name": each} for each in functions], **fields)


def test_S10_the_tool_has_upstreams_name_and_a_notice_says_so() -> None:
    result = mapped(declared("weather", "look up"))
    sent = sent_name("look up")
    assert [each["name"] for each in result.session["tools"]] == ["weather", sent]
    [renamed] = [each for each in result.notices if each.code == "FUNCTION_RENAMED"]
    assert dict(renamed.fields) == {"path": "agent.think.functions[1].name", "sent": sent}


def test_S10_the_plan_finds_a_function_by_either_name() -> None:
    plan = mapped(declared("weather", "look up")).plan
    for called in ("look up", sent_name("look up")):
        assert plan.own_name(called) == "look up"
    assert plan.function("weather") is plan.functions[0]
    assert plan.function("look_up") is None
    assert plan.own_name("look_up") == "look_up"


@pytest.mark.parametrize("name", ["weather", "look up"])
def test_S10_two_functions_of_one_name_are_refused_with_the_path(name: str) -> None:
    refusal = refused(declared("clock", name, name))
    assert refusal.code is ErrorCode.INVALID_SETTINGS
    assert refusal.description.startswith("agent.think.functions[2].name: ")


def test_S10_a_tool_is_chosen_by_the_clients_name() -> None:
    def choice(name: Any) -> Any:
        settings = declared("weather", "look up", toolChoice={"type": "function", "name": name})
        return mapped(settings, Config.component()).session.get("tool_choice")

    assert choice("look up") == {"type": "function", "name": sent_name("look up")}
    assert choice("weather") == {"type": "function", "name": "weather"}
    for name in ("clock", sent_name("look up"), None, ["weather"]):
        assert choice(name) is None


def past(*functions: str) -> Any:
    calls = [
        {"id": f"call_{number}", "name": each, "client_side": True, "arguments": "{}", "response": "1"}
        for number, each in enumerate(functions)
    ]
    return {"context": {"messages": [{"type": "History", "function_calls": calls}]}}


def test_C1_past_calls_have_upstreams_names() -> None:
    settings = {**declared("look up"), **past("look up", "of old")}
    items = mapped(settings, ITEMS).plan.context_items
    assert [each["name"] for each in items if each["type"] == "function_call"] == [
        sent_name("look up"),
        sent_name("of old"),
    ]
    text = mapped(settings).session["instructions"]
    assert f"function: {sent_name('look up')}({{}}) returned 1" in text


def test_C1_also_where_the_declared_name_was_taken() -> None:
    taken = sent_name("look up")
    result = mapped({**declared("look up", taken), **past("look up", taken)}, ITEMS)
    tools = [each["name"] for each in result.session["tools"]]
    assert [each["name"] for each in result.plan.context_items if each["type"] == "function_call"] == tools
