"""What every policy may read: the configuration, the plan of the call, time, timers and ids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from attrs import define, field

from .. import deepgram, openai
from ..audio import PCM_24K, Conversion
from ..config import ClientDialect, Config, Limits, SilenceKeepalive
from ..mapping import shapes, to_client
from ..mapping.elsewhere import config_at
from ..mapping.errors import Problem
from ..mapping.plan import Plan
from ..notices import notice
from ..openai import audio_frames
from ..openai.audio_frames import AudioFrames
from ..openai.dialects import UpstreamDialect
from ..outputs import Notice, SendToClient, SendToUpstream
from ..renewal import Renewal
from ..wire import dumps
from .timers import Instant, TimerName, Timers

__all__ = ["Env", "Ids"]


_HEADS = {"message": "msg_", "function_call": "fc_", "function_call_output": "fco_"}
_CALL_HEAD = "call_"
_LONGEST_ITEM_ID = 32
_REMEMBERED = 64


@define(eq=False, repr=False)
class Ids:
    """Ids of our own upstream events and items: one prefix a session, and a counter (R6)."""

    prefix: str = ""
    count: int = 0
    heads: dict[str, str] = field(factory=dict[str, str])
    """How ids of items of a type, or of a `call`, begin at this server, where it has refused ours (D5)."""
    harmless: list[str] = field(factory=list[str])
    """Our last events whose refusal needs no attention, and paths of what was refused and left out."""

    def next(self) -> str:
        """A new id."""
        self.count += 1
        return f"{self.prefix}_{self.count}"

    def context(self) -> str:
        """A new id of an event that creates an item of the context, by which its refusal is known (T6)."""
        self.count += 1
        return f"{self.prefix}_context_{self.count}"

    def is_context(self, event_id: str) -> bool:
        """Whether an event created an item of the context."""
        return event_id.startswith(f"{self.prefix}_context_")

    def call(self) -> str:
        """A new id of a function call, for the client (F1)."""
        self.count += 1
        return f"call_{self.prefix}_{self.count}"

    def item(self, kind: str) -> str:
        """A new id for an item of that type: of at most 32 characters, and like those that servers give such
        items, for some take no others (T1, C1).
        """
        self.count += 1
        head, tail = self.head(kind), f"_{self.count}"
        return head + self.prefix[: _LONGEST_ITEM_ID - len(head + tail)] + tail

    def may_fail(self, event_id: str, path: str = "") -> None:
        """An error that answers this event of ours, or that answers none and names `path`, needs no attention
        (E2, S7).
        """
        keys = [event_id, path] if path else [event_id]
        self.harmless = [*self.harmless, *keys][-_REMEMBERED:]

    def has_failed(self, key: str) -> bool:
        """Whether an error with this event id or path needs no attention. Another one with it does."""
        if key not in self.harmless:
            return False
        self.harmless.remove(key)
        return True

    def begin_anew(self) -> None:
        """Nothing is in flight of what may fail: the session is another."""
        self.harmless = []

    def call_as_wanted(self, call_id: str) -> str:
        """The id of a call of the past, as this server wants it to begin (D5)."""
        head = self.heads.get("call", "")
        if call_id.startswith(head):
            return call_id
        return (head + call_id.removeprefix(_CALL_HEAD))[:_LONGEST_ITEM_ID]

    def head(self, kind: str) -> str:
        """How the id of an item of that type begins."""
        return self.heads.get(kind) or _HEADS[kind]

    def gave(self, event_id: str) -> bool:
        """Whether this is one of them. Servers also name nothing, "" or what we never sent."""
        return self.number(event_id) > 0

    def number(self, event_id: str) -> int:
        """Which one it is of those that were given, counted from 1; 0 if it is none."""
        prefix, _, number = event_id.rpartition("_")
        known = prefix in (self.prefix, f"{self.prefix}_context") and _NUMBER.fullmatch(number)
        return int(number) if known and int(number) <= self.count else 0


_START = Instant(0.0)
_NEARLY = 11 / 12
"""Five minutes of an hour before its end."""
_USUAL = Renewal()
_NUMBER = re.compile(r"[1-9][0-9]{0,15}")


def _untouched() -> Conversion:
    return Conversion(PCM_24K, PCM_24K)


@define(eq=False, repr=False)
class Env:
    """The surroundings of a policy. `now` is the logical time of the input or of the timer that is being
    handled.
    """

    given: Config
    """That of the host."""
    plan: Plan
    timers: Timers
    ids: Ids
    row: int = 0
    """The server at hand: 0 the first one, n the nth of `Renewal.fallback` (N19)."""
    now: Instant = _START
    clock: float = 0.0
    """The reading of the clock that this input came with; `now` is earlier while timers fire late."""
    response: str = ""
    """The response that the upstream event at hand belongs to; empty when none is known."""
    flat: bool = False
    """Whether the server has shown, other than its row, that its sessions are flat (D5)."""
    late: bool = False
    """Whether that response has ended: its turn was closed, and what still comes of it opens none."""
    audio_in: Conversion = field(factory=_untouched)
    """The user's audio on its way to upstream's format. Snapshots keep the state of both streams (A2)."""
    audio_out: Conversion = field(factory=_untouched)
    """The agent's audio on its way to the client's format."""
    frames: AudioFrames = field(factory=audio_frames.in_use)
    """How upstream's frames with audio are read and written."""
    config: Config = field(init=False)
    """The same for the server at hand, which is its `upstream`."""
    limits: Limits = field(init=False)
    """The configured limits."""
    component: bool = field(init=False)
    """Whether the client speaks the component's dialect."""
    keepalive: SilenceKeepalive | None = field(init=False)
    """Silence that keeps the session alive, if the host or the server wants it (I1)."""
    counts: bool = field(init=False)
    """Whether the user's audio is counted where the server commits it: for that silence, or for the next
    session (N12).
    """

    def __attrs_post_init__(self) -> None:
        self.limits = self.given.limits
        self.component = self.given.dialect is ClientDialect.COMPONENT
        self._arrive()

    def _arrive(self) -> None:
        """What follows from the server at hand."""
        self.config = config_at(self.given, self.row)
        every = self.config.upstream.message_every
        self.keepalive = self.config.keepalive or (SilenceKeepalive(every / 2) if every else None)
        self.counts = self.keepalive is not None or self.config.renewal is not None

    def turn_to(self, row: int) -> None:
        """Another server is at hand, which has shown nothing yet (N20, D5)."""
        self.row, self.flat, self.ids.heads = row, False, {}
        self._arrive()

    @property
    def renewal(self) -> Renewal:
        """How sessions are renewed. A snapshot is restored with the `Config` of its call, which may have lost
        it: then as usual.
        """
        return self.config.renewal or _USUAL

    @property
    def session_warning(self) -> float:
        """Seconds after which the session's time is nearly over (O8)."""
        limit = self.config.upstream.session_limit
        return min(self.limits.session_warning, _NEARLY * limit) if limit else self.limits.session_warning

    @property
    def server(self) -> UpstreamDialect:
        """The row of the server, with what it has shown (D5)."""
        return self.config.upstream.flat() if self.flat else self.config.upstream

    client: ClassVar[staticmethod[[deepgram.ServerMessage], SendToClient]] = staticmethod(to_client.say)
    """One message for the client."""

    def start(self, name: TimerName, seconds: float) -> None:
        """Set a timer so many seconds from now."""
        self.timers.set(name, self.now + seconds)

    def repeat(self, name: TimerName, seconds: float) -> None:
        """Set a periodic timer again. Beats that were missed are not made up for (*Time* 1)."""
        missed = int(max(0.0, self.clock - self.now) // seconds)
        self.timers.set(name, self.now + (missed + 1) * seconds)

    def text(self, role: str, content: str) -> tuple[SendToClient, ...]:
        """`ConversationText` and its `History`, as the dialect and the flags have it."""
        return to_client.conversation_text(self.config.dialect, self.plan.history, role, content)

    def session_update(self, session: Mapping[str, object]) -> tuple[str, SendToUpstream]:
        """A `session.update`, and its event id."""
        event_id = self.ids.next()
        shaped = shapes.sent(session, self.server)
        frame = {"type": "session.update", "event_id": event_id, "session": shaped}
        return event_id, SendToUpstream(dumps(frame))

    def error(self, problem: Problem) -> SendToClient:
        """An error of upstream's that is no response's, for the client (E1)."""
        tell = to_client.error if self.component else to_client.warning
        return tell(problem.code, problem.description)

    def upstream(self, event: openai.ClientEvent) -> SendToUpstream | Notice:
        """One event for upstream, if the server takes it (D4)."""
        if event.type in self.config.upstream.lacks:
            return notice("NOT_SENT", type=event.type)
        return SendToUpstream(openai.encode(event))
