"""What the user said, as text, in its order, and before the agent's answer to it (O4)."""

from __future__ import annotations

from typing import TypeAlias

from ... import deepgram, openai
from ...deepgram.codes import WarningCode
from ...mapping import to_client
from ...mapping.places import channel_of, known_ms, ms_of, seconds
from ...notices import notice
from ...outputs import SendToClient
from ...wire import Nullable
from ..entries import Heard, LedgerEntry
from ..env import Env
from ..items import kept
from ..signals import AgentSaid, Effect, Effects, LegLost, TextDue
from ..state import Call, UserSpeech

__all__ = [
    "agent_said",
    "committed",
    "completed",
    "delta",
    "failed",
    "leg_lost",
    "response_began",
    "speech_started",
    "speech_stopped",
    "text_due",
    "timed_out",
    "waited",
]

_REMEMBERED = 32
_Transcription: TypeAlias = (
    openai.ConversationItemInputAudioTranscriptionDelta
    | openai.ConversationItemInputAudioTranscriptionCompleted
)


# --- what is known of it ------------------------------------------------------------------------------------


def _find(state: UserSpeech, item_id: str) -> Heard | None:
    """The item, committed or not."""
    return next((each for each in (*state.items, *state.begun) if each.item_id == item_id), None)


def _begin(state: UserSpeech, heard: Heard) -> Heard:
    """Speech that is not committed yet."""
    state.begun = [*state.begun[1 - _REMEMBERED :], heard]
    return heard


def _take(state: UserSpeech, item_id: str) -> Heard:
    """It is not among those any more. The last speech that began without an id may have got one since."""
    heard = next((each for each in state.begun if each.item_id == item_id), None)
    if heard is None:
        nameless = [each for each in state.begun if not each.item_id]
        heard = nameless[-1] if nameless else Heard(item_id)
        state.begun = [each for each in state.begun if each.item_id]
    state.begun = [each for each in state.begun if each is not heard]
    heard.item_id = item_id
    return heard


def _name(state: UserSpeech, item_id: Nullable[str]) -> str:
    """Whose transcript an event brings: without an id that of the item that waits for one longest."""
    return item_id or next((each.item_id for each in state.items if each.final is None), "")


def _size(state: UserSpeech) -> int:
    """Characters that wait for other words."""
    return sum(len(each.final or "") for each in state.items) + sum(map(len, state.answer))


def _settle(state: UserSpeech, item_id: str) -> None:
    """Nothing is told of this item any more."""
    state.items = [each for each in state.items if each.item_id != item_id]
    if item_id:
        state.settled = [*state.settled[1 - _REMEMBERED :], item_id]


def _in_call(call: Call, milliseconds: float | None) -> float | None:
    """A place in the audio of the call: of earlier sessions too (N13)."""
    return None if milliseconds is None else milliseconds + call.audio.before_ms


def _place(heard: Heard, said: _Transcription, call: Call) -> None:
    """Note where it is, as far as its transcript says so."""
    start, duration = _in_call(call, ms_of(said.start)), ms_of(said.duration)
    heard.start_ms = heard.start_ms if start is None else start
    heard.duration_ms = heard.duration_ms if duration is None else duration
    heard.channel = channel_of(said.channel) if said.channel else heard.channel
    heard.channel_index = channel_of(said.channel_index) if said.channel_index else heard.channel_index


# --- where it is --------------------------------------------------------------------------------------------


def speech_started(call: Call, env: Env, event: openai.InputAudioBufferSpeechStarted) -> Effects:
    """Speech begins, or goes on after a stop that is taken back; its item is made when it is committed."""
    state = call.user_speech
    item_id = event.item_id or ""
    again = next((each for each in state.begun if each.item_id == item_id != ""), None)
    if again is None:
        _begin(state, Heard(item_id, start_ms=_in_call(call, known_ms(event.audio_start_ms))))
    else:
        again.end_ms = None
    return ()


