"""The audio that an output carries."""

from __future__ import annotations

import base64
import json

from ...outputs import Output, SendToClient, SendToUpstream

__all__ = ["audio_in"]


def audio_in(output: Output) -> bytes | None:
    """Of either leg; None if there is none."""
    if isinstance(output, SendToClient) and isinstance(output.data, bytes):
        return output.data
    if isinstance(output, SendToUpstream) and output.data.startswith('{"type":"input_audio_buffer.append"'):
        return base64.b64decode(json.loads(output.data)["audio"])
    return None
