"""Audio formats of both legs, and one continuous stream from one of them to another."""

from __future__ import annotations

from .formats import ALAW_8K, MULAW_8K, PCM_24K, AudioFormat
from .numeric import EXTRA, MissingResampler, available
from .rates import StreamState
from .resample import Conversion, ConversionState, delay_ms, needs_resampler
from .wav import streaming_header

__all__ = [
    "ALAW_8K",
    "EXTRA",
    "MULAW_8K",
    "PCM_24K",
    "AudioFormat",
    "Conversion",
    "ConversionState",
    "MissingResampler",
    "StreamState",
    "available",
    "delay_ms",
    "needs_resampler",
    "streaming_header",
]
