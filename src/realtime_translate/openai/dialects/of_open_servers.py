"""Servers that anybody can run, and gateways to others."""

from __future__ import annotations

from attrs import evolve

from .evidence import Evidence
from .row import UpstreamDialect
from .shape import FLAT
from .sounds import ANY_PCM, Sound, Sounds
from .transcripts import Transcripts
from .turns import Turns

__all__ = ["LITELLM", "LOCALAI", "NEMOTRON", "SPEACHES", "SPEECH_TO_SPEECH"]

_RECORDED, _READ, _DOCUMENTED = Evidence.RECORDED, Evidence.READ, Evidence.DOCUMENTED
_ASSUMED = Evidence.ASSUMED
_PATH = "/v1/realtime?model={model}"
_NO_MODEL = Transcripts(model=None)
_ONLY_PCM = Sounds((Sound("linear16", 24000, "pcm16"),))
_ONE_RATE = Sounds((Sound("linear16", 24000, "audio/pcm", says_rate=True),), unsaid=16000)
_ALWAYS_VAD = Turns(kinds=("server_vad",), can_be_manual=False)

SPEACHES = UpstreamDialect(
    "speaches",
    _PATH,
    models=(),
    shape=FLAT,
    input=_ONLY_PCM,
    output=_ONLY_PCM,
    voices=(),
    voice=None,
    voice_objects=(),
    transcription=_NO_MODEL,
    turns=_ALWAYS_VAD,
    assistant_part="text",
    tags=False,
    lacks=("response.cancel", "conversation.item.truncate"),
    session_limit=1800.0,
    evidence=_READ,
    graded={
        "errors": _RECORDED,
        "shape": _RECORDED,
        "tags": _RECORDED,
        "turns": _RECORDED,
        "headers": _ASSUMED,
        "message_every": _ASSUMED,
    },
)
"""speaches, as of its commit 870e1e1."""

LOCALAI = UpstreamDialect(
    "localai",
    _PATH,
    models=(),
    input=ANY_PCM,
    output=ANY_PCM,
    voices=(),
    voice=None,
    voice_objects=(),
    transcription=_NO_MODEL,
    turns=Turns(answers_commits=True),
    silent=("conversation.item.speaker", "conversation.item.sound_detection", "localai.classifier.result"),
    evidence=_READ,
    graded={"headers": _ASSUMED, "message_every": _ASSUMED},
)
"""LocalAI, as of its commit 82c191a."""

SPEECH_TO_SPEECH = UpstreamDialect(
    "speech-to-speech",
    _PATH,
    models=(),
    outputs_first=True,
    input=_ONE_RATE,
    output=_ONE_RATE,
    voices=(),
    voice=None,
    voice_objects=(),
    transcription=_NO_MODEL,
    turns=evolve(_ALWAYS_VAD, create_response=False),
    lacks=("conversation.item.delete", "conversation.item.retrieve", "input_audio_buffer.clear"),
    evidence=_READ,
    graded={
        **dict.fromkeys(("errors", "input", "output", "outputs_first", "shape", "tags", "turns"), _RECORDED),
        "headers": _ASSUMED,
        "message_every": _ASSUMED,
    },
)
"""Hugging Face's speech-to-speech, as of its commit 9f59bc7."""

NEMOTRON = UpstreamDialect(
    "nemotron",
    _PATH,
    models=(),
    voices=(),
    voice=None,
    voice_objects=(),
    transcription=Transcripts(sent=False),
    tags=False,
    overrides=False,
    evidence=_ASSUMED,
    graded=dict.fromkeys(("path", "models", "transcription", "tags", "overrides"), _DOCUMENTED),
)
"""NVIDIA's gateway of nemotron-voice-agent, which sends both names of each output."""

LITELLM = UpstreamDialect(
    "litellm",
    _PATH,
    models=(),
    evidence=_ASSUMED,
    graded=dict.fromkeys(("path", "credential", "models", "shape", "tags"), _RECORDED),
)
"""LiteLLM's proxy (seen: 1.110.2) before OpenAI's own server, where `{model}` is a name of its own list, and
any other is refused; before another server it is a row of that with this path.
"""
