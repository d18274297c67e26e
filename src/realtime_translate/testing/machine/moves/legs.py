"""Rules of the upstream socket: sessions end at any moment, and others take their place or do not (N)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import hypothesis.strategies as st

from ..network import STEP
from ..world import World
from .client import ClientMoves
from .rough_openings import ENDS
from .walk import CallWalk, move

__all__ = ["LegMoves"]

_ENDS = ["lost", "lost", "restarted", "expired", "expired without a word", "closed"]


_STAGES: Mapping[str, Callable[[World], bool]] = {
    "draining": lambda world: not world.legs.between,
    "waiting": lambda world: world.legs.between and world.dialled_at is None and not world.upstream_open,
    "dialling": lambda world: world.legs.between and world.dialled_at is not None,
    "configuring": lambda world: world.legs.between and world.upstream_open and not world.legs.replaying,
    "replaying": lambda world: world.legs.replaying,
}
"""Where a renewal may stand."""


def _renews(walk: CallWalk) -> bool:
    return walk.world.may_be_renewed


class LegMoves(ClientMoves):
    """Rules of sessions that end, for calls that outlive them."""

    @move(_renews, how=st.sampled_from(_ENDS))
    def lose_the_session(self, how: str) -> None:
        """Now, whatever goes on (N2)."""
        self.world.end_session(how)

    @move(_renews, frames=st.integers(1, 40), text=st.booleans())
    def lose_the_session_soon(self, frames: int, text: bool) -> None:
        """Between two frames, of which there will be some (N8-N12)."""
        self.world.legs.doom = frames
        if text:
            self.another_text()
        self.world.run(1.0)

    @move(_renews, frames=st.integers(0, 12), how=st.sampled_from(_ENDS))
    def lose_two_sessions(self, frames: int, how: str) -> None:
        """The next one goes while it opens, or as soon as it is ready (N14)."""
        number = self.world.legs.number
        self.world.end_session(how)
        self.world.run_until(lambda: self.world.legs.number > number, 3.0)
        self.world.legs.doom = frames
        self.world.run(0.5)

    @move(_renews, dials=st.integers(1, 2), late=st.booleans(), how=st.sampled_from(_ENDS))
    def be_turned_away(self, dials: int, late: bool, how: str) -> None:
        """The next dials fail, or take too long (N14, N15)."""
        world = self.world
        world.legs.refused_dials, world.legs.late_dials = (0, 1) if late else (dials, 0)
        world.end_session(how)
        world.run(1.0)

    @move(_renews, how=st.sampled_from(_ENDS))
    def have_an_item_refused(self, how: str) -> None:
        """A session does not take something of what was said (N6)."""
        self.world.end_session(how)
        self.world.refuse("item")
        self.world.run(1.0)

    @move(_renews)
    def renew(self) -> None:
        """The host wants another session at a quiet moment (N2, N3)."""
        self.world.feed("renew")

    @move(_renews, steps=st.integers(1, 64), text=st.booleans(), frames=st.integers(0, 8))
    def go_on_meanwhile(self, steps: int, text: bool, frames: int) -> None:
        """The user notices nothing of a session that is lost (N11, N12)."""
        world = self.world
        world.end_session("lost")
        world.run(steps * STEP)
        if text and not world.closed:
            self.another_text()
        self.utter(frames, 60, speech=True)

    @move(_renews, index=st.integers(0, 5))
    def answer_meanwhile(self, index: int) -> None:
        """A call of a session that is gone is answered (N10)."""
        world = self.world
        world.end_session("lost")
        if world.ledger.open_calls and not world.closed:
            world.answer(index, '{"degrees": 12}')
        if world.ledger.host_calls and not world.closed:
            world.run_function(index, '{"tide": "high"}')

    @move(_renews, stage=st.sampled_from([*_STAGES]), how=st.sampled_from(["client", "host"]))
    def end_meanwhile(self, stage: str, how: str) -> None:
        """Somebody goes while the session is renewed (E5, S8)."""
        world = self.world
        if stage == "draining":
            self.another_text()
            world.feed("renew")
        else:
            world.legs.refused_dials = 1
            world.end_session("lost")
        world.run_until(lambda: _STAGES[stage](world), 2.0, steps=4)
        if not world.closed:
            ENDS[how](world)

    @move(_renews, frames=st.integers(0, 20))
    def move_the_call_meanwhile(self, frames: int) -> None:
        """A session is lost while the call goes on at another host as well (6)."""
        self.world.copy_host()
        self.world.legs.doom = frames
        self.another_text()
        self.world.run(0.5)
        if not self.world.closed:
            self.world.copy_host()
