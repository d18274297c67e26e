"""The two names of each output of a response: that of GA, and that of the beta, which many servers keep (D1).

The events differ in nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import frozen

__all__ = ["BETA_NAMES", "SPELLINGS", "Spelling"]


@frozen
class Spelling:
    """How an event is named. `output`: `audio`, `transcript` or `text`. `beta`: by the older of its names."""

    output: str
    beta: bool


_OUTPUTS = (
    ("audio", "output_audio", "audio"),
    ("transcript", "output_audio_transcript", "audio_transcript"),
    ("text", "output_text", "text"),
)
"""Each with its name in GA and in the beta."""
_ENDS = ("delta", "done")

BETA_NAMES: Final[Mapping[str, str]] = {
    f"response.{beta}.{end}": f"response.{ga}.{end}" for _, ga, beta in _OUTPUTS for end in _ENDS
}
"""GA's name of each event that the beta names otherwise."""

SPELLINGS: Final[Mapping[str, Spelling]] = {
    f"response.{name}.{end}": Spelling(output, beta=name == beta)
    for output, ga, beta in _OUTPUTS
    for name in (ga, beta)
    for end in _ENDS
}
"""Both names of these events."""
