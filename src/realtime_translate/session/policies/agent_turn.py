"""The agent's turn as the client sees it: who speaks, since when, and that everything was sent (O1, O2,
O5). What ends it is decided here alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ... import deepgram, openai
from ...audio import Conversion, streaming_header
from ...config import GreetingMode
from ...mapping.to_client import fixed
from ...outputs import SendToClient
from ..env import Env
from ..event_kinds import TextEvent
from ..hearing import unheard
from ..renewals import is_over, left_calls
from ..signals import (
    AgentSaid,
    AudioSettled,
    CallsOver,
    Effect,
    Effects,
    Interrupted,
    LegLost,
    ResponseCut,
    ResponseEnded,
    SessionReady,
    TextDue,
    WaitChanged,
)
from ..state import AgentTurn, Call
from ..tables import TURNS, SlotState, TurnEvent
from ..timers import Instant

__all__ = [
    "ACTIONS",
    "audio_done",
    "broken",
    "calls_over",
    "cut",
    "greeted",
    "interrupted",
    "item_added",
    "item_done",
    "leg_lost",
    "response_ended",
    "said",
    "settled",
    "sound_ended",
    "step",
    "text_came",
    "text_done",
    "wait_changed",
]

_REMEMBERED = 64
_UNASKED = (SlotState.FREE, SlotState.GIVEN_UP)


def step(call: Call, env: Env, event: TurnEvent) -> Effects:
    """Take the table's step for `event` and carry out its action."""
    taken = TURNS[env.config.dialect][call.turn_state][event]
    call.turn_state = taken.to
    return ACTIONS[taken.action](call.turn, env) if taken.action else ()


def settled(call: Call, env: Env, _: AudioSettled) -> Effects:
    """The stream of the agent's audio begins."""
    rest = _rest(env)
    env.audio_out = Conversion(env.plan.output.upstream, env.plan.output.client)
    return rest


def _rest(env: Env) -> list[Effect]:
    """What the resampler still holds; what comes next is another stream. Half a sample is no sound."""
    audio = env.audio_out.flush()
    env.audio_out.clear()
    return [SendToClient(audio)] if audio else []


def begin_turn(state: AgentTurn, env: Env) -> Effects:
    """The turn begins to be waited for."""
    state.asked_at, state.text_at = Instant(env.now), None
    return ()


def drop_turn(state: AgentTurn, env: Env) -> Effects:
    """The turn ended before anything of it was sent; the client hears nothing of it (O5)."""
    state.asked_at = state.text_at = None
    return ()


def text_came(call: Call, env: Env, event: TextEvent) -> Effects:
    """The first text of a turn: the time to it is a latency of Deepgram's (O2)."""
    state = call.turn
    if env.late or state.text_at is not None:
        return ()
    state.text_at = Instant(env.now)
    if env.component or not env.plan.experimental:
        return ()
    begun = env.now if state.asked_at is None else state.asked_at
    return (env.client(deepgram.LatencyReport(ttt_text_latency=float(env.now - begun))),)


def said(call: Call, env: Env, _: AgentSaid) -> Effects:
    """Words of the agent go to the client; late ones open no turn (R1)."""
    return () if env.late else step(call, env, TurnEvent.TEXT)


def start_speaking(state: AgentTurn, env: Env) -> Effects:
    """Before the first audio of a turn, its header right before it (O1, O2)."""
    return [*_latencies(state, env), *announce(state, env), *start_sound(state, env)]


def start_sound(state: AgentTurn, env: Env) -> Effects:
    """Before the first audio of a turn, whose text came before (O1)."""
    return [SendToClient(streaming_header(env.plan.output.client))] if env.plan.wav else []


def _latencies(state: AgentTurn, env: Env) -> list[Effect]:
    if env.component or not env.plan.experimental:
        return []
    total, tts, _ = _measured(state, env)
    reports = deepgram.LatencyReport(tts_latency=tts), deepgram.LatencyReport(total_latency=total)
    return [env.client(each) for each in reports]


def _measured(state: AgentTurn, env: Env) -> tuple[float, float, float]:
    """Seconds to the first audio, from the first text to it, and to the first text."""
    begun = env.now if state.asked_at is None else state.asked_at
    text_at = env.now if state.text_at is None else state.text_at
    return float(env.now - begun), float(env.now - text_at), float(max(text_at - begun, 0.0))


def announce(state: AgentTurn, env: Env) -> Effects:
    """The agent begins to speak, or in the component's dialect to write (O2)."""
    if env.component:
        return (fixed(deepgram.ComponentAgentStartedSpeaking),)
    if not env.plan.experimental:
        return ()
    total, tts, ttt = _measured(state, env)
    return (env.client(deepgram.AgentStartedSpeaking(total_latency=total, tts_latency=tts, ttt_latency=ttt)),)


def end_turn(state: AgentTurn, env: Env) -> Effects:
    """Everything of the turn was sent (O5)."""
    drop_turn(state, env)
    done = [fixed(deepgram.AgentDone)] if env.component else []
    return [TextDue(), *_rest(env), *done, fixed(deepgram.AgentAudioDone)]


