"""What the rows of the benchmark measure is what they say."""

from __future__ import annotations

import base64
import json
from collections import Counter
from typing import Any, cast

import pytest

from realtime_translate import Notice, SendToClient, SendToUpstream, Translator
from realtime_translate.audio import PCM_24K
from realtime_translate.openai import audio_frames
from tests.benchmarks import calls, events, floors, footprint, minute, speed, text_calls
from tests.benchmarks.measure import Case, Effort
from tests.benchmarks.rows import ROWS, Row, measured_rows

pytest.importorskip("numpy", reason="needs the resample extra")

ONCE = Effort(seconds=0.0, least=1, segment=0.0)
EXTRA = "needs the speed extra"


def types(outputs: Any) -> list[str]:
    sent = [each.data for each in outputs if isinstance(each, (SendToClient, SendToUpstream))]
    return ["audio" if isinstance(data, bytes) else json.loads(data)["type"] for data in sent]


def told(case: Case, count: int = 3) -> list[list[str]]:
    """The types of what the operations of one round give."""
    segments = list(case.segments(count))
    return [types(function(argument)) for each in segments for function, argument in each.operation]


def test_every_row_has_a_name_of_its_own() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) == 15


@pytest.mark.parametrize("row", [row for row in ROWS if "minute" not in row.name], ids=lambda row: row.name)
def test_a_row_is_measured(row: Row) -> None:
    if row.speed and not speed.installed():
        pytest.skip(EXTRA)
    cost = row.measure(ONCE)
    assert (cost.to_floor is None) is (row.name.startswith(("snapshot", "restore")))


def test_rows_of_the_extra_are_left_out_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Row, "measure", lambda row, effort: (row.speed, effort))
    monkeypatch.setattr(speed, "installed", lambda: False)
    assert [row for row, _ in measured_rows(ONCE)] == [row for row in ROWS if not row.speed]


def test_translators_use_the_extra_only_where_it_is_measured() -> None:
    if not speed.installed():
        pytest.skip(EXTRA)
    with speed.using(False):
        assert audio_frames.in_use() is audio_frames.standard
        with speed.using(True):
            assert audio_frames.in_use() is audio_frames.fast()
        assert audio_frames.in_use() is audio_frames.standard


def test_the_floors_do_the_work_of_the_operation() -> None:
    frame = events.Answer("1").audio(events.AUDIO)
    each = [floors.STANDARD, *([floors.speed()] if speed.installed() else [])]
    for least in each:
        assert least.audio_delta(frame) == events.AUDIO
        appended: Any = least.append(events.AUDIO)
        assert base64.b64decode(json.loads(appended)["audio"]) == events.AUDIO
    assert floors.text('{"a": [1]}') == '{"a": [1]}'


def test_text_events_find_the_call_where_they_belong() -> None:
    words = [each for each in told(text_calls.transcript_delta(), 100) if each]
    assert words == [["ConversationText", "History"]] * 3, "the sentences of one answer"
    assert told(text_calls.item_done()) == [[]] * 3, "it was told before"
    assert told(text_calls.response_done()) == [["AgentAudioDone"]] * 3
    assert told(text_calls.settings()) == [["session.update"]] * 3


def test_settings_are_of_two_kilobytes_with_three_functions() -> None:
    settings = json.loads(events.settings())
    assert len(events.settings()) == pytest.approx(2048, rel=0.05)
    assert len(settings["agent"]["think"]["functions"]) == 3


def test_a_snapshot_is_restored_to_what_it_was() -> None:
    (taken,), (restored,) = text_calls.snapshot().segments(1), text_calls.restore().segments(1)
    take: Any = taken.operation[0][0]
    restore, text = cast("tuple[Any, Any]", restored.operation[0])
    assert json.loads(take(restore(text))) == json.loads(text)


def play(steps: list[minute.Step], translator: Translator, clock: calls.Clock) -> list[Any]:
    outputs: list[Any] = []
    for step in steps:
        clock.set(1.0 + step.at)
        receive, frame = cast("tuple[Any, Any]", minute.step_call(translator, step))
        outputs += receive(frame)
    return outputs


def test_the_minute_is_what_it_says() -> None:
    steps = minute.steps()
    assert Counter(step.kind for step in steps)["audio"] == 3000
    assert Counter(step.kind for step in steps)["delta"] == 600
    assert {len(step.frame) for step in steps if step.kind == "audio"} == {960}
    assert steps == sorted(steps, key=lambda step: step.at)
    assert steps[-1].at < minute.SECONDS


def test_the_minute_is_an_ordinary_call() -> None:
    clock = calls.Clock()
    outputs = play(minute.steps(), calls.ready(clock=clock), clock)
    assert {each.code for each in outputs if isinstance(each, Notice)} == {"USAGE"}
    counted = Counter(types(tuple(outputs)))
    expected = {"FunctionCallRequest": 1, "UserStartedSpeaking": 4, "AgentAudioDone": 4, "audio": 600}
    assert {name: counted[name] for name in expected} == expected
    assert counted["input_audio_buffer.append"] == 3000
    assert counted["conversation.item.truncate"] == 3, "each answer but the last is interrupted"


def test_minutes_follow_one_another() -> None:
    clock = calls.Clock()
    translator = calls.ready(clock=clock)
    sent = [Counter(types(tuple(play(minute.steps(n), translator, clock)))) for n in range(2)]
    assert [each["ConversationText"] for each in sent] == [sent[0]["ConversationText"]] * 2


def test_the_pieces_of_a_minute_are_all_of_it() -> None:
    cut = minute.pieces(3)
    assert [step for _, piece in cut for step in piece] == minute.steps(3)
    assert all(at <= step.at < at + 0.25 for at, piece in cut for step in piece)
    segments = list(minute.minute_of().segments(1))
    assert len(segments) == len(cut) == 240
    assert [len(each.operation) for each in segments] == [len(each.floor) for each in segments]


def test_bytes_that_stay_are_counted() -> None:
    """Many, next to what other threads of the process allocate meanwhile."""
    assert footprint.bytes_each(lambda: bytes(10**6), 5) == pytest.approx(10**6, rel=0.002)


def test_an_idle_session_is_small() -> None:
    assert 1000 < footprint.idle_session(50) <= 8192


def test_the_import_takes_time() -> None:
    (seconds,) = footprint.import_seconds(1)
    assert 0 < seconds < 60


def test_a_frame_is_heard() -> None:
    assert any(calls.tone(PCM_24K, 20))
