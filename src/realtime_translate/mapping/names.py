"""Names of functions: the client's own, and what upstream knows them by (S10)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256

__all__ = ["sent_name", "sent_names"]

_FITS = re.compile(r"[A-Za-z0-9_-]{1,64}")
_OTHER = re.compile(r"[^A-Za-z0-9_-]")
_KEPT = 55
"""Characters of a name that stay readable: with the underscore and eight of the hash it has 64."""


def sent_name(name: str, taken: Collection[str] = ()) -> str:
    """The name itself if upstream takes it, else one that resembles it and is the same for the same name.

    Only where another function has that one already it becomes a different one.
    """
    if _FITS.fullmatch(name):
        return name
    hashed = name
    while True:
        mark = sha256(hashed.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        sent = f"{_OTHER.sub('_', name)[:_KEPT]}_{mark}"
        if sent not in taken:
            return sent
        hashed += " "


def sent_names(names: Iterable[str]) -> Mapping[str, str]:
    """What upstream knows each of these functions by; no two by one name."""
    declared = list(names)
    sent = {name: name for name in declared if _FITS.fullmatch(name)}
    for name in declared:
        if name not in sent:
            sent[name] = sent_name(name, sent.values())
    return sent
