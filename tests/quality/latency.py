"""How late the translator makes a call: `python -m tests.quality.latency` prints it; with `page` it writes
`docs/reference/latency.md`.

All of it is measured in virtual time and in places of audio, so that it is the same on every machine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from realtime_translate.audio import AudioFormat
from tests.benchmarks.page import put
from tests.benchmarks.pairs import G711_16K, Pair, pairs
from tests.quality import waits
from tests.quality.held import held
from tests.quality.turns import turn

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "latency.md"
CRUMB = 7
"""Bytes: half samples too."""


def size_of(pair: Pair) -> int:
    """Bytes of a frame of the client, or of a delta of upstream."""
    return pair.source.bytes_of(20 if pair.direction == "input" else 100)


def declared() -> Iterator[tuple[AudioFormat, AudioFormat, AudioFormat]]:
    """What clients declare: their audio, what upstream carries of it, and what they get."""
    seen: set[AudioFormat] = set()
    for pair in pairs():
        client = pair.path.client
        if pair.direction == "input" and client not in seen:
            seen.add(client)
            narrow = AudioFormat(client.encoding, 8000) if client in G711_16K else client
            yield client, pair.path.upstream, narrow


def held_table() -> Iterator[str]:
    """Every pair of formats."""
    yield "| direction | client | upstream | whole frames, ms | crumbs, ms |"
    yield "|---|---|---|---:|---:|"
    for pair in pairs():
        times = " | ".join(f"{held(pair, size).total:.2f}" for size in (size_of(pair), CRUMB))
        yield f"| {pair.direction} | {pair.path.client} | {pair.path.upstream} | {times} |"


def waits_table() -> Iterator[str]:
    """Audio while texts wait."""
    yield "| audio | while | waits, ms |"
    yield "|---|---|---:|"
    for name, causes in (("the client's", waits.IN), ("the agent's", waits.OUT)):
        for situation, cause in causes.items():
            yield f"| {name} | {situation} | {waits.waited(cause):.0f} |"


def causes_table() -> Iterator[str]:
    """What a moment calls for."""
    yield "| comes in | goes out | after, ms |"
    yield "|---|---|---:|"
    for (comes, goes), cause in waits.CAUSES.items():
        yield f"| {comes} | {goes} | {waits.waited(cause):.0f} |"


def turns_table() -> Iterator[str]:
    """A spoken turn, with and without the translator."""
    yield "| client | upstream | without, ms | with, ms | difference |"
    yield "|---|---|---:|---:|---:|"
    for client, upstream, output in declared():
        without, with_it = (1000 * each for each in turn(client, upstream, output))
        yield f"| {client} | {upstream} | {without:.1f} | {with_it:.1f} | {with_it - without:.1f} |"


TABLES: Mapping[str, Callable[[], Iterator[str]]] = {
    "turns": turns_table,
    "held": held_table,
    "waits": waits_table,
    "causes": causes_table,
}
"""By their markers on the page."""


def main(words: Sequence[str]) -> int:
    """Print, or write the page."""
    if words and list(words) != ["page"]:
        sys.stderr.write("usage: python -m tests.quality.latency [page]\n")
        return 2
    found = {name: list(table()) for name, table in TABLES.items()}
    if words:
        text = PAGE.read_text(encoding="utf-8")
        for name, lines in found.items():
            text = put(text, name, lines)
        PAGE.write_text(text, encoding="utf-8")
    else:
        sys.stdout.writelines(f"{line}\n" for lines in found.values() for line in (*lines, ""))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
