"""What is remembered of the user's audio; places in it are whole bytes (*Time* 5)."""

from __future__ import annotations

from attrs import define, field

from ..env import Env
from ..tables import Detection
from ..timers import Instant

__all__ = ["InputAudio", "enough"]

MIN_COMMIT_MS = 100
"""Milliseconds that a commit needs (A5)."""


@define(eq=False, repr=False)
class InputAudio:
    """`uncommitted`: bytes of the user's audio upstream that no commit of ours took. `silent`: upstream holds
    silence of ours (I1). `server_holds`: there may also be audio that the server was to commit, before
    Settings came late. `heard_at`: when the user's last audio came.

    `asked`: a commit waits for the slot, or for the server to make it (V1). `firm`: audio does not withdraw
    it. `commit_event`: the id of the last commit; `unconfirmed`: how many were neither announced nor refused.

    `detection`: whether the server ends turns though it was not to. `taken`: the last items that were made of
    audio.
    """

    uncommitted: int = 0
    silent: bool = False
    server_holds: bool = False
    heard_at: Instant | None = None
    asked: bool = False
    firm: bool = False
    commit_event: str = ""
    unconfirmed: int = 0
    detection: Detection = Detection.OFF
    taken: list[str] = field(factory=list[str])

    @property
    def resuming(self) -> bool:
        """Whether more audio takes something back: silence of ours (I1), or a commit that waits (A6, V1)."""
        return self.silent or self.asked


def enough(state: InputAudio, env: Env) -> bool:
    """Whether there is enough for a commit, with what the resampler would give for it (A5)."""
    return state.uncommitted + env.audio_in.held >= env.plan.input.upstream.bytes_of(MIN_COMMIT_MS)
