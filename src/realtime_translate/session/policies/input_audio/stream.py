"""Audio to upstream as one stream (A1-A4), silence where none comes (I1), and the next session (N12).

`streamed` runs fifty times a second: one conversion, one base64, one output.
"""

from __future__ import annotations

from .... import openai
from ....audio import AudioFormat, Conversion
from ....notices import notice
from ....outputs import SendToUpstream
from ...env import Env
from ...signals import (
    AudioSettled,
    CommitChanged,
    Effect,
    Effects,
    LegLost,
    LegReady,
    Proceed,
)
from ...state import Call, InputAudio
from ...tables import BETWEEN, Commit, Detection, Opening, SlotState
from ...timers import Instant, TimerName

__all__ = [
    "appends",
    "began_at",
    "count",
    "ended",
    "enough",
    "keep",
    "keepalive_due",
    "leg_lost",
    "leg_ready",
    "received",
    "settled",
    "streamed",
    "tail",
]

_OF_COMMIT: tuple[TimerName, ...] = ("debounce", "ceiling", "unheard")
# On Python 3.10 and 3.11 looking a member up costs as much as three calls: audio does without.
_FIRM = Commit.FIRM
MAX_APPEND = 15 * 2**20
"""Bytes of audio in one append (A4)."""
MIN_COMMIT_MS = 100
"""Milliseconds that a commit needs (A5)."""
_BEFORE_MS = 500
"""Speech begins so long before it is noticed, where the server does not say when."""


def settled(call: Call, env: Env, _: AudioSettled) -> Effects:
    """The stream begins, with what is left of one before Settings: half a sample, and a count (S4)."""
    state = call.audio
    before, path = env.audio_in, env.plan.input
    if call.phase in BETWEEN and (before.source, before.target) == (path.client, path.upstream):
        return ()  # it goes on at the next session: only the agent's audio has another format there
    carry = before.carry if before.source.sample_bytes == path.client.sample_bytes else b""
    replaying = call.phase is Opening.REPLAYING
    if replaying:
        _convert_again(state, env, before, path.upstream)
    env.audio_in = Conversion(path.client, path.upstream, carry=carry)
    now, was = path.upstream.bytes_per_second, before.target.bytes_per_second
    state.uncommitted = state.uncommitted * now // was
    state.total, state.recent = state.total * now // was, bytearray()  # what is kept is in one format (N12)
    state.owed_from, state.commits = (state.total if env.plan.commit.manual else None), []
    if env.keepalive and not replaying:  # else once the session is ready (N6)
        env.start("keepalive", env.keepalive.every)
    return ()


def _convert_again(state: InputAudio, env: Env, before: Conversion, audio: AudioFormat) -> None:
    """What goes first to a session was kept in the format of the one before it (N12)."""
    kept = Conversion(before.target, audio)
    whole = kept.feed(bytes(state.again) + before.flush()) + kept.flush()
    most = int(env.renewal.audio_seconds * audio.bytes_per_second)
    state.again = bytearray(whole[max(0, len(whole) - most) :])


def ended(call: Call, env: Env, _: Proceed) -> Effects:
    """Before late Settings, what was said goes upstream in the format that holds yet; what is not committed
    is the server's to commit, if that was so until now or is so from now on (S4, V1).
    """
    state = call.audio
    coming = call.opening.plan
    if call.phase is not Opening.AWAITING_SLOT or call.slot.state is not SlotState.FREE:
        return ()
    rest = tail(state, env)
    if env.plan.commit.manual and (coming is None or coming.commit.manual):
        return rest
    state.server_holds = state.server_holds or state.uncommitted > 0
    for timer in _OF_COMMIT:
        env.timers.cancel(timer)
    state.uncommitted, state.commit = 0, Commit.NOT_DUE
    state.detection = Detection.OFF
    return rest


def received(state: InputAudio, env: Env, frame: bytes) -> Effects:
    """One binary frame of the client, of any length (A3)."""
    if not frame or not state.resuming:
        return streamed(state, env, frame)
    cleared = _clear_silence(state, env) if state.silent else ()
    audio = env.audio_in.feed(frame)
    if env.plan.commit.manual or env.counts or cleared:
        count(state, env, audio)
    return (*cleared, *appends(env, audio), *_withdraw(state, env))


def streamed(state: InputAudio, env: Env, frame: bytes) -> tuple[SendToUpstream, ...]:
    """The same while audio flows: the path that runs fifty times a second."""
    if not frame:
        return ()
    audio = env.audio_in.feed(frame)
    if env.plan.commit.manual or env.counts:
        count(state, env, audio)
    if 0 < len(audio) <= MAX_APPEND:
        return (SendToUpstream(env.frames.append(audio)),)
    return appends(env, audio)


def enough(state: InputAudio, env: Env) -> bool:
    """Whether there is enough for a commit, with what the resampler would give for it (A5)."""
    return state.uncommitted + env.audio_in.held >= env.plan.input.upstream.bytes_of(MIN_COMMIT_MS)


def tail(state: InputAudio, env: Env) -> tuple[SendToUpstream, ...]:
    """What the resampler has not given yet; what comes next begins a new stream (A2)."""
    audio = env.audio_in.flush()
    state.uncommitted += len(audio)
    keep(state, env, audio)
    return appends(env, audio)


