"""Audio: formats, the input buffer, voice activity, and the speech that the model makes up."""

from __future__ import annotations

import struct
from collections.abc import Mapping

import attrs

from .frames import as_int, as_text

_QUIET = 32  # of 32768: what conversions make of silence
HALF_PERIOD = 50  # samples: a square wave of 240 Hz at 24 kHz


@attrs.frozen(slots=True)
class AudioFormat:
    """An audio format of the Realtime API. `silence` holds the bytes of which silence is made."""

    bytes_per_ms: int
    sample_bytes: int
    silence: bytes
    wave: bytes

    def is_speech(self, data: bytes) -> bool:
        """Whether any sample is louder than what conversions make of silence: A-law has no zero."""
        if self.sample_bytes == 1:
            return bool(data.translate(None, self.silence))
        samples = struct.unpack(f"<{len(data) // 2}h", data[: len(data) // 2 * 2])
        return bool(samples) and (max(samples) > _QUIET or min(samples) < -_QUIET)

    def duration_ms(self, size: int) -> int:
        """How long `size` bytes last, in milliseconds."""
        return size // self.bytes_per_ms

    def speech(self, ms: int) -> bytes:
        """`ms` milliseconds of something that is not silence."""
        size = ms * self.bytes_per_ms
        return (self.wave * (size // len(self.wave) + 1))[:size]


_PCM_WAVE = (2000).to_bytes(2, "little") * HALF_PERIOD + (-2000).to_bytes(
    2, "little", signed=True
) * HALF_PERIOD

FORMATS: Mapping[str, AudioFormat] = {
    "audio/pcm": AudioFormat(48, 2, b"\x00", _PCM_WAVE),
    "audio/pcmu": AudioFormat(8, 1, b"\xff\x7f", b"\x20" * 16 + b"\xa0" * 16),
    "audio/pcma": AudioFormat(8, 1, b"\xd5\x55", b"\x20" * 16 + b"\xa0" * 16),
}


PCM: Mapping[int, AudioFormat] = {
    rate: AudioFormat(rate // 500, 2, b"\x00", _PCM_WAVE) for rate in (8000, 16000, 32000, 48000)
}
"""PCM at the rates that servers of other makes have, by rate."""


def spoken_format(declared: Mapping[str, object]) -> AudioFormat:
    """The format of the model's speech; servers that declare none speak PCM at 16 kHz."""
    return format_of(declared) if declared else PCM[16000]


def format_of(declared: Mapping[str, object]) -> AudioFormat:
    """The format that a session or a response declares; it is always the same object."""
    rate = declared.get("rate", 24000)
    return PCM[as_int(rate)] if rate != 24000 else FORMATS[as_text(declared["type"])]


@attrs.frozen(slots=True)
class SpeechStarted:
    """Speech began; `start_ms` is a position in all audio appended, prefix padding included.

    `again` says that it went on after a pause too short to end the turn.
    """

    start_ms: int
    again: bool = False


@attrs.frozen(slots=True)
class SpeechStopped:
    """Speech ended; `audio` is the turn."""

    end_ms: int
    audio: bytes


@attrs.define(slots=True)
class AudioBuffer:
    """The input audio buffer. Positions are counted in bytes, so that they are exact."""

    format: AudioFormat = FORMATS["audio/pcm"]
    pending: bytearray = attrs.Factory(bytearray)
    position: int = 0
    """Bytes appended in the format in use."""
    earlier_ms: int = 0
    """Audio appended in formats used before, in milliseconds."""

    speaking: bool = False
    quiet: int = 0
    """Bytes of silence since the last speech."""

    @property
    def position_ms(self) -> int:
        """All audio appended so far, in milliseconds."""
        return self.earlier_ms + self.format.duration_ms(self.position)

    @property
    def pending_ms(self) -> float:
        """Uncommitted audio, in milliseconds."""
        return len(self.pending) / self.format.bytes_per_ms

    def use(self, format_: AudioFormat) -> None:
        """Change the format. What was appended keeps its place in time; what is pending is dropped."""
        if format_ is not self.format:
            self.earlier_ms, self.position = self.position_ms, 0
            self.format = format_
            self.clear()

    def append(self, data: bytes) -> None:
        """Add audio at the end."""
        self.pending += data
        self.position += len(data)

    def clear(self) -> None:
        """Forget what is pending, and the speech in it."""
        self.pending.clear()
        self.speaking, self.quiet = False, 0

    def take(self) -> bytes:
        """Commit: all that is pending."""
        audio = bytes(self.pending)
        self.clear()
        return audio

    def hear(self, data: bytes, prefix_ms: int, silence_ms: int) -> SpeechStarted | SpeechStopped | None:
        """Voice activity in `data`, just appended: a whole append is speech or silence."""
        if self.format.is_speech(data):
            return self._speech(len(data), prefix_ms)
        self.quiet += len(data)
        over = self.quiet - silence_ms * self.format.bytes_per_ms
        if not self.speaking or over < 0:
            return None
        rest = bytes(self.pending[len(self.pending) - over :])
        del self.pending[len(self.pending) - over :]
        end_ms = self.earlier_ms + self.format.duration_ms(self.position - over)
        stopped = SpeechStopped(end_ms, self.take())
        self.pending += rest
        return stopped

    def _speech(self, size: int, prefix_ms: int) -> SpeechStarted | None:
        going_on, paused = self.speaking, self.quiet > 0
        self.speaking, self.quiet = True, 0
        if going_on and not paused:
            return None
        before = self.position - size
        start_ms = self.earlier_ms + self.format.duration_ms(before)
        if not going_on:
            kept = size + min(prefix_ms * self.format.bytes_per_ms, before)
            del self.pending[: max(0, len(self.pending) - kept)]
        return SpeechStarted(max(0, start_ms - prefix_ms), again=going_on)
