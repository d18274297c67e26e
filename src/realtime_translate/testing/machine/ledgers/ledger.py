"""What was seen of one call on both legs, kept by what the rules ask about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import inf
from typing import Any

from attrs import define, field

from ...model.handlers import VOICE
from .rounds import Rounds

__all__ = [
    "CANCELLED",
    "CLOSED",
    "UNANSWERED",
    "Ledger",
    "answers_by_itself",
    "calls_of",
    "is_about_a_part",
    "tag_of",
]

Json = dict[str, Any]
CANCELLED = '{"error":"cancelled"}'
UNANSWERED = '{"error":"no answer"}'
"""The output that closes a call which the server will wait for no longer (R8)."""
CLOSED = (CANCELLED, UNANSWERED)
"""Outputs of calls that nobody answers any more (F8, R8)."""

_SERVERS_OWN = {"type": "server_vad", "create_response": True, "interrupt_response": True}


def answers_by_itself(turns: Mapping[str, Any] | None) -> bool:
    """Whether a server that detects turns like that starts responses that nobody asked for."""
    return turns is not None and bool(turns.get("create_response") or turns.get("idle_timeout_ms"))


def tag_of(response: Mapping[str, Any]) -> str:
    """Which create a response says that it answers, empty if it does not say."""
    metadata: Json = response.get("metadata") or {}
    return str(metadata.get("rt") or "")


def is_about_a_part(event: Mapping[str, Any]) -> bool:
    """Whether the server refuses a part of a `session.update`, and takes the rest of it (S7)."""
    return event["type"] == "error" and f"'{VOICE}'" in (event["error"].get("message") or "")


def calls_of(event: Mapping[str, Any]) -> list[str]:
    """Ids of the calls that an event of upstream is about."""
    response: Json = event.get("response") or {}
    items: list[Json] = [dict(event), event.get("item") or {}, *(response.get("output") or ())]
    return [each["call_id"] for each in items if "call_id" in each]


@define
class Ledger:
    """Lists and counts, by who did what.

    `texts`, `updates`: what the client sent; `to_say`: what the agent is to say for it, `not_said`: how many
    of these it was refused, or the host dropped. `open_calls`: what it was asked and has not answered,
    `host_calls`: what the host has to run; `requested`: all of them, `asked`: how often each of upstream's
    ids was, `made`: how often responses listed it when they ended. `answers` were given, `cancelled` were
    closed without one, `lapsed` ask for no response. `called`: requested calls without an output, with their
    ids upstream; `answering`: the one being answered. `named`: ids by which upstream has named calls,
    the last one last; `about`: those of the event at hand that no call was asked by.

    `texts_upstream`, `outputs_upstream`: what went to the server; `instructed`: instructions of creates.
    `configured`: updates of the session, `parts_refused`: how many came back for one part, `turns`: the turn
    detection that they ask for, `answered_itself`: whether one that was in force before had the server start
    responses. `unforeseen`: events that the server may meet in another state than upstream had told of
    (*Always true* 1).

    `hearing`: when the server reported speech that nobody has taken yet, `taken`: it took some since the last
    commit of the host's, `crossed`: at this input, when a timer of the host was due, `commits`: how many of
    these commits it has not announced.
    `user_speaks`: the server has heard the user begin to speak, and not yet stop; nor has it committed or
    cleared that, which is to be `speech_item`. `stopped`: the item whose speech stopped last; `goes_on`:
    that was taken back, and nothing of the agent was heard since.
    `greeted`: there was a `session.created`, `began`: when, `updated`: a `session.updated`; `erred`: the last
    that the server said is an error; `active`: the response that upstream says is running, `before`: the one
    that was when it began, `busy`: how often it refused another, `in_flight`: creates that nothing
    answered, `tagged`: a response came with its tag, `cut`: responses that were interrupted; `mute_next`:
    the next one is, and the server cannot be told; `hurried`: an interruption waited for the session.
    `words`: what the agent said whole, in responses that were not cut.
    `committed`: items of the user's speech, `unsaid`: those of silence, `users_words`: their transcripts,
    `transcribed`: whether there are any; `heard_first`: how many items came before the last response.
    `releases` counts what lets the agent's words go before the user's are known (O4), `released` is that
    count at each commit.

    `unsent`: types of events that the host does not send, as it said. `lately`: types of the frames that the
    client got at this input.
    `speaking`: the client was told that the agent speaks; `sounding`: it got audio; `said`: the response of
    which it was told the end, None for one that was never announced; `begun`: since it was told the end of a
    turn, something was asked for or heard that another may have come of; `interrupted`: since then the agent
    was.
    """

    texts: list[str] = field(factory=list[str])
    updates: list[str] = field(factory=list[str])
    to_say: list[str] = field(factory=list[str])
    not_said: int = 0
    open_calls: list[Json] = field(factory=list[Json])
    host_calls: list[str] = field(factory=list[str])
    requested: set[str] = field(factory=set[str])
    asked: Counter[str] = field(factory=Counter[str])
    made: Counter[str] = field(factory=Counter[str])
    answers: int = 0
    cancelled: int = 0
    lapsed: set[str] = field(factory=set[str])
    rounds: Rounds = field(factory=Rounds)
    called: dict[str, str] = field(factory=dict[str, str])
    named: list[str] = field(factory=list[str])
    about: list[str] = field(factory=list[str])
    answering: str = ""

    texts_upstream: list[str] = field(factory=list[str])
    outputs_upstream: int = 0
    instructed: list[str] = field(factory=list[str])
    configured: int = 0
    parts_refused: int = 0
    turns: Mapping[str, Any] | None = field(factory=lambda: dict(_SERVERS_OWN))
    answered_itself: bool = False
    unforeseen: set[str] = field(factory=set[str])

    hearing: float | None = None
    taken: bool = False
    crossed: bool = False
    commits: int = 0
    busy: int = 0
    greeted: bool = False
    began: float = inf
    erred: bool = False
    updated: bool = False
    user_speaks: bool = False
    speech_item: str = ""
    stopped: str = ""
    goes_on: bool = False
    active: str | None = None
    before: str | None = None
    in_flight: list[str] = field(factory=list[str])
    tagged: bool = False
    ended: set[str] = field(factory=set[str])
    cut: set[str] = field(factory=set[str])
    mute_next: bool = False
    hurried: bool = False
    voiced: bool = False
    words: list[str] = field(factory=list[str])
    committed: list[str] = field(factory=list[str])
    users_words: dict[str, str] = field(factory=dict[str, str])
    unsaid: set[str] = field(factory=set[str])
    transcribed: bool = True
    heard_first: int = 0
    releases: int = 0
    released: dict[str, int] = field(factory=dict[str, int])

    applied: int = 0
    acknowledged: list[str] = field(factory=list[str])
    codes: Counter[str] = field(factory=Counter[str])
    notices: Counter[str] = field(factory=Counter[str])
    told_user: list[str] = field(factory=list[str])
    told_agent: list[str] = field(factory=list[str])
    unsent: list[str] = field(factory=list[str])
    lately: list[str] = field(factory=list[str])
    speaking: bool = False
    sounding: bool = False
    said: str | None = ""
    begun: bool = False
    interrupted: bool = False

    def hears(self, event: Mapping[str, Any], now: float = 0.0) -> None:
        """What the host is told by upstream, before it answers."""
        self.erred = event["type"] == "error"
        self.about = calls_of(event)
        self.named = [each for each in self.named if each not in self.about] + self.about
        if event["type"] == "session.created":
            self.began = now
        self.begun = self.begun or event["type"] in _BEGINNINGS
        handler = _HEARD.get(event["type"])
        if handler is not None:
            handler(self, event)

    def upstreams_id(self, call_id: str) -> str:
        """Upstream's id of a call that is asked now, if that is not the client's: one of ours, because
        upstream's repeats. A timer of the host may be due before the event, or without one.
        """
        if call_id in self.named or not self.named:
            known = call_id
        else:
            taken = self.called.values()
            free = [each for each in self.about if each not in taken]
            known = (free or self.about or self.named[-1:])[0]
        if known in self.about:
            self.about.remove(known)
        return known

    def asked_as(self, upstream_id: str) -> str | None:
        """The call that an output of that id is for: the one being answered, else the oldest."""
        if self.called.get(self.answering) == upstream_id:
            return self.answering
        return next((each for each, known in self.called.items() if known == upstream_id), None)

    def lost(self, called: dict[str, str]) -> None:
        """The session is gone, and another has said nothing yet. `called`: the calls that are open, and ids
        by which that may hear of them.
        """
        for name in _OF_A_SESSION:
            setattr(self, name, getattr(_NOTHING, name))
        self.turns, self.rounds, self.in_flight = dict(_SERVERS_OWN), Rounds(), []
        self.called, self.named, self.about = called, [], []
        self.releases += 1  # what was said and is not known yet never will be

    def close(self, call_id: str) -> None:
        """The call is not answered any more, whatever the client says. One that it answers just now is no
        open one, and has its one output all the same.
        """
        self.cancelled += call_id in [*self.host_calls, *(each["id"] for each in self.open_calls)]
        self.open_calls = [each for each in self.open_calls if each["id"] != call_id]
        self.host_calls = [each for each in self.host_calls if each != call_id]

    def is_expiry(self, code: int | None, reason: str, old: float) -> bool:
        """Whether a close says that the session's time is over, no error being its cause; a session that
        began at `old` or before has lasted long enough for a close with 1001 to say so (E3).
        """
        return not self.erred and ("maximum duration" in reason or (code == 1001 and self.began <= old))

    def gave_up(self, *, began: bool) -> None:
        """The end of a response is waited for no longer: of the one before, if another has just begun, for
        timers come before what is heard with them.
        """
        over = self.before if began else self.active
        if over is not None:
            self.ended.add(over)
        if over == self.active:
            self.active = None  # events without a `response_id` are not its own any more

    def interrupt(self) -> None:
        """Answers of calls that are open now ask for nothing any more (F8)."""
        self.interrupted = True
        if self.active is not None:
            self.cut.add(self.active)
        self.lapsed |= {each["id"] for each in self.open_calls} | set(self.host_calls)

    def interrupt_late(self, text: str, *, able: bool) -> None:
        """So does a text that had to wait. The response that was asked for before it is cut once it begins,
        which a server that is not `able` to cancel is not told (B2).
        """
        self.mute_next = self.asked_before(text) and not able
        self.interrupt()

    def asked_before(self, text: str) -> bool:
        """Whether a create is in flight that is not the one that says this text, or any if there is none."""
        return bool(self.in_flight) and not (text and text in self.instructed[-1])


_NOTHING = Ledger()
_OF_A_SESSION = (
    *("configured", "parts_refused", "answered_itself", "hearing", "taken", "crossed", "commits", "busy"),
    *("greeted", "began", "erred", "updated", "user_speaks", "speech_item", "active", "before", "voiced"),
)


_BEGINNINGS = {
    "input_audio_buffer.speech_stopped",  # the server may answer it by itself
    "input_audio_buffer.committed",
    "response.created",
    "response.output_item.added",
    "response.content_part.added",
    "response.output_audio.delta",
    "response.output_audio_transcript.delta",
    "response.output_text.delta",
    "response.function_call_arguments.delta",
}
"""Events of which the agent's turn may come (O5)."""


