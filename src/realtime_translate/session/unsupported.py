"""What no policy does yet: the client and the host are told, so that nothing is ignored silently."""

from __future__ import annotations

from ..deepgram.codes import WarningCode
from ..mapping import to_client
from ..notices import notice
from .signals import Effect

__all__ = ["unsupported"]


def unsupported(what: str) -> list[Effect]:
    """Warning `NOT_SUPPORTED_YET` and a notice."""
    return [
        notice("NOT_SUPPORTED_YET", what=what),
        to_client.warning(WarningCode.NOT_SUPPORTED_YET, f"{what} is not supported yet"),
    ]
