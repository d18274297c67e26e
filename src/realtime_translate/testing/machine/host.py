"""What a call needs of the program in the middle: the inputs of `Translator`, as a protocol."""

from __future__ import annotations

from typing import Protocol

from ...outputs import Outputs

__all__ = ["Host"]


class Host(Protocol):
    """Anything that takes the inputs of a call and returns what has to be done.

    That is `Translator` itself, a wrapper around it, a vendored copy, or the core of a host. What each input
    means is in `Translator`.
    """

    def client_opened(self) -> Outputs:
        """The client's socket is open."""
        ...

    def upstream_opened(self, leg: int | None = None) -> Outputs:
        """The upstream socket is open."""
        ...

    def receive_from_client(self, frame: str | bytes) -> Outputs:
        """One whole frame of the client."""
        ...

    def receive_from_upstream(self, frame: str | bytes, leg: int | None = None) -> Outputs:
        """One whole frame of upstream."""
        ...

    def client_closed(self, code: int | None = None, reason: str = "") -> Outputs:
        """The client's socket closed."""
        ...

    def upstream_closed(self, code: int | None = None, reason: str = "", leg: int | None = None) -> Outputs:
        """The upstream socket closed, or could not be opened."""
        ...

    def handle_timeout(self) -> Outputs:
        """The deadline passed."""
        ...

    def playback_reported(self, played_ms: int) -> Outputs:
        """The client has played so much of the agent's audio."""
        ...

    def function_result(self, call_id: str, content: str) -> Outputs:
        """The result of a `RunFunction` output."""
        ...

    def renew(self) -> Outputs:
        """The program wants another upstream session."""
        ...

    def close(self, code: int = 1000, reason: str = "") -> Outputs:
        """The program is going away."""
        ...

    @property
    def next_deadline(self) -> float | None:
        """When `handle_timeout` wants to be called, on the host's clock; None: never."""
        ...

    @property
    def client_paused(self) -> bool:
        """Whether the client should not be read for now."""
        ...
