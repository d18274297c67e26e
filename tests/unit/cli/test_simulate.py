from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import pytest
from attrs import evolve

from realtime_translate import Config, ManualCommit
from realtime_translate.cli.inputs import sub_object
from realtime_translate.cli.script import parse_script
from realtime_translate.cli.simulate import DIAL_SECONDS, QUIET_SECONDS, Simulation
from realtime_translate.cli.steps import Party, Step
from realtime_translate.openai.dialects import OPENAI_GA, SERVERS, UpstreamDialect

CLIENT, TRANSLATOR, UPSTREAM, HOST = Party.CLIENT, Party.TRANSLATOR, Party.UPSTREAM, Party.HOST
THINK: dict[str, object] = {
    "provider": {"type": "open_ai", "model": "gpt-realtime-2.1"},
    "prompt": "Be brief.",
}
FUNCTION = {"name": "f", "parameters": {"type": "object", "properties": {}}}


def settings(**think: object) -> dict[str, object]:
    agent = {"think": {**THINK, **think}}
    return {"t": 0.0, "send": {"type": "Settings", "audio": {}, "agent": agent}}


def simulate(*lines: object, config: Config | None = None, seed: int | None = None) -> list[Step]:
    script = parse_script("\n".join(json.dumps(line) for line in lines), "test")
    simulation = Simulation(script, Config.component() if config is None else config, seed)
    steps = list(simulation.run())
    assert simulation.violations == ()
    return steps


def sample(seed: int | None = None) -> list[Step]:
    text = files("realtime_translate.cli").joinpath("sample.jsonl").read_text(encoding="utf-8")
    return list(Simulation(parse_script(text, "sample"), Config.component(), seed).run())


def types(steps: list[Step], sender: Party, receiver: Party) -> list[str]:
    return [step.type for step in steps if (step.sender, step.receiver) == (sender, receiver)]


def first(steps: list[Step], sender: Party, step_type: str) -> Step:
    return next(step for step in steps if step.sender is sender and step.type == step_type)


def frame(step: Step) -> Mapping[str, object]:
    assert step.frame is not None
    return step.frame


def test_the_sample_call_shows_the_greeting_and_sends_it_nowhere_else() -> None:
    steps = sample()
    greeting = "Hello! What are you up to today?"
    shown = first(steps, TRANSLATOR, "ConversationText")
    assert frame(shown) == {"type": "ConversationText", "role": "assistant", "content": greeting}
    upstream = [step for step in steps if step.receiver is UPSTREAM and greeting in json.dumps(step.frame)]
    assert [step.type for step in upstream] in ([], ["session.update"])


def test_the_sample_call_commits_400_ms_after_the_last_append_and_asks_for_a_response() -> None:
    steps = sample()
    appends = [step for step in steps if step.type == "input_audio_buffer.append"]
    assert [step.audio_bytes for step in appends] == [4800] * 15
    commit = first(steps, TRANSLATOR, "input_audio_buffer.commit")
    assert commit.t == pytest.approx(appends[-1].t + 0.4)
    assert steps[steps.index(commit) + 1].type == "response.create"
    assert len([step for step in steps if step.type == "input_audio_buffer.commit"]) == 1


def test_the_sample_call_calls_a_function_and_ends_its_turns() -> None:
    steps = sample()
    request, response = (
        first(steps, TRANSLATOR, "FunctionCallRequest"),
        first(steps, CLIENT, "FunctionCallResponse"),
    )
    assert response.t == pytest.approx(request.t + 0.3)
    assert first(steps, TRANSLATOR, "conversation.item.create").t < request.t
    said = [
        frame(step)["content"]
        for step in steps
        if step.type == "ConversationText" and step.sender is TRANSLATOR
    ]
    assert (
        said[-1]
        == "Until three it rains, at 12 degrees. Then the sun comes out, so pack cake, not an umbrella."
    )
    after = steps[steps.index(response) :]
    to_client = types(after, TRANSLATOR, CLIENT)
    assert [kind for kind in to_client if kind.startswith(("AgentA", "AgentD"))] == [
        "AgentDone",
        "AgentAudioDone",
    ]
    assert to_client.index("AgentAudioDone") > len(to_client) - 1 - to_client[::-1].index("audio")
    assert [step.sender for step in steps if step.type == "close"] == [CLIENT, TRANSLATOR]


def test_steps_are_in_order_of_time() -> None:
    times = [step.t for step in sample()]
    assert times == sorted(times)


def test_the_same_seed_gives_the_same_steps() -> None:
    assert sample(7) == sample(7)
    assert any(sample(seed) != sample() for seed in range(5))


