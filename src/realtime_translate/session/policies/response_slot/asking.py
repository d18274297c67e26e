"""What our create asks for (T3, N8)."""

from __future__ import annotations

from attrs import evolve

from .... import openai
from ....mapping.instructions import of_plan
from ....mapping.plan import Plan
from ....mapping.responses import going_on, rest, saying, spoken, tagged, verbatim, word_for_word
from ....openai.dialects import ExactSpeech
from ....openai.objects import Item, ResponseParams
from ...entries import Wish, WishKind
from ...env import Env
from ...signals import Effect

__all__ = ["asked", "is_item"]


def asked(env: Env, wish: Wish | None, tag: str, event_id: str) -> list[Effect]:
    """The create for a wish, or the item that stands for it; its event has that id. Where a response takes no
    instructions of its own, they go before it as an item.
    """
    if wish is None or not (wish.text or wish.kind is WishKind.REST):
        return [_create(env, tagged(tag), event_id)]
    server = env.config.upstream
    if is_item(env, wish):
        return [env.upstream(openai.ConversationItemCreate(verbatim(wish.text), event_id=event_id))]
    if wish.text and server.exact_speech is ExactSpeech.PART:
        return [_create(env, word_for_word(tag, wish.text), event_id)]
    if server.overrides:
        params = spoken(tag, wish.text) if wish.text else rest(tag, _without_greeting(env.plan))
        return [_create(env, params, event_id)]
    before = _created(env, saying(wish.text) if wish.text else going_on())
    return [before, _create(env, tagged(tag), event_id)]


def is_item(env: Env, wish: Wish | None) -> bool:
    """Whether an item takes the place of the create: the server begins a response for it, without a tag."""
    by_item = env.config.upstream.exact_speech is ExactSpeech.ITEM
    return by_item and wish is not None and wish.text != ""


def _create(env: Env, params: ResponseParams, event_id: str) -> Effect:
    return env.upstream(openai.ResponseCreate(params, event_id=event_id))


def _without_greeting(plan: Plan) -> str:
    """The session's instructions, but for a text that goes into no create (*Always* 3)."""
    return of_plan(evolve(plan, greeted=False))


def _created(env: Env, item: Item) -> Effect:
    named = evolve(item, id=env.ids.item("message"))
    return env.upstream(openai.ConversationItemCreate(named, event_id=env.ids.next()))
