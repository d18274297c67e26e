"""What upstream is told of the past, as items: the context, and which of it went through (C1, D5, T6)."""

from __future__ import annotations

from attrs import evolve

from ... import openai
from ...mapping.errors import Problem, head_asked
from ...notices import notice
from ...outputs import Notice
from ..entries import PastItem
from ..env import Env
from ..event_kinds import ConversationEvent
from ..items import created, goes_again, kind_refused, learned, lost, place_of, recreated
from ..signals import Effect, Effects, ItemSent, LegLost, Refused, SessionReady
from ..state import Call, Past

__all__ = ["context_items", "item_seen", "leg_lost", "refused", "response_began", "sent"]


def context_items(call: Call, env: Env, _: SessionReady) -> Effects:
    """One item a message of the context, before anything else and without a response (C1)."""
    effects: list[Effect] = []
    for item in env.plan.context_items:
        effects += created(item, env)
    if effects:
        effects.append(notice("CONTEXT_SENT", items=len(env.plan.context_items)))
        env.plan = evolve(env.plan, context_items=())  # sent once: the plan need not keep it (L2)
    return effects


def sent(call: Call, env: Env, signal: ItemSent) -> Effects:
    """Kept until upstream has said what it makes of it, in its old place if it goes again."""
    state = call.past
    if signal.replaced:
        state.items = [signal.item if each.item_id == signal.replaced else each for each in state.items]
    else:
        state.items.append(signal.item)
    return ()


def item_seen(call: Call, env: Env, event: ConversationEvent) -> Effects:
    """They are confirmed in their order."""
    state = call.past
    if state.items and event.item.id == state.items[0].item_id:
        state.after = state.items.pop(0).item_id
    return ()


def refused(call: Call, env: Env, refusal: Refused) -> Effects:
    """The call goes on without an item of the past that upstream refused (T6). One that is refused for the
    beginning of an id goes once more, under another and in its old place; later ones begin so. If what it was
    put behind is lost, it goes behind the one before that (D5).
    """
    state, problem = call.past, refusal.problem
    if not env.ids.is_context(problem.event_id):
        return ()
    env.ids.may_fail(problem.event_id)
    again = goes_again(state, env, problem)
    if again is not None:
        return _again(state, env, again, problem)
    state.items = [each for each in state.items if each.event_id != problem.event_id]
    return [_left_out(problem)]


def _left_out(problem: Problem) -> Notice:
    return notice("CONTEXT_ITEM_REFUSED", code=problem.code)


def _again(state: Past, env: Env, item: PastItem, problem: Problem) -> list[Effect]:
    head = "" if item.place else head_asked(problem)
    if head:
        told = learned(env, kind_refused(item, problem), head)
    elif missing := lost(state, item, problem):
        state.items.remove(missing)
        told = [_left_out(problem)]
    else:
        told = []
    return [*told, *recreated(env, item, place_of(state, item))]


def response_began(call: Call, env: Env, _: openai.ResponseCreated) -> Effects:
    """What was sent before has had its answer, if it gets one (L2). The response may have been under way when
    the last of it was sent, but not the one before it.
    """
    state = call.past
    state.items = [each for each in state.items if not each.passed]
    for each in state.items:
        each.passed = True
    return ()


def leg_lost(call: Call, env: Env, _: LegLost) -> Effects:
    """The next session is told everything anew (N6)."""
    state = call.past
    state.items, state.after = [], ""
    return ()
