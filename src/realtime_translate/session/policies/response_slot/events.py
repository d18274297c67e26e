"""What upstream and the timers tell the slot (R1, R3-R5, R7)."""

from __future__ import annotations

from .... import openai
from ....deepgram.codes import WarningCode
from ....mapping import to_client
from ....mapping.errors import Fault, Problem
from ....mapping.responses import Outcome, outcome, tag_of
from ....notices import notice
from ...entries import Tags, WishKind
from ...env import Env
from ...event_kinds import OutputEvent
from ...renewals import DEAD, renews
from ...signals import (
    AudioTaken,
    Effect,
    Effects,
    ErrorDue,
    OpeningStep,
    OutputsMissing,
    Refused,
    ResponseEnded,
)
from ...state import Call, ResponseSlot
from ...tables import (
    CreateEvent,
    CreateState,
    Detection,
    OpeningEvent,
    ResponseEvent,
    ResponseState,
    SlotEvent,
    SlotState,
)
from .actions import happen
from .asking import is_item
from .ends import REMEMBERED, ResponseFacts, released
from .line import answers_no_commit, withdraw_hold
from .lives import step_of_create, step_of_response

__all__ = [
    "activity",
    "audio_taken",
    "commit_refused",
    "create_late",
    "created",
    "done",
    "ends_cut",
    "error_due",
    "error_over",
    "grace_over",
    "has_ended",
    "heard",
    "is_cut",
    "output",
    "outputs_missing",
    "overdue",
    "quiet",
    "refused",
    "slow",
    "stalled",
]

_END_OF_OUTPUT = (
    openai.ResponseOutputTextDone,
    openai.ResponseOutputAudioDone,
    openai.ResponseOutputAudioTranscriptDone,
    openai.ResponseFunctionCallArgumentsDone,
    openai.ResponseOutputItemDone,
)
_ITEM_EVENTS = (openai.ResponseOutputItemAdded, openai.ResponseOutputItemDone)
# On Python 3.10 and 3.11 looking a member up costs as much as three calls: audio does without.
_SILENT = ResponseState.SILENT
_DEAD_AFTER = 2
_MOST_OVERDUE = 4
_TAKEN = (SlotState.RUNNING, SlotState.CROSSED)
_ASKING = (SlotState.REQUESTED, SlotState.DOUBTED)
"""Nothing but a create of ours is in flight."""


def created(call: Call, env: Env, event: openai.ResponseCreated) -> Effects:
    """A response began (R1)."""
    slot = call.slot
    response_id, tag = event.response.id or "", tag_of(event.response)
    if response_id and response_id in slot.ended:
        return ()
    if response_id and response_id == slot.active:
        return happen(call, env, SlotEvent.CREATED_SAME) if tag and tag == slot.request else ()
    older = False
    if env.ids.gave(tag):
        _echoed(slot)
        slot.overdue, older = 0, tag not in (slot.request, slot.unsettled)
    return _began(call, env, response_id, ours=_is_ours(slot, env, tag), older=older)


def _began(call: Call, env: Env, response_id: str, *, ours: bool, older: bool = False) -> list[Effect]:
    """`older`: it is that of a create before the last one. Without a tag it may be, if one is overdue."""
    slot = call.slot
    which = SlotEvent.CREATED_OURS if ours else SlotEvent.CREATED_OTHER
    if older or slot.overdue:
        slot.overdue = max(0, slot.overdue - 1)
        answers_no_commit(slot)
    return happen(call, env, which, ResponseFacts(response_id, older=older))


def _is_ours(slot: ResponseSlot, env: Env, tag: str) -> bool:
    """By the echoed tag; while no tag was ever echoed, the first response after our create is ours (R1), and
    the first without one after an item that is spoken (T3).
    """
    if tag and tag in (slot.request, slot.unsettled):
        return True
    if not slot.request or (slot.tags is Tags.ECHOED and (tag or not is_item(env, slot.asked_for))):
        return False
    slot.unsettled = slot.request
    return True


