"""What the row of a server changes for those who look at a call: shapes, formats, and what goes unsaid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...audio import ALAW_8K, MULAW_8K, AudioFormat
from ..model.faults import Fault
from ..model.frames import as_object
from ..model.makes import MAKES, Make, in_ga, read
from ..model.makes.sounds import Sounds
from .broken import require

__all__ = ["PARTIAL", "answers_commits", "asked", "carried", "format_of", "make_of_row", "told"]

Json = dict[str, Any]
PARTIAL = "transcribed in part"
"""The type of a transcript that is not whole yet."""


def make_of_row(name: str) -> Make:
    """The simulated server of that row; OpenAI's own for a row that it does not know."""
    return MAKES.get(name, MAKES["openai"])


def answers_commits(make: Make) -> bool:
    """Whether what a client commits is answered unasked."""
    return make.options.get("commit_answer", 0) > 0


def asked(make: Make, frame: Json) -> Json:
    """A frame to upstream in the shape of GA. It has to be in that of the server, which has to have it."""
    found = read(make, frame)
    wrong = found.message if isinstance(found, Fault) else ""
    require(not isinstance(found, Fault), f"D3 a server is asked for what it has: {make.name}", wrong)
    return as_object(found)


def told(make: Make, event: Json) -> Json:
    """An event of upstream in the shape of GA; what is no whole transcript has a type of its own."""
    if event["type"].startswith("session.") and not make.plain:
        return {**event, "session": in_ga(make, event["session"])}
    return {**event, "type": PARTIAL} if event.get("status") == "in_progress" else event


def format_of(said: Mapping[str, object]) -> AudioFormat:
    """A format of GA's."""
    rate = said.get("rate", 24000)
    kinds = {"audio/pcmu": MULAW_8K, "audio/pcma": ALAW_8K}
    return kinds.get(str(said["type"])) or AudioFormat("linear16", int(str(rate)))


def carried(audio: AudioFormat, sounds: Sounds) -> AudioFormat:
    """As what audio goes to a server: as it is, or as PCM that loses nothing, if there is any."""
    formats = [format_of(each) for each in sounds.carried.values()]
    if audio in formats:
        return audio
    rates = sorted(each.rate for each in formats if each.encoding == "linear16")
    return AudioFormat("linear16", next((rate for rate in rates if rate >= audio.rate), rates[-1]))
