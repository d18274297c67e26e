"""The facade: what the host may do, what it gets told when it may not, and what it can look at (design,
Public API).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

import attrs
import pytest

import realtime_translate
from realtime_translate import (
    ClockError,
    CloseClient,
    Config,
    ConfigError,
    FrameTypeError,
    IdError,
    LocalProtocolError,
    Notice,
    OpenUpstream,
    OrderError,
    RunFunction,
    SendToClient,
    SendToUpstream,
    SnapshotError,
    Translator,
    deepgram,
    openai,
)
from realtime_translate.testing import FakeClock
from tests.harness import SETTINGS, Desk, counter

SETTINGS_FRAME = json.dumps(SETTINGS)


def new(**arguments: Any) -> Translator:
    given: dict[str, Any] = {"clock": FakeClock(1.0), "new_id": counter("T"), **arguments}
    return Translator(**given)


def opened(config: Config | None = None) -> Translator:
    translator = new(config=config or Config())
    translator.client_opened()
    return translator


def ready(config: Config | None = None) -> Translator:
    desk = Desk(config)
    desk.ready()
    return desk.translator


# --- the host's mistakes ------------------------------------------------------------------------------------

MISUSE: dict[str, tuple[Callable[[], object], type[LocalProtocolError], str]] = {
    "no config": (
        lambda: new(config={}),
        ConfigError,
        "config must be a Config, not dict; try Config.deepgram()",
    ),
    "a config class": (lambda: new(config=Config), ConfigError, "must be a Config, not type"),
    "an id that is too long": (
        lambda: new(new_id=lambda: "x" * 25),
        IdError,
        "must give 1 to 24 characters of [A-Za-z0-9_-]",
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
        "played_ms is a position in milliseconds, not -1; report 0 or more",
    ),
    "a result that is no text": (
        lambda: opened().function_result("c1", {"degrees": 12}),  # type: ignore[arg-type]
        FrameTypeError,
        "content is a str, not dict; encode it as JSON first",
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


# --- frames and messages ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        deepgram.InjectUserMessage("Hello"),
        deepgram.KeepAlive(),
        deepgram.ClientAudio(b"\x01\x02"),
        deepgram.FunctionCallResponse(name="tide", content="1", id="c1"),
        deepgram.UpdatePrompt("Be brief."),
    ],
    ids=lambda message: type(message).__name__,
)
@pytest.mark.parametrize("preset", [Config.deepgram, Config.component])
def test_a_message_object_is_as_good_as_its_frame(message: Any, preset: Callable[[], Config]) -> None:
    one, two = ready(preset()), ready(preset())
    assert one.receive_from_client(message) == two.receive_from_client(deepgram.encode(message))


def test_settings_may_be_an_object() -> None:
    outputs = opened().receive_from_client(deepgram.Settings(audio=deepgram.Audio(), agent=deepgram.Agent()))
    assert outputs == opened().receive_from_client(SETTINGS_FRAME)
    assert any(isinstance(output, OpenUpstream) for output in outputs)


def test_a_text_output_carries_its_message() -> None:
    [welcome] = new().client_opened()
    assert welcome == SendToClient('{"type":"Welcome","request_id":"T1"}', deepgram.Welcome("T1"))


def test_upstream_frames_may_be_bytes() -> None:
    one, two = ready(), ready()
    frame = '{"type":"response.created","response":{"id":"é"}}'
    assert one.receive_from_upstream(frame) == two.receive_from_upstream(frame.encode())
    assert (one.state.response_id, two.state.response_id) == ("é", "é")


def test_a_host_may_dial_before_settings() -> None:
    translator = opened()
    assert translator.upstream_opened() == ()
    outputs = translator.receive_from_client(SETTINGS_FRAME)
    assert not any(isinstance(output, OpenUpstream) for output in outputs)
    assert [type(output) for output in outputs if not isinstance(output, Notice)] == [SendToUpstream]


def test_playback_may_be_reported_at_any_time() -> None:
    translator = opened()
    assert (
        translator.playback_reported(0),
        translator.playback_reported(5),
        ready().playback_reported(9),
    ) == ((), (), ())


def test_a_function_result_that_nothing_waits_for_is_noticed() -> None:
    [output] = opened().function_result("c1", "{}")
    assert isinstance(output, Notice)
    assert output.code == "CALL_ANSWER_IGNORED"


def test_a_function_result_answers_run_function() -> None:
    desk = Desk()
    think = {"functions": [{"name": "tide", "endpoint": {"url": "https://example.test", "method": "get"}}]}
    desk.ready(
        {**SETTINGS, "agent": {"think": {"provider": {"type": "open_ai", "model": "gpt-4o"}, **think}}}
    )
    item = {
        "type": "function_call",
        "id": "i1",
        "call_id": "c1",
        "name": "tide",
        "arguments": "{}",
        "status": "completed",
    }
    log = desk.upstream(
        {"type": "response.created", "response": {"id": "r1"}},
        {"type": "response.output_item.done", "response_id": "r1", "output_index": 0, "item": item},
    )
    [run] = [each for each in log.outputs if isinstance(each, RunFunction)]
    assert (run.call_id, run.name, run.arguments, run.endpoint["url"]) == (
        "c1",
        "tide",
        "{}",
        "https://example.test",
    )
    log = desk.act(lambda translator: translator.function_result(run.call_id, "3 m"))
    assert log.of("conversation.item.create")[0]["item"]["output"] == "3 m"


@pytest.mark.parametrize("code", [1000, 1001, 1011, 3000, 4999])
def test_close_takes_every_code_that_a_close_frame_may_carry(code: int) -> None:
    assert CloseClient(code, "why") in opened().close(code, "why")


# --- views --------------------------------------------------------------------------------------------------


def test_state_is_a_frozen_summary() -> None:
    state: Any = opened().state
    assert (state.opening.value, state.upstream_open, state.response.value, state.turn.value) == (
        "greeted",
        False,
        "free",
        "silent",
    )
    assert (state.response_id, state.user_speaking, state.next_timer) == ("", False, ("settings", 16.0))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        state.turn = None
    assert ready().state.upstream_open


def test_views_cannot_be_set() -> None:
    translator: Any = opened()
    for name in ("next_deadline", "client_paused", "state"):
        with pytest.raises(AttributeError):
            setattr(translator, name, None)


def test_A8_the_client_is_paused_only_while_its_audio_waits() -> None:
    translator = opened()
    assert not translator.client_paused
    translator.receive_from_client(SETTINGS_FRAME)
    translator.receive_from_client(b"\x00" * (48000 * 15 - 2))
    assert not translator.client_paused
    translator.receive_from_client(b"\x00\x00")
    assert translator.client_paused
    translator.upstream_opened()
    assert translator.client_paused
    translator.receive_from_upstream('{"type":"session.updated","session":{}}')
    assert not translator.client_paused


# --- defaults -----------------------------------------------------------------------------------------------


def test_the_defaults_are_a_clock_and_ids_that_fit() -> None:
    one, two = Translator(), Translator()
    ids = {json.loads(output.data)["request_id"] for t in (one, two) for output in t.client_opened()}  # type: ignore[union-attr]
    assert len(ids) == 2
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,24}", each) for each in ids)
    deadline = one.next_deadline
    assert deadline is not None
    assert Translator.restore(one.snapshot()).state.opening.value == "greeted"


def test_new_id_is_asked_once_a_call() -> None:
    asked: list[str] = []

    def new_id() -> str:
        asked.append("x")
        return "call-1_A"

    desk = Desk()
    desk.translator = Translator(Config(), clock=desk.clock, new_id=new_id)
    log = desk.ready()
    desk.client({"type": "InjectUserMessage", "content": "Hi"})
    assert asked == ["x"]
    assert log.of("session.update")[0]["event_id"] == "call-1_A_1"


def test_outputs_are_frozen_and_match_by_position() -> None:
    for name in (
        "SendToClient",
        "SendToUpstream",
        "OpenUpstream",
        "CloseClient",
        "CloseUpstream",
        "RunFunction",
        "Notice",
    ):
        kind = getattr(realtime_translate, name)
        assert kind.__match_args__ == tuple(each.name for each in attrs.fields(kind))
        assert kind.__setattr__ is attrs.setters.frozen or "__slots__" in vars(kind)
    match CloseClient(1000, "bye"):
        case CloseClient(code, reason):
            assert (code, reason) == (1000, "bye")
