"""What the modelled agent says: replies, in order or by a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import attrs

MS_PER_CHARACTER = 60  # roughly the pace of a synthetic voice
SHORTEST_AUDIO_MS = 200


@attrs.frozen(slots=True)
class Say:
    """A message of the agent; spoken when the response's output modality is audio."""

    text: str
    """What is said; the transcript where it is spoken."""
    audio_ms: int | None = None
    """How long the speech lasts, in milliseconds; None: 60 a character, and at least 200."""

    @property
    def duration_ms(self) -> int:
        """How long the speech lasts, in milliseconds."""
        if self.audio_ms is not None:
            return self.audio_ms
        return max(SHORTEST_AUDIO_MS, MS_PER_CHARACTER * len(self.text))


@attrs.frozen(slots=True)
class Call:
    """A function call of the agent."""

    name: str
    """The name of the function."""
    arguments: str = "{}"
    """A JSON string."""
    call_id: str | None = None
    """The id of the call; invented when None."""


@attrs.frozen(slots=True, init=False)
class Reply:
    """One response: its output items in order, and how it ends. The items are positional arguments, the rest
    keywords.

    Raises ValueError for another status.
    """

    parts: tuple[Say | Call, ...]
    """The output items, in order."""
    status: str
    """`completed`, `incomplete` or `failed`."""
    reason: str | None
    """The `reason` of an incomplete response (`max_output_tokens`, `content_filter`), or the error code of a
    failed one.
    """
    message: str
    """The error's text, of a failed one."""

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
    """What a script function may look at: copies of the server's state when a response begins."""

    session: Mapping[str, object]
    """The `session` object in effect."""
    items: tuple[Mapping[str, object], ...]
    """The items of the conversation, oldest first."""
    trigger: str
    """What made the response: `client`, `vad`, `commit` (a client's, where the server answers those by
    itself) or `idle`.
    """
    number: int
    """How many responses there were before."""


ScriptFunction: TypeAlias = Callable[[ServerView, Mapping[str, object]], Reply]
"""Gets the view and the `response` object of the `response.create` (empty for the server's own responses).

What the request holds (`instructions`, `tool_choice`, `output_modalities`, `metadata` …) is for this response
alone; `view.session` holds what counts otherwise."""

Script: TypeAlias = "Sequence[Reply] | ScriptFunction"
"""Replies for the responses in order, then `DEFAULT_REPLY`; or a function that gets a `ServerView` and the
`response` object of the `response.create`, and returns the reply."""

DEFAULT_REPLY = Reply(Say("Yes."))
"""What the agent says when no script says anything else."""


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
