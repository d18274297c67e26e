"""The upstream sockets of a call, one after another, and what the old ones still say (N4)."""

from __future__ import annotations

import math
from typing import Any

from ...audio import AudioFormat
from ...outputs import CloseClient, OpenUpstream, Outputs
from ..model.makes import Make
from ..model.server import RealtimeServer
from .checks import legs, rest
from .rows import answers_commits, format_of, make_of_row
from .upstream import server_of
from .world_state import WorldState

__all__ = ["WorldLegs"]

_LATE = 12.0
"""Seconds; longer than any host waits for a session (S9)."""
_LINGERS = 3000
"""Steps; so long an old socket may be heard of."""


class WorldLegs(WorldState):
    """What is done with sockets."""

    # What it assigns of its base, so that its own type is whole.
    dialled: str
    dialled_at: float | None
    make: Make
    spoken: AudioFormat
    server: RealtimeServer
    upstream_gone: bool
    upstream_open: bool

    @property
    def leg(self) -> tuple[int, ...]:
        """How the host names the socket at hand: not at all as long as it need not."""
        number = self.legs.number
        unnamed = number == 1 and (self.config.renewal is None or self.kind.eager)
        return () if unnamed else (number,)

    @property
    def may_be_renewed(self) -> bool:
        """Whether another session may take the place of the one at hand (N1)."""
        return self.config.renewal is not None and self.ledger.applied > 0

    def ends(self, outputs: Outputs, at: int) -> bool:
        """Whether the call is over with the `CloseUpstream` there. A host that is late may hear at once that
        another socket is opened, and that it took too long.
        """
        if any(isinstance(each, OpenUpstream) for each in outputs[at:]):
            return False
        is_last = any(isinstance(each, CloseClient) for each in outputs)
        return self.client_gone or is_last or not self.may_be_renewed

    def leave(self, *, closed: bool, expired: bool = False, refused: bool = False) -> None:
        """The session at hand is over, by the host's will unless its socket is `closed`. The host may hear of
        that socket for a while, if it does not drop it.
        """
        if self.chance.random.randrange(4):
            self._linger(closed=closed)
        self.up.clear()
        self.down.clear()
        self.dialled_at, self.legs.doom, self.upstream_open, self.upstream_gone = None, None, False, True
        legs.leaves(self, expired=expired, refused=refused)

    def _linger(self, *, closed: bool) -> None:
        number, at = (self.legs.number,), self.clock.now
        inputs: list[tuple[str, tuple[Any, ...]]] = []
        if self.dialled_at is not None:
            inputs.append(("upstream_opened", number))
        while (frame := self.down.take(at + _LATE)) is not None:
            inputs.append(("receive_from_upstream", (frame, *number)))
        if not closed:
            inputs.append(("upstream_closed", (self.chance.random.choice([None, 1000, 1006]), "", *number)))
        for method, given in inputs if number[0] > 1 or not closed else ():
            at += self.chance.delay(_LINGERS // len(inputs))
            self.legs.stale.append((at, method, given))
        self.legs.stale.sort(key=lambda each: each[0])

    def give_up_dial(self) -> None:
        """The host closes a socket that it dialled early, or stops dialling: nothing was asked yet (S2)."""
        self.up.clear()
        self.down.clear()
        self.dialled_at, self.upstream_open = None, False
        self.ledger.greeted, self.ledger.updated, self.ledger.began = False, False, math.inf

    def dial_again(self, output: OpenUpstream) -> None:
        """Another session, of a server that knows nothing of the one before."""
        legs.dials(self, output)
        self.legs.past_violations = rest.complaints(self)  # while its row is at hand
        self._goes_to(make_of_row(output.server or self.config.upstream.name))
        self.dialled = output.model
        self.server = server_of(self.make, output.model, self.clock, self.choices, self.agent, output.leg)
        self.upstream_gone = False
        self.dialled_at = self.clock.now + self.chance.delay(self.delays)
        if self.legs.late_dials > 0:
            self.legs.late_dials -= 1
            self.dialled_at += _LATE

    def _goes_to(self, make: Make) -> None:
        """The server of that row answers from now on (N19)."""
        if make is self.make:
            return
        self.make = make
        self.answers.commits_are_answered = answers_commits(make)
        self.heard.serves(make.lacks)
        self.audio.goes_to(make.hears)
        self.spoken = format_of(make.speaks.unsaid)

    def refuses_dial(self) -> bool:
        """Whether the dial that is due fails."""
        if self.legs.number == 1:
            return self.dial_fails
        self.legs.refused_dials -= 1
        return self.legs.refused_dials >= 0

    def is_doomed(self) -> bool:
        """Whether the session is lost now: so many frames have passed."""
        return self.legs.doom is not None and self.legs.doom <= 0 and self.upstream_open
