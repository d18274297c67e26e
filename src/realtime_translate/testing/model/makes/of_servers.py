"""What each server does, as it was recorded, read or documented."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import attrs

from .exact import FORCED, GIVEN
from .make import FLAT, MIXED, Make, Shape
from .sounds import ANY_PCM, BETA, Sounds, pcm

__all__ = ["MAKES", "make_of"]

_TRUNCATE, _DELETE = "conversation.item.truncate", "conversation.item.delete"
_RETRIEVE, _CLEAR, _CANCEL = "conversation.item.retrieve", "input_audio_buffer.clear", "response.cancel"
_BETA_WORDS: Mapping[str, int] = MappingProxyType({"event_names": 1, "item_events": 3})
"""The names of the beta, and one event an item."""
_ONLY_PCM = Sounds({"pcm16": pcm()}, named=True)
_ONE_RATE = Sounds({"24000": pcm()}, otherwise=pcm(16000))
_BETA = Make("", options=_BETA_WORDS, shape=FLAT, hears=BETA, speaks=BETA, part="text")

_OF_VENDORS = (
    Make("openai", plain=True),
    Make("azure", plain=True),
    Make("litellm", plain=True),
    attrs.evolve(_BETA, name="openai-beta"),
    attrs.evolve(
        _BETA,
        name="voice-live",
        part="output_text",
        exact=GIVEN,
        voice_types=("azure-standard",),
        speaks=Sounds({**BETA.carried, "pcm16_16000hz": pcm(16000), "pcm16_8000hz": pcm(8000)}, named=True),
        own=("warning", "response.audio_timestamp.delta", "response.audio_timestamp.done"),
    ),
    Make(
        "xai",
        options={"item_events": 1, "commit_answer": 1},
        shape=MIXED,
        hears=ANY_PCM,
        speaks=ANY_PCM,
        kinds=("server_vad",),
        answers=True,
        lacks=(_TRUNCATE,),
        own=("ping", "conversation.created", "conversation.item.input_audio_transcription.updated"),
        exact=FORCED,
        cumulative=True,
        takes_back=True,
        drops_creates=True,
        hushes=True,
        expiry="max_duration",
    ),
    Make(
        "inworld",
        transcribes=True,
        options={"item_events": 1},
        shape=Shape(both=True),
        hears=ANY_PCM,
        speaks=ANY_PCM,
        part="text",
        model_in_session=True,
    ),
    Make(
        "elevenlabs",
        options={"item_events": 1, "vad_off": 2},
        speaks=Sounds({"pcm": pcm()}, rated=False),
        kinds=("semantic_vad",),
        detects=True,
        transcription=False,
        model_in_session=True,
        lacks=(_DELETE,),
        silence_ends=60.0,
    ),
    attrs.evolve(
        _BETA,
        name="qwen",
        transcribes=True,
        options={**_BETA_WORDS, "item_ids": 1, "response_tags": 2},
        shape=attrs.evolve(FLAT, nested_tools=True),
        hears=Sounds({"pcm16": pcm(16000)}, named=True),
        speaks=Sounds({"pcm24": pcm()}, named=True),
        voice_once=True,
        tags=False,
        overrides=False,
        busy=("invalid_value", "Cannot create a response while another response is in progress."),
    ),
    attrs.evolve(
        _BETA,
        name="glm",
        transcribes=True,
        hears=Sounds({"pcm16": pcm(16000)}, named=True),
        speaks=_ONLY_PCM,
        kinds=("server_vad",),
        manual="client_vad",
        model_in_session=True,
        lacks=(_TRUNCATE, _DELETE),
        own=("heartbeat",),
    ),
    attrs.evolve(
        _BETA, name="stepfun", transcribes=True, hears=_ONLY_PCM, speaks=_ONLY_PCM, kinds=("server_vad",)
    ),
)

_OPEN = (
    attrs.evolve(
        _BETA,
        name="speaches",
        transcribes=True,
        options={**_BETA_WORDS, "vad_off": 2, "response_tags": 2, "call_names": 1},
        hears=_ONLY_PCM,
        speaks=_ONLY_PCM,
        kinds=("server_vad",),
        detects=True,
        tags=False,
        lacks=(_CANCEL, _TRUNCATE),
        supersedes=True,
    ),
    Make(
        "localai",
        transcribes=True,
        options={"commit_answer": 1},
        hears=ANY_PCM,
        speaks=ANY_PCM,
        own=("conversation.item.speaker", "conversation.item.sound_detection", "localai.classifier.result"),
        supersedes=True,
    ),
    Make(
        "speech-to-speech",
        transcribes=True,
        options={
            "item_ids": 2,
            "vad_off": 1,
            "committed": 2,
            "missing_outputs": 1,
            "item_events": 3,
            "output_rate": 1,
        },
        hears=_ONE_RATE,
        speaks=_ONE_RATE,
        kinds=("server_vad",),
        detects=True,
        answers=True,
        lacks=(_DELETE, _RETRIEVE, _CLEAR),
        unacknowledged=(_TRUNCATE,),
        typed_errors=True,
    ),
    Make(
        "nemotron",
        options={"event_names": 3, "response_tags": 2},
        transcription=False,
        tags=False,
        overrides=False,
    ),
)

MAKES: Mapping[str, Make] = MappingProxyType({make.name: make for make in (*_OF_VENDORS, *_OPEN)})
"""Every server, by the name of its row."""


def make_of(name: str) -> Make:
    """The server of that name. Raises `ValueError` for any other."""
    make = MAKES.get(name)
    if make is None:
        raise ValueError(f"no server is called {name!r}; there are {', '.join(MAKES)}")
    return make
