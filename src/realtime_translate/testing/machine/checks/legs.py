"""A call that outlives its upstream session: what holds for each leg, and over all of them (N)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, cast

from ....outputs import Notice, OpenUpstream, Outputs, SendToClient
from ....renewal import Renewal
from ...model.troubles import QUOTES
from ..broken import require
from ..ledgers.legs import GO_ON, ids_in
from ..ledgers.slot import SlotLedger
from ..network import STEP
from ..world_state import WorldState

__all__ = [
    "at_rest",
    "check",
    "dials",
    "hears",
    "leaves",
    "noticed",
    "sent",
    "sounds",
    "still_says",
    "takes",
    "told",
]

Json = dict[str, Any]
_TAKEN = re.compile(r"call_[A-Za-z0-9_-]{1,27}")
_ONCE = ("Welcome", "SettingsApplied")
_PLANNED = ("age", "host")
"""Causes of renewals before which nothing has failed (N2)."""
_NAMING = ("item_id", "response_id", "previous_item_id")
_CONFIRMATIONS = ("conversation.item.added", "conversation.item.created", "conversation.item.done")


def _sent_as(client_id: str) -> str:
    """What a call goes by in another session: the client's id, or a hash that every server takes (C2)."""
    if _TAKEN.fullmatch(client_id):
        return client_id
    return "call_" + sha256(client_id.encode("utf-8", "surrogatepass")).hexdigest()[:24]


# --- a leg is lost, and another is dialled ------------------------------------------------------------------


def leaves(world: WorldState, *, expired: bool, refused: bool) -> None:
    """What was known of a session means nothing to the next one."""
    legs, ledger = world.legs, world.ledger
    renewal, now = _renewal(world), world.host_now
    legs.failed, legs.cut = legs.between, ledger.user_speaks or ledger.active in ledger.cut
    if not legs.between:
        legs.expired, legs.unsaid = expired, ledger.active is not None and not world.slot.produced
        legs.renewals += 1
        _counts_anew(world, renewal)
        legs.broken += ledger.active is not None
        legs.elsewhere |= set(ledger.called)
        world.audio.lost(renewal.audio_seconds, manual=not (world.commits_by_itself or _vad_is_on(world)))
    if refused:
        legs.attempts = _used_up(legs.attempts, renewal)
    legs.between = legs.leaving = True
    legs.lost(now)
    ledger.lost({each: _sent_as(each) for each in legs.elsewhere})
    world.slot = SlotLedger(told=world.slot.told, waived=set(legs.elsewhere), spoken=world.slot.spoken)
    world.answers = world.answers.lost()
    world.shown.lost()
    world.heard.lost()


def _counts_anew(world: WorldState, renewal: Renewal) -> None:
    """Attempts are, after a session that has lasted (N14). What comes of a timer that is noticed late counts
    from when that was due, which only the host knows.
    """
    legs, blur = world.legs, (2 + world.kind.lateness) * STEP
    longer = 0.0 if legs.ready_at is None else world.host_now - legs.ready_at - renewal.ready_for
    legs.doubtful = abs(longer) < blur and legs.ready_at is not None
    if longer >= blur:
        legs.attempts = 0


def _renewal(world: WorldState) -> Renewal:
    return world.config.renewal or Renewal()


def _vad_is_on(world: WorldState) -> bool:
    return world.ledger.notices["TURN_DETECTION_NOT_OFF"] > 0


def _delay(renewal: Renewal, attempts: int) -> float:
    return renewal.delays[min(attempts % renewal.attempts, len(renewal.delays) - 1)]


def _used_up(attempts: int, renewal: Renewal) -> int:
    """As if all were made on the server at hand (N19)."""
    made = max(attempts, 1)
    return made + -made % renewal.attempts


def _servers(world: WorldState) -> list[str]:
    return [row.name for row in (world.config.upstream, *_renewal(world).fallback)]


def dials(world: WorldState, output: OpenUpstream) -> None:
    """N4, N14."""
    legs, renewal = world.legs, _renewal(world)
    require(world.config.renewal is not None, "N1 without a renewal a call has one session")
    require(legs.between, "N4 the socket of a session is closed before another is dialled")
    require(not world.upstream_open, "N4 one upstream at a time")
    require(output.leg == legs.number + 1, "N4 legs are counted", output.leg)
    delay = 0.0 if legs.planned else _delay(renewal, legs.attempts)
    early = legs.since + delay - world.host_now
    exactly = (2 + world.kind.lateness) * STEP  # what is due late counts from when it was due
    require(early < exactly, "N14 an attempt waits for its time", early)
    legs.attempts += 1
    most = renewal.attempts * len(_servers(world))
    require(legs.attempts <= most, "N14 so many attempts in a row", legs.attempts)
    wanted = _servers(world)[legs.row] if legs.row else ""
    require(output.server == wanted, "N19 another server has its turn", output.server)
    require(legs.renewals <= renewal.lifetime, "N14 so many renewals a call", legs.renewals)
    legs.number, legs.dialled_at = output.leg, world.host_now