def _greeted(ledger: Ledger, event: Mapping[str, Any]) -> None:
    ledger.greeted = True


def _updated(ledger: Ledger, event: Mapping[str, Any]) -> None:
    ledger.updated = True
    heard: Json = event["session"].get("audio", {}).get("input", {})
    ledger.transcribed = heard.get("transcription", {}) is not None
    if not ledger.applied:
        ledger.hearing = None  # what was reported until now proves nothing about late Settings (S4, V1)


def _created(ledger: Ledger, event: Mapping[str, Any]) -> None:
    response = event["response"]
    ledger.before, ledger.active = ledger.active, response["id"]
    tag = tag_of(response)
    ledger.tagged = ledger.tagged or tag != ""
    ledger.in_flight = [each for each in ledger.in_flight if tag and each != tag]
    ledger.heard_first = len(ledger.committed)
    if ledger.mute_next:
        ledger.cut.add(response["id"])
        ledger.mute_next = False


def _refused(ledger: Ledger, event: Mapping[str, Any]) -> None:
    error = event["error"]
    ledger.parts_refused += is_about_a_part(event)
    ledger.busy += "conversation_already_has_active_response" in (error.get("code"), error.get("type"))
    ledger.in_flight = [each for each in ledger.in_flight if each != event["error"].get("event_id")]