def speech_stopped(call: Call, env: Env, event: openai.InputAudioBufferSpeechStopped) -> Effects:
    """Speech ended: the piece that is named, or the last that has begun."""
    state = call.user_speech
    going_on = (each for each in reversed(state.begun) if each.end_ms is None)
    heard = _find(state, event.item_id) if event.item_id else next(going_on, None)
    if heard is not None:
        last_word = ms_of(event.last_word_end)
        heard.end_ms = _in_call(call, known_ms(event.audio_end_ms) if last_word is None else last_word)
    return ()


def timed_out(call: Call, env: Env, event: openai.InputAudioBufferTimeoutTriggered) -> Effects:
    """The server commits silence: nobody said that (I2)."""
    _settle(call.user_speech, event.item_id or "")
    return ()


def committed(call: Call, env: Env, event: openai.InputAudioBufferCommitted) -> Effects:
    """An item was made of it: its text has its place now. What has no id can have none."""
    state = call.user_speech
    item_id = event.item_id or ""
    known = item_id in state.settled or any(each.item_id == item_id for each in state.items)
    if item_id and not known and env.plan.transcribes:
        state.items = [*state.items[1 - _REMEMBERED :], _take(state, item_id)]
    elif item_id:
        state.begun = [each for each in state.begun if each.item_id != item_id]
    return ()


# --- what it says -------------------------------------------------------------------------------------------


def delta(call: Call, env: Env, event: openai.ConversationItemInputAudioTranscriptionDelta) -> Effects:
    """A piece of a transcript."""
    heard = _unfinished(call, env, event)
    return () if heard is None else _understood(heard, env, heard.text + (event.delta or ""))


def completed(
    call: Call, env: Env, event: openai.ConversationItemInputAudioTranscriptionCompleted
) -> Effects:
    """A transcript is whole: told when it is its turn. One `in_progress` stands for all pieces until now."""
    if event.status != "in_progress":
        return _resolve(call, env, _name(call.user_speech, event.item_id), event.transcript or "", event)
    heard = _unfinished(call, env, event)
    return () if heard is None else _understood(heard, env, event.transcript or "")


def failed(call: Call, env: Env, event: openai.ConversationItemInputAudioTranscriptionFailed) -> Effects:
    """There is no transcript; the turn goes on without."""
    state = call.user_speech
    code = (event.error.code if event.error else "") or "unknown"
    told = () if env.component or state.failed else (_not_heard(),)
    state.failed = True
    return [
        notice("TRANSCRIPTION_FAILED", code=code),
        *told,
        *_resolve(call, env, _name(state, event.item_id), ""),
    ]


def _not_heard() -> SendToClient:
    """One Warning a call: what fails once fails in each turn (O9)."""
    return to_client.warning(WarningCode.TRANSCRIPTION_FAILED, "User speech could not be transcribed")


def _unfinished(call: Call, env: Env, event: _Transcription) -> Heard | None:
    """What the transcript so far belongs to, committed or not. Only the component's client hears of it."""
    state = call.user_speech
    item_id = _name(state, event.item_id)
    if not env.component or item_id in state.settled:
        return None
    heard = _find(state, item_id) or _begin(state, _take(state, item_id))
    if heard.final is not None:
        return None
    _place(heard, event, call)
    return heard


def _understood(heard: Heard, env: Env, text: str) -> Effects:
    """All of it so far."""
    if text == heard.text or len(text) > env.limits.item_text:
        return ()
    heard.text = text
    return (env.client(_transcript(heard, text, final=False)),)


def _resolve(
    call: Call, env: Env, item_id: str, text: str, event: _Transcription | None = None
) -> list[Effect]:
    state = call.user_speech
    if item_id in state.settled:
        return [notice("TRANSCRIPT_DROPPED")]
    waiting = next((each for each in state.items if each.item_id == item_id), None)
    heard = waiting or _take(state, item_id)
    if event is not None:
        _place(heard, event, call)
    if waiting is None:  # it was not waited for any longer, or never committed where we could see it
        _settle(state, item_id)
        return _tell(env, heard, text)
    heard.final = text
    if _size(state) > env.limits.item_text:  # too much to keep (L2)
        return _wait_no_longer(state, env)
    return _advance(state, env)


