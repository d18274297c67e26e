"""What is no snapshot of this version raises `SnapshotError`, and says what to do."""

from __future__ import annotations

import copy
import re
import sys
from collections.abc import Callable
from typing import Any

import pytest

from realtime_translate import Config, SnapshotError, Translator
from realtime_translate.audio import EXTRA
from tests.events import audio, created, settings, text
from tests.harness import Desk

Snapshot = Any


def snapshot() -> Snapshot:
    desk = Desk()
    desk.ready(settings())
    desk.client({"type": "InjectUserMessage", "content": "Hi"})
    desk.upstream(created(), text("Hel"))
    return desk.translator.snapshot()


def test_it_is_a_snapshot_before_it_is_broken() -> None:
    assert Translator.restore(snapshot()).state.response_id == "resp_1"


@pytest.mark.parametrize(
    "foreign", [{}, {"format": "other", "version": 1}, {"version": 1}, None, [], "{}", 5, b""]
)
def test_what_is_foreign_is_refused(foreign: Any) -> None:
    with pytest.raises(SnapshotError, match="restore takes what snapshot\\(\\) gave"):
        Translator.restore(foreign)


@pytest.mark.parametrize("version", [0, 2, 1, 1.0, "1", None, True, "1.0.0", "v1.0", "-1.0", "1.0 ", [1, 0]])
def test_what_is_no_version_is_refused(version: Any) -> None:
    with pytest.raises(SnapshotError, match="which no release has written"):
        Translator.restore({**snapshot(), "version": version})


@pytest.mark.parametrize("version", ["1.1", "1.10", "2.0", "999999999.0"])
def test_a_newer_version_is_refused(version: str) -> None:
    with pytest.raises(
        SnapshotError, match=f"version {version}, of a newer release; this one reads up to 1.0"
    ):
        Translator.restore({**snapshot(), "version": version})


@pytest.mark.parametrize("version", ["0.0", "0.9"])
def test_an_older_major_version_is_refused(version: str) -> None:
    with pytest.raises(SnapshotError, match=f"version {version}, of an older release; this one reads 1.0"):
        Translator.restore({**snapshot(), "version": version})


def test_a_call_in_the_other_dialect_is_refused() -> None:
    with pytest.raises(
        SnapshotError, match=r"dialect deepgram.*restore with the Config that the call began with"
    ):
        Translator.restore(snapshot(), Config.component())


def put(*path: Any, value: Any) -> Callable[[Snapshot], None]:
    def break_it(data: Snapshot) -> None:
        for key in path[:-1]:
            data = data[key]
        data[path[-1]] = value

    return break_it


def drop(*path: Any) -> Callable[[Snapshot], None]:
    def break_it(data: Snapshot) -> None:
        for key in path[:-1]:
            data = data[key]
        del data[path[-1]]

    return break_it


