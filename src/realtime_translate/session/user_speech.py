"""What the user said, as text, in its order, and before the agent's answer to it (O4)."""

from __future__ import annotations

from attrs import define, field

from .. import deepgram, openai
from ..notices import notice
from ..wire import OMITTED, Nullable, Omissible
from .env import Env
from .signals import AgentSaid, Effect, Effects, TextDue

__all__ = [
    "UserSpeech",
    "agent_said",
    "committed",
    "completed",
    "delta",
    "failed",
    "response_began",
    "speech_started",
    "speech_stopped",
    "text_due",
    "timed_out",
    "waited",
]

_REMEMBERED = 32
_LONGEST_MS = 10**9
_CHANNEL = (0, 1)
"""`[index, count]`: the one channel that there is."""


@define(eq=False, repr=False)
class Heard:
    """A piece of user speech. `text`: as far as deltas go; `final`: the whole, None until it is known.

    `start_ms`, `end_ms`: where it is in the audio of the session, where the server says so.
    """

    item_id: str
    text: str = ""
    final: str | None = None
    start_ms: float | None = None
    end_ms: float | None = None


@define(eq=False, repr=False)
class UserSpeech:
    """`begun`: not committed yet; `items`: committed and not told, in order; `settled`: ids of those of which
    nothing is told any more.

    `awaited`: items whose text goes before the agent's answer; `held`: words of that answer.
    """

    begun: list[Heard] = field(factory=list[Heard])
    items: list[Heard] = field(factory=list[Heard])
    settled: list[str] = field(factory=list[str])
    awaited: list[str] = field(factory=list[str])
    held: list[str] = field(factory=list[str])

    def find(self, item_id: str) -> Heard | None:
        """The item, committed or not."""
        return next((each for each in (*self.items, *self.begun) if each.item_id == item_id), None)

    @property
    def size(self) -> int:
        """Characters that wait for other words."""
        return sum(len(each.final or "") for each in self.items) + sum(map(len, self.held))

    def settle(self, item_id: str) -> None:
        """Nothing is told of this item any more."""
        self.items = [each for each in self.items if each.item_id != item_id]
        if item_id:
            self.settled = [*self.settled[1 - _REMEMBERED :], item_id]


# --- where it is --------------------------------------------------------------------------------------------


def speech_started(state: UserSpeech, env: Env, event: openai.InputAudioBufferSpeechStarted) -> Effects:
    """Speech begins; its item is made when it is committed."""
    heard = Heard(event.item_id or "", start_ms=_known(event.audio_start_ms))
    state.begun = [*state.begun[1 - _REMEMBERED :], heard]
    return ()


def speech_stopped(state: UserSpeech, env: Env, event: openai.InputAudioBufferSpeechStopped) -> Effects:
    """Speech ended."""
    heard = state.find(event.item_id or "")
    if heard is not None:
        heard.end_ms = _known(event.audio_end_ms)
    return ()


def timed_out(state: UserSpeech, env: Env, event: openai.InputAudioBufferTimeoutTriggered) -> Effects:
    """The server commits silence: nobody said that (I2)."""
    state.settle(event.item_id or "")
    return ()


def committed(state: UserSpeech, env: Env, event: openai.InputAudioBufferCommitted) -> Effects:
    """An item was made of it: its text has its place now."""
    item_id = event.item_id or ""
    heard = next((each for each in state.begun if each.item_id == item_id), None) or Heard(item_id)
    state.begun = [each for each in state.begun if each is not heard]
    known = item_id in state.settled or any(each.item_id == item_id for each in state.items)
    if env.plan.transcribes and item_id and not known:
        state.items = [*state.items[1 - _REMEMBERED :], heard]
    return ()


# --- what it says -------------------------------------------------------------------------------------------


def delta(state: UserSpeech, env: Env, event: openai.ConversationItemInputAudioTranscriptionDelta) -> Effects:
    """A piece of a transcript; the component's client gets all of it so far."""
    heard = state.find(event.item_id or "")
    if heard is None or heard.final is not None or not event.delta:
        return ()
    if len(heard.text) + len(event.delta) > env.limits.item_text:
        return ()
    heard.text += event.delta
    return (env.client(_transcript(heard, heard.text, final=False)),) if env.component else ()


def completed(
    state: UserSpeech, env: Env, event: openai.ConversationItemInputAudioTranscriptionCompleted
) -> Effects:
    """A transcript is whole: told when it is its turn."""
    return _resolve(state, env, event.item_id or "", event.transcript or "")


