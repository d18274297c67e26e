"""What must hold when a call has come to rest: nothing is lost, and nothing waits for ever."""

from __future__ import annotations

from collections.abc import Sequence

from ....config import GreetingMode
from ...model.faults import Violation
from ..broken import require
from ..world_state import WorldState
from . import legs
from .moments import GREETING

__all__ = ["at_rest", "complaints", "never"]

_UPDATE_REFUSALS = (
    *("SPEAK_UPDATE_UNSUPPORTED", "PROMPT_TOO_LONG", "UPDATE_LISTEN_UNSUPPORTED_FIELDS_CHANGED"),
    "unsupported_parameter",  # of a server that has one voice only
)


def never(world: WorldState) -> None:
    """What must never happen, looked at after each step (*Always true* 1 and 2)."""
    bad = [] if world.strained else complaints(world)
    require(bad == [], "1 the server has nothing to complain about", bad[:1])
    ledger = world.ledger
    done = ledger.answers + ledger.cancelled
    require(world.closed or ledger.outputs_upstream <= done, "F4 an output upstream for each answer")


def complaints(world: WorldState) -> list[Violation]:
    """What a client could have avoided; of earlier legs what counted as that when another was dialled."""
    at_hand = [each for each in world.server.violations if not each.race and not _unavoidable(world, each)]
    return [*world.legs.past_violations, *at_hand]


def _unavoidable(world: WorldState, violation: Violation) -> bool:
    """Spoken texts wait for no call, and past `call_hold` nothing does (R8); and the server may start a
    response while our create or a change of the voice is on its way, or end one while our cancel is
    (*Always true* 1): the model knows of no network, so it cannot tell.
    """
    event = violation.event or {}
    event_id = event.get("event_id")
    if event_id == "prepared":  # the host's own
        return True
    if event_id in world.shown.excused and violation.rule in (None, 8, 14):  # before it was shown (D5)
        return True
    if violation.rule == 9:
        spoken = event_id in world.slot.spoken
        unforeseen = world.answers_by_itself and event_id in world.ledger.unforeseen
        if violation.answered:
            return not world.make.plain and unforeseen  # else calls that it does not know of yet
        return spoken or "CALL_HOLD_OVER" in world.ledger.notices
    if violation.rule in (3, 5):
        return event_id in world.ledger.unforeseen
    return violation.rule in (1, 2) and world.answers_by_itself and event_id in world.ledger.unforeseen


def at_rest(world: WorldState) -> None:
    """Everything that was said was passed on, and every turn was answered (*Always true* 2, 5)."""
    ledger = world.ledger
    never(world)
    legs.at_rest(world)
    require(ledger.texts_upstream == ledger.texts, "2 every user text went upstream", ledger.texts)
    require(ledger.outputs_upstream == ledger.answers + ledger.cancelled, "F4 an output for each answer")
    if not world.fails:  # a response that never ends is waited for
        # Who speaks over the answer is answered with what was said before, at the end of that.
        if ledger.open_calls or ledger.host_calls:  # outputs wait for those of the other calls (F3)
            world.answers.withdraw("output")
        unanswered = [] if ledger.user_speaks else world.answers.unanswered
        require(unanswered == [], "5 every turn is answered", unanswered)
        held = ledger.notices["TURN_DETECTION_NOT_OFF"]  # the server has the audio all the same (V1)
        world.audio.check_whole(manual=not (held or world.commits_by_itself))
    _no_word_twice(world)
    _greeting(world)
    _silence(world)
    if not (world.fails or world.stalled):
        _by_a_server_in_time(world)


def _by_a_server_in_time(world: WorldState) -> None:
    """What is lost if the server is given up."""
    ledger = world.ledger
    waits = ledger.open_calls or ledger.host_calls  # a turn goes on while its calls are not answered
    require(bool(waits) or not (ledger.sounding or ledger.speaking), "O5 every turn of the agent ends")
    lost = ledger.made - ledger.asked
    require(not lost, "F1 each call is asked for", lost)
    _every_word(world)
    _every_text_to_say(world)
    _users_words(world)
    _updates(world)


def _every_word(world: WorldState) -> None:
    """What the agent said without being interrupted is told once (O3)."""
    told = "\n".join(world.ledger.told_agent)
    for text in _numbered(world.ledger.words):
        require(told.count(text) == 1, "O3 what the agent said is told once", f"{told.count(text)}: {text}")


def _every_text_to_say(world: WorldState) -> None:
    """What the agent is to say is asked for, or the client or the host hears that it is not (T3)."""
    ledger = world.ledger
    lost = [text for text in ledger.to_say if not any(text in each for each in ledger.instructed)]
    require(len(lost) <= ledger.not_said, "T3 a text to say is said or refused", lost)


def _no_word_twice(world: WorldState) -> None:
    lines = _numbered("\n".join(world.ledger.told_agent).splitlines())
    require(len(lines) == len(set(lines)), "O3 nothing that the agent said is told twice", lines)


def _numbered(texts: Sequence[str]) -> list[str]:
    """Those that are like no other: not the first words of one that was cut."""
    return [each for each in texts if each.startswith("Reply number") and each.endswith(".")]


def _users_words(world: WorldState) -> None:
    """Texts in order, and every transcript (T1, O4)."""
    ledger = world.ledger
    typed = [each for each in ledger.told_user if each in ledger.texts]
    require(typed == ledger.texts, "T1 the client is told each text once, in order", typed)
    spoken = [ledger.users_words[each] for each in ledger.committed if ledger.users_words.get(each)]
    told = [each for each in ledger.told_user if each in spoken]
    require(sorted(told) == sorted(spoken), "O4 the client is told what the user said", f"{told} of {spoken}")


def _updates(world: WorldState) -> None:
    """Each is acknowledged in order, or refused (T2)."""
    ledger = world.ledger
    sent = [each.removeprefix("Update") + "Updated" for each in ledger.updates]
    count = len(ledger.acknowledged) + sum(ledger.codes[code] for code in _UPDATE_REFUSALS)
    if ledger.codes["UPDATE_NOT_CONFIRMED"]:  # one Warning for all that went together
        require(count < len(sent), "T2 every update is answered", f"{count} of {len(sent)}")
        return
    require(count == len(sent), "T2 every update is answered", f"{count} of {len(sent)}")
    left = iter(sent)
    in_order = all(each in left for each in ledger.acknowledged)
    require(in_order, "T2 updates are acknowledged in order", ledger.acknowledged)


def _greeting(world: WorldState) -> None:
    """G1, G2: as text once, unless the client has it in its history."""
    if world.config.greeting is GreetingMode.SPOKEN or (world.fails and not world.ledger.applied):
        return  # late Settings wait for a response that never ends
    shown = world.ledger.told_agent.count(GREETING)
    wanted = int(world.greets and world.config.greeting is GreetingMode.TEXT)
    require(shown == wanted, "G1 the greeting is shown once", shown)


def _silence(world: WorldState) -> None:
    """A session that rests, for a minute at least, is kept alive (I1)."""
    sent = world.ledger.notices["SILENCE_SENT"]
    young = world.legs.renewals > 0  # no session may have lasted for so long
    require(
        young or world.make.silence_ends is None or sent > 0, "I1 a server that wants to hear something does"
    )
    least = 5 if young else 10
    require(world.config.keepalive is None or sent >= least, "I1 silence keeps an idle session alive", sent)
