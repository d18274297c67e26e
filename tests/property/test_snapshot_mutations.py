"""A snapshot that was tampered with is refused, or is a call that goes on (*Always true* 6)."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from realtime_translate import ClientDialect, Config, SnapshotError, Translator
from realtime_translate.testing import FakeClock
from tests import events
from tests.fuzz.stages import CONFIGS, begun
from tests.harness import counter
from tests.snapshot_corpus import CORPUS
from tests.unit.session import snapshot_calls as calls

KEPT = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(CORPUS.glob("*.json"))]
ODD: list[Any] = [
    None, True, False, 0, 1, -1, 2**63, 10**400, 1.5, float("nan"), float("inf"), 1e308, -1e308,
    "", "x", "resp_1", "\ud800", "AAAA", "?", "free", "active", "start", "stop", "mulaw", "component",
    "a" * 300, [], {}, [None], {"a": 1}, [[]], [1, 2], ["a"], {"a": {"b": [float("nan")]}},
]  # fmt: skip
SPEECH = calls.SPEECH_STARTED
UPSTREAM: list[Any] = [
    events.created("resp_x"), events.created(), events.text("Hi", "msg_9"), events.audio(b"\1\2" * 4800),
    events.audio_done(), events.done(), events.done("resp_1", events.call_item()), events.call_done("call_x"),
    events.transcript("A. b"), events.text_done("Hi"), events.error("x"), calls.BUSY, calls.UPDATED,
    calls.COMMITTED, calls.TIMED_OUT, calls.SESSION_CREATED, SPEECH,
    {**SPEECH, "type": "input_audio_buffer.speech_stopped", "audio_end_ms": 900},
    calls.heard("completed", transcript="Yes. No."),
]  # fmt: skip
CLIENT: list[Any] = [
    calls.SETTINGS, calls.TEXT, events.answer(), calls.PROMPT, calls.say("x"), calls.say("y", "interrupt"),
    calls.say("z", "queue"), {"type": "UpdateThink", "think": calls.THINK}, {"type": "ForceEndTurn"},
    {"type": "UpdateSpeak", "speak": {"provider": {"type": "open_ai", "voice": "ash", "speed": 1.1}}},
    {"type": "UpdateListen", "listen": {"provider": {"type": "deepgram", "keyterms": ["a"]}}},
]  # fmt: skip
inputs = st.lists(
    st.one_of(
        st.sampled_from([("upstream", each) for each in UPSTREAM]),
        st.sampled_from([("client", each) for each in CLIENT]),
        st.sampled_from([("audio", b"\1"), ("audio", b"\1" * 4999)]),
        st.sampled_from([("wait", 0.125), ("wait", 1.0), ("wait", 30.0), ("deadline", None)]),
    ),
    max_size=12,
)


def paths(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    keys = data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ()
    for key in keys:
        yield (*path, key)
        yield from paths(data[key], (*path, key))


def at(data: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        data = data[key]
    return data


def mutated(data: Any, draw: Any) -> None:
    """One change anywhere: another value, a value from elsewhere, one more, one less."""
    places = list(paths(data))
    *above, last = draw(st.sampled_from(places))
    holder = at(data, tuple(above))
    change = draw(st.sampled_from(["odd", "odd", "number", "text", "elsewhere", "delete", "again"]))
    if change == "delete":
        del holder[last]
    elif change == "again" and isinstance(holder[last], list):
        holder[last] += copy.deepcopy(holder[last][:1])
    elif change == "elsewhere":
        holder[last] = copy.deepcopy(at(data, draw(st.sampled_from(places))))
    elif change == "number":
        holder[last] = draw(st.integers() | st.floats())
    elif change == "text":
        holder[last] = draw(st.text(max_size=20))
    else:
        holder[last] = copy.deepcopy(draw(st.sampled_from(ODD)))


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_a_mutated_snapshot_is_refused_or_works(data: st.DataObject) -> None:
    kept = data.draw(st.sampled_from(KEPT))
    config = calls.CONFIGS[kept["config"]]
    snapshot = copy.deepcopy(kept["snapshot"])
    for _ in range(data.draw(st.sampled_from([1, 1, 1, 2, 3]))):
        mutated(snapshot, data.draw)
    before = repr(snapshot)
    try:
        translator = Translator.restore(snapshot, config, clock=FakeClock(1000.0), new_id=counter("R"))
    except SnapshotError:
        return
    finally:
        assert repr(snapshot) == before
    goes_on(translator, config, data.draw(inputs))


EACH = [
    ("answering", "deepgram"),
    ("called", "component"),
    *(
        pytest.param(*each, marks=pytest.mark.again)
        for each in (
            ("answering", "component"),
            ("called", "deepgram"),
            ("updating", "deepgram"),
            ("updating", "component"),
        )
    ),
]
"""Moments of a call, and its configuration."""
WAITING = (calls.TEXT, calls.PROMPT, calls.PROMPT, calls.say("z", "queue"), calls.say("z", "queue"))
WRONG: list[Any] = [None, 0, "", "closed", []]
DEADLINES: list[tuple[str, Any]] = [("deadline", None)] * 8
AFTER: tuple[list[tuple[str, Any]], ...] = (
    [
        *DEADLINES,
        *(("client", each) for each in CLIENT),
        *DEADLINES,
        *(("upstream", each) for each in UPSTREAM),
    ],
    [
        *(("upstream", each) for each in UPSTREAM),
        *DEADLINES,
        *(("client", each) for each in CLIENT),
        *DEADLINES,
    ],
)


def moment(config: Config, stage: str) -> dict[str, Any]:
    """A call in which much waits."""
    call = begun(config, stage)
    for message in WAITING:
        call.client(message)
    call.client(b"\1" * 9600)
    snapshot: dict[str, Any] = json.loads(json.dumps(call.translator.snapshot()))
    return snapshot


@pytest.mark.parametrize(("stage", "config"), EACH)
def test_one_value_at_a_time_is_refused_or_works(config: str, stage: str) -> None:
    """A value of each kind at each place of the call: whatever is taken runs, its timers first or last."""
    snapshot = moment(CONFIGS[config], stage)
    text = json.dumps(snapshot)
    for path in [each for each in paths(snapshot) if each[0] in ("call", "timers")]:
        value = at(snapshot, path)
        for number, wrong in enumerate([*WRONG, value[:1] + value] if isinstance(value, list) else WRONG):
            changed = json.loads(text)
            *above, last = path
            at(changed, tuple(above))[last] = copy.deepcopy(wrong)
            try:
                translator = Translator.restore(changed, CONFIGS[config], clock=FakeClock(1000.0))
            except SnapshotError:
                continue
            goes_on(translator, CONFIGS[config], AFTER[number % 2])


def goes_on(translator: Translator, config: Config, acts: list[tuple[str, Any]]) -> None:
    """Takes inputs without raising, sends nothing that is no JSON, and can be moved again."""
    clock = FakeClock(1000.0)
    translator = Translator.restore(translator.snapshot(), config, clock=clock)
    for leg, what in acts:
        for output in act(translator, clock, leg, what):
            frame = getattr(output, "data", b"")
            assert isinstance(frame, bytes) or json.loads(frame.encode())
        assert translator.state
        assert translator.client_paused in (True, False)
    json.dumps(translator.snapshot(), allow_nan=False)


def act(translator: Translator, clock: FakeClock, leg: str, what: Any) -> Any:
    state = translator.state
    if state.opening.value == "new":
        return translator.client_opened()
    if leg == "wait":
        clock.advance(what)
        return translator.handle_timeout()
    if leg == "deadline":
        clock.set(min(max(translator.next_deadline or 0.0, clock.now), 1e9))
        return translator.handle_timeout()
    if leg == "upstream":
        return (
            translator.receive_from_upstream(json.dumps(what), state.leg)
            if state.upstream_open
            else translator.upstream_opened(state.leg)
        )
    return translator.receive_from_client(what if leg == "audio" else json.dumps(what))


anything = st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists)


@given(anything | st.dictionaries(st.text(), st.text()))
def test_what_is_foreign_is_refused(foreign: Any) -> None:
    for data in (foreign, {"format": "realtime_translate", "version": "1.0", "call": foreign}):
        try:
            Translator.restore(data, Config(ClientDialect.DEEPGRAM))
        except SnapshotError:
            continue
        raise AssertionError(data)
