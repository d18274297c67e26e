"""What the agent says, as text: told once, whichever event brings it first and complete (O3)."""

from __future__ import annotations

from collections.abc import Sequence

from ... import openai
from ...mapping import sentences, to_client
from ...notices import notice
from ...openai.objects import Item
from ..entries import OwnItem, Part, Told
from ..env import Env
from ..event_kinds import ItemEvent, TextEvent
from ..ids import fingerprint
from ..items import gone, words_of
from ..renewals import begin_anew, is_told
from ..signals import (
    AgentSaid,
    Effect,
    Effects,
    ItemSent,
    LegLost,
    Refused,
    ResponseCut,
    ResponseEnded,
)
from ..state import AgentText, Call
from ..tables import ResponseState

__all__ = [
    "broken",
    "cut",
    "delta",
    "ended",
    "item_seen",
    "item_sent",
    "leg_lost",
    "paused",
    "refused",
    "response_done",
    "text_done",
    "transcript_done",
]

_PARTS, _TOLD = 96, 48
"""Parts that are collected at a time, and texts that are recognised when they come again (L2)."""

_SPEECH, _SENTENCES = 2**16, 1000
"""Characters of a text that are looked through for sentences, and sentences that one event may bring: no
speech is longer, and a server may send anything (L1).
"""


def item_sent(call: Call, env: Env, signal: ItemSent) -> Effects:
    """A message of the agent's that we create: it is context, and never announced (O3)."""
    state, words = call.agent_text, words_of(signal.item.item)
    if words is not None:
        _forget(state, signal.replaced)
        state.own.append(OwnItem(signal.item.item_id, fingerprint(words)))
    return ()


def refused(call: Call, env: Env, refusal: Refused) -> Effects:
    """What the server has not been told the model may still say (O3)."""
    state, problem = call.agent_text, refusal.problem
    if state.own and (item := gone(call.past, env, problem)) is not None:
        _forget(state, item.item_id)
    return ()


def _forget(state: AgentText, item_id: str) -> None:
    state.own = [each for each in state.own if each.item_id != item_id]


def delta(call: Call, env: Env, event: TextEvent) -> Effects:
    """A piece of text: collected, for servers whose `done` does not carry the whole."""
    state = call.agent_text
    item_id, index = event.item_id or "", event.content_index or 0
    part = _find(state, item_id, env.response, index)
    if part is None:
        part = Part(item_id, env.response, index)
        state.parts = [*state.parts[1 - _PARTS :], part]
    limit = env.limits.item_text
    before, part.length = part.length, part.length + len(event.delta)
    if part.length > limit:
        return (notice("AGENT_TEXT_LONG", characters=limit),) if before <= limit else ()
    part.text += event.delta
    if env.component:  # it gets an item's text in one
        return ()
    words = sentences.feed(part.cut, event.delta)
    state.may_end = any(sentences.is_ripe(each.cut) for each in state.parts)
    return _say(words)


def paused(state: AgentText, env: Env) -> Effects:
    """Audio comes: a sentence that may be over is (O3)."""
    state.may_end = False
    return _say([each for part in state.parts for each in sentences.pause(part.cut)])


def _say(words: Sequence[str]) -> list[Effect]:
    if len(words) > _SENTENCES:
        words = [*words[:_SENTENCES], " ".join(words[_SENTENCES:])]
    return [AgentSaid(each) for each in words]


def text_done(call: Call, env: Env, event: openai.ResponseOutputTextDone) -> Effects:
    """A text part is whole."""
    return _part_done(call.agent_text, env, event.item_id or "", event.content_index or 0, event.text or "")


def transcript_done(call: Call, env: Env, event: openai.ResponseOutputAudioTranscriptDone) -> Effects:
    """The transcript of an audio part is whole."""
    state = call.agent_text
    return _part_done(state, env, event.item_id or "", event.content_index or 0, event.transcript or "")


def item_seen(call: Call, env: Env, event: ItemEvent) -> Effects:
    """An item of the conversation or of a response, with what it holds so far."""
    state = call.agent_text
    item = event.item
    if item.type != "message" or item.role != "assistant":
        return ()
    if _is_own(state, item):
        return ()
    _announce(call, event)
    if call.slot.response is ResponseState.CUT:  # an item of the response that was interrupted
        _never_tell(state, [(item.id or "", index) for index, _ in enumerate(item.content or (None,))])
        return ()
    if item.status == "in_progress" or (item.status == "incomplete" and not call.slot.responding):
        return ()
    return _tell_item(state, env, item)


def _announce(call: Call, event: ItemEvent) -> None:
    """Remember the messages that the active response begins, or the conversation meanwhile."""
    state = call.agent_text
    item_id, begun = event.item.id, event.item.status == "in_progress" and call.slot.responding
    if not item_id or item_id in state.announced:
        return
    if begun or isinstance(event, openai.ResponseOutputItemAdded):
        state.announced = [*state.announced[1 - _PARTS :], item_id]


def response_done(call: Call, env: Env, event: openai.ResponseDone) -> Effects:
    """The response lists what it said once more."""
    effects: list[Effect] = []
    for item in event.response.output or ():
        if item.type == "message":
            effects += _tell_item(call.agent_text, env, item)
    return effects


