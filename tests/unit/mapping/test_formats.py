"""A2, O1, S10: declared audio formats. What needs resampling is not supported yet."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config
from realtime_translate.audio import ALAW_8K, MULAW_8K, PCM_24K, AudioFormat
from realtime_translate.deepgram.codes import ErrorCode
from realtime_translate.mapping import formats
from tests.unit.mapping.mapped import COMPONENT, DEEPGRAM, mapped, refused

BOTH = pytest.mark.parametrize("config", [DEEPGRAM, COMPONENT])
SUPPORTED = pytest.mark.parametrize(
    ("encoding", "rate", "known", "upstream"),
    [
        ("linear16", 24000, PCM_24K, {"type": "audio/pcm", "rate": 24000}),
        ("mulaw", 8000, MULAW_8K, {"type": "audio/pcmu"}),
        ("alaw", 8000, ALAW_8K, {"type": "audio/pcma"}),
    ],
)


@BOTH
@SUPPORTED
def test_A2_an_input_format_that_upstream_knows(
    config: Config, encoding: str, rate: int, known: AudioFormat, upstream: Any
) -> None:
    result = mapped({}, config, {"input": {"encoding": encoding, "sample_rate": rate}})
    assert result.session["audio"]["input"]["format"] == upstream
    assert (result.plan.input, result.plan.output) == (known, PCM_24K)


@SUPPORTED
def test_O1_an_output_format_that_upstream_knows(
    encoding: str, rate: int, known: AudioFormat, upstream: Any
) -> None:
    result = mapped({}, audio={"output": {"encoding": encoding, "sample_rate": rate, "container": "none"}})
    assert result.session["audio"]["output"]["format"] == upstream
    assert (result.plan.input, result.plan.output) == (PCM_24K, known)


def test_S10_the_component_gets_an_output_format_only_if_it_differs_from_the_server_default() -> None:
    declared = {"encoding": "linear16", "sample_rate": 24000}
    assert "output" not in mapped({}, COMPONENT, {"output": declared}).session["audio"]
    result = mapped({}, COMPONENT, {"output": {"encoding": "mulaw"}})
    assert result.session["audio"]["output"] == {"format": {"type": "audio/pcmu"}}
    assert result.plan.output == MULAW_8K


@pytest.mark.parametrize("declared", [{}, {"input": None}, {"output": {}}])
def test_A2_the_default_is_linear16_at_24000(declared: dict[str, Any]) -> None:
    audio = {name: value for name, value in declared.items() if value is not None}
    plan = mapped({}, audio=audio).plan
    assert (plan.input, plan.output) == (PCM_24K, PCM_24K)


@pytest.mark.parametrize(
    ("declared", "known"),
    [
        ({"encoding": "linear16"}, PCM_24K),
        ({"encoding": "mulaw"}, MULAW_8K),
        ({"encoding": "alaw"}, ALAW_8K),
        ({"sample_rate": 24000}, PCM_24K),
    ],
)
def test_A2_an_output_rate_defaults_by_encoding(declared: dict[str, Any], known: AudioFormat) -> None:
    assert mapped({}, audio={"output": declared}).plan.output == known


@BOTH
@pytest.mark.parametrize("side", ["input", "output"])
@pytest.mark.parametrize("encoding", ["opus", "flac", "mp3", "linear32", "LINEAR16", ""])
def test_A2_another_encoding_is_refused_naming_what_works(config: Config, side: str, encoding: str) -> None:
    refusal = refused({}, config, {side: {"encoding": encoding, "sample_rate": 24000}})
    assert refusal.code is ErrorCode.INVALID_SETTINGS
    assert refusal.description.startswith(f"audio.{side}.encoding: ")
    for works in ("linear16 at 24000", "mulaw at 8000", "alaw at 8000"):
        assert works in refusal.description


@pytest.mark.parametrize("side", ["input", "output"])
@pytest.mark.parametrize(
    ("encoding", "rate"), [("linear16", 16000), ("linear16", 48000), ("linear16", 0), ("mulaw", 16000)]
)
def test_A2_another_rate_is_refused_naming_what_works(side: str, encoding: str, rate: int) -> None:
    refusal = refused({}, audio={side: {"encoding": encoding, "sample_rate": rate}})
    assert refusal.code is ErrorCode.INVALID_SETTINGS
    assert refusal.description.startswith(f"audio.{side}.sample_rate: {encoding} at {rate} ")
    assert "linear16 at 24000" in refusal.description


@pytest.mark.parametrize("container", ["wav", "ogg"])
def test_O1_a_container_is_refused(container: str) -> None:
    refusal = refused({}, audio={"output": {"container": container}})
    assert refusal.code is ErrorCode.INVALID_SETTINGS
    assert refusal.description.startswith(f"audio.output.container: {container} ")


@pytest.mark.parametrize("kind", [None, 7, ["audio/pcm"], "audio/mpeg"])
def test_S10_a_type_that_upstream_does_not_have_is_no_format(kind: object) -> None:
    assert formats.from_upstream(kind) is None
