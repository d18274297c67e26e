"""The first line of a recording: its version, the configuration of the call, and where the call stood."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, cast

from attrs import asdict, evolve
from cattrs import Converter

from ..config import (
    ClientDialect,
    Config,
    ContextMode,
    FromSettings,
    GreetingMode,
    Limits,
    ManualCommit,
    SemanticVad,
    ServerVad,
    SilenceKeepalive,
    Voices,
)
from ..errors import LocalProtocolError
from ..openai.dialects import UpstreamDialect
from ..renewal import Renewal
from .outputs import masked_target

__all__ = ["FORMAT", "VERSION", "RecordingError", "config_data", "config_of", "is_header", "without_secrets"]

FORMAT = "realtime_translate recording"
VERSION = 1

_TURNS: Mapping[str, type] = {
    "ManualCommit": ManualCommit,
    "ServerVad": ServerVad,
    "SemanticVad": SemanticVad,
}
_PARTS: Mapping[str, type] = {
    "dialect": ClientDialect,
    "upstream": UpstreamDialect,
    "greeting": GreetingMode,
    "context": ContextMode,
    "voices": Voices,
    "limits": Limits,
}
_CONVERTER = Converter(forbid_extra_keys=True)


class RecordingError(LocalProtocolError):
    """What is no recording, or one that this version cannot replay. The message says which line and why.

    Raised by `replay`.
    """

    code = "INVALID_RECORDING"


def is_header(data: object) -> bool:
    """Whether a decoded line begins a recording."""
    return isinstance(data, dict) and cast("Mapping[str, object]", data).get("format") == FORMAT


def without_secrets(config: Config) -> Config:
    """The configuration as a redacted recording has it: the query of the upstream path may hold a key."""
    renewal = config.renewal
    if renewal is not None:
        renewal = evolve(renewal, fallback=tuple(_masked(row) for row in renewal.fallback))
    return evolve(config, upstream=_masked(config.upstream), renewal=renewal)


def _masked(row: UpstreamDialect) -> UpstreamDialect:
    return evolve(row, path=masked_target(row.path))


def config_data(config: Config) -> dict[str, object]:
    """A configuration as JSON-able data."""
    data = asdict(config, value_serializer=_plain)
    turns = config.turn_detection
    if isinstance(turns, FromSettings):
        data["turn_detection"] = None
    else:
        data["turn_detection"] = {"kind": type(turns).__name__, **asdict(turns)}
    return data


def _plain(_owner: object, _field: object, value: object) -> object:
    return value.value if isinstance(value, Enum) else value


def config_of(data: object) -> Config:
    """The configuration that `config_data` gave. Raises `RecordingError` for anything else."""
    try:
        return _config(dict(cast("Mapping[str, Any]", data)))
    except Exception as error:  # foreign data fails in as many ways as there are types
        raise RecordingError(f"the configuration cannot be read: {error}") from error


def _config(data: dict[str, Any]) -> Config:
    turns, keepalive = data.pop("turn_detection"), data.pop("keepalive")
    renewal = data.pop("renewal", None)  # recordings of before it have none
    if turns is None:
        fields: dict[str, Any] = {"turn_detection": FromSettings.FROM_SETTINGS}
    else:
        values = dict(turns)
        fields = {"turn_detection": _TURNS[values.pop("kind")](**values)}
    fields["keepalive"] = None if keepalive is None else SilenceKeepalive(**keepalive)
    fields["renewal"] = None if renewal is None else _CONVERTER.structure(renewal, Renewal)
    for name, kind in _PARTS.items():
        fields[name] = _CONVERTER.structure(data.pop(name), kind)
    return Config(**fields, **data)
