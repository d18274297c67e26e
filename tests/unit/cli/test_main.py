from __future__ import annotations

import io
import json
import os
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from realtime_translate.cli import main as main_module
from realtime_translate.cli.main import main
from realtime_translate.cli.steps import Party, Step
from realtime_translate.openai.dialects import SERVERS

THINK = {"provider": {"type": "open_ai", "model": "gpt-realtime-2.1"}}
SETTINGS = json.dumps({"t": 0, "send": {"type": "Settings", "audio": {}, "agent": {"think": THINK}}})
FORMATS = ["text", "jsonl", "mermaid", "html"]
KEYS = ["t", "from", "to", "frame", "audio_bytes", "notice"]


@pytest.fixture
def script(tmp_path: Path) -> str:
    file = tmp_path / "script.jsonl"
    file.write_text(f"{SETTINGS}\n", encoding="utf-8")
    return str(file)


@pytest.fixture
def trace(tmp_path: Path) -> str:
    file = tmp_path / "trace.jsonl"
    events = [
        ("in", {"type": "session.created", "session": {"type": "realtime"}}),
        ("out", {"type": "session.update", "session": {"type": "realtime"}}),
        ("in", {"type": "session.updated", "session": {"type": "realtime"}}),
        ("out", {"type": "session.update", "session": {"type": "realtime"}}),
    ]
    lines = [json.dumps({"leg": "upstream", "dir": direction, "event": event}) for direction, event in events]
    file.write_text("\n".join(lines), encoding="utf-8")
    return str(file)


