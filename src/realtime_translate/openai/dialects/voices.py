"""How a voice is written in `session` (D2)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import frozen

__all__ = ["CUSTOM_VOICES", "VoiceObject"]


@frozen
class VoiceObject:
    """A kind of voice that is written as an object, and not as its name alone."""

    looks: str
    """How names of this kind begin: a regular expression."""
    key: str
    """Where the name stands in the object."""
    type: str = ""
    """The `type` of the object; empty where it has none."""

    def is_of(self, name: str) -> bool:
        """Whether a voice of that name is of this kind."""
        return re.match(self.looks, name) is not None

    def written(self, name: str) -> Mapping[str, str]:
        """The object for a voice of that name."""
        return {"type": self.type, self.key: name} if self.type else {self.key: name}


CUSTOM_VOICES = (VoiceObject("voice_", "id"),)
"""Those of GA: `{"id": "voice_…"}` is a voice that was made of somebody's."""
