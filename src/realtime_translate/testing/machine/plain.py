"""What servers of other makes leave out, filled in, and what they say otherwise, in the words of GA.

The checks ask which response and which item, and know one name of each event.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["REPEATED", "named_once", "plain"]

REPEATED = "repeated"
"""The type of an event that has come by its other name already (D1)."""
_OUTPUT = re.compile(r"response\.(output_)?(text|audio|audio_transcript)\.(delta|done)")


def named_once(event: Mapping[str, Any], first: dict[str, bool]) -> dict[str, Any]:
    """The event by its name in GA. `first`: of each output, whether this server sends it by that name first;
    a session has one habit.
    """
    if event["type"] == "session.created":
        first.clear()
    found = _OUTPUT.fullmatch(event["type"])
    if found is None:
        return dict(event)
    of_ga, output, end = found[1] is not None, found[2], found[3]
    heard = first.setdefault(output, of_ga) is of_ga
    return {**event, "type": f"response.output_{output}.{end}" if heard else REPEATED}


def plain(event: Mapping[str, Any], active: str | None) -> dict[str, Any]:
    """The event; what names no response is about the active one, and no item about one without a name."""
    of_response = event["type"].startswith(("response.", REPEATED))
    named = {"response_id": active, "item_id": ""} if of_response else {}
    response = event.get("response")
    if isinstance(response, Mapping) and "id" not in response:
        new = f"the one of {event['event_id']}"
        response_id = active if event["type"] == "response.done" and active is not None else new
        return {**named, **event, "response": {"id": response_id, **response}}
    return {**named, **event}