def _advance(state: UserSpeech, env: Env) -> list[Effect]:
    """Tell what is at the head of the line, and then what waited for it."""
    effects: list[Effect] = []
    while state.items and state.items[0].final is not None:
        heard = state.items.pop(0)
        _settle(state, heard.item_id)
        effects += _tell(env, heard, heard.final or "")
    if not _pending(state):
        effects += _release(state, env)
    if any(each.final is not None for each in state.items):
        _wait(env)
    return effects


def _tell(env: Env, heard: Heard, text: str) -> list[Effect]:
    if not text.strip():
        return []
    entry = kept(env, LedgerEntry("user", text))
    if env.component:
        return [env.client(_transcript(heard, text, final=True)), *entry]
    return [*env.text("user", text), *entry]


def _transcript(heard: Heard, text: str, *, final: bool) -> deepgram.Transcript:
    begin, end, duration = heard.start_ms, heard.end_ms, heard.duration_ms
    if duration is None and begin is not None and end is not None and begin <= end:
        duration = end - begin
    return deepgram.Transcript(
        transcript=text,
        is_final=final,
        speech_final=final,
        channel=heard.channel,
        channel_index=heard.channel_index,
        start=seconds(begin),
        duration=seconds(duration),
        last_word_end=seconds(end),
        alternatives=(deepgram.TranscriptAlternative(transcript=text),),
    )


# --- what waits for it --------------------------------------------------------------------------------------


def response_began(call: Call, env: Env, event: openai.ResponseCreated) -> Effects:
    """It answers what was said until now."""
    state = call.user_speech
    state.awaited = [each.item_id for each in state.items if each.final is None]
    return ()


def agent_said(call: Call, env: Env, said: AgentSaid) -> Effects:
    """Words of the agent wait for those that they answer; only Deepgram's clients expect them in order."""
    state = call.user_speech
    full = len(state.answer) >= _REMEMBERED or _size(state) + len(said.text) > env.limits.item_text
    if env.component or not _pending(state) or full:
        return [*_release(state, env), *_said(env, said.text)]
    state.answer.append(said.text)
    _wait(env)
    return ()


def text_due(call: Call, env: Env, _: TextDue) -> Effects:
    """A function call, the user or the end of the turn comes: the words go before it."""
    state = call.user_speech
    return _wait_no_longer(state, env) if state.answer else ()


def waited(call: Call, env: Env) -> Effects:
    """It was waited long enough."""
    return [notice("TRANSCRIPT_LATE"), *_wait_no_longer(call.user_speech, env)]


def _wait_no_longer(state: UserSpeech, env: Env) -> list[Effect]:
    """What is known is told, the user's words first. What is not, and held something up, is told whenever it
    comes: nothing waits for it again.
    """
    first_known = next((index for index, each in enumerate(state.items) if each.final is not None), 0)
    awaited = state.awaited if state.answer else ()
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
    answer, state.answer, state.awaited = state.answer, [], []
    if not any(each.final is not None for each in state.items):
        env.timers.cancel("transcript")
    return [effect for text in answer for effect in _said(env, text)]


def _said(env: Env, text: str) -> list[Effect]:
    return [*env.text("assistant", text), *kept(env, LedgerEntry("assistant", text))]


def leg_lost(call: Call, env: Env, _: LegLost) -> Effects:
    """What is known is told now; no more will be (N7, N9)."""
    state = call.user_speech
    state.items = [each for each in state.items if each.final is not None]
    told = _advance(state, env)
    state.begun, state.settled = [], []
    return told


def _wait(env: Env) -> None:
    if "transcript" not in env.timers.deadlines:
        env.start("transcript", env.limits.transcript_wait)