def still_says(was_due: bool, outputs: Outputs) -> None:
    """What an earlier leg says comes to nothing (N4), unless a timer was due."""
    require(was_due or outputs == (), "N4 what an earlier leg still says is ignored", outputs)


# --- each frame ---------------------------------------------------------------------------------------------


def hears(world: WorldState, event: Mapping[str, Any]) -> None:
    """The leg at hand says something."""
    legs = world.legs
    legs.known |= ids_in(event)
    if event["type"] == "session.updated" and legs.between:
        legs.replaying = True
    elif event["type"] in _CONFIRMATIONS:
        _confirmed(world, event["item"])
    elif event["type"] == "error":
        legs.refused += event["error"].get("event_id") in legs.asked


def _confirmed(world: WorldState, item: Json) -> None:
    for part in item.get("content") or ():
        text = part.get("text")
        if text in world.ledger.texts and text not in world.legs.confirmed:
            world.legs.confirmed.append(text)


def sent(world: WorldState, frame: Json) -> None:
    """N4, N6, N13."""
    legs, kind = world.legs, frame["type"]
    legs.asked |= {frame["event_id"]} if legs.replaying else set()
    there = world.upstream_open or world.config.renewal is None  # else S5 knows
    require(there, "N4 nothing goes to a leg that is not open", kind)
    told = kind in ("session.update", "conversation.item.create")
    require(not legs.between or told, "N6 a session that is told what was said gets nothing else", kind)
    for name in _NAMING:
        known = legs.number == 1 or frame.get(name) in (None, "", "root", *legs.known)
        require(known, "N13 nothing that a leg gets names what is of another", f"{kind} {frame.get(name)}")
    if kind == "conversation.item.create" and "id" in frame["item"]:
        made = frame["item"]["id"]
        require(made not in legs.made, "N6 items have fresh ids", made)
        legs.made.add(made)
        legs.known.add(made)
    if kind == "response.create" and GO_ON in frame["response"].get("instructions", ""):
        legs.resumed += 1
        require(_renewal(world).resume_answer, "N8 who does not want it hears no rest of an answer")
        again = world.fails or world.ledger.busy  # what is refused is asked again (R3)
        broken = legs.broken or world.ledger.notices["RESPONSE_UNANNOUNCED"]
        once = broken and (legs.resumed == 1 or again)
        require(bool(once), "N8 the rest of an answer is asked for once", legs.resumed)


def takes(world: WorldState, frame: Json) -> bool:
    """Whether a frame tells a new session what was said before: then it is nothing new (N6, N11)."""
    legs, ledger = world.legs, world.ledger
    if frame["type"] != "conversation.item.create":
        return False
    item = frame["item"]
    is_user = item["type"] == "message" and item["role"] == "user"
    text = item["content"][0]["text"] if is_user else ""
    if is_user:
        twice = legs.number > 1 and text in legs.texts and text in ledger.texts
        require(not twice, "N11 a text goes to a session once", text)
    legs.put(item.get("id", ""), text, frame.get("previous_item_id", ""))
    if is_user:
        if legs.replaying:
            legs.replayed.append(item)
        return legs.replaying or (legs.number > 1 and text in ledger.texts_upstream)
    if legs.replaying:
        _replayed(world, item)
    return legs.replaying


def _replayed(world: WorldState, item: Json) -> None:
    legs = world.legs
    last = legs.replayed[-1] if legs.replayed else {}
    if item["type"] == "function_call_output":
        pair = last.get("type") == "function_call" and last["call_id"] == item["call_id"]
        require(pair, "N6 a call goes together with its output", item["call_id"])
    else:
        whole = last.get("type") != "function_call"
        require(whole, "N6 a call goes together with its output", last.get("call_id"))
    legs.replayed.append(item)


