"""All that the server remembers."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import TypeAlias

import attrs

from .audio import AudioBuffer, SpeechStopped
from .choices import Choices, option
from .conversation import Conversation, Item
from .faults import Violation
from .frames import Flow, Object
from .makes import MAKES, Make
from .schedule import Schedule, Task
from .script import Call, Replies, Say, ServerView
from .session import Session


@attrs.frozen(slots=True)
class TranscriptionFailure:
    """An input transcription that fails: what `conversation.item.input_audio_transcription.failed` says."""

    code: str = "transcription_error"
    """The error's code."""
    message: str = "Input transcription failed for item '{item_id}'."
    """The error's text; `{item_id}` in it stands for the id of the item."""


Transcribe: TypeAlias = "Callable[[bytes], str | TranscriptionFailure | None]"
"""Gets the bytes of a committed user turn that is not silent, in the session's input format; None: nothing
is ever heard of the transcription."""


@attrs.frozen(slots=True)
class Options:
    """The constructor's options. Times are in seconds."""

    latency: float
    token_interval: float
    session_limit: float
    kill_idle_after: float | None
    transcribe: Transcribe


@attrs.define(slots=True, eq=False)
class Output:
    """An output item of a response. `said` is what was generated so far, `mode` is audio, text or call."""

    index: int
    item: Item
    part: Say | Call
    mode: str
    said: str = ""
    open: bool = True


@attrs.define(slots=True, eq=False)
class Response:
    """A response. `trigger` says what made it: client, vad, commit or idle.

    `modality` and `audio` (its format and voice) are settled when it begins: a `session.update` meanwhile
    is for the responses that follow.
    """

    id: str
    request: Mapping[str, object]
    trigger: str
    modality: str
    audio: Object
    out_of_band: bool
    announced: bool = False
    """Whether `response.created` was sent."""
    outputs: list[Output] = attrs.Factory(list[Output])
    task: Task | None = None
    audio_from: float | None = None
    """When its first audio was sent."""
    pieces: int = 0
    """Deltas sent: stands for tokens."""
    cancelled_by: str | None = None
    """`turn_detected` or `client_cancelled`; it may go on for a few deltas."""
    ended: Object | None = None
    """Its `response.done`, as long as that is held back."""
    limits: int = 0
    """When its `rate_limits.updated` comes: an option of `rate_limits`."""
    hushed: bool = False
    """The server keeps some of its events from the client for ever."""

    @property
    def audio_ms(self) -> int:
        """The speech generated so far, in milliseconds."""
        return sum(output.item.audio_ms for output in self.outputs)


@attrs.define(slots=True, eq=False)
class State:
    """The server's memory. `now` is the logical time of the step that runs."""

    options: Options
    new_id: Callable[[], str]
    choices: Choices
    replies: Replies
    session: Session
    conversation: Conversation
    now: float
    opened_at: float
    last_activity: float
    """When the client last did something, or a response ended."""
    make: Make = MAKES["openai"]
    """What server this is, as far as it is known beforehand."""
    updated: bool = False
    """There was a `session.update`."""
    fresh: bool = True
    """There is something new since the last answer, or what was asked for without it was dropped."""
    stopped: SpeechStopped | None = None
    """A turn that has ended and is not committed yet."""
    last_message: float = 0.0
    """When the client last sent anything."""

    buffer: AudioBuffer = attrs.Factory(AudioBuffer)
    speech_item: str | None = None
    """The id that the turn being spoken will have."""
    schedule: Schedule = attrs.Factory(Schedule)
    active: Response | None = None
    """The response of the default conversation."""
    background: list[Response] = attrs.Factory(list[Response])
    """Out-of-band responses that run."""
    ending: Response | None = None
    """The response whose `response.done` is held back."""
    last: Response | None = None
    """The default conversation's response that ended last."""
    responses: int = 0
    deferred: list[Flow] = attrs.Factory(list[Flow])
    """What waits for the end of the running response."""
    late_transcripts: list[Flow] = attrs.Factory(list[Flow])
    """Transcriptions that come only after the next turn."""
    response_owed: bool = False
    """A turn was committed by VAD while a response ran."""
    awaited: list[Item] = attrs.Factory(list[Item])
    """Accepted items whose events wait for the end of the running response."""
    unconfirmed: list[Flow] = attrs.Factory(list[Flow])
    """Events of items that are there, which this server sends after the next `response.done`."""
    answers_until: float = 0.0
    """Events are handled in the order in which they came, however long one of them takes."""
    audio_produced: bool = False
    idle_from: float | None = None
    """Since when the idle timeout counts."""
    idle_start_ms: int | None = None
    """Where in the input audio that was, once known."""
    limits_owed: bool = False
    """A `rate_limits.updated` comes after the next client event."""
    variants: dict[str, int] = attrs.Factory(dict[str, int])
    """What server this is: an option of each decision of `VARIANT`."""
    mute: bool = False
    """Nothing is sent any more."""
    violations: list[Violation] = attrs.Factory(list[Violation])
    closed: tuple[int, str] | None = None

    def choose(self, name: str) -> int:
        """Ask for a decision of `CHOICES`."""
        return option(self.choices, name)

    def awaits(self, item_id: str) -> bool:
        """Whether an item of that id was accepted and waits."""
        return any(item.id == item_id for item in self.awaited)

    def start(self, flow: Flow, after: float = 0.0) -> Task:
        """Run `flow`, beginning `after` seconds from now."""
        task = Task(flow)
        self.schedule.add(self.now + after, task)
        return task

    @property
    def running(self) -> list[Response]:
        """All responses that run."""
        return [*self.background, *([] if self.active is None else [self.active])]

    @property
    def apparent(self) -> Response | None:
        """The response of the default conversation that a client takes for active: created but not done."""
        announced = self.active is not None and self.active.announced
        return self.active if announced else self.ending

    def flush(self) -> Flow:
        """What waited for the end of a response, unless one runs."""
        if self.active is None and self.ending is None:
            yield from self.let_go()

    def let_go(self) -> Flow:
        """What waited for the end of a response."""
        while self.deferred:
            yield from self.deferred.pop(0)

    def confirm(self) -> Flow:
        """What a server confirms only after a response."""
        while self.unconfirmed:
            yield from self.unconfirmed.pop(0)

    def view(self, trigger: str) -> ServerView:
        """What a script function may see: copies."""
        items = tuple(copy.deepcopy(item.body) for item in self.conversation.items)
        return ServerView(copy.deepcopy(self.session.body), items, trigger, self.responses)

    @property
    def unanswered(self) -> tuple[str, ...]:
        """Calls of the last response that some, but not all, outputs have come for."""
        outputs = self.last.outputs if self.last is not None else []
        calls = [output.item.id for output in outputs if _is_complete_call(output)]
        missing = tuple(call.call_id for call in self.conversation.open_calls if call.id in calls)
        return missing if len(missing) < len(calls) else ()


def _is_complete_call(output: Output) -> bool:
    return output.mode == "call" and output.item.body["status"] == "completed"
