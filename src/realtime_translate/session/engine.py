"""The engine: takes one input, sends it to the policies, and collects what the host has to do.

It owns the table that several policies share, the opening, and nothing else.
Effects are carried out depth first, in order: outputs are collected, signals go where `routes` sends them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast, get_args

from attrs import evolve

from .. import deepgram, openai
from ..deepgram.codes import ComponentCode, ErrorCode
from ..mapping import to_client
from ..mapping.errors import dial_failed, fault, refused_with
from ..notices import notice
from ..openai.audio_frames import AUDIO_DELTA, BETA_AUDIO_DELTA, AudioDelta, delta_of
from ..openai.objects import Item
from ..outputs import Outputs, SendToClient
from ..wire import OMITTED, Malformed, Unknown, decode, unknown_fields
from .bounds import excess, too_large
from .entries import Pending
from .env import Env
from .event_kinds import ConversationEvent, OutputEvent
from .ids import MAX_ID, has_long_id, response_id_of, still_has_one
from .items import traced
from .performer import Performer
from .policies import (
    agent_text,
    agent_turn,
    function_calls,
    input_audio,
    noticed,
    opening,
    playback,
    spellings,
    upstream_errors,
)
from .policies.opening import Cause
from .policies.response_slot import events
from .policies.upstream_errors import parting
from .renewals import CLOSED, HOST, renews
from .routes import CLIENT, SESSION_CREATED, TIMERS, UPDATES, UPSTREAM
from .signals import Effect, Effects, Fatal, Refused
from .state import Call
from .tables import (
    AUDIO_GATES,
    BETWEEN,
    GATES,
    OPENING,
    Gate,
    Opening,
    OpeningEvent,
    ResponseState,
    TurnEvent,
    TurnState,
)
from .timers import TimerName

__all__ = ["Engine"]

_SHOWN = 10
"""Unknown fields of a message that a Notice names."""
# On Python 3.10 and 3.11 looking a member up costs as much as three calls: audio does without.
_DELIVER, _CLOSED, _SPEAKING = Gate.DELIVER, Opening.CLOSED, TurnState.SPEAKING
_CUT = ResponseState.CUT
_UPDATED = OpeningEvent.UPDATED
_OUTPUT = get_args(OutputEvent)
_OF_CONVERSATION = get_args(ConversationEvent)
_AUDIO_DELTAS = (AUDIO_DELTA, BETA_AUDIO_DELTA)
_DRAINING = Opening.DRAINING
_READY = (
    Opening.READY,
    Opening.READY_UNASKED,
    Opening.AWAITING_SLOT,
    Opening.APPLYING,
    Opening.DRAINING,
    Opening.REPLAYING,
)
_UNSETTLED = (Opening.READY_UNASKED, Opening.AWAITING_SLOT, Opening.APPLYING)
_TIMER_STEPS: Mapping[TimerName, OpeningEvent] = {
    "settings": OpeningEvent.SETTINGS_LATE,
    "configure": OpeningEvent.CONFIGURE_LATE,
    "patience": OpeningEvent.QUIET,
    "attempt": OpeningEvent.ATTEMPT_DUE,
    "replay": OpeningEvent.REPLAYED,
}


class Engine(Performer):
    """One call's policies at work. Time is only ever `env.now`."""

    __slots__ = ("_audio_gates", "_gates", "_streaming")

    def __init__(self, call: Call, env: Env) -> None:
        super().__init__(call, env)
        self._gates = GATES[env.config.dialect]
        self._audio_gates = AUDIO_GATES[env.config.dialect]
        through = [phase for phase, gate in self._audio_gates.items() if gate is _DELIVER]
        # Members are found in a tuple by identity: in a table they are hashed, which runs Python code.
        self._streaming = (Opening.READY, *through)

    # --- inputs: each leaves what the host has to do in `out` -----------------------------------------------

    def fire(self, name: TimerName) -> None:
        """A timer is due."""
        if (step := _TIMER_STEPS.get(name)) is not None:
            self.step(step)
            return
        self.perform(TIMERS[name](self.call, self.env))
        self._settle()

    def client_audio(self, frame: bytes) -> Outputs:
        """A binary frame of the client (A1), and what the host has to do. Audio that only flows gives
        appends: there is nothing to perform, and nothing to collect.
        """
        call, env = self.call, self.env
        audio = call.audio
        if (
            call.phase in self._streaming
            and len(frame) <= env.config.limits.frame_bytes_up
            and not (audio.resuming or self.out)
        ):
            return input_audio.streamed(audio, env, frame)
        self._client_audio(frame)
        return self.take()

    def client_text(self, frame: str) -> None:
        """A text frame of the client (T5, L1, L4)."""
        self._client_text(frame)
        self._settle()

    def _client_text(self, frame: str) -> None:
        over = excess(frame, self.env.limits)
        if over:
            self.perform(self._unparsable(over))
            return
        parse = deepgram.parse_component_client if self.env.component else deepgram.parse_client
        message = parse(frame, strict=self.env.config.strict_fields)
        if isinstance(message, Unknown):
            self.perform(self._unparsable(f"messages of type {message.type[:64]} are not known", known=False))
        elif isinstance(message, Malformed):
            self.perform(self._unparsable(message.reason))
        else:
            self._client_message(message, frame)

    def upstream_text(self, frame: str | bytes) -> None:
        """A frame of upstream (E4, L1, O7)."""
        upstream_errors.forget(self.call.errors)
        if too_large(frame, self.env.limits.frame_bytes_down):
            self.perform(self._not_an_event("the frame is too large"))
            return
        ready, read = self.call.phase in _READY, self.env.frames.delta
        if ready and read is not None and (delta := read(frame)) is not None:
            self._audio_delta(delta)
            return
        data = decode(frame)
        if isinstance(data, Malformed):
            self.perform(self._not_an_event(data.reason))
        elif has_long_id(data) and still_has_one(data):
            reason = f"an id is over {MAX_ID} characters long"
            self._refused(Malformed(reason, type=str(data.get("type"))), data)
        elif ready and data.get("type") in _AUDIO_DELTAS:
            delta = delta_of(data)
            if delta is None:
                events.heard(self.call.slot, self.env, data.get("response_id"))
                self.perform([notice("AUDIO_UNDECODABLE")])
            else:
                self._audio_delta(delta)
        else:
            self._structured(data)
            self._settle()

    def _settle(self) -> None:
        """A session that is to be renewed goes at the first moment at which nothing is under way (N3)."""
        if self.call.phase is _DRAINING and self._is_quiet():
            self.step(OpeningEvent.QUIET)

    def _is_quiet(self) -> bool:
        """Whether nothing is under way that another session would break off (N3)."""
        call, env = self.call, self.env
        if env.plan.commit.manual and (call.audio.commits or input_audio.enough(call.audio, env)):
            return False
        busy = call.audio.waits_for_slot or call.user_turn.speaking or call.calls.calls
        owed = call.user_texts.waiting or call.updates.event_id or call.updates.waiting
        return call.slot.idle and not (busy or owed)

    def upstream_closed(self, code: int | None, reason: str) -> None:
        """The upstream socket closed, or was never opened (E5, S8): then the host says how it was refused."""
        call = self.call
        if call.phase in BETWEEN:
            problem = dial_failed(reason, self.env.config.upstream.errors)
            self.step(OpeningEvent.UPSTREAM_CLOSED, Cause(problem=problem, reason=CLOSED, closed=True))
            return
        renewed_for = upstream_errors.renewable(call, self.env, code, reason)
        if renewed_for:
            self.out.append(notice("UPSTREAM_CLOSED", code=code))
            self.step(OpeningEvent.LOST, Cause(reason=renewed_for, closed=True))
            return
        refusal = "" if call.upstream_open else refused_with(reason)
        told, why = parting(call.errors, self.env, code, reason if call.upstream_open else "")
        self.step(OpeningEvent.UPSTREAM_CLOSED, Cause(code=code, reason=refusal, error=told, description=why))

    def renew(self) -> None:
        """The host wants another session (N2)."""
        if renews(self.call, self.env, planned=True):
            self.step(OpeningEvent.RENEWAL_DUE, Cause(reason=HOST))
            self._settle()

    def playback_reported(self, milliseconds: int) -> None:
        """The client has played so much of the agent's audio (B3)."""
        self.perform(playback.reported(self.call.playback, self.env, milliseconds))

    def function_result(self, call_id: str, content: str) -> None:
        """The host ran a function (F6). Its result waits for the next session, if there is none (N10)."""
        if self.call.phase in BETWEEN:
            self.perform(opening.wait_text(self.call.opening, self.env, content, call_id))
            return
        self.perform(function_calls.host_answered(self.call.calls, self.env, call_id, content))

    # --- the client leg -------------------------------------------------------------------------------------

    def _client_audio(self, frame: bytes) -> None:
        gate = self._audio_gates[self.call.phase]
        if len(frame) > self.env.limits.frame_bytes_up:
            self.perform([Fatal(ErrorCode.CLIENT_MESSAGE_TOO_LARGE, "the audio frame is too large")])
        elif gate is Gate.DELIVER:
            self.perform(input_audio.received(self.call.audio, self.env, frame))
        elif self.call.phase in BETWEEN:
            self.perform(opening.keep_audio(self.call.opening, self.env, frame))
        elif gate is Gate.WAIT:
            self.perform(opening.wait_audio(self.call.opening, self.env, frame))
        else:
            self.perform([opening.too_early("audio")])

    def _client_message(self, message: deepgram.ClientMessage, frame: str) -> None:
        unknown = () if isinstance(message, deepgram.ClientAudio) else unknown_fields(message, _SHOWN)
        if unknown and self.env.config.strict_fields:
            self.perform([Fatal(ErrorCode.UNPARSABLE_CLIENT_MESSAGE, f"unknown field {unknown[0]}")])
            return
        kind = "" if isinstance(message, deepgram.ClientAudio) else message.type
        if unknown:
            self.perform([notice("UNKNOWN_FIELDS", type=kind, paths=", ".join(unknown))])
        gate = self._gates[self.call.phase]
        if isinstance(message, deepgram.KeepAlive):
            self.perform([notice("KEEPALIVE_ABSORBED")])
        elif isinstance(message, deepgram.Settings):
            self.step(OpeningEvent.SETTINGS, Cause(settings=message))
        elif gate is Gate.WAIT or (self.call.phase in _UNSETTLED and isinstance(message, UPDATES)):
            self.perform([notice("MESSAGE_WAITS", type=kind)])
            self.perform(opening.wait_text(self.call.opening, self.env, frame))
        elif gate is Gate.DELIVER:
            self.route(CLIENT[type(message)], message)
        else:
            self.perform([opening.too_early(kind)])

    def _unparsable(self, reason: str, *, known: bool = True) -> Effects:
        """T5: Deepgram hangs up, the component's dialect goes on."""
        if not self.env.component:
            return [Fatal(ErrorCode.UNPARSABLE_CLIENT_MESSAGE, reason)]
        code = (
            ComponentCode.UNPARSABLE_CLIENT_MESSAGE if known else ComponentCode.DISALLOWED_CLIENT_MESSAGE_TYPE
        )
        return [notice("CLIENT_MESSAGE_REFUSED", reason=reason), to_client.error(code, reason)]

    # --- the upstream leg -----------------------------------------------------------------------------------

    def _audio_delta(self, delta: AudioDelta) -> None:
        """Agent audio, past the codec: one look-up, one base64, one output."""
        response_id, item_id, index, audio, beta = delta
        call, env = self.call, self.env
        slot = call.slot
        # Once its end of turn was told, nothing may follow (O5, R1, B1).
        if (response_id != slot.active and response_id in slot.ended) or (
            slot.response is _CUT and events.is_cut(slot, response_id)
        ):
            playback.dropped(call.playback)
            self.perform([notice("OUTPUT_LATE", type=AUDIO_DELTA)])
            return
        effects = events.output(call, env, response_id or slot.active)
        if effects:
            self.perform(effects)
        if not audio or slot.response is _CUT or call.phase is _CLOSED:
            return
        if call.spellings.audio is not beta and spellings.repeats(call, response_id, "audio", beta=beta):
            return
        if call.agent_text.may_end:
            self.perform(agent_text.paused(call.agent_text, env))
        if call.turn_state is not _SPEAKING:
            self.perform(agent_turn.step(call, env, TurnEvent.AUDIO))
        playback.received(call.playback, env, item_id, index, len(audio))
        sound = env.audio_out.feed(audio)
        if sound:
            self.out.append(SendToClient(sound))

    def _structured(self, data: Mapping[str, object]) -> None:
        event = openai.structure_server(data)
        if isinstance(event, (Unknown, Malformed)):
            events.heard(self.call.slot, self.env, data.get("response_id"))
        if isinstance(event, Unknown):
            self.perform([noticed.unknown(self.env, event.type[:80])])
        elif isinstance(event, Malformed):
            self._refused(event, data)
        elif isinstance(event, openai.SessionUpdated) and OPENING[self.call.phase][_UPDATED].action:
            self.step(opening.shown_by(self.call, self.env, event.session), Cause(session=event.session))
        elif isinstance(event, openai.SessionCreated):
            self.route(SESSION_CREATED, event)
        elif isinstance(event, openai.ErrorEvent):
            self._error(event)
        elif self.call.phase in _READY and not spellings.came(self.call, data):
            self._upstream_event(event)
        else:
            self.perform([notice("UPSTREAM_ABSORBED", type=event.type)])

    def _refused(self, event: Malformed, data: Mapping[str, object]) -> None:
        """A malformed `response.done` still ends its response (*Always true* 5)."""
        self.perform(self._malformed(event))
        if event.type == openai.ResponseDone.type and self.call.phase in _READY:
            self._upstream_event(openai.ResponseDone(openai.Response(id=response_id_of(data))))

    def _upstream_event(self, event: openai.ServerEvent) -> None:
        """Ask once what became of the response that an event is of; then the policies hear of it."""
        env, slot = self.env, self.call.slot
        handlers = UPSTREAM.get(type(event))
        if handlers is None:
            self.perform([notice("UPSTREAM_ABSORBED", type=event.type)])
            return
        env.response = slot.active
        env.late = isinstance(event, _OF_CONVERSATION) and not slot.responding  # then there is no turn
        if isinstance(event, openai.ResponseDone):
            event = self._end_of_response(event)
        elif isinstance(event, _OUTPUT) and not self._goes_on(cast("OutputEvent", event)):
            return
        self.route(handlers, event)

    def _goes_on(self, event: OutputEvent) -> bool:
        """Whether a response of which output comes goes on: not if it was cut (B1, R1)."""
        slot, response_id = self.call.slot, event.response_id or None
        if not events.is_cut(slot, response_id):
            self.perform(events.activity(self.call, self.env, event))
            return not events.is_cut(slot, response_id)  # one that was to be cut may have begun with it
        self.perform([notice("OUTPUT_LATE", type=event.type)])
        if isinstance(event, openai.ResponseOutputItemDone):  # its response.done may never come
            self._run_on([event.item], response_id)
        return False

    def _end_of_response(self, event: openai.ResponseDone) -> openai.ResponseDone:
        """The end of a response that was cut lists what is not told any more (B1)."""
        slot, response = self.call.slot, event.response
        self.env.response = response.id or slot.active
        self.env.late = events.has_ended(slot, self.env.response)
        if not events.ends_cut(slot, response):
            return event
        self._run_on(response.output or (), response.id or None)
        return evolve(event, response=evolve(response, output=OMITTED))

    def _run_on(self, items: Sequence[Item], response_id: str | None) -> None:
        self.perform(function_calls.ran_on(self.call.calls, self.env, items, response_id or ""))

    def _error(self, event: openai.ErrorEvent) -> None:
        """The opening hears what is meant for it, the policies all else (S7, E6)."""
        problem = fault(event.error, self.env.config.upstream.errors, f"{self.env.ids.prefix}_")
        problem = traced(self.call, problem)
        step = opening.meant_by(self.call.opening, self.env, self.call.phase, problem)
        if step is None:
            self.perform([Refused(problem)])
        else:
            self.step(step, Cause(problem=problem))

    def _malformed(self, event: Malformed) -> Effects:
        """An event without a string type is none at all (E4); a known one with wrong fields is noticed."""
        if event.type is None:
            return self._not_an_event(event.reason)
        return [notice("UPSTREAM_MALFORMED", reason=event.reason)]

    def _not_an_event(self, reason: str) -> Effects:
        effects: list[Effect] = [notice("UPSTREAM_MALFORMED", reason=reason)]
        if self.env.component:
            effects.append(to_client.error(ComponentCode.UNMAPPED_UPSTREAM_EVENT, reason))
        return effects

    # --- what waited ----------------------------------------------------------------------------------------

    def deliver(self, entry: Pending) -> None:
        """A client message that waited is handled now."""
        if entry.text is None:
            self._client_audio(bytes(entry.audio))
        elif entry.call_id:
            self.function_result(entry.call_id, entry.text)
        else:
            self._client_text(entry.text)
