"""The rules of *Time*, and the table of timers."""

from __future__ import annotations

import itertools
import math
import typing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_translate import ClockError, Config, ManualCommit, SilenceKeepalive, Translator
from realtime_translate.session.engine import _TIMER_STEPS
from realtime_translate.session.routes import TIMERS
from realtime_translate.session.timers import Instant, TimerName, Timers
from realtime_translate.testing import FakeClock
from tests.events import created, done, text_done
from tests.harness import SETTINGS, Desk, counter, ready

MANUAL = Config.deepgram(turn_detection=ManualCommit(debounce=0.5))
SPEECH = b"\x01" * 9600
TEXT = {"type": "InjectUserMessage", "content": "Hi"}


# --- 1: timers fire first, at their own time ----------------------------------------------------------------


def test_time_1_an_input_fires_what_is_due_before_it_is_applied() -> None:
    desk = ready(Desk, MANUAL)
    desk.client(SPEECH)
    desk.clock.advance(0.5)
    assert desk.client(SPEECH).upstream_types == [
        "input_audio_buffer.commit",
        "response.create",
        "input_audio_buffer.append",
    ]


def test_time_1_a_timer_is_due_at_its_deadline_and_not_before() -> None:
    desk = ready(Desk, MANUAL)
    desk.client(SPEECH)
    desk.clock.advance(0.5 - 1 / 1024)
    assert desk.client(SPEECH).upstream_types == ["input_audio_buffer.append"]


def test_time_1_timers_fire_oldest_first() -> None:
    """The text of 100.0 is confirmed late at 102.0, the commit of 101.75 is due at 102.25."""
    desk = ready(Desk, MANUAL)
    desk.client(TEXT)
    desk.wait(1.75)
    desk.client(SPEECH)
    log = desk.wait(100.0)
    assert log.notices[:2] == ["ITEM_UNCONFIRMED", "COMMIT_OWED"]


def test_time_1_a_timer_s_handler_runs_at_its_deadline() -> None:
    """The create of 100.5 waits for its answer until 110.5, however late the host fires."""
    desk = ready(Desk, MANUAL)
    desk.client(SPEECH)
    desk.wait(3.0)
    snapshot: Any = desk.translator.snapshot()
    assert snapshot["timers"]["deadlines"] == {"create": 110.5 - 103.0, "slow": 105.5 - 103.0}
    assert desk.translator.state.next_timer == ("slow", 105.5)


def test_time_1_timers_that_timers_set_fire_in_the_same_input() -> None:
    desk = ready(Desk, MANUAL)
    desk.client(SPEECH)
    log = desk.wait(60.0)
    assert log.upstream_types == ["input_audio_buffer.commit", "response.create"]
    assert log.client_types == ["Warning", "Warning", "AgentAudioDone"], "create_timeout after the commit"
    assert [each["code"] for each in log.of("Warning")] == ["SLOW_THINK_REQUEST", "THINK_REQUEST_FAILED"]
    assert desk.translator.next_deadline is None


@pytest.mark.parametrize("timer", ["keepalive", "slow"])
def test_time_1_a_periodic_timer_that_missed_beats_fires_once(timer: str) -> None:
    desk = ready(
        Desk, Config.deepgram(keepalive=SilenceKeepalive(every=4.0)) if timer == "keepalive" else None
    )
    if timer == "slow":
        desk.upstream(created())
    notices = desk.wait(59.0).notices
    assert notices == ["SILENCE_SENT" if timer == "keepalive" else "RESPONSE_SLOW"]


def test_time_1_a_frame_read_before_a_timer_is_noticed_changes_nothing() -> None:
    """A prompt host, one that fires late, and one that never fires but reads frames: the same outputs in
    all.
    """
    script: list[tuple[float, Any]] = [
        (0.0, TEXT),
        (0.25, SPEECH),
        (1.5, SPEECH),
        (2.5, created()),
        (3.0, text_done("Hi.")),
        (6.0, done("resp_1")),
        (9.0, TEXT),
        (30.0, TEXT),
        (60.0, {"type": "KeepAlive"}),
    ]
    runs = [play(script, steps) for steps in (None, 1 / 1024 * 300, 7.0)]
    assert runs[0] == runs[1] == runs[2]
    assert len(runs[0]) > 15


