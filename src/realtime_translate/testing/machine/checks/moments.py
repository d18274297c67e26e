"""What must hold at each input of a call: checked on every frame that comes in or goes out."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, cast

from ....config import ContextMode, GreetingMode, ManualCommit
from ....outputs import CloseClient, CloseUpstream, Notice, Outputs, SendToClient, SendToUpstream
from ..broken import require
from ..ledgers.ledger import CANCELLED, CLOSED, UNANSWERED, answers_by_itself, is_about_a_part
from ..network import STEP
from ..plain import REPEATED
from ..rows import answers_commits, format_of
from ..world_state import WorldState
from . import detection, differs, interruptions, legs, order, reasons, talk, waiting
from .before import Before

__all__ = ["CONTEXT_TEXT", "GREETING", "check", "count", "is_silence", "noticed", "sent", "told"]

Json = dict[str, Any]
GREETING, CONTEXT_TEXT = "Welcome to the harbour office.", "I was here before."
_EXPIRED = {"MAXIMUM_SESSION_LENGTH_REACHED", "session_max_duration"}


def is_silence(output: object) -> bool:
    """Whether the next append is silence of the translator's own (I1)."""
    return isinstance(output, Notice) and output.code == "SILENCE_SENT"


def count(world: WorldState, event: Mapping[str, Any]) -> None:
    """For the statistics, and what has to be known before the ledger hears of it."""
    detection.shows(world, event)
    if event["type"] == "response.created":
        world.statistics.responses += 1
        world.count("responses")
    elif event["type"] == "input_audio_buffer.committed" and world.commits_by_itself:
        world.answers.committed(event["item_id"])
    elif (
        event["type"] == "input_audio_buffer.speech_stopped"
        and world.commits_by_itself
        and world.ledger.applied
    ):
        world.answers.committed(event["item_id"])  # some servers do not tell of that


# --- after each input ---------------------------------------------------------------------------------------


def check(world: WorldState, before: Before, outputs: Outputs) -> None:
    """What holds between an input and what comes of it."""
    frames: list[Json] = [json.loads(each.data) for each in outputs if isinstance(each, SendToUpstream)]
    detection.flows(world, [each["type"] for each in frames])
    differs.check(world, outputs)
    if not any(isinstance(each, Notice) and each.code in order.AT_ONCE for each in outputs):
        order.asks(frames)
    stayed = before.leg == world.legs.renewals
    if before.cuts and not before.was_closed:
        interruptions.check(world, before, frames if stayed and not world.closed else None)
    if world.closed and not before.was_closed:
        _closed(world, outputs)
    elif not before.was_closed:
        order.check(world, before.event, before.agent_told)
        _followed(world)
        waiting.check(world)
        if before.event is not None and stayed:
            _without_a_part(world, before.event, frames)
            _answered(world, before.event, outputs)


def _closed(world: WorldState, outputs: Outputs) -> None:
    """Both legs are closed, and no timer runs (E5)."""
    kinds = {type(each) for each in outputs}
    require(world.client_gone or CloseClient in kinds, "E5 the client is closed")
    require(world.upstream_gone or CloseUpstream in kinds, "E5 upstream is closed")
    require(world.host.next_deadline is None, "7 after close there is no deadline", world.host.next_deadline)
    if world.expired and world.ledger.applied:
        told = [json.loads(each.data) for each in outputs if isinstance(each, SendToClient)]
        codes = {each.get("code") for each in told}
        require(bool(codes & _EXPIRED), "E3 a session whose time is over has a code of its own", codes)


def _followed(world: WorldState) -> None:
    """A response whose calls are answered is not waited for for ever (F5)."""
    ledger = world.ledger
    active = None if ledger.active in ledger.cut else ledger.active
    late = ledger.rounds.waits(active, world.host_now) - world.config.limits.follow_up_timeout
    require(late < 2 * STEP, "F5 what follows the calls of a response does not wait for its end", late)


def _without_a_part(world: WorldState, event: Json, frames: list[Json]) -> None:
    """What a server takes of the update of Settings goes again at once (S7)."""
    if is_about_a_part(event) and not world.ledger.applied:
        kinds = [each["type"] for each in frames]
        require(kinds == ["session.update"], "S7 the update goes again without what is refused", kinds)


def _answered(world: WorldState, event: Json, outputs: Outputs) -> None:
    """What an event of upstream leads to at once."""
    kind = event["type"]
    told = [each.data for each in outputs if isinstance(each, SendToClient)]
    if kind == "session.created":
        loud = [each for each in outputs if isinstance(each, (SendToClient, SendToUpstream))]
        require(loud == [], "S3 session.created causes nothing", loud)
    elif kind == "input_audio_buffer.speech_started" and world.ledger.applied:
        starts = sum(isinstance(each, str) and '"UserStartedSpeaking"' in each for each in told)
        again = starts == 0 and world.ledger.goes_on and not world.component
        require(starts == 1 or again, "O6 the client is told once that the user speaks", starts)
    elif kind == "response.output_item.done":
        _whole_call(world, event)
    elif kind == "response.output_audio.delta":
        _sound(world, event, [each for each in told if isinstance(each, bytes)])
    elif kind == REPEATED:
        heard = told and not world.was_due  # of a timer, which comes first
        require(not heard, "D1 what comes by both of its names is heard once", told)


