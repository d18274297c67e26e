"""How well a cell of a row is known."""

from __future__ import annotations

from enum import Enum

__all__ = ["Evidence"]


class Evidence(str, Enum):
    """How well a cell of a row is known, best first."""

    RECORDED = "recorded"
    """Seen on the wire of that server."""
    READ = "read"
    """Read in the source of the server, or of a client that is known to work with it."""
    DOCUMENTED = "documented"
    """Written on a page of its maker."""
    ASSUMED = "assumed"
    """Taken over from OpenAI's GA server."""
