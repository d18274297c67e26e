"""What the client was told, kept for the session that comes after this one (N6, N7)."""

from __future__ import annotations

from attrs import evolve

from ...mapping import context
from ...openai.objects import Item
from ...renewal import Renewal
from ...wire import unstructure
from ..entries import LedgerEntry
from ..env import Env
from ..event_kinds import ConversationEvent
from ..items import created, goes_again, lost
from ..signals import Effects, LegConfigured, LegReady, OpeningStep, Recorded, Refused
from ..state import Call, Ledger
from ..tables import Opening, OpeningEvent

__all__ = ["item_seen", "leg_ready", "recorded", "refused", "replay"]

_AGENT = "assistant"


def recorded(call: Call, env: Env, signal: Recorded) -> Effects:
    """Keep it, and drop the oldest where there is no room (N7). The sentences of an answer are one text. What
    there is never room for drives nothing out.
    """
    renewal, state, entry = env.renewal, call.ledger, signal.entry
    if entry is None or entry.size > renewal.ledger_chars:
        state.dropped += 1
        return ()
    last = state.entries[-1] if state.entries else None
    if last is not None and last.role == entry.role == _AGENT and _goes_on(last, entry, renewal):
        last.text = f"{last.text} {entry.text}"
    else:
        state.entries.append(entry)
    size = sum(each.size for each in state.entries)
    while len(state.entries) > renewal.ledger_items or (size > renewal.ledger_chars and state.entries):
        size -= state.entries.pop(0).size
        state.dropped += 1
    return ()


def _goes_on(last: LedgerEntry, entry: LedgerEntry, renewal: Renewal) -> bool:
    return last.size + len(" ") + entry.size <= renewal.ledger_chars


def replay(call: Call, env: Env, _: LegConfigured) -> Effects:
    """The context and all that was said, at once, oldest first (N6)."""
    state = call.ledger
    said = [unstructure(item) for entry in state.entries for item in _items(entry, env)]
    items = [*env.plan.context_items, *said]
    env.plan = evolve(env.plan, context_items=())
    state.replayed, state.seen, state.refused = len(items), [], 0
    if not items:
        return (OpeningStep(OpeningEvent.REPLAYED),)
    env.start("replay", env.limits.confirm_timeout)
    return [effect for item in items for effect in created(item, env)]


def _items(entry: LedgerEntry, env: Env) -> tuple[Item, ...]:
    """A call goes with its output, under the client's id (C2) and upstream's name (S10)."""
    if entry.role:
        return (context.message(entry.role, entry.text),)
    name = env.plan.sent_name(entry.name)
    return context.call(context.call_id(entry.call_id), name, entry.arguments, entry.text)


def item_seen(call: Call, env: Env, event: ConversationEvent) -> Effects:
    """Upstream has an item (N6)."""
    state = call.ledger
    item_id = event.item.id or ""
    if call.phase is not Opening.REPLAYING or (item_id and item_id in state.seen):
        return ()
    state.seen.append(item_id)
    return _whole(state)


def refused(call: Call, env: Env, refusal: Refused) -> Effects:
    """Upstream does not take an item: the others count (N6)."""
    state = call.ledger
    problem = refusal.problem
    if call.phase is not Opening.REPLAYING or not env.ids.is_context(problem.event_id):
        return ()
    again = goes_again(call.past, env, problem)
    if again is not None and lost(call.past, again, problem) is None:  # it may be confirmed yet (D5)
        return ()
    state.refused += 1
    return _whole(state)


def _whole(state: Ledger) -> Effects:
    confirmed = len(state.seen) + state.refused
    return (OpeningStep(OpeningEvent.REPLAYED),) if confirmed >= state.replayed else ()


def leg_ready(call: Call, env: Env, _: LegReady) -> Effects:
    """The next one counts anew."""
    state = call.ledger
    state.seen, state.replayed, state.refused, state.dropped = [], 0, 0, 0
    return ()
