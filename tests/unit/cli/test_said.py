"""Who said what and when."""

from __future__ import annotations

import json

import pytest

from realtime_translate import Config
from realtime_translate.cli.said import Said, said
from realtime_translate.cli.steps import Party, Step, frame_step
from tests.unit.cli.test_simulate import THINK, simulate

CLIENT, TRANSLATOR, UPSTREAM = Party.CLIENT, Party.TRANSLATOR, Party.UPSTREAM
GREETING = "Hello!"


def call(config: Config) -> list[Said]:
    """A spoken turn and a typed one, from a microphone that pauses after it."""
    agent = {"think": THINK, "greeting": GREETING}
    steps = simulate(
        {"t": 0.0, "send": {"type": "Settings", "audio": {}, "agent": agent}},
        {"t": 1.0, "audio_ms": 1000},
        {"t": 2.0, "audio_ms": 600, "speech": False},
        {"heard": "Good morning."},
        {"reply": [{"say": "A fine day."}]},
        {"t": 6.0, "send": {"type": "InjectUserMessage", "content": "Is  it?"}},
        {"reply": [{"say": "It is."}]},
        {"t": 9.0, "close": 1000},
        config=config,
    )
    return list(said(steps))


@pytest.mark.parametrize("config", [Config.deepgram(), Config.component()], ids=["deepgram", "component"])
def test_both_are_heard_in_order(config: Config) -> None:
    words = call(config)
    assert [(each.role, each.text) for each in words] == [
        ("assistant", GREETING),
        ("user", "Good morning."),
        ("assistant", "A fine day."),
        ("user", "Is it?"),
        ("assistant", "It is."),
    ]
    assert all(each.start <= each.end for each in words)
    assert words[3].start == words[3].end == 6.0
    assert words[4].start > 6.0


def test_the_user_is_shown_while_speaking() -> None:
    """With a server that detects turns: until it heard the end."""
    _, spoken, *_ = call(Config.deepgram())
    assert spoken.start == pytest.approx(1.05)
    assert 2.0 < spoken.end < 2.6


def test_where_the_translator_commits_all_audio_is_speech() -> None:
    _, spoken, *_ = call(Config.component())
    assert (spoken.start, spoken.end) == (1.0, 2.5)


def frame(t: float, sender: Party, receiver: Party, **message: object) -> Step:
    return frame_step(t, sender, receiver, json.dumps(message))


def test_what_was_committed_before_any_audio_has_no_length() -> None:
    steps = [
        frame(1.0, UPSTREAM, TRANSLATOR, type="input_audio_buffer.committed"),
        frame(2.0, TRANSLATOR, CLIENT, type="ConversationText", role="user", content="Hi"),
        frame(3.0, TRANSLATOR, CLIENT, type="ConversationText", role="user", content="Oh"),
    ]
    assert list(said(steps)) == [Said("user", "Hi", 1.0, 1.0), Said("user", "Oh", 3.0, 3.0)]


def test_interim_transcripts_and_what_the_client_sends_are_passed_over() -> None:
    steps = [
        frame(1.0, TRANSLATOR, CLIENT, type="Transcript", transcript="Go", is_final=False),
        frame(2.0, CLIENT, TRANSLATOR, type="ConversationText", role="user", content="Go"),
        frame(3.0, TRANSLATOR, CLIENT, type="History", role="user", content="Go"),
    ]
    assert list(said(steps)) == []


def test_speech_lasts_until_the_server_hears_its_end() -> None:
    steps = [
        frame(1.0, UPSTREAM, TRANSLATOR, type="input_audio_buffer.speech_started"),
        frame(2.0, UPSTREAM, TRANSLATOR, type="input_audio_buffer.speech_stopped"),
        frame(2.5, UPSTREAM, TRANSLATOR, type="input_audio_buffer.committed"),
        frame(3.0, TRANSLATOR, CLIENT, type="ConversationText", role="user", content="Hi"),
    ]
    assert list(said(steps)) == [Said("user", "Hi", 1.0, 2.0)]
