"""One of every client message, and what came of it in a few words."""

from __future__ import annotations

import json
from typing import Any

from realtime_translate import CloseClient, CloseUpstream, Notice, OpenUpstream, SendToClient, SendToUpstream
from tests.events import answer, inject
from tests.harness import SETTINGS, Log
from tests.unit.session.updates.messages import listen, prompt, speak, think

__all__ = ["MESSAGES", "UPDATES", "outcome"]

Json = dict[str, Any]


def _say(behavior: str | None = None) -> Json:
    said = {"type": "InjectAgentMessage", "message": "Hi."}
    return said if behavior is None else {**said, "behavior": behavior}


MESSAGES: dict[str, Json | str | bytes] = {
    "Settings": SETTINGS,
    "UpdateListen": listen(),
    "UpdateThink": think("noon"),
    "UpdateSpeak": speak(),
    "UpdatePrompt": prompt(),
    "InjectUserMessage": inject(),
    "InjectAgentMessage": _say(),
    "InjectAgentMessage, queue": _say("queue"),
    "InjectAgentMessage, interrupt": _say("interrupt"),
    "InjectAgentMessage, unheard of": _say("shout"),
    "InjectAgentMessage, dynamic": {"type": "InjectAgentMessage", "is_dynamic": True},
    "InjectAgentMessage, empty": {"type": "InjectAgentMessage", "message": ""},
    "InjectAgentMessage, empty, interrupt": {**_say("interrupt"), "message": ""},
    "FunctionCallResponse": answer("call_9"),
    "KeepAlive": {"type": "KeepAlive"},
    "UpdateThink_Live": {"type": "UpdateThink_Live", "think_live": {"provider": {"type": "deepgram"}}},
    "ForceEndTurn": {"type": "ForceEndTurn"},
    "__customToThinkProvider": {"type": "__customToThinkProvider", "content": {"any": "thing"}},
    "audio": bytes(4800),
    "no audio": b"",
    "an unknown type": {"type": "Nope"},
    "a type of the server's": {"type": "Welcome", "request_id": "r"},
    "a missing field": {"type": "InjectUserMessage"},
    "a wrong field": {"type": "UpdatePrompt", "prompt": 3},
    "no type": {"prompt": "Hi"},
    "no object": "[]",
    "no JSON": "oops",
}
UPDATES = tuple(
    name for name in MESSAGES if name in ("UpdateListen", "UpdateThink", "UpdateSpeak", "UpdatePrompt")
)


def outcome(log: Log) -> str:
    """What came out, in order: `<` to the client, `>` upstream, `!` a Notice, and what else the host does."""
    return " ".join(_word(each) for each in log.outputs)


def _word(output: object) -> str:
    if isinstance(output, SendToClient):
        if isinstance(output.data, bytes):
            return "<audio"
        message = json.loads(output.data)
        code = message.get("code")
        return f"<{message['type']}:{code}" if code else f"<{message['type']}"
    if isinstance(output, SendToUpstream):
        return f">{json.loads(output.data)['type']}"
    if isinstance(output, Notice):
        return f"!{output.code}"
    assert isinstance(output, (OpenUpstream, CloseClient, CloseUpstream)), output
    return type(output).__name__
