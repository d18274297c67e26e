"""Servers of other vendors."""

from __future__ import annotations

from attrs import evolve

from .evidence import Evidence
from .exact import ExactSpeech
from .row import UpstreamDialect
from .shape import FLAT, MIXED, SessionShape
from .sounds import ANY_PCM, BETA_SOUNDS, Sound, Sounds
from .transcripts import Transcripts
from .turns import Turns
from .voices import VoiceObject

__all__ = ["ELEVENLABS", "GLM", "INWORLD", "QWEN", "STEPFUN", "VOICE_LIVE", "XAI"]

_RECORDED, _READ, _DOCUMENTED = Evidence.RECORDED, Evidence.READ, Evidence.DOCUMENTED
_ASSUMED = Evidence.ASSUMED
_PCM_24K = Sound("linear16", 24000, "pcm16")
_PCM_16K = Sound("linear16", 16000, "pcm16")
_TRUNCATE, _DELETE = "conversation.item.truncate", "conversation.item.delete"
_NO_MODEL = Transcripts(model=None)

VOICE_LIVE = UpstreamDialect(
    "voice-live",
    "/voice-live/realtime?api-version=2026-07-15&model={model}",
    credential="api-key: {key}",
    shape=FLAT,
    input=BETA_SOUNDS,
    output=Sounds(
        (
            *BETA_SOUNDS.carried,
            Sound("linear16", 16000, "pcm16_16000hz"),
            Sound("linear16", 8000, "pcm16_8000hz"),
        )
    ),
    voice=None,
    voice_objects=(VoiceObject("[a-z]{2,3}-[A-Z]", "name", "azure-standard"),),
    transcription=Transcripts(model="whisper-1"),
    exact_speech=ExactSpeech.PART,
    silent=("warning", "response.audio_timestamp.delta", "response.audio_timestamp.done"),
    evidence=_READ,
    graded={
        "errors": _ASSUMED,
        "models": _ASSUMED,
        "outputs_first": _ASSUMED,
        "session_limit": _ASSUMED,
        "message_every": _ASSUMED,
        "shape": _RECORDED,
        "assistant_part": _RECORDED,
        "transcription": _RECORDED,
    },
)
"""Azure AI Voice Live."""

XAI = UpstreamDialect(
    "xai",
    "/v1/realtime?model={model}",
    models=("grok",),
    shape=evolve(
        MIXED,
        moved={
            **MIXED.moved,
            "audio.input.transcription.language": "audio.input.transcription.language_hint",
            "audio.input.transcription.keywords": "audio.input.transcription.keyterms",
        },
    ),
    input=ANY_PCM,
    output=ANY_PCM,
    voices=("ara",),
    voice=None,
    voice_objects=(),
    transcription=Transcripts(model="grok-transcribe", languages_listed=False, terms_listed=True),
    turns=Turns(kinds=("server_vad",), create_response=False, answers_commits=True),
    exact_speech=ExactSpeech.ITEM,
    drops_creates=True,
    lacks=(_TRUNCATE,),
    silent=("ping", "conversation.item.input_audio_transcription.updated"),
    evidence=_READ,
    graded={
        "shape": _RECORDED,
        "silent": _RECORDED,
        "assistant_part": _RECORDED,
        "voices": _RECORDED,
        "outputs_first": _ASSUMED,
        "message_every": _ASSUMED,
        "headers": _ASSUMED,
    },
)
"""xAI's Grok Voice."""