def _shows_tag(slot: ResponseSlot, env: Env) -> bool:
    """Whether the response to our create in flight can be told by its tag."""
    return slot.tags is Tags.ECHOED and not is_item(env, slot.asked_for)


def _echoed(slot: ResponseSlot) -> None:
    if slot.tags is Tags.UNSEEN:
        slot.tags = Tags.ECHOED


def activity(call: Call, env: Env, event: OutputEvent) -> Effects:
    """Some output of a response: tells which response it is, and whether it goes on (R1, R4)."""
    slot = call.slot
    effects = output(call, env, event.response_id or slot.active)
    if env.response != slot.active:
        return effects
    if isinstance(event, _ITEM_EVENTS):
        _track(slot, event)
    if isinstance(event, _END_OF_OUTPUT) and not slot.open_items:
        env.start("quiet", env.limits.response_grace)
    return effects


def output(call: Call, env: Env, response_id: str) -> Effects:
    """Output of `response_id` came: an unknown response begins with it (R1). Runs for each audio delta."""
    slot = call.slot
    env.response = response_id
    if response_id != slot.active and response_id in slot.ended:
        env.late = True
        return ()
    if slot.state in _TAKEN and (response_id == slot.active or not slot.active):
        slot.active, slot.heard_at = response_id, env.now
        if slot.response is _SILENT:
            _first_output(slot, env)
        if "quiet" in env.timers.deadlines:
            env.timers.cancel("quiet")
        return ()
    effects = _began(call, env, response_id, ours=_is_ours(slot, env, ""))
    _first_output(slot, env)
    return [notice("RESPONSE_UNANNOUNCED"), *effects]


def _first_output(slot: ResponseSlot, env: Env) -> None:
    step_of_response(slot, ResponseEvent.OUTPUT)
    if not slot.request:  # else ours is waited for
        env.timers.cancel("slow")
    env.start("stall", env.limits.response_stall)


def heard(slot: ResponseSlot, env: Env, response_id: object) -> None:
    """An event that we cannot read is a sign of life, too, if it names the active response (R1)."""
    if slot.active and response_id == slot.active:
        slot.heard_at = env.now


def stalled(call: Call, env: Env) -> Effects:
    """Nothing comes of the active response (R1). Output only notes when it came: the timer follows here."""
    slot = call.slot
    seconds = env.limits.first_output if slot.response is _SILENT else env.limits.response_stall
    if slot.heard_at is not None and slot.heard_at + seconds > env.now:
        env.timers.set("stall", slot.heard_at + seconds)
        return ()
    return _standstill(call, env, Outcome(failure=f"nothing came of it for {seconds:g} s", code="stalled"))


def _standstill(call: Call, env: Env, failure: Outcome) -> list[Effect]:
    """A session in which this happens twice in a row is dead: another takes its place, if it may (N2)."""
    call.slot.stalls += 1
    if call.slot.stalls >= _DEAD_AFTER and renews(call, env):
        return [OpeningStep(OpeningEvent.LOST, DEAD)]
    return happen(call, env, SlotEvent.STALLED, ResponseFacts(outcome=failure))


def _track(slot: ResponseSlot, event: openai.ResponseOutputItemAdded | openai.ResponseOutputItemDone) -> None:
    key = event.item.id or f"#{event.output_index or 0}"
    if isinstance(event, openai.ResponseOutputItemDone):
        slot.open_items = [each for each in slot.open_items if each != key]
    else:
        slot.open_items = [*slot.open_items[1 - REMEMBERED :], key]


def error_over(call: Call, env: Env) -> Effects:
    """The response has gone on after an error, which then is told by itself, or it was its end (R1, R5)."""
    slot = call.slot
    if slot.heard_at is None:
        return _standstill(call, env, Outcome(failure="nothing more came of it", code="stalled"))
    return released(slot, env)