def appends(env: Env, audio: bytes) -> tuple[SendToUpstream, ...]:
    """An even split: MAX_APPEND is a multiple of a sample (A4)."""
    pieces = (audio[start : start + MAX_APPEND] for start in range(0, len(audio), MAX_APPEND))
    return tuple(SendToUpstream(env.frames.append(piece)) for piece in pieces)


def count(state: InputAudio, env: Env, audio: bytes) -> None:
    """The user was heard. Where the commit is ours: restart the debounce, and start the ceiling when enough
    for a commit is there (A5, A7).
    """
    now = env.now
    state.heard_at = Instant(now)
    state.uncommitted += len(audio)
    if env.counts:
        keep(state, env, audio)
    commit, timers = env.plan.commit, env.timers
    if not commit.manual:
        return
    ceiling = commit.ceiling
    if (
        ceiling is not None
        and state.commit is not _FIRM
        and "ceiling" not in timers.deadlines
        and enough(state, env)
    ):
        timers.set("ceiling", now + ceiling)
    timers.set("debounce", now + commit.debounce)


def keep(state: InputAudio, env: Env, audio: bytes) -> None:
    """The last audio of a session, of which the next one may have to hear again (N12)."""
    renewal = env.config.renewal
    if renewal is None:
        return
    state.total += len(audio)
    state.recent += audio
    excess = len(state.recent) - int(renewal.audio_seconds * env.plan.input.upstream.bytes_per_second)
    if excess > 0:
        del state.recent[:excess]


def _withdraw(state: InputAudio, env: Env) -> Effects:
    """A commit that waits, for the slot or for the server's own, is owed after the debounce now (A6, V1)."""
    if not env.plan.commit.manual or state.commit not in (Commit.DUE, Commit.SERVERS):
        return ()
    state.commit = Commit.NOT_DUE
    env.timers.cancel("unheard")
    return (CommitChanged(),)


# --- silence ------------------------------------------------------------------------------------------------


def keepalive_due(call: Call, env: Env) -> Effects:
    """Silence goes upstream if no audio came for so long; else the time since the last audio counts (I1).

    What the resampler holds was said before it.
    """
    state = call.audio
    keepalive = env.keepalive
    if keepalive is None:  # restored with a Config that has none
        return ()
    next_due = env.now if state.heard_at is None else state.heard_at + keepalive.every
    if next_due > env.now:
        env.timers.set("keepalive", next_due)
        return ()
    env.repeat("keepalive", keepalive.every)
    state.silent = True
    rest, silence = tail(state, env), env.plan.input.upstream.silence(keepalive.ms)
    keep(state, env, silence)
    if state.owed_from is not None and not (state.uncommitted or state.commits):
        state.owed_from = state.total  # silence of ours is no turn to be heard again (N12)
    return *rest, notice("SILENCE_SENT", ms=keepalive.ms), *appends(env, silence)


def _clear_silence(state: InputAudio, env: Env) -> Effects:
    """Before audio, unless some is there already: a clear would take it along (I1)."""
    if state.uncommitted or state.server_holds:
        return ()
    state.silent = False
    event_id = env.ids.next()
    env.ids.may_fail(event_id)
    return (env.upstream(openai.InputAudioBufferClear(event_id=event_id)),)


# --- from one upstream session to the next ------------------------------------------------------------------


def began_at(state: InputAudio, env: Env, start_ms: float | None) -> int:
    """The place in the session's audio at which the user began to speak."""
    audio = env.plan.input.upstream
    if start_ms is None:
        return max(0, state.total - audio.bytes_of(_BEFORE_MS))
    return min(audio.bytes_of(int(start_ms)), state.total)


def leg_lost(call: Call, env: Env, _: LegLost) -> Effects:
    """What no turn was made of goes to the next session, as far as it was kept (N12)."""
    state = call.audio
    owed = 0 if state.owed_from is None else state.total - state.owed_from
    kept = state.recent[max(0, len(state.recent) - owed) :] if owed else bytearray()
    effects: list[Effect] = []
    per_second = env.plan.input.upstream.bytes_per_second
    if owed > len(kept):
        effects.append(notice("AUDIO_DROPPED", ms=(owed - len(kept)) * 1000 // per_second))
    state.again += kept
    state.before_ms += (state.total - len(kept)) * 1000 / per_second
    state.total, state.recent, state.owed_from, state.commits = 0, bytearray(), None, []
    state.uncommitted, state.silent, state.server_holds, state.heard_at = 0, False, False, None
    state.commit, state.commit_event = Commit.NOT_DUE, ""
    state.detection, state.taken = Detection.OFF, []
    return effects


def leg_ready(call: Call, env: Env, _: LegReady) -> Effects:
    """It goes before all that came meanwhile, and is the user's as if it came now."""
    state = call.audio
    if env.keepalive:
        env.start("keepalive", env.keepalive.every)
    audio, state.again = bytes(state.again), bytearray()
    state.owed_from = 0 if env.plan.commit.manual or audio else None
    if not audio:
        return ()
    count(state, env, audio)
    return appends(env, audio)
