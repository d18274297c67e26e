"""A2, O1, S10: declared audio formats, to what both legs carry."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from realtime_translate import Config, openai
from realtime_translate.audio import ALAW_8K, EXTRA, MULAW_8K, PCM_24K, AudioFormat
from realtime_translate.deepgram.codes import ErrorCode
from realtime_translate.mapping import formats
from realtime_translate.mapping.plan import AudioPath, Plan
from realtime_translate.mapping.refusal import Refusal
from tests.unit.mapping.mapped import COMPONENT, DEEPGRAM, mapped, refused

BOTH = pytest.mark.parametrize("config", [DEEPGRAM, COMPONENT])
UPSTREAM = {
    PCM_24K: {"type": "audio/pcm", "rate": 24000},
    MULAW_8K: {"type": "audio/pcmu"},
    ALAW_8K: {"type": "audio/pcma"},
}
RATES = [8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000]
LINEAR = [("linear16", rate, PCM_24K) for rate in RATES]
G711 = [("mulaw", 8000, MULAW_8K), ("alaw", 8000, ALAW_8K)]
OTHER_G711 = [(law, rate, PCM_24K) for law in ("mulaw", "alaw") for rate in (16000, 24000, 48000)]


@BOTH
@pytest.mark.parametrize(("encoding", "rate", "carried"), [*LINEAR, *G711, *OTHER_G711])
def test_A2_an_input_goes_upstream_as_it_is_or_as_pcm(
    config: Config, encoding: str, rate: int, carried: AudioFormat
) -> None:
    result = mapped({}, config, {"input": {"encoding": encoding, "sample_rate": rate}})
    assert result.session["audio"]["input"]["format"] == UPSTREAM[carried]
    assert result.plan.input == AudioPath(AudioFormat(encoding, rate), carried)
    assert result.plan.output == AudioPath(PCM_24K, PCM_24K)


@pytest.mark.parametrize(("encoding", "rate", "carried"), [*LINEAR, *G711])
def test_O1_an_output_comes_as_it_is_or_as_pcm(encoding: str, rate: int, carried: AudioFormat) -> None:
    result = mapped({}, audio={"output": {"encoding": encoding, "sample_rate": rate, "container": "none"}})
    assert result.session["audio"]["output"]["format"] == UPSTREAM[carried]
    assert result.plan.output == AudioPath(AudioFormat(encoding, rate), carried)
    assert result.plan.input == AudioPath(PCM_24K, PCM_24K)


@pytest.mark.parametrize("rate", [16000, 24000])
def test_S10_an_output_that_the_component_declares_is_asked_for(rate: int) -> None:
    """A server may have another rate by default, and not say so."""
    declared = {"encoding": "linear16", "sample_rate": rate}
    result = mapped({}, COMPONENT, {"output": declared})
    assert result.session["audio"]["output"] == {"format": {"type": "audio/pcm", "rate": 24000}}
    assert result.plan.output == AudioPath(AudioFormat("linear16", rate), PCM_24K)
    result = mapped({}, COMPONENT, {"output": {"encoding": "mulaw"}})
    assert result.session["audio"]["output"] == {"format": {"type": "audio/pcmu"}}
    assert result.plan.output == AudioPath(MULAW_8K, MULAW_8K)


def test_S10_the_component_gets_no_output_format_that_nobody_asked_for() -> None:
    assert "output" not in mapped({}, COMPONENT).session["audio"]
    spoken = mapped({"sessionAudioOutput": {"speed": 1.2}}, COMPONENT)
    assert spoken.session["audio"]["output"] == {"speed": 1.2}


@pytest.mark.parametrize("declared", [{}, {"input": None}, {"output": {}}])
def test_A2_the_default_is_linear16_at_24000(declared: dict[str, Any]) -> None:
    audio = {name: value for name, value in declared.items() if value is not None}
    plan = mapped({}, audio=audio).plan
    assert (plan.input, plan.output, plan.wav) == (AudioPath(), AudioPath(), False)
    assert AudioPath() == AudioPath(PCM_24K, PCM_24K)


@pytest.mark.parametrize(
    ("declared", "known"),
    [
        ({"encoding": "linear16"}, PCM_24K),
        ({"encoding": "mulaw"}, MULAW_8K),
        ({"encoding": "alaw"}, ALAW_8K),
        ({"sample_rate": 16000}, AudioFormat("linear16", 16000)),
    ],
)
def test_A2_an_output_rate_defaults_by_encoding(declared: dict[str, Any], known: AudioFormat) -> None:
    assert mapped({}, audio={"output": declared}).plan.output.client == known


@BOTH
@pytest.mark.parametrize("side", ["input", "output"])
@pytest.mark.parametrize("encoding", ["opus", "flac", "mp3", "linear32", "LINEAR16", ""])
def test_A2_another_encoding_is_refused_naming_what_works(config: Config, side: str, encoding: str) -> None:
    refusal = refused({}, config, {side: {"encoding": encoding, "sample_rate": 24000}})
    assert refusal.code is ErrorCode.INVALID_SETTINGS
    assert refusal.description.startswith(f"audio.{side}.encoding: ")
    for works in ("linear16", "mulaw", "alaw", "8000 to 48000"):
        assert works in refusal.description


@pytest.mark.parametrize(
    ("side", "encoding", "rate"),
    [
        *[(side, "linear16", rate) for side in ("input", "output") for rate in (0, -1, 7999, 48001, 96000)],
        ("input", "mulaw", 7999),
        ("input", "alaw", 48001),
        ("output", "mulaw", 16000),
        ("output", "alaw", 24000),
    ],
)
def test_A2_another_rate_is_refused_naming_what_works(side: str, encoding: str, rate: int) -> None:
    refusal = refused({}, audio={side: {"encoding": encoding, "sample_rate": rate}})
    assert refusal.code is ErrorCode.INVALID_SETTINGS
    assert refusal.description.startswith(f"audio.{side}.sample_rate: {encoding} at {rate} ")
    assert "8000 to 48000" in refusal.description


@pytest.mark.parametrize(("container", "wav"), [("none", False), ("", False), ("wav", True)])
def test_O1_the_containers(container: str, wav: bool) -> None:
    assert mapped({}, audio={"output": {"container": container}}).plan.wav is wav


@pytest.mark.parametrize("container", ["ogg", "mp3"])
def test_O1_another_container_is_refused(container: str) -> None:
    refusal = refused({}, audio={"output": {"container": container}})
    assert refusal.code is ErrorCode.INVALID_SETTINGS
    assert refusal.description.startswith(f"audio.output.container: {container} ")
    assert "none and wav" in refusal.description


# --- without the extra --------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["input", "output"])
def test_A2_without_the_extra_it_is_named(side: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    refusal = refused({}, audio={side: {"encoding": "linear16", "sample_rate": 16000}})
    assert refusal.code is ErrorCode.INVALID_SETTINGS
    assert refusal.description.startswith(f"audio.{side}.sample_rate: linear16 at 16000 ")
    assert EXTRA in refusal.description
    for works in ("linear16 at 24000", "mulaw at 8000", "alaw at 8000"):
        assert works in refusal.description


@pytest.mark.parametrize(("encoding", "rate"), [("linear16", 24000), ("mulaw", 8000), ("alaw", 24000)])
def test_A2_what_keeps_the_rate_needs_no_extra(
    encoding: str, rate: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    plan = mapped({}, audio={"input": {"encoding": encoding, "sample_rate": rate}}).plan
    assert plan.input.client == AudioFormat(encoding, rate)


# --- what the session carries -------------------------------------------------------------------------------


def session(**audio: Any) -> openai.Session:
    event = openai.parse_server(json.dumps({"type": "session.updated", "session": {"audio": audio}}))
    assert isinstance(event, openai.SessionUpdated)
    return event.session


ASKED = Plan(input=AudioPath(MULAW_8K, MULAW_8K), output=AudioPath(ALAW_8K, ALAW_8K))


@pytest.mark.parametrize(
    ("said", "carried"),
    [
        ({"type": "audio/pcm", "rate": 24000}, PCM_24K),
        ({"type": "audio/pcm"}, PCM_24K),
        ({"type": "audio/pcm", "rate": None}, PCM_24K),
        ({"type": "audio/pcm", "rate": 16000}, AudioFormat("linear16", 16000)),
        ({"type": "audio/pcm", "rate": 7}, PCM_24K),
        ({"type": "audio/pcmu", "rate": 8000}, MULAW_8K),
        ({"type": "audio/pcma"}, ALAW_8K),
    ],
)
def test_O1_what_the_session_carries_counts(said: dict[str, Any], carried: AudioFormat) -> None:
    plan = formats.effective(ASKED, session(input={"format": said}, output={"format": said}))
    assert plan.input == AudioPath(MULAW_8K, carried)
    assert plan.output == AudioPath(ALAW_8K, carried)


@pytest.mark.parametrize(
    "said",
    [
        openai.Session(),
        session(),
        session(input=None, output=None),
        session(input={"format": None}, output={"format": {}}),
        session(output={"format": {"type": "audio/mpeg"}}),
    ],
)
def test_O1_where_the_session_does_not_say_what_was_asked_for_counts(said: openai.Session) -> None:
    assert formats.effective(ASKED, said) == ASKED


def test_O1_what_the_session_carries_may_need_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(Refusal) as refusal:
        formats.effective(ASKED, session(output={"format": {"type": "audio/pcm", "rate": 24000}}))
    assert refusal.value.description.startswith("audio.output.sample_rate: alaw at 8000 ")
    assert EXTRA in refusal.value.description


@pytest.mark.parametrize("kind", [None, 7, ["audio/pcm"], "audio/mpeg"])
def test_S10_a_type_that_upstream_does_not_have_is_no_format(kind: object) -> None:
    assert formats.from_upstream(kind) is None
