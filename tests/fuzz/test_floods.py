"""Thousands of good messages, each with new ids: what a call remembers of them has a bound (L2, L3)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from realtime_translate import ClientDialect, Config, Limits
from realtime_translate.wire import WireMessage
from tests.unit.wire.shapes import sample

from .calls import Call, Json
from .judge import attack, survive
from .seeds import LEGS, classes, plausible
from .stages import begun

LIMITS = Limits(pending_messages=8, item_text=2**12, frame_bytes_up=2**14, frame_bytes_down=2**15)
COUNT = 110
"""More than of anything is remembered."""
LARGEST = 120_000
"""Characters of a snapshot under these limits; the most is the text of the deltas of 96 items."""
_FIXED = ("type", "role", "name", "encoding", "behavior", "status")
_IDS = ("id", "item_id", "call_id", "response_id")
KINDS = [
    pytest.param(leg, cls, named, id=f"{leg}-{cls.__name__}{'-named' if named else ''}")
    for leg in LEGS
    for cls in classes(leg)
    for named in ((False, True) if leg == "upstream" else (False,))
]


def varied(value: Any, number: int, key: str = "") -> Any:
    """The same message with ids and texts of its own."""
    if isinstance(value, dict):
        return {name: each if name in _FIXED else varied(each, number, name) for name, each in value.items()}
    if isinstance(value, list):
        return [varied(each, number, key) for each in value]
    if not isinstance(value, str):
        return value
    if key in _IDS:
        return f"{key}_{number}"
    return "AAAA" * 25 if key == "delta" else f"{number} " + "y" * 100


def flood(call: Call, leg: str, cls: type[WireMessage], named: bool, numbers: range) -> int:
    """Send so many; returns the size of what is remembered."""
    base = plausible(sample(cls))
    for number in numbers:
        message: Json = varied(base, number)
        if named and "response_id" in message:
            message["response_id"] = "r1"
        if isinstance(message.get("item"), dict):
            kinds = ("message", "function_call", "function_call_output")
            kind = {"type": kinds[number % 3], "status": ("completed", "in_progress")[number % 2]}
            message["item"] = {**message["item"], **kind, "name": "look"}
        attack(call, leg, json.dumps(message))
    return len(json.dumps(call.translator.snapshot()))


@pytest.mark.parametrize(
    "dialect", [ClientDialect.DEEPGRAM, pytest.param(ClientDialect.COMPONENT, marks=pytest.mark.again)]
)
@pytest.mark.parametrize(("leg", "cls", "named"), KINDS)
def test_L2_a_flood_of_one_message(
    dialect: ClientDialect, leg: str, cls: type[WireMessage], named: bool
) -> None:
    for stage in ("calling", "user speaking"):
        call = begun(Config(dialect, limits=LIMITS), stage)
        count = 6 * COUNT if "item" in sample(cls) else COUNT  # a sixth are messages in progress
        once = flood(call, leg, cls, named, range(count))
        twice = flood(call, leg, cls, named, range(count, 2 * count))
        if call.phase != "closed":
            assert twice <= once + 300, "but for longer numbers"
            assert twice <= LARGEST
        survive(call)


@pytest.mark.parametrize("dialect", ClientDialect)
@pytest.mark.parametrize("stage", ["fresh", "dialled early", "dialling", "configuring"])
def test_L3_a_flood_before_the_session_is_ready(dialect: ClientDialect, stage: str) -> None:
    for cls in classes("client"):
        call = begun(Config(dialect, limits=LIMITS), stage)
        size = flood(call, "client", cls, False, range(COUNT))
        assert size < 2 * LIMITS.frame_bytes_up
        survive(call)


@pytest.mark.parametrize("stage", ["dialled early", "configuring"])
def test_a_flood_of_events_before_the_session_is_ready_leaves_nothing(stage: str) -> None:
    for cls in classes("upstream"):
        call = begun(Config.deepgram(limits=LIMITS), stage)
        if cls.type not in ("session.updated", "error"):
            before = flood(call, "upstream", cls, False, range(1))  # of the session it keeps hashes (T2)
            assert flood(call, "upstream", cls, False, range(20)) <= before + 50
            survive(call)
