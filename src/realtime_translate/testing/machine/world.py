"""A whole call on one clock: a client, a host, the simulated server, and the network between them.

Frames keep their order on a leg and arrive after a delay; the host notices timers late, or reads several
frames at once. A second host that goes on where the first stands gets the same inputs and must do the same.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any, cast

from ...outputs import (
    CloseUpstream,
    Notice,
    OpenUpstream,
    Outputs,
    RunFunction,
    SendToClient,
    SendToUpstream,
)
from ..model.choices import HEALTHY, Group
from ..model.server import RealtimeServer
from ..model.troubles import QUOTES
from .broken import PropertyError, require
from .carried import audio_in
from .checks import differs, legs, moments
from .checks.before import Before
from .host import Host
from .network import NO_CODE, STEP, counter
from .plain import named_once, plain
from .rows import told
from .world_legs import WorldLegs

__all__ = ["World"]

Json = dict[str, Any]
_ENDS: Mapping[str, tuple[int | None, str]] = {
    "lost": (NO_CODE, ""),
    "restarted": (1012, "service restart"),
    "expired without a word": (1001, "Your session hit the maximum duration of 60 minutes."),
    "closed": (1000, ""),
}


class World(WorldLegs):
    """A call that goes on: its peers do something, time passes, frames arrive, and each input is checked."""

    # What it assigns of its base, so that its own type is whole.
    server: RealtimeServer
    twin: Host | None
    upstream_gone: bool
    upstream_open: bool
    event: Json | None
    was_due: bool
    strained: bool
    expired: bool

    # --- what the peers do ------------------------------------------------------------------------

    def open(self) -> None:
        """The client comes, and where the host dials early so does upstream."""
        self.statistics.calls += 1
        self.count("calls")
        self.feed("client_opened")
        if self.kind.dials_early:
            self.dialled_at = self.clock.now

    def text(self, text: str) -> None:
        """The client sends a text of the user."""
        if not self.closed:
            self.ledger.texts.append(text)
        self.send({"type": "InjectUserMessage", "content": text})

    def speak(self, audio: bytes) -> None:
        """The client sends audio, unless it is not read for now."""
        if self.closed or self.client_gone or (self.kind.heeds_pause and self.host.client_paused):
            return
        self.feed("receive_from_client", audio)

    def send(self, message: Json) -> None:
        """The client sends a text frame."""
        self.send_raw(json.dumps(message))

    def send_raw(self, frame: str) -> None:
        """The client sends any text frame."""
        if not self.client_gone:
            self.feed("receive_from_client", frame)

    def have_said(self, text: str, behavior: str) -> None:
        """The client wants the agent to say something."""
        name = "content" if self.component else "message"
        frame = json.dumps({"type": "InjectAgentMessage", name: text, "behavior": behavior})
        if not self.client_gone:
            self.ledger.to_say.append(text)
            before = self.ledger.not_said
            heard = self.ledger.updated if self.component else self.ledger.applied > 0  # else it waits (S4)
            self.ledger.hurried |= behavior == "interrupt" and not heard
            self.legs.hurried = text if behavior == "interrupt" and self.legs.between else self.legs.hurried
            self.feed("receive_from_client", frame, cuts=behavior == "interrupt" and heard)
            refused = behavior == "queue" and self.ledger.not_said > before
            require(self.ledger.user_speaks or not refused, "T8 the user's turn ends")

    def answer(self, index: int, content: str, times: int = 1) -> None:
        """The client answers one of the calls that wait."""
        call = self.ledger.open_calls.pop(index % len(self.ledger.open_calls))
        self.ledger.answers += 1
        self.ledger.answering = call["id"]
        message = {"type": "FunctionCallResponse", "id": call["id"], "name": call["name"], "content": content}
        for _ in range(times):
            self.send(message)

    def run_function(self, index: int, content: str) -> None:
        """The host has run one of its functions."""
        call_id = self.ledger.host_calls.pop(index % len(self.ledger.host_calls))
        self.ledger.answers += 1
        self.ledger.answering = call_id
        self.feed("function_result", call_id, content)

    def report_playback(self, share: float) -> None:
        """The host says how much of the audio was played."""
        self.heard.reported = True
        self.feed("playback_reported", int(self.heard.total * share))

    def hang_up(self, code: int | None = 1000) -> None:
        """The client's socket closes; None for one that just breaks."""
        self.client_gone = True
        self.feed("client_closed", code)

    def lose_upstream(self, code: int | None = None, reason: str = "") -> None:
        """The upstream socket closes, or cannot be opened."""
        old = self.host_now - self.config.limits.session_warning
        number = self.legs.number
        if self._goes_first():
            self.feed("upstream_closed", code, reason, number)
            return
        self.expired = not self.legs.between and self.ledger.is_expiry(code, reason, old)
        named = self.leg
        if self.may_be_renewed and (self.upstream_open or self.dialled_at is not None):
            told = "maximum duration" in reason or (code == 1001 and self.ledger.began <= old)
            self.leave(closed=True, expired=told)
        self.upstream_gone, self.upstream_open, self.dialled_at = True, False, None
        self.up.clear()
        self.down.clear()
        self.feed("upstream_closed", code, reason, *named)
        self.expired = False

    def _goes_first(self) -> bool:
        """What is due is done before the host hears of a close. Whether the socket is then another one."""
        due, renewals, failed = self.host.next_deadline, self.legs.renewals, self.legs.since
        if not self.may_be_renewed or due is None or due > self.host_now:
            return False
        self.feed("handle_timeout")
        return self.closed or (self.legs.renewals, self.legs.since) != (renewals, failed)

    def end_session(self, how: str) -> None:
        """The session at hand is over, if there is one (N2)."""
        if self.dialled_at is not None and self.legs.between:
            self.lose_upstream(NO_CODE)
        elif not self.upstream_open:
            return
        elif how == "expired":
            self._frames_down(self.server.expire())
        else:
            self.lose_upstream(*_ENDS[how])

    def stall_upstream(self, seconds: float) -> None:
        """Nothing is heard of the server for so long. Who gives up on it meanwhile may be wrong: from now on
        `strained` holds, and the rules that a slow server may break are not looked at.
        """
        self.strained = self.stalled = True
        self.down.stall(self.clock.now + seconds)

    def refuse(self, request: str) -> None:
        """The server refuses the next request of that kind (`REQUESTS`)."""
        self.strained = True
        self.choices.groups = frozenset(self.choices.groups) | {Group.FAULT}
        self.choices.fixed[f"refuse_{request}"] = 1

    def heal(self) -> None:
        """From now on the server does all that it should."""
        self.choices.groups, self.choices.often = HEALTHY, {}
        self.choices.fixed.clear()
        self.legs.refused_dials, self.legs.late_dials, self.legs.doom = 0, 0, None

    def prepare(self) -> None:
        """A host that dials early configures the session by itself, before there is a client."""
        self.prepared = True
        session: Json = {"type": "realtime", "audio": {"input": {"transcription": {"model": "whisper-1"}}}}
        if not self.make.plain:
            session = {"type": "realtime"} if self.make.shape.typed else {}
            session |= {"model": self.dialled} if self.make.model_in_session else {}
        self._carry(json.dumps({"type": "session.update", "event_id": "prepared", "session": session}))

    # --- time -------------------------------------------------------------------------------------

    def run(self, seconds: float) -> None:
        """Let so much time pass, and everything happen that happens in it, in the order of time."""
        until = self.clock.now + seconds
        self.statistics.seconds += seconds
        while (next_stop := min(self._stops(), default=until + 1)) <= until:
            self.clock.set(max(next_stop, self.clock.now))
            self._arrivals()
        self.clock.set(until)

    def run_until(self, reached: Callable[[], bool], seconds: float, *, steps: int = 64) -> None:
        """Until something holds, at most so long; it is looked for after so many `STEP`s each."""
        until = self.clock.now + seconds
        while not reached() and not self.closed and self.clock.now < until:
            self.run(steps * STEP)

    def jump(self, longest: float) -> None:
        """Go to the next thing that happens, a timer exactly at its deadline, if it is not too far."""
        stops = self._stops(punctual=True)
        ahead = max(min(stops, default=self.clock.now) - self.clock.now, 0.0)
        if ahead < longest:
            self.run(ahead)

    def fire_early(self) -> None:
        """A host that calls too early gets nothing, and changes nothing (*Time* 2)."""
        deadline = self.host.next_deadline
        if deadline is None or deadline > self.host_now:
            require(self.feed("handle_timeout") == (), "an early handle_timeout does nothing")
            require(self.host.next_deadline == deadline, "an early handle_timeout does nothing")

    def copy_host(self) -> None:
        """From now on a second host that goes on where the first stands gets the same inputs (6).

        Not while the host's clock catches up with itself: the copy would not know that it was later before.
        """
        if self.clock.now - self.behind < self._latest:
            return
        self.twin = self.hooks.copy(self.host, self.config, self.host_time, counter("X"))

    def _stops(self, *, punctual: bool = False) -> list[float]:
        times = (self.up.next_time, self.down.next_time, self.server.next_deadline, self.dialled_at)
        stops = [at for at in times if at is not None]
        if self._server_hung_up:
            stops.append(self.clock.now)
        stops += [at for at, _, _ in self.legs.stale[:1]]
        deadline = self.host.next_deadline
        if deadline is not None:
            at = deadline + self.behind
            if at - self.behind < deadline:  # the sum was rounded down
                at += max(STEP, math.ulp(at))
            stops.append(at + (0.0 if punctual else self.chance.delay(self.kind.lateness)))
        return stops

    @property
    def _server_hung_up(self) -> bool:
        """The server closed, and all that it sent before is there."""
        gone = self.closed or self.upstream_gone or self.down.next_time is not None
        return self.server.closed is not None and not gone

    def _arrivals(self) -> None:
        """Everything that is there by now; frames before timers."""
        now = self.clock.now
        if self.dialled_at is not None and self.dialled_at <= now:
            self._dialled()
        while self.legs.stale and self.legs.stale[0][0] <= now:
            _, method, given = self.legs.stale.pop(0)
            legs.still_says(self.is_due, self.feed(method, *given))
        if self.is_doomed():
            self.lose_upstream(self.chance.random.choice([None, 1000, 1001, 1006, 1011]))
        while (frame := self.up.take(now)) is not None:
            self._frames_down(self.server.receive(frame))
        self._frames_down(self.server.handle_timeout())
        while (frame := self.down.take(now)) is not None:
            self.hear(frame)
        if self.server.closed and self._server_hung_up:
            self.lose_upstream(*self.server.closed)
        deadline = self.host.next_deadline
        if self.kind.eager or (deadline is not None and deadline <= self.host_now):
            self.feed("handle_timeout")
            due = self.host.next_deadline
            require(due is None or due > self.host_now, "after handle_timeout nothing is due", due)

    def _dialled(self) -> None:
        if self.refuses_dial():
            self.lose_upstream(NO_CODE)
            return
        self.dialled_at, self.upstream_open = None, True
        self._frames_down(self.server.opened())
        self.feed("upstream_opened", *self.leg)

    def hear(self, frame: str) -> None:
        """A frame of upstream reaches the host."""
        event = told(self.make, plain(named_once(json.loads(frame), self.first_names), self.ledger.active))
        event = differs.traced(self, event)
        if event["type"] == "session.updated" and not self.ledger.configured:
            self.audio.unasked()
        differs.hears(self, event)
        legs.hears(self, event)
        moments.count(self, event)
        self.slot.hears(event, self.ledger, self.host_now)
        self.ledger.hears(event, self.host_now)
        self.answers.heard(event)
        self.feed("receive_from_upstream", frame, *self.leg, event=event)
        self._count_down()

    def _count_down(self) -> None:
        self.legs.doom = None if self.legs.doom is None else self.legs.doom - 1

    # --- joints -----------------------------------------------------------------------------------

    def feed(self, method: str, *given: Any, event: Json | None = None, cuts: bool = False) -> Outputs:
        """One input of the host, and of its twin; what comes out is performed and checked."""
        was_closed, self.event, self.was_due = self.closed, event, self.is_due
        outputs = self._call(self.host, method, given)
        if self.twin is not None:
            others = self._call(self.twin, method, given)
            require(others == outputs, "6 a restored host does the same", f"{others} for {outputs}"[:2000])
        require(not (was_closed and outputs), "7 after close there are no outputs", outputs)
        before = Before.of(self, event, cuts=cuts)
        left = method == "upstream_closed" and self.legs.between and not self.upstream_open
        for at, (earlier, output) in enumerate(zip((None, *outputs), outputs, strict=False)):
            if isinstance(output, CloseUpstream) and not self.ends(outputs, at):
                left = self._change_socket()
                continue
            self._perform(output, is_silence=moments.is_silence(earlier))
        if given and isinstance(given[0], bytes) and not was_closed:
            self.audio.say(given[0])
        if not (self.closed or self.legs.between):
            self.audio.compare()
        moments.check(self, before, outputs)
        legs.check(self, outputs, left=left)
        return outputs

    def _call(self, host: Host, method: str, given: tuple[Any, ...]) -> Outputs:
        """What a peer sends never raises; neither does anything that this world does."""
        try:
            return cast("Outputs", getattr(host, method)(*given))
        except Exception as error:
            raise PropertyError(f"nothing raises: {type(error).__name__} in {method}", str(error)) from error

    def _perform(self, output: object, *, is_silence: bool) -> None:
        if isinstance(output, SendToUpstream):
            frame = differs.sent(self, json.loads(output.data))
            legs.sent(self, frame)
            moments.sent(self, frame, audio_in(output), is_silence=is_silence)
            self._carry(output.data)
            self._count_down()
        elif isinstance(output, SendToClient):
            moments.told(self, output.data)
            if isinstance(output.data, str):
                legs.told(self, json.loads(output.data))
        elif isinstance(output, Notice):
            moments.noticed(self, output)
            legs.noticed(self, output)
        elif isinstance(output, OpenUpstream):
            self._dial(output)
        elif isinstance(output, RunFunction):
            self.ledger.host_calls.append(output.call_id)
        else:
            self._close()

    def _dial(self, output: OpenUpstream) -> None:
        """The host dials, unless it has dialled that model before (S2)."""
        if output.leg > 1:
            self.dial_again(output)
            return
        model = output.model
        if model != self.dialled:
            require(not self.upstream_open, "S2 the socket of another model is closed first", self.dialled)
            self.give_up_dial()
            self.dialled = model
            self.server = self.serves(model)
        if not self.upstream_open and self.dialled_at is None:
            self.dialled_at = self.clock.now + self.chance.delay(self.delays)

    def _change_socket(self) -> bool:
        """The host closes the socket at hand, and the call goes on. Whether a session is over with it."""
        if not self.may_be_renewed:
            self.give_up_dial()
            return False
        said = json.dumps(self.event)  # by its code, or the type that one server gives it
        told = "session_expired" in said or "max_duration" in said
        self.leave(closed=False, expired=told, refused=any(each in said for each in QUOTES))
        return True

    def _close(self) -> None:
        self.closed = True
        self.up.clear()
        self.down.clear()
        self.dialled_at = None
        self.legs.stale.clear()

    def _carry(self, frame: str) -> None:
        self.up.put(frame, self.clock.now + self.chance.delay(self.delays))

    def _frames_down(self, frames: tuple[str, ...]) -> None:
        for frame in frames if not (self.closed or self.upstream_gone) else ():
            self.down.put(frame, self.clock.now + self.chance.delay(self.delays))
