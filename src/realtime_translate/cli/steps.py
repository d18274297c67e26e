"""One step of a call: who sent what to whom and when."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from enum import Enum

from attrs import frozen
from typing_extensions import assert_never

from ..outputs import (
    CloseClient,
    CloseUpstream,
    Notice,
    OpenUpstream,
    Output,
    RunFunction,
    SendToClient,
    SendToUpstream,
)
from .inputs import is_array, is_object

__all__ = ["Party", "Step", "frame_step", "leg_detail", "notice_step", "output_step", "socket_step"]


class Party(str, Enum):
    """The four parties of a call."""

    CLIENT = "client"
    TRANSLATOR = "translator"
    UPSTREAM = "upstream"
    HOST = "host"


# Where an event carries base64 audio at its top level. Items carry more of it in their content parts.
_AUDIO_FIELDS = {
    "input_audio_buffer.append": "audio",
    "response.output_audio.delta": "delta",
    "response.audio.delta": "delta",
}


@frozen
class Step:
    """One frame, socket event or notice. `t` is in seconds since the call began."""

    t: float
    sender: Party
    receiver: Party
    frame: Mapping[str, object] | None = None
    """The JSON of a text frame, base64 audio replaced by its size; None for binary audio and for a notice."""
    audio_bytes: int | None = None
    """How many bytes of audio the frame carries, without a WAV header; None if it is no audio frame."""
    notice: Mapping[str, object] | None = None

    @property
    def type(self) -> str:
        """The wire type, `audio` for a binary frame, or the code of a notice."""
        if self.notice is not None:
            return str(self.notice["code"])
        return "audio" if self.frame is None else str(self.frame.get("type", "text"))

    def as_json(self) -> dict[str, object]:
        """The object that `--format jsonl` prints for this step."""
        return {
            "t": round(self.t, 6),
            "from": self.sender.value,
            "to": self.receiver.value,
            "frame": None if self.frame is None else dict(self.frame),
            "audio_bytes": self.audio_bytes,
            "notice": None if self.notice is None else dict(self.notice),
        }


def frame_step(t: float, sender: Party, receiver: Party, frame: str | bytes) -> Step:
    """The step for a WebSocket message. A text frame that is no JSON object is shown as `{"text": …}`."""
    if isinstance(frame, bytes):
        audio = _without_header(frame) if sender is Party.TRANSLATOR else frame
        return Step(t, sender, receiver, audio_bytes=len(audio))
    try:
        data: object = json.loads(frame)
        if is_object(data):
            return _object_step(t, sender, receiver, data)
    except (ValueError, RecursionError):
        pass
    return Step(t, sender, receiver, {"text": frame})


def _object_step(t: float, sender: Party, receiver: Party, data: dict[str, object]) -> Step:
    field = _AUDIO_FIELDS.get(str(data.get("type")))
    size = None if field is None else _decoded_size(data.get(field))
    if field is not None and size is not None:
        data = {**data, field: f"<{size} bytes>"}
    return Step(t, sender, receiver, {key: _without_audio(value) for key, value in data.items()}, size)


def socket_step(t: float, sender: Party, receiver: Party, event: str, **details: object) -> Step:
    """The step for what happens to a socket (`open`, `opened`, `close`) or between translator and host."""
    return Step(t, sender, receiver, {"type": event, **details})


def leg_detail(leg: int) -> dict[str, object]:
    """What a step says of the socket to the server that it is about: nothing of the first one (N4)."""
    return {"leg": leg} if leg > 1 else {}


def notice_step(t: float, notice: Notice) -> Step:
    """The step for a `Notice`."""
    content = {
        "code": notice.code,
        "level": notice.level.value,
        "message": notice.message,
        "fields": dict(notice.fields),
    }
    return Step(t, Party.TRANSLATOR, Party.HOST, notice=content)


def output_step(t: float, output: Output) -> Step:
    """The step for what the translator gave its host to do."""
    sender = Party.TRANSLATOR
    match output:
        case SendToClient(data):
            return frame_step(t, sender, Party.CLIENT, data)
        case SendToUpstream(data):
            return frame_step(t, sender, Party.UPSTREAM, data)
        case OpenUpstream(model, target, _, leg):
            details = {"model": model, "target": target, **leg_detail(leg)}
            return socket_step(t, sender, Party.UPSTREAM, "open", **details)
        case CloseClient(code, reason):
            return socket_step(t, sender, Party.CLIENT, "close", code=code, reason=reason)
        case CloseUpstream(code, reason):
            return socket_step(t, sender, Party.UPSTREAM, "close", code=code, reason=reason)
        case RunFunction(call_id, name, arguments):
            details = {"call_id": call_id, "name": name, "arguments": arguments}
            return socket_step(t, sender, Party.HOST, "RunFunction", **details)
        case Notice():
            return notice_step(t, output)
        case _:
            assert_never(output)


def _without_header(frame: bytes) -> bytes:
    """The agent's audio without the WAV header that may begin a turn (O1): that lasts no time."""
    if frame[:4] != b"RIFF" or frame[8:12] != b"WAVE":
        return frame
    return frame.partition(b"data")[2][4:]  # past the name and the size of the chunk that the audio is in


def _decoded_size(value: object) -> int | None:
    if not isinstance(value, str):
        return None
    try:
        return len(base64.b64decode(value, validate=True))
    except (binascii.Error, ValueError):
        return None


def _without_audio(value: object) -> object:
    """`value` with the base64 audio of content parts replaced: `{"type": "input_audio", "audio": "…"}`."""
    if is_array(value):
        return [_without_audio(entry) for entry in value]
    if not is_object(value):
        return value
    clean = {key: _without_audio(entry) for key, entry in value.items()}
    size = _decoded_size(value.get("audio"))
    if size is not None:
        clean["audio"] = f"<{size} bytes>"
    return clean
