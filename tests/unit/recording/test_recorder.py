"""The recorder takes the translator's place and writes down everything."""

from __future__ import annotations

import inspect
import json
from math import inf, nan
from typing import Any

import pytest

from realtime_translate import (
    Config,
    FrameTypeError,
    LocalProtocolError,
    OrderError,
    Renewal,
    Translator,
    deepgram,
)
from realtime_translate.mapping.names import sent_name
from realtime_translate.openai.dialects import XAI
from realtime_translate.recording import Recorder, replay
from realtime_translate.testing import FakeClock
from tests.events import answer, audio, call_item, created, done, item_done, settings, text
from tests.harness import SETTINGS, counter
from tests.unit.recording.taped import KEY, Taped, reproduced

EVERYTHING = [
    {"redact": redact, "outputs": detail} for redact in (True, False) for detail in ("whole", "hashed")
]


def test_it_has_every_method_and_property_of_a_translator() -> None:
    public = {name for name in vars(Translator) if not name.startswith("_")} - {"resume"}
    assert public <= set(vars(Recorder))
    for name in public - {"restore"}:
        theirs, ours = inspect.getattr_static(Translator, name), inspect.getattr_static(Recorder, name)
        if inspect.isfunction(theirs):
            assert inspect.signature(ours) == inspect.signature(theirs)


def test_a_host_gets_the_same_answers() -> None:
    taped = Taped()
    plain = Translator(clock=taped.clock, new_id=counter("T"))
    assert taped.recorder.early_dial == plain.early_dial
    for each in (taped.recorder, plain):
        each.client_opened()
        assert each.client_paused is False
    frame = json.dumps(SETTINGS)
    assert taped.recorder.receive_from_client(frame) == plain.receive_from_client(frame)
    assert taped.recorder.state == plain.state
    assert taped.recorder.next_deadline == plain.next_deadline
    assert taped.recorder.snapshot() == plain.snapshot()
    assert taped.recorder.latest_time == plain.latest_time == 100.0
    assert taped.recorder.standing() == plain.standing()


def test_it_records_buffers_as_the_bytes_that_they_hold() -> None:
    plain, other = Taped(), Taped()
    event = json.dumps(created("resp_1")).encode()
    for taped, client, upstream in (
        (plain, b"\1\0", event),
        (other, bytearray(b"\1\0"), memoryview(event)),
    ):
        taped.ready(SETTINGS)
        taped.recorder.receive_from_client(client)
        taped.recorder.receive_from_upstream(upstream)
    assert other.records == plain.records


def test_it_restores_plain_translators() -> None:
    restored = Recorder.restore(Taped().recorder.snapshot(), Config.deepgram(), clock=FakeClock(5.0))
    assert type(restored) is Translator


def every_input(taped: Taped) -> None:
    recorder = taped.recorder
    endpoint = {"url": "https://example.test", "method": "post", "headers": {"authorization": "Bearer 1"}}
    function: dict[str, Any] = {"name": "weather", "endpoint": endpoint}
    taped.ready(settings(think={"provider": {"type": "open_ai"}, "functions": [function]}, greeting="Hello."))
    recorder.receive_from_client(deepgram.InjectUserMessage("How high is it?"))
    recorder.receive_from_client(b"\1" * 4801)
    recorder.receive_from_client(deepgram.ClientAudio(b"\2" * 480))
    taped.upstream(created(), text("It is"), audio(b"\3" * 960), item_done(call_item(name="weather")))
    taped.upstream({"type": "response.output_audio.delta", "delta": "?"})
    recorder.receive_from_upstream(json.dumps(done("resp_1")).encode())
    recorder.playback_reported(20)
    recorder.function_result("call_1", '{"height": 3.25}')
    taped.clock.advance(1.5)
    recorder.handle_timeout()
    recorder.renew()
    recorder.upstream_closed(1011, "It broke", 1)
    recorder.upstream_opened(2)
    recorder.receive_from_upstream(json.dumps({"type": "session.updated", "session": {}}), 2)
    recorder.receive_from_upstream(json.dumps(created("resp_9")), 1)
    recorder.close()
    recorder.client_closed()


