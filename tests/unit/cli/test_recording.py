"""`replay` of what a `Recorder` wrote."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from realtime_translate import Config, FrameTypeError, OrderError, Renewal, Translator
from realtime_translate.cli.main import main
from realtime_translate.cli.recording import Drawing, is_recording, reproduce
from realtime_translate.cli.steps import Party, Step
from realtime_translate.recording import Recorder
from tests.harness import SETTINGS
from tests.unit.recording.taped import Taped

FORMATS = ["text", "jsonl", "mermaid", "html"]
CLIENT, TRANSLATOR, UPSTREAM, HOST = Party.CLIENT, Party.TRANSLATOR, Party.UPSTREAM, Party.HOST


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    taped = Taped()
    taped.ready(SETTINGS)
    file = tmp_path / "call.jsonl"
    file.write_text("".join(taped.lines), encoding="utf-8")
    return file


def test_a_recording_that_is_reproduced(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(recording)]) == 0
    assert capsys.readouterr().out == "4 inputs reproduced\n"


def test_a_recording_comes_from_standard_input_too(
    recording: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(recording.read_text("utf-8")))
    assert main(["replay", "-"]) == 0
    assert capsys.readouterr().out == "4 inputs reproduced\n"


def test_the_first_difference_is_shown(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recording.write_text(recording.read_text("utf-8").replace("SettingsApplied", "Applied"), encoding="utf-8")
    assert main(["replay", str(recording)]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines()[:3] == [
        "3 inputs reproduced",
        "first difference: input 4, receive_from_upstream at 100.0 s, output 1:",
        '  expected: {"client":{"type":"Applied"}}',
    ]


def test_a_broken_recording_is_the_users_error(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = recording.read_text("utf-8").splitlines()
    recording.write_text("\n".join([lines[0], *lines[2:]]), encoding="utf-8")
    assert main(["replay", str(recording)]) == 2
    assert capsys.readouterr().err.endswith("call.jsonl: line 2 is not input 1: lines are missing\n")


@pytest.mark.parametrize("options", [[], *(["--format", each] for each in FORMATS)])
def test_a_recording_of_nothing_is_the_users_error(
    options: list[str], recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording.write_text(recording.read_text("utf-8").splitlines(keepends=True)[0], encoding="utf-8")
    output = tmp_path / "drawn"
    assert main(["replay", str(recording), "--output", str(output), *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "call.jsonl: the recording holds no input" in err
    assert not output.exists()


def test_the_result_goes_to_a_file(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "result"
    assert main(["replay", str(recording), "--output", str(output)]) == 0
    assert capsys.readouterr() == ("", "")
    assert output.read_text("utf-8") == "4 inputs reproduced\n"


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("text", "   0.000 │◀─"),
        ("jsonl", '{"t": 0.0, "from": "client", "to": "translator", "frame": {"type": "open"}'),
        ("mermaid", "translator->>client: 0.000 SettingsApplied"),
        ("html", '"title":"call.jsonl"'),
    ],
)
def test_a_recording_is_drawn(
    form: str, shown: str, recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "drawn"
    assert main(["replay", str(recording), "--format", form, "--output", str(output)]) == 0
    out, err = capsys.readouterr()
    assert (out, err) == ("", "realtime_translate: 4 inputs reproduced\n")
    drawn = output.read_text("utf-8")
    assert shown in drawn
    assert "SettingsApplied" in drawn


def test_a_recording_is_drawn_up_to_its_first_difference(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording.write_text(recording.read_text("utf-8").replace('"Welcome"', '"Hail"'), encoding="utf-8")
    assert main(["replay", str(recording), "--format", "jsonl"]) == 1
    out, err = capsys.readouterr()
    assert [json.loads(line)["frame"]["type"] for line in out.splitlines()[1:]] == ["open", "Welcome"]
    assert "first difference: input 1, client_opened" in err


def drawn(taped: Taped) -> Drawing:
    drawing = Drawing()
    assert reproduce("".join(taped.lines), "t", drawing.add).same
    return drawing


def arrows(steps: list[Step]) -> list[tuple[Party, Party, str]]:
    return [(step.sender, step.receiver, step.type) for step in steps if step.notice is None]


def test_every_input_is_drawn_with_what_came_of_it() -> None:
    taped = Taped(redact=False)
    taped.ready(SETTINGS)
    before = len(list(drawn(taped).run()))
    recorder = taped.recorder
    recorder.receive_from_client(bytes(960))
    recorder.receive_from_upstream(b'{"type": "rate_limits.updated", "rate_limits": []}')
    recorder.playback_reported(20)
    recorder.function_result("c", "12")
    recorder.handle_timeout()
    recorder.upstream_closed(1001, "Bye.")
    recorder.client_closed(1000, "")
    recorder.close()
    steps = list(drawn(taped).run())[before:]
    inputs = [arrow for arrow in arrows(steps) if arrow[0] is not TRANSLATOR]
    assert inputs == [
        (CLIENT, TRANSLATOR, "audio"),
        (UPSTREAM, TRANSLATOR, "rate_limits.updated"),
        (HOST, TRANSLATOR, "playback_reported"),
        (HOST, TRANSLATOR, "function_result"),
        (UPSTREAM, TRANSLATOR, "close"),
        (CLIENT, TRANSLATOR, "close"),
        (HOST, TRANSLATOR, "close"),
    ]
    frames = [dict(step.frame or {}) for step in steps if step.sender is not TRANSLATOR]
    assert frames[2:5] == [
        {"type": "playback_reported", "played_ms": 20},
        {"type": "function_result", "call_id": "c", "content": "12"},
        {"type": "close", "code": 1001, "reason": "Bye."},
    ]
    assert (TRANSLATOR, UPSTREAM, "input_audio_buffer.append") in arrows(steps)


def test_what_was_raised_is_drawn() -> None:
    taped = Taped()
    with pytest.raises(OrderError):
        taped.recorder.receive_from_client("{}")
    taped.ready(SETTINGS)
    with pytest.raises(FrameTypeError):
        taped.recorder.receive_from_client(5)  # type: ignore[arg-type]
    steps = list(drawn(taped).run())
    assert arrows(steps)[:3] == [
        (CLIENT, TRANSLATOR, "text"),
        (TRANSLATOR, HOST, "raised"),
        (CLIENT, TRANSLATOR, "open"),
    ]
    assert steps[-1].frame == {"type": "raised", "method": "receive_from_client", "error": "FrameTypeError"}


def test_times_begin_with_the_call() -> None:
    taped = Taped(now=1000.0)
    taped.ready(SETTINGS)
    taped.clock.advance(2.5)
    taped.upstream({"type": "rate_limits.updated", "rate_limits": []})
    drawing = drawn(taped)
    times = [step.t for step in drawing.run()]
    assert (times[0], times[-1]) == (0.0, 2.5)
    timers = [state.next_timer for _, state in drawing.states if state.next_timer is not None]
    assert timers
    assert all(0 < deadline < 100 for _, deadline in timers)


def test_states_are_told_where_they_change() -> None:
    taped = Taped()
    taped.ready(SETTINGS)
    before = len(drawn(taped).states)
    taped.upstream({"type": "rate_limits.updated", "rate_limits": []})
    assert len(drawn(taped).states) == before


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "[]", '{"t_ms": 0}'])
def test_anything_else_is_no_recording(text: str) -> None:
    assert not is_recording(text)


def test_N4_a_recorded_call_names_its_later_sockets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "renewed.jsonl"
    with path.open("w", encoding="utf-8") as file:
        call = Recorder(Translator(Config.deepgram(renewal=Renewal()), clock=lambda: 100.0), file.write)
        call.client_opened()
        call.receive_from_client(json.dumps({"type": "Settings", "audio": {}, "agent": {}}))
        call.upstream_opened(1)
        call.receive_from_upstream(json.dumps({"type": "session.updated", "session": {}}), 1)
        call.upstream_closed(1006, "", 1)
        call.upstream_opened(2)
    assert main(["replay", str(path), "--format", "jsonl"]) == 0
    frames = [json.loads(line).get("frame") or {} for line in capsys.readouterr().out.splitlines()]
    legs = [(each["type"], each.get("leg")) for each in frames if each.get("type") in ("open", "opened")]
    assert legs == [("open", None), ("open", None), ("opened", None), ("open", 2), ("opened", 2)]
