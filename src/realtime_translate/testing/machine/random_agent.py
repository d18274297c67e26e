"""What the agent of a random call says and calls, and what it hears."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from random import Random
from typing import Any, cast

from ..model.script import Call, Reply, Say, ServerView

__all__ = ["HOST_TOOL", "INVENTED", "TOOL", "RandomAgent"]

TOOL, HOST_TOOL = "get_weather", "get the tide"
"""Functions that it calls: one that the client runs, one that the host runs, whose name upstream cannot take
(S10).
"""
INVENTED = "get_nothing"
"""One that nobody declared: models invent functions (F7)."""


class RandomAgent:
    """Never says the same twice, so that what is lost or doubled shows. `replies` come first."""

    def __init__(self, random: Random) -> None:
        self.replies: list[Reply] = []
        self._random = random
        self._numbers = itertools.count(1)

    def transcribe(self, audio: bytes) -> str:
        """What the user said."""
        return f"Speech number {next(self._numbers)}."

    def words(self) -> Say:
        """Something unlike anything before."""
        length = self._random.randrange(5) * 100 + 100
        return Say(f"Reply number {next(self._numbers)}.", audio_ms=length)

    def reply(self, view: ServerView, request: Mapping[str, object]) -> Reply:
        """Mostly words, now and then calls, one or two, with or without words; no endless chain of calls."""
        if "broke off" in str(request.get("instructions")):  # N8
            return Reply(self.words())
        if "instructions" in request:
            return Reply(Say(str(request["instructions"]).splitlines()[-1], audio_ms=200))
        if self.replies:
            return self.replies.pop(0)
        words, more = self.words(), self.words()
        tools = [each["name"] for each in cast("list[dict[str, Any]]", view.session.get("tools") or [])]
        follows = bool(view.items) and view.items[-1].get("type") == "function_call_output"
        if follows or not tools:
            return Reply(words)
        one, other = (Call(self._random.choice(tools), '{"city": "Oslo"}') for _ in "ab")
        if self._random.randrange(50) == 0:
            one = Call(INVENTED)
        shapes: list[tuple[Say | Call, ...]] = [(words,)] * 3
        shapes += [(words, more), (one,), (words, one), (one, other), (words, one, more)]
        return Reply(*self._random.choice(shapes))