INWORLD = UpstreamDialect(
    "inworld",
    "/api/v1/realtime/session?key={call}&protocol=realtime",
    credential="Authorization: Basic {key}",
    models=("/",),
    model_in_session=True,
    shape=SessionShape(text_beside_audio=True),
    input=ANY_PCM,
    output=ANY_PCM,
    voices=(),
    voice=None,
    voice_objects=(),
    transcription=_NO_MODEL,
    turns=Turns(kinds=("semantic_vad", "server_vad")),
    assistant_part="text",
    evidence=_READ,
    graded={
        "assistant_part": _DOCUMENTED,
        "input": _DOCUMENTED,
        "output": _DOCUMENTED,
        "errors": _ASSUMED,
        "exact_speech": _ASSUMED,
        "lacks": _ASSUMED,
        "message_every": _ASSUMED,
        "outputs_first": _ASSUMED,
        "session_limit": _ASSUMED,
        "tags": _ASSUMED,
        "transcription": _ASSUMED,
        "voice_objects": _ASSUMED,
    },
)
"""Inworld."""

ELEVENLABS = UpstreamDialect(
    "elevenlabs",
    "/v1/convai/realtime",
    credential="xi-api-key: {key}",
    models=("eleven_realtime",),
    model_in_session=True,
    output=Sounds((Sound("linear16", 24000, "audio/pcm"),)),
    voices=(),
    voice=None,
    voice_objects=(),
    transcription=Transcripts(sent=False),
    turns=Turns(kinds=("semantic_vad",), eagerness=("medium", "low", "high"), can_be_manual=False),
    lacks=(_DELETE,),
    session_limit=600.0,
    message_every=60.0,
    evidence=_READ,
    graded=dict.fromkeys(("errors", "exact_speech", "input", "tags", "voice_objects"), _ASSUMED),
)
"""ElevenLabs' Eleven Realtime."""

QWEN = UpstreamDialect(
    "qwen",
    "/api-ws/v1/realtime?model={model}",
    models=("qwen",),
    shape=evolve(FLAT, tools_nested=True),
    input=Sounds((_PCM_16K,), unsaid=16000),
    output=Sounds((Sound("linear16", 24000, "pcm24"),)),
    voices=(),
    voice=None,
    voice_objects=(),
    voice_changes=False,
    transcription=_NO_MODEL,
    assistant_part="text",
    tags=False,
    overrides=False,
    evidence=_READ,
    graded={
        "assistant_part": _ASSUMED,
        "exact_speech": _ASSUMED,
        "lacks": _ASSUMED,
        "message_every": _ASSUMED,
        "outputs_first": _ASSUMED,
        "session_limit": _ASSUMED,
        "shape": _DOCUMENTED,
        "silent": _ASSUMED,
        "transcription": _DOCUMENTED,
        "voice_changes": _DOCUMENTED,
        "voice_objects": _ASSUMED,
    },
)
"""Alibaba's Qwen-Omni and Qwen-Audio."""

GLM = UpstreamDialect(
    "glm",
    "/api/paas/v4/realtime",
    models=("glm-realtime",),
    model_in_session=True,
    shape=FLAT,
    input=Sounds((_PCM_16K,), unsaid=16000),
    output=Sounds((_PCM_24K,)),
    voices=(),
    voice=None,
    voice_objects=(),
    transcription=_NO_MODEL,
    turns=Turns(kinds=("server_vad",), manual="client_vad"),
    assistant_part="text",
    lacks=(_TRUNCATE, _DELETE),
    silent=("heartbeat",),
    evidence=_ASSUMED,
    graded=dict.fromkeys(
        ("path", "credential", "models", "shape", "input", "turns", "lacks", "silent"), _DOCUMENTED
    ),
)
"""Zhipu's GLM-Realtime."""

STEPFUN = UpstreamDialect(
    "stepfun",
    "/v1/realtime?model={model}",
    models=("step-", "stepaudio"),
    shape=FLAT,
    input=Sounds((_PCM_24K,)),
    output=Sounds((_PCM_24K,)),
    voices=(),
    voice=None,
    voice_objects=(),
    transcription=_NO_MODEL,
    turns=Turns(kinds=("server_vad",)),
    assistant_part="text",
    session_limit=1800.0,
    evidence=_ASSUMED,
    graded=dict.fromkeys(
        ("path", "credential", "models", "shape", "input", "output", "turns", "session_limit"), _DOCUMENTED
    ),
)
"""StepFun."""
