"""What the host does wrong raises, and the message says what to do."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import pytest

from realtime_translate import (
    ClockError,
    Config,
    ConfigError,
    FrameTypeError,
    IdError,
    LocalProtocolError,
    OrderError,
    SnapshotError,
    Translator,
    deepgram,
    openai,
)
from tests.harness import Desk
from tests.unit.test_translator import new, opened, ready

# --- the host's mistakes ------------------------------------------------------------------------------------

MISUSE: dict[str, tuple[Callable[[], object], type[LocalProtocolError], str]] = {
    "no config": (
        lambda: new(config={}),
        ConfigError,
        "config must be a Config, not dict; try Config.deepgram()",
    ),
    "a config class": (lambda: new(config=Config), ConfigError, "must be a Config, not type"),
    "an id that is too long": (
        lambda: new(new_id=lambda: "x" * 37),
        IdError,
        "must give 1 to 36 characters of [A-Za-z0-9_-]",
    ),
    "an empty id": (lambda: new(new_id=str), IdError, "new_id gave ''"),
    "an id with other characters": (lambda: new(new_id=lambda: "a b"), IdError, "new_id gave 'a b'"),
    "an id with a line end": (lambda: new(new_id=lambda: "ab\n"), IdError, "new_id gave 'ab\\n'"),
    "an id that is no text": (lambda: new(new_id=lambda: 5), IdError, "new_id gave 5"),
    "a clock without a time": (
        lambda: new(clock=lambda: math.nan).client_opened(),
        ClockError,
        "the clock gave nan",
    ),
    "a client that opens twice": (
        lambda: opened().client_opened(),
        OrderError,
        "client_opened() was called twice; use one Translator for each call",
    ),
    "an upstream that opens twice": (
        lambda: ready().upstream_opened(),
        OrderError,
        "upstream_opened() was called twice; a call has one upstream socket",
    ),
    "an event of a closed socket": (
        lambda: opened().receive_from_upstream("{}"),
        OrderError,
        "receive_from_upstream() came before upstream_opened(); report the open socket first",
    ),
    "a client frame of another type": (
        lambda: opened().receive_from_client({"type": "KeepAlive"}),  # type: ignore[arg-type]
        FrameTypeError,
        "a client frame is str, bytes or a client message of the deepgram module, not dict",
    ),
    "no client frame": (
        lambda: opened().receive_from_client(None),  # type: ignore[arg-type]
        FrameTypeError,
        "not NoneType",
    ),
    "a message of the wrong direction": (
        lambda: opened().receive_from_client(deepgram.Welcome("r")),  # type: ignore[arg-type]
        FrameTypeError,
        "not Welcome",
    ),
    "a message of the wrong protocol": (
        lambda: opened().receive_from_client(openai.InputAudioBufferCommit()),  # type: ignore[arg-type]
        FrameTypeError,
        "not InputAudioBufferCommit",
    ),
    "a message that is no JSON": (
        lambda: opened().receive_from_client(deepgram.CustomToThinkProvider(math.nan)),
        FrameTypeError,
        "this CustomToThinkProvider cannot be encoded as JSON",
    ),
    "a message with an object in it": (
        lambda: opened().receive_from_client(deepgram.CustomToThinkProvider(object())),
        FrameTypeError,
        "this CustomToThinkProvider cannot be encoded as JSON",
    ),
    "an upstream frame of another type": (
        lambda: ready().receive_from_upstream({"type": "x"}),  # type: ignore[arg-type]
        FrameTypeError,
        "an upstream frame is str or bytes, not dict; pass it as it came",
    ),
    "a position before the start": (
        lambda: opened().playback_reported(-1),
        OrderError,
        "played_ms is a whole number of milliseconds from 0 to 2^53, not -1; round it",
    ),
    "a position that no snapshot holds": (
        lambda: opened().playback_reported(2**53 + 1),
        OrderError,
        "played_ms is a whole number of milliseconds from 0 to 2^53, not 9007199254740993; round it",
    ),
    "a result that is no text": (
        lambda: opened().function_result("c1", {"degrees": 12}),  # type: ignore[arg-type]
        FrameTypeError,
        "content is a str, not dict; encode it as JSON first",
    ),
    "a call without an id": (
        lambda: opened().function_result(None, "{}"),  # type: ignore[arg-type]
        FrameTypeError,
        "call_id is a str, not NoneType; take it from RunFunction",
    ),
    **{
        f"{name} with {wrong}": (
            lambda name=name, code=code, reason=reason: getattr(opened(), name)(code, reason),
            FrameTypeError,
            wrong,
        )
        for name in ("close", "client_closed", "upstream_closed")
        for code, reason, wrong in (
            ("1000", "", "a close code is an int, not str; pass it as it came"),
            (1000.0, "", "a close code is an int, not float; pass it as it came"),
            (1000, None, "a close reason is a str, not NoneType; decode it first"),
            (1000, b"bye", "a close reason is a str, not bytes; decode it first"),
        )
    },
    "close without a code": (
        lambda: opened().close(None),  # type: ignore[arg-type]
        FrameTypeError,
        "a close code is an int, not NoneType",
    ),
    **{
        f"a clock that gives {now!r}": (
            lambda now=now: new(clock=lambda: now).client_opened(),
            ClockError,
            f"the clock gave {now!r}; it must give finite seconds",
        )
        for now in (None, "1.0", [])
    },
    "a clock that gives None to a snapshot": (
        lambda: new(clock=lambda: None).snapshot(),
        ClockError,
        "the clock gave None",
    ),
    "no snapshot": (lambda: Translator.restore({}), SnapshotError, "restore takes what snapshot() gave"),
    **{
        f"close code {code}": (
            lambda code=code: opened().close(code),
            OrderError,
            f"{code} is no code that a close frame may carry; use 1000",
        )
        for code in (0, 999, 1005, 1006, 1015, 5000, -1)
    },
    **{
        f"{name} before the client": (
            act,
            OrderError,
            f"{name}() came before client_opened(); report the client's socket first",
        )
        for name, act in {
            "upstream_opened": lambda: new().upstream_opened(),
            "receive_from_client": lambda: new().receive_from_client("{}"),
            "receive_from_upstream": lambda: new().receive_from_upstream("{}"),
            "client_closed": lambda: new().client_closed(),
            "upstream_closed": lambda: new().upstream_closed(),
            "playback_reported": lambda: new().playback_reported(1),
            "function_result": lambda: new().function_result("c1", ""),
        }.items()
    },
}


@pytest.mark.parametrize("misuse", MISUSE)
def test_misuse_raises_and_says_what_to_do(misuse: str) -> None:
    act, kind, words = MISUSE[misuse]
    with pytest.raises(kind, match=re.escape(words)) as caught:
        act()
    assert caught.value.code == kind.code
    assert type(caught.value) is kind


def test_every_error_has_a_code_of_its_own() -> None:
    kinds = [ClockError, ConfigError, FrameTypeError, IdError, OrderError, SnapshotError]
    assert all(issubclass(kind, LocalProtocolError) for kind in kinds)
    assert len({kind.code for kind in (*kinds, LocalProtocolError)}) == len(kinds) + 1


def test_misuse_changes_nothing_and_loses_nothing() -> None:
    """A timer was due: it fires with the next input, not with the one that raised."""
    desk = Desk()
    desk.opened()
    before = desk.translator.snapshot()
    desk.clock.advance(20.0)
    for act in (
        desk.translator.client_opened,
        lambda: desk.translator.receive_from_client(5),  # type: ignore[arg-type]
        lambda: desk.translator.playback_reported(-1),
        lambda: desk.translator.function_result("c1", 5),  # type: ignore[arg-type]
        lambda: desk.translator.close(7),
    ):
        with pytest.raises(LocalProtocolError):
            act()
    desk.clock.advance(-20.0)
    assert desk.translator.snapshot() == before
    desk.clock.advance(20.0)
    assert desk.wait(0.0).of("Error")[0]["code"] == "CLIENT_MESSAGE_TIMEOUT"


def test_what_a_peer_sends_never_raises() -> None:
    for config in (Config.deepgram(), Config.component()):
        for frame in (
            "",
            "{",
            "[]",
            '{"type":1}',
            '{"type":"Settings"}',
            "\ud800",
            '{"type":"KeepAlive","x":1e999}',
            b"",
        ):
            ready(config).receive_from_client(frame)
            ready(config).receive_from_upstream(frame)
