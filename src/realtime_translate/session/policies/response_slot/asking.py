"""What our create asks for (T3, N8)."""

from __future__ import annotations

from attrs import evolve

from .... import openai
from ....mapping.instructions import of_plan
from ....mapping.plan import Plan
from ....mapping.responses import going_on, rest, saying, spoken, tagged
from ....openai.objects import Item, ResponseParams
from ...entries import Wish, WishKind
from ...env import Env
from ...signals import Effect

__all__ = ["asked"]


def asked(env: Env, wish: Wish | None, tag: str) -> tuple[list[Effect], ResponseParams]:
    """The parameters of the create for a wish. Where a response takes no instructions of its own, they go
    before it as an item.
    """
    if wish is None or not (wish.text or wish.kind is WishKind.REST):
        return [], tagged(tag)
    if env.config.upstream.overrides:
        return [], spoken(tag, wish.text) if wish.text else rest(tag, _without_greeting(env.plan))
    return [_created(env, saying(wish.text) if wish.text else going_on())], tagged(tag)


def _without_greeting(plan: Plan) -> str:
    """The session's instructions, but for a text that goes into no create (*Always* 3)."""
    return of_plan(evolve(plan, greeted=False))


def _created(env: Env, item: Item) -> Effect:
    named = evolve(item, id=env.ids.item("message"))
    return env.upstream(openai.ConversationItemCreate(named, event_id=env.ids.next()))
