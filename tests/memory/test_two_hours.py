"""Two hours of a call need no more memory than its first minutes (L2, *Always true* 7)."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, NamedTuple

import pytest

from realtime_translate import Config, ManualCommit, ServerVad
from realtime_translate.session import env
from realtime_translate.session.entries import Part
from realtime_translate.session.policies import agent_text, user_speech, user_turn
from realtime_translate.session.policies.function_calls import ending, known
from realtime_translate.session.policies.response_slot import ends

from .long_call import RENEWAL, LongCall, rounds

SNAPSHOT_TOLERANCE = 250
"""Characters: the counter in our own ids gets longer, and 64 of them are remembered."""
MEMORY_TOLERANCE = 4096
"""Bytes: dictionaries and lists keep room for what they once held."""
_NOT_STATE = (type, ModuleType, FunctionType, BuiltinFunctionType, MethodType)

CONFIGS = {
    "deepgram": Config.deepgram(),
    "component": Config.component(turn_detection=ServerVad(create_response=False)),
    "deepgram manual": Config.deepgram(turn_detection=ManualCommit(debounce=0.25, ceiling=4.0)),
}


def again(config: str) -> Any:
    """The same at length, of another configuration."""
    return pytest.param(config, marks=pytest.mark.again)


def written(call: LongCall) -> int:
    return len(json.dumps(call.translator.snapshot()))


def held(call: LongCall) -> int:
    """Bytes of all objects that the translator holds, and nothing else."""
    seen: set[int] = {id(call.clock), id(call)}
    level: list[Any] = [call.translator]
    size = 0
    while level:
        fresh = [each for each in level if id(each) not in seen and not isinstance(each, _NOT_STATE)]
        seen.update(id(each) for each in fresh)
        unique = list({id(each): each for each in fresh}.values())
        size += sum(each.__sizeof__() for each in unique)
        level = gc.get_referents(*unique)
    return size


class Sizes(NamedTuple):
    """Of a call: its snapshot, its objects, and whether it is ready."""

    written: int
    held: int
    ready: bool

    @classmethod
    def of(cls, call: LongCall) -> Sizes:
        return cls(written(call), held(call), call.translator.state.opening.value == "ready")


def measured(config: Config, early: float, late: float) -> tuple[Sizes, Sizes, int]:
    """The sizes after so many minutes and after so many, and the number of turns."""
    call = LongCall(config)
    turns = rounds(call, early)
    first = Sizes.of(call)
    turns += rounds(call, late)
    return first, Sizes.of(call), turns


@pytest.mark.parametrize("config", ["component", again("deepgram"), again("deepgram manual")])
def test_L2_two_hours_need_no_more_than_sixteen_minutes(config: str) -> None:
    early, late, turns = measured(CONFIGS[config], 16, 120)
    assert turns > 3000
    assert late.ready
    assert late.written <= early.written + SNAPSHOT_TOLERANCE
    assert late.held <= early.held + MEMORY_TOLERANCE


def test_L2_twenty_renewals_need_no_more_than_five() -> None:
    """A session begins with little; what counts is the most that a call holds in one."""
    call = LongCall(Config.deepgram(renewal=RENEWAL))
    most: dict[int, int] = {}
    for minutes in range(1, 121):
        rounds(call, minutes)
        leg = call.translator.state.leg
        most[leg] = max(most.get(leg, 0), held(call))
    assert set(most) == set(range(1, 22))
    assert max(most[leg] for leg in range(6, 21)) <= max(most[leg] for leg in range(2, 6)) * 1.01


@pytest.mark.parametrize("config", ["deepgram", again("component")])
def test_L2_nothing_stays_allocated_outside_the_state(config: str) -> None:
    """Caches and globals of the package would not be found in the translator."""
    call = LongCall(CONFIGS[config])
    rounds(call, 16)
    tracemalloc.start()
    try:
        rounds(call, 26)
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        rounds(call, 44)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before <= 4 * MEMORY_TOLERANCE


# --- the tests would notice ---------------------------------------------------------------------------------


def _for_ever(module: Any) -> Callable[[pytest.MonkeyPatch], None]:
    """What a policy remembers to recognise late events is never forgotten."""
    name = next(each for each in ("REMEMBERED", "_REMEMBERED", "_TOLD") if hasattr(module, each))
    return lambda patch: patch.setattr(module, name, 10**9)


def _unfinished_calls(patch: pytest.MonkeyPatch) -> None:
    """A response that ended keeps its calls."""
    settle = ending.settle

    def leaking(state: Any, calls: Any) -> None:
        kept = list(state.calls)
        settle(state, calls)
        state.calls = kept

    patch.setattr(ending, "settle", leaking)


def _unfinished_parts(patch: pytest.MonkeyPatch) -> None:
    """Texts whose whole came are kept as if they were still growing, of a response that never ends."""
    part_done = agent_text._part_done

    def leaking(state: Any, *rest: Any) -> Any:
        state.parts = [*state.parts, Part("", "one that never ends", 0)]
        return part_done(state, *rest)

    patch.setattr(agent_text, "_part_done", leaking)
    patch.setattr(agent_text, "_PARTS", 10**9)


LEAKS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "told texts": _for_ever(agent_text),
    "ended responses": _for_ever(ends),
    "settled calls": _for_ever(known),
    "heard speech": _for_ever(user_speech),
    "expected errors": _for_ever(env),
    "idle items": _for_ever(user_turn),
    "calls": _unfinished_calls,
    "texts": _unfinished_parts,
}


@pytest.fixture
def _planted(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    LEAKS[request.param](monkeypatch)


@pytest.mark.usefixtures("_planted")
@pytest.mark.parametrize("_planted", LEAKS, indirect=True)
def test_a_leak_would_be_seen() -> None:
    """In one dialect or the other, long before two hours are over; or a bound ends the call."""
    assert any(_grows(CONFIGS[name]) for name in ("deepgram", "component"))


def _grows(config: Config) -> bool:
    early, late, _ = measured(config, 16, 24)
    grown = late.written > early.written + SNAPSHOT_TOLERANCE and late.held > early.held
    return grown or not late.ready
