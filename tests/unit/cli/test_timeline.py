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
from realtime_translate.cli.steps import Party, Step, socket_step
from realtime_translate.cli.timeline import LANES, as_html

SETTINGS = {
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


def marks(page: str) -> dict[str, Any]:
    """What the page draws."""
    found = re.search(r"^const call = (.*);$", page, re.MULTILINE)
    assert found is not None
    return json.loads(found[1])


@pytest.fixture(scope="module")
def page() -> str:
    simulation = Simulation(parse_script(SCRIPT, "a script"), Config.deepgram())
    return "\n".join(as_html(simulation.run(), simulation.states, "a call"))


def test_the_page_needs_nothing_but_itself(page: str) -> None:
    assert page.startswith("<!doctype html>")
    assert not re.search(r"""(?:src|href)=|@import|url\(""", page)
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


def test_what_was_said_cannot_end_the_script_of_the_page(page: str) -> None:
    assert page.count("</script>") == 1
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
    heard = [mark for mark in marks(page)["marks"] if (mark["lane"], mark["kind"]) == (1, "audio")]
    assert sum(mark["frame"]["seconds"] for mark in heard) == pytest.approx(0.54)
    assert all(mark["end"] - mark["start"] >= mark["frame"]["seconds"] - 0.001 for mark in heard)


def test_the_slot_the_turn_and_the_timers_are_bars(page: str) -> None:
    by_lane: dict[int, list[str]] = {}
    for mark in marks(page)["marks"]:
        by_lane.setdefault(mark["lane"], []).append(mark["label"])
    assert by_lane[4][0] == "requested"
    assert by_lane[4][1].startswith("running resp_")
    assert by_lane[5] == ["thinking", "speaking"]
    assert by_lane[6][0].endswith("due at 15.000")


def test_a_call_without_steps_is_a_page_too() -> None:
    assert marks("\n".join(as_html([], [], "empty")))["marks"] == []


# --- Mermaid ------------------------------------------------------------------------------------------------


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
