"""The audio that a server really carries (D3)."""

from __future__ import annotations

from attrs import frozen

__all__ = ["ANY_PCM", "BETA_SOUNDS", "GA_SOUNDS", "Sound", "Sounds"]


@frozen
class Sound:
    """One format: as this library knows it, and as the server calls it."""

    encoding: str
    """`linear16`, `mulaw` or `alaw`."""
    rate: int
    """Samples a second."""
    name: str
    """What the server calls it in a `session.update`."""
    says_rate: bool = False
    """Whether the rate is said beside the name, where a format is an object."""


@frozen
class Sounds:
    """The formats of one direction. A server that takes any rate has a format for each that is usual."""

    carried: tuple[Sound, ...]
    """What the server really carries, and not only accepts; of two that serve, the first one is asked for."""
    unsaid: int = 24000
    """The rate of its PCM where nothing is said."""


_PCM, _PCMU, _PCMA = "audio/pcm", "audio/pcmu", "audio/pcma"

GA_SOUNDS = Sounds(
    (
        Sound("linear16", 24000, _PCM, says_rate=True),
        Sound("mulaw", 8000, _PCMU),
        Sound("alaw", 8000, _PCMA),
    )
)
"""Those of GA."""

BETA_SOUNDS = Sounds(
    (
        Sound("linear16", 24000, "pcm16"),
        Sound("mulaw", 8000, "g711_ulaw"),
        Sound("alaw", 8000, "g711_alaw"),
    )
)
"""Those of OpenAI's beta."""

ANY_PCM = Sounds(
    tuple(Sound("linear16", rate, _PCM, says_rate=True) for rate in (24000, 48000, 32000, 16000, 8000))
)
"""PCM at the rate that is asked for, and nothing else."""
