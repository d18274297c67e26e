"""`python -m tests.recordings`: writes `tests/data/recordings` anew."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from .clients import CLIENTS, messages
from .examples import deepgram_messages, errors, openai_events
from .hosts import SESSIONS
from .tape import Json
from .upstream import SERVERS, TRACES

FOLDER = Path(__file__).parents[1] / "data" / "recordings"


def files() -> Iterator[tuple[str, Iterable[Json]]]:
    """Every file, and its lines."""
    for name, hold in TRACES.items():
        yield f"traces/{name}.jsonl", hold().lines
    for name in CLIENTS:
        yield f"traces/{name}.jsonl", messages(name)
    for name, hold in SERVERS.items():
        yield f"traces-servers/{name}.jsonl", hold().lines
    for name, session in SESSIONS.items():
        yield f"traces-servers/{name}.jsonl", session()
    yield "examples/deepgram.jsonl", deepgram_messages()
    yield "examples/openai.jsonl", openai_events()
    yield "examples/observed-errors.jsonl", errors()


def write(folder: Path) -> None:
    """All of them, below `folder`."""
    for name, lines in files():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in lines), "utf-8")


if __name__ == "__main__":
    write(FOLDER)
    sys.stdout.write(f"wrote {FOLDER}\n")
