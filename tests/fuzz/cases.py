"""One attack as bytes, for fuzzers that know nothing else: a configuration, a state, frames of one leg."""

from __future__ import annotations

import json
import random
import time
from typing import Any

from .calls import Call
from .judge import attack, survive
from .seeds import frames
from .stages import CONFIGS, begun, stages_of
from .values import FRAMES, TOKENS, with_token

__all__ = ["SEPARATOR", "decoded", "encoded", "mutated", "play", "seeds"]

SEPARATOR = b"\x1e"
"""Between the frames of a case."""
_BINARY = b"\x01"
"""Before a frame that is binary."""
_NAMES = list(CONFIGS)
_MOST_FRAMES = 32
_SECONDS, _SECONDS_A_BYTE = 2.0, 50e-6
"""The most that a case may take: ten times what the slowest one takes on a slow machine."""


def encoded(config: str, stage: str, *frames: str | bytes) -> bytes:
    """A case as bytes: two that choose, and the frames."""
    chosen = bytes([_NAMES.index(config), stages_of(CONFIGS[config]).index(stage)])
    parts = [
        _BINARY + each if isinstance(each, bytes) else each.encode("utf-8", "surrogatepass")
        for each in frames
    ]
    return chosen + SEPARATOR.join(parts)


def decoded(case: bytes) -> tuple[str, str, list[str | bytes]]:
    """Configuration, state and frames of a case; any bytes are one."""
    config = _NAMES[(case[:1] or b"\0")[0] % len(_NAMES)]
    stages = stages_of(CONFIGS[config])
    stage = stages[(case[1:2] or b"\0")[0] % len(stages)]
    return config, stage, [_frame(each) for each in case[2:].split(SEPARATOR)[:_MOST_FRAMES]]


def _frame(part: bytes) -> str | bytes:
    if part.startswith(_BINARY):
        return part[1:]
    try:
        return part.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:  # other bytes become lone surrogates
        return part.decode("utf-8", "surrogateescape")


def play(leg: str, case: bytes) -> Call:
    """Attack a call with a case, and see that it stands it."""
    config, stage, frames = decoded(case)
    call = begun(CONFIGS[config], stage)
    started = time.perf_counter()
    for frame in frames:
        if leg == "client" or call.translator.state.upstream_open or call.phase == "closed":
            attack(call, leg, frame)
    elapsed = time.perf_counter() - started
    assert elapsed < _SECONDS + _SECONDS_A_BYTE * len(case), f"{elapsed:.1f} s for {len(case)} bytes"
    survive(call)
    return call


def seeds(leg: str) -> list[bytes]:
    """Good cases to begin with: each real frame in some state, and the wrong ones."""
    wrong = [each for each in FRAMES.values() if len(each) < 1000]
    cases: list[bytes] = []
    for number, frame in enumerate([*frames(leg), *wrong]):
        config = _NAMES[number % len(_NAMES)]
        stages = stages_of(CONFIGS[config])
        if len(frame) < 4000:
            cases.append(encoded(config, stages[number % len(stages)], frame))
    return cases


def mutated(case: bytes, number: int, leg: str) -> bytes:
    """Another case: one value of one frame is another, or there is one frame more."""
    chance = random.Random(number)
    parts = case[2:].split(SEPARATOR)
    place = chance.randrange(len(parts))
    value = _json(parts[place])
    if value is None or chance.random() < 0.2:
        parts.insert(place, chance.choice(frames(leg)).encode())
    else:
        path = _somewhere(value, chance)
        token = chance.choice(list(TOKENS.values()))
        parts[place] = with_token(value, path, token).encode() if path else parts[place]
    chosen = bytes([chance.randrange(256), chance.randrange(256)]) if chance.random() < 0.3 else case[:2]
    return chosen + SEPARATOR.join(parts)


def _json(part: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(part)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _somewhere(value: Any, chance: random.Random) -> tuple[str | int, ...]:
    """The path of some field, at any depth."""
    path: tuple[str | int, ...] = ()
    while isinstance(value, (dict, list)) and value and (not path or chance.random() < 0.7):
        step = chance.choice(list(value)) if isinstance(value, dict) else chance.randrange(len(value))
        path, value = (*path, step), value[step]
    return path
