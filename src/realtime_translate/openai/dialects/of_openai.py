"""Servers of OpenAI's own and of Microsoft's, which are made from it."""

from __future__ import annotations

from collections.abc import Mapping

from .evidence import Evidence
from .row import UpstreamDialect
from .shape import FLAT
from .sounds import BETA_SOUNDS
from .transcripts import Transcripts

__all__ = ["AZURE_GA", "OPENAI_BETA", "OPENAI_GA"]

_DOCUMENTED: Mapping[str, Evidence] = dict.fromkeys(
    (
        *("credential", "models", "voices", "voice_objects", "session_limit", "message_every", "lacks"),
        "exact_speech",
    ),
    Evidence.DOCUMENTED,
)

OPENAI_GA = UpstreamDialect(
    "openai", "/v1/realtime?model={model}", evidence=Evidence.RECORDED, graded=_DOCUMENTED
)
"""OpenAI's own server."""

AZURE_GA = UpstreamDialect(
    "azure",
    "/openai/v1/realtime?model={model}",
    credential="api-key: {key}",
    models=(),
    evidence=Evidence.RECORDED,
    graded={
        **_DOCUMENTED,
        "path": Evidence.DOCUMENTED,
        **dict.fromkeys(("voice", "voice_objects"), Evidence.ASSUMED),
    },
)
"""Azure OpenAI, where `{model}` is the name of a deployment."""

OPENAI_BETA = UpstreamDialect(
    "openai-beta",
    "/v1/realtime?model={model}",
    headers={"OpenAI-Beta": "realtime=v1"},
    shape=FLAT,
    input=BETA_SOUNDS,
    output=BETA_SOUNDS,
    voice="alloy",
    voice_objects=(),
    transcription=Transcripts(model="whisper-1"),
    assistant_part="text",
    evidence=Evidence.RECORDED,
    graded={
        **_DOCUMENTED,
        **dict.fromkeys(("headers", "voice", "transcription"), Evidence.DOCUMENTED),
        **dict.fromkeys(("errors", "tags", "outputs_first", "overrides"), Evidence.ASSUMED),
    },
)
"""OpenAI's beta, which has ended, and servers that kept its shape. For a preview deployment of Azure the path
is another one, with `api-version` and `deployment` in its query.
"""
