"""S10, G1, G2, C1: what the instructions say."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from realtime_translate import Config, ContextMode, GreetingMode
from realtime_translate.mapping.instructions import build, of_plan
from realtime_translate.mapping.plan import Plan
from tests.unit.mapping.mapped import COMPONENT, DEEPGRAM, mapped, think

PAST: list[dict[str, Any]] = [
    {"type": "History", "role": "user", "content": "Is slip nine free?"},
    {"type": "History", "role": "assistant", "content": "It is."},
    {
        "type": "History",
        "function_calls": [
            {
                "id": "c1",
                "name": "slip",
                "client_side": True,
                "arguments": '{"n": 9}',
                "response": '{"free": true}',
            }
        ],
    },
]
CONTEXT = {"context": {"messages": PAST}}
EMPTY_CONTEXTS: list[dict[str, Any]] = [{}, {"context": {}}, {"context": {"messages": []}}]


def instructions(agent: dict[str, Any], config: Config = DEEPGRAM) -> str:
    text = mapped(agent, config).session["instructions"]
    assert isinstance(text, str)
    return text


def test_S10_the_prompt_comes_first() -> None:
    assert instructions(think(prompt="Be brief.")) == "Be brief."
    assert instructions({**think(prompt="Be brief."), **CONTEXT, "greeting": "Hi"}).startswith(
        "Be brief.\n\n"
    )


def test_S10_functions_add_a_hint() -> None:
    plain, hinted = think(prompt="Be brief."), think(prompt="Be brief.", functions=[{"name": "tide"}])
    assert instructions(hinted).startswith(instructions(plain) + "\n\n")
    assert "functions" in instructions(hinted)
    assert instructions(think(prompt="Be brief.", functions=[])) == "Be brief."


def test_C1_context_is_folded_in() -> None:
    assert instructions({**think(prompt="Be brief."), **CONTEXT}) == (
        "Be brief.\n"
        "\n"
        "Previous conversation:\n"
        "user: Is slip nine free?\n"
        "assistant: It is.\n"
        'function: slip({"n": 9}) returned {"free": true}'
    )


def test_C1_context_without_a_prompt_stands_alone() -> None:
    assert instructions(CONTEXT).startswith("Previous conversation:\nuser: ")


def test_C1_items_are_not_folded_in() -> None:
    config = Config.deepgram(context=ContextMode.ITEMS)
    assert instructions({**think(prompt="Be brief."), **CONTEXT}, config) == "Be brief."


@pytest.mark.parametrize("context", EMPTY_CONTEXTS)
def test_C1_an_empty_context_says_nothing(context: dict[str, Any]) -> None:
    assert instructions({**think(prompt="Be brief."), **context}) == "Be brief."


def test_C1_calls_without_entries_say_nothing() -> None:
    assert instructions({"context": {"messages": [{"type": "History", "function_calls": []}]}}) == ""


@pytest.mark.parametrize("config", [DEEPGRAM, COMPONENT])
@pytest.mark.parametrize("context", EMPTY_CONTEXTS)
def test_G1_the_model_is_told_of_its_greeting(config: Config, context: dict[str, Any]) -> None:
    result = mapped({**think(prompt="Be brief."), "greeting": "Ahoy, sailor", **context}, config)
    assert result.plan.greeting == "Ahoy, sailor"
    assert result.session["instructions"].startswith("Be brief.\n\n")
    assert result.session["instructions"].endswith("\nAhoy, sailor")
    assert "greeted" in result.session["instructions"]


@pytest.mark.parametrize("mode", ContextMode)
def test_G2_context_suppresses_the_greeting(mode: ContextMode) -> None:
    result = mapped({**CONTEXT, "greeting": "Ahoy, sailor"}, Config.deepgram(context=mode))
    assert result.plan.greeting is None
    assert "Ahoy" not in result.session["instructions"]
    assert "GREETING_SUPPRESSED" in result.codes


def test_G3_a_suppressed_greeting_is_nothing_at_all() -> None:
    result = mapped({"greeting": "Ahoy, sailor"}, Config.deepgram(greeting=GreetingMode.SUPPRESSED))
    assert result.plan.greeting is None
    assert result.session["instructions"] == ""
    assert result.codes == ["GREETING_SUPPRESSED"]


@pytest.mark.parametrize("agent", [{}, {"greeting": ""}])
@pytest.mark.parametrize("mode", GreetingMode)
def test_G1_no_greeting_is_no_greeting(agent: dict[str, Any], mode: GreetingMode) -> None:
    result = mapped({**agent, **CONTEXT}, Config.deepgram(greeting=mode))
    assert result.plan.greeting is None
    assert result.notices == []


def test_S10_a_prompt_alone_is_all() -> None:
    assert build("Be brief.") == "Be brief."
    assert build("") == ""


def test_G3_a_greeting_that_the_agent_has_not_spoken_is_not_said_to_have_been() -> None:
    plan = Plan(prompt="Be brief.", greeting="Good day.", greeted=False)
    assert of_plan(plan) == "Be brief."
    assert of_plan(evolve(plan, greeted=True)).endswith("Do not greet again.\nGood day.")


def test_G3_nor_is_one_that_Settings_want_spoken() -> None:
    result = mapped({"greeting": "Good day."}, Config.deepgram(greeting=GreetingMode.SPOKEN))
    assert (result.plan.greeting, result.plan.greeted) == ("Good day.", False)
    assert "instructions" not in result.session or "Good day." not in result.session["instructions"]
