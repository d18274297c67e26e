"""Who ends the user's turn, as a server lets it be chosen (D3)."""

from __future__ import annotations

from attrs import frozen

__all__ = ["Turns"]


@frozen
class Turns:
    """The kinds of turn detection of a server, and what it makes of the rest."""

    kinds: tuple[str, ...] = ("server_vad", "semantic_vad")
    """Values of `turn_detection.type` of those that this library knows; the first serves for any other."""
    eagerness: tuple[str, ...] = ("auto", "low", "medium", "high")
    """What `semantic_vad` takes; the first serves for any other."""
    manual: str = ""
    """The type that leaves commits to the client; empty where that is `null`."""
    can_be_manual: bool = True
    """Whether turn detection can be switched off. If not, the server always commits (V1)."""
    create_response: bool = True
    """Whether `create_response: false` is obeyed. If not, the server always answers what it commits (V3)."""
    answers_commits: bool = False
    """Whether the server answers a commit of the client by itself (A5)."""
