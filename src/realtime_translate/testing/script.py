"""What the modelled agent says: replies, in order or by a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import attrs

MS_PER_CHARACTER = 60  # roughly the pace of a synthetic voice
SHORTEST_AUDIO_MS = 200


@attrs.frozen(slots=True)
class Say:
    """A message of the agent; spoken when the response's output modality is audio.

    `audio_ms` is how long the speech lasts, in milliseconds; by default it follows from the text.
    """

    text: str
    audio_ms: int | None = None

    @property
    def duration_ms(self) -> int:
        """How long the speech lasts, in milliseconds."""
        if self.audio_ms is not None:
            return self.audio_ms
        return max(SHORTEST_AUDIO_MS, MS_PER_CHARACTER * len(self.text))


@attrs.frozen(slots=True)
class Call:
    """A function call of the agent. `arguments` is a JSON string; `call_id` is invented when None."""

    name: str
    arguments: str = "{}"
    call_id: str | None = None


@attrs.frozen(slots=True, init=False)
class Reply:
    """One response: its output items in order, and how it ends.

    `status` is `completed`, `incomplete` or `failed`. `reason` is the `reason` of an incomplete response
    (`max_output_tokens`, `content_filter`) or the error code of a failed one; `message` is the error's text.
    """

    parts: tuple[Say | Call, ...]
    status: str
    reason: str | None
    message: str

    def __init__(
        self,
        *parts: Say | Call,
        status: str = "completed",
        reason: str | None = None,
        message: str = "The response failed.",
    ) -> None:
        if status not in ("completed", "incomplete", "failed"):
            raise ValueError(f"a reply ends completed, incomplete or failed, not {status!r}")
        self.__attrs_init__(parts, status, reason, message)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


@attrs.frozen(slots=True)
class ServerView:
    """What a script function may look at: copies of the server's state when a response begins.

    `trigger` says what made it: `client`, `vad`, `commit` (a client's, where the server answers those by
    itself) or `idle`. `number` counts responses from 0.
    """

    session: Mapping[str, object]
    items: tuple[Mapping[str, object], ...]
    trigger: str
    number: int


ScriptFunction: TypeAlias = Callable[[ServerView, Mapping[str, object]], Reply]
"""Gets the view and the `response` object of the `response.create` (empty for the server's own responses).

What the request holds (`instructions`, `tool_choice`, `output_modalities`, `metadata` …) is for this response
alone; `view.session` holds what counts otherwise."""

Script: TypeAlias = "Sequence[Reply] | ScriptFunction"

DEFAULT_REPLY = Reply(Say("Yes."))


@attrs.define(slots=True)
class Replies:
    """Hands out a script's replies; when it has run out, `DEFAULT_REPLY` for ever."""

    script: Script
    used: int = 0

    def next(self, view: ServerView, request: Mapping[str, object]) -> Reply:
        """The reply to this request. With `tool_choice` none, the model cannot call: calls are left out."""
        reply = self._scripted(view, request)
        if request.get("tool_choice", view.session.get("tool_choice")) != "none":
            return reply
        said = tuple(part for part in reply.parts if isinstance(part, Say))
        if said == reply.parts:
            return reply
        parts = said or DEFAULT_REPLY.parts
        return Reply(*parts, status=reply.status, reason=reply.reason, message=reply.message)

    def _scripted(self, view: ServerView, request: Mapping[str, object]) -> Reply:
        if callable(self.script):
            return self.script(view, request)
        if self.used >= len(self.script):
            return DEFAULT_REPLY
        self.used += 1
        return self.script[self.used - 1]
