"""Wishes for a response, and the one place that fulfils them (R2, R8)."""

from __future__ import annotations

from .... import deepgram
from ....deepgram.codes import ErrorCode
from ....notices import notice
from ...entries import Spoken
from ...env import Env
from ...signals import (
    CallsAnswered,
    CommitDue,
    CommitGranted,
    CommitRefused,
    CommitWithdrawn,
    Effect,
    Effects,
    Fatal,
    HoldOver,
    Interrupted,
    ResponseWanted,
    SlotFreed,
    SpeakWanted,
    UpdateGranted,
    UpdateWanted,
)
from ...state import Call
from ...tables import SlotEvent, SlotState
from .actions import happen
from .hold import arrive, waits_for_calls, withdraw_hold

__all__ = [
    "calls_answered",
    "commit_due",
    "commit_refused",
    "commit_withdrawn",
    "freed",
    "hold_over",
    "speak_wanted",
    "update_wanted",
    "wanted",
]


def wanted(call: Call, env: Env, wish: ResponseWanted) -> Effects:
    """Note a wish and fulfil it if the slot is free; plain wishes merge (R2)."""
    slot = call.slot
    falls = wish.of_commit and not slot.asked
    if wish.of_commit:  # the create follows its commit, whatever else waits (A5)
        slot.plain_since = 0
    else:
        arrive(slot)
    if not wish.confirmed:
        slot.sent = True
    elif wish.of_text:
        slot.texts = True
    else:
        slot.confirmed = True
    if slot.state is not SlotState.FREE:
        return (notice("RESPONSE_DEFERRED", reason="the slot is taken"),)
    return pump(call, env, of_commit=falls)


def update_wanted(call: Call, env: Env, _: UpdateWanted) -> Effects:
    """A `session.update` waits for the slot and goes before everything else (R2)."""
    slot = call.slot
    slot.update_waits = True
    return pump(call, env)


def commit_due(call: Call, env: Env, _: CommitDue) -> Effects:
    """A commit waits for the slot (A5, A6)."""
    slot = call.slot
    arrive(slot)
    slot.commit_waits = True
    effects = pump(call, env)
    return [notice("COMMIT_OWED"), *effects] if slot.commit_waits else effects


def speak_wanted(call: Call, env: Env, wish: SpeakWanted) -> Effects:
    """A text to say: in its turn, at once or not at all, as its behaviour has it (T3)."""
    slot = call.slot
    idle = slot.state is SlotState.FREE and not (slot.wishes or slot.spoken or call.calls.unanswered)
    if wish.behavior == "default" and not idle:
        return (env.client(deepgram.InjectionRefused("the agent is speaking or about to")),)
    size = len(wish.text) + sum(len(each.text) for each in slot.spoken)
    if len(slot.spoken) >= env.limits.pending_messages or size > env.limits.text_bytes_up:  # L3
        reason = f"more than {env.limits.pending_messages} messages wait to be spoken"
        return (Fatal(ErrorCode.CLIENT_MESSAGE_OVERFLOW, reason),)
    spoken = Spoken(wish.text, arrive(slot))
    if wish.behavior != "interrupt":
        slot.spoken.append(spoken)
        return pump(call, env)
    spoken.arrived = 0  # before everything else that waits
    slot.spoken.insert(sum(each.arrived == 0 for each in slot.spoken), spoken)
    return [Interrupted(server_cancels=False, by_user=False), SlotFreed()]


def commit_withdrawn(call: Call, env: Env, _: CommitWithdrawn) -> Effects:
    """Audio flows again: the commit comes back after its debounce (A6)."""
    slot = call.slot
    slot.commit_waits = False
    withdraw_hold(slot, env)
    return ()


def commit_refused(call: Call, env: Env, _: CommitRefused) -> Effects:
    """The create that came with the commit is not asked for again if it is refused as well (A5)."""
    slot = call.slot
    slot.fallen = slot.falls
    return ()


def calls_answered(call: Call, env: Env, _: CallsAnswered) -> Effects:
    """What waited for the answers may go ahead (R8)."""
    env.timers.cancel("hold")
    return ()


def hold_over(call: Call, env: Env) -> Effects:
    """The answer takes too long: what waits for it goes ahead (R8)."""
    return [notice("CALL_HOLD_OVER", seconds=env.limits.call_hold), HoldOver(), SlotFreed()]


def freed(call: Call, env: Env, _: SlotFreed) -> Effects:
    """Something ended: let go what waits."""
    return pump(call, env)


def pump(call: Call, env: Env, *, of_commit: bool = False) -> Effects:
    """If the slot is free: owed updates, then the owed commit, then a create, for the wish that came first
    (R2). Plain wishes share one, and wait for open calls (R8); each spoken text has its own, and does not,
    unless upstream wants outputs first.
    """
    slot = call.slot
    calls_wait = call.calls.unanswered
    if slot.state is not SlotState.FREE:
        return ()
    if slot.update_waits:
        slot.update_waits = False
        return UpdateGranted(), SlotFreed()
    deferred = _hold(env) if calls_wait and waits_for_calls(slot, env) else []
    plain = slot.wishes and not calls_wait
    if plain and slot.commit_waits:
        slot.commit_waits = False
        return (CommitGranted(),)
    if calls_wait and env.config.upstream.outputs_first:
        return deferred
    if slot.spoken and not (plain and slot.plain_since < slot.spoken[0].arrived):
        slot.saying, slot.falls = slot.spoken.pop(0), False
        return [*deferred, *happen(slot, env, SlotEvent.REQUEST)]
    if not plain:
        return deferred
    # It answers the texts that went before it, too: they do not fall with the commit.
    slot.saying, slot.falls = None, of_commit and all(each.covered for each in call.user_texts.waiting)
    return happen(slot, env, SlotEvent.REQUEST)


def _hold(env: Env) -> list[Effect]:
    if "hold" not in env.timers.deadlines:
        env.start("hold", env.limits.call_hold)
    return [notice("RESPONSE_DEFERRED", reason="a function call is unanswered")]