def _done(ledger: Ledger, event: Mapping[str, Any]) -> None:
    response = event["response"]
    announced = response["id"] in (ledger.active, ledger.before, *ledger.ended)
    tag = tag_of(response)
    if not announced and (tag or not ledger.tagged):  # it was cancelled before it began
        ledger.in_flight = [each for each in ledger.in_flight if tag and each != tag]
    ledger.ended.add(response["id"])
    if response["id"] == ledger.active:
        ledger.active = None
    if response["id"] in ledger.cut:
        return
    for item in response["output"]:
        if item["status"] != "completed":
            continue
        if item["type"] == "function_call":
            ledger.made[item["call_id"]] += 1
        else:
            parts = item.get("content") or ()
            ledger.words += [part.get("transcript") or part.get("text") or "" for part in parts]


def _sound(ledger: Ledger, event: Mapping[str, Any]) -> None:
    ledger.voiced = True


def _speech_started(ledger: Ledger, event: Mapping[str, Any]) -> None:
    ledger.user_speaks, ledger.speech_item = True, event["item_id"]
    ledger.goes_on = event["item_id"] == ledger.stopped and not ledger.sounding


def _speech_stopped(ledger: Ledger, event: Mapping[str, Any]) -> None:
    ledger.user_speaks, ledger.stopped = False, event["item_id"]


