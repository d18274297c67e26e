"""How long audio lasts: each leg has a format of its own, declared by messages that the steps carry."""

from __future__ import annotations

from attrs import define, field

from ..audio import PCM_24K, AudioFormat
from .audio_formats import carried, declared
from .inputs import sub_object
from .steps import Party, Step

__all__ = ["AudioTime"]

_SESSION_TYPES = ("session.update", "session.updated")
"""What is asked for, and what upstream then carries: the last word counts (O1)."""


@define
class AudioTime:
    """Learns the formats from Settings and the session's as they pass; tells how long a frame lasts."""

    _by_sender: dict[Party, AudioFormat] = field(factory=dict[Party, AudioFormat])
    """On the client's leg."""
    _to_upstream: AudioFormat = PCM_24K
    _from_upstream: AudioFormat = PCM_24K

    def observe(self, step: Step) -> None:
        """Notice the formats that `step` declares."""
        if step.frame is None:
            return
        if step.type == "Settings":
            self._by_sender[Party.CLIENT] = declared(step.frame, "input")
            self._by_sender[Party.TRANSLATOR] = declared(step.frame, "output")
        elif step.type in _SESSION_TYPES:
            session = sub_object(step.frame, "session")
            self._to_upstream = carried(session, "input") or self._to_upstream
            self._from_upstream = carried(session, "output") or self._from_upstream

    def seconds(self, step: Step) -> float:
        """How long the audio of `step` lasts; 0 without audio."""
        return (step.audio_bytes or 0) / self._format(step).bytes_per_second

    def _format(self, step: Step) -> AudioFormat:
        if step.receiver is Party.UPSTREAM:
            return self._to_upstream
        if step.sender is Party.UPSTREAM:
            return self._from_upstream
        return self._by_sender.get(step.sender, PCM_24K)
