"""Simulated calls in every audio format that a client may declare (A2, O1)."""

from __future__ import annotations

import sys

import pytest

from realtime_translate import Config
from realtime_translate.audio import PCM_24K, AudioFormat
from realtime_translate.cli.main import main
from realtime_translate.cli.steps import Step
from tests.unit.cli.test_simulate import CLIENT, THINK, TRANSLATOR, UPSTREAM, first, frame, simulate, types

RATES = (8000, 11025, 16000, 22050, 32000, 44100, 48000)
LINEAR = [AudioFormat("linear16", rate) for rate in RATES]
G711 = [AudioFormat(law, rate) for law in ("mulaw", "alaw") for rate in (8000, 16000)]
SPOKEN_MS, ANSWERED_MS = 1500, 700


def call(**audio: object) -> list[Step]:
    """One spoken turn and its answer, with the commit where it is the translator's."""
    return simulate(
        {"t": 0.0, "send": {"type": "Settings", "audio": audio, "agent": {"think": THINK}}},
        {"t": 1.0, "audio_ms": SPOKEN_MS, "frame_ms": 20},
        {"reply": [{"say": "Hello.", "audio_ms": ANSWERED_MS}]},
        {"t": 9.0, "close": 1000},
        config=Config.component(),
    )


def declared(audio: AudioFormat, **more: object) -> dict[str, object]:
    return {"encoding": audio.encoding, "sample_rate": audio.rate, **more}


def sizes(steps: list[Step], sender: object, kind: str) -> list[int]:
    return [step.audio_bytes or 0 for step in steps if step.sender is sender and step.type == kind]


@pytest.mark.parametrize("audio", [*LINEAR, *G711], ids=str)
def test_A2_the_client_speaks_in_the_format_that_it_declares(audio: AudioFormat) -> None:
    if audio.rate != 8000 or audio.encoding == "linear16":
        pytest.importorskip("numpy", reason="needs the resample extra")
    steps = call(input=declared(audio))
    heard = audio if audio.encoding != "linear16" and audio.rate == 8000 else PCM_24K
    assert sum(sizes(steps, CLIENT, "audio")) == audio.bytes_of(SPOKEN_MS)
    upstream = sum(sizes(steps, TRANSLATOR, "input_audio_buffer.append"))
    # At 11025 Hz the words are half a sample short of their time.
    assert upstream == pytest.approx(heard.bytes_of(SPOKEN_MS), abs=2 * heard.sample_bytes)
    assert types(steps, TRANSLATOR, UPSTREAM).count("input_audio_buffer.commit") == 1


def test_S10_the_components_client_speaks_at_16000_if_it_declares_nothing() -> None:
    pytest.importorskip("numpy", reason="needs the resample extra")
    steps = call()
    assert sum(sizes(steps, CLIENT, "audio")) == AudioFormat("linear16", 16000).bytes_of(SPOKEN_MS)
    upstream = sum(sizes(steps, TRANSLATOR, "input_audio_buffer.append"))
    assert upstream == pytest.approx(PCM_24K.bytes_of(SPOKEN_MS), abs=4)


@pytest.mark.parametrize("wav", [False, True])
@pytest.mark.parametrize("audio", [*LINEAR, PCM_24K, AudioFormat("mulaw", 8000)], ids=str)
def test_O1_the_agent_is_heard_in_the_format_that_the_client_declares(audio: AudioFormat, wav: bool) -> None:
    if audio.encoding == "linear16" and audio != PCM_24K:
        pytest.importorskip("numpy", reason="needs the resample extra")
    steps = call(output=declared(audio, container="wav" if wav else "none"))
    heard = sizes(steps, TRANSLATOR, "audio")
    assert sum(heard) == audio.bytes_of(ANSWERED_MS)
    assert (heard[0] == 0) is wav, "the header is no audio"


def test_without_the_extra_the_default_call_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert main(["simulate"]) == 0
    assert "SettingsApplied" in capsys.readouterr().out


def test_without_the_extra_another_rate_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    steps = call(input=declared(AudioFormat("linear16", 16000)))
    error = frame(first(steps, TRANSLATOR, "Error"))
    assert error["code"] == "INVALID_SETTINGS"
    assert "realtime-translate[resample]" in str(error["description"])
