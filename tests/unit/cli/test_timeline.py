"""Calls as Mermaid diagrams and as one HTML page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from realtime_translate import Config
from realtime_translate.cli.main import main
from realtime_translate.cli.mermaid import as_mermaid
from realtime_translate.cli.script import parse_script
from realtime_translate.cli.simulate import Simulation
from realtime_translate.cli.steps import Party, Step, frame_step, notice_step, socket_step
from realtime_translate.cli.timeline import KINDS, LANES, SESSIONS, as_html
from realtime_translate.outputs import Level, Notice

SETTINGS: dict[str, Any] = {
    "type": "Settings",
    "audio": {},
    "agent": {"think": {"provider": {"type": "open_ai", "model": "gpt-realtime-2.1"}}},
}
SCRIPT = "\n".join(
    json.dumps(line)
    for line in (
        {"t": 0.0, "send": SETTINGS},
        {"t": 1.0, "send": {"type": "InjectUserMessage", "content": "</script> <b>; # % hi"}},
        {"reply": [{"say": "Good day."}]},
        {"t": 6.0, "close": 1000},
    )
)


FIELDS = ("lane", "kind", "start", "end", "label", "frame")


def marks(page: str) -> dict[str, Any]:
    """What the page draws."""
    found = re.search(r'<script type="application/json" id="call">(.*)</script>$', page, re.MULTILINE)
    assert found is not None
    data = json.loads(found[1])
    data["marks"] = [dict(zip(FIELDS, mark, strict=True)) for mark in data["marks"]]
    for mark in data["marks"]:
        mark["kind"] = data["kinds"][mark["kind"]]
    return data


def page_of(*lines: dict[str, Any]) -> dict[str, Any]:
    """The page of a script."""
    script = parse_script("\n".join(map(json.dumps, lines)), "a script")
    simulation = Simulation(script, Config.deepgram())
    return marks("\n".join(as_html(simulation.run(), simulation.states, "a call")))


@pytest.fixture(scope="module")
def page() -> str:
    simulation = Simulation(parse_script(SCRIPT, "a script"), Config.deepgram())
    return "\n".join(as_html(simulation.run(), simulation.states, "a call"))


def test_the_page_needs_nothing_but_itself(page: str) -> None:
    assert page.startswith("<!doctype html>")
    assert not re.search(r"""(?:src|href)=|@import|url\(""", page)
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


def test_what_was_said_cannot_end_the_script_of_the_page(page: str) -> None:
    assert page.count("</script>") == 2
    texts = [mark["frame"] for mark in marks(page)["marks"] if mark["kind"] == "message"]
    assert any(text.get("content") == "</script> <b>; # % hi" for text in texts)


def test_every_leg_has_its_lane_and_marks_stand_in_the_order_of_time(page: str) -> None:
    data = marks(page)
    assert data["title"] == "a call"
    assert data["lanes"] == list(LANES)
    starts = [mark["start"] for mark in data["marks"]]
    assert starts == sorted(starts)
    assert {mark["lane"] for mark in data["marks"]} == set(range(len(LANES)))
    assert all(mark["start"] <= mark["end"] <= data["end"] for mark in data["marks"])


def test_audio_is_as_long_as_it_sounds(page: str) -> None:
    (heard,) = [mark for mark in marks(page)["marks"] if (mark["lane"], mark["kind"]) == (2, "audio")]
    assert heard["frame"]["seconds"] == pytest.approx(0.54)
    assert heard["end"] - heard["start"] >= 0.539


def test_the_slot_the_turn_and_the_timers_are_bars(page: str) -> None:
    by_lane: dict[int, list[str]] = {}
    for mark in marks(page)["marks"]:
        by_lane.setdefault(mark["lane"], []).append(mark["label"])
    assert by_lane[5][0] == "requested"
    assert by_lane[5][1].startswith("running resp_")
    assert by_lane[6] == ["thinking", "speaking"]
    assert by_lane[7][0].endswith("due at 15.000")


def test_the_end_of_the_session_is_no_timer_that_one_sees(page: str) -> None:
    """It is due next whenever nothing else is: the lane would be full of it."""
    timers = {mark["label"].partition(",")[0] for mark in marks(page)["marks"] if mark["lane"] == 7}
    assert {"settings", "stall"} <= timers
    assert "session_end" not in timers


SILENCE = {"t": 1.0, "audio_ms": 9000, "speech": False}


def test_a_microphone_that_stays_open_is_one_bar() -> None:
    lines = [{"t": 0.0, "send": SETTINGS}, SILENCE, {"t": 3.0, "send": {"type": "KeepAlive"}}]
    for lane in (1, 3):
        (bar,) = [
            mark for mark in page_of(*lines)["marks"] if (mark["lane"], mark["kind"]) == (lane, "audio")
        ]
        assert (bar["start"], bar["end"]) == (1.0, 10.0)
        assert bar["frame"]["frames"] == 90


def test_a_pause_of_the_microphone_begins_another_bar() -> None:
    later = [{"t": t, "audio_ms": 500} for t in (1.0, 1.7, 2.6)]
    bars = [
        mark for mark in page_of({"t": 0.0, "send": SETTINGS}, *later)["marks"] if mark["kind"] == "audio"
    ]
    heard = [(bar["start"], bar["end"]) for bar in bars if bar["lane"] == 1]
    assert heard == [(1.0, 2.1), (2.6, 3.1)]


def test_deltas_say_how_many_they_are(page: str) -> None:
    (delta,) = [mark for mark in marks(page)["marks"] if "transcript.delta" in mark["label"]]
    assert delta["frame"]["count"] == 2
    assert delta["frame"]["first"]["type"] == "response.output_audio_transcript.delta"


def test_the_transcript_has_what_was_said(page: str) -> None:
    words = [(mark["kind"], mark["label"]) for mark in marks(page)["marks"] if mark["lane"] == 0]
    assert words == [("user", "</script> <b>; # % hi"), ("assistant", "Good day.")]


def test_every_kind_that_a_mark_can_be_is_one_of_its_own() -> None:
    function = {"name": "f", "parameters": {"type": "object", "properties": {}}}
    settings = {**SETTINGS, "agent": {"think": {**SETTINGS["agent"]["think"], "functions": [function]}}}
    data = page_of(
        {"t": 0.0, "send": settings},
        {"t": 1.0, "send": {"type": "InjectUserMessage", "content": "Go."}},
        {"reply": [{"call": "f"}]},
        {"answer": {"name": "f", "content": "done"}},
        {"server": {"session_limit": 30}},
        {"t": 60.0, "close": 1000},
    )
    kinds = {mark["label"].split()[0].rstrip(":"): mark["kind"] for mark in data["marks"] if mark["lane"]}
    assert kinds["FunctionCallRequest"] == kinds["response.function_call_arguments.done"] == "function call"
    assert kinds["open"] == "socket"
    assert kinds["Settings"] == "message"
    assert kinds["error"] == kinds["Error"] == kinds["SESSION_FAILED"] == "error"
    assert kinds["USAGE"] == "info"
    assert kinds["UPSTREAM_ABSORBED"] == "debug"
    items = [mark["kind"] for mark in data["marks"] if "f = done" in mark["label"]]
    assert set(items) == {"function call"}
    assert data["kinds"] == list(KINDS)


def test_warnings_are_the_translators_and_those_that_the_client_is_told() -> None:
    steps = [
        notice_step(1.0, Notice("RESPONSE_FAILED", Level.WARNING, "It did not complete.")),
        frame_step(2.0, Party.TRANSLATOR, Party.CLIENT, '{"type": "Warning"}'),
    ]
    assert [mark["kind"] for mark in marks("\n".join(as_html(steps, [], "a call")))["marks"]] == [
        "warning"
    ] * 2


def test_a_call_of_ten_minutes_stays_small() -> None:
    lines: list[dict[str, Any]] = [{"t": 0.0, "send": SETTINGS}, {"t": 600.0, "close": 1000}]
    for n in range(75):
        lines += [
            {"t": n * 8.0 + 1, "audio_ms": 2000, "frame_ms": 50},
            {"t": n * 8.0 + 3, "audio_ms": 6000, "frame_ms": 50, "speech": False},
            {"heard": "When does the next train leave for Bergen?"},
            {"reply": [{"say": "At ten past four, from platform two. The last one leaves at eleven." * 2}]},
        ]
    simulation = Simulation(parse_script("\n".join(map(json.dumps, lines)), "a script"), Config.deepgram())
    page = "\n".join(as_html(simulation.run(), simulation.states, "a call"))
    assert len(marks(page)["marks"]) > 2000
    assert len(page.encode()) < 1_000_000


def test_a_call_without_steps_is_a_page_too() -> None:
    assert marks("\n".join(as_html([], [], "empty")))["marks"] == []


# --- Mermaid ------------------------------------------------------------------------------------------------


DROPPED = Path(__file__).parents[3] / "docs" / "examples" / "calls" / "dropped.jsonl"


def test_N4_a_renewed_session_has_a_lane_that_other_calls_lack() -> None:
    data = page_of(*map(json.loads, DROPPED.read_text("utf-8").splitlines()))
    assert data["lanes"] == [*LANES, SESSIONS]
    bars = [mark for mark in data["marks"] if mark["lane"] == len(LANES)]
    assert [mark["label"] for mark in bars] == [
        "session 1",
        "dialling again",
        "configuring again",
        "replaying",
        "session 2",
    ]
    assert [mark["start"] for mark in bars[1:]] == [mark["end"] for mark in bars[:-1]]
    assert ["Sessions renewed", "1, median 0.15 s, longest 0.15 s without one"] in data["summary"]
    assert {mark["label"].partition(",")[0] for mark in data["marks"] if mark["lane"] == 7} >= {"configure"}
    assert "renewal" not in {mark["label"].partition(",")[0] for mark in data["marks"] if mark["lane"] == 7}


def test_N4_the_other_diagrams_name_the_leg() -> None:
    script = parse_script(DROPPED.read_text("utf-8"), "a script")
    lines = list(as_mermaid(Simulation(script, Config.deepgram()).run()))
    assert "    translator->>upstream: 2.700 open gpt-realtime-2.1 leg 2" in lines
    assert "    upstream->>translator: 2.750 opened leg 2" in lines
    assert any(line.startswith("    Note over translator: 2.850 RENEWAL_DONE") for line in lines)


def test_mermaid_draws_arrows_and_notes() -> None:
    simulation = Simulation(parse_script(SCRIPT, "a script"), Config.deepgram())
    lines = list(as_mermaid(simulation.run()))
    assert lines[0] == "sequenceDiagram"
    assert lines[1:4] == [f"    participant {name}" for name in ("client", "translator", "upstream")]
    assert "    client->>translator: 0.000 Settings" in lines
    assert any(line.startswith("    Note over translator: ") for line in lines)


def test_mermaid_gets_no_character_that_it_takes_for_its_own() -> None:
    steps = [socket_step(1.0, Party.CLIENT, Party.TRANSLATOR, "close", code=1000, reason="a; b # %% <c> {d}")]
    (line,) = list(as_mermaid(steps))[4:]
    assert line == "    client->>translator: 1.000 close 1000 a#59; b #35; #37;#37; #60;c#62; #123;d#125;"


def test_mermaid_shortens_long_labels() -> None:
    def steps() -> Iterator[Step]:
        yield socket_step(1.0, Party.CLIENT, Party.TRANSLATOR, "close", code=1000, reason="x" * 200)

    (line,) = list(as_mermaid(steps()))[4:]
    assert line.endswith("x…")
    assert len(line) < 130


# --- the command line ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("style", "begins"), [("html", "<!doctype html>"), ("mermaid", "sequenceDiagram")])
def test_simulate_and_replay_print_them(style: str, begins: str, tmp_path: Path) -> None:
    script, steps, shown = tmp_path / "s.jsonl", tmp_path / "steps.jsonl", tmp_path / "shown"
    script.write_text(SCRIPT, encoding="utf-8")
    assert main(["simulate", str(script), "--format", style, "--output", str(shown)]) == 0
    assert shown.read_text(encoding="utf-8").startswith(begins)
    line = {"t": 0.0, "leg": "client", "dir": "in", "event": SETTINGS}
    steps.write_text(json.dumps(line) + "\n", encoding="utf-8")
    assert main(["replay", str(steps), "--format", style, "--output", str(shown)]) == 0
    assert shown.read_text(encoding="utf-8").startswith(begins)
