"""Plant each fault in a copy of the package, and see which property of the state machine catches it.

`python -m tests.faults [RULE …]` prints a table; without rules it also writes it into the page that shows it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import realtime_translate
from tests.faults.fault import Fault
from tests.faults.faults import FAULTS
from tests.property.page import PAGE, replace

PACKAGE = Path(realtime_translate.__file__).parent
ROOT = Path(__file__).parents[2]
WALKS = 1200
"""After so many a fault counts as not caught."""


def planted(fault: Fault, folder: Path) -> None:
    """A copy of the package with the fault in it."""
    shutil.copytree(PACKAGE, folder / "realtime_translate", ignore=shutil.ignore_patterns("__pycache__"))
    path = folder / "realtime_translate" / fault.file
    text = path.read_text("utf-8")
    if fault.old not in text:
        raise RuntimeError(
            f"{fault.rule}, {fault.what}: {fault.file} no longer has the text that it replaces"
        )
    path.write_text(text.replace(fault.old, fault.new), "utf-8")


def caught(fault: Fault) -> tuple[str, int]:
    """The property that broke, empty if none did, and in which walk."""
    with tempfile.TemporaryDirectory() as name:
        planted(fault, Path(name))
        environment = {
            **os.environ,
            "PYTHONPATH": f"{name}{os.pathsep}{ROOT}",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        command = [sys.executable, "-m", "tests.faults.run_one", str(WALKS)]
        run = subprocess.run(command, cwd=name, env=environment, capture_output=True, text=True, check=False)
        if run.returncode:
            raise RuntimeError(f"{fault.rule}, {fault.what}: {run.stderr[-2000:]}")
        found = json.loads(run.stdout.splitlines()[-1])
        return found["property"], found["walks"]


def rows(faults: list[Fault]) -> Iterator[str]:
    """The table, a row a fault."""
    yield "| rule | fault | caught by | in walk |"
    yield "|---|---|---|---|"
    with ThreadPoolExecutor(int(os.environ.get("FAULTS_AT_ONCE", "1"))) as pool:
        for fault, (name, walk) in zip(faults, pool.map(caught, faults), strict=True):
            yield f"| {fault.rule} | {fault.what} | {name or '**nothing**'} | {walk} |"


def main(rules: list[str]) -> int:
    """Print the table; fails if a fault is not caught."""
    lines: list[str] = []
    for row in rows([each for each in FAULTS if not rules or each.rule in rules]):
        sys.stdout.write(row + "\n")
        sys.stdout.flush()
        lines.append(row)
    if not rules:
        replace(PAGE, "faults", "\n".join(lines))
    return any("**nothing**" in line for line in lines)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
