"""Who waits for a response: every turn of the user is answered in the end (*Always true* 5)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, islice
from typing import Any

from attrs import define, field

from ..broken import require
from .ledger import tag_of

__all__ = ["Answers"]

Json = Mapping[str, Any]
_BUSY, _OUTPUTS_MISSING = "conversation_already_has_active_response", "function_call_output_pending"
"""Errors of a create that has to be sent again (R3, R8)."""
_EMPTY = "input_audio_buffer_commit_empty"
"""The error of a commit that nothing is made of (A5)."""
_SEVERAL = 2


@define
class _Turn:
    """Something that a response has to follow: a text, a commit, the speech of an item, a function output.

    `confirmed`: the server said that it is in the conversation. `begun`: a response began since the create
    that asks for it, other than that of an older create.
    """

    kind: str
    name: str
    confirmed: bool = False
    begun: bool = False


@define
class Answers:
    """`commits_are_answered`: by a response of the server's own. `waiting`: turns without an answer.
    `asked`: what the last creates were to answer, by event id. `_cut`: the user interrupts what was asked
    for. `_alone`: no turn was taken for answered, or withdrawn, since the last create, for which the host
    may ask all the same; `_known`: that was so before it as well, and the server has committed nothing else.
    `_served`: all that the last one was for was answered otherwise. `_commits`: those of the host that
    were neither announced nor refused, `_creates` the same of creates.
    """

    commits_are_answered: bool = False
    waiting: list[_Turn] = field(factory=list[_Turn])
    asked: dict[str, list[_Turn]] = field(factory=dict[str, "list[_Turn]"])
    _idle: set[str] = field(factory=set[str])
    _cut: bool = False
    _commits: int = 0
    _alone: bool = True
    _known: bool = True
    _served: bool = False
    _creates: list[str] = field(factory=list[str])

    @property
    def unanswered(self) -> list[str]:
        """What nothing answers yet, for people."""
        return [f"{each.kind} {each.name}" for each in self.waiting]

    def wants(self, kind: str, name: str, *, confirmed: bool = False) -> None:
        """A turn of the user went upstream, or was heard there."""
        self.waiting.append(_Turn(kind, name, confirmed))
        self._served = False
        self._commits += kind == "commit"

    def withdraw(self, kind: str) -> None:
        """Turns of that kind need no answer any more (F8), but one asked for already may get it (F3)."""
        left = [each for each in self.waiting if each.kind != kind]
        self._alone = self._alone and len(left) == len(self.waiting)
        self.waiting = left
        self.asked = {
            name: [each for each in turns if each.kind != kind] for name, turns in self.asked.items()
        }

    def requested(self, event: Json) -> None:
        """A `response.create` went upstream: it answers all before it, unless it says a text (T3)."""
        self._creates.append(event["event_id"])
        if "instructions" in event["response"]:
            return
        served, self._served = self._served, False
        require(not served, "V1 a commit that the server answers by itself is answered once")
        self._known, self._alone = self._alone, True
        self.asked = {event["event_id"]: self.waiting}
        self.waiting, self._cut = [], False

    def lost(self) -> Answers:
        """The session is gone: what it was asked for is asked of the next one, unless a response began or the
        user interrupted (N9). Of speech it may not be known what it was; audio that goes again is heard anew.
        """
        asked = [each for each in chain(*self.asked.values()) if not each.begun]
        asked = [each for each in asked if not (self._cut and each.confirmed)]
        kept = [each for each in (*asked, *self.waiting) if each.kind not in ("commit", "speech")]
        for each in kept:
            each.begun = False
        return Answers(self.commits_are_answered, kept)

    def interrupted(self) -> None:
        """The user speaks: what was asked for is cut when it begins."""
        self._cut = True

    def dropped(self) -> None:
        """What was asked for is cut: nobody asks for it again."""
        self.asked = {}

    def given_up(self, create: str) -> None:
        """No response began in time: the client was told that it failed, however late upstream refuses it
        (R1, R5).
        """
        self.asked.pop(create, None)

    def heard(self, event: Json) -> None:
        """What the host is told by upstream."""
        kind = event["type"]
        if kind == "input_audio_buffer.timeout_triggered":
            self._idle.add(event["item_id"])
        elif kind == "input_audio_buffer.committed":
            self._commits -= 1
            self._known = self._known and self._commits >= 0
            if self.commits_are_answered:
                self._taken()
        elif kind == "response.created":
            self._began(event["response"])
        elif kind == "error":
            self._refused(event["error"])
        elif kind in ("conversation.item.added", "conversation.item.created", "conversation.item.done"):
            self._confirm(event["item"])

    def committed(self, item_id: str) -> None:
        """The server committed speech by itself; silence after an idle time asks for nothing (V3, R7)."""
        if item_id not in self._idle:
            self.waiting = [each for each in self.waiting if (each.kind, each.name) != ("speech", item_id)]
            self.wants("speech", item_id, confirmed=True)

    def _began(self, response: Json) -> None:
        """Any response answers what is in the conversation when it begins, and where the user interrupted,
        nobody asks again for that; one that says a text may be taken for one here. The server made ours when
        its create came: it does not answer texts that went upstream after that (R2), nor commits (R3); and
        without a tag it may be that of a create before the last, which the host has given up (R1).
        """
        tag = tag_of(response)
        self._known = self._known and (tag != "" or len(self._creates) < _SEVERAL)
        self._creates = [each for each in self._creates if each != tag] if tag else self._creates[1:]
        later = ("text",) if tag else ()
        left = [each for each in self.waiting if not each.confirmed or each.kind in later]
        self._alone = self._alone and len(left) == len(self.waiting)
        self.waiting = left
        for each in chain(*self.asked.values()) if not tag or tag in self.asked else ():
            each.begun = True
        if self._cut:
            self.asked = {
                name: [each for each in turns if not each.confirmed] for name, turns in self.asked.items()
            }

    def _refused(self, error: Json) -> None:
        """What a refused create was for, but commits that the server answered by itself meanwhile (V1). With
        calls, that answer comes to nothing where these are given up to free the way (R8).
        """
        codes = {error.get("code"), error.get("type")}
        self._creates = [each for each in self._creates if each != error.get("event_id")]
        if _EMPTY in codes:
            self._fell(str(error.get("event_id")))
        if not codes & {_BUSY, _OUTPUTS_MISSING}:
            return
        refused = self.asked.pop(str(error.get("event_id")), [])
        given_up = _OUTPUTS_MISSING in codes
        left = [each for each in refused if given_up or each.kind != "commit" or not each.begun]
        self._served = bool(refused) and not left and not self.waiting and self._known
        self.waiting = [*left, *self.waiting]

    def _fell(self, commit: str) -> None:
        """A commit found nothing to take: there is nothing to answer (A5)."""
        known = chain(self.waiting, *self.asked.values())
        turns = [each for each in known if (each.kind, each.name) == ("commit", commit)]
        if turns:
            self._commits -= 1
            self.waiting = [each for each in self.waiting if each not in turns]
            self.asked = {
                name: [each for each in kept if each not in turns] for name, kept in self.asked.items()
            }

    def _taken(self) -> None:
        """The oldest commit is in the conversation."""
        commits = (each for each in self.waiting if each.kind == "commit" and not each.confirmed)
        for each in islice(commits, 1):
            each.confirmed = True

    def _confirm(self, item: Json) -> None:
        """A text is known by its words, an output by its call."""
        names = {part.get("text") for part in item.get("content") or ()}
        if item.get("type") == "function_call_output":
            names.add(item["call_id"])
        for each in chain(self.waiting, *self.asked.values()):
            each.confirmed = each.confirmed or each.name in names