BROKEN: dict[str, Callable[[Snapshot], None]] = {
    "no call": drop("call"),
    "no timers": drop("timers"),
    "no slot": drop("call", "slot"),
    "no field of a part": drop("call", "audio", "uncommitted"),
    "no instant": drop("call", "turn", "asked_at"),
    "no deadline": drop("call", "user_texts", "waiting", 0, "deadline"),
    "an unknown key": put("call", "more", value=1),
    "an unknown key on top": put("more", value=1),
    "null for a text": put("ids", "prefix", value=None),
    "a number for a text": put("ids", "prefix", value=5),
    "text for a number": put("ids", "count", value="5"),
    "a float for a whole number": put("ids", "count", value=1.5),
    "a truth value for a number": put("ids", "count", value=True),
    "text for a truth value": put("call", "opening", "began", value="false"),
    "a number for a truth value": put("call", "opening", "began", value=1),
    "an unknown phase": put("call", "phase", value="later"),
    "an unknown turn": put("call", "turn_state", value=None),
    "an unknown dialect": put("dialect", value="klingon"),
    "an unknown timer": put("timers", "deadlines", "lunch", value=5.0),
    "a deadline that is no number": put("timers", "deadlines", "confirm", value="soon"),
    "a deadline that is no time": put("timers", "deadlines", "confirm", value=float("nan")),
    "a deadline that is never": put("call", "turn", "asked_at", value=float("inf")),
    "a deadline that is a truth value": put("timers", "deadlines", "confirm", value=None),
    "no base64": put("audio_in", "carry", value="?"),
    "base64 cut off": put("audio_in", "carry", value="AAA"),
    "bytes of something else": put("audio_out", "stream", "recent", value=5),
    "a list for an object": put("call", value=[]),
    "an object for a list": put("call", "slot", "ended", value={"a": 1}),
    "text for a list": put("call", "slot", "ended", value="resp_1"),
    "null for a part": put("call", "slot", value=None),
    "a text that is none": put("ids", "prefix", value="\ud800"),
    "a number beyond reckoning": put("call", "playback", "total", value=2**63),
    "a measure beyond reckoning": put("timers", "deadlines", "confirm", value=1e301),
    "not a number": put("plan", "speed", value=float("nan")),
    "an infinity": put("plan", "commit", "debounce", value=float("inf")),
    "what no JSON has": put("plan", "prompt", value=b"x"),
    "what no JSON object has": put("call", "opening", "session", value={"a": float("nan")}),
    "a list for a JSON object": put("call", "opening", "session", value=[]),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_corrupt_is_refused(broken: str) -> None:
    data = snapshot()
    BROKEN[broken](data)
    before = copy.deepcopy(data)
    with pytest.raises(SnapshotError, match="the snapshot is corrupt: "):
        Translator.restore(data)
    assert repr(data) == repr(before)


# --- the streams of audio -----------------------------------------------------------------------------------


def resampling() -> Snapshot:
    """Of a call in the middle of a word, both ways."""
    pytest.importorskip("numpy", reason="needs the resample extra")
    desk = Desk()
    sides = {name: {"encoding": "linear16", "sample_rate": 16000} for name in ("input", "output")}
    desk.ready({**settings(), "audio": sides})
    desk.client(b"\1\2" * 4800)
    desk.upstream(created(), audio(b"\1\2" * 7200))
    return desk.translator.snapshot()


def test_it_is_a_snapshot_of_streams_before_they_are_broken() -> None:
    assert Translator.restore(resampling()).state.response_id == "resp_1"


def test_without_the_resampler_a_call_that_needs_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = resampling()
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(SnapshotError, match=f"cannot go on here: .*{re.escape(EXTRA)}"):
        Translator.restore(data)


def test_without_the_resampler_any_other_call_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert Translator.restore(snapshot()).state.response_id == "resp_1"


CORRUPT_STREAM: dict[str, tuple[str, Any]] = {
    "an output that has been": ("place", -1),
    "an output that is not between two periods": ("place", 1),
    "an output beyond the input": ("place", 6),
    "nothing kept": ("recent", ""),
    "half a sample kept": ("recent", "AAEC"),
    "an output that was not given": ("recent", "AAEC" * 200),
}


@pytest.mark.parametrize("stream", ["audio_in", "audio_out"])
@pytest.mark.parametrize("corrupt", CORRUPT_STREAM)
def test_a_stream_that_cannot_be_is_refused(stream: str, corrupt: str) -> None:
    data = resampling()
    data[stream]["stream"]["place"] = 2  # so that none is a stream that has not begun
    key, value = CORRUPT_STREAM[corrupt]
    data[stream]["stream"][key] = value
    before = copy.deepcopy(data)
    with pytest.raises(SnapshotError, match="the audio of the snapshot is corrupt: a stream cannot be at"):
        Translator.restore(data)
    assert data == before


@pytest.mark.parametrize("leg", ["client", "upstream"])
@pytest.mark.parametrize("side", ["input", "output"])
@pytest.mark.parametrize(("key", "value"), [("encoding", "opus"), ("rate", 0), ("rate", -8000)])
def test_formats_that_cannot_be_are_refused(side: str, leg: str, key: str, value: Any) -> None:
    data = resampling()
    data["plan"][side][leg][key] = value
    with pytest.raises(SnapshotError, match="the audio of the snapshot is corrupt: "):
        Translator.restore(data)


def test_any_key_that_is_missing_is_missed() -> None:
    for path in paths(snapshot(), ()):
        data = snapshot()
        drop(*path)(data)
        with pytest.raises(SnapshotError):
            Translator.restore(data)


def paths(data: Any, path: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """Every key of an object whose keys are fields."""
    if not isinstance(data, dict) or path in ((), ("timers",)):
        inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    elif path[-1] in ("counts", "deadlines", "session", "endpoint") or path[-2:-1] == ("tools",):
        return []
    else:
        inner = data.items()
    own = [(*path, key) for key, _ in inner] if isinstance(data, dict) else []
    return own + [each for key, value in inner for each in paths(value, (*path, key))]
