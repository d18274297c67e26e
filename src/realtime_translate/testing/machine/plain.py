"""What servers of other makes leave out, filled in: the checks ask which response and which item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["plain"]


def plain(event: Mapping[str, Any], active: str | None) -> dict[str, Any]:
    """The event; what names no response is about the active one, and no item about one without a name."""
    named = {"response_id": active, "item_id": ""} if event["type"].startswith("response.") else {}
    response = event.get("response")
    if isinstance(response, Mapping) and "id" not in response:
        new = f"the one of {event['event_id']}"
        response_id = active if event["type"] == "response.done" and active is not None else new
        return {**named, **event, "response": {"id": response_id, **response}}
    return {**named, **event}
