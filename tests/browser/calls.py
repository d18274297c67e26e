"""The calls that the documentation shows, as pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from realtime_translate.cli.main import main

__all__ = ["CALLS", "CHOSEN", "IMAGES", "page_of"]

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
CALLS: Mapping[str, str] = MappingProxyType(
    {"firm-audio": "component", "tool-call": "deepgram", "barge-in": "deepgram", "tutorial": "deepgram"}
)
"""Scripts in `docs/examples/calls`, and the dialect in which each is played."""
CHOSEN: Mapping[str, str] = MappingProxyType(
    {
        "firm-audio": "input_audio_buffer.commit",
        "tool-call": "FunctionCallRequest",
        "barge-in": "conversation.item.truncate",
        "tutorial": "FunctionCallRequest",
    }
)
"""What each call is about: how the label of the mark begins that is looked at."""


def page_of(name: str, folder: Path) -> Path:
    """The page of a call, as `simulate --format html` writes it."""
    path = folder / f"{name}.html"
    script = ROOT / "docs" / "examples" / "calls" / f"{name}.jsonl"
    arguments = ["--dialect", CALLS[name], "--format", "html", "--output", str(path), str(script)]
    if main(["simulate", *arguments]) != 0:
        raise RuntimeError(f"simulate {' '.join(arguments)} failed")
    return path
