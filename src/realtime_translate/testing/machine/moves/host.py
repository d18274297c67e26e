"""What hosts and clocks do: time passes, jumps and goes backwards; calls are moved, closed, and followed by
others.
"""

from __future__ import annotations

import hypothesis.strategies as st
from attrs import evolve

from ...model.script import Call, Reply
from ..broken import require
from ..network import STEP
from ..random_agent import TOOL
from .rough_openings import ENDS
from .walk import CallWalk, move

__all__ = ["HostMoves"]

_BABBLE = [
    "no JSON",
    "[]",
    '{"type": 7}',
    '{"type": "response.output_audio.delta", "response_id": "resp_nobody", "delta": "?"}',
    '{"type": "conversation.item.added", "item": []}',
]

_FAR_BEHIND = 6.0
"""Seconds; as long as a clock is behind itself no timer fires, and a walk has no time for more."""


class HostMoves(CallWalk):
    """Rules of the host and of time."""

    @move(steps=st.sampled_from([1, 64, 512, 1024, 4096, 12000]))
    def wait(self, steps: int) -> None:
        """Time passes, and what happens in it happens."""
        self.world.run(steps * STEP)

    @move(times=st.integers(1, 8))
    def jump(self, times: int) -> None:
        """Straight to the next deadlines."""
        for _ in range(times):
            self.world.jump(4000.0 if self.mood.abrupt else 60.0)

    @move()
    def fire_early(self) -> None:
        """The host's timer goes off too early."""
        self.world.fire_early()

    @move(lambda walk: walk.world.behind < _FAR_BEHIND, steps=st.sampled_from([1, 100, 1024, 5120]))
    def clock_goes_back(self, steps: int) -> None:
        """The host's clock is set back; nothing happens twice (*Time* 4)."""
        self.world.behind += steps * STEP

    @move()
    def move_the_call(self) -> None:
        """The call goes on at another host as well, from a snapshot of this one (6)."""
        self.world.copy_host()

    @move(share=st.floats(0, 1.5))
    def report_playback(self, share: float) -> None:
        """The host knows how much was played (B3)."""
        self.world.report_playback(share)

    @move(lambda walk: bool(walk.world.ledger.host_calls), index=st.integers(0, 5))
    def run_function(self, index: int) -> None:
        """The host ran a function (F6)."""
        self.world.run_function(index, '{"tide": "low"}')

    @move(lambda walk: walk.mood.abrupt, how=st.sampled_from([*ENDS]))
    def end(self, how: str) -> None:
        """Somebody goes (E5, S8)."""
        ENDS[how](self.world)

    @move(lambda walk: walk.is_ready and walk.world.fails, frame=st.sampled_from(_BABBLE))
    def babble(self, frame: str) -> None:
        """The server sends what is no event (E4, L1)."""
        self.world.feed("receive_from_upstream", frame, *self.world.leg)

    @move(lambda walk: walk.mood.strained and walk.is_ready, seconds=st.sampled_from([1.5, 3.0, 12.0, 25.0]))
    def stall(self, seconds: float) -> None:
        """The server is not heard of for a while: timers have to do (R1, R3, R4, R7, F5, T1)."""
        self.world.stall_upstream(seconds)
        self.world.run(self.world.chance.delay(4096))

    @move(lambda walk: walk.mood.strained and walk.is_ready, seconds=st.sampled_from([3.0, 25.0]))
    def stall_after_a_call(self, seconds: float) -> None:
        """The server falls silent in a response whose call is answered, its next item open (F5)."""
        world = self.world
        world.choices.fixed |= {"output_overlap": 1, "delta_batching": 0}
        long = evolve(world.agent.words(), audio_ms=4000)
        world.agent.replies.append(Reply(Call(TOOL, '{"city": "Oslo"}'), long))
        self.another_text()
        world.run_until(lambda: bool(world.ledger.open_calls), 3.0)
        if world.ledger.open_calls and not world.closed:
            world.stall_upstream(seconds)
            world.answer(0, '{"degrees": 12}')
            world.run(seconds)

    @move(closed=True)
    def go_on_after_close(self) -> None:
        """Every input is absorbed (7)."""
        world = self.world
        for method, given in (
            ("receive_from_client", ('{"type": "InjectUserMessage", "content": "late"}',)),
            ("receive_from_client", (b"\x01\x02",)),
            ("receive_from_upstream", ('{"type": "response.created", "response": {"id": "late"}}',)),
            ("handle_timeout", ()),
            ("playback_reported", (1,)),
            ("function_result", ("call_1", "{}")),
            ("upstream_closed", (1000,)),
            ("client_closed", (1000,)),
            ("close", ()),
        ):
            world.feed(method, *given)
        require(world.host.next_deadline is None, "7 after close there is no deadline")
