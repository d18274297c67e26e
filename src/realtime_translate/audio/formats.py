"""The raw audio formats that both protocols know: mono, no header."""

from __future__ import annotations

from attrs import frozen

__all__ = ["ALAW_8K", "MULAW_8K", "PCM_24K", "AudioFormat"]

_SAMPLE_BYTES = {"linear16": 2, "mulaw": 1, "alaw": 1}
_SILENT_BYTE = {"linear16": b"\x00", "mulaw": b"\xff", "alaw": b"\xd5"}


@frozen
class AudioFormat:
    """A raw audio format: mono, without a header.

    It is not checked: another encoding than these is a KeyError when it is used.
    """

    encoding: str
    """`linear16` (16-bit little-endian), `mulaw` or `alaw`."""
    rate: int
    """Samples a second, 8000 to 48000 where it is converted."""

    @property
    def sample_bytes(self) -> int:
        """Bytes of one sample."""
        return _SAMPLE_BYTES[self.encoding]

    @property
    def bytes_per_second(self) -> int:
        """Bytes of one second of audio."""
        return self.rate * _SAMPLE_BYTES[self.encoding]

    def bytes_of(self, milliseconds: int) -> int:
        """Bytes of so many milliseconds, rounded down to whole samples."""
        return self.rate * milliseconds // 1000 * self.sample_bytes

    def silence(self, milliseconds: int) -> bytes:
        """So many milliseconds in which nothing is heard."""
        return _SILENT_BYTE[self.encoding] * self.bytes_of(milliseconds)

    def __str__(self) -> str:
        return f"{self.encoding} at {self.rate}"


PCM_24K = AudioFormat("linear16", 24000)
"""What OpenAI's server calls `audio/pcm`."""
MULAW_8K = AudioFormat("mulaw", 8000)
"""What it calls `audio/pcmu`: telephony in North America and Japan."""
ALAW_8K = AudioFormat("alaw", 8000)
"""What it calls `audio/pcma`: telephony elsewhere."""