def _whole_call(world: WorldState, event: Json) -> None:
    """A call that a response made though it was cut is closed upstream, even if that never ends (F8)."""
    item = event["item"]
    cut = event["response_id"] in world.ledger.cut and item["type"] == "function_call"
    if not cut or item["status"] != "completed" or world.ledger.asked[item["call_id"]]:
        return
    closed = item["call_id"] in world.slot.outputs
    require(closed, "F8 a call of a response that was cut is closed upstream", item["call_id"])


def _sound(world: WorldState, event: Json, told: list[bytes]) -> None:
    """O1, B1."""
    audio = base64.b64decode(event["delta"])
    if event["response_id"] in world.ledger.cut | world.ledger.ended:
        require(told == [], "B1 nothing of a response that was cut is heard")
        return
    if event["response_id"] is None and not told:
        return  # it was never announced: the host may take it for the one of ours that was cut
    milliseconds = len(audio) * 1000 / world.carried_down.bytes_per_second
    world.heard.received(event["item_id"], milliseconds, world.host_now)
    if world.output == world.carried_down and not world.wav:
        require(b"".join(told) == audio, "O1 the agent's audio goes to the client", f"{len(audio)} bytes")


# --- each frame to upstream ---------------------------------------------------------------------------------


def sent(world: WorldState, frame: Json, audio: bytes | None, *, is_silence: bool) -> None:
    """What goes upstream, checked and written down: nothing of the greeting in it (*Always true* 3)."""
    kind = frame["type"]
    world.statistics.reach("upstream", kind)
    ledger = world.ledger
    require(
        ledger.updated or kind == "session.update", "S5 only session.update goes upstream before ready", kind
    )
    if audio is not None:
        if not is_silence:
            world.audio.append(audio)
            _flows(world)
            return
        world.audio.keep(audio)
        if not world.audio.waiting:  # what waits is no stream yet
            world.audio.end_stream()
        return
    if world.make.plain or kind != "session.update":  # else it is not one for OpenAI's server
        world.hooks.check_upstream_frame(frame)
    if world.config.greeting is not GreetingMode.SPOKEN and kind != "session.update":
        require(GREETING not in json.dumps(frame), "3 the greeting goes into no item and no response", kind)
    handler = _SENT.get(kind)
    if handler is not None and not legs.takes(world, frame):
        handler(world, frame)


def _flows(world: WorldState) -> None:
    """Audio without a pause is committed meanwhile, unless something is in the way of the commit (A7)."""
    turns, ledger, audio = world.config.turn_detection, world.ledger, world.audio
    ceiling = turns.ceiling if isinstance(turns, ManualCommit) else audio.ceiling
    calls = ledger.open_calls or ledger.host_calls
    taken = bool(ledger.active or ledger.in_flight or calls) or world.make.detects
    if ceiling is None or taken or not ledger.applied or world.strained or not audio.enough:
        audio.due_since = None
        return
    if audio.due_since is None:
        audio.due_since = world.host_now
    overdue = world.host_now - audio.due_since - ceiling - world.kind.lateness * STEP
    require(overdue < 2 * STEP, "A7 a flow of audio is committed meanwhile", overdue)


def _update(world: WorldState, frame: Json) -> None:
    ledger = world.ledger
    ledger.configured += 1
    applied = ledger.applied > 0 and not world.legs.between
    again = ledger.parts_refused + len(world.shown.misled - {frame["event_id"]})  # without one, or reshaped
    alone = world.legs.between and world.strained  # (N5)
    once = applied or ledger.configured == 1 + again or alone
    require(once, "S2 one session.update before ready")
    named = "model" in frame["session"]
    require(not named or world.make.model_in_session, "S2 the model belongs to the URL")
    free = world.strained or ledger.active is None
    require(free, "T2 an update waits for the end of the response", ledger.active)
    audio: Json = frame["session"].get("audio", {})
    given = audio.get("input", {})
    if said := audio.get("output", {}).get("format"):
        world.spoken = format_of(said)
    turns = given.get("turn_detection", ledger.turns)
    if ledger.turns and not turns:
        world.audio.uncommitted = 0  # what came until now is the server's to commit (S4, V1)
    ledger.answered_itself |= ledger.updated and turns != ledger.turns and answers_by_itself(ledger.turns)
    if turns != ledger.turns:
        ledger.hearing, ledger.taken = None, False
    ledger.turns = turns
    if not ledger.voiced:
        ledger.unforeseen.add(frame["event_id"])


