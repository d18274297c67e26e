"""The four flows of the field report, against the model: what bridges got wrong, and what passes here."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import CloseClient, Config, SilenceKeepalive
from tests.harness import Pair

SILENCE, SPEECH = b"\x00\x00" * 2400, b"\x00\x20" * 2400
"""100 ms of linear16 at 24000."""
IDLE_KILL = 5.0
"""Seconds after which the field report saw the server end idle sessions."""


def settings(**agent: Any) -> dict[str, Any]:
    audio = {"input": {"encoding": "linear16", "sample_rate": 24000}}
    return {"type": "Settings", "audio": audio, "agent": {"think": _THINK, **agent}}


_THINK = {"provider": {"type": "open_ai", "model": "gpt-4o-mini"}, "prompt": "Hi"}


def connected(pair: Pair, message: dict[str, Any]) -> None:
    pair.client(message)
    pair.run(0.25)
    assert "SettingsApplied" in pair.log.client_types


def no_error(pair: Pair) -> None:
    assert pair.log.of("Error") == []
    assert [each for each in pair.server.violations if not each.race] == []


@pytest.mark.parametrize("audio", [SILENCE, SPEECH], ids=["silent", "speech-like"])
def test_firm_audio_passes(audio: bytes) -> None:
    """100 ms right after SettingsApplied: append, and 0.4 s later commit and response.create (A5)."""
    pair = Pair(Config.component(), kill_idle_after=IDLE_KILL)
    connected(pair, settings())
    pair.client(audio)
    pair.run(4.0)
    no_error(pair)
    assert pair.log.upstream_types == [
        "session.update",
        "input_audio_buffer.append",
        "input_audio_buffer.commit",
        "response.create",
    ]
    assert "audio" in pair.log.client_types


def test_greeting_only_passes_for_a_minute_with_an_idle_timeout() -> None:
    """The greeting stays here; `idle_timeout_ms` moves the server's limit (G1, V2, I1)."""
    pair = Pair(Config.component(), kill_idle_after=IDLE_KILL)
    connected(pair, settings(greeting="Hello! How can I assist you today?", idleTimeoutMs=10000))
    pair.run(60.0)
    no_error(pair)
    texts = [each["content"] for each in pair.log.of("ConversationText")]
    assert texts[0] == "Hello! How can I assist you today?"
    assert [kind for kind in pair.log.upstream_types if kind != "session.update"] == []


def test_greeting_only_dies_without_one_where_the_server_kills_idle_sessions() -> None:
    pair = Pair(Config.component(), kill_idle_after=IDLE_KILL)
    connected(pair, settings(greeting="Hello! How can I assist you today?"))
    pair.run(4.5)
    assert pair.log.of("Error") == []
    pair.run(60.0)
    assert "The server had an error" in pair.log.of("Error")[0]["description"]
    assert [type(each) for each in pair.log.closes] == [CloseClient]


@pytest.mark.parametrize("idle", [5000, 10000, 30000])
def test_server_vad_never_meets_a_commit_of_ours(idle: int) -> None:
    """One owner of the commit (V1): with server VAD nothing of ours can be too small."""
    pair = Pair(Config.component())
    connected(pair, settings(idleTimeoutMs=idle))
    for _ in range(10):
        pair.client(SPEECH)
        pair.run(pair.clock.now + 0.1)
    for _ in range(10):
        pair.client(SILENCE)
        pair.run(pair.clock.now + 0.1)
    pair.run(pair.clock.now + 3.0)
    no_error(pair)
    assert "input_audio_buffer.commit" not in pair.log.upstream_types
    assert pair.log.upstream_types.count("response.create") == 1  # V3
    assert "audio" in pair.log.client_types


def test_manual_commit_turns_server_vad_off() -> None:
    pair = Pair(Config.component())
    connected(pair, settings(idleTimeoutMs=10000, useOpenAIManualAudioCommit=True))
    update = pair.log.of("session.update")[0]
    assert update["session"]["audio"]["input"]["turn_detection"] is None


@pytest.mark.parametrize("config", [Config.component(), Config.deepgram()], ids=["component", "deepgram"])
def test_connect_and_wait_then_speak_passes(config: Config) -> None:
    pair = Pair(config)
    connected(pair, settings())
    pair.run(20.0)
    for audio in [SPEECH] * 10 + [SILENCE] * 10:
        pair.client(audio)
        pair.run(pair.clock.now + 0.1)
    pair.run(30.0)
    no_error(pair)
    assert "audio" in pair.log.client_types
    assert "AgentAudioDone" in pair.log.client_types


@pytest.mark.parametrize("config", [Config.component, Config.deepgram], ids=["component", "deepgram"])
def test_greeting_only_passes_with_a_keepalive(config: Any) -> None:
    """Silence is activity enough for a server that kills idle sessions, and nothing is committed (I1)."""
    pair = Pair(config(keepalive=SilenceKeepalive(every=4.0)), kill_idle_after=IDLE_KILL)
    connected(pair, settings(greeting="Hello! How can I assist you today?"))
    pair.run(60.0)
    no_error(pair)
    assert set(pair.log.upstream_types) == {"session.update", "input_audio_buffer.append"}
    pair.client(SPEECH)
    for audio in [SPEECH] * 9 + [SILENCE] * 10:
        pair.run(pair.clock.now + 0.1)
        pair.client(audio)
    pair.run(pair.clock.now + 3.0)
    no_error(pair)
    assert "input_audio_buffer.clear" in pair.log.upstream_types
    assert "audio" in pair.log.client_types
