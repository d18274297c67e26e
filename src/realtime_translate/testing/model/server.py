"""A model of the OpenAI Realtime server with no I/O: the same frames in and out, on the host's clock."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping

import attrs

from .arrival import Arrival, arrival_of
from .checks import STATE_CHECKS
from .choices import FIRST, Choices, option
from .conversation import Conversation
from .ends import expire, fail, silence
from .faults import Fault, Violation, invalid_value, missing_parameter
from .frames import Flow, Object, as_text, error_event, is_object, rate_limits, session_event
from .handlers import HANDLERS, saying
from .makes import begin_as, make_of, placed, read
from .schedule import Task
from .script import Replies, Script
from .session import EPOCH, Session, initial_session
from .shapes import EVENTS, SUPPORTED_TYPES, UPDATE_OF_ANY_RATE
from .state import Options, State, Transcribe
from .troubles import answer, disturb, error, opening
from .turns import idle_timeout
from .variants import dress, settle

DELAYS = (1, 4, 20)  # latencies; the options of `answer_delay`


class RealtimeServer:
    """One session of the OpenAI Realtime server, for tests and simulations.

    It takes the text frames that a client sends and returns the frames that the server answers, at the
    times at which it would answer: after each call, call `handle_timeout` when the clock reaches
    `next_deadline`. It keeps the conversation, the audio buffer, turn detection, the running response, the
    idle timeout and the session's limit, and answers a broken rule with the error that the real server
    sends; `violations` lists them.

    An event takes `latency` seconds to get there: its checks and its effects happen then, in order of
    arrival. Speech is every append with a sample that is not silent; time for voice activity passes with
    audio only.

    `idle_timeout_ms` counts from the end of the playback of a response, as documented; before the first
    response it does not run. With `kill_idle_after`, which models the undocumented end of sessions in which
    nothing happens (a server error and a close that many seconds after the last event or response),
    `idle_timeout_ms` replaces that limit and so runs from the session's start.

    `dialect` is the name of a row of servers: it answers in the shape of that server and with its habits, and
    what that server could not be asked for is a broken rule. `openai`, `azure` and `litellm` are the server
    itself, whose `choices` say more.

    Parameters: `clock` gives seconds, monotonic; `new_id` gives the part of an id after its prefix, at most
    24 characters; `script` and `choices` say what the agent does; `latency`, `token_interval` (between
    output deltas), `session_limit` and `kill_idle_after` are seconds; `transcribe` is what the user is
    heard to say: a text, or a function of the turn's audio bytes, which may also say that the transcription
    fails or that nothing comes of it.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        new_id: Callable[[], str],
        script: Script | None = None,
        choices: Choices = FIRST,
        dialect: str = "openai",
        model: str = "gpt-realtime-2.1",
        latency: float = 0.05,
        token_interval: float = 0.02,
        session_limit: float = 3600.0,
        kill_idle_after: float | None = None,
        transcribe: str | Transcribe = "Hello there.",
    ) -> None:
        now, make = clock(), make_of(dialect)
        session = initial_session(f"sess_{new_id()}", model, EPOCH + math.ceil(now + session_limit))
        begin_as(make, session)
        self._clock = clock
        self._state = State(
            options=Options(latency, token_interval, session_limit, kill_idle_after, _hearing(transcribe)),
            new_id=new_id,
            choices=choices,
            replies=Replies(() if script is None else script),
            session=Session(session),
            conversation=Conversation(f"conv_{new_id()}"),
            now=now,
            opened_at=now,
            last_activity=now,
            make=make,
            last_message=now,
        )
        self._open = False
        self._frames: list[str] = []

    def opened(self) -> tuple[str, ...]:
        """The socket is open: `session.created`, from which the limits count. A second call does nothing."""
        if self._open:
            return ()
        self._open = True
        state = self._state
        state.now = state.opened_at = state.last_activity = max(state.now, self._clock())
        state.last_message = state.now
        settle(state)
        self._advance(Task(opening(state)))
        if state.closed is None:
            self._emit(session_event("created", state.session.body))
        return self._taken()

    def receive(self, frame: str | bytes) -> tuple[str, ...]:
        """The client sent a text frame (str) or a binary one (bytes). RuntimeError before `opened`."""
        if not self._open:
            raise RuntimeError("call opened() first: it is the server that speaks first")
        self._run()
        state = self._state
        if state.closed is None:
            state.last_message = state.now
            delay = DELAYS[option(state.choices, "answer_delay")] * state.options.latency
            state.answers_until = max(state.answers_until, state.now + delay)
            event = decode(frame)
            arrival = event if isinstance(event, Fault) else arrival_of(state, event)
            state.schedule.add(state.answers_until, Task(self._handle(arrival, state.now)))
            self._run()
        return self._taken()

    def handle_timeout(self) -> tuple[str, ...]:
        """What is due by now. Calling it early or more than once is harmless."""
        self._run()
        return self._taken()

    def lose(self, code: int = 1006, reason: str = "") -> None:
        """The socket is gone at once, whatever was under way: a connection that breaks, a server that is
        restarted. `closed` says so from now on.
        """
        self._state.closed = self._state.closed or (code, reason)

    def expire(self) -> tuple[str, ...]:
        """The session's time is over now, whatever its limit: its error, and the close."""
        self._run()
        if self._open and self._state.closed is None:
            self._advance(Task(expire(self._state)))
        return self._taken()

    @property
    def next_deadline(self) -> float | None:
        """When `handle_timeout` has something to do, on the clock given; None: never."""
        if not self._open or self._state.closed is not None:
            return None
        timers = (at for at, _flow in self._timers())
        return min((at for at in (self._state.schedule.next_time, *timers) if at is not None), default=None)

    @property
    def violations(self) -> tuple[Violation, ...]:
        """The verdict on the client: its events that broke a rule, in order of their effect; see `Violation`.

        What a healthy server would not have done to the client is no excuse, save where `race` says so.
        """
        return tuple(self._state.violations)

    @property
    def items(self) -> tuple[Object, ...]:
        """The conversation: its items, oldest first."""
        return tuple(each.body for each in self._state.conversation.items)

    @property
    def closed(self) -> tuple[int, str] | None:
        """Code and reason with which the server closed the socket; None while it is open.

        1006 stands for a connection that was lost: no such close is ever sent.
        """
        return self._state.closed

    # --- time -------------------------------------------------------------------------------------

    def _run(self) -> None:
        """Do all that is due, each step at its own time."""
        state = self._state
        target = max(state.now, self._clock())
        while (due := self.next_deadline) is not None and due <= target:
            state.now = max(state.now, due)
            if state.schedule.next_time == due:
                self._advance(state.schedule.pop())
            else:
                self._advance(Task(next(flow for at, flow in self._timers() if at == due)(state)))
        state.now = target

    def _timers(self) -> tuple[tuple[float | None, Callable[[State], Flow]], ...]:
        """The server's own deadlines."""
        state = self._state
        idle, kill = state.session.idle_timeout, state.options.kill_idle_after
        idle_at = None if idle is None or state.idle_from is None else state.idle_from + idle
        quiet = kill is not None and idle is None and state.active is None
        return (
            (idle_at, idle_timeout),
            (state.last_activity + kill if quiet and kill is not None else None, fail),
            (None if (silent := state.make.silence_ends) is None else state.last_message + silent, silence),
            (state.opened_at + state.options.session_limit, expire),
        )

    def _advance(self, task: Task) -> None:
        """Run a flow up to its next pause, or to the end of the session."""
        state = self._state
        for step in task.flow:
            if state.closed is not None:
                return
            if isinstance(step, dict):
                self._emit(step)
            else:
                state.schedule.add(state.now + step, task)
                return

    def _emit(self, event: Object) -> None:
        for each in () if self._state.mute else dress(self._state, event):
            event_id = f"event_{self._state.new_id()}"
            body = {"type": each["type"], "event_id": event_id, **each}
            self._frames.append(json.dumps(body, separators=(",", ":"), ensure_ascii=False))

    def _taken(self) -> tuple[str, ...]:
        frames, self._frames = tuple(self._frames), []
        return frames

    # --- one client event -------------------------------------------------------------------------

    def _handle(self, arrival: Arrival | Fault, received: float) -> Flow:
        state = self._state
        yield from state.flush()
        state.last_activity = state.now
        yield from disturb(state, None if isinstance(arrival, Fault) else arrival.event)
        if isinstance(arrival, Fault):
            yield self._refuse(arrival, None, received)
        else:
            yield from self._answer(arrival, received)
        if state.limits_owed:
            state.limits_owed = False
            yield rate_limits()

    def _answer(self, arrival: Arrival, received: float) -> Flow:
        state, event = self._state, arrival.event
        kind = as_text(event.get("type"))
        fault = known_type(event)
        if fault is None:
            read_as = read(state.make, event)
            if isinstance(read_as, Fault):
                fault = read_as
            else:
                kind = as_text(read_as["type"])
                fault = self._shape_fault(kind, read_as)
                arrival = attrs.evolve(arrival, event=read_as)
        for check in STATE_CHECKS[kind] if fault is None else ():
            found = check(state, arrival)
            if found is not None and found.silent:
                self._keep(found, event, received)
            elif found is not None:
                fault = found
                break
        if fault is not None:
            yield self._refuse(fault, event, received)
        elif kind in state.make.unacknowledged:
            yield from (each for each in HANDLERS[kind](state, arrival.event) if not isinstance(each, dict))
        else:
            handler = saying(arrival.exact) if arrival.exact else HANDLERS[kind]
            yield from answer(state, arrival.event, handler)

    def _shape_fault(self, kind: str, event: Object) -> Fault | None:
        make = self._state.make
        other = kind == "session.update" and not make.plain
        fault = (UPDATE_OF_ANY_RATE if other else EVENTS[kind])(event, "")
        return None if fault is None else placed(make, fault)

    def _keep(self, fault: Fault, event: Object | None, received: float) -> None:
        self._state.violations.append(
            Violation(
                rule=fault.rule,
                code=fault.code,
                message=fault.message,
                event=event,
                at=self._state.now,
                received_at=received,
                answered=not fault.silent,
                race=fault.race,
            )
        )

    def _refuse(self, fault: Fault, event: Object | None, received: float) -> Object:
        """Keep the violation and make the error event."""
        self._keep(fault, event, received)
        named = None if event is None or fault.anonymous else event.get("event_id")
        event_id = named if isinstance(named, str) else None
        told = error_event(fault.kind, fault.code, fault.message, fault.param, event_id)
        return error(self._state, told)


def decode(frame: str | bytes) -> Object | Fault:
    """A client frame as a JSON object, or what is wrong with it (rule 13)."""
    if isinstance(frame, bytes):
        message = "Expected a text WebSocket message; binary frames are not supported."
        return Fault("invalid_event", message, rule=13)
    try:
        event: object = json.loads(frame, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        message = "Invalid event: failed to parse JSON value. Check that the frame holds one JSON object."
        return Fault("invalid_json", message, rule=13)
    if not is_object(event):
        return Fault("invalid_event", "Invalid event: expected a JSON object.", rule=13)
    return event


def known_type(event: Object) -> Fault | None:
    """The type must be one that this kind of session takes."""
    if "type" not in event:
        return missing_parameter("type")
    if as_text(event["type"]) in EVENTS:
        return None
    return invalid_value(str(event["type"]), "type", SUPPORTED_TYPES)


def _hearing(transcribe: str | Transcribe) -> Transcribe:
    """A text stands for the function that always hears it."""
    if isinstance(transcribe, str):
        text = transcribe
        return lambda audio: text
    return transcribe


def _no_constant(name: str) -> Mapping[str, object]:
    raise ValueError(f"{name} is not JSON")
