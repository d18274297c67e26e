"""What is said of a snapshot that is refused, word for word: it ends up in somebody's log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from realtime_translate import Config, SnapshotError, Translator
from realtime_translate.session.snapshot import VERSION
from tests.harness import Desk
from tests.unit.session.snapshot.test_refused import put, snapshot

KNOWN = "{}.{}".format(*VERSION)


def refusal(data: Any) -> SnapshotError:
    with pytest.raises(SnapshotError) as caught:
        Translator.restore(data)
    return caught.value


def reasons(error: BaseException | None) -> Iterator[str]:
    """What each field that cannot be read says of itself."""
    inner = getattr(error, "exceptions", ())
    if error is not None and not inner:
        yield f"{type(error).__name__}: {error}"
    for each in inner:
        yield from reasons(each)


def corrupt(*path: Any, value: Any) -> list[str]:
    data = snapshot()
    put(*path, value=value)(data)
    error = refusal(data)
    assert str(error).startswith("the snapshot is corrupt: ClassValidationError: While structuring Saved (")
    return list(reasons(error.__cause__))


def test_of_what_is_none() -> None:
    assert str(refusal({})) == ("this is no snapshot of a Translator; restore takes what snapshot() gave")


def test_of_what_no_release_has_written() -> None:
    assert str(refusal({**snapshot(), "version": "1"})) == (
        "the snapshot has version '1', which no release has written"
    )


def test_of_a_newer_one() -> None:
    assert str(refusal({**snapshot(), "version": "9.0"})) == (
        f"the snapshot has version 9.0, of a newer release; this one reads up to {KNOWN}: upgrade before "
        "calls move here"
    )


def test_of_an_older_one() -> None:
    assert str(refusal({**snapshot(), "version": "0.9"})) == (
        f"the snapshot has version 0.9, of an older release; this one reads {KNOWN}: let calls of the "
        "older one end there"
    )


def test_of_a_field_too_many() -> None:
    assert str(refusal({**snapshot(), "more": 1})) == (
        "the snapshot is corrupt: ValueError: a field is missing, or one too many"
    )


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        (("ids", "prefix"), None, "TypeError: expected str, found NoneType"),
        (("ids", "prefix"), 5, "TypeError: expected str, found int"),
        (("ids", "count"), "5", "TypeError: expected int, found str"),
        (("call", "opening", "began"), "false", "TypeError: expected bool, found str"),
        (("call", "opening", "session"), [], "TypeError: expected dict, found list"),
        (("call", "playback", "total"), 2**63, "ValueError: 9.22e+18 is out of range"),
        (("call", "playback", "total"), -(2**63), "ValueError: -9.22e+18 is out of range"),
        (("timers", "deadlines", "confirm"), 1e301, "ValueError: 1e+301 is out of range"),
        (("call", "audio", "heard_at"), -1e301, "ValueError: -1e+301 is out of range"),
    ],
)
def test_of_a_field(path: tuple[Any, ...], value: Any, reason: str) -> None:
    assert reason in corrupt(*path, value=value)


@pytest.mark.parametrize("path", [("audio_in", "carry"), ("audio_out", "stream", "recent")])
def test_of_bytes(path: tuple[str, ...]) -> None:
    """b64decode passes over such characters by default; its words differ between versions of Python."""
    (reason,) = corrupt(*path, value="AA!==")
    assert reason.startswith("Error: ")


def test_of_audio_that_waits() -> None:
    desk = Desk(Config.component())
    desk.opened()
    desk.client(b"\x01\x00" * 10)
    data: Any = desk.translator.snapshot()
    put("call", "opening", "waiting", 0, "audio", value="AA!==")(data)
    with pytest.raises(SnapshotError) as caught:
        Translator.restore(data, Config.component())
    (reason,) = reasons(caught.value.__cause__)
    assert reason.startswith("Error: ")


@pytest.mark.parametrize("value", [2**63 - 1, 1 - 2**63])
def test_the_largest_number_is_one(value: int) -> None:
    data = snapshot()
    put("call", "playback", "total", value=value)(data)
    kept: Any = Translator.restore(data).snapshot()
    assert kept["call"]["playback"]["total"] == value


def test_the_largest_measure_is_one() -> None:
    data = snapshot()
    put("timers", "deadlines", "confirm", value=1e300)(data)
    kept: Any = Translator.restore(data, clock=lambda: 0.0).snapshot()
    assert kept["timers"]["deadlines"]["confirm"] == 1e300


@pytest.mark.parametrize("leg", ["input", "output"])
@pytest.mark.parametrize("side", ["client", "upstream"])
@pytest.mark.parametrize("rate", [0, 7, 10**6])
def test_of_a_rate_that_no_side_has(leg: str, side: str, rate: int) -> None:
    data = snapshot()
    put("plan", leg, side, "rate", value=rate)(data)
    assert str(refusal(data)).startswith("the audio of the snapshot is corrupt: ")
