"""The whole memory of a call: plain data, one part for each policy; `entries` are what its lists hold."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import define, field

from ..mapping.errors import Fault, Problem
from ..mapping.plan import Plan
from .entries import (
    FunctionCall,
    GivenUp,
    Heard,
    LedgerEntry,
    OwnItem,
    Part,
    PastItem,
    Pending,
    Playing,
    Settled,
    Tags,
    Told,
    Unconfirmed,
    Wish,
)
from .tables import (
    RESPONDING,
    UNCONNECTED,
    Commit,
    CreateState,
    Detection,
    Opening,
    ResponseState,
    SlotState,
    TurnState,
)
from .timers import Instant

__all__ = [
    "AgentText", "AgentTurn", "Call", "FunctionCalls", "InputAudio", "Ledger", "Noticed", "OpeningState",
    "Past", "Playback", "ResponseSlot", "Spellings", "Updates", "UpstreamErrors", "UserSpeech", "UserTexts",
    "UserTurn",
]  # fmt: skip


# On Python 3.10 and 3.11 looking a member up costs as much as three calls: audio does without.
_NOT_DUE = Commit.NOT_DUE


@define(eq=False, repr=False)
class OpeningState:
    """`session`: the object of the `session.update` to send, kept until it is confirmed; `update_event`: the
    id of the one that was sent; `began`: the server has said anything of the session (E6), `flat`: and that
    it is flat (D5); `refused_parts`: the parts that upstream refused and that are not in it now (S7).

    `plan`: takes effect when the update of a ready session, or of a later one, holds. `waiting`: client
    messages that wait (S5), of them `texts` text frames and `audio_bytes` bytes of audio.

    Of renewals (N): `settings`: the frame; `left_out`: parts that upstream refused; `leg`: the last socket,
    `attempts`: dials in a row, `renewals`: of the call; `carried`: how many of the updates it was asked for.
    """

    session: Mapping[str, object] = field(factory=dict[str, object])
    update_event: str = ""
    began: bool = False
    flat: bool = False
    refused_parts: list[str] = field(factory=list[str])
    plan: Plan | None = None
    waiting: list[Pending] = field(factory=list[Pending])
    texts: int = 0
    text_bytes: int = 0
    audio_bytes: int = 0
    settings: str = ""
    left_out: list[str] = field(factory=list[str])
    leg: int = 1
    attempts: int = 0
    renewals: int = 0
    cause: str = ""
    lost_at: Instant | None = None
    ready_at: Instant | None = None
    carried: int = 0


@define(eq=False, repr=False)
class Ledger:
    """What the client was told, for the next session (N7). `dropped`: how many entries there was no room for;
    `replayed`: how many items the session at hand got, `seen`: those confirmed, `refused`: how many were not.
    """

    entries: list[LedgerEntry] = field(factory=list[LedgerEntry])
    dropped: int = 0
    replayed: int = 0
    seen: list[str] = field(factory=list[str])
    refused: int = 0


@define(eq=False, repr=False)
class InputAudio:
    """Places in the user's audio are whole bytes (*Time* 5).

    `uncommitted`: bytes of the user's audio upstream that no commit of ours took. `silent`: upstream holds
    silence of ours (I1). `server_holds`: there may also be audio that the server was to commit, before
    Settings came late. `heard_at`: when the user's last audio came.

    `commit`: what the commit that is due waits for. `commit_event`: the id of the last one; `commits`: where
    those end that were neither announced nor refused.

    `detection`: whether the server ends turns though it was not to. `taken`: the last items that were made of
    audio.

    Where sessions are renewed (N12): `total`: bytes in this one, `recent` the end of them; `owed_from`: from
    where they would have to go again, None if nowhere. `again`: what goes first to the next session;
    `before_ms`: the audio of those before.
    """

    uncommitted: int = 0
    silent: bool = False
    server_holds: bool = False
    heard_at: Instant | None = None
    commit: Commit = Commit.NOT_DUE
    commit_event: str = ""
    detection: Detection = Detection.OFF
    taken: list[str] = field(factory=list[str])
    total: int = 0
    recent: bytearray = field(factory=bytearray)
    owed_from: int | None = None
    commits: list[int] = field(factory=list[int])
    again: bytearray = field(factory=bytearray)
    before_ms: float = 0.0

    @property
    def resuming(self) -> bool:
        """Whether more audio takes something back: silence of ours (I1), or a commit that waits (A6, V1)."""
        return self.silent or self.commit is not _NOT_DUE

    @property
    def waits_for_slot(self) -> bool:
        """Whether a commit wants the slot (A5)."""
        return self.commit in (Commit.DUE, Commit.FIRM)

    def is_refused_by(self, problem: Problem) -> bool:
        """Whether this error answers the last commit (A5)."""
        empty, named = problem.fault is Fault.COMMIT_EMPTY, problem.event_id
        return self.commit_event != "" and (named == self.commit_event or (empty and not named))


@define(eq=False, repr=False)
class ResponseSlot:
    """The slot and what waits for it.

    `response`: what became of the response in the slot. `active`: its id, empty if unknown. `open_items`:
    what it announced and did not finish. `heard_at`: when its last event came, None before the first and
    after an `error` that names nothing of ours and may be its end (R1, R5). `ended`: those before; `cut`:
    those of them that were cancelled.

    `create`: what became of our last create. `request`: the event id of the one in flight; `unsettled`: that
    of one before it, or of one that a response without a tag was taken for the answer of, whose refusal or
    response may come yet (R1, R3). `asked_for`: what it was for. `answered_until`: how many events of ours
    came before the last one that was not for a text to say: it answers the items among them (R2). `refusals`:
    how often in a row a busy server has refused one (R3). `overdue`: how many were given up whose
    responses may come yet, without a tag (R1). `slow_since`: when output began to be waited for (O8).
    `wishes`: what responses are wanted for; `arrivals` counts them, and `stalls` the last that stalled (N2).
    """

    state: SlotState = SlotState.FREE
    response: ResponseState = ResponseState.NONE
    active: str = ""
    open_items: list[str] = field(factory=list[str])
    heard_at: Instant | None = None
    error: Problem | None = None
    ended: list[str] = field(factory=list[str])
    cut: list[str] = field(factory=list[str])
    create: CreateState = CreateState.NONE
    request: str = ""
    unsettled: str = ""
    asked_for: Wish | None = None
    answered_until: int = 0
    tags: Tags = Tags.UNSEEN
    refusals: int = 0
    overdue: int = 0
    slow_since: Instant | None = None
    wishes: list[Wish] = field(factory=list[Wish])
    arrivals: int = 0
    stalls: int = 0

    @property
    def idle(self) -> bool:
        """Whether nothing is active, in flight or in the line."""
        return self.state is SlotState.FREE and not self.wishes

    @property
    def responding(self) -> bool:
        """Whether a response is active."""
        return self.state in RESPONDING


@define(eq=False, repr=False)
class FunctionCalls:
    """The calls of responses that are not settled yet, and the last ones that are. `unconfirmed`: upstream's
    ids of the last ones whose outputs it has not confirmed, and which of our events was the last one then.
    """

    calls: list[FunctionCall] = field(factory=list[FunctionCall])
    settled: list[Settled] = field(factory=list[Settled])
    unconfirmed: dict[str, int] = field(factory=dict[str, int])

    @property
    def unanswered(self) -> bool:
        """Whether wishes wait for the answer of any call (R8)."""
        return any(each.holds for each in self.calls)

    @property
    def awaited(self) -> list[str]:
        """The responses whose calls are all answered, and whose end has not come (F5)."""
        open_in = {each.response_id for each in self.calls if each.open}
        answered = dict.fromkeys(each.response_id for each in self.calls if each.answered and not each.over)
        return [each for each in answered if each not in open_in]


@define(eq=False, repr=False)
class AgentTurn:
    """`asked_at`: when the turn began to be waited for; `text_at`: when its first text came.
    `open_messages`: announced message items of the response that have not ended (O5).
    """

    asked_at: Instant | None = None
    text_at: Instant | None = None
    open_messages: list[str] = field(factory=list[str])


@define(eq=False, repr=False)
class AgentText:
    """`parts`: begun and not told; `told`: what the client has; `own`: items of
    ours. `announced`: messages of the active response. `may_end`: audio that comes now ends a sentence.
    """

    parts: list[Part] = field(factory=list[Part])
    told: list[Told] = field(factory=list[Told])
    own: list[OwnItem] = field(factory=list[OwnItem])
    announced: list[str] = field(factory=list[str])
    may_end: bool = False


@define(eq=False, repr=False)
class Playback:
    """The audio that the client may not have heard yet, in upstream's bytes. `total`: all that was received.
    The client is taken to play without a pause: `run` bytes since `run_since`. `reported`: what was played,
    in milliseconds, by the host's last word in this run; it counts more than the estimate. `answered`: what
    of `total` came before the response at hand. `voiced`: the agent has spoken, whether it was heard or not.
    """

    items: list[Playing] = field(factory=list[Playing])
    total: int = 0
    run: int = 0
    run_since: Instant | None = None
    reported: int | None = None
    answered: int = 0
    voiced: bool = False


@define(eq=False, repr=False)
class UserTurn:
    """`speaking`: the user has the turn (T8); `stopped`: the item whose speech was said to end last.
    `idle_items`: items of idle timeouts, not committed yet.
    """

    speaking: bool = False
    stopped: str = ""
    idle_items: list[str] = field(factory=list[str])


@define(eq=False, repr=False)
class UserSpeech:
    """`begun`: not committed yet; `items`: committed and not told, in order; `settled`: ids of those of which
    nothing is told any more. `awaited`: items whose text goes before the agent's answer; `answer`: words of
    it. `failed`: a transcription has failed.
    """

    begun: list[Heard] = field(factory=list[Heard])
    items: list[Heard] = field(factory=list[Heard])
    settled: list[str] = field(factory=list[str])
    awaited: list[str] = field(factory=list[str])
    answer: list[str] = field(factory=list[str])
    failed: bool = False


@define(eq=False, repr=False)
class UserTexts:
    """The user items on their way, oldest first. `matched`: the ids of those that are confirmed, by ours
    or by those that a server gave; they may come again.
    """

    waiting: list[Unconfirmed] = field(factory=list[Unconfirmed])
    matched: list[str] = field(factory=list[str])


@define(eq=False, repr=False)
class Past:
    """`items`: those of the context, and of what was said before, that were not confirmed, in their order;
    until two responses have begun. `after`: the id of the last that was.
    """

    items: list[PastItem] = field(factory=list[PastItem])
    after: str = ""


@define(eq=False, repr=False)
class Updates:
    """`waiting`: frames of updates to send; `sent`: those that one `session.update` carries, in flight as
    `event_id`, which is empty where it has to go again; `refused_parts`: the parts of it that upstream
    refused and that went nowhere (S7). `alone`: how many of `waiting` go one by one, as their merger was
    refused. `held`: those that mean something else at another server (N20). `carried`: the plan once `sent`
    holds, `intended`: once `waiting` does, too; None where it has to be found out again. `given_up`: the last
    that were not answered in time; `shown`: marks of the session as the server showed it last, by path.
    """

    waiting: list[str] = field(factory=list[str])
    sent: list[str] = field(factory=list[str])
    event_id: str = ""
    refused_parts: list[str] = field(factory=list[str])
    alone: int = 0
    held: list[str] = field(factory=list[str])
    carried: Plan | None = None
    intended: Plan | None = None
    given_up: list[GivenUp] = field(factory=list[GivenUp])
    shown: dict[str, str] = field(factory=dict[str, str])

    @property
    def due(self) -> bool:
        """Whether an update wants the slot (T2)."""
        return bool(not self.event_id if self.sent else self.waiting)


@define(eq=False, repr=False)
class UpstreamErrors:
    """`idle`: the session ended for idleness while a response was active (E3). `last`: the last error, until
    anything else comes: upstream may close with it (E1); `last_code`, `last_fault`: its own.
    `since`: when the session was created.
    """

    idle: str = ""
    last: str = ""
    last_code: str = ""
    last_fault: Fault = Fault.OTHER
    since: Instant | None = None


@define(eq=False, repr=False)
class Noticed:
    """`counts`: how often each code came since `since`, in this minute; what is over the limit sets a timer.
    `unsent`: types of events that the server does not take, each told once a call (D4).
    """

    counts: dict[str, int] = field(factory=dict[str, int])
    since: Instant | None = None
    unsent: list[str] = field(factory=list[str])


@define(eq=False, repr=False)
class Spellings:
    """Of `response_id`, empty if it has none: whether each of its outputs first came by the name of the beta;
    None before it came (D1).
    """

    response_id: str = ""
    audio: bool | None = None
    transcript: bool | None = None
    text: bool | None = None


@define(eq=False, repr=False)
class Call:
    """One call. The engine alone changes `phase`, and `agent_turn` `turn_state`; each policy its own part."""

    phase: Opening = Opening.NEW
    turn_state: TurnState = TurnState.SILENT
    opening: OpeningState = field(factory=OpeningState)
    ledger: Ledger = field(factory=Ledger)
    audio: InputAudio = field(factory=InputAudio)
    slot: ResponseSlot = field(factory=ResponseSlot)
    calls: FunctionCalls = field(factory=FunctionCalls)
    turn: AgentTurn = field(factory=AgentTurn)
    agent_text: AgentText = field(factory=AgentText)
    playback: Playback = field(factory=Playback)
    user_speech: UserSpeech = field(factory=UserSpeech)
    updates: Updates = field(factory=Updates)
    user_texts: UserTexts = field(factory=UserTexts)
    past: Past = field(factory=Past)
    user_turn: UserTurn = field(factory=UserTurn)
    errors: UpstreamErrors = field(factory=UpstreamErrors)
    noticed: Noticed = field(factory=Noticed)
    spellings: Spellings = field(factory=Spellings)

    @property
    def upstream_open(self) -> bool:
        """Whether there is a socket to the server."""
        return self.phase not in UNCONNECTED
