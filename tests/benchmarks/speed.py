"""With and without the `speed` extra."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from realtime_translate.openai import audio_frames

__all__ = ["installed", "using"]


def installed() -> bool:
    """Whether the libraries of the extra are there."""
    return audio_frames.fast() is not None


@contextmanager
def using(speed: bool) -> Generator[None, None, None]:
    """Translators that are made inside use the extra, or do not."""
    before = audio_frames.use(speed)
    try:
        yield
    finally:
        audio_frames.use(before)
