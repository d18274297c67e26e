"""What a parse gives when a frame is not one of the protocol's messages."""

from collections.abc import Mapping

import attrs


@attrs.frozen
class Unknown:
    """A JSON object with a string `type` that no class of the protocol has."""

    type: str
    """What the object says it is."""
    data: Mapping[str, object]
    """The decoded object."""


@attrs.frozen
class Malformed:
    """A frame that is no message at all, or a known message that breaks its own shape."""

    reason: str
    """A sentence that says what is wrong and where; it quotes no content."""
    path: str = ""
    """The place in the frame (`agent.think.functions[0].name`), empty when the whole frame is at fault."""
    type: str | None = None
    """The frame's `type`, when it has one."""
