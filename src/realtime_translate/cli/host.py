"""A host without sockets: it embeds one `Translator` as any host does, and keeps a record of every step.

The code below is what a real host writes, with queues in place of sockets: one first-in-first-out queue for
each leg, filled in the order of the outputs.
"""

from __future__ import annotations

from collections import deque

from attrs import define, field
from typing_extensions import assert_never

from ..outputs import (
    CloseClient,
    CloseUpstream,
    Notice,
    OpenUpstream,
    Outputs,
    RunFunction,
    SendToClient,
    SendToUpstream,
)
from ..standing import SessionState
from ..testing import FakeClock
from ..translator import Translator
from .steps import Party, Step, frame_step, leg_detail, output_step, socket_step

__all__ = ["Host"]


@define(eq=False)
class Host:
    """Feeds inputs to `translator` and performs its outputs. `clock` is the one that the translator reads."""

    translator: Translator
    clock: FakeClock
    to_client: deque[str | bytes] = field(factory=deque[str | bytes], init=False)
    to_upstream: deque[str] = field(factory=deque[str], init=False)
    to_run: deque[RunFunction] = field(factory=deque[RunFunction], init=False)
    dial_wanted_at: float | None = field(default=None, init=False)
    """When the translator asked for a connection that is not there yet."""
    client_is_open: bool = field(default=False, init=False)
    upstream_is_open: bool = field(default=False, init=False)
    leg: int = field(default=1, init=False)
    """Which socket to the server is at hand (N4)."""
    states: list[tuple[float, SessionState]] = field(factory=list[tuple[float, SessionState]], init=False)
    """What the translator said of itself after each input, where that changed, and when."""
    _steps: list[Step] = field(factory=list[Step], init=False)

    def take_steps(self) -> list[Step]:
        """The steps since the last call, in order."""
        steps, self._steps = self._steps, []
        return steps

    def open_client(self) -> None:
        """The client's socket is open."""
        self.client_is_open = True
        self._record_socket(Party.CLIENT, Party.TRANSLATOR, "open")
        self._perform(self.translator.client_opened())

    def open_upstream(self) -> None:
        """The dial succeeded."""
        self.upstream_is_open = True
        self.dial_wanted_at = None
        self._record_socket(Party.UPSTREAM, Party.TRANSLATOR, "opened", **leg_detail(self.leg))
        self._perform(self.translator.upstream_opened(self.leg))

    def from_client(self, frame: str | bytes) -> None:
        """The client sent a frame."""
        self._steps.append(frame_step(self.clock(), Party.CLIENT, Party.TRANSLATOR, frame))
        self._perform(self.translator.receive_from_client(frame))

    def from_upstream(self, frame: str, leg: int = 1) -> None:
        """The server sent a frame, on that one of its sockets."""
        self._steps.append(frame_step(self.clock(), Party.UPSTREAM, Party.TRANSLATOR, frame))
        self._perform(self.translator.receive_from_upstream(frame, leg))

    def close_client(self, code: int, reason: str = "") -> None:
        """The client closed its socket."""
        self.client_is_open = False
        self._record_socket(Party.CLIENT, Party.TRANSLATOR, "close", code=code, reason=reason)
        self._perform(self.translator.client_closed(code, reason))

    def close_upstream(self, code: int, reason: str = "") -> None:
        """The server closed its socket, or cannot be dialled."""
        self.upstream_is_open, self.dial_wanted_at = False, None
        self._record_socket(Party.UPSTREAM, Party.TRANSLATOR, "close", code=code, reason=reason)
        self._perform(self.translator.upstream_closed(code, reason, self.leg))

    def function_ran(self, call: RunFunction, content: str) -> None:
        """The host ran a function of `to_run`."""
        details = {"call_id": call.call_id, "name": call.name, "content": content}
        self._record_socket(Party.HOST, Party.TRANSLATOR, "function_result", **details)
        self._perform(self.translator.function_result(call.call_id, content))

    def timeout(self) -> None:
        """The translator's deadline has come."""
        self._perform(self.translator.handle_timeout())

    def _record_socket(self, sender: Party, receiver: Party, event: str, **details: object) -> None:
        self._steps.append(socket_step(self.clock(), sender, receiver, event, **details))

    def _perform(self, outputs: Outputs) -> None:
        for output in outputs:
            self._steps.append(output_step(self.clock(), output))
            match output:
                case SendToClient(data):
                    self.to_client.append(data)
                case SendToUpstream(data):
                    self.to_upstream.append(data)
                case OpenUpstream(leg=leg):
                    self.leg = leg
                    self.dial_wanted_at = None if self.upstream_is_open else self.clock()
                case CloseClient():
                    self.client_is_open = False
                case CloseUpstream():
                    self.upstream_is_open, self.dial_wanted_at = False, None
                case RunFunction():
                    self.to_run.append(output)
                case Notice():
                    pass
                case _:
                    assert_never(output)
        state = self.translator.state
        if not self.states or self.states[-1][1] != state:
            self.states.append((self.clock(), state))