def play(script: list[tuple[float, Any]], host_fires_every: float | None) -> list[object]:
    desk = ready(Desk, MANUAL)
    outputs: list[object] = []
    for at, frame in script:
        while host_fires_every is not None and desk.clock.now + host_fires_every < 100.0 + at:
            outputs += desk.wait(host_fires_every).outputs
        desk.clock.set(100.0 + at)
        upstream = frame not in (SPEECH, TEXT, {"type": "KeepAlive"})
        outputs += (desk.upstream(frame) if upstream else desk.client(frame)).outputs
    return outputs


# --- 2, 3: deadlines ----------------------------------------------------------------------------------------


def test_time_2_handle_timeout_early_or_twice_does_nothing() -> None:
    desk = ready(Desk, MANUAL)
    desk.client(SPEECH)
    before = desk.translator.snapshot()
    assert desk.wait(0.0).outputs == []
    assert desk.translator.snapshot() == before
    assert desk.wait(0.5).outputs != []
    before = desk.translator.snapshot()
    assert desk.wait(0.0).outputs == []
    assert desk.translator.snapshot() == before


def test_time_2_after_it_the_next_deadline_is_later_than_now_or_none() -> None:
    desk = ready(Desk, MANUAL)
    desk.client(TEXT)
    desk.client(SPEECH)
    for _ in range(20):
        desk.wait(0.75)
        deadline = desk.translator.next_deadline
        assert deadline is None or deadline > desk.clock.now
    assert desk.translator.next_deadline is None


def test_time_2_handle_timeout_may_come_before_the_client() -> None:
    assert Desk().wait(5.0).outputs == []


def test_time_3_next_deadline_changes_nothing_and_is_absolute() -> None:
    desk = Desk(now=100.0)
    assert desk.translator.next_deadline is None
    desk.opened()
    before = desk.translator.snapshot()
    assert [desk.translator.next_deadline for _ in range(3)] == [115.0] * 3
    desk.clock.advance(3.0)
    assert desk.translator.next_deadline == 115.0
    desk.clock.set(100.0)
    assert desk.translator.snapshot() == before


def test_time_3_state_says_which_timer_fires_next() -> None:
    desk = ready(Desk, MANUAL)
    assert desk.translator.state.next_timer is None
    desk.client(TEXT)
    assert desk.translator.state.next_timer == ("confirm", 102.0)
    desk.client(SPEECH)
    assert desk.translator.state.next_timer == ("debounce", 100.5)
    assert desk.translator.next_deadline == 100.5


def test_every_timer_has_a_handler_and_every_handler_a_timer() -> None:
    names = set(typing.get_args(TimerName))
    assert names == set(TIMERS) | set(_TIMER_STEPS)
    assert not set(TIMERS) & set(_TIMER_STEPS)


def test_timers_are_one_of_each_name() -> None:
    timers = Timers()
    assert (timers.due, timers.pop(1e9)) == (math.inf, None)
    timers.set("quiet", 5.0)
    timers.set("grace", 4.0)
    timers.set("quiet", 3.0)
    timers.cancel("hold")
    assert (timers.due, timers.pop(2.0)) == (3.0, None)
    assert [timers.pop(9.0), timers.pop(9.0), timers.pop(9.0)] == [("quiet", 3.0), ("grace", 4.0), None]


def test_nobody_looks_for_a_timer_before_the_first_deadline() -> None:
    timers = Timers({"quiet": Instant(5.0)})
    assert timers.none_before == -math.inf, "restored: nobody has looked yet"
    assert timers.pop(2.0) is None
    assert timers.none_before == 5.0
    timers.set("grace", 4.0)
    assert timers.none_before == 4.0
    timers.set("grace", 6.0)
    assert timers.none_before <= 5.0, "it may lag behind"
    assert timers.due == timers.none_before == 5.0
    assert timers.pop(4.5) is None
    assert timers.none_before == 5.0
    timers.cancel("quiet")
    timers.cancel("grace")
    assert timers.pop(9.0) is None
    assert timers.none_before == math.inf


_NAMES = typing.get_args(TimerName)[:4]
_CHANGES = st.tuples(
    st.sampled_from(["set", "cancel", "pop", "due"]), st.sampled_from(_NAMES), st.integers(0, 9)
)


