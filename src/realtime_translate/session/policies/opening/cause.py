"""What the actions of the opening are told."""

from __future__ import annotations

from attrs import frozen

from .... import deepgram, openai
from ....mapping.errors import Fault, Problem

__all__ = ["Cause"]

_NO_SETTINGS = deepgram.Settings(audio=deepgram.Audio(), agent=deepgram.Agent())
_NO_SESSION = openai.Session()
_NO_PROBLEM = Problem(Fault.OTHER, "unknown", "", "")


@frozen(eq=False, repr=False)
class Cause:
    """What happened, for an action: a message, an error, or a close.

    `voiced`: the agent has spoken. `closed`: the socket to the server is gone already.
    """

    settings: deepgram.Settings = _NO_SETTINGS
    session: openai.Session = _NO_SESSION
    problem: Problem = _NO_PROBLEM
    code: int | None = None
    reason: str = ""
    error: str = ""
    description: str = ""
    voiced: bool = False
    closed: bool = False
