"""The user's audio on its way upstream, and the commit where it is ours (A1, A3-A7).

The path that runs fifty times a second: one look at the carry, one base64, one output.
"""

from __future__ import annotations

from binascii import b2a_base64

from attrs import define

from .. import openai
from ..mapping.errors import Fault
from ..notices import notice
from ..outputs import SendToUpstream
from .env import Env
from .signals import (
    CommitDue,
    CommitGranted,
    CommitRefused,
    CommitWithdrawn,
    Effect,
    Effects,
    Refused,
    ResponseWanted,
    SlotFreed,
)

__all__ = ["InputAudio", "ceiling_over", "debounce_over", "granted", "received", "refused"]

MAX_APPEND = 15 * 2**20
"""Bytes of audio in one append (A4)."""
MIN_COMMIT_MS = 100
"""Milliseconds that a commit needs (A5)."""

_PREFIX = '{"type":"input_audio_buffer.append","audio":"'
_SUFFIX = '"}'


@define
class InputAudio:
    """`carry`: half a sample. `uncommitted`: bytes upstream. `asked`: a commit waits for the slot.

    `firm`: audio does not withdraw it. `commit_event`: the id of the last commit.
    """

    carry: bytes = b""
    uncommitted: int = 0
    asked: bool = False
    firm: bool = False
    commit_event: str = ""


def received(state: InputAudio, env: Env, frame: bytes) -> Effects:
    """One binary frame of the client, of any length (A3)."""
    if state.carry:
        frame = state.carry + frame
        state.carry = b""
    plan = env.plan
    if plan.input.sample_bytes == 2 and len(frame) & 1:
        state.carry = frame[-1:]
        frame = frame[:-1]
    if not frame:
        return ()
    append = (_append(frame),) if len(frame) <= MAX_APPEND else _appends(frame)
    if not plan.commit.manual:
        return append
    return (*append, *_count(state, env, len(frame)))


def _append(frame: bytes) -> SendToUpstream:
    return SendToUpstream(_PREFIX + b2a_base64(frame, newline=False).decode("ascii") + _SUFFIX)


def _appends(frame: bytes) -> tuple[SendToUpstream, ...]:
    """An even split: MAX_APPEND is a multiple of a sample (A4)."""
    return tuple(_append(frame[start : start + MAX_APPEND]) for start in range(0, len(frame), MAX_APPEND))


def _count(state: InputAudio, env: Env, size: int) -> Effects:
    """Restart the debounce; start the ceiling when enough for a commit is there (A5, A7)."""
    minimum, ceiling = env.plan.input.bytes_of(MIN_COMMIT_MS), env.plan.commit.ceiling
    if ceiling is not None and state.uncommitted < minimum <= state.uncommitted + size:
        env.start("ceiling", ceiling)
    state.uncommitted += size
    env.start("debounce", env.plan.commit.debounce)
    if state.asked and not state.firm:
        state.asked = False
        return (CommitWithdrawn(),)
    return ()


def debounce_over(state: InputAudio, env: Env) -> Effects:
    """No audio came for a while: commit, if there is enough (A5)."""
    if state.uncommitted < env.plan.input.bytes_of(MIN_COMMIT_MS):
        return (notice("COMMIT_TOO_SHORT", bytes=state.uncommitted),)
    state.asked = True
    return (CommitDue(),)


def ceiling_over(state: InputAudio, env: Env) -> Effects:
    """Audio has flowed for so long that it is committed meanwhile (A7)."""
    state.asked = state.firm = True
    return (CommitDue(),)


def granted(state: InputAudio, env: Env, _: CommitGranted) -> Effects:
    """The slot is free: commit and ask for the response, back to back (A5)."""
    env.timers.cancel("debounce")
    env.timers.cancel("ceiling")
    state.uncommitted = 0
    state.asked = state.firm = False
    if not env.plan.commit.manual:  # Settings have given the commit to the server since (V1)
        return (SlotFreed(),)
    state.commit_event = env.ids.next()
    commit = env.upstream(openai.InputAudioBufferCommit(event_id=state.commit_event))
    return commit, ResponseWanted(confirmed=False, of_commit=True)


def refused(state: InputAudio, env: Env, refusal: Refused) -> Effects:
    """Upstream found nothing to commit: the wish falls with the commit (A5)."""
    if refusal.problem.fault is not Fault.COMMIT_EMPTY or not state.commit_event:
        return ()
    if refusal.problem.event_id not in ("", state.commit_event):
        return ()
    state.commit_event = ""
    effects: list[Effect] = [notice("COMMIT_REFUSED"), CommitRefused()]
    return effects