def user_error(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that a user's error prints."""
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err


def test_without_a_script_the_sample_call_runs_in_the_component_dialect(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["simulate"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines()[0].split() == ["seconds", "client", "translator", "upstream"]
    assert "AgentDone" in out
    assert "Welcome" not in out


def test_the_sample_call_can_run_in_the_other_dialect(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--dialect", "deepgram"]) == 0
    assert "Welcome" in capsys.readouterr().out


def test_a_script_runs_in_the_deepgram_dialect(script: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", script]) == 0
    assert "Welcome" in capsys.readouterr().out
    assert main(["simulate", script, "--dialect", "component"]) == 0
    assert "Welcome" not in capsys.readouterr().out


def test_jsonl_has_one_object_a_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--format", "jsonl"]) == 0
    out = capsys.readouterr().out
    header, *steps = [json.loads(line) for line in out.splitlines()]
    assert header == {"format": "realtime_translate timeline", "version": 1}
    assert all(list(step) == KEYS for step in steps)
    parties = {party.value for party in Party}
    assert {step["from"] for step in steps} | {step["to"] for step in steps} <= parties
    assert {"<4800 bytes>"} == {
        step["frame"]["audio"]
        for step in steps
        if (step["frame"] or {}).get("type") == "input_audio_buffer.append"
    }


def test_runs_with_the_same_seed_print_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    outputs: list[str] = []
    for _ in range(2):
        assert main(["simulate", "--seed", "3", "--format", "jsonl"]) == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]


def session_of(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    """What the first `session.update` of the sample call says."""
    assert main(["simulate", "--format", "jsonl", *options]) == 0
    out, err = capsys.readouterr()
    assert err == "", "a rule of the server was broken"
    steps = [json.loads(line) for line in out.splitlines()[1:]]
    frames = [step["frame"] for step in steps if step["to"] == "upstream" and step["frame"]]
    return next(frame["session"] for frame in frames if frame["type"] == "session.update")


@pytest.mark.parametrize("name", SERVERS)
def test_simulate_speaks_as_the_server_wants(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    session = session_of(capsys, "--server", name, "--transcription-model", "my-ears")
    row = SERVERS[name]
    assert ("type" in session) == row.shape.typed
    assert ("input_audio_format" in session) == ("audio.input.format" in row.shape.moved)
    assert ("my-ears" in json.dumps(session)) == row.transcription.sent


@pytest.mark.parametrize("name", ["elevenlabs", "inworld", "glm"])
def test_simulate_names_the_model_in_the_session(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert session_of(capsys, "--server", name, "--model", "another")["model"] == "another"


def test_simulate_names_the_model(capsys: pytest.CaptureFixture[str]) -> None:
    named = ["--model", "eleven_realtime_v2"]
    assert session_of(capsys, "--server", "elevenlabs", *named)["model"] == "eleven_realtime_v2"
    assert main(["simulate", "--model", ""]) == 2
    assert capsys.readouterr().err == "realtime_translate: model must not be empty\n"


def test_output_goes_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "out.txt"
    assert main(["simulate", "--output", str(file)]) == 0
    assert capsys.readouterr().out == ""
    assert "SettingsApplied" in file.read_text(encoding="utf-8")


def test_broken_rules_of_the_server_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Broken:
        at, rule, message = 1.5, 4, "No commit under server VAD."

    class Simulation(main_module.Simulation):
        violations = (Broken(),)  # type: ignore[assignment]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(main_module, "Simulation", Simulation)
        assert main(["simulate", "--output", str(tmp_path / "out")]) == 0
    told = "at 1.500 s rule 4 of the server was broken: No commit under server VAD."
    assert capsys.readouterr().err == f"realtime_translate: {told}\n"


def test_replay_prints_inputs_and_outputs_and_its_notes(
    trace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", trace]) == 0
    out, err = capsys.readouterr()
    assert "Welcome" in out
    assert "SettingsApplied" in out
    assert err == f"realtime_translate: {trace}, line 4: a second session.update is not played\n"
    assert main(["replay", trace, "--dialect", "component", "--format", "jsonl"]) == 0
    assert list(json.loads(capsys.readouterr().out.splitlines()[1])) == KEYS


def test_replay_of_a_trace_without_inputs_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "t"
    file.write_text('{"t_ms": 1, "leg": "client", "dir": "out", "event": {"type": "Welcome"}}')
    assert main(["replay", str(file)]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith(
        "holds only what a server sent to its client: there is nothing to feed to a translator\n"
    )


@pytest.mark.parametrize("options", [[], *(["--format", each] for each in FORMATS)])
@pytest.mark.parametrize("text", ["", " \n\n", "\ufeff"])
@pytest.mark.parametrize(
    ("command", "wanted"), [("replay", "a trace or a recording"), ("simulate", "a script")]
)
def test_an_empty_file_is_one_line(
    command: str,
    wanted: str,
    text: str,
    options: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file, drawn = tmp_path / "t", tmp_path / "drawn"
    file.write_text(text, encoding="utf-8")
    message = user_error(capsys, command, str(file), "--output", str(drawn), *options)
    assert message == f"realtime_translate: {file} is empty: give {wanted}\n"
    assert not drawn.exists()


@pytest.mark.parametrize(
    ("command", "wanted"), [("replay", "a trace or a recording"), ("simulate", "a script")]
)
@pytest.mark.parametrize("cut", [1, None])
def test_the_steps_of_a_call_are_told_apart_by_their_header(
    cut: int | None, command: str, wanted: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "steps.jsonl"
    assert main(["simulate", "--format", "jsonl", "--output", str(file)]) == 0
    file.write_text("\n".join(file.read_text("utf-8").splitlines()[:cut]), encoding="utf-8")
    message = user_error(capsys, command, str(file))
    assert (
        message == f"realtime_translate: {file} holds the steps that --format jsonl printed: give {wanted}\n"
    )


def test_a_recording_is_no_script(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "call.jsonl"
    file.write_text('{"format": "realtime_translate recording", "version": 1}\n', encoding="utf-8")
    assert user_error(capsys, "simulate", str(file)) == (
        f"realtime_translate: {file} is a recording: give it to replay\n"
    )


@pytest.mark.parametrize("width", ["59", "401", "x", "-1", "1e2"])
def test_a_width_that_cannot_be_read_is_one_line(width: str, capsys: pytest.CaptureFixture[str]) -> None:
    message = user_error(capsys, "simulate", f"--width={width}")
    assert f"argument --width: '{width}' is not a whole number from 60 to 400" in message


def widest(text: str) -> int:
    return max(map(len, text.splitlines()))


@pytest.mark.parametrize("width", [60, 100, 400])
def test_the_diagram_is_as_wide_as_asked_for(width: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--width", str(width)]) == 0
    assert widest(capsys.readouterr().out) == width


@pytest.mark.parametrize(("terminal", "width"), [(20, 60), (90, 90), (300, 132)])
def test_the_diagram_is_as_wide_as_the_terminal(
    terminal: int, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(terminal))
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert main(["simulate"]) == 0
    assert widest(sys.stdout.getvalue()) == width  # type: ignore[attr-defined]


def test_without_a_terminal_the_diagram_has_80_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["simulate"]) == 0
    assert widest(capsys.readouterr().out) == 80


def test_events_prints_a_row_for_each_message(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["events"]) == 0
    out = capsys.readouterr().out
    for word in ("Deepgram", "OpenAI", "Settings", "response.done", "translated", "absorbed"):
        assert word in out


def test_a_missing_file_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = str(tmp_path / "missing.jsonl")
    for command in ("simulate", "replay"):
        assert user_error(capsys, command, missing) == (
            f"realtime_translate: cannot read {missing}: No such file or directory\n"
        )


def test_bad_json_is_one_line_that_names_the_line(script: str, capsys: pytest.CaptureFixture[str]) -> None:
    with open(script, "a", encoding="utf-8") as stream:
        stream.write("{oops\n")
    for command in ("simulate", "replay"):
        message = user_error(capsys, command, script)
        place = "line 2: not valid JSON" if command == "simulate" else "line 1: "
        assert f"{script}, {place}" in message


def test_a_place_that_cannot_be_written_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = str(tmp_path / "no" / "out")
    assert "cannot write" in user_error(capsys, "simulate", "--output", place)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["simulat"], "invalid choice: 'simulat'"),
        (["simulate", "--seed", "x"], "argument --seed: invalid int value: 'x'"),
        (["replay"], "the following arguments are required: TRACE.jsonl"),
        (["simulate", "--dialect", "x"], "argument --dialect: invalid choice: 'x'"),
    ],
)
def test_wrong_arguments_are_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in user_error(capsys, *arguments)


@pytest.mark.parametrize("command", [[], ["simulate"], ["replay"], ["events"]])
def test_help_fits_a_terminal(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main([*command, "--help"])
    assert raised.value.code == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 110


def interrupted(*_: object) -> Iterator[Step]:
    raise KeyboardInterrupt


def test_an_interrupt_ends_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(main_module.Simulation, "run", interrupted)
    assert main(["simulate"]) == 130
    assert capsys.readouterr().err == ""


def test_a_reader_that_has_enough_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert main(["events"]) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with open("/dev/full", "w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert main(["events"]) == 2
    assert capsys.readouterr().err == "realtime_translate: cannot write: No space left on device\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_a_terminal_when_the_output_goes_elsewhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shown: list[object] = []

    def with_progress(steps: Iterator[Step], terminal: object) -> Iterator[Step]:
        shown.append(terminal)
        return steps

    monkeypatch.setattr(main_module, "with_progress", with_progress)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert main(["simulate", "--output", str(tmp_path / "out")]) == 0
    assert shown == [terminal]
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert main(["simulate"]) == 0
    assert shown == [terminal]


def test_output_is_utf_8_whatever_the_locale_says(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    assert main(["simulate"]) == 0
    assert "─▶│" in raw.getvalue().decode("utf-8")


@pytest.mark.parametrize("command", ["simulate", "events", "hosts"])
def test_a_closed_output_is_one_line(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert main([command]) == 2
    assert capsys.readouterr().err == "realtime_translate: cannot write: standard output is closed\n"


@pytest.mark.parametrize("rest", [["--nope"], ["--dialect", "none"]])
def test_an_argument_that_is_wrong_names_the_help_of_its_command(
    rest: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["events", *rest]) == 2
    assert capsys.readouterr().err.endswith("; see python -m realtime_translate events --help\n")


def test_text_that_cannot_be_shown_is_escaped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "s"
    file.write_text('{"t": 0, "send": "\\ud800 é"}')
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    assert main(["simulate", str(file)]) == 0
    assert "\\ud800 é" in raw.getvalue().decode("utf-8")


def test_the_package_runs_as_a_module(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["realtime_translate", "events"])
    with pytest.raises(SystemExit) as raised:
        runpy.run_module("realtime_translate", run_name="__main__")
    assert raised.value.code == 0
    assert "Settings" in capsys.readouterr().out
