"""Whether two hosts did the same, give or take what a restored resampler may change (*Always true* 6)."""

from __future__ import annotations

import base64
import json
import struct

from ...outputs import Output, Outputs, SendToClient, SendToUpstream

__all__ = ["audio_in", "is_same"]


def audio_in(output: Output) -> bytes | None:
    """The audio that an output carries on either leg."""
    if isinstance(output, SendToClient) and isinstance(output.data, bytes):
        return output.data
    if isinstance(output, SendToUpstream) and output.data.startswith('{"type":"input_audio_buffer.append"'):
        return base64.b64decode(json.loads(output.data)["audio"])
    return None


def is_same(one: Outputs, other: Outputs) -> bool:
    """Equal but for one least significant bit of linear16 audio."""
    if one == other:
        return True
    if [_but_audio(each) for each in one] != [_but_audio(each) for each in other]:
        return False
    pairs = zip(one, other, strict=True)
    return all(mine == theirs or _is_close(audio_in(mine), audio_in(theirs)) for mine, theirs in pairs)


def _but_audio(output: Output) -> object:
    """An output, but for its audio only the size of that."""
    audio = audio_in(output)
    return output if audio is None else (type(output), len(audio))


def _is_close(one: bytes | None, other: bytes | None) -> bool:
    pairs = zip(_samples(one or b""), _samples(other or b""), strict=True)
    return all(abs(mine - theirs) <= 1 for mine, theirs in pairs)


def _samples(audio: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(audio) // 2}h", audio[: len(audio) // 2 * 2])
