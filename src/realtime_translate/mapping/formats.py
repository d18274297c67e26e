"""Declared audio formats, to what both legs then carry (A2, O1)."""

from __future__ import annotations

from ..audio import ALAW_8K, MULAW_8K, PCM_24K, AudioFormat
from ..deepgram.settings import Audio, AudioOutput
from ..openai import objects as upstream
from ..wire.omitted import OMITTED
from .refusal import Refusal

__all__ = ["from_upstream", "input_format", "output_format", "to_upstream"]

SUPPORTED = (PCM_24K, MULAW_8K, ALAW_8K)
_WORKS = "; supported are " + ", ".join(str(each) for each in SUPPORTED)
_DEFAULT_RATE = {"mulaw": 8000, "alaw": 8000}
_UPSTREAM_TYPE = {"linear16": "audio/pcm", "mulaw": "audio/pcmu", "alaw": "audio/pcma"}
_BY_UPSTREAM_TYPE = {"audio/pcm": PCM_24K, "audio/pcmu": MULAW_8K, "audio/pcma": ALAW_8K}


def _supported(path: str, wanted: AudioFormat) -> AudioFormat:
    encodings = [each.encoding for each in SUPPORTED]
    if wanted.encoding not in encodings:
        raise Refusal(f"{path}.encoding", f"{wanted.encoding} cannot be translated{_WORKS}")
    if wanted not in SUPPORTED:
        raise Refusal(f"{path}.sample_rate", f"{wanted} cannot be translated{_WORKS}")
    return wanted


def input_format(audio: Audio) -> AudioFormat:
    """The format of the client's audio; linear16 at 24000 unless Settings says otherwise (reference §1.1)."""
    if not audio.input:
        return PCM_24K
    return _supported("audio.input", AudioFormat(audio.input.encoding, audio.input.sample_rate))


def output_format(audio: Audio) -> AudioFormat:
    """The format of the agent's audio; linear16 at 24000 unless Settings says otherwise (reference §1.1)."""
    declared = audio.output or AudioOutput()
    if declared.container and declared.container != "none":
        raise Refusal("audio.output.container", f"{declared.container} cannot be produced; supported is none")
    encoding = "linear16" if declared.encoding is OMITTED else declared.encoding
    rate = declared.sample_rate
    if rate is OMITTED:
        rate = _DEFAULT_RATE.get(encoding, 24000)
    return _supported("audio.output", AudioFormat(encoding, rate))


def to_upstream(audio: AudioFormat) -> upstream.AudioFormat:
    """The same format as upstream names it. Only PCM carries a rate (reference §2)."""
    kind = _UPSTREAM_TYPE[audio.encoding]
    return upstream.AudioFormat(kind, audio.rate) if audio == PCM_24K else upstream.AudioFormat(kind)


def from_upstream(kind: object) -> AudioFormat | None:
    """The format that upstream calls `kind`, or None."""
    return _BY_UPSTREAM_TYPE.get(kind) if isinstance(kind, str) else None