def told(world: WorldState, frame: Json) -> None:
    """N16."""
    legs, kind = world.legs, frame["type"]
    legs.heard[kind] += 1
    if kind in _ONCE and not world.component:
        require(legs.heard[kind] == 1, "N16 the client hears nothing of a renewal", kind)
    renewal = world.config.renewal
    if renewal is not None and renewal.after is not None and legs.renewals < renewal.lifetime:
        near = frame.get("code") == "MAXIMUM_SESSION_LENGTH_APPROACHING"
        require(not near, "N16 the end of a session that is renewed is not told")
    legs.elsewhere -= {each["id"] for each in _gone(frame)}


def sounds(world: WorldState) -> None:
    """Once a session is gone nothing of it is heard any more, but for the end of a turn at once (N8)."""
    legs = world.legs
    heard = legs.leaving or not legs.between or world.event is not None
    require(heard, "N8 nothing is heard of a session that is gone")


def _gone(frame: Json) -> list[Json]:
    return cast("list[Json]", frame["functions"]) if frame["type"] == "FunctionCallCancelled" else []


def noticed(world: WorldState, notice: Notice) -> None:
    """N17."""
    legs, fields = world.legs, notice.fields
    if notice.code == "RENEWAL_STARTED":
        legs.planned = fields["cause"] in _PLANNED and not legs.failed
        lasted = legs.planned or (legs.doubtful and fields["attempt"] == 1)
        legs.attempts, legs.doubtful = 0 if lasted else legs.attempts, False
        attempt = legs.attempts % _renewal(world).attempts + 1
        require(fields["attempt"] == attempt, "N17 attempts are told", fields)
    elif notice.code == "RENEWAL_ELSEWHERE":
        legs.row = (legs.row + 1) % len(_servers(world))
        world.shown.elsewhere()
        legs.doubtful = False  # else the server at hand would have had more attempts
        whole = legs.attempts > 0 and legs.attempts % _renewal(world).attempts == 0
        require(whole, "N19 a server has its attempts", legs.attempts)
        require(fields["server"] == _servers(world)[legs.row], "N17 the server is told", fields)
    elif notice.code == "RENEWAL_DONE":
        _done(world, notice)
    elif notice.code == "AUDIO_DROPPED" and legs.between and world.event is None:
        world.audio.dropped()


def _done(world: WorldState, notice: Notice) -> None:
    """The new session has what was said before, and the host hears of what it has not."""
    legs, fields = world.legs, notice.fields
    require(legs.replaying, "N17 a renewal that is done was under way")
    at_hand = world.was_due and world.event is not None and world.event["type"] == "error"
    late = cast("int", fields["items"]) - len(legs.replayed) + legs.refused  # told before the error at hand
    require(
        0 <= late <= at_hand, "N17 what a session was told is counted", f"{fields} of {len(legs.replayed)}"
    )
    legs.dropped += cast("int", fields["dropped"])
    legs.between, legs.replaying, legs.ready_at = False, False, world.host_now
    _words(world)


def _words(world: WorldState) -> None:
    """N6, N7: nothing that the client was not told, and all of what it was told that there was room for."""
    legs, ledger = world.legs, world.ledger
    said = "\n".join(_text(each) for each in legs.replayed if each.get("role") == "assistant")
    numbered = [each for each in ledger.told_agent if each.startswith("Reply number") and each.endswith(".")]
    lost = [each for each in numbered if each not in said]
    require(not lost or legs.dropped > 0, "N7 a session is told what the agent said", lost)
    for each in legs.replayed:
        if each.get("role") == "user" and _text(each) in ledger.texts:
            require(_text(each) in ledger.told_user, "N7 only what the client was told", _text(each))


def _text(item: Json) -> str:
    return str(item["content"][0]["text"])


# --- after each input ---------------------------------------------------------------------------------------


def check(world: WorldState, outputs: Outputs, *, left: bool) -> None:
    """What holds between an input and what comes of it."""
    legs, event = world.legs, world.event
    legs.leaving = False
    if legs.ready_at is None and world.ledger.applied:
        legs.ready_at = world.host_now
    if legs.hurried and not legs.between:
        _interrupts(world)
    if left and event is not None and not _renewal(world).fallback:
        words = json.dumps(event)
        require(not any(each in words for each in QUOTES), "N2 what access costs is not tried again", words)
    if left and not world.closed:
        _turn_is_over(world)
    if world.closed and legs.between:
        _given_up(world, outputs)
    if not legs.between or world.closed:
        return
    require(not world.host.client_paused, "N12 audio of a call that goes on is read")
    renewal, limits = _renewal(world), world.config.limits
    waits = world.dialled_at is None and not world.upstream_open
    due = legs.since + _delay(renewal, legs.attempts) if waits else _latest(world, limits.configure_timeout)
    late = world.host_now - due
    require(late < 2 * STEP, "N14 an attempt has its time, and no more", late)
    of_ours = event is None or event["type"] != "error" or _names_ours(event) or not world.fails
    if event is not None and of_ours and not left:  # what was due is told before a session is left
        told = [each.data for each in outputs if isinstance(each, SendToClient)]
        warned = [each for each in told if isinstance(each, str) and '"Warning"' in each[:20]]
        require(not warned, "N16 the client hears nothing of a renewal", warned)


