"""What a Settings message means for a call, as far as the session remembers it."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from ..audio import PCM_24K, AudioFormat

__all__ = ["AudioPath", "CommitPlan", "FunctionSpec", "Plan"]


@frozen
class CommitPlan:
    """Who commits the user's audio (V1): the translator when `manual`, else the server.

    `debounce`, `ceiling` in seconds (A5, A7). `create_response`: the server starts a response by itself
    (V3, R7). `interrupt_response`: the server cancels it by itself when the user speaks (B2).
    """

    manual: bool = False
    debounce: float = 0.4
    ceiling: float | None = None
    create_response: bool = True
    interrupt_response: bool = True


@frozen
class AudioPath:
    """One direction of audio: as the client has it, and as upstream has it (A2, O1)."""

    client: AudioFormat = PCM_24K
    upstream: AudioFormat = PCM_24K


@frozen
class FunctionSpec:
    """A declared function. With an `endpoint` the host runs it, without one the client does (F6).

    `alias`: what upstream calls it, if it cannot take the name (S10).
    """

    name: str
    endpoint: Mapping[str, object] | None = None
    alias: str = ""


@frozen
class Plan:
    """What a call was told in Settings; the defaults stand until Settings come."""

    input: AudioPath = AudioPath()
    output: AudioPath = AudioPath()
    wav: bool = False
    """Whether a header goes before a turn's first audio (O1)."""
    commit: CommitPlan = CommitPlan()
    transcribes: bool = True
    """Whether upstream transcribes the user's speech (O4)."""
    audible: bool = True
    """Whether the agent was asked to speak, and not only to write (O9)."""
    history: bool = True
    experimental: bool = False
    greeting: str | None = None
    greeted: bool = True
    """Whether the instructions say that it was said: a spoken one is in the conversation (G1, G3)."""
    renewed: bool = False
    """Whether the instructions say that the conversation goes on (N5)."""
    prompt: str = ""
    background: str = ""
    """The context as part of the instructions (C1)."""
    functions: tuple[FunctionSpec, ...] = ()
    former: tuple[FunctionSpec, ...] = ()
    """Functions that the last `UpdateThink` removed, or declared if nobody knows whether it holds: a response
    may call them (F7).
    """
    doubtful: tuple[str, ...] = ()
    """Fields that an update changed of which nobody knows whether it holds: the next one about them is sent,
    even if it asks for what stands here (T2).
    """
    tools: tuple[Mapping[str, object], ...] = ()
    """The functions as upstream has them."""
    voice: str = ""
    speed: float | None = None
    language: str = ""
    language_hints: tuple[str, ...] = ()
    """What else may be spoken, for transcription models that take a list."""
    keyterms: tuple[str, ...] = ()
    reasons: bool = False
    """Whether the model takes `reasoning`."""
    reasoning: str = ""
    """Its effort, empty for the server's own."""
    context_items: tuple[Mapping[str, object], ...] = field(default=())
    """Items to create upstream before anything else (C1), as JSON objects without ids."""

    def function(self, called: str) -> FunctionSpec | None:
        """The declared function that the model calls so: by upstream's name for it, or by its own, of which a
        prompt may speak (S10).
        """
        for spec in (*self.functions, *self.former):
            if called in (spec.alias or spec.name, spec.name):
                return spec
        return None

    def sent_name(self, name: str) -> str:
        """What upstream calls the function that the client calls so (S10)."""
        spec = self.function(name)
        return (spec.alias if spec else "") or name

    def own_name(self, called: str) -> str:
        """What the client calls the function that the model calls so (S10)."""
        spec = self.function(called)
        return spec.name if spec else called