def done(call: Call, env: Env, event: openai.ResponseDone) -> Effects:
    """A response ended. Without an id, or with an unknown one, it is the one in the slot (R1)."""
    slot = call.slot
    response = event.response
    response_id = response.id or slot.active
    slot.stalls = 0
    if response_id and response_id in slot.ended:
        return [notice("LATE_DONE"), *happen(call, env, SlotEvent.DONE_LATE)]
    facts = ResponseFacts(response_id, outcome(response))
    kind = _kind_of_done(slot, env, tag_of(response), response_id)
    if kind is SlotEvent.DONE and _never_began(slot, facts):
        slot.ended = [*slot.ended[1 - REMEMBERED :], response_id]
        return (notice("LATE_DONE"),)
    if kind is SlotEvent.DONE and slot.state in _ASKING and not facts.outcome.produced:
        slot.unsettled = slot.request  # it may have been the server's own, and ours is refused yet (R3)
    return happen(call, env, kind, facts)


def _never_began(slot: ResponseSlot, facts: ResponseFacts) -> bool:
    """The server's own response, taken back before it was announced, because the user spoke on: the one in
    the slot, which has another id and was not interrupted, goes on.
    """
    taken_back = facts.outcome.cancelled and not facts.outcome.produced
    return taken_back and facts.response_id != slot.active != "" and slot.response is not ResponseState.CUT


def _kind_of_done(slot: ResponseSlot, env: Env, tag: str, response_id: str) -> SlotEvent:
    if not tag or tag != slot.request:
        return SlotEvent.DONE_OTHER if _shows_tag(slot, env) and slot.state in _ASKING else SlotEvent.DONE
    _echoed(slot)
    crossed = slot.state is SlotState.CROSSED
    return SlotEvent.DONE_SAME if crossed and response_id == slot.active else SlotEvent.DONE_OURS


def audio_taken(call: Call, env: Env, _: AudioTaken) -> Effects:
    """The server has audio to answer by itself (R7)."""
    return happen(call, env, SlotEvent.COMMITTED) if env.plan.commit.create_response else ()


def commit_refused(call: Call, env: Env, refusal: Refused) -> Effects:
    """Nobody waits for a create that came with a commit that upstream refuses (A5), or answers already: where
    the server ends turns by itself and is busy (V1, R7).
    """
    audio, problem = call.audio, refusal.problem
    off = env.plan.commit.manual and audio.detection is Detection.OFF
    busy = problem.fault is Fault.BUSY and not off
    empty = problem.fault is Fault.COMMIT_EMPTY and audio.is_refused_by(problem)
    wish = call.slot.asked_for
    if (busy or empty) and wish is not None and wish.kind is WishKind.COMMITTED:
        step_of_create(call.slot, CreateEvent.COMMIT_REFUSED)
    return ()


def is_cut(slot: ResponseSlot, response_id: str | None) -> bool:
    """Whether output of this response, or of the active one if it names none, is not to be told (B1)."""
    if response_id in slot.cut:
        return True
    return slot.response is ResponseState.CUT and (
        not response_id or not slot.active or response_id == slot.active
    )


def has_ended(slot: ResponseSlot, response_id: str) -> bool:
    """Whether this response is over: what still comes of it is late (R1)."""
    return response_id != slot.active and response_id in slot.ended


def ends_cut(slot: ResponseSlot, response: openai.Response) -> bool:
    """Whether this ends a response of which nothing is told, under whatever id (B1, R1)."""
    if is_cut(slot, response.id or None):
        return True
    tag = tag_of(response)
    return (
        slot.response is ResponseState.CUT
        and response.id not in slot.ended
        and not (tag and tag == slot.request)
    )


def slow(call: Call, env: Env) -> Effects:
    """A response has no output for so long; Deepgram's clients are told, again and again (O8)."""
    slot = call.slot
    env.repeat("slow", env.limits.slow_think)
    since = env.now if slot.slow_since is None else slot.slow_since
    seconds = f"{env.now - since:g}"
    told = notice("RESPONSE_SLOW", seconds=float(seconds))
    if env.component:
        return (told,)
    reason = f"The model has not begun to answer for {seconds} s"
    warning = to_client.warning(WarningCode.SLOW_THINK_REQUEST, reason)
    return told, warning


