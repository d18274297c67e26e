"""What is said before the first turn: the context upstream, the greeting to the client (C1, G1)."""

from __future__ import annotations

from attrs import evolve

from ...config import GreetingMode
from ...notices import notice
from ..entries import WishKind
from ..env import Env
from ..items import created
from ..signals import Effect, Effects, MayFail, Refused, ResponseWanted, SessionReady, TurnStep
from ..state import Call
from ..tables import TurnEvent

__all__ = ["context_items", "greet", "item_refused"]


def context_items(call: Call, env: Env, _: SessionReady) -> Effects:
    """One item a message of the context, before anything else and without a response (C1)."""
    effects: list[Effect] = []
    for item in env.plan.context_items:
        effects += created(item, env)
    if effects:
        effects.append(notice("CONTEXT_SENT", items=len(env.plan.context_items)))
        env.plan = evolve(env.plan, context_items=())  # sent once: the state need not keep it (L2)
    return effects


def item_refused(call: Call, env: Env, refusal: Refused) -> Effects:
    """The call goes on without an item of the context that upstream refused (T6)."""
    problem = refusal.problem
    if not env.ids.is_context(problem.event_id):
        return ()
    return MayFail(problem.event_id), notice("CONTEXT_ITEM_REFUSED", code=problem.code)


def greet(call: Call, env: Env, _: SessionReady) -> Effects:
    """Show the greeting and end the agent's turn; no item and no response upstream comes of it (G1). Or have
    it spoken (G3).
    """
    if env.plan.greeting is None:
        return ()
    if env.config.greeting is GreetingMode.SPOKEN:
        return (ResponseWanted(WishKind.SPEECH, env.plan.greeting),)
    return [*env.text("assistant", env.plan.greeting), TurnStep(TurnEvent.GREETED)]
