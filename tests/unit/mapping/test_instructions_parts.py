"""S10, G3: what is not there is not in the instructions."""

from __future__ import annotations

from attrs import evolve

from realtime_translate import Config, GreetingMode
from realtime_translate.mapping.instructions import build, of_plan
from realtime_translate.mapping.plan import Plan
from tests.unit.mapping.mapped import mapped


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
