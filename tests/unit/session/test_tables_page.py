"""The page of the states tells each step of OPENING, SLOT and TURNS, and each reason to stay."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from realtime_translate import ClientDialect
from realtime_translate.session import tables

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "states.md"
TITLES = [
    "The opening",
    "The response slot",
    "The agent's turn, Deepgram's dialect",
    "The agent's turn, the component's dialect",
]


def table(title: str) -> Mapping[Any, Mapping[Any, Any]]:
    turns = {
        TITLES[2]: tables.TURNS[ClientDialect.DEEPGRAM],
        TITLES[3]: tables.TURNS[ClientDialect.COMPONENT],
    }
    return {TITLES[0]: tables.OPENING, TITLES[1]: tables.SLOT, **turns}[title]


def written(title: str) -> list[list[str]]:
    """The cells of the tables under that title."""
    section = PAGE.read_text(encoding="utf-8").partition(f"## {title}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ") and not line.startswith("| |")]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]


def test_each_way_out_of_a_state() -> None:
    for title in TITLES:
        told = {
            (cells[1], cells[2], event)
            for cells in written(title)
            if cells[0].isdigit()
            for event in cells[3].split("; ")
        }
        assert told == {
            (state.value, step.to.value, event.value)
            for state, row in table(title).items()
            for event, step in row.items()
            if step.to is not state
        }


def test_each_reason_to_stay() -> None:
    for title in TITLES:
        told = {tuple(cells) for cells in written(title) if len(cells) == 3 and cells[0] != "state"}
        assert told == {
            (state.value, event.value, f"stays: {step.because}" if step.because else f"`{step.action}`")
            for state, row in table(title).items()
            for event, step in row.items()
            if step.to is state
        }
