"""What became of each mutant: kept as JSON lines, so that a run that was cut goes on, and counted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

from attrs import define, field

from tests.mutation.mutants import Mutant
from tests.mutation.survivors import Key, is_equivalent, written
from tests.mutation.trials import Outcome

__all__ = ["LEAST", "Results", "good_enough", "told"]

LEAST = 95.0
"""Per cent: what the score must be (issue 5)."""

Row: TypeAlias = "dict[str, Any]"

_LIVED = ("survived", "untested", "unput")


@define(eq=False)
class Results:
    """The latest outcome of each mutant, by name. `file`: where each is kept as it comes."""

    file: Path | None = None
    rows: dict[str, Row] = field(factory=dict)

    def read(self) -> None:
        """Take in what an earlier run of the same code and tests has found."""
        if self.file and self.file.exists():
            for line in self.file.read_text("utf-8").splitlines():
                row = json.loads(line)
                self.rows[row["name"]] = row

    def add(self, outcome: Outcome, budget: float, test: str) -> None:
        """Note an outcome, within which budget, and the test that killed the mutant if one did."""
        mutant = outcome.mutant
        row: Row = {
            "name": mutant.name,
            "path": mutant.path,
            "owner": mutant.owner,
            "fate": outcome.fate,
            "cpu": round(outcome.cpu, 3),
            "ran": outcome.ran,
            "budget": budget,
            "test": test,
        }
        if outcome.fate in _LIVED:
            row |= {"diff": mutant.diff(), "line": mutant.lines.start}
        if outcome.error:
            row["error"] = outcome.error
        self.rows[mutant.name] = row
        if self.file:
            with self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")

    def lived(self) -> dict[str, Key]:
        """Return the mutants that no test has killed so far, by name."""
        lived = [row for row in self.rows.values() if row["fate"] in _LIVED]
        return {row["name"]: (row["path"], row["owner"], tuple(row["diff"])) for row in lived}

    def wants(self, mutant: Mutant, budget: float) -> bool:
        """Whether this mutant has not been tried with so large a budget, and may still be alive."""
        row = self.rows.get(mutant.name)
        return row is None or (row["fate"] in _LIVED and row["budget"] < budget)


def told(results: Results, known: dict[Key, str]) -> Iterator[str]:
    """Yield the survivors that are not explained, as the list has them, what lives no more, and the score."""
    fates = Counter(row["fate"] for row in results.rows.values())
    lived = results.lived()
    valid, killed = _counted(results)
    able = valid - sum(is_equivalent(known.get(key, "")) for key in lived.values())
    unexplained = [key for key in lived.values() if key not in known]
    yield from written(sorted(set(unexplained)))
    yield ", ".join(f"{count} {fate}" for fate, count in fates.most_common())
    yield f"{valid - killed} live on: {valid - able} equivalent, {len(unexplained)} unexplained"
    yield f"{len(known.keys() - set(lived.values()))} are explained and do not live on, or were not tried"
    yield f"killed: {_percent(killed, valid)} % of {valid}"
    yield f"killed: {_percent(killed, able)} % of the {able} that are not equivalent"


def good_enough(results: Results, known: dict[Key, str]) -> bool:
    """Whether enough were killed, and each survivor is explained."""
    valid, killed = _counted(results)
    return killed * 100 >= LEAST * valid and known.keys() >= set(results.lived().values())


def _counted(results: Results) -> tuple[int, int]:
    """Return how many mutants are Python at all, and how many of them were killed."""
    valid = sum(row["fate"] != "invalid" for row in results.rows.values())
    return valid, valid - len(results.lived())


def _percent(part: int, whole: int) -> str:
    """Cut off, not rounded: 94.999 is not 95."""
    return f"{part * 10000 // max(whole, 1) / 100:.2f}"