def overdue(call: Call, env: Env) -> Effects:
    """`response.done` did not come after the last output of its calls: it counts as done (F5)."""
    return [effect for each in call.calls.awaited for effect in _overdue(call, env, each)]


def _overdue(call: Call, env: Env, response_id: str) -> list[Effect]:
    if call.slot.responding and response_id in ("", call.slot.active):
        return happen(call, env, SlotEvent.OVERDUE)
    return [ResponseEnded(response_id)]


def refused(call: Call, env: Env, refusal: Refused) -> Effects:
    """An error that needs no word to the client: a response is active, or tags are not taken (R3, R6)."""
    slot = call.slot
    problem = refusal.problem
    if problem.event_id and not _is_mine(slot, problem):
        return ()
    if problem.fault is Fault.BUSY and (slot.request or slot.unsettled):
        return happen(call, env, SlotEvent.BUSY)
    if problem.fault is Fault.METADATA and slot.tags is not Tags.REFUSED:
        slot.tags = Tags.REFUSED
        ours = slot.request or slot.unsettled
        told = notice("SERVER_DIFFERS", what="tags of responses")
        return [told, *(happen(call, env, SlotEvent.TAG_REFUSED) if ours else ())]
    return ()


def outputs_missing(call: Call, env: Env, signal: OutputsMissing) -> Effects:
    """A response was refused: ours, or the one that the server was to make by itself (R8)."""
    slot = call.slot
    withdraw_hold(call, env)
    problem, ours = signal.problem, slot.request or slot.unsettled
    if problem.event_id and not _is_mine(slot, problem):
        return ()
    if not ours and slot.state is not SlotState.EXPECTED:
        return ()
    if signal.given:
        return happen(call, env, SlotEvent.UNANSWERED)
    return happen(call, env, SlotEvent.FAILED, _failure(problem))


def error_due(call: Call, env: Env, due: ErrorDue) -> Effects:
    """An error that ends a response, or our create, is told as their failure (R3, R5)."""
    slot = call.slot
    problem = due.problem
    facts = _failure(problem)
    unnamed, server = not env.ids.gave(problem.event_id), problem.fault is Fault.SERVER
    if _is_mine(slot, problem) or (unnamed and server and slot.state in _ASKING):
        again = server and slot.create is not CreateState.ASKED_AGAIN
        return happen(call, env, SlotEvent.SERVER_FAILED if again else SlotEvent.FAILED, facts)
    return happen(call, env, SlotEvent.UNNAMED, facts) if unnamed else (env.error(problem),)


def _failure(problem: Problem) -> ResponseFacts:
    return ResponseFacts(reason=f"{problem.code}: {problem.description}", problem=problem)


def _is_mine(slot: ResponseSlot, problem: Problem) -> bool:
    return problem.event_id != "" and problem.event_id in (slot.request, slot.unsettled)


def create_late(call: Call, env: Env) -> Effects:
    """`response.created` did not come, and may come yet (R1). Who drops creates is asked again (R3); items
    are not dropped.
    """
    slot = call.slot
    if not _shows_tag(slot, env):  # else its tag will tell
        slot.overdue = min(slot.overdue + 1, _MOST_OVERDUE)
    drops = env.config.upstream.drops_creates and not is_item(env, slot.asked_for)
    again = drops and slot.create is not CreateState.ASKED_AGAIN
    facts = ResponseFacts(reason="the model did not start to answer in time")
    return happen(call, env, SlotEvent.SERVER_FAILED if again else SlotEvent.CREATE_LATE, facts)


def grace_over(call: Call, env: Env) -> Effects:
    """The server's own response did not show itself, or a given-up one did not end (R1, R3, R7)."""
    return happen(call, env, SlotEvent.GRACE_OVER)


def quiet(call: Call, env: Env) -> Effects:
    """All output ended and nothing followed (R4)."""
    return happen(call, env, SlotEvent.QUIET)
