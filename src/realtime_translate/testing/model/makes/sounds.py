"""The formats that a server really carries, and what it calls them."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from ..faults import Fault, invalid_value, unknown_parameter
from ..frames import Object, as_object, is_object

__all__ = ["ANY_PCM", "BETA", "GA", "Sounds", "pcm"]


def pcm(rate: int = 24000) -> Object:
    """PCM, as GA writes it."""
    return {"type": "audio/pcm", "rate": rate}


@attrs.frozen(slots=True)
class Sounds:
    """One direction."""

    carried: Mapping[str, Object]
    """In the words of GA, by the name at this server where formats are names."""
    named: bool = False
    """Formats are names."""
    rated: bool = True
    """The rate may be said."""
    otherwise: Object | None = None
    """What is in use as long as nothing is asked for, if that is not the first."""

    @property
    def unsaid(self) -> Object:
        """What is in use as long as nothing is asked for."""
        return dict(self.otherwise or next(iter(self.carried.values())))

    def read(self, said: object, path: str) -> Object | Fault:
        """What a client asks for, in the words of GA. What the server accepts and does not carry is refused:
        no client that knows it asks for that.
        """
        if self.named:
            found = self.carried.get(str(said))
            return dict(found) if found else invalid_value(str(said), path, [*self.carried])
        if not is_object(said):
            return invalid_value(str(said), path, [*self.carried])
        if "rate" in said and not self.rated:
            return unknown_parameter(f"{path}.rate")
        for each in self.carried.values():
            if each["type"] == said.get("type") and said.get("rate", each.get("rate")) == each.get("rate"):
                return dict(each)
        return invalid_value(str(said.get("rate", said.get("type"))), path, [*self.carried])

    def show(self, used: object) -> object:
        """The format in use as the server writes it."""
        if used is None or not self.named:
            rated = used if self.rated else {"type": as_object(used).get("type")}
            return used if used is None else rated
        return next(name for name, each in self.carried.items() if each == used)


GA = Sounds({"pcm": pcm(), "pcmu": {"type": "audio/pcmu"}, "pcma": {"type": "audio/pcma"}})
BETA = Sounds(
    {"pcm16": pcm(), "g711_ulaw": {"type": "audio/pcmu"}, "g711_alaw": {"type": "audio/pcma"}}, named=True
)
ANY_PCM = Sounds({str(rate): pcm(rate) for rate in (24000, 8000, 16000, 32000, 48000)})
