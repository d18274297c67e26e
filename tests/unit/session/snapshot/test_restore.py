"""Snapshot and restore: nothing changes (*Always true* 6), and nothing but plain JSON is kept."""

from __future__ import annotations

import json
import typing
from collections.abc import Iterator, Mapping
from typing import Any, NewType

import attrs
import pytest

from realtime_translate import (
    ClientDialect,
    Translator,
)
from realtime_translate.session.snapshot import INSTANTS, Saved
from realtime_translate.session.tables import TURNS, Opening, SlotState
from realtime_translate.session.timers import Instant, TimerName
from realtime_translate.testing import FakeClock
from tests.events import audio, created, settings, text
from tests.harness import Desk, counter
from tests.unit.session.snapshot_calls import (
    CALLS,
    CONFIGS,
    LATE,
    SPEECH_STARTED,
    TEXT,
    UPDATED,
    client,
    dialled,
    opened,
    play,
    upstream,
)


@pytest.mark.parametrize("calls", [*CALLS, *LATE])
@pytest.mark.parametrize("config", CONFIGS)
def test_always_true_6_a_restored_call_goes_on_as_if_nothing_had_happened(config: str, calls: str) -> None:
    acts = CALLS.get(calls) or LATE[calls]
    if calls in LATE and CONFIGS[config].dialect is ClientDialect.DEEPGRAM:
        acts = acts[:1] + acts[2:]
    play(CONFIGS[config], acts)


def test_the_calls_above_go_through_every_state_and_set_every_timer() -> None:
    openings: set[str] = set()
    slots: set[str] = set()
    turns: set[tuple[ClientDialect, str]] = set()
    timers: set[str] = set()
    for config in CONFIGS.values():
        for acts in (*CALLS.values(), *LATE.values()):
            desk = Desk(config)
            for act in [lambda _: None, *acts]:
                act(desk)
                state, snapshot = desk.translator.state, plain(desk.translator)
                openings.add(state.opening.value)
                slots.add(state.response.value)
                turns.add((config.dialect, state.turn.value))
                timers |= set(snapshot["timers"]["deadlines"])
    assert openings == {each.value for each in Opening}
    assert slots == {each.value for each in SlotState}
    assert turns == {(dialect, state.value) for dialect in TURNS for state in TURNS[dialect]}
    assert timers == set(typing.get_args(TimerName))


def plain(translator: Translator) -> Any:
    return translator.snapshot()


# --- what a snapshot is -------------------------------------------------------------------------------------


@pytest.mark.parametrize("calls", CALLS)
def test_a_snapshot_is_plain_json_and_shares_nothing_with_the_call(calls: str) -> None:
    desk = play(CONFIGS["deepgram, items"], CALLS[calls])
    snapshot = plain(desk.translator)
    assert_plain(snapshot)
    assert json.loads(json.dumps(snapshot, allow_nan=False)) == snapshot
    spoil(snapshot)
    assert plain(desk.translator) != snapshot
    assert plain(desk.translator) == plain(play(CONFIGS["deepgram, items"], CALLS[calls]).translator)


def assert_plain(value: object) -> None:
    if isinstance(value, dict):
        assert all(type(key) is str for key in value)
        for each in value.values():
            assert_plain(each)
    elif isinstance(value, list):
        for each in value:
            assert_plain(each)
    else:
        assert type(value) in (str, int, float, bool, type(None)), value


def spoil(value: Any) -> None:
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        if isinstance(value[key], (dict, list)):
            spoil(value[key])
        else:
            value[key] = "spoilt"
    if isinstance(value, list):
        value.append("spoilt")


def test_a_snapshot_has_a_version() -> None:
    snapshot = plain(Desk().translator)
    assert (snapshot["format"], snapshot["version"], snapshot["dialect"]) == (
        "realtime_translate",
        "1.0",
        "deepgram",
    )


def test_restoring_leaves_the_snapshot_as_it_is() -> None:
    desk = play(CONFIGS["deepgram"], CALLS["calls"])
    snapshot = plain(desk.translator)
    text_before = json.dumps(snapshot)
    copy = Translator.restore(snapshot, CONFIGS["deepgram"], clock=desk.clock, new_id=counter("R"))
    copy.receive_from_client(json.dumps(TEXT))
    assert json.dumps(snapshot) == text_before