def _item(world: WorldState, frame: Json) -> None:
    item, ledger = frame["item"], world.ledger
    if item["type"] == "function_call_output":
        world.slot.outputs.add(item["call_id"])
        call_id = ledger.asked_as(item["call_id"])
        unasked = world.component and item["output"] == CANCELLED  # of a response that was cut (F8)
        if call_id is not None and not unasked:  # nor of the context
            _output(world, call_id, item["call_id"], item["output"])
    elif item["type"] == "message" and item["role"] == "system" and not world.make.overrides:
        world.slot.to_say = item["content"][0]["text"]
    elif item["type"] == "message" and item["role"] == "user":
        text = item["content"][0]["text"]
        if not world.shown.resent and (text != CONTEXT_TEXT or world.config.context is not ContextMode.ITEMS):
            ledger.texts_upstream.append(text)
            known = ledger.texts[: len(ledger.texts_upstream)]
            require(
                ledger.texts_upstream == known, "2 user texts upstream are those received, in order", text
            )
            world.answers.wants("text", text)


def _output(world: WorldState, call_id: str, known: str, output: str) -> None:
    ledger = world.ledger
    ledger.outputs_upstream += 1
    world.legs.elsewhere.discard(call_id)
    del ledger.called[call_id]
    if output in CLOSED:
        ledger.rounds.close(call_id)
        if output == UNANSWERED and world.component:  # others are told of it
            ledger.close(call_id)
        return
    ledger.rounds.answer(call_id, world.host_now)
    if call_id not in ledger.lapsed:
        world.answers.wants("output", known)


def _commit(world: WorldState, frame: Json) -> None:
    require(not world.commits_by_itself, "V1 one owner of the commit")
    detection.commits(world)
    world.ledger.begun |= answers_commits(world.make)  # its answer may come of that alone (O5)
    world.audio.commit()
    world.answers.wants("commit", frame["event_id"])


def _clear(world: WorldState, frame: Json) -> None:
    require(world.audio.uncommitted == 0, "I1 a clear takes along nothing that the user said")


def _create(world: WorldState, frame: Json) -> None:
    ledger = world.ledger
    if world.slot.to_say:  # it went as an item (T3)
        frame = {**frame, "response": {**frame["response"], "instructions": world.slot.to_say}}
        world.slot.to_say = ""
    if "instructions" in frame["response"]:
        world.slot.spoken.add(frame["event_id"])
    waiting.requested(world, frame)
    if ledger.active is None:
        ledger.unforeseen.add(frame["event_id"])
    ledger.mute_next, ledger.begun = False, True
    ledger.in_flight.append(frame["event_id"])
    world.audio.due_since = None  # from now on the slot is in the way of a commit (A7)
    ledger.instructed.append(frame["response"].get("instructions", ""))
    world.answers.requested(frame)


def _cancel(world: WorldState, frame: Json) -> None:
    ledger = world.ledger
    response_id = frame.get("response_id") or ledger.active or ""
    ledger.cut.add(response_id)
    if response_id not in ledger.ended:
        ledger.unforeseen.add(frame["event_id"])


_SENT = {
    "session.update": _update,
    "conversation.item.create": _item,
    "input_audio_buffer.commit": _commit,
    "input_audio_buffer.clear": _clear,
    "response.create": _create,
    "response.cancel": _cancel,
}


# --- each frame to the client, and each Notice --------------------------------------------------------------


def told(world: WorldState, data: str | bytes) -> None:
    """What the client gets, checked and written down."""
    if isinstance(data, bytes):
        legs.sounds(world)
        talk.sounds(world)
        return
    frame: Json = json.loads(data)
    kind, ledger = frame["type"], world.ledger
    reasons.fit_for_clients(kind, data)
    world.statistics.reach("client", kind)
    world.hooks.check_client_frame(world.config.dialect, frame)
    if not world.component and not ledger.applied:
        about_time = frame.get("code") == "MAXIMUM_SESSION_LENGTH_APPROACHING"
        early = about_time or kind in ("Welcome", "SettingsApplied", "Error")
        early = early or (kind == "Warning" and world.fails)  # of an error of the server's (E1)
        require(early, "S4 nothing comes before SettingsApplied", kind)
    if "code" in frame:
        world.statistics.reach(kind.lower(), frame["code"])
        ledger.codes[frame["code"]] += 1
        reasons.code_fits(world, frame["code"])
    talk.says(world, frame)


def noticed(world: WorldState, notice: Notice) -> None:
    """The host logs it."""
    ledger = world.ledger
    reasons.nobody_named(f"{notice.message} {dict(notice.fields)}")
    world.statistics.reach("notice", notice.code)
    ledger.notices[notice.code] += 1
    if notice.code == "TRANSCRIPT_LATE":
        ledger.releases += 1
    elif notice.code == "NOT_SENT":
        reasons.is_lacking(world, str(notice.fields["type"]))
    elif notice.code == "SPOKEN_DROPPED":
        ledger.not_said += cast("int", notice.fields["texts"])
    else:
        waiting.noticed(world, notice)
