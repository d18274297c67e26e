"""What a user of the state machine brings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import attrs

from ...config import ClientDialect, Config
from .host import Host

__all__ = ["Hooks"]

Json = dict[str, Any]
_Factory: TypeAlias = "Callable[[Config, Callable[[], float], Callable[[], str]], Host]"


@attrs.frozen
class Hooks:
    """What the machine's user brings: how hosts are made and copied, and checks of whole frames.

    `copy` gives a second host that goes on where the first stands, or None where that is not possible.
    """

    make: _Factory
    copy: Callable[[Host, Config, Callable[[], float], Callable[[], str]], Host | None]
    check_client_frame: Callable[[ClientDialect, Json], None]
    check_upstream_frame: Callable[[Json], None]
