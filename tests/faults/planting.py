"""Copies of the package with a fault in them, and what catches it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from attrs import frozen

import realtime_translate
from tests.faults.fault import Fault

__all__ = ["WALKS", "Found", "caught", "planted", "rules_tests", "walks"]

PACKAGE = Path(realtime_translate.__file__).parent
ROOT = Path(__file__).parents[2]
WALKS = 1200
"""After so many a fault counts as not caught."""


@frozen
class Found:
    """What broke first: a property, or one of the rule's own tests; empty if nothing did. `at`: in which
    walk, or after how many tests.
    """

    name: str
    at: int


def planted(fault: Fault | None, folder: Path) -> None:
    """A copy of the package with the fault in it, or without one."""
    if fault is not None and fault.old == fault.new:
        raise ValueError(f"{fault.rule}, {fault.what}: it changes nothing")
    shutil.copytree(PACKAGE, folder / "realtime_translate", ignore=shutil.ignore_patterns("__pycache__"))
    if fault is None:
        return
    path = folder / "realtime_translate" / fault.file
    text = path.read_text("utf-8")
    if text.count(fault.old) != 1:
        raise ValueError(
            f"{fault.rule}, {fault.what}: {fault.file} does not have the text that it replaces, in one place"
        )
    path.write_text(text.replace(fault.old, fault.new), "utf-8")


def caught(fault: Fault) -> Found:
    """What catches a fault: random calls, or the tests of its rule."""
    return walks(fault) if fault.by == "machine" else rules_tests(fault.rule, fault)


def walks(fault: Fault | None) -> Found:
    """Random calls through a package with that fault in it."""
    found = _run(fault, "run_one", str(WALKS))
    return Found(found["property"], found["walks"])


def rules_tests(rule: str, fault: Fault | None) -> Found:
    """The tests that are named by the rule, against a package with that fault in it."""
    found = _run(fault, "run_tests", rule)
    return Found(found["test"], found["tests"])


def _run(fault: Fault | None, module: str, argument: str) -> dict[str, Any]:
    """What a module reports of the copy: its process finds the copy before any other package."""
    with tempfile.TemporaryDirectory() as name:
        planted(fault, Path(name))
        environment = {
            **os.environ,
            "PYTHONPATH": f"{name}{os.pathsep}{ROOT}",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        command = [sys.executable, "-m", f"tests.faults.{module}", argument]
        run = subprocess.run(command, cwd=name, env=environment, capture_output=True, text=True, check=False)
        if run.returncode:
            told = "no fault" if fault is None else f"{fault.rule}, {fault.what}"
            raise RuntimeError(f"{told}: {run.stdout[-2000:]}{run.stderr[-2000:]}")
        found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
        if Path(found["package"]).parent.resolve() != (Path(name) / "realtime_translate").resolve():
            raise RuntimeError(f"{found['package']} was looked at, and not the copy")
        return found
