"""What waits until the session is ready (S5, A8, L3)."""

from __future__ import annotations

from ....deepgram.codes import ErrorCode
from ....notices import notice
from ...entries import Pending
from ...env import Env
from ...signals import Deliver, Effect, Effects, Fatal, LegReady, SessionReady
from ...state import Call, OpeningState

__all__ = ["flush", "flushed", "forget", "keep_audio", "paused", "too_early", "wait_audio", "wait_text"]


def too_early(kind: str) -> Fatal:
    """Deepgram's clients send Settings first (S5)."""
    reason = f"{kind} came before Settings; send Settings first"
    return Fatal(ErrorCode.NON_SETTINGS_MESSAGE_BEFORE_SETTINGS, reason)


def wait_text(state: OpeningState, env: Env, frame: str, call_id: str = "") -> Effects:
    """A text message waits until the session is ready (S5), or the host's result of a call (N10); at most so
    many (L3).
    """
    state.texts += 1
    state.text_bytes += len(frame.encode("utf-8", "replace"))
    if state.texts > env.limits.pending_messages or state.text_bytes > env.limits.text_bytes_up:
        reason = f"more than {env.limits.pending_messages} messages wait for the session to be ready"
        return (Fatal(ErrorCode.CLIENT_MESSAGE_OVERFLOW, reason),)
    state.waiting.append(Pending(text=frame, call_id=call_id))
    return ()


def wait_audio(state: OpeningState, env: Env, frame: bytes) -> Effects:
    """Audio waits until the session is ready (S5); at most so many seconds (A8)."""
    state.audio_bytes += len(frame)
    seconds = env.limits.pending_audio_seconds
    if state.audio_bytes > seconds * env.plan.input.client.bytes_per_second:
        return (
            Fatal(ErrorCode.CLIENT_AUDIO_OVERFLOW, f"more than {seconds:g} s of audio wait for the session"),
        )
    _add_audio(state, env, frame)
    return ()


def keep_audio(state: OpeningState, env: Env, frame: bytes) -> Effects:
    """The same between two sessions: of more than so many seconds the oldest are dropped (N12)."""
    state.audio_bytes += len(frame)
    _add_audio(state, env, frame)
    client, seconds = env.plan.input.client, env.renewal.audio_seconds
    over = state.audio_bytes - int(seconds * client.bytes_per_second)
    over += -over % client.sample_bytes  # what is left is still whole samples
    if over <= 0:
        return ()
    _drop_oldest(state, over)
    return (notice("AUDIO_DROPPED", ms=over * 1000 // client.bytes_per_second),)


def _drop_oldest(state: OpeningState, over: int) -> None:
    state.audio_bytes -= over
    for entry in [each for each in state.waiting if each.text is None]:
        dropped = min(over, len(entry.audio))
        del entry.audio[:dropped]
        over -= dropped
    state.waiting = [each for each in state.waiting if each.audio or each.text is not None]


def _add_audio(state: OpeningState, env: Env, frame: bytes) -> None:
    last = state.waiting[-1] if state.waiting else None
    # A run is delivered as one frame: it must not outgrow what a frame may be (L1).
    if last is None or last.text is not None or len(last.audio) + len(frame) > env.limits.frame_bytes_up:
        last = Pending()
        state.waiting.append(last)
    last.audio += frame


def paused(state: OpeningState, env: Env) -> bool:
    """Whether half of the audio that may wait does (A8). What waits only grows, and goes all at once: the
    answer turns once, and once back.
    """
    half = env.limits.pending_audio_seconds / 2
    return state.audio_bytes >= half * env.plan.input.client.bytes_per_second


def flushed(call: Call, env: Env, _: SessionReady | LegReady) -> Effects:
    """Last of all, what waited (S4)."""
    return flush(call.opening, env)


def flush(state: OpeningState, env: Env) -> list[Effect]:
    """Everything that waited, in the order in which it came, text and audio together (S4)."""
    waiting, state.waiting = state.waiting, []
    state.texts = state.text_bytes = state.audio_bytes = 0
    return [Deliver(entry) for entry in waiting]


def forget(state: OpeningState) -> None:
    """Nothing is waited for after the end: what a closed call keeps is small (L2)."""
    state.waiting, state.session = [], {}
    state.texts = state.text_bytes = state.audio_bytes = 0
