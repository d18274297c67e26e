from __future__ import annotations

import json

import pytest

from realtime_translate.cli.inputs import UserError
from realtime_translate.cli.trace import Trace, read_trace


def read(*lines: object) -> Trace:
    return read_trace("\n".join(json.dumps(line) for line in lines), "t.jsonl")


def line(
    t_ms: object, leg: str = "upstream", direction: str = "in", event_type: str = "x"
) -> dict[str, object]:
    return {"t_ms": t_ms, "leg": leg, "dir": direction, "event": {"type": event_type}}


def test_times_are_seconds_and_lines_without_one_are_a_millisecond_apart() -> None:
    trace = read(line(None), line(None), line(100), line(None), line(50), line(250.5))
    assert [entry.t for entry in trace.lines] == pytest.approx([0.0, 0.001, 0.1, 0.101, 0.101, 0.2505])


def test_a_time_may_be_absent() -> None:
    data = line(None)
    del data["t_ms"]
    assert read(line(10), data).lines[1].t == pytest.approx(0.011)


def test_a_negative_time_is_the_start() -> None:
    assert read(line(-5)).lines[0].t == 0.0


def test_lines_are_selected_by_leg_direction_and_type() -> None:
    trace = read(
        line(0), line(1, "upstream", "out", "a"), line(2, "client", "out", "a"), line(3, "upstream", "out")
    )
    assert [entry.t for entry in trace.select("upstream", "out")] == [0.001, 0.003]
    assert [entry.t for entry in trace.select("upstream", "out", "a")] == [0.001]
    assert trace.lines[2].place == "t.jsonl, line 3"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (line(0, leg="side"), '"leg" must be upstream or client, and "dir" in or out'),
        (line(0, direction="up"), '"leg" must be upstream or client, and "dir" in or out'),
        ({"leg": ["upstream"], "dir": "in"}, '"leg" must be'),
        ({"leg": "client", "dir": "in"}, '"event" must be a JSON object'),
        (line("1"), '"t_ms" must be a number of milliseconds or null'),
        (line(True), '"t_ms" must be a number'),
    ],
)
def test_a_bad_line_is_the_users_error(data: object, message: str) -> None:
    with pytest.raises(UserError) as raised:
        read(line(0), data)
    assert str(raised.value).startswith(f"t.jsonl, line 2: {message}")


@pytest.mark.parametrize("t_ms", ["1e999", "-1e999", "1" * 400])
def test_a_time_that_overflows_is_the_users_error(t_ms: str) -> None:
    with pytest.raises(UserError, match='line 1: "t_ms" must be a number'):
        read_trace(f'{{"t_ms": {t_ms}, "leg": "client", "dir": "in", "event": {{}}}}', "t.jsonl")
