"""Who said what and when: the words of a call, found in its steps."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from attrs import define, field, frozen

from .detail import one_line
from .lines import is_final
from .steps import Party, Step

__all__ = ["Said", "said"]


@frozen
class Said:
    """What a `role`, user or assistant, said, in seconds since the call began: when the user spoke, else when
    the client was told.
    """

    role: str
    text: str
    start: float
    end: float


def said(steps: Iterable[Step]) -> Iterator[Said]:
    """The words of a call, in the order in which the client was told."""
    listener = _Listener()
    for step in steps:
        listener.hear(step)
        if step.sender is Party.TRANSLATOR and step.receiver is Party.CLIENT:
            yield from listener.told(step)


@define
class _Listener:
    """Remembers when the user spoke, until the client is told what was heard."""

    _speaks_from: float | None = None
    _speaks_until: float = 0.0
    _spoken: deque[tuple[float, float]] = field(factory=deque[tuple[float, float]])
    """Committed and not told yet."""
    _typed: deque[str] = field(factory=deque[str])

    def hear(self, step: Step) -> None:
        """Notice what is said in `step`."""
        if step.sender is Party.CLIENT and step.audio_bytes:
            self._speaks_from = step.t if self._speaks_from is None else self._speaks_from
            self._speaks_until = step.t
        elif step.type == "InjectUserMessage":
            self._typed.append(one_line((step.frame or {}).get("content")))
        elif step.type == "input_audio_buffer.speech_started":
            self._speaks_from = step.t
        elif step.type == "input_audio_buffer.speech_stopped":
            self._speaks_until = step.t
        elif step.type == "input_audio_buffer.committed":
            start = step.t if self._speaks_from is None else self._speaks_from
            self._spoken.append((start, max(start, self._speaks_until)))
            self._speaks_from = None

    def told(self, step: Step) -> Iterator[Said]:
        """What the client is told in `step`."""
        frame = step.frame or {}
        if step.type == "ConversationText":
            role, text = one_line(frame.get("role")), one_line(frame.get("content"))
        elif step.type == "Transcript" and is_final(step):
            role, text = "user", one_line(frame.get("transcript"))
        else:
            return
        times = (step.t, step.t)
        if role == "user" and text in self._typed:
            self._typed.remove(text)
        elif role == "user" and self._spoken:
            times = self._spoken.popleft()
        yield Said(role, text, *times)
