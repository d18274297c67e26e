"""What a frame may be, before anything is made of it (L1, L4)."""

from __future__ import annotations

from ..config import Limits
from ..wire import holds_more

__all__ = ["excess", "too_large"]


def excess(frame: str, limits: Limits) -> str:
    """Which limit a text frame of the client is over, and so is not decoded (L1, L4); empty if none."""
    for name in ("text_bytes_up", "frame_bytes_up"):
        if too_large(frame, getattr(limits, name)):
            return f"the text frame is larger than {getattr(limits, name)} bytes (Config.limits.{name})"
    if holds_more(frame, limits.json_values):
        return f"the text frame holds more than {limits.json_values} values (Config.limits.json_values)"
    return ""


def too_large(frame: str | bytes, limit: int) -> bool:
    """Whether a frame is over so many bytes (of UTF-8, if it is text)."""
    if len(frame) > limit:
        return True
    if isinstance(frame, bytes) or frame.isascii() or len(frame) * 4 <= limit:
        return False
    return len(frame.encode("utf-8", "replace")) > limit