def _committed(ledger: Ledger, event: Mapping[str, Any]) -> None:
    if event["item_id"] == ledger.speech_item:
        ledger.user_speaks = False
    ledger.committed.append(event["item_id"])
    if not ledger.transcribed:  # nor will it be, when later speech is
        ledger.users_words[event["item_id"]] = ""
    ledger.released[event["item_id"]] = ledger.releases


def _cleared(ledger: Ledger, event: Mapping[str, Any]) -> None:
    ledger.user_speaks = False


def _transcribed(ledger: Ledger, event: Mapping[str, Any]) -> None:
    said = "" if event["item_id"] in ledger.unsaid else event.get("transcript") or ""
    ledger.users_words[event["item_id"]] = said.strip()


def _timed_out(ledger: Ledger, event: Mapping[str, Any]) -> None:
    """What the server commits after an idle time nobody said, whatever is heard in it."""
    ledger.unsaid.add(event["item_id"])
    ledger.users_words[event["item_id"]] = ""


_HEARD = {
    "session.created": _greeted,
    "session.updated": _updated,
    "response.created": _created,
    "response.done": _done,
    "error": _refused,
    "response.output_audio.delta": _sound,
    "input_audio_buffer.speech_started": _speech_started,
    "input_audio_buffer.speech_stopped": _speech_stopped,
    "input_audio_buffer.committed": _committed,
    "input_audio_buffer.cleared": _cleared,
    "input_audio_buffer.timeout_triggered": _timed_out,
    "conversation.item.input_audio_transcription.completed": _transcribed,
    "conversation.item.input_audio_transcription.failed": _transcribed,
}
