"""A recorded session, fed to a translator: its inputs from the trace, its outputs as they come now."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Sequence

from attrs import define, field

from ..config import ClientDialect
from ..openai.dialects import UpstreamDialect
from ..standing import SessionState
from ..testing import FakeClock
from ..translator import Translator
from .client import calls_in
from .host import Host
from .inputs import sub_object
from .recorded_client import FittingClient, fitting_client, item_text
from .simulate import counter
from .steps import Step
from .trace import Line, Trace

__all__ = ["Replay"]


class Replay:
    """One recorded session. `run` gives the steps in order; `notes` tells what of it could not be played."""

    def __init__(self, trace: Trace, dialect: ClientDialect, server: UpstreamDialect | None = None) -> None:
        """Raises `UserError` if the recorded session cannot be asked for."""
        self.notes: list[str] = []
        self._trace = trace
        self._plays_client = not trace.select("client", "in")
        self._client = fitting_client(trace, dialect, server)
        self._clock = FakeClock()
        self._host = Host(
            Translator(self._client.config, clock=self._clock, new_id=counter("id")), self._clock
        )
        self._player = _Player(self._client, self._host, self.notes)

    @property
    def has_inputs(self) -> bool:
        """Whether the trace holds anything that a translator can be fed."""
        return any(line.direction == "in" or line.leg == "upstream" for line in self._trace.lines)

    @property
    def states(self) -> Sequence[tuple[float, SessionState]]:
        """What the translator said of itself so far, and when."""
        return self._host.states

    def run(self) -> Iterator[Step]:
        """The whole session: to the last line of the trace, or until the translator closes the call."""
        host = self._host
        host.open_client()
        for line in self._trace.lines:
            yield from self._wait_until(line.t)
            if line.is_from("upstream", "in"):
                self._dial()
                host.from_upstream(json.dumps(line.event, ensure_ascii=False))
            elif line.is_from("client", "in"):
                host.from_client(json.dumps(line.event, ensure_ascii=False))
            elif line.leg == "upstream" and self._plays_client:
                self._player.play(line)
            yield from self._settle()
            if not host.client_is_open:
                self.notes.append(f"{line.place}: the translator closed the call here")
                return

    def _wait_until(self, t: float) -> Iterator[Step]:
        """Let time pass; the translator's timers that are due before `t` fire first."""
        while (deadline := self._host.translator.next_deadline) is not None and deadline < t:
            self._clock.set(deadline)
            self._host.timeout()
            yield from self._settle()
        self._clock.set(t)

    def _settle(self) -> list[Step]:
        if self._host.dial_wanted_at is not None:
            self._dial()
        self._host.to_upstream.clear()
        while self._host.to_client:
            self._player.hear(self._host.to_client.popleft())
        return self._host.take_steps()

    def _dial(self) -> None:
        if not self._host.upstream_is_open:
            self._host.open_upstream()


@define(eq=False)
class _Player:
    """Plays the client that fits the recorded upstream leg."""

    client: FittingClient
    host: Host
    notes: list[str]
    _has_settings: bool = field(default=False, init=False)
    _asked: dict[str, str] = field(factory=dict[str, str], init=False)
    """Function calls that the translator has asked for: id and name."""
    _early: dict[str, str] = field(factory=dict[str, str], init=False)
    """Recorded outputs of calls that the translator has not asked for yet."""

    def play(self, line: Line) -> None:
        """Do what makes the translator send the recorded event, where that is the client's part."""
        action = _ACTIONS.get(line.type)
        if action is not None:
            action(self, line)

    def hear(self, frame: str | bytes) -> None:
        """The translator sent `frame` to the client."""
        for call in calls_in(frame):
            call_id = str(call.get("id"))
            self._asked[call_id] = str(call.get("name"))
            if call_id in self._early:
                self._respond(call_id, self._early.pop(call_id))

    def settings(self, line: Line) -> None:
        """`session.update`: the first is Settings."""
        if self._has_settings:
            self.notes.append(f"{line.place}: a second session.update is not played")
            return
        self._has_settings = True
        self._send(dict(self.client.settings))

    def item(self, line: Line) -> None:
        """`conversation.item.create`: a user text or a function result. The context has been sent."""
        if line in self.client.context:
            return
        item = sub_object(line.event, "item")
        if item.get("role") == "user":
            self._send({"type": "InjectUserMessage", "content": item_text(item)})
        elif item.get("type") == "function_call_output":
            call_id, output = str(item.get("call_id")), item.get("output")
            content = output if isinstance(output, str) else json.dumps(output)
            if call_id in self._asked:
                self._respond(call_id, content)
            else:
                self._early[call_id] = content
        else:
            kind = item.get("role", item.get("type"))
            self.notes.append(f"{line.place}: no client message makes an item of kind {kind}; it is left out")

    def audio(self, line: Line) -> None:
        """`input_audio_buffer.append`: the same bytes as a binary frame."""
        try:
            data = base64.b64decode(str(line.event.get("audio")), validate=True)
        except (binascii.Error, ValueError):
            self.notes.append(f"{line.place}: the recorded audio is not base64; it is left out")
            return
        self.host.from_client(data)

    def _respond(self, call_id: str, content: str) -> None:
        name = self._asked[call_id]
        self._send({"type": "FunctionCallResponse", "id": call_id, "name": name, "content": content})

    def _send(self, message: dict[str, object]) -> None:
        self.host.from_client(json.dumps(message, ensure_ascii=False))


# Commits, responses, cancels and truncations are the translator's own doing: nothing is played for them.
_ACTIONS: dict[str, Callable[[_Player, Line], None]] = {
    "session.update": _Player.settings,
    "conversation.item.create": _Player.item,
    "input_audio_buffer.append": _Player.audio,
}
