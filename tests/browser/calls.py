"""The calls that the documentation shows, as pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from realtime_translate.cli.main import main

__all__ = ["CALLS", "CHOSEN", "IMAGES", "page_of", "page_of_script", "ten_minutes", "trouble"]

SETTINGS = {
    "type": "Settings",
    "audio": {},
    "agent": {"think": {"provider": {"type": "open_ai", "model": "gpt-realtime-2.1"}}},
}
ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
CALLS: Mapping[str, str] = MappingProxyType(
    {
        "firm-audio": "component",
        "tool-call": "deepgram",
        "barge-in": "deepgram",
        "tutorial": "deepgram",
        "dropped": "deepgram",
    }
)
"""Scripts in `docs/examples/calls`, and the dialect in which each is played."""
CHOSEN: Mapping[str, str] = MappingProxyType(
    {
        "firm-audio": "input_audio_buffer.commit",
        "tool-call": "FunctionCallRequest",
        "barge-in": "conversation.item.truncate",
        "tutorial": "FunctionCallRequest",
        "dropped": "RENEWAL_STARTED",
    }
)
"""What each call is about: how the label of the mark begins that is looked at."""


def page_of(name: str, folder: Path) -> Path:
    """The page of a call, as `simulate --format html` writes it."""
    return _drawn(ROOT / "docs" / "examples" / "calls" / f"{name}.jsonl", folder, CALLS[name])


def page_of_script(name: str, lines: Iterable[object], folder: Path) -> Path:
    """The page of a script that is no file yet, in Deepgram's dialect."""
    script = folder / f"{name}.jsonl"
    script.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return _drawn(script, folder, "deepgram")


def trouble() -> Iterator[object]:
    """A call in which a wish waits, and which ends in errors."""
    yield {"t": 0.0, "send": SETTINGS}
    yield {"t": 1.0, "send": {"type": "InjectUserMessage", "content": "Is there a train?"}}
    yield {"t": 1.1, "send": {"type": "InjectUserMessage", "content": "To Bergen?"}}
    yield {"t": 4.0, "send": {"type": "UpdateListen", "listen": {"provider": {"type": "open_ai"}}}}
    yield {"server": {"session_limit": 30}}
    yield {"t": 60.0, "close": 1000}


def ten_minutes() -> Iterator[object]:
    """A call with a microphone that is always open, and a turn every eight seconds."""
    yield {"t": 0.0, "send": SETTINGS}
    for start in range(1, 593, 8):
        yield {"t": start, "audio_ms": 2000, "frame_ms": 50}
        yield {"t": start + 2, "audio_ms": 6000, "frame_ms": 50, "speech": False}
        yield {"heard": "When does the next train leave for Bergen?"}
        yield {"reply": [{"say": "At ten past four, from platform two. The last one leaves at eleven."}]}
    yield {"t": 600.0, "close": 1000}


def _drawn(script: Path, folder: Path, dialect: str) -> Path:
    path = folder / f"{script.stem}.html"
    arguments = ["--dialect", dialect, "--format", "html", "--output", str(path), str(script)]
    if main(["simulate", *arguments]) != 0:
        raise RuntimeError(f"simulate {' '.join(arguments)} failed")
    return path