@pytest.mark.parametrize("options", EVERYTHING)
def test_every_input_is_reproduced(options: dict[str, Any]) -> None:
    taped = Taped(Config.deepgram(renewal=Renewal()), **options)
    every_input(taped)
    reproduced(taped)
    assert ("Bearer 1" in "".join(taped.lines)) == (not options["redact"])
    outputs = [each for record in taped.records for each in record["out"]]
    kinds = {each[0].split()[0] if isinstance(each, list) else next(iter(each)) for each in outputs}
    assert {"run_function", "open_upstream", "close_client"} <= kinds
    assert {each["in"] for each in taped.records} == {
        name for name, each in vars(Translator).items() if inspect.isfunction(each) and name[0] != "_"
    } - {"snapshot", "standing"}


BACKED = Config.deepgram(renewal=Renewal(attempts=1, fallback=(XAI,)))


@pytest.mark.parametrize("options", EVERYTHING)
def test_N19_a_call_that_goes_on_with_another_server_is_reproduced(options: dict[str, Any]) -> None:
    taped = Taped(BACKED, **options)
    taped.ready(settings())
    for leg in (1, 2):
        taped.recorder.upstream_closed(1006, leg=leg)
    reproduced(taped)
    assert ('"server": "xai"' in json.dumps(taped.records[-1])) == (options["outputs"] == "whole")


def test_N20_what_another_server_would_be_asked_for_is_masked() -> None:
    """In a recording that begins in the middle of the call."""
    listen = {"type": "UpdateListen", "listen": {"provider": {"type": "deepgram", "keyterms": ["Obatzda"]}}}
    taped = Taped(BACKED)
    taped.ready(settings())
    taped.recorder.receive_from_client(json.dumps(listen))
    taped.upstream({"type": "session.updated", "session": {}})
    lines: list[str] = []
    recorder = Recorder(taped.translator, lines.append)
    for leg in (1, 2):
        recorder.upstream_closed(1006, leg=leg)
    recorder.upstream_opened(3)
    assert replay(lines).same
    assert "Obatzda" not in "".join(lines)


def test_each_input_has_its_number_its_time_and_its_outputs() -> None:
    taped = Taped(redact=False)
    taped.recorder.client_opened()
    taped.clock.advance(0.25)
    taped.recorder.receive_from_client("{")
    first, second = taped.records
    assert first == {
        "n": 1,
        "t": 100.0,
        "in": "client_opened",
        "out": [{"client": '{"type":"Welcome","request_id":"T1"}'}],
    }
    assert (second["n"], second["t"], second["text"]) == (2, 100.25, "{")


def test_hashed_outputs_say_what_they_are_and_no_more() -> None:
    taped = Taped(redact=False, outputs="hashed")
    taped.ready(settings())
    assert [label for label, _ in taped.records[0]["out"]] == ["client Welcome"]
    assert [label for label, _ in taped.records[1]["out"]] == [
        "notice MODEL_REPLACED",
        "open_upstream",
    ]
    taped.recorder.receive_from_client(json.dumps({"type": "KeepAlive"}))
    assert [label for label, _ in taped.records[-1]["out"]] == ["notice KEEPALIVE_ABSORBED"]
    assert all(len(digest) == 16 for record in taped.records for _, digest in record["out"])


# --- in the middle of a call --------------------------------------------------------------------------------


@pytest.mark.parametrize("options", EVERYTHING)
def test_a_recording_may_begin_in_the_middle_of_a_call(options: dict[str, Any]) -> None:
    begun = Taped(now=1 / 3)
    begun.ready(settings())
    begun.recorder.receive_from_client(json.dumps({"type": "InjectUserMessage", "content": "Hello there."}))
    begun.upstream(created(), text("It is"), audio(b"\3" * 961))
    begun.recorder.receive_from_client(b"\1")
    lines: list[str] = []
    later = Recorder(begun.translator, lines.append, **options)
    begun.clock.set(later.next_deadline or 0.0)
    later.handle_timeout()
    later.receive_from_upstream(json.dumps(text(" well.")))
    later.receive_from_client(b"\1" * 4799)
    later.receive_from_upstream(json.dumps(done("resp_1")))
    result = replay(lines)
    assert (result.same, result.inputs) == (True, 4), str(result)


def test_it_does_not_read_the_clock_itself() -> None:
    readings: list[float] = []

    def clock() -> float:
        readings.append(1.0)
        return 1.0

    translator = Translator(clock=clock)
    recorder = Recorder(translator, lambda _: None)
    assert readings == []
    recorder.client_opened()
    recorder.handle_timeout()
    assert len(readings) == 2


