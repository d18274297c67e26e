"""The audio formats that messages of both protocols name, for those who only watch them."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from ..audio import ALAW_8K, MULAW_8K, PCM_24K, AudioFormat
from .inputs import sub_object

__all__ = ["carried", "declared"]

_CARRIED: Mapping[str, AudioFormat] = {
    "audio/pcm": PCM_24K,
    "audio/pcmu": MULAW_8K,
    "audio/pcma": ALAW_8K,
    # The beta's names
    "pcm16": PCM_24K,
    "g711_ulaw": MULAW_8K,
    "g711_alaw": ALAW_8K,
}
_DEFAULTS: Mapping[str, AudioFormat] = {known.encoding: known for known in _CARRIED.values()}
_RATES = range(1000, 192_001)
"""Samples a second that make sense; which of them work is the translator's to say."""


def declared(
    settings: Mapping[str, object], direction: str, undeclared: AudioFormat = PCM_24K
) -> AudioFormat:
    """The `input` or `output` format of a Settings message. What makes no sense is the default there;
    `undeclared` is that of linear16.
    """
    said = sub_object(settings, "audio", direction)
    encoding = str(said.get("encoding", undeclared.encoding))
    default = undeclared if encoding == undeclared.encoding else _DEFAULTS.get(encoding, undeclared)
    return _at(default, said.get("sample_rate"))


def carried(session: Mapping[str, object], direction: str) -> AudioFormat | None:
    """The `input` or `output` format of a session upstream, by its GA or its beta field; None if unsaid."""
    said = sub_object(session, "audio", direction, "format")
    known = _CARRIED.get(str(said.get("type") or session.get(f"{direction}_audio_format")))
    return _at(PCM_24K, said.get("rate")) if known == PCM_24K else known


def _at(known: AudioFormat, rate: object) -> AudioFormat:
    """At that rate, if it is one."""
    return evolve(known, rate=rate) if isinstance(rate, int) and rate in _RATES else known