@pytest.mark.parametrize("seed", range(20))
def test_no_seed_makes_the_sample_call_break_a_rule(seed: int) -> None:
    text = files("realtime_translate.cli").joinpath("sample.jsonl").read_text(encoding="utf-8")
    simulation = Simulation(parse_script(text, "sample"), Config.component(), seed)
    steps = list(simulation.run())
    assert [violation for violation in simulation.violations if not violation.race] == []
    assert "FunctionCallRequest" in types(steps, TRANSLATOR, CLIENT)


@pytest.mark.parametrize("server", SERVERS.values(), ids=lambda row: row.name)
def test_the_server_of_the_row_is_simulated(server: UpstreamDialect) -> None:
    typed = {"t": 1.0, "send": {"type": "InjectUserMessage", "content": "Hello."}}
    config = Config.deepgram(upstream=server)
    steps = simulate(
        settings(), typed, {"t": 4.0, "audio_ms": 500}, {"t": 60.0, "close": 1000}, config=config
    )
    assert frame(first(steps, UPSTREAM, "session.created"))["session"]
    assert types(steps, TRANSLATOR, CLIENT).count("AgentAudioDone") == 1


def test_a_row_of_one_s_own_is_simulated_by_openai_s_server() -> None:
    config = Config.deepgram(upstream=evolve(OPENAI_GA, name="mine"))
    assert "SettingsApplied" in types(simulate(settings(), config=config), TRANSLATOR, CLIENT)


def test_a_client_without_a_close_hangs_up_when_it_is_quiet() -> None:
    steps = simulate(settings())
    close = first(steps, CLIENT, "close")
    assert frame(close)["code"] == 1000
    last_event = steps[steps.index(close) - 1]
    assert close.t == last_event.t + QUIET_SECONDS


def test_a_client_that_still_has_something_to_do_stays() -> None:
    steps = simulate(settings(), {"t": 60.0, "close": 1001})
    assert first(steps, CLIENT, "close").t == 60.0


def test_a_slow_answer_is_waited_for() -> None:
    steps = simulate(
        settings(functions=[FUNCTION]),
        {"t": 1.0, "send": {"type": "InjectUserMessage", "content": "Go."}},
        {"reply": [{"call": "f"}]},
        {"answer": {"name": "f", "content": "done"}, "delay": 8.0},
    )
    request, response = (
        first(steps, TRANSLATOR, "FunctionCallRequest"),
        first(steps, CLIENT, "FunctionCallResponse"),
    )
    assert response.t == pytest.approx(request.t + 8.0)
    assert "ConversationText" in types(steps[steps.index(response) :], TRANSLATOR, CLIENT)


def test_the_deepgram_dialect_gets_its_welcome() -> None:
    steps = simulate(settings(), config=Config.deepgram())
    assert types(steps, TRANSLATOR, CLIENT)[:2] == ["Welcome", "SettingsApplied"]


def test_the_upstream_is_dialled_when_settings_come() -> None:
    steps = simulate(settings())
    dial, opened = first(steps, TRANSLATOR, "open"), first(steps, UPSTREAM, "opened")
    assert dial.receiver is UPSTREAM
    assert frame(dial)["model"] == "gpt-realtime-2.1"
    assert opened.t == pytest.approx(dial.t + 0.05)


def test_the_host_runs_functions_with_an_endpoint() -> None:
    function = {**FUNCTION, "endpoint": {"url": "https://example.com/f", "method": "post"}}
    steps = simulate(
        settings(functions=[function]),
        {"t": 1.0, "send": {"type": "InjectUserMessage", "content": "Go."}},
        {"reply": [{"call": "f"}, {"call": "f"}]},
        {"answer": {"name": "f", "content": "done"}, "delay": 6.0},
        config=Config.deepgram(),
    )
    run, result = first(steps, TRANSLATOR, "RunFunction"), first(steps, HOST, "function_result")
    assert run.receiver is HOST
    assert result.t == pytest.approx(run.t + 6.0)
    assert frame(result)["content"] == "done"
    assert "FunctionCallResponse" not in types(steps, CLIENT, TRANSLATOR)


def test_a_function_that_is_slower_than_the_call_is_not_waited_for() -> None:
    function = {**FUNCTION, "endpoint": {"url": "https://example.com/f", "method": "post"}}
    steps = simulate(
        settings(functions=[function]),
        {"t": 1.0, "send": {"type": "InjectUserMessage", "content": "Go."}},
        {"t": 3.0, "close": 1000},
        {"reply": [{"call": "f"}]},
        {"answer": {"name": "f", "content": "done"}, "delay": 6.0},
        config=Config.deepgram(),
    )
    assert "RunFunction" in types(steps, TRANSLATOR, HOST)
    assert steps[-1].t == 3.0


