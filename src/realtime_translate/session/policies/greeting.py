"""What is said before the first turn: the greeting (G1, G3)."""

from __future__ import annotations

from ...config import GreetingMode
from ..entries import WishKind
from ..env import Env
from ..signals import Effects, ResponseWanted, SessionReady
from ..state import Call

__all__ = ["greet"]


def greet(call: Call, env: Env, _: SessionReady) -> Effects:
    """Show the greeting; no item and no response upstream comes of it (G1). Or have it spoken (G3)."""
    if env.plan.greeting is None:
        return ()
    if env.config.greeting is GreetingMode.SPOKEN:
        return (ResponseWanted(WishKind.SPEECH, env.plan.greeting),)
    return env.text("assistant", env.plan.greeting)