def test_a_snapshot_changes_nothing() -> None:
    desk = play(CONFIGS["component"], CALLS["calls"])
    assert plain(desk.translator) == plain(desk.translator)


# --- another machine ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [-4096.0, 2.0**20])
def test_a_call_goes_on_under_another_clock(offset: float) -> None:
    """Every instant moves with the clock: timers, deadlines of texts, the latencies of the turn, and what was
    heard of the agent.
    """
    given = {**settings(), "experimental": True}
    desk = play(CONFIGS["deepgram, manual"], [opened, client(given), dialled, upstream(UPDATED)])
    desk.client(b"\x01" * 9600)
    desk.wait(0.5)
    desk.upstream(created())
    desk.client(TEXT)
    desk.client(TEXT)
    desk.wait(0.25)
    desk.upstream(text("Hi"))
    clock = FakeClock(desk.clock.now + offset)
    copy = Translator.restore(
        plain(desk.translator), CONFIGS["deepgram, manual"], clock=clock, new_id=counter("R")
    )
    for elapsed in (0.25, 0.5, 2.0, 8.0):
        desk.clock.advance(elapsed)
        clock.advance(elapsed)
        assert copy.receive_from_upstream(json.dumps(audio())) == desk.translator.receive_from_upstream(
            json.dumps(audio())
        )
        deadline, moved = desk.translator.next_deadline, copy.next_deadline
        assert moved == (None if deadline is None else deadline + offset)
    for frame in (audio(b"\x01" * 28800, "msg_2"), SPEECH_STARTED):
        desk.clock.advance(0.125)
        clock.advance(0.125)
        outputs = desk.translator.receive_from_upstream(json.dumps(frame))
        assert copy.receive_from_upstream(json.dumps(frame)) == outputs
    assert any('"audio_end_ms":125' in str(getattr(each, "data", "")) for each in outputs)


def test_INSTANTS_lists_every_reading_of_the_clock() -> None:
    assert set(INSTANTS) == set(instants(Saved, ()))


def instants(kind: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Where an `Instant` is, by walking the types of the state."""
    if kind is Instant:
        yield path
    elif attrs.has(kind):
        for name, each in typing.get_type_hints(kind, localns=vars(typing)).items():
            yield from instants(each, (*path, name))
    elif typing.get_origin(kind) in (list, dict, tuple):
        for each in typing.get_args(kind):
            yield from instants(each, (*path, "*"))
    else:
        for each in typing.get_args(kind):
            yield from instants(each, path)


def test_no_reading_of_the_clock_is_a_plain_float() -> None:
    """A float in the state is a length of time from the configuration, a speed from Settings, or a place in
    the audio of the call.
    """
    plan = [("commit", "debounce"), ("commit", "ceiling"), ("speed",)]
    places = ("start_ms", "end_ms", "duration_ms")
    speech = [(part, name) for part in ("begun", "items") for name in places]
    assert set(floats(Saved, ())) == {
        *[("plan", *path) for path in plan],
        *[("call", "opening", "plan", *path) for path in plan],
        *[("call", "updates", kept, *path) for kept in ("carried", "intended") for path in plan],
        *[("call", "user_speech", *path) for path in speech],
        ("call", "audio", "before_ms"),
    }


def floats(kind: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if kind is float:
        yield path
    elif attrs.has(kind):
        stored = [field.name for field in attrs.fields(kind) if field.init]
        for name, each in typing.get_type_hints(kind).items():
            if name in stored:
                yield from floats(each, (*path, name))
    elif not isinstance(kind, NewType):
        for each in typing.get_args(kind):
            yield from floats(each, path)


def test_no_state_is_kept_in_a_set_or_a_tuple_that_changes() -> None:
    allowed = (list, dict, tuple, Mapping)
    for kind in every_type(Saved):
        origin = typing.get_origin(kind)
        assert origin not in (set, frozenset), kind
        assert kind not in (set, frozenset), kind
        assert (
            origin is None or origin in allowed or not isinstance(origin, type) or not issubclass(origin, set)
        )


def every_type(kind: Any) -> Iterator[Any]:
    yield kind
    below = typing.get_type_hints(kind).values() if attrs.has(kind) else typing.get_args(kind)
    for each in below:
        yield from every_type(each)
