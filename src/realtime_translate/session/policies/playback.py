"""How much of the agent's audio was heard, and what becomes of the rest when the user interrupts (B3)."""

from __future__ import annotations

from ... import deepgram, openai
from ...mapping.to_client import fixed
from ...notices import notice
from ...wire import OMITTED
from ..entries import Playing
from ..env import Env
from ..hearing import heard, unheard
from ..signals import AudioSettled, Effect, Effects, Interrupted, LegLost, TextDue
from ..state import Call, Playback
from ..tables import ResponseState
from ..timers import Instant

__all__ = [
    "dropped",
    "interrupted",
    "leg_lost",
    "received",
    "reported",
    "response_done",
    "settled",
    "talked_over",
]

_REMEMBERED = 32


def received(state: Playback, env: Env, item_id: str, index: int, size: int) -> None:
    """Audio of an item came and goes to the client. Runs for each audio delta."""
    now = env.now
    since, per_second = state.run_since, env.plan.output.upstream.bytes_per_second
    state.voiced = True
    if since is None or state.run <= (now - since) * per_second:
        state.run_since, state.run, state.reported = Instant(now), 0, None
    items = state.items
    if not items or items[-1].item_id != item_id:
        items = state.items = [*unheard(state, env)[1 - _REMEMBERED :], Playing(item_id, index, state.total)]
    items[-1].size += size
    state.total += size
    state.run += size


def dropped(state: Playback) -> None:
    """Audio came that nobody is to hear: its voice is fixed all the same (T2)."""
    state.voiced = True


def settled(call: Call, env: Env, _: AudioSettled) -> Effects:
    """Another format from now on: what was received is counted in its bytes (S4)."""
    state = call.playback
    before, after = env.audio_out.source.bytes_per_second, env.plan.output.upstream.bytes_per_second
    for each in state.items:
        each.begin, each.size = each.begin * after // before, each.size * after // before
    state.total, state.run = state.total * after // before, state.run * after // before
    state.answered = state.total
    return ()


def response_done(call: Call, env: Env, event: openai.ResponseDone) -> Effects:
    """A message without a sound, where sound was asked for: nobody hears it (O9)."""
    state = call.playback
    if env.late:
        return ()
    silent, state.answered = state.total == state.answered, state.total
    response = event.response
    said = any(each.type == "message" for each in response.output or ())
    if not (silent and said and env.plan.audible and response.status in (OMITTED, None, "completed")):
        return ()
    return (notice("ANSWER_WITHOUT_AUDIO"),)


def leg_lost(call: Call, env: Env, _: LegLost) -> Effects:
    """What plays yet is no item of the next session, which has not spoken yet (N13, T2)."""
    state = call.playback
    for each in state.items:
        each.item_id = ""
    state.answered, state.voiced = state.total, False
    return ()


def reported(state: Playback, env: Env, milliseconds: int) -> Effects:
    """The host knows what was played."""
    state.reported = milliseconds
    return ()


def talked_over(call: Call, env: Env, signal: Interrupted) -> Effects:
    """A text is to be said at once: the client drops what it plays."""
    slot = call.slot
    goes_on = slot.responding and slot.response is not ResponseState.CUT
    if signal.by_user or not (goes_on or unheard(call.playback, env)):
        return ()
    return TextDue(), fixed(deepgram.UserStartedSpeaking)


def interrupted(call: Call, env: Env, _: Interrupted) -> Effects:
    """What was not heard leaves the conversation: the rest of the item being heard, and later items."""
    state = call.playback
    per_second = env.plan.output.upstream.bytes_per_second
    position, items = heard(state, env), unheard(state, env)
    state.items, state.run, state.run_since = [], 0, None
    effects: list[Effect] = []
    for number, item in enumerate(items):
        if not item.item_id:
            continue
        heard_ms = (position - item.begin) * 1000 // per_second
        end_ms = min(max(heard_ms, 1), item.size * 1000 // per_second)
        effects += _truncate(env, item, end_ms) if number == 0 else _delete(env, item)
    return effects


def _truncate(env: Env, item: Playing, end_ms: int) -> list[Effect]:
    if end_ms < 1:
        return []
    event_id = env.ids.next()
    env.ids.may_fail(event_id)
    return [
        env.upstream(openai.ConversationItemTruncate(item.item_id, item.index, end_ms, event_id=event_id))
    ]


def _delete(env: Env, item: Playing) -> list[Effect]:
    event_id = env.ids.next()
    env.ids.may_fail(event_id)
    return [env.upstream(openai.ConversationItemDelete(item.item_id, event_id=event_id))]
