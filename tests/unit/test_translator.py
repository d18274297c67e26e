"""The facade: what the host may do, what it gets told when it may not, and what it can look at."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import attrs
import pytest

import realtime_translate
from realtime_translate import (
    CloseClient,
    CloseUpstream,
    Config,
    Level,
    Notice,
    OpenUpstream,
    Output,
    RunFunction,
    SendToClient,
    SendToUpstream,
    Translator,
    deepgram,
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


# --- frames and messages ------------------------------------------------------------------------------------


BUFFERS = pytest.mark.parametrize("buffer", [bytearray, memoryview], ids=["bytearray", "memoryview"])
Buffer = Callable[[bytes], "bytearray | memoryview"]
TONE = b"\1\0" * 480


@BUFFERS
def test_a_frame_may_be_any_buffer_of_bytes(buffer: Buffer) -> None:
    plain, other = ready(), ready()
    started = json.dumps({"type": "input_audio_buffer.speech_started", "item_id": "a"}).encode()
    sent = plain.receive_from_client(TONE)
    assert isinstance(sent[0], SendToUpstream)
    assert other.receive_from_client(buffer(TONE)) == sent
    told = plain.receive_from_upstream(started)
    assert any(isinstance(each, SendToClient) for each in told)
    assert other.receive_from_upstream(buffer(started)) == told
    assert other.snapshot() == plain.snapshot()


def test_a_buffer_may_be_filled_again_while_its_frame_waits() -> None:
    plain, other = opened(), opened()
    for translator in (plain, other):
        translator.receive_from_client(SETTINGS_FRAME)
    buffer = bytearray(TONE)
    plain.receive_from_client(TONE)
    other.receive_from_client(buffer)
    buffer[:] = bytes(len(TONE))
    assert other.snapshot() == plain.snapshot()


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


def test_A8_the_client_is_not_paused_before_settings_nor_after_the_close() -> None:
    translator = opened(Config.component())
    translator.receive_from_client(b"\x00" * 48000 * 16)
    assert not translator.client_paused
    translator.receive_from_client(SETTINGS_FRAME)
    assert translator.client_paused
    translator.close()
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


def test_R6_a_uuid_is_an_id_of_which_the_end_counts() -> None:
    name = "317baf13-ccf4-43b2-8c2a-63d1fb660227"
    desk = Desk()
    desk.translator = Translator(Config(), clock=desk.clock, new_id=lambda: name)
    (update,) = desk.ready().of("session.update")
    assert update["event_id"] == f"{name[-24:]}_1"


def test_it_says_where_the_call_stands() -> None:
    desk = Desk()
    assert repr(desk.translator) == "<Translator deepgram: new, response free, agent silent>"
    desk.ready()
    assert repr(desk.translator) == "<Translator deepgram: ready, response free, agent silent>"


def test_outputs_are_short_in_logs() -> None:
    assert repr(SendToClient(bytes(5000))) == "SendToClient(<5000 bytes>)"
    assert repr(SendToClient('{"type":"Welcome"}')) == """SendToClient('{"type":"Welcome"}')"""
    long = repr(SendToUpstream("x" * 5000))
    assert long.endswith("x'… <5000 characters>)")
    assert len(long) < 200


LONG = "x" * 5000


@pytest.mark.parametrize(
    "output",
    [
        SendToClient(LONG),
        SendToUpstream(LONG),
        OpenUpstream(LONG, LONG, {LONG: LONG}),
        CloseClient(1000, LONG),
        CloseUpstream(1000, LONG),
        RunFunction(LONG, LONG, LONG, {"url": LONG}),
        Notice(LONG, Level.WARNING, LONG, {LONG: LONG}),
    ],
    ids=lambda output: type(output).__name__,
)
def test_no_output_fills_a_log(output: Output) -> None:
    assert len(repr(output)) < 200
    assert repr(output).startswith(f"{type(output).__name__}(")


def test_what_is_short_is_shown_as_it_is() -> None:
    assert repr(CloseClient(1000, "over")) == "CloseClient(code=1000, reason='over')"
    run = RunFunction("call_1", "get_weather", '{"city": "Oslo"}', {})
    assert repr(run) == (
        "RunFunction(call_id='call_1', name='get_weather', arguments='{\"city\": \"Oslo\"}', endpoint={})"
    )