def cut_turn(state: AgentTurn, env: Env) -> Effects:
    """The user interrupted (B1)."""
    drop_rest(state, env)
    return end_turn(state, env)


def drop_rest(state: AgentTurn, env: Env) -> Effects:
    """What the resampler holds is not heard any more (B1)."""
    env.audio_out.clear()
    return ()


def item_added(call: Call, env: Env, event: openai.ResponseOutputItemAdded) -> Effects:
    """A message of the response begins."""
    state = call.turn
    if event.item.type == "message" and event.item.id:
        state.open_messages = [*state.open_messages[1 - _REMEMBERED :], event.item.id]
    return ()


def item_done(call: Call, env: Env, event: openai.ResponseOutputItemDone) -> Effects:
    """A message of the response ended."""
    state = call.turn
    state.open_messages = [each for each in state.open_messages if each != event.item.id]
    return ()


def audio_done(call: Call, env: Env, event: openai.ResponseOutputAudioDone) -> Effects:
    """All audio of an item was sent; the component's client is told unless another message is announced
    (O5).
    """
    if env.late:
        return ()
    return [*_rest(env), *_unless_more(call, env, event.item_id or "", TurnEvent.AUDIO_DONE)]


def text_done(call: Call, env: Env, event: openai.ResponseOutputTextDone) -> Effects:
    """All text of an item was sent (O5)."""
    return () if env.late else _unless_more(call, env, event.item_id or "", TurnEvent.TEXT_DONE)


def _unless_more(call: Call, env: Env, item_id: str, event: TurnEvent) -> Effects:
    others = [each for each in call.turn.open_messages if each != item_id]
    return () if others else step(call, env, event)


def sound_ended(call: Call, env: Env, _: ResponseEnded) -> Effects:
    """No message of an ended response is open, and nothing of its audio is held back."""
    call.turn.open_messages = []
    return _rest(env)


# --- how it begins, and what ends it ------------------------------------------------------------------------


def wait_changed(call: Call, env: Env, _: WaitChanged) -> Effects:
    """A turn begins to be waited for; or it ends before it has begun: nobody waits for it any more (O5)."""
    return step(call, env, TurnEvent.VOID if call.slot.state in _UNASKED else TurnEvent.ASKED)


def greeted(call: Call, env: Env, _: SessionReady) -> Effects:
    """A greeting that is shown is a turn of its own (G1). One that is spoken has a response (G3)."""
    if env.plan.greeting is None or env.config.greeting is GreetingMode.SPOKEN:
        return ()
    return step(call, env, TurnEvent.GREETED)


def interrupted(call: Call, env: Env, _: Interrupted) -> Effects:
    """What plays yet is the last of its turn (B1), unless a response runs: its own end comes with what it has
    told.
    """
    if call.slot.responding or not unheard(call.playback, env):
        return ()
    return step(call, env, TurnEvent.VOID)


def cut(call: Call, env: Env, signal: ResponseCut) -> Effects:
    """The user interrupted, or a text that interrupts (B1). A response of which nothing came had no turn."""
    return step(call, env, TurnEvent.VOID if signal.silent else TurnEvent.CUT)


def response_ended(call: Call, env: Env, signal: ResponseEnded) -> Effects:
    """A response is over. One that was cut had its turn ended then (B1)."""
    if signal.cut:
        return ()
    return step(call, env, TurnEvent.VOID) if signal.void else _ended(call, env, signal.response_id)


def broken(call: Call, env: Env, _: LegLost) -> Effects:
    """A response is over of which more was to come, unless all of it is asked for again (N8)."""
    return _ended(call, env, call.slot.active) if is_over(call, env) else ()


def _ended(call: Call, env: Env, response_id: str) -> Effects:
    """The turn is over with its response, unless that left calls (F3, O5)."""
    ended = step(call, env, TurnEvent.ENDED)
    return ended if left_calls(call, response_id) else [*ended, *step(call, env, TurnEvent.OVER)]


def calls_over(call: Call, env: Env, _: CallsOver) -> Effects:
    """The calls that a response left are over, and so is its turn (F3, O5)."""
    return step(call, env, TurnEvent.OVER)


def leg_lost(call: Call, env: Env, _: LegLost) -> Effects:
    """No message of the session that is gone is open, and nothing more of its audio is heard: the next one
    has another stream. If nothing is asked of that, nobody waits for the turn any more (O5).
    """
    call.turn.open_messages = []
    env.audio_out.clear()
    waits = call.slot.wishes or call.audio.commits or any(each.open for each in call.calls.calls)
    return () if waits else step(call, env, TurnEvent.VOID)


ACTIONS: Mapping[str, Callable[[AgentTurn, Env], Effects]] = {
    "begin_turn": begin_turn,
    "drop_turn": drop_turn,
    "start_speaking": start_speaking,
    "start_sound": start_sound,
    "announce": announce,
    "end_turn": end_turn,
    "cut_turn": cut_turn,
    "drop_rest": drop_rest,
}
"""The actions of `tables.TURNS`."""
