"""Tokens that upstream counts, for the host's account (O9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from ..notices import notice
from ..outputs import Notice

__all__ = ["usage"]

_MOST = 2**53


def usage(of: str, counted: object) -> tuple[Notice, ...]:
    """A Notice with the counts of a response or of a transcription, if the server gives any."""
    used = _object(counted)
    taken, given = _object(used.get("input_token_details")), _object(used.get("output_token_details"))
    if not used:
        return ()
    return (
        notice(
            "USAGE",
            of=of,
            total=_count(used, "total_tokens"),
            input=_count(used, "input_tokens"),
            input_cached=_count(taken, "cached_tokens"),
            input_text=_count(taken, "text_tokens"),
            input_audio=_count(taken, "audio_tokens"),
            output=_count(used, "output_tokens"),
            output_text=_count(given, "text_tokens"),
            output_audio=_count(given, "audio_tokens"),
        ),
    )


def _count(value: Mapping[str, object], name: str) -> int:
    """A server may say anything."""
    count = value.get(name)
    return count if type(count) is int and 0 <= count <= _MOST else 0


def _object(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}
