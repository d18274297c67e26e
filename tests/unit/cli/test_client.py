from __future__ import annotations

import json
from itertools import pairwise

import pytest

from realtime_translate.audio import AudioFormat, Conversion
from realtime_translate.cli.client import Answers, Hangup, ScriptedClient, utterance
from realtime_translate.cli.script import Answer, Close, Script, Send, Speak


def client_of(*actions: Send | Speak | Close, answers: tuple[Answer, ...] = ()) -> ScriptedClient:
    return ScriptedClient(Script(actions=actions), Answers.of(answers))


def settings(**audio_input: object) -> str:
    return json.dumps({"type": "Settings", "audio": {"input": audio_input}})


def request(*calls: dict[str, object]) -> str:
    return json.dumps({"type": "FunctionCallRequest", "functions": calls})


def play(client: ScriptedClient) -> list[tuple[float, object]]:
    done: list[tuple[float, object]] = []
    while (at := client.next_deadline) is not None:
        done.append((at, client.next_event()))
    return done


def test_nothing_to_do_means_no_deadline() -> None:
    assert client_of().next_deadline is None


def test_messages_audio_and_close_come_in_order_of_time() -> None:
    client = client_of(Speak(1.0, 250, 100), Send(1.15, "between"), Close(9.0, 1001))
    done = play(client)
    assert [round(at, 3) for at, _ in done] == [1.0, 1.1, 1.15, 1.2, 9.0]
    assert [len(event) if isinstance(event, bytes) else event for _, event in done] == [
        4800,
        4800,
        "between",
        2400,
        Hangup(1001),
    ]


@pytest.mark.parametrize(
    ("declared", "size", "silence"),
    [
        ({}, 960, 0x00),
        ({"encoding": "linear16", "sample_rate": 8000}, 320, 0x00),
        ({"encoding": "linear16", "sample_rate": 16000}, 640, 0x00),
        ({"encoding": "linear16", "sample_rate": 44100}, 1764, 0x00),
        ({"encoding": "linear16", "sample_rate": 48000}, 1920, 0x00),
        ({"encoding": "mulaw", "sample_rate": 16000}, 320, 0xFF),
        ({"encoding": "alaw", "sample_rate": 48000}, 960, 0xD5),
        ({"encoding": "mulaw", "sample_rate": 8000}, 160, 0xFF),
        ({"encoding": "alaw", "sample_rate": 8000}, 160, 0xD5),
        ({"encoding": "opus", "sample_rate": True}, 960, 0x00),
    ],
)
def test_audio_is_in_the_format_of_the_settings(declared: dict[str, object], size: int, silence: int) -> None:
    client = client_of(Send(0.0, settings(**declared)), Speak(1.0, 20, 20, speech=False), Speak(2.0, 20, 20))
    (_, _), (_, silent), (_, speech) = play(client)
    assert silent == bytes([silence]) * size
    assert isinstance(speech, bytes)
    assert len(speech) == size
    assert silence not in speech[1::2]


@pytest.mark.parametrize("encoding", ["linear16", "mulaw", "alaw"])
@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000])
@pytest.mark.parametrize("speech", [True, False])
def test_frames_join_to_the_audio_of_the_whole(encoding: str, rate: int, speech: bool) -> None:
    """At 11025 Hz, 20 ms are 220 or 221 samples."""
    audio = AudioFormat(encoding, rate)
    whole = utterance(audio, 0, 1010, speech=speech)
    assert len(whole) == audio.bytes_of(1010)
    frames = [utterance(audio, start, min(start + 20, 1010), speech=speech) for start in range(0, 1010, 20)]
    assert b"".join(frames) == whole
    assert (set(whole) == set(audio.silence(1))) is not speech


@pytest.mark.parametrize("encoding", ["linear16", "mulaw", "alaw"])
@pytest.mark.parametrize("rate", [8000, 16000, 48000])
def test_speech_is_a_wave_of_100_hz_at_every_rate(encoding: str, rate: int) -> None:
    audio = AudioFormat(encoding, rate)
    linear = Conversion(audio, AudioFormat("linear16", rate)).feed(utterance(audio, 0, 1000, speech=True))
    samples = memoryview(linear).cast("h")
    assert sum((one < 0) is not (other < 0) for one, other in pairwise(samples)) == 199
    assert 1000 < max(samples) == -min(samples) < 10_000


def test_other_texts_change_no_format() -> None:
    client = client_of(
        Send(0.0, "no JSON"), Send(0.0, "[]"), Send(0.0, '{"type": "KeepAlive"}'), Speak(1.0, 20, 20)
    )
    assert isinstance(event := play(client)[-1][1], bytes)
    assert len(event) == 960


def test_calls_are_answered_after_their_delay() -> None:
    answers = (Answer("f", "1", 0.5), Answer("g", "2", 0.25))
    client = client_of(Send(2.0, "later"), answers=answers)
    client.receive(request({"id": "a", "name": "f", "client_side": True}, {"id": "b", "name": "g"}), 1.0)
    assert [(at, json.loads(str(event))) for at, event in play(client)[:2]] == [
        (1.25, {"type": "FunctionCallResponse", "id": "b", "name": "g", "content": "2"}),
        (1.5, {"type": "FunctionCallResponse", "id": "a", "name": "f", "content": "1"}),
    ]


def test_what_is_not_the_clients_to_answer_is_left() -> None:
    client = client_of(answers=(Answer("f", "1"),))
    client.receive(b"audio", 1.0)
    client.receive('{"type": "AgentAudioDone"}', 1.0)
    client.receive('{"type": "FunctionCallRequest", "functions": "?"}', 1.0)
    client.receive('{"type": "FunctionCallRequest", "functions": ["?"]}', 1.0)
    client.receive(request({"id": "a", "name": "f", "client_side": False}), 1.0)
    client.receive(request({"id": "a", "name": "other", "client_side": True}), 1.0)
    assert client.next_deadline is None


def test_the_answers_of_a_function_are_used_in_order_and_the_last_repeats() -> None:
    answers = Answers.of((Answer("f", "1"), Answer("f", "2"), Answer("g", "3")))
    taken = [answers.take(name) for name in ("f", "f", "f", "g", "h")]
    assert [answer and answer.content for answer in taken] == ["1", "2", "2", "3", None]
