"""Where Settings take over a component session that was ready before: no byte goes astray (S4, A2, A3)."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from attrs import evolve

from realtime_translate import Config, ManualCommit
from realtime_translate.audio import MULAW_8K, PCM_24K, AudioFormat, Conversion
from realtime_translate.openai.dialects import GA_SOUNDS, OPENAI_GA
from tests.events import done
from tests.harness import SETTINGS, Desk, Log
from tests.unit.session.played import begun_by_server

COMPONENT = Config.component(turn_detection=ManualCommit(debounce=0.5))


PCM_16K = AudioFormat("linear16", 16000)
"""What the client's audio is before Settings (S10)."""


def updated(**audio_in: Any) -> dict[str, Any]:
    """A server that carries what the client has then, unless `audio_in` says otherwise."""
    heard = {"turn_detection": None, "format": {"type": "audio/pcm", "rate": 16000}, **audio_in}
    return {"type": "session.updated", "session": {"audio": {"input": heard}}}


def unasked(**audio_in: Any) -> Desk:
    desk = Desk(COMPONENT)
    desk.opened()
    desk.dialled()
    desk.upstream(updated(**audio_in))
    return desk


def declared(audio: AudioFormat) -> dict[str, Any]:
    side = {"encoding": audio.encoding, "sample_rate": audio.rate}
    return {"type": "Settings", "audio": {"input": side}, "agent": {}}


def appended(*logs: Log) -> list[bytes]:
    frames = [each for log in logs for each in log.upstream if each["type"] == "input_audio_buffer.append"]
    return [base64.b64decode(each["audio"]) for each in frames]


def test_A3_half_a_sample_finds_its_other_half() -> None:
    desk = unasked()
    logs = [desk.client(b"\1\2\3"), desk.client(declared(PCM_16K)), desk.upstream(updated())]
    logs.append(desk.client(b"\4\5\6"))
    assert b"".join(appended(*logs)) == b"\1\2\3\4\5\6"


def test_A3_half_a_sample_of_another_width_is_none() -> None:
    desk = unasked()
    desk.client(b"\1\2\3")
    desk.client(declared(MULAW_8K))
    desk.upstream(updated(format={"type": "audio/pcmu"}))
    assert appended(desk.client(b"\4\5")) == [b"\4\5"]


def test_A2_the_tail_goes_in_the_format_that_still_holds() -> None:
    pytest.importorskip("numpy", reason="needs the resample extra")
    desk = unasked(format={"type": "audio/pcmu"})
    spoken = bytes(range(256)) * 20
    first = desk.client(spoken)
    settings = desk.client(declared(PCM_24K))
    assert settings.upstream_types == ["input_audio_buffer.append", "session.update"]
    reference = Conversion(PCM_16K, MULAW_8K)
    assert b"".join(appended(first, settings)) == reference.feed(spoken) + reference.flush()
    assert desk.upstream(updated(format={"type": "audio/pcm"})).upstream == []


def test_D3_a_server_that_was_asked_for_no_format_and_says_none_carries_its_own() -> None:
    """Before Settings (found by the state machine)."""
    pytest.importorskip("numpy", reason="needs the resample extra")
    own = evolve(OPENAI_GA, input=evolve(GA_SOUNDS, unsaid=16000), output=evolve(GA_SOUNDS, unsaid=8000))
    desk = Desk(evolve(COMPONENT, upstream=own))
    desk.opened()
    desk.dialled()
    desk.upstream({"type": "session.updated", "session": {"audio": {"input": {"turn_detection": None}}}})
    assert appended(desk.client(b"\1\2\3\4")) == [b"\1\2\3\4"]
    second = base64.b64encode(bytes(16000)).decode()
    log = desk.upstream(
        {"type": "response.created", "response": {"id": "r1"}},
        {"type": "response.output_audio.delta", "response_id": "r1", "item_id": "i1", "delta": second},
    )
    reference = Conversion(AudioFormat("linear16", 8000), PCM_24K)
    (heard,) = (each for each in log.client if isinstance(each, bytes))
    assert heard == reference.feed(bytes(16000))


@pytest.mark.parametrize("stage", ["awaiting slot", "applying"])
def test_S4_audio_in_the_declared_format_waits_until_it_holds(stage: str) -> None:
    desk = unasked()
    if stage == "awaiting slot":
        begun_by_server(desk)
    desk.client(declared(MULAW_8K))
    assert desk.translator.state.opening.value == stage
    assert desk.client(b"\x10" * 800).upstream == []
    if stage == "awaiting slot":
        assert desk.upstream(done("resp_s")).upstream_types == ["session.update"]
    assert appended(desk.upstream(updated(format={"type": "audio/pcmu"}))) == [b"\x10" * 800]


def test_A5_what_was_not_committed_counts_by_its_length_in_time() -> None:
    """83 ms of PCM are more bytes than 100 ms of mu-law."""
    desk = unasked()
    desk.client(bytes(2666))
    desk.client(declared(MULAW_8K))
    desk.upstream(updated(format={"type": "audio/pcmu"}))
    assert desk.wait(0.5).notices == ["COMMIT_TOO_SHORT"]
    desk.client(bytes(133))
    assert desk.wait(0.5).notices == ["COMMIT_TOO_SHORT"]
    desk.client(bytes(1))
    assert desk.wait(0.5).upstream_types == ["input_audio_buffer.commit", "response.create"]


def test_B3_what_came_before_settings_counts_by_its_length_in_time() -> None:
    """The agent's format changes while it is heard (found by the state machine)."""
    desk = unasked()
    second = base64.b64encode(bytes(48000)).decode()
    desk.upstream(
        {"type": "response.created", "response": {"id": "r1"}},
        {"type": "response.output_audio.delta", "response_id": "r1", "item_id": "i1", "delta": second},
        {"type": "response.done", "response": {"id": "r1", "status": "completed", "output": []}},
    )
    g711 = {"encoding": "mulaw", "sample_rate": 8000}
    desk.client({**SETTINGS, "audio": {"output": g711}})
    told = {"format": {"type": "audio/pcmu"}}
    desk.upstream({"type": "session.updated", "session": {"type": "realtime", "audio": {"output": told}}})
    desk.wait(0.25)
    log = desk.upstream({"type": "input_audio_buffer.speech_started", "item_id": "i2"})
    (truncate,) = log.of("conversation.item.truncate")
    assert (truncate["item_id"], truncate["audio_end_ms"]) == ("i1", 250)
