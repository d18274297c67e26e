"""What is remembered of the opening, and what its actions are told."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import define, field, frozen

from ... import deepgram, openai
from ...mapping.errors import Fault, Problem
from ...mapping.plan import Plan
from ..pending import Pending

__all__ = ["Facts", "OpeningState"]

_NO_SETTINGS = deepgram.Settings(audio=deepgram.Audio(), agent=deepgram.Agent())
_NO_SESSION = openai.Session()
_NO_PROBLEM = Problem(Fault.OTHER, "unknown", "", "")


@define(eq=False, repr=False)
class OpeningState:
    """`session`: the object of the `session.update` to send, kept until it is confirmed; `update_event`: the
    id of the one that was sent; `began`: the server has said anything of the session (E6); `left_out`: the
    parts that upstream refused and that are not in it now (S7).

    `plan`: takes effect when the update is confirmed, in a session that was ready before Settings.
    `waiting`: client messages that wait (S5), of them `texts` text frames and `audio_bytes` bytes of audio.
    """

    session: Mapping[str, object] = field(factory=dict[str, object])
    update_event: str = ""
    began: bool = False
    left_out: list[str] = field(factory=list[str])
    plan: Plan | None = None
    waiting: list[Pending] = field(factory=list[Pending])
    texts: int = 0
    text_bytes: int = 0
    audio_bytes: int = 0


@frozen(eq=False, repr=False)
class Facts:
    """What happened, for an action: a message, an error, or a close. `voiced`: the agent has spoken."""

    settings: deepgram.Settings = _NO_SETTINGS
    session: openai.Session = _NO_SESSION
    problem: Problem = _NO_PROBLEM
    code: int | None = None
    reason: str = ""
    error: str = ""
    description: str = ""
    voiced: bool = False