def ended(call: Call, env: Env, signal: ResponseEnded) -> Effects:
    """What only deltas brought is told when the response is over. What events without an item's id told is
    recognised in the messages that it announced, which may be listed later.
    """
    state, response_id = call.agent_text, signal.response_id
    left = [each for each in state.parts if each.response_id == response_id]
    state.parts = [each for each in state.parts if each.response_id != response_id]
    effects: list[Effect] = []
    for part in left:
        effects += _tell(state, env, part, part.text)
    said = [each for each in state.told if each.response_id == response_id]
    nameless = [each for each in said if not each.item_id]
    for each in said:
        each.response_id = None
    state.told = [each for each in state.told if each not in nameless]
    for item_id in state.announced:
        _remember(state, *(Told(item_id, None, each.words) for each in nameless))
    state.announced, state.may_end = [], False
    return effects


def cut(call: Call, env: Env, signal: ResponseCut) -> Effects:
    """What was not told is dropped; the component's client gets the text so far (B4). Nothing of the items
    at hand is told later.
    """
    state = call.agent_text
    parts = [each for each in state.parts if each.response_id == signal.response_id]
    state.parts, state.may_end = [each for each in state.parts if each not in parts], False
    effects: list[Effect] = []
    for part in parts if env.component else ():
        effects += _tell(state, env, part, part.text)
    places = [(part.item_id, part.index) for part in parts if part.item_id]
    _never_tell(state, [*places, *((item_id, 0) for item_id in state.announced)])
    state.announced = []
    return effects


def broken(call: Call, env: Env, _: LegLost) -> Effects:
    """If an answer broke off after the client was told something of it, all that came is told (N8)."""
    if not is_told(call):
        return ()
    state = call.agent_text
    parts = [each for each in state.parts if each.response_id == call.slot.active]
    return [effect for part in parts for effect in _tell(state, env, part, part.text)]


def leg_lost(call: Call, env: Env, _: LegLost) -> Effects:
    """No more comes of what was begun, and no item of the session that is gone comes again."""
    begin_anew(call.agent_text)
    return ()


def _never_tell(state: AgentText, places: Sequence[tuple[str, int]]) -> None:
    known = {(each.item_id, each.index) for each in state.told}
    _remember(state, *(Told(*place) for place in dict.fromkeys(places) if place not in known))


def _find(state: AgentText, item_id: str, response_id: str, index: int) -> Part | None:
    for each in state.parts:
        same = each.item_id == item_id and each.index == index
        if same and (item_id or each.response_id == response_id):
            return each
    return None


def _counterpart(state: AgentText, env: Env, item_id: str, index: int, text: str) -> Part | None:
    """The same part by the words: where its deltas or its whole text name no item (O3)."""
    return next(
        (
            each
            for each in state.parts
            if (each.response_id, each.index) == (env.response, index)
            and not (each.item_id and item_id)
            and text.startswith(each.text)
        ),
        None,
    )


def _part_done(state: AgentText, env: Env, item_id: str, index: int, text: str) -> Effects:
    part = _find(state, item_id, env.response, index) or _counterpart(state, env, item_id, index, text)
    state.parts = [each for each in state.parts if each is not part]
    return _tell(state, env, part or Part(item_id, env.response, index), text or (part.text if part else ""))


def _tell_item(state: AgentText, env: Env, item: Item) -> list[Effect]:
    effects: list[Effect] = []
    for index, part in enumerate(item.content or ()):
        text = to_client.part_text(env.config.dialect, env.plan, part)
        if text:
            effects += _part_done(state, env, item.id or "", index, text)
    return effects


def _tell(state: AgentText, env: Env, part: Part, text: str) -> Effects:
    """What of a whole text the client does not have yet."""
    if not text or _is_told(state, part, fingerprint(text)):
        return ()
    if env.component:
        return _say([text])
    rest = text[part.cut.taken :]
    return _say(sentences.split(rest) if len(rest) <= _SPEECH else [rest])


def _is_told(state: AgentText, part: Part, words: str) -> bool:
    """Whether the client has this text; from now on it has (O3).

    An item is known by its part and by its words. Where one of two events has no item id, equal words in one
    response are one item.
    """
    said = [each for each in state.told if each.response_id == part.response_id and each.words == words]
    if not part.item_id:
        if not said:
            _remember(state, Told("", None, words, part.response_id))
        return bool(said)
    if any(each.item_id == part.item_id and _is_same(each, part.index, words) for each in state.told):
        return True
    nameless = next((each for each in said if not each.item_id), None)
    if nameless is None:
        _remember(state, Told(part.item_id, part.index, words, part.response_id))
        return False
    # It has a name now: equal words of another item are another text.
    nameless.item_id, nameless.index = part.item_id, part.index
    return True


def _is_same(told: Told, index: int, words: str) -> bool:
    return told.index == index or told.words == words


def _remember(state: AgentText, *told: Told) -> None:
    state.told = [*state.told, *told][-_TOLD:]


def _is_own(state: AgentText, item: Item) -> bool:
    if not state.own:
        return False
    mine = _named(state, item) or _by_words(state, item)
    if mine is None:
        return False
    state.own = [each for each in state.own if each is not mine]
    if item.id:
        _remember(state, Told(item.id, 0))
    return True


def _named(state: AgentText, item: Item) -> OwnItem | None:
    return next((each for each in state.own if each.item_id == item.id), None)


def _by_words(state: AgentText, item: Item) -> OwnItem | None:
    """Servers that give their own ids announce each item several times: one id stands for one item."""
    if any(each.item_id == item.id for each in state.told if item.id):
        return None
    words = fingerprint("".join(part.text or "" for part in item.content or ()))
    return next((each for each in state.own if each.words == words), None)
