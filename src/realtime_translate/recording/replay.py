"""A recorded call once more: the same inputs at the same times, and the first output that is not the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from math import isfinite, nan
from typing import Any, cast

from attrs import define, frozen

from ..config import Config
from ..errors import ClockError, SnapshotError
from ..outputs import Outputs
from ..standing import SessionState, Standing
from ..translator import Translator
from .header import VERSION, RecordingError, config_of, is_header
from .inputs import restore
from .recorder import Detail, misuse, outputs_data

__all__ = ["INPUTS", "Difference", "Played", "RecordingError", "ReplayResult", "replay"]

INPUTS = (
    "client_opened",
    "upstream_opened",
    "receive_from_client",
    "receive_from_upstream",
    "client_closed",
    "upstream_closed",
    "handle_timeout",
    "playback_reported",
    "function_result",
    "renew",
    "close",
)
_LONGEST_SHOWN = 2000


@frozen
class Difference:
    """The first output that is not as recorded."""

    input: int
    """Which input, from 1."""
    t: float | None
    """The time of that input in seconds, None if the clock was not read yet."""
    method: str
    """The method of `Translator` that took the input."""
    output: int
    """Which of its outputs, from 1."""
    expected: str | None
    """The recorded output as JSON text, or what was raised; None where there is none."""
    actual: str | None
    """The output of the replay, in the same way."""

    def __str__(self) -> str:
        when = "before the first reading of the clock" if self.t is None else f"at {self.t!r} s"
        return (
            f"input {self.input}, {self.method} {when}, output {self.output}:\n"
            f"  expected: {_shown(self.expected)}\n  actual:   {_shown(self.actual)}"
        )


@frozen
class Played:
    """An input as it was replayed."""

    t: float | None
    """The time of the input in seconds, None where the clock was not read."""
    method: str
    """The method of `Translator` that took the input."""
    arguments: tuple[Any, ...]
    """What it was given."""
    outcome: Outputs | Exception
    """The outputs, or what was raised."""
    state: SessionState
    """What the translator then said of itself."""


@frozen
class ReplayResult:
    """How a replay went."""

    inputs: int
    """How many inputs were reproduced."""
    difference: Difference | None = None
    """The first output that is not as recorded; None if all are."""
    cut: bool = False
    """Whether the last line was not complete, as a call that was killed leaves it."""

    @property
    def same(self) -> bool:
        """Whether everything was reproduced."""
        return self.difference is None

    def __str__(self) -> str:
        lines = [f"{self.inputs} inputs reproduced"]
        if self.difference is not None:
            lines.append(f"first difference: {self.difference}")
        if self.cut:
            lines.append("the last line is not complete and was left out")
        return "\n".join(lines)


def replay(
    lines: Iterable[str],
    *,
    config: Config | None = None,
    watch: Callable[[Played], None] = lambda _: None,
) -> ReplayResult:
    """Feed the inputs of a recording to a new translator and compare.

    `lines` are those that a `Recorder` wrote, `config` another configuration than the recorded one; `watch`
    gets each input with what came of it. Raises `RecordingError` for what is no recording, holds no input or
    is of another version.
    """
    records = _Records(lines)
    header = next(records, None)
    if header is None or not is_header(header):
        raise RecordingError("this is no recording: its first line is not the header that a Recorder writes")
    player = _player(header, config)
    reproduced = 0
    for record in records:
        if record.get("n") != reproduced + 1:
            raise RecordingError(f"line {records.number} is not input {reproduced + 1}: lines are missing")
        try:
            played = player.play(record)
            difference = player.difference(played, record)
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            raise RecordingError(f"line {records.number} cannot be replayed: {error}") from error
        watch(played)
        if difference is not None:
            return ReplayResult(reproduced, difference)
        reproduced += 1
    if not reproduced:
        raise RecordingError("the recording holds no input: record a call from its beginning to its end")
    return ReplayResult(reproduced, cut=records.cut)


class _Records(Iterator[Mapping[str, Any]]):
    """The decoded lines. A call that was killed may leave half of the last one."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = (line for line in lines if line.strip())
        self._bad: ValueError | None = None
        self.number = 0

    @property
    def cut(self) -> bool:
        return self._bad is not None

    def __next__(self) -> Mapping[str, Any]:
        for line in self._lines:
            self.number += 1
            if self._bad is not None:
                break
            try:
                data: object = json.loads(line)
            except (ValueError, RecursionError) as error:
                self._bad = ValueError(str(error))
                continue
            if not isinstance(data, dict):
                raise RecordingError(f"line {self.number} is no JSON object")
            return cast("Mapping[str, Any]", data)
        else:
            raise StopIteration
        raise RecordingError(f"line {self.number - 1} is not JSON: {self._bad}")


@define
class _Clock:
    """Gives the recorded times."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@frozen
class _Player:
    translator: Translator
    clock: _Clock
    config: Config
    redacted: bool
    detail: Detail

    def play(self, record: Mapping[str, Any]) -> Played:
        """Feed one input."""
        method, t = record["in"], record["t"]
        if method not in INPUTS:
            raise ValueError(f"{method!r} is no input of a translator")
        self._set_clock(t, record)
        arguments = restore(method, record, self.config.limits)
        try:
            outcome: Outputs | Exception = getattr(self.translator, method)(*arguments)
        except Exception as error:  # as many kinds as a host's mistakes have
            outcome = error
        read = t if t == self.clock.now else None
        return Played(read, method, arguments, outcome, self.translator.state)

    def difference(self, played: Played, record: Mapping[str, Any]) -> Difference | None:
        """The first output that is not as recorded, if there is any."""
        actual = self._data(played.outcome)
        expected = ["raised", record["raised"]] if "raised" in record else record["out"]
        for number in range(max(len(expected), len(actual))):
            pair = [_text(side[number]) if number < len(side) else None for side in (expected, actual)]
            if pair[0] != pair[1]:
                return Difference(record["n"], record["t"], played.method, number + 1, *pair)
        return None

    def _set_clock(self, t: Any, record: Mapping[str, Any]) -> None:
        if record.get("raised") == ClockError.code:
            self.clock.now = nan
        elif t is not None:
            if not isinstance(t, (int, float)) or not isfinite(t):
                raise ValueError(f"{t!r} is no time")
            self.clock.now = t

    def _data(self, outcome: Outputs | Exception) -> list[Any]:
        if isinstance(outcome, Exception):
            return ["raised", misuse(outcome)]
        return outputs_data(outcome, redacted=self.redacted, detail=self.detail)


def _player(header: Mapping[str, Any], config: Config | None) -> _Player:
    if header.get("version") != VERSION:
        found = header.get("version")
        raise RecordingError(f"the recording has version {found!r}, and this library replays {VERSION}")
    config = config or config_of(header.get("config"))
    at, snapshot = header.get("t"), header.get("snapshot")
    clock = _Clock()
    try:
        translator = Translator.resume(Standing(config, at, cast("dict[str, object]", snapshot)), clock)
    except (SnapshotError, TypeError) as error:
        raise RecordingError(f"the call cannot be taken up where the recording begins: {error}") from error
    detail: Detail = "hashed" if header.get("outputs") == "hashed" else "whole"
    return _Player(translator, clock, config, header.get("redacted") is True, detail)


def _text(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _shown(text: str | None) -> str:
    if text is None:
        return "nothing"
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}… ({len(text)} characters)"
