"""How a mapping says that a setting cannot work."""

from __future__ import annotations

from ..deepgram.codes import ErrorCode, WarningCode

__all__ = ["Refusal"]


class Refusal(Exception):  # noqa: N818 - it is an answer to the client, and no error of the program
    """The client asked for what cannot work (S10). Caught where the mapping is called."""

    def __init__(
        self, path: str, reason: str, code: ErrorCode | WarningCode = ErrorCode.INVALID_SETTINGS
    ) -> None:
        super().__init__(f"{path}: {reason}")
        self.code = code
        self.description: str = f"{path}: {reason}"
