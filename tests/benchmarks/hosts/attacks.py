"""What an honest call goes through beside each bad client, as a table."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator

from tests.e2e.beside import CASES, Found, beside

__all__ = ["lines", "measured"]


def measured(seconds: float, cases: Iterable[tuple[str, str]] = CASES) -> Iterator[tuple[str, str, Found]]:
    """Each host beside each attacker, for so long."""
    for proxy, attack in cases:
        yield proxy, attack, asyncio.run(beside(proxy, attack, seconds))


def lines(found: Iterable[tuple[str, str, Found]]) -> Iterator[str]:
    """The table."""
    yield "| host | attack | p50, ms | p99, ms | max, ms | lost | CPU | memory, MB | log, KB |"
    yield "|---|---|---:|---:|---:|---:|---:|---:|---:|"
    for proxy, attack, each in found:
        late = " | ".join(f"{took * 1e3:.1f}" for took in each.late)
        used = f"{each.busy * 100:.0f} % | {each.grown / 1e6:.1f} | {each.logged / 1e3:.1f}"
        yield f"| {proxy} | {attack} | {late} | {each.lost} | {used} |"
