"""How long audio lasts: each leg has a format of its own, declared by messages that the steps carry."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import define, field

from .inputs import is_object, sub_object
from .steps import Party, Step

__all__ = ["AudioTime"]

_PCM_24000 = 48000.0
_BYTES_PER_SAMPLE = {"linear16": 2, "mulaw": 1, "alaw": 1}
_BYTES_PER_SECOND = {"audio/pcm": _PCM_24000, "audio/pcmu": 8000.0, "audio/pcma": 8000.0}


@define
class AudioTime:
    """Learns the formats from Settings and `session.update` as they pass; tells how long a frame lasts."""

    _rates: dict[Party, float] = field(factory=dict[Party, float])
    _to_upstream: float = _PCM_24000
    _from_upstream: float = _PCM_24000

    def observe(self, step: Step) -> None:
        """Notice the formats that `step` declares."""
        if step.frame is None:
            return
        if step.type == "Settings":
            for party, direction in ((Party.CLIENT, "input"), (Party.TRANSLATOR, "output")):
                self._rates[party] = _settings_rate(sub_object(step.frame, "audio", direction))
        elif step.type == "session.update":
            audio = sub_object(step.frame, "session", "audio")
            self._to_upstream = _session_rate(audio, "input", self._to_upstream)
            self._from_upstream = _session_rate(audio, "output", self._from_upstream)

    def seconds(self, step: Step) -> float:
        """How long the audio of `step` lasts; 0 without audio."""
        size = step.audio_bytes or 0
        if step.receiver is Party.UPSTREAM:
            return size / self._to_upstream
        if step.sender is Party.UPSTREAM:
            return size / self._from_upstream
        return size / self._rates.get(step.sender, _PCM_24000)


def _settings_rate(declared: Mapping[str, object]) -> float:
    encoding, rate = declared.get("encoding", "linear16"), declared.get("sample_rate")
    default = 24000 if encoding == "linear16" else 8000
    samples = rate if isinstance(rate, int) and rate > 0 else default
    return float(samples * _BYTES_PER_SAMPLE.get(str(encoding), 1))


def _session_rate(audio: Mapping[str, object], direction: str, so_far: float) -> float:
    declared = sub_object(audio, direction).get("format")
    return _BYTES_PER_SECOND.get(str(declared.get("type")), so_far) if is_object(declared) else so_far
