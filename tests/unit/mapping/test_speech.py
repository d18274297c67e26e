"""S10: `agent.listen` and `agent.language` to the transcription, `agent.speak` to voice and speed."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config, Voices
from tests.unit.mapping.mapped import COMPONENT, DEEPGRAM, Result, mapped

PCM = {"type": "audio/pcm", "rate": 24000}
STRINGS = Config.deepgram(transcription_model="gpt-4o-transcribe")
"""Its model takes `language` and `prompt`."""
UPSTREAM_VOICES = [
    "alloy",
    "ash",
    "ballad",
    "coral",
    "echo",
    "sage",
    "shimmer",
    "verse",
    "marin",
    "cedar",
]  # protocols, *Session*
VOICES = Voices(names={"aura-2-thalia-en": "coral"}, default="ash")


def listen(agent: dict[str, Any] | None = None, config: Config = DEEPGRAM, **provider: Any) -> Result:
    return mapped({**(agent or {}), "listen": {"provider": {"type": "deepgram", **provider}}}, config)


def transcription(result: Result) -> Any:
    return result.session["audio"]["input"]["transcription"]


def speak(config: Config = DEEPGRAM, **provider: Any) -> Result:
    return mapped({"speak": {"provider": provider}}, config)


def output(result: Result) -> Any:
    return result.session["audio"].get("output")


# --- listen -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("agent", [{}, {"listen": {"provider": {"type": "deepgram", "model": "nova-3"}}}])
def test_S10_a_transcription_model_is_always_sent_and_it_is_the_configured_one(agent: dict[str, Any]) -> None:
    assert transcription(mapped(agent)) == {"model": "gpt-transcribe"}
    config = Config.component(transcription_model="whisper-1")
    assert transcription(mapped(agent, config)) == {"model": "whisper-1"}


def test_S10_without_a_transcription_model_the_server_has_its_own() -> None:
    config = Config.component(transcription_model=None)
    assert "transcription" not in mapped({}, config).session["audio"]["input"]
    result = listen(config=config, language="en", keyterms=["berth"], language_hints=["de"])
    assert transcription(result) == {"language": "en", "prompt": "berth"}
    assert result.left_out == ["agent.listen.provider.language_hints"]


@pytest.mark.parametrize(("language", "sent"), [("en", "en"), ("en-US", "en"), ("DE-ch", "de")])
def test_S10_the_language_goes_as_two_letters(language: str, sent: str) -> None:
    result = listen(language=language)
    assert transcription(result) == {"model": "gpt-transcribe", "languages": [sent]}
    assert result.notices == []
    assert transcription(mapped({"language": language}))["languages"] == [sent]
    assert transcription(listen(config=STRINGS, language=language)) == {
        "model": "gpt-4o-transcribe",
        "language": sent,
    }


def test_S10_the_language_of_listen_beats_that_of_the_agent() -> None:
    assert transcription(listen({"language": "fr"}, language="de"))["languages"] == ["de"]
    assert transcription(listen({"language": "fr"}))["languages"] == ["fr"]
    assert transcription(listen({"language": "fr"}, language=""))["languages"] == ["fr"]


@pytest.mark.parametrize("language", ["multi", "deu", "1x", "x"])
@pytest.mark.parametrize("config", [DEEPGRAM, STRINGS])
def test_S10_a_language_without_counterpart_is_left_out(config: Config, language: str) -> None:
    result = listen(config=config, language=language)
    assert transcription(result).keys() == {"model"}
    assert result.left_out == ["agent.listen.provider.language"]
    assert mapped({"language": language}).left_out == ["agent.language"]


@pytest.mark.parametrize("model", ["gpt-transcribe", "gpt-live-transcribe", "gpt-live-transcribe-2026-07-28"])
def test_S10_newer_transcription_models_take_lists(model: str) -> None:
    config = Config.deepgram(transcription_model=model)
    result = listen(
        config=config,
        language="en",
        language_hints=["de-CH", "en", "fr"],
        keyterms=["Quillmoor", "", "berth"],
    )
    assert transcription(result) == {
        "model": model,
        "languages": ["en", "de", "fr"],
        "keywords": ["Quillmoor", "berth"],
    }
    assert result.notices == []


@pytest.mark.parametrize(
    ("hints", "sent"),
    [
        ({"language_hints": ["de", "multi"]}, ["de"]),
        ({"language_hints": ["multi"]}, None),
        ({"language_hints": []}, None),
        ({"language_hint": "de"}, ["de"]),
        ({"language_hint": ["de", "fr"]}, ["de", "fr"]),
    ],
)
def test_S10_hints_are_languages_too(hints: dict[str, Any], sent: list[str] | None) -> None:
    result = listen(**hints)
    assert transcription(result).get("languages") == sent
    whole = len(hints.get("language_hints", [])) == (len(sent) if sent else -1) or "language_hint" in hints
    assert result.left_out == ([] if whole else ["agent.listen.provider.language_hints"])


@pytest.mark.parametrize("name", ["language_hints", "language_hint"])
def test_S10_a_model_of_one_language_takes_no_hints(name: str) -> None:
    hint: dict[str, Any] = {name: ["de"]}
    result = listen(config=STRINGS, **hint)
    assert transcription(result) == {"model": "gpt-4o-transcribe"}
    assert result.left_out == [f"agent.listen.provider.{name}"]


def test_S10_keyterms_become_the_prompt_of_older_models() -> None:
    sent = transcription(listen(config=STRINGS, keyterms=["Quillmoor", "berth nine"]))
    assert sent["prompt"] == "Quillmoor, berth nine"
    assert "prompt" not in transcription(listen(config=STRINGS, keyterms=[]))
    assert transcription(listen(keyterms=["berth nine"]))["keywords"] == ["berth nine"]
    assert "keywords" not in transcription(listen(keyterms=[]))


@pytest.mark.parametrize("model", ["gpt-realtime-whisper", "gpt-4o-transcribe-diarize"])
def test_S10_a_model_that_takes_no_terms_gets_none(model: str) -> None:
    config = Config.deepgram(transcription_model=model)
    result = listen(config=config, language="en", keyterms=["berth"])
    assert transcription(result) == {"model": model, "language": "en"}
    assert result.left_out == ["agent.listen.provider.keyterms"]


@pytest.mark.parametrize(
    "setting",
    [
        {"model": "nova-3"},
        {"smart_format": True},
        {"eot_threshold": 0.8},
        {"eager_eot_threshold": 0.5},
        {"eot_timeout_ms": 4000},
    ],
)
def test_S10_what_transcription_has_no_counterpart_for_is_left_out(setting: dict[str, Any]) -> None:
    result = listen(**setting)
    assert result.left_out == [f"agent.listen.provider.{next(iter(setting))}"]
    assert transcription(result) == {"model": "gpt-transcribe"}


# --- voices -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("voice", UPSTREAM_VOICES)
@pytest.mark.parametrize("config", [DEEPGRAM, COMPONENT])
def test_S10_an_open_ai_voice_that_exists_is_used_as_it_is(config: Config, voice: str) -> None:
    result = speak(config, type="open_ai", model="tts-1", voice=voice)
    assert output(result)["voice"] == voice
    assert result.notices == []


def test_S10_an_existing_voice_of_another_provider_is_a_name_like_any_other() -> None:
    config = Config.deepgram(voices=VOICES)
    assert output(speak(config, type="aws_polly", voice="coral"))["voice"] == "ash"


def test_S10_voices_map_a_speak_model() -> None:
    result = speak(Config.deepgram(voices=VOICES), type="deepgram", model="aura-2-thalia-en")
    assert output(result)["voice"] == "coral"
    assert result.notices == []
    result = speak(Config.component(voices=VOICES), type="deepgram", model="aura-2-thalia-en")
    assert output(result) == {"voice": "coral"}


@pytest.mark.parametrize(
    ("provider", "path", "asked"),
    [
        ({"type": "deepgram", "model": "flux-kit-en"}, "model", "flux-kit-en"),
        ({"type": "open_ai", "model": "tts-1", "voice": "nova"}, "voice", "nova"),
        (
            {"type": "cartesia", "model_id": "sonic-2", "voice": {"mode": "id", "id": "v"}},
            "model_id",
            "sonic-2",
        ),
        ({"type": "aws_polly", "voice": "Amy"}, "voice", "Amy"),
        ({"type": "eleven_labs"}, "model_id", "none"),
    ],
)
def test_S10_a_voice_that_upstream_lacks_is_approximated(
    provider: dict[str, Any], path: str, asked: str
) -> None:
    result = speak(Config.deepgram(voices=VOICES), **provider)
    assert output(result)["voice"] == "ash"
    (approximated,) = result.notices
    assert approximated.code == "VOICE_APPROXIMATED"
    assert approximated.fields == {"path": f"agent.speak.provider.{path}", "asked": asked, "sent": "ash"}


@pytest.mark.parametrize(
    ("config", "expected"),
    [(COMPONENT, None), (Config.deepgram(voices=Voices(default=None)), {"format": PCM})],
)
def test_S10_a_voice_with_no_default_to_stand_for_it_is_left_out(config: Config, expected: Any) -> None:
    result = speak(config, type="deepgram", model="aura-asteria-en")
    assert output(result) == expected
    assert result.left_out == ["agent.speak.provider.model"]
    assert speak(config, type="eleven_labs").notices == []


def test_S10_without_speak_the_default_voice_speaks() -> None:
    assert output(mapped({}, Config.deepgram(voices=VOICES)))["voice"] == "ash"
    assert "voice" not in output(mapped({}, Config.deepgram(voices=Voices(default=None))))


def test_S10_the_component_gets_no_voice_that_nobody_asked_for() -> None:
    assert output(mapped({}, Config.component(voices=VOICES))) is None
    assert output(mapped({"speak": []}, Config.component(voices=VOICES))) is None


# --- speed and the rest of speak ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "sent"), [(0.1, 0.25), (0.25, 0.25), (1, 1), (1.1, 1.1), (1.5, 1.5), (1.7, 1.5), (-3, 0.25)]
)
@pytest.mark.parametrize("config", [DEEPGRAM, COMPONENT])
def test_S10_speed_is_clamped(config: Config, asked: float, sent: float) -> None:
    result = speak(config, type="open_ai", model="tts-1", voice="coral", speed=asked)
    assert output(result)["speed"] == sent
    clamped = [dict(each.fields) for each in result.notices if each.code == "SETTING_CLAMPED"]
    expected = [{"path": "agent.speak.provider.speed", "asked": asked, "sent": sent}]
    assert clamped == (expected if asked != sent else [])


@pytest.mark.parametrize(
    "setting",
    [
        {"language": "en"},
        {"language_code": "en"},
        {"volume": 1.5},
        {"expressivity": 1},
        {"engine": "neural"},
        {"credentials": {"type": "sts"}},
    ],
)
def test_S10_what_speech_has_no_counterpart_for_is_left_out(setting: dict[str, Any]) -> None:
    result = speak(type="open_ai", model="tts-1", voice="coral", **setting)
    assert result.left_out == [f"agent.speak.provider.{next(iter(setting))}"]
    assert output(result) == {"format": PCM, "voice": "coral"}


def test_S10_the_endpoint_of_a_voice_is_left_out() -> None:
    provider = {"type": "open_ai", "model": "tts-1", "voice": "coral"}
    result = mapped({"speak": {"provider": provider, "endpoint": {"url": "https://example.test"}}})
    assert result.left_out == ["agent.speak.endpoint"]


def test_S10_of_a_speak_list_the_first_is_used_and_the_rest_noticed() -> None:
    first, second = ({"provider": {"type": "open_ai", "voice": voice}} for voice in ("coral", "sage"))
    result = mapped({"speak": [first, second]})
    assert output(result)["voice"] == "coral"
    assert result.left_out == ["agent.speak[1:]"]
    assert mapped({"speak": [first]}).left_out == []
    assert mapped({"speak": []}).session == mapped().session
