"""Identifiers of the host's account are nobody else's business (E1)."""

from __future__ import annotations

import re

__all__ = ["masked"]

_PREFIXES = ("org-", "proj_", "req_", "sk-")
_IDENTIFIER = re.compile(
    r"(?<![A-Za-z0-9_-])(?:(org-|proj_|req_)[A-Za-z0-9]{16,}(?![A-Za-z0-9_-])|(sk-)[A-Za-z0-9_*-]{8,})"
)


def masked(text: str) -> str:
    """The text without identifiers of accounts, projects, requests and keys: whole words only. Each character
    is looked at a few times at most, and not at all where there is no such prefix.
    """
    if not any(prefix in text for prefix in _PREFIXES):
        return text
    return _IDENTIFIER.sub(lambda found: f"{found[1] or found[2]}***", text)
