"""The header that makes a WAV stream of raw audio, for Settings that ask for container `wav` (O1)."""

from __future__ import annotations

import struct

from .formats import AudioFormat

__all__ = ["streaming_header"]

# WAVE_FORMAT_PCM, WAVE_FORMAT_MULAW, WAVE_FORMAT_ALAW
_TAGS = {"linear16": 1, "mulaw": 7, "alaw": 6}
# Where the length is not known yet: readers take this for "until the stream ends".
_UNKNOWN = 0xFFFFFFFF


def streaming_header(audio: AudioFormat) -> bytes:
    """Header of a mono stream of unknown length: 44 bytes for linear16, 58 for G.711.

    Everything that is not linear PCM has an extension size in its format chunk, and a fact chunk.
    """
    width = audio.sample_bytes
    form = struct.pack(
        "<HHIIHH", _TAGS[audio.encoding], 1, audio.rate, audio.bytes_per_second, width, 8 * width
    )
    chunks = [(b"fmt ", form)]
    if audio.encoding != "linear16":
        chunks = [(b"fmt ", form + b"\0\0"), (b"fact", struct.pack("<I", _UNKNOWN))]
    body = b"".join(struct.pack("<4sI", name, len(content)) + content for name, content in chunks)
    return struct.pack("<4sI4s", b"RIFF", _UNKNOWN, b"WAVE") + body + struct.pack("<4sI", b"data", _UNKNOWN)
