"""Where servers were seen, or are documented, to behave in more than one way, the model asks a `Choices`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Protocol

import attrs


class Choices(Protocol):
    """Decides what the model does where there is more than one way.

    It is asked about the decisions of `HEALTHY` groups alone, unless it has an attribute `groups`, a
    collection of `Group`: then about those of the groups in it. The others are option 0 without a question.
    """

    def choose(self, name: str, options: int) -> int:
        """Return a number from 0 to `options` - 1 for the decision `name`, one of `CHOICES`."""
        ...


class Group(Enum):
    """What a decision does to a session, from harmless to the worst."""

    ORDER = "order"
    """A healthy server, which answers all that is asked: orders, delays, and what is optional."""
    VARIANT = "variant"
    """A healthy server of another make or age (protocols, *Other servers*); settled once a session."""
    FAULT = "fault"
    """It refuses what was right, fails, or reports errors; and goes on."""
    SILENCE = "silence"
    """It owes an answer for ever."""
    END = "end"
    """It ends the session."""


HEALTHY = frozenset({Group.ORDER})
"""What a server of today that does all that it should may do."""
ALL = frozenset(Group)
"""Every group."""


@attrs.frozen(slots=True)
class Choice:
    """A decision that the model asks for: its group, and what each option means."""

    group: Group
    """What it does to a session."""
    options: tuple[str, ...]
    """What each option means; option 0 is what the recordings show."""


def _of(group: Group, **rows: tuple[str, ...]) -> dict[str, Choice]:
    return {name: Choice(group, options) for name, options in rows.items()}


REQUESTS = ("update", "item", "commit", "create", "cancel", "truncate", "other")
"""What `refuse_…` and `ignore_…` tell apart; `other` are deletions, clears and retrievals."""

_REFUSALS = ("accepted", "refused with a server_error", "refused with rate_limit_exceeded")
_PAST_END = "refused: its audio is said to be shorter than that"
_NO_ANSWERS = ("answered", "lost: no effect, no answer", "it has its effect, but no answer")

_ORDER = _of(
    Group.ORDER,
    agent_transcript=("runs ahead of the audio", "all of it before the audio", "after the audio"),
    answer_delay=("after the latency", "after 4 latencies", "after 20 latencies"),
    call_output_item=("its item events come after the running response", "they come at once"),
    cancel_lag=("a cancel ends the response at once", "a few deltas still come"),
    cancelled_done=("response.done at once", "late: after the next response.created, if there is one"),
    client_created=(
        "a response.create is answered at once",
        "its response.created comes 4 latencies later, after the answers to what follows it",
    ),
    delta_batching=("one delta an interval", "all deltas of an item at once"),
    early_cancel=("sent before response.created it cancels all the same", "it finds no response"),
    first_output=("a latency after response.created", "20 latencies after"),
    interrupt_lag=("speech cancels the response at once", "a few deltas still come"),
    item_created=("added and done", "a conversation.item.created as well"),
    item_done=("with added", "a latency after it: other events come between"),
    item_during_response=("its events come at once", "they come after the running response"),
    output_overlap=("items one after another", "the next item opens before this one is done"),
    rate_limits=(
        "after response.done",
        "absent",
        "after response.created",
        "after the first output item opened",
        "after the client event that follows response.done",
    ),
    semantic_end=("0.5 s after the last word", "after the longest wait of the eagerness"),
    speech_restart=("one speech_started a turn", "another, with a new item id, after a pause in it"),
    transcription=("during the response", "before it", "after it", "after the next turn's"),
    transcription_deltas=("one a word", "one for all of it", "none"),
    transcription_result=("completed", "failed", "completed with no text", "nothing ever comes"),
    vad_created=("at once", "after the latency; speech before it leaves only a response.done"),
    vad_response_when_busy=("after the running response", "never"),
)

_VARIANT = _of(
    Group.VARIANT,
    call_ids=("each is new", "the same again in every response", "one for all calls"),
    call_names=("function_call_arguments.done names the function", "it does not"),
    commit_answer=("none: a client asks for it", "a response follows each commit"),
    committed=("sent", "never sent", "never sent, nor any event of that item"),
    event_names=(
        "those of GA",
        "those of the beta, content types too",
        "of outputs both, those of the beta first",
        "of outputs both, those of GA first",
    ),
    item_events=("added and done", "added alone", "done alone", "conversation.item.created alone"),
    item_confirmation=("as the item comes", "after the next response.done"),
    item_ids=(
        "the client's are kept",
        "the server gives its own",
        "the client's must begin with msg_, fc_ or fco_, and those of calls with call_",
        "the client's must begin with item_",
    ),
    missing_outputs=(
        "a response is made while function calls have no output",
        "it is refused with function_call_output_pending",
    ),
    newer=("nothing unknown", "unknown events in between", "unknown fields in every event"),
    output_rate=("24000 where no format was asked for", "16000"),
    response_done=("sent", "never sent"),
    response_ids=(
        "on every event of a response",
        "no response_id",
        "neither response_id nor item_id",
        "neither of them, and the response itself has no id",
    ),
    response_tags=(
        "metadata is echoed",
        "it never is",
        "it is refused, naming no event, and the response comes all the same",
    ),
    speech_stopped=("sent", "never sent"),
    skipped_events=("none", "response.content_part", "response.content_part and response.output_item"),
    one_voice=(
        "the voice may be chosen",
        "audio.output.voice is refused, and named by the error's param",
        "audio.output.voice is refused, and only the message names it",
    ),
    vad_off=(
        "turn_detection null switches it off",
        "it goes on, and the session says null",
        "it goes on, and the session says so",
    ),
)

_FAULT = _of(
    Group.FAULT,
    **{f"refuse_{request}": _REFUSALS for request in REQUESTS if request != "truncate"},
    refuse_truncate=(*_REFUSALS, _PAST_END),
    error_account=(
        "errors name nobody",
        "their messages name the host's organization",
        "their messages quote a part of the host's key",
    ),
    error_code=("errors have their code", "code is null", "the code is in the error's type"),
    error_event_id=("errors name the client event", "event_id is null"),
    response_end=(
        "as the script says",
        "failed with server_error, after its output",
        "failed with rate_limit_exceeded, without output",
        "incomplete: max_output_tokens",
        "incomplete: content_filter",
    ),
    slow_output=("as first_output says", "6 s after response.created", "25 s after"),
    stray_error=("none", "a server_error that answers nothing, at once", "10 latencies later"),
)

_SILENCE = _of(
    Group.SILENCE,
    **{f"ignore_{request}": _NO_ANSWERS for request in REQUESTS},
    everything=("goes on", "not one more event is sent"),
    ignore_turn=("turn detection has a response follow", "none comes"),
    response_stall=(
        "goes on to its end",
        "nothing after response.created",
        "nothing after its first delta",
        "no done event of its first item, and nothing after",
        "no done events of its items, but response.done",
        "an error in place of its output, and nothing after",
        "an error after its first delta, and nothing after",
    ),
    stalled_error=("server_error", "inference_failed", "response_failed", "a code alone"),
    stalled_error_names=("no event: event_id is null", "no event: event_id is empty"),
    stalled_slot=("is taken until a cancel", "is free for the next response"),
)

_END = _of(
    Group.END,
    opening=(
        "session.created",
        "invalid_api_key, closed with 3000",
        "invalid_model, closed with 4000",
        "the connection is lost (1006)",
        "session_limit_reached, closed with 1008",
    ),
    session_end=(
        "goes on",
        "session_expired, closed with 1001",
        "a server_error, closed with 1011",
        "insufficient_quota, closed with 1008",
        "closed with 1000 without a word",
        "closed with 1001 without a word",
        "closed with 1011 without a word",
        "the connection is lost (1006)",
        "its longest time is over: closed with 1001, and only the reason says so",
    ),
    session_end_delay=("before the answer", "3 latencies later", "30 latencies later", "300 latencies later"),
)

CHOICES: Mapping[str, Choice] = MappingProxyType({**_ORDER, **_VARIANT, **_FAULT, **_SILENCE, **_END})
"""Every decision the model can ask for. Option 0 is what the recordings show."""


@attrs.frozen(slots=True)
class _First:
    """Always the first option: the order of the recordings."""

    def choose(self, name: str, options: int) -> int:
        return 0


FIRST: Choices = _First()
"""Always option 0: a server that behaves as the recordings do."""


@attrs.define(slots=True)
class Limited:
    """`choices`, asked in these groups alone."""

    groups: Collection[Group]
    """About which decisions it is asked; may be changed while a session goes on."""
    choices: Choices
    """Who decides."""

    def choose(self, name: str, options: int) -> int:
        """What the inner one decides."""
        return self.choices.choose(name, options)


def only(groups: Collection[Group], choices: Choices) -> Limited:
    """Let `choices` decide in these groups and in no other, whatever it says itself."""
    return Limited(groups, choices)


def option(choices: Choices, name: str) -> int:
    """Ask for the decision `name`; the number of options comes from the table."""
    row = CHOICES[name]
    groups: Collection[Group] = getattr(choices, "groups", HEALTHY)
    return choices.choose(name, len(row.options)) if row.group in groups else 0


def as_markdown() -> str:
    """The table of all decisions, for the documentation: one section a group."""
    sections: list[str] = []
    for group in Group:
        rows = [
            f"| `{name}` | {' · '.join(row.options)} |"
            for name, row in sorted(CHOICES.items())
            if row.group is group
        ]
        sections.append("\n".join((f"### `{group.name}`", "", "| decision | options |", "|---|---|", *rows)))
    return "\n\n".join(sections) + "\n"
