"""Audio formats of both legs."""

from __future__ import annotations

from .formats import ALAW_8K, MULAW_8K, PCM_24K, AudioFormat

__all__ = ["ALAW_8K", "MULAW_8K", "PCM_24K", "AudioFormat"]