@given(st.lists(_CHANGES, max_size=30))
def test_the_earliest_deadline_is_known_after_any_change(changes: list[tuple[str, TimerName, int]]) -> None:
    timers = Timers()
    for change, name, at in changes:
        if change == "set":
            timers.set(name, at)
        elif change == "cancel":
            timers.cancel(name)
        elif change == "pop":
            timers.pop(at)
        else:
            assert timers.due == min(timers.deadlines.values(), default=math.inf)
        assert timers.none_before <= min(timers.deadlines.values(), default=math.inf)
    timers.clear()
    assert (timers.due, timers.deadlines) == (math.inf, {})


# --- 4: clocks ----------------------------------------------------------------------------------------------


def test_time_4_a_clock_that_goes_backwards_is_clamped_to_the_latest_time_seen() -> None:
    desk = ready(Desk, MANUAL)
    desk.clock.advance(10.0)
    desk.client({"type": "KeepAlive"})
    desk.clock.advance(-8.0)
    desk.client(SPEECH)
    assert desk.translator.next_deadline == 110.5
    assert desk.wait(8.25).outputs == []
    assert desk.wait(0.25).upstream_types == ["input_audio_buffer.commit", "response.create"]


def test_time_4_a_snapshot_on_a_clock_that_went_backwards_is_clamped_too() -> None:
    desk = ready(Desk, MANUAL)
    desk.client(SPEECH)
    before = desk.translator.snapshot()
    desk.clock.advance(-50.0)
    assert desk.translator.snapshot() == before


@pytest.mark.parametrize("reading", [math.nan, math.inf, -math.inf, 10**400])
def test_time_4_nan_and_infinity_raise_and_change_nothing(reading: float) -> None:
    clock = FakeClock(100.0)
    translator = Translator(MANUAL, clock=clock, new_id=counter("T"))
    translator.client_opened()
    before = translator.snapshot()
    clock.set(reading)
    for act in (translator.handle_timeout, translator.snapshot, lambda: translator.receive_from_client(b"")):
        with pytest.raises(ClockError, match="must give finite seconds"):
            act()
    clock.set(100.0)
    assert translator.snapshot() == before


def test_time_4_a_clock_that_counts_from_before_zero_works() -> None:
    desk = Desk(MANUAL, now=-500.0)
    desk.ready()
    desk.client(SPEECH)
    assert desk.translator.next_deadline == -499.5
    assert desk.wait(0.5).upstream_types == ["input_audio_buffer.commit", "response.create"]


def test_each_input_samples_the_clock_once() -> None:
    readings = itertools.count(100)
    seen: list[float] = []

    def clock() -> float:
        seen.append(float(next(readings)))
        return seen[-1]

    translator = Translator(MANUAL, clock=clock, new_id=counter("T"))
    inputs: list[Any] = [
        translator.client_opened,
        lambda: translator.receive_from_client('{"type":"Settings","audio":{},"agent":{}}'),
        translator.upstream_opened,
        lambda: translator.receive_from_upstream('{"type":"session.updated","session":{}}'),
        lambda: translator.receive_from_client(SPEECH),
        lambda: translator.playback_reported(5),
        lambda: translator.function_result("call_1", "{}"),
        translator.handle_timeout,
        translator.upstream_closed,
        translator.client_closed,
        translator.close,
    ]
    for number, act in enumerate(inputs, start=1):
        act()
        assert len(seen) == number
    assert (translator.next_deadline, translator.state, translator.client_paused) is not None
    assert len(seen) == len(inputs), "views read no clock"


# --- 5: audio -----------------------------------------------------------------------------------------------


def test_time_5_positions_in_audio_are_whole_bytes() -> None:
    desk = ready(Desk, MANUAL)
    for _ in range(100):
        desk.client(b"\x01" * 33)
    snapshot: Any = desk.translator.snapshot()
    assert snapshot["call"]["audio"]["uncommitted"] == 3300
    assert type(snapshot["call"]["audio"]["uncommitted"]) is int
    assert type(snapshot["call"]["opening"]["audio_bytes"]) is int


def test_same_inputs_at_the_same_times_give_the_same_outputs() -> None:
    one, two = (
        play([(0.0, TEXT), (0.5, SPEECH), (3.0, created()), (4.0, done("resp_1"))], 0.25) for _ in range(2)
    )
    assert one == two
    audio = {"input": {"encoding": "linear16", "sample_rate": 24000}}
    assert {"type": "Settings", "audio": audio, "agent": {}} == SETTINGS, "inputs are not changed"
