"""A server that detects turns although it was to stop: one owner of each commit all the same (V1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..broken import require
from ..ledgers.ledger import tag_of
from ..network import STEP
from ..world_state import WorldState

__all__ = ["commits", "flows", "shows"]

_PAUSE = 0.25
"""Seconds; the shortest debounce of the configurations. Audio that flows may be committed by the ceiling."""
_PUNCTUAL = 40
"""How late a timer of a host may be (`HostKind.lateness`) without hiding which it was."""


def shows(world: WorldState, event: Mapping[str, Any]) -> None:
    """What the server says of its turn detection, before the ledger hears of it. What it heard is taken when
    it commits, or when it begins a response that was not asked for.
    """
    ledger, kind = world.ledger, event["type"]
    if kind == "input_audio_buffer.speech_started":
        ledger.hearing = world.host_now
        world.count("speech")
    elif kind == "response.created" and (ledger.in_flight or tag_of(event["response"])):
        ledger.commits = 0  # the commit before that create is answered too
    elif kind in ("input_audio_buffer.committed", "response.created"):
        if ledger.hearing is not None:
            # Without tags the host may take a response of the server's own for the answer to a create.
            sure = kind == "input_audio_buffer.committed" or ledger.tagged or not ledger.instructed
            ledger.taken, world.audio.untaken = sure and not ledger.commits, 0
            due = world.host.next_deadline
            ledger.hearing, ledger.crossed = None, due is not None and due <= world.host_now
        if kind == "input_audio_buffer.committed":
            ledger.commits = max(0, ledger.commits - 1)


def flows(world: WorldState, kinds: list[str]) -> None:
    """What went upstream at one input: where there is no commit, audio is no tail of what is committed."""
    world.ledger.crossed = False
    if "input_audio_buffer.append" in kinds and "input_audio_buffer.commit" not in kinds:
        world.audio.flowed = world.host_now


def commits(world: WorldState) -> None:
    """The translator commits: nothing that the server is about to commit, or has answered. What was due when
    the host hears of that comes first.
    """
    ledger, audio, now = world.ledger, world.audio, world.host_now
    heard = ledger.hearing
    paused = now - audio.flowed >= _PAUSE and world.kind.lateness <= _PUNCTUAL
    soon = heard is not None and STEP < now - heard < world.config.limits.response_grace
    require(not (paused and soon), "V1 what the server hears is left to it for a while", heard)
    again = ledger.taken and audio.untaken < audio.smallest and not ledger.crossed
    require(not again, "V1 what the server has answered is not committed", audio.untaken)
    ledger.hearing, ledger.taken = None, False
    ledger.commits += 1
    if world.answers.commits_are_answered:  # what failed is answered along with it (R3)
        world.slot.forget()
