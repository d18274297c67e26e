"""Steps as a Mermaid sequence diagram, for pages and comments that draw one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .lines import CONTROL_ESCAPES, Line, merged
from .steps import Party, Step

__all__ = ["as_mermaid"]

_LONGEST_LABEL = 90

# Mermaid ends a statement at a semicolon, starts a comment with two percent signs, and takes tags for HTML.
_ESCAPES = {
    **CONTROL_ESCAPES,
    **{ord(character): f"#{ord(character)};" for character in ";#%<>{}"},
}


def as_mermaid(steps: Iterable[Step]) -> Iterator[str]:
    """The text of the diagram: arrows between client, translator and upstream, and notes for the rest."""
    yield "sequenceDiagram"
    for party in (Party.CLIENT, Party.TRANSLATOR, Party.UPSTREAM):
        yield f"    participant {party.value}"
    for line in merged(steps):
        yield f"    {_statement(line)}"


def _statement(line: Line) -> str:
    step = line.step
    text = f"{step.t:.3f} {_shortened(line.label)}".translate(_ESCAPES)
    if Party.HOST in (step.sender, step.receiver):
        return f"Note over translator: {text}"
    return f"{step.sender.value}->>{step.receiver.value}: {text}"


def _shortened(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"
