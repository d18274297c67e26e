"""The two frames that carry audio, past the codec: many times a second, and large.

With the `speed` extra msgspec and pybase64 do the work. They differ from the standard library in what they
refuse, not in what they make of what both accept, as long as a frame holds nothing but what an audio delta
has. So they serve those alone, and whatever they refuse is left to the standard library (L1).
"""

from __future__ import annotations

from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, Final, TypeAlias

from attrs import frozen

__all__ = [
    "AUDIO_DELTA",
    "BETA_AUDIO_DELTA",
    "AudioDelta",
    "AudioFrames",
    "delta_of",
    "fast",
    "in_use",
    "standard",
    "use",
]

AUDIO_DELTA: Final = "response.output_audio.delta"
BETA_AUDIO_DELTA: Final = "response.audio.delta"

AudioDelta: TypeAlias = "tuple[str | None, str, int, bytes, bool]"
"""The response, the item (empty if it is not named), the content part, the audio, and whether the frame has
the name of the beta.
"""

MOST_AROUND: Final = 300
"""Characters of a frame before its base64, if it is read fast. No number or id in it can then be too long: a
decoder that keeps only the last of equal keys does not tell how long the others were.
"""

_MOST_PARTS = 1000


@frozen
class AudioFrames:
    """How frames that carry audio are read and written.

    `append`: the frame that appends audio to the input buffer. `delta`: what an audio delta holds, or None
    for every other frame and wherever there is the least doubt; None if the codec reads them all.
    """

    append: Callable[[bytes], str]
    delta: Callable[[str | bytes], AudioDelta | None] | None = None


def delta_of(data: Mapping[str, object]) -> AudioDelta | None:
    """What a decoded audio delta holds, or None if it cannot be decoded (O1)."""
    response_id, item_id, index = data.get("response_id"), data.get("item_id"), data.get("content_index")
    audio = _decoded(data.get("delta"))
    if audio is None or not (response_id is None or isinstance(response_id, str)):
        return None
    beta = data.get("type") == BETA_AUDIO_DELTA
    return response_id, item_id if isinstance(item_id, str) else "", _part(index), audio, beta


def _decoded(base64_text: object) -> bytes | None:
    if not isinstance(base64_text, str):
        return None
    try:
        data = a2b_base64(base64_text)
    except (Base64Error, ValueError):
        return None
    if not data and base64_text:
        return None
    # The decoder stops at padding in the middle and says nothing: what comes after it would be lost.
    cut_short = len(data) + 2 < len(base64_text) // 4 * 3 and "=" in base64_text.rstrip("=")
    return None if cut_short else data


def _part(index: object) -> int:
    """A server may say anything."""
    return index if type(index) is int and 0 <= index <= _MOST_PARTS else 0


# --- which one ----------------------------------------------------------------------------------------------


def _append(audio: bytes) -> str:
    return f'{{"type":"input_audio_buffer.append","audio":"{b2a_base64(audio, newline=False).decode()}"}}'


standard: Final = AudioFrames(_append)
"""With the standard library."""


@cache
def fast() -> AudioFrames | None:
    """With the libraries of the `speed` extra, or None where they are not installed."""
    try:
        msgspec: Any = import_module("msgspec")
        pybase64: Any = import_module("pybase64")
    except ImportError:
        return None
    encoded: Callable[[bytes], str] = pybase64.b64encode_as_string

    def append(audio: bytes) -> str:
        return f'{{"type":"input_audio_buffer.append","audio":"{encoded(audio)}"}}'

    return AudioFrames(append, _fast_delta(msgspec, pybase64))


def _fast_delta(msgspec: Any, pybase64: Any) -> Callable[[str | bytes], AudioDelta | None]:
    """`delta` of `AudioFrames`, for frames as servers write them: the base64 comes last.

    What is around the base64 is decoded as if that were empty; the class names all that may be there: no
    nesting, no unknown field. Strict base64 has neither quotes nor escapes, so a frame in which it is not
    empty says the same but for that.
    """
    fields = [
        ("delta", str),
        ("response_id", str | None, None),
        ("item_id", str, ""),
        ("content_index", int | float, 0),
        ("output_index", int | float, 0),
        ("event_id", str, ""),
    ]
    shape = {"tag_field": "type", "forbid_unknown_fields": True, "gc": False}
    decode, decode_beta = (
        msgspec.json.Decoder(msgspec.defstruct("AudioDelta", fields, tag=tag, **shape)).decode
        for tag in (AUDIO_DELTA, BETA_AUDIO_DELTA)
    )
    b64decode = pybase64.b64decode

    def delta(frame: str | bytes) -> AudioDelta | None:
        try:
            text = frame if isinstance(frame, str) else frame.decode()
            begin = text.find('"delta":', 0, MOST_AROUND)
            if begin < 0 or not text.endswith('"}'):
                return None
            beta = text.find(AUDIO_DELTA, 0, begin) < 0
            if beta and text.find(BETA_AUDIO_DELTA, 0, begin) < 0:
                return None
            quote = begin + (9 if text[begin + 8] == " " else 8)
            if text[quote] != '"':
                return None
            event = (decode_beta if beta else decode)(f'{text[:begin]}"delta":""}}')
            audio = b64decode(text[quote + 1 : -2], None, True)
        except Exception:  # whatever it was: the standard library judges
            return None
        return event.response_id, event.item_id, _part(event.content_index), audio, beta

    return delta


_choice: list[bool] = [True]


def use(speed: bool) -> bool:
    """For tests and measurements: whether translators made from now on may use the `speed` extra. Returns
    what held before.
    """
    before, _choice[0] = _choice[0], speed
    return before


def in_use() -> AudioFrames:
    """The fast one where it is installed."""
    return (fast() if _choice[0] else None) or standard
