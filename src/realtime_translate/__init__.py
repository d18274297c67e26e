"""Deepgram Voice Agent clients on OpenAI Realtime servers: a pure state machine without I/O.

One `Translator` for each call: feed it whole WebSocket messages, perform the outputs. Marks such as T2 in
docstrings name rules: docs/reference/rules.md explains them.
"""

from __future__ import annotations

from . import deepgram, openai
from .config import (
    FROM_SETTINGS,
    ClientDialect,
    Config,
    ContextMode,
    GreetingMode,
    Limits,
    ManualCommit,
    SemanticVad,
    ServerVad,
    SilenceKeepalive,
    TurnDetection,
    Voices,
)
from .errors import (
    ClockError,
    ConfigError,
    FrameTypeError,
    IdError,
    LocalProtocolError,
    OrderError,
    SnapshotError,
)
from .openai.dialects import AZURE_GA, OPENAI_GA, UpstreamDialect
from .outputs import (
    CloseClient,
    CloseUpstream,
    Level,
    Notice,
    OpenUpstream,
    Output,
    Outputs,
    RunFunction,
    SendToClient,
    SendToUpstream,
)
from .renewal import Renewal
from .standing import SessionState
from .translator import Translator

__version__ = "0.1.0"

__all__ = [
    "AZURE_GA",
    "FROM_SETTINGS",
    "OPENAI_GA",
    "ClientDialect",
    "ClockError",
    "CloseClient",
    "CloseUpstream",
    "Config",
    "ConfigError",
    "ContextMode",
    "FrameTypeError",
    "GreetingMode",
    "IdError",
    "Level",
    "Limits",
    "LocalProtocolError",
    "ManualCommit",
    "Notice",
    "OpenUpstream",
    "OrderError",
    "Output",
    "Outputs",
    "Renewal",
    "RunFunction",
    "SemanticVad",
    "SendToClient",
    "SendToUpstream",
    "ServerVad",
    "SessionState",
    "SilenceKeepalive",
    "SnapshotError",
    "Translator",
    "TurnDetection",
    "UpstreamDialect",
    "Voices",
    "deepgram",
    "openai",
]