def test_a_recorder_can_be_recorded() -> None:
    taped = Taped()
    outer: list[str] = []
    recorder = Recorder(taped.recorder, outer.append, key=KEY)
    recorder.client_opened()
    assert outer == taped.lines
    assert len(outer) == 2


@pytest.mark.parametrize("name", ["get the tide", "Gezeiten für Ärzte", "tide " * 60])
def test_S10_a_function_whose_name_upstream_cannot_take_is_reproduced(name: str) -> None:
    taped = Taped()
    taped.ready(settings(think={"provider": {"type": "open_ai"}, "functions": [{"name": name}]}))
    taped.upstream(created(), item_done(call_item(name=sent_name(name))))
    (request,) = (each["client"] for each in taped.records[-1]["out"])
    assert request["functions"][0]["name"] == name, "the client is asked by the name that it knows"
    taped.recorder.receive_from_client(json.dumps(answer(name=name)))
    reproduced(taped)


def test_a_clock_that_goes_backwards_is_recorded_as_the_call_saw_it() -> None:
    taped = Taped()
    taped.recorder.client_opened()
    taped.clock.now = 50.0
    taped.recorder.handle_timeout()
    assert taped.records[1]["t"] == 100.0
    reproduced(taped)


# --- mistakes of the host -----------------------------------------------------------------------------------


def test_what_the_translator_raises_is_recorded_and_raised() -> None:
    taped = Taped()
    wrong: Any = 5
    with pytest.raises(OrderError):
        taped.recorder.receive_from_client("{}")
    taped.recorder.client_opened()
    with pytest.raises(OrderError):
        taped.recorder.client_opened()
    with pytest.raises(FrameTypeError):
        taped.recorder.receive_from_client(wrong)
    with pytest.raises(FrameTypeError):
        taped.recorder.receive_from_client(deepgram.InjectUserMessage(wrong, extra={"x": nan}))
    with pytest.raises(OrderError):
        taped.recorder.playback_reported(-1)
    with pytest.raises(OrderError):
        taped.recorder.playback_reported(nan)  # type: ignore[arg-type]
    with pytest.raises(FrameTypeError):
        taped.recorder.function_result("call_1", wrong)
    with pytest.raises(FrameTypeError):
        taped.recorder.close(object())  # type: ignore[arg-type]
    assert taped.records[0] == {
        "n": 1,
        "t": None,
        "in": "receive_from_client",
        "frame": {},
        "raised": "INPUT_OUT_OF_ORDER",
    }
    assert taped.records[-1]["raised"] == "INVALID_FRAME_TYPE"
    reproduced(taped)


@pytest.mark.parametrize("now", [nan, inf])
def test_a_clock_that_gives_no_time_is_reproduced(now: float) -> None:
    taped = Taped()
    taped.recorder.client_opened()
    taped.clock.now = now
    with pytest.raises(LocalProtocolError):
        taped.recorder.handle_timeout()
    taped.clock.now = 101.0
    taped.recorder.handle_timeout()
    assert [each["t"] for each in taped.records] == [100.0, 100.0, 101.0]
    reproduced(taped)


def test_a_sink_that_fails_ends_the_recording_and_not_the_call() -> None:
    def full(line: str) -> None:
        raise OSError("no space left")

    recorder = Recorder(Translator(clock=FakeClock(1.0)), full)
    assert len(recorder.client_opened()) == 1
    assert len(recorder.receive_from_client("{")) > 0
    assert str(recorder.failure) == "no space left"


def test_after_a_failure_nothing_more_is_written() -> None:
    lines: list[str] = []

    def sink(line: str) -> None:
        lines.append(line)
        if len(lines) == 2:
            raise OSError("gone")

    recorder = Recorder(Translator(clock=FakeClock(1.0)), sink)
    recorder.client_opened()
    recorder.handle_timeout()
    assert len(lines) == 2


def test_nothing_accumulates() -> None:
    import tracemalloc

    recorder = Recorder(Translator(clock=FakeClock(1.0)), lambda _: None)
    recorder.client_opened()
    frame = json.dumps({"type": "KeepAlive"})
    for _ in range(50):
        recorder.receive_from_client(frame)
    tracemalloc.start()
    for _ in range(500):
        recorder.receive_from_client(frame)
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 20_000