def failed(
    state: UserSpeech, env: Env, event: openai.ConversationItemInputAudioTranscriptionFailed
) -> Effects:
    """There is no transcript; the turn goes on without."""
    code = (event.error.code if event.error else "") or "unknown"
    return [notice("TRANSCRIPTION_FAILED", code=code), *_resolve(state, env, event.item_id or "", "")]


def _resolve(state: UserSpeech, env: Env, item_id: str, text: str) -> list[Effect]:
    if item_id in state.settled:
        return []
    heard = next((each for each in state.items if each.item_id == item_id), None)
    if heard is None:  # it was not waited for any longer, or never committed where we could see it
        state.settle(item_id)
        return _tell(env, state.find(item_id) or Heard(item_id), text)
    heard.final = text
    if state.size > env.limits.item_text:  # too much to keep (L2)
        return _wait_no_longer(state, env)
    return _advance(state, env)


def _advance(state: UserSpeech, env: Env) -> list[Effect]:
    """Tell what is at the head of the line, and then what waited for it."""
    effects: list[Effect] = []
    while state.items and state.items[0].final is not None:
        heard = state.items.pop(0)
        state.settle(heard.item_id)
        effects += _tell(env, heard, heard.final or "")
    if not _pending(state):
        effects += _release(state, env)
    if any(each.final is not None for each in state.items):
        _wait(env)
    return effects


def _tell(env: Env, heard: Heard, text: str) -> list[Effect]:
    if not text.strip():
        return []
    if env.component:
        return [env.client(_transcript(heard, text, final=True))]
    return list(env.text("user", text))


def _transcript(heard: Heard, text: str, *, final: bool) -> deepgram.Transcript:
    begin, end = heard.start_ms, heard.end_ms
    return deepgram.Transcript(
        transcript=text,
        is_final=final,
        speech_final=final,
        channel=_CHANNEL,
        channel_index=_CHANNEL,
        start=_seconds(begin),
        duration=_seconds(end - begin if end is not None and begin is not None and begin <= end else None),
        last_word_end=_seconds(end),
        alternatives=(deepgram.TranscriptAlternative(transcript=text),),
    )


def _known(milliseconds: Nullable[float]) -> float | None:
    """A place in the audio, or None: a server may say anything."""
    if milliseconds is OMITTED or milliseconds is None or not 0 <= milliseconds <= _LONGEST_MS:
        return None
    return milliseconds


def _seconds(milliseconds: float | None) -> Omissible[float]:
    return OMITTED if milliseconds is None else float(milliseconds) / 1000


# --- what waits for it --------------------------------------------------------------------------------------


def response_began(state: UserSpeech, env: Env, event: openai.ResponseCreated) -> Effects:
    """It answers what was said until now."""
    state.awaited = [each.item_id for each in state.items if each.final is None]
    return ()


def agent_said(state: UserSpeech, env: Env, said: AgentSaid) -> Effects:
    """Words of the agent wait for those that they answer; only Deepgram's clients expect them in order."""
    full = len(state.held) >= _REMEMBERED or state.size + len(said.text) > env.limits.item_text
    if env.component or not _pending(state) or full:
        return [*_release(state, env), *env.text("assistant", said.text)]
    state.held.append(said.text)
    _wait(env)
    return ()


def text_due(state: UserSpeech, env: Env, _: TextDue) -> Effects:
    """A function call, the user or the end of the turn comes: the words go before it."""
    return _wait_no_longer(state, env) if state.held else ()


def waited(state: UserSpeech, env: Env) -> Effects:
    """It was waited long enough."""
    return [notice("TRANSCRIPT_LATE"), *_wait_no_longer(state, env)]


def _wait_no_longer(state: UserSpeech, env: Env) -> list[Effect]:
    """What is known is told, the user's words first. What is not, and held something up, is told whenever it
    comes: nothing waits for it again.
    """
    first_known = next((index for index, each in enumerate(state.items) if each.final is not None), 0)
    awaited = state.awaited if state.held else ()
    late = [
        each
        for index, each in enumerate(state.items)
        if each.final is None and (index < first_known or each.item_id in awaited)
    ]
    state.begun = [*state.begun, *late][-_REMEMBERED:]
    state.items = [each for each in state.items if each not in late]
    return _advance(state, env)


def _pending(state: UserSpeech) -> bool:
    return any(each.item_id in state.awaited for each in state.items if each.final is None)


def _release(state: UserSpeech, env: Env) -> list[Effect]:
    held, state.held, state.awaited = state.held, [], []
    if not any(each.final is not None for each in state.items):
        env.timers.cancel("transcript")
    return [output for text in held for output in env.text("assistant", text)]


def _wait(env: Env) -> None:
    if "transcript" not in env.timers.deadlines:
        env.start("transcript", env.limits.transcript_wait)
