"""How servers differ, as data: one row a server."""

from collections.abc import Mapping

from .evidence import Evidence
from .exact import ExactSpeech
from .of_open_servers import LITELLM, LOCALAI, NEMOTRON, SPEACHES, SPEECH_TO_SPEECH
from .of_openai import AZURE_GA, OPENAI_BETA, OPENAI_GA
from .of_vendors import ELEVENLABS, GLM, INWORLD, QWEN, STEPFUN, VOICE_LIVE, XAI
from .row import COLUMNS, OPENAI_VOICES, UpstreamDialect
from .shape import FLAT, MIXED, NESTED, SessionShape
from .sounds import ANY_PCM, BETA_SOUNDS, GA_SOUNDS, Sound, Sounds
from .transcripts import Transcripts
from .turns import Turns
from .voices import CUSTOM_VOICES, VoiceObject

__all__ = [
    "ANY_PCM",
    "AZURE_GA",
    "BETA_SOUNDS",
    "COLUMNS",
    "CUSTOM_VOICES",
    "ELEVENLABS",
    "FLAT",
    "GA_SOUNDS",
    "GLM",
    "INWORLD",
    "LITELLM",
    "LOCALAI",
    "MIXED",
    "NEMOTRON",
    "NESTED",
    "OPENAI_BETA",
    "OPENAI_GA",
    "OPENAI_VOICES",
    "QWEN",
    "SERVERS",
    "SPEACHES",
    "SPEECH_TO_SPEECH",
    "STEPFUN",
    "VOICE_LIVE",
    "XAI",
    "Evidence",
    "ExactSpeech",
    "SessionShape",
    "Sound",
    "Sounds",
    "Transcripts",
    "Turns",
    "UpstreamDialect",
    "VoiceObject",
]

SERVERS: Mapping[str, UpstreamDialect] = {
    row.name: row
    for row in (
        OPENAI_GA,
        AZURE_GA,
        OPENAI_BETA,
        VOICE_LIVE,
        XAI,
        INWORLD,
        ELEVENLABS,
        QWEN,
        GLM,
        STEPFUN,
        SPEACHES,
        LOCALAI,
        SPEECH_TO_SPEECH,
        NEMOTRON,
        LITELLM,
    )
}
"""Every row, by its name."""