def _interrupts(world: WorldState) -> None:
    """What the client wants to have said at once has waited for the session: with it answers of calls of the
    one before ask for nothing any more (F8), and what was asked for first is cut when it begins (B2).
    """
    world.ledger.interrupt_late(world.legs.hurried, able="response.cancel" not in world.make.lacks)
    world.legs.hurried = ""
    world.ledger.lapsed |= set(world.ledger.called)
    world.ledger.rounds.interrupt()
    world.answers.withdraw("output")
    world.answers.dropped()
    world.slot.forget()


def _names_ours(event: Mapping[str, Any]) -> bool:
    return bool(event["error"].get("event_id"))


def _latest(world: WorldState, timeout: float) -> float:
    """When a new session is given up at the latest: the update goes again without what is refused (S7)."""
    again = 1 + world.ledger.parts_refused + (world.ledger.configured if world.strained else 0)
    return world.legs.dialled_at + timeout * (1 + again) + world.config.limits.confirm_timeout


def _given_up(world: WorldState, outputs: Outputs) -> None:
    """N15."""
    sent = [each.data for each in outputs if isinstance(each, SendToClient)]
    for each in [json.loads(data) for data in sent if isinstance(data, str)]:
        if "no other session could be opened" in each.get("description", ""):
            expired = each["code"] in ("MAXIMUM_SESSION_LENGTH_REACHED", "session_max_duration")
            require(expired is world.legs.expired, "N15 the client hears why its session ended", each)
            most = _renewal(world).attempts * len(_servers(world))
            require(world.legs.attempts >= most, "N14 attempts are made", each)


def _turn_is_over(world: WorldState) -> None:
    """N8: a turn of which no more comes is over for the client."""
    ledger = world.ledger
    waits = any(each.kind == "output" for each in world.answers.waiting)
    owed = ledger.answers + ledger.cancelled - ledger.outputs_upstream
    goes_on = waits or ledger.open_calls or ledger.host_calls or owed > 0 or world.legs.unsaid
    cut = ledger.interrupted or world.legs.cut  # the answer that follows ends it
    over = goes_on or cut or world.fails or not ledger.sounding
    require(bool(over), "N8 a turn that broke off ends for the client")


# --- at rest ------------------------------------------------------------------------------------------------


def at_rest(world: WorldState) -> None:
    """*Always true* over all legs: each text is in the conversation that goes on, once."""
    legs, ledger = world.legs, world.ledger
    if legs.number == 1:
        return
    require(not legs.between, "N a call whose server answers has a session")
    known = [each for each in legs.texts if each in ledger.texts]
    there = known if world.fails else _history(world)
    twice = [each for each in ledger.texts if there.count(each) > 1]
    require(not twice, "N11 a text is in the history of a session once", twice)
    lost = [each for each in ledger.texts if each not in there]
    refused = sum(ledger.notices[code] for code in ("ITEM_REFUSED", "TURN_LOST", "CONTEXT_ITEM_REFUSED"))
    require(len(lost) <= legs.dropped + refused, "N7 a session has what the user wrote", lost)
    # A server may take what came during a response after what came later, or forget one of several.
    swapped = legs.confirmed != ledger.texts[: len(legs.confirmed)]
    require(swapped or _in_order(known, ledger.texts), "N6 a session is told things in their order", known)
    oldest = swapped or refused or world.fails or lost == ledger.texts[: len(lost)]
    require(bool(oldest), "N7 there is no room for what is oldest", lost)


def _history(world: WorldState) -> list[str]:
    """The user's texts that the server has."""
    messages = [each for each in world.server.items if each.get("role") == "user"]
    texts = [part.get("text") for each in messages for part in cast("list[Json]", each["content"])]
    return [text for text in texts if text in world.ledger.texts]


def _in_order(some: list[str], texts: list[str]) -> bool:
    left = iter(texts)
    return all(each in left for each in some)
