"""What the client hears of the talk, frame by frame: turns, calls, and words in their order."""

from __future__ import annotations

from typing import Any

from ..broken import require
from ..random_agent import HOST_TOOL, INVENTED, TOOL
from ..world_state import WorldState

__all__ = ["says", "sounds"]

Json = dict[str, Any]


def sounds(world: WorldState) -> None:
    """Agent audio (O1, O2)."""
    ledger = world.ledger
    announced = ledger.active is not None or world.fails
    if world.component and announced and ledger.active == ledger.said:
        return  # a second message of a response that the client was told the end of (O5)
    if world.component or world.experimental:
        require(ledger.speaking, "O2 AgentStartedSpeaking comes before the first audio of a turn")
    ledger.sounding = True


def says(world: WorldState, frame: Json) -> None:
    """A text message."""
    world.ledger.lately.append(frame["type"])
    handler = _SAID.get(frame["type"])
    if handler is not None:
        handler(world, frame)


def _applied(world: WorldState, frame: Json) -> None:
    world.ledger.applied += 1
    world.ledger.begun = True  # the greeting is a turn (G1)
    named = world.legs.number > 1 or world.dialled == world.model
    require(named, "S2 the model that Settings name is dialled", world.dialled)
    world.audio.waiting = False
    world.output, world.wav = world.wanted
    require(world.component or world.ledger.applied == 1, "S4 SettingsApplied once")


def _started(world: WorldState, frame: Json) -> None:
    require(not world.ledger.speaking, "O2 AgentStartedSpeaking once a turn")
    world.ledger.speaking = True


def _audio_done(world: WorldState, frame: Json) -> None:
    ledger = world.ledger
    require(ledger.begun, "O5 AgentAudioDone once a turn")
    # Where another response takes the place of this one, it has begun already.
    ledger.begun = world.event is not None and world.event["type"] == "response.created"
    ledger.interrupted = False
    ledger.speaking, ledger.sounding, ledger.said = False, False, ledger.active


def _request(world: WorldState, frame: Json) -> None:
    """F1, F6. The client may know a call by an id of ours: upstream's may repeat."""
    ledger = world.ledger
    world.count("function calls")
    for each in frame["functions"]:
        require(each["id"] not in ledger.requested, "F1 each call is asked for once", each["id"])
        known = each["name"] in (TOOL, HOST_TOOL, INVENTED)
        require(known, "S10 a function goes by its own name", each["name"])
        ledger.requested.add(each["id"])
        ledger.called[each["id"]] = ledger.upstreams_id(each["id"])
        ledger.asked[ledger.called[each["id"]]] += 1
        ledger.rounds.ask(each["id"], _maker(world))
        if each["client_side"]:
            ledger.open_calls.append(each)


def _maker(world: WorldState) -> str | None:
    """The response that made a call which is asked for now. One whose place another takes ends with that
    (R1), and its calls are asked for then (F1); those of an ended one wait for no end (F3).
    """
    event = world.event or {}
    if event.get("type") == "response.created":
        return world.ledger.before
    return event.get("response_id") or world.ledger.active


def _cancelled(world: WorldState, frame: Json) -> None:
    ledger = world.ledger
    gone = {each["id"] for each in frame["functions"]}
    waits = {each["id"] for each in ledger.open_calls} | set(ledger.host_calls)
    ledger.called = {
        each: known for each, known in ledger.called.items() if each not in gone & world.legs.elsewhere
    }
    ledger.answers -= len(gone - waits)  # the answer waits for the next session, or comes just now (R8)
    ledger.open_calls = [each for each in ledger.open_calls if each["id"] not in gone]
    ledger.host_calls = [each for each in ledger.host_calls if each not in gone]
    ledger.cancelled += len(gone - world.legs.elsewhere)  # of these upstream knows nothing (N10)


def _acknowledged(world: WorldState, frame: Json) -> None:
    world.ledger.acknowledged.append(frame["type"])


def _not_said(world: WorldState, frame: Json) -> None:
    world.ledger.not_said += 1


def _words(world: WorldState, frame: Json) -> None:
    if frame["role"] == "assistant":
        world.ledger.told_agent.append(frame["content"])
    else:
        _users_words(world, frame["content"])


def _transcript(world: WorldState, frame: Json) -> None:
    if frame["is_final"]:
        _users_words(world, frame["transcript"])


def _users_words(world: WorldState, text: str) -> None:
    """What the user typed and said, each once (O4, T1)."""
    ledger = world.ledger
    require(text not in ledger.told_user, "O4 what the user said is told once", text)
    ledger.told_user.append(text)


_SAID = {
    "SettingsApplied": _applied,
    "AgentStartedSpeaking": _started,
    "AgentAudioDone": _audio_done,
    "FunctionCallRequest": _request,
    "FunctionCallCancelled": _cancelled,
    "InjectionRefused": _not_said,
    "ConversationText": _words,
    "Transcript": _transcript,
    "PromptUpdated": _acknowledged,
    "ThinkUpdated": _acknowledged,
    "SpeakUpdated": _acknowledged,
    "ListenUpdated": _acknowledged,
}
