"""The outputs of an input as JSON-able data: as they are, without what they say, or as hashes."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from ..outputs import (
    CloseClient,
    CloseUpstream,
    Notice,
    OpenUpstream,
    Output,
    RunFunction,
    SendToClient,
    SendToUpstream,
)
from .frames import REMOVED, Shape
from .texts import plain

__all__ = ["described", "hashed", "masked_target"]

_SHAPE = Shape()
_QUERY = re.compile(r"([?&][\w-]+=)([^&]*)")
_KEPT_PARAMETERS = ("model", "deployment", "intent", "api-version")


def described(output: Output, redacted: bool) -> dict[str, object]:
    """Everything that an output holds; what tells secrets is reduced to its shape in a redacted recording."""
    kind, content = _CONTENT[type(output)]
    return {kind: content(output, redacted)}


def hashed(data: Mapping[str, object]) -> list[str]:
    """What kind of output it is, and a hash of the whole."""
    text = json.dumps(data, sort_keys=False, separators=(",", ":"))
    return [_label(data), sha256(text.encode("ascii")).hexdigest()[:16]]


def _label(data: Mapping[str, Any]) -> str:
    [(kind, content)] = data.items()
    fields: Mapping[str, object] = json.loads(content) if isinstance(content, str) else content
    name = fields.get("type", fields.get("code"))
    return f"{kind} {name}" if isinstance(name, str) else kind


def masked_target(target: str) -> str:
    """A path and its query, without what may be a credential."""

    def parameter(found: re.Match[str]) -> str:
        return found[0] if found[1][1:-1].lower() in _KEPT_PARAMETERS else found[1] + REMOVED

    return _QUERY.sub(parameter, target)


def _client(output: SendToClient, redacted: bool) -> object:
    if isinstance(output.data, bytes):
        size = len(output.data)
        return {"audio_bytes": size} if redacted else {"audio": b64encode(output.data).decode("ascii")}
    return _text(output.data, redacted)


def _upstream(output: SendToUpstream, redacted: bool) -> object:
    return _text(output.data, redacted)


def _text(frame: str, redacted: bool) -> object:
    return _SHAPE.frame(json.loads(frame)) if redacted else frame


def _open(output: OpenUpstream, redacted: bool) -> object:
    later: dict[str, object] = {} if output.leg == 1 else {"leg": output.leg}
    if output.server:
        later["server"] = output.server
    if not redacted:
        return {"model": output.model, "target": output.target, "headers": dict(output.headers), **later}
    return {
        **_SHAPE.frame({"model": output.model}),
        "target": masked_target(output.target),
        "headers": dict.fromkeys(output.headers, REMOVED),
        **later,
    }


def _close(output: CloseClient | CloseUpstream, redacted: bool) -> object:
    return {"code": output.code, "reason": plain(output.reason) if redacted else output.reason}


def _run(output: RunFunction, redacted: bool) -> object:
    data = {
        "call_id": output.call_id,
        "name": output.name,
        "arguments": output.arguments,
        "endpoint": dict(output.endpoint),
    }
    return _SHAPE.frame(data) if redacted else data


def _notice(output: Notice, redacted: bool) -> object:
    if not redacted:
        return {
            "code": output.code,
            "level": output.level.value,
            "message": output.message,
            "fields": dict(output.fields),
        }
    fields = {name: _field(value) for name, value in output.fields.items()}
    return {"code": output.code, "level": output.level.value, "fields": fields}


def _field(value: object) -> object:
    return plain(value) if isinstance(value, str) else value


_CONTENT: Mapping[type, tuple[str, Callable[[Any, bool], object]]] = {
    SendToClient: ("client", _client),
    SendToUpstream: ("upstream", _upstream),
    OpenUpstream: ("open_upstream", _open),
    CloseClient: ("close_client", _close),
    CloseUpstream: ("close_upstream", _close),
    RunFunction: ("run_function", _run),
    Notice: ("notice", _notice),
}
