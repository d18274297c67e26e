"""Client messages that no OpenAI server can answer: refused with a Warning, and the call goes on."""

from __future__ import annotations

from ... import deepgram
from ...deepgram.codes import WarningCode
from ...mapping import to_client
from ...notices import notice
from ..env import Env
from ..signals import Effects
from ..state import Call

__all__ = ["custom_think", "think_live"]


def think_live(call: Call, env: Env, message: deepgram.UpdateThinkLive) -> Effects:
    """Think Live is a service of Deepgram's own."""
    return _refuse(WarningCode.THINK_LIVE_UNSUPPORTED, message.type, "Think Live is not available here")


def custom_think(call: Call, env: Env, message: deepgram.CustomToThinkProvider) -> Effects:
    """The think provider is the realtime model: there is no custom one to pass anything to."""
    reason = "there is no custom think provider here"
    return _refuse(WarningCode.CUSTOM_THINK_UNSUPPORTED, message.type, reason)


def _refuse(code: str, kind: str, reason: str) -> Effects:
    return notice("CLIENT_MESSAGE_REFUSED", reason=f"{kind}: {reason}"), to_client.warning(code, reason)
