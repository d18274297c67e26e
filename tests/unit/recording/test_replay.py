"""What a replay tells, and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from realtime_translate import ClockError, Config, GreetingMode, OrderError
from realtime_translate.recording import Played, RecordingError, replay
from tests.events import created, text
from tests.harness import SETTINGS
from tests.unit.recording.taped import Taped


def tape(**options: Any) -> Taped:
    taped = Taped(**options)
    taped.ready({**SETTINGS, "agent": {"greeting": "Hello Ann."}})
    taped.upstream(created(), text("Yes."))
    return taped


def changed(lines: list[str], number: int, **fields: Any) -> list[str]:
    """With other values in the line of that input."""
    return [*lines[:number], json.dumps({**json.loads(lines[number]), **fields}) + "\n", *lines[number + 1 :]]


def test_a_recording_is_reproduced() -> None:
    result = replay(tape().lines)
    assert (result.same, result.inputs, result.difference, result.cut) == (True, 6, None, False)
    assert str(result) == "6 inputs reproduced"


def test_the_first_difference_is_shown() -> None:
    taped = tape(redact=False)
    lines = changed(taped.lines, 4, out=[{"client": "other"}])
    result = replay(lines)
    assert not result.same
    assert result.inputs == 3
    assert result.difference is not None
    assert (result.difference.input, result.difference.t, result.difference.output) == (4, 100.0, 1)
    shown = str(result).splitlines()
    assert shown[0] == "3 inputs reproduced"
    assert shown[1] == "first difference: input 4, receive_from_upstream at 100.0 s, output 1:"
    assert shown[2] == '  expected: {"client":"other"}'
    assert "SettingsApplied" in shown[3]


def test_an_output_too_few_and_one_too_many_are_differences() -> None:
    taped = tape(redact=False)
    out = taped.records[3]["out"]
    missing = replay(changed(taped.lines, 4, out=out[:-1])).difference
    assert missing is not None
    assert (missing.output, missing.expected) == (len(out), None)
    assert "expected: nothing" in str(missing)
    extra = replay(changed(taped.lines, 4, out=[*out, {"notice": {}}])).difference
    assert extra is not None
    assert (extra.output, extra.actual) == (len(out) + 1, None)


def test_long_outputs_are_cut_short() -> None:
    taped = tape(redact=False)
    shown = str(replay(changed(taped.lines, 4, out=["x" * 5000])).difference)
    assert "… (5002 characters)" in shown


def test_what_was_raised_and_is_not_is_a_difference() -> None:
    taped = Taped()
    with pytest.raises(OrderError):
        taped.recorder.receive_from_client("{}")
    lines = [line.replace("INPUT_OUT_OF_ORDER", "INVALID_CLOCK_") for line in taped.lines]
    difference = replay(lines).difference
    assert difference is not None
    assert (difference.expected, difference.actual) == ('"INVALID_CLOCK_"', '"INPUT_OUT_OF_ORDER"')


def test_before_the_first_reading_there_is_no_time() -> None:
    taped = Taped()
    with pytest.raises(OrderError):
        taped.recorder.receive_from_client("{}")
    difference = replay([line.replace("INPUT_OUT_OF_ORDER", "OTHER") for line in taped.lines]).difference
    assert "before the first reading of the clock" in str(difference)


def test_another_configuration_can_be_tried() -> None:
    lines = tape().lines
    assert replay(lines, config=Config.deepgram()).same
    difference = replay(lines, config=Config.deepgram(greeting=GreetingMode.SUPPRESSED)).difference
    assert difference is not None
    assert difference.method == "receive_from_client"


def test_hashed_outputs_differ_too() -> None:
    taped = tape(outputs="hashed")
    assert replay(taped.lines).same
    difference = replay(changed(taped.lines, 1, out=[["client Welcome", "0" * 16]])).difference
    assert difference is not None
    assert '["client Welcome","0000000000000000"]' in str(difference)


def test_half_a_last_line_is_left_out() -> None:
    lines = tape().lines
    result = replay([*lines[:-1], lines[-1][:20]])
    assert (result.same, result.inputs, result.cut) == (True, 5, True)
    assert str(result).endswith("the last line is not complete and was left out")


def test_without_an_input_there_is_nothing_to_replay() -> None:
    header = tape().lines[0]
    for lines in ([header], [header, tape().lines[1][:20]]):
        with pytest.raises(RecordingError, match="the recording holds no input"):
            replay(lines)


def test_each_input_can_be_watched_up_to_the_first_difference() -> None:
    taped = Taped(redact=False)
    with pytest.raises(OrderError):
        taped.recorder.receive_from_client("{}")
    taped.ready(SETTINGS)
    seen: list[Played] = []
    assert not replay(changed(taped.lines, 5, out=[]), watch=seen.append).same
    assert [(played.t, played.method) for played in seen] == [
        (None, "receive_from_client"),
        (100.0, "client_opened"),
        (100.0, "receive_from_client"),
        (100.0, "upstream_opened"),
        (100.0, "receive_from_upstream"),
    ]
    assert isinstance(seen[0].outcome, OrderError)
    assert seen[2].arguments == (json.dumps(SETTINGS),)
    assert [played.state.upstream_open for played in seen] == [False, False, False, True, True]


def test_an_input_at_which_the_clock_was_wrong_has_no_time() -> None:
    taped = tape()
    taped.clock.set(float("nan"))
    with pytest.raises(ClockError):
        taped.upstream({})
    seen: list[Played] = []
    assert replay(taped.lines, watch=seen.append).same
    assert (seen[-2].t, seen[-1].t) == (100.0, None)


def test_empty_lines_are_passed_over() -> None:
    lines = tape().lines
    assert replay([lines[0], "\n", *lines[1:], ""]).inputs == 6


@pytest.mark.parametrize("lines", [[], ["{}"], ["[]"], ['{"format": "other"}'], ["nonsense"]])
def test_what_is_no_recording_is_refused(lines: list[str]) -> None:
    with pytest.raises(RecordingError, match=r"no recording|no JSON object"):
        replay(lines)


@pytest.mark.parametrize(
    ("number", "fields", "message"),
    [
        (0, {"version": 2}, "the recording has version 2, and this library replays 1"),
        (0, {"config": {}}, "the configuration cannot be read"),
        (0, {"config": None}, "the configuration cannot be read"),
        (0, {"snapshot": {}}, "cannot be taken up where the recording begins: this is no snapshot"),
        (2, {"n": 5}, "line 3 is not input 2: lines are missing"),
        (2, {"in": "snapshot"}, "line 3 cannot be replayed: 'snapshot' is no input"),
        (2, {"t": "now"}, "line 3 cannot be replayed: 'now' is no time"),
        (2, {"in": "close", "arguments": 5}, "line 3 cannot be replayed"),
        (4, {"frame": {"delta": {"<bytes>": 10**12}}}, "line 5 cannot be replayed: no frame holds"),
    ],
)
def test_what_is_broken_is_refused(number: int, fields: dict[str, Any], message: str) -> None:
    with pytest.raises(RecordingError, match=message):
        replay(changed(tape().lines, number, **fields))


def test_a_line_in_the_middle_that_is_no_json_is_refused() -> None:
    lines = tape().lines
    with pytest.raises(RecordingError, match="line 3 is not JSON"):
        replay([*lines[:2], "{", *lines[3:]])
    with pytest.raises(RecordingError, match="line 3 is no JSON object"):
        replay([*lines[:2], "[]", *lines[3:]])