def test_a_function_that_nobody_answers_stays_unanswered() -> None:
    function = {**FUNCTION, "endpoint": {"url": "https://example.com/f", "method": "post"}}
    steps = simulate(
        settings(functions=[function]),
        {"t": 1.0, "send": {"type": "InjectUserMessage", "content": "Go."}},
        {"reply": [{"call": "f"}]},
        config=Config.deepgram(),
    )
    assert "RunFunction" in types(steps, TRANSLATOR, HOST)
    assert "function_result" not in types(steps, HOST, TRANSLATOR)


def test_a_fatal_error_ends_the_call() -> None:
    steps = simulate({"t": 0.0, "send": "not JSON"}, {"t": 5.0, "send": "late"}, config=Config.deepgram())
    assert frame(first(steps, TRANSLATOR, "Error"))["code"] == "UNPARSABLE_CLIENT_MESSAGE"
    assert steps[-1].t == 0.0
    assert "close" in types(steps, TRANSLATOR, CLIENT)


def test_a_session_that_reaches_its_limit_ends_the_call() -> None:
    steps = simulate(settings(), {"t": 1000.0, "close": 1000}, {"server": {"session_limit": 900}})
    expired = first(steps, UPSTREAM, "error")
    assert sub_object(frame(expired), "error")["code"] == "session_expired"
    assert steps[-1].t == expired.t == pytest.approx(900.0, abs=1.0)


def test_a_server_that_hangs_up_ends_the_call() -> None:
    steps = simulate(settings(), {"t": 60.0, "close": 1000}, {"server": {"kill_idle_after": 5}})
    close = first(steps, UPSTREAM, "close")
    assert close.t == steps[-1].t == pytest.approx(5.0, abs=1.0)
    assert types(steps, TRANSLATOR, CLIENT)[-1] == "close"
    assert "close" not in types(steps, CLIENT, TRANSLATOR)


def test_a_slow_server_takes_its_time() -> None:
    steps = simulate(settings(), {"server": {"latency": 1.5}})
    asked, updated = first(steps, TRANSLATOR, "session.update"), first(steps, UPSTREAM, "session.updated")
    assert updated.t == pytest.approx(asked.t + 1.5)


def test_what_the_model_hears_comes_from_the_script() -> None:
    lines = [settings(), {"heard": "Good morning."}]
    lines += [{"t": t, "audio_ms": 500} for t in (1.0, 8.0)]
    steps = simulate(*lines, config=Config.component(turn_detection=ManualCommit()))
    done = "conversation.item.input_audio_transcription.completed"
    heard = [frame(step)["transcript"] for step in steps if step.type == done]
    assert heard == ["Good morning.", "Hello there."]


DROPPED = Path(__file__).parents[3] / "docs" / "examples" / "calls" / "dropped.jsonl"


def dropped(*more: object) -> list[Step]:
    """The call whose connection to the server breaks in the middle of an answer."""
    return simulate(
        *map(json.loads, DROPPED.read_text("utf-8").splitlines()), *more, config=Config.deepgram()
    )


def told(steps: list[Step], role: str) -> str:
    frames = [frame(step) for step in steps if step.type == "ConversationText"]
    return " ".join(str(each["content"]) for each in frames if each["role"] == role)


def test_N8_a_call_goes_on_where_the_server_was_lost() -> None:
    steps = dropped()
    assert told(steps, "assistant") == (
        "Hello! Where to? Take the train from Oslo. It leaves at eight in the morning, from platform four. "
        "The journey takes about seven hours, across the mountains. Have a good journey!"
    )
    assert told(steps, "user") == "How do I get to Bergen? Thank you."
    heard = types(steps, TRANSLATOR, CLIENT)
    assert (heard.count("Welcome"), heard.count("SettingsApplied"), heard.count("Error")) == (1, 1, 0)
    assert [frame(step).get("leg") for step in steps if step.type in ("open", "opened")] == [None] * 3 + [
        2,
        2,
    ]


def test_N8_what_a_break_costs_is_a_dial_and_two_round_trips() -> None:
    steps = dropped()
    lost, asked = (
        first(steps, UPSTREAM, "close").t,
        [each.t for each in steps if each.type == "response.create"],
    )
    assert asked[0] - lost == pytest.approx(DIAL_SECONDS + 2 * 0.05)


def test_N14_a_dial_that_breaks_as_well_is_tried_again() -> None:
    steps = dropped({"t": 2.72, "drop": 1006}, {"t": 2.73, "drop": 1006})
    dials = [step for step in steps if step.type == "open" and step.receiver is UPSTREAM]
    assert [step.t for step in dials] == pytest.approx([0.0, 2.7, 3.22])
    assert [frame(step).get("leg") for step in dials] == [None, 2, 3]
    assert told(steps, "assistant").endswith("across the mountains. Have a good journey!")
