"""The memory of a call as JSON-able data, and back (*Always true* 6).

Nothing but unstructuring: enums by value, bytes as base64. Instants are stored relative to the moment of the
snapshot, so that a call can go on under another clock.

A snapshot has a version, `major.minor`. The minor one counts up when a field is added that an older call can
do without: a row of `ADDED` says what it is for such a call, and older snapshots restore. The major one
counts up when anything else changes: a field goes, moves, or means something else. Snapshots of another major
version, or of a newer minor one, are refused. `tests/data/snapshots` has calls of the current version.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from math import isfinite
from typing import Any, cast

from attrs import define
from cattrs import Converter

from ..audio import Conversion, ConversionState, MissingResampler
from ..config import ClientDialect, Config
from ..errors import SnapshotError
from ..mapping.formats import check
from ..mapping.plan import Plan
from ..wire import dumps
from . import items
from .entries import Tags, WishKind
from .env import Env, Ids
from .policies import opening, updates
from .state import Call
from .tables import (
    Commit,
    CreateState,
    Detection,
    FunctionCallState,
    Opening,
    ResponseState,
    SlotState,
    TurnState,
)
from .timers import Instant, Timers

__all__ = ["ADDED", "INSTANTS", "VERSION", "Saved", "load", "save"]

_FORMAT = "realtime_translate"
VERSION = (1, 0)
_VERSION_TEXT = re.compile(r"(\d{1,9})\.(\d{1,9})")
_LARGEST_INT, _LARGEST_FLOAT = 2**63, 1e300
_UNCHANGING = frozenset({str, int, float, bool, type(None)})

ADDED: tuple[tuple[int, tuple[str, ...], object], ...] = ()
"""Fields that a minor version added: since which, where (`*` stands for each element), and what they are in
an older call. Empty again with each major version.
"""

INSTANTS: tuple[tuple[str, ...], ...] = (
    ("timers", "deadlines", "*"),
    ("call", "user_texts", "waiting", "*", "deadline"),
    ("call", "audio", "heard_at"),
    ("call", "playback", "run_since"),
    ("call", "turn", "asked_at"),
    ("call", "turn", "text_at"),
    ("call", "slot", "heard_at"),
    ("call", "slot", "slow_since"),
    ("call", "errors", "since"),
    ("call", "opening", "lost_at"),
    ("call", "opening", "ready_at"),
    ("call", "noticed", "since"),
)
"""Where the readings of the clock are in a snapshot; `*` stands for each element."""


_ENUMS = (
    ClientDialect,
    Commit,
    CreateState,
    Detection,
    FunctionCallState,
    Opening,
    ResponseState,
    SlotState,
    Tags,
    TurnState,
    WishKind,
)
_SILENT = (Opening.NEW, Opening.GREETED, Opening.DIALLED_EARLY)
"""Where no stream of audio has begun: whether the formats can be converted is asked when one does."""


@define(eq=False, repr=False)
class Saved:
    """Everything that a snapshot holds. `dialect` is that of the call's `Config`, which itself is not
    kept.
    """

    dialect: ClientDialect
    call: Call
    plan: Plan
    timers: Timers
    ids: Ids
    flat: bool
    row: int
    audio_in: ConversionState
    audio_out: ConversionState

    @classmethod
    def of(cls, call: Call, env: Env) -> Saved:
        """What there is to keep of a call."""
        streams = env.audio_in.state, env.audio_out.state
        return cls(env.config.dialect, call, env.plan, env.timers, env.ids, env.flat, env.row, *streams)

    def env(self, config: Config) -> Env:
        """The surroundings in which the call goes on. Raises `SnapshotError` if they cannot be."""
        servers = 1 + (len(config.renewal.fallback) if config.renewal else 0)
        if not 0 <= self.row < servers:
            raise SnapshotError(
                f"the call is at server {self.row} of renewal.fallback, of which config has {servers - 1}; "
                "restore with the Config that the call began with"
            )
        env = Env(config, self.plan, self.timers, self.ids, self.row, flat=self.flat)
        try:
            updates.check(self.call.updates, env)
        except Exception as error:  # frames fail in as many ways as there are messages
            raise SnapshotError(f"an update in the snapshot is corrupt: {error}") from error
        try:
            items.check(self.call.past, env)
        except Exception as error:  # as many ways as there are items
            raise SnapshotError(f"an item in the snapshot is corrupt: {error}") from error
        try:
            opening.check(self.call, env)
        except Exception as error:  # as many ways as there are Settings
            raise SnapshotError(f"the Settings in the snapshot are corrupt: {error}") from error
        heard, said = self.plan.input, self.plan.output
        try:
            check(heard.client, heard.upstream, said.client, said.upstream)
            if self.call.phase in _SILENT:
                return env
            env.audio_in = Conversion.from_state(self.audio_in, heard.client, heard.upstream)
            env.audio_out = Conversion.from_state(self.audio_out, said.upstream, said.client)
        except MissingResampler as missing:
            raise SnapshotError(f"the call cannot go on here: {missing}") from missing
        except Exception as error:  # as many ways as there are formats
            raise SnapshotError(f"the audio of the snapshot is corrupt: {error}") from error
        return env


def save(saved: Saved, now: float) -> dict[str, object]:
    """The call as JSON-able data that shares nothing with it."""
    data: dict[str, Any] = _converter().unstructure(saved)
    for path in INSTANTS:
        _shift(data, path, -now)
    return {"format": _FORMAT, "version": "{}.{}".format(*VERSION), **data}


def load(snapshot: Mapping[str, object], now: float) -> Saved:
    """The call that a snapshot holds. Raises `SnapshotError` for anything else."""
    if not _is_ours(snapshot):
        raise SnapshotError("this is no snapshot of a Translator; restore takes what snapshot() gave")
    minor = _minor(snapshot.get("version"))
    try:
        data = _copied({key: value for key, value in snapshot.items() if key not in ("format", "version")})
        _check_json(data)
        for since, path, value in ADDED:
            if since > minor:
                _insert(data, path, value)
        for path in INSTANTS:
            _shift(data, path, now)
        return _whole(data)
    except Exception as error:  # corrupt data fails in as many ways as there are types
        raise SnapshotError(f"the snapshot is corrupt: {type(error).__name__}: {error}") from error


def _copied(value: Any) -> Any:
    """Objects and lists anew, at any depth; what JSON has besides cannot change. `deepcopy`, which looks for
    cycles, takes five times as long.
    """
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {key: each if type(each) in _UNCHANGING else _copied(each) for key, each in fields.items()}
    if isinstance(value, (list, tuple)):
        items = cast("list[Any]", value)
        return [each if type(each) in _UNCHANGING else _copied(each) for each in items]
    return value


def _minor(version: object) -> int:
    """The minor version of a snapshot that can be read."""
    known = "{}.{}".format(*VERSION)
    found = _VERSION_TEXT.fullmatch(version) if isinstance(version, str) else None
    if found is None:
        raise SnapshotError(f"the snapshot has version {version!r:.40}, which no release has written")
    theirs = int(found[1]), int(found[2])
    if theirs > VERSION:
        raise SnapshotError(
            f"the snapshot has version {version}, of a newer release; this one reads up to {known}: upgrade "
            "before calls move here"
        )
    if theirs[0] != VERSION[0]:
        raise SnapshotError(
            f"the snapshot has version {version}, of an older release; this one reads {known}: let calls of "
            "the older one end there"
        )
    return theirs[1]


def _check_json(data: object) -> None:
    """No NaN, no lone surrogate, nothing endless: what the state holds must be fit to be sent."""
    dumps(data).encode()


def _insert(data: Any, path: tuple[str, ...], value: object) -> None:
    """Put what an older call does not have where it belongs."""
    head, *rest = path
    if not rest:
        data[head] = _copied(value)
        return
    for key in _keys(data) if head == "*" else [head]:
        _insert(data[key], tuple(rest), value)


def _is_ours(snapshot: object) -> bool:
    return isinstance(snapshot, Mapping) and cast("Mapping[str, object]", snapshot).get("format") == _FORMAT


def _whole(data: Any) -> Saved:
    """Without this, cattrs would fill in what is missing and pass over what it does not know."""
    saved = _converter().structure(data, Saved)
    if _converter().unstructure(saved) != data:
        raise ValueError("a field is missing, or one too many")
    return saved


def _shift(data: Any, path: tuple[str, ...], by: float) -> None:
    """Add `by` to every number that `path` leads to; None stays None."""
    head, *rest = path
    keys = _keys(data) if head == "*" else [head]
    for key in keys:
        if rest:
            _shift(data[key], tuple(rest), by)
        elif data[key] is not None:
            data[key] = data[key] + by


def _keys(data: Any) -> list[Any]:
    return list(data) if hasattr(data, "keys") else list(range(len(data)))


def _strict(kind: type, *accepted: type) -> Callable[[Any, Any], Any]:
    """Without this, cattrs would turn None into "None" and "false" into True."""

    def structure(value: Any, _: Any) -> Any:
        if type(value) in accepted:
            return _bounded(value)
        raise TypeError(f"expected {kind.__name__}, found {type(value).__name__}")

    return structure


def _bounded(value: Any) -> Any:
    """Numbers with which can be reckoned."""
    if (type(value) is int and abs(value) >= _LARGEST_INT) or (
        type(value) is float and abs(value) > _LARGEST_FLOAT
    ):
        raise ValueError(f"{value:.3g} is out of range")
    return value


def _instant(value: Any, _: Any) -> Any:
    if type(value) in (float, int) and isfinite(value):
        return _bounded(value)
    raise ValueError(f"expected a finite number of seconds, found {value!r}")


@cache
def _converter() -> Converter:
    """Made with the first snapshot: not everybody takes one."""
    converter = Converter()
    for kind, accepted in ((str, (str,)), (int, (int,)), (bool, (bool,)), (float, (float, int))):
        converter.register_structure_hook(kind, _strict(kind, *accepted))
    converter.register_structure_hook(Instant, _instant)
    converter.register_unstructure_hook(bytes, _to_base64)
    converter.register_unstructure_hook(bytearray, _to_base64)
    converter.register_structure_hook(bytes, lambda value, _: b64decode(value, validate=True))
    converter.register_structure_hook(bytearray, lambda value, _: bytearray(b64decode(value, validate=True)))
    # To cattrs a str Enum is a str: without hooks of its own it would come back as one.
    for enum in _ENUMS:
        converter.register_structure_hook(enum, _member)
        converter.register_unstructure_hook(enum, _value)
    converter.register_structure_hook_func(_is_json_object, _strict(dict, dict))
    converter.register_unstructure_hook_func(_is_json_object, _copied)  # all else is made anew
    return converter


def _to_base64(value: bytes | bytearray) -> str:
    return b64encode(value).decode("ascii")


def _member(value: Any, kind: type[Enum]) -> Enum:
    return kind(value)


def _value(member: Enum) -> object:
    return member.value


def _is_json_object(kind: Any) -> bool:
    return bool(kind == Mapping[str, object])
