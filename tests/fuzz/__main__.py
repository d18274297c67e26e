"""Fuzz a leg of the translator with atheris, guided by coverage; or put every wrong value into every field.

    python -m tests.fuzz --leg upstream --seconds 300
    python -m tests.fuzz --structures

What it finds is kept under tests/fuzz/corpus, and replayed by the test suite from then on. Needs `atheris`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parent / "corpus"
_LEGS = ("client", "upstream")
_SLOWEST = 20
"""Seconds after which atheris takes a case for one that never ends."""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--leg", choices=_LEGS, default="upstream")
    parser.add_argument("--seconds", type=int, default=60, help="how long (default: 60)")
    parser.add_argument("--seed", type=int, default=0, help="of atheris; 0 for another one each time")
    parser.add_argument("--structures", action="store_true", help="every wrong value in every field instead")
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.structures:
        return structures()
    if arguments.work:
        return fuzz(arguments.leg, arguments.seconds, arguments.seed, arguments.work)
    with tempfile.TemporaryDirectory() as work:  # atheris ends its process: another one tidies up
        command = [sys.executable, "-m", "tests.fuzz", *sys.argv[1:], "--work", work]
        return subprocess.run(command, check=False).returncode


def structures() -> int:
    """All that the suite takes a part of."""
    from .test_structures import cases, stand

    count = sum(stand(*case) for case in cases(0, 1))
    sys.stdout.write(f"{count} attacks stood\n")
    return 0


def fuzz(leg: str, seconds: int, seed: int, work: Path) -> int:
    """Run atheris, which ends the process: with 0 when the time is over, or at the first fault."""
    try:
        atheris: Any = import_module("atheris")
    except ImportError:
        sys.stderr.write("atheris is not installed; it is optional: python -m pip install atheris\n")
        return 2
    with atheris.instrument_imports(include=["realtime_translate"]):
        from . import cases

    def attack(data: bytes) -> None:
        cases.play(leg, data)

    found = CORPUS / leg
    found.mkdir(parents=True, exist_ok=True)
    for number, case in enumerate(cases.seeds(leg)):
        (work / f"seed-{number:04}").write_bytes(case)
    limits = [f"-max_total_time={seconds}", f"-seed={seed}", f"-timeout={_SLOWEST}", "-max_len=20000"]
    argv = [sys.argv[0], *limits, "-print_final_stats=1", f"-artifact_prefix={found}/", str(work), str(found)]
    atheris.Setup(argv, attack, custom_mutator=_mutator(atheris, cases, leg))
    atheris.Fuzz()
    return 0


def _mutator(atheris: Any, cases: Any, leg: str) -> Callable[[bytes, int, int], bytes]:
    """Half of the mutations change bytes, half of them fields."""

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        if seed % 2:
            changed: bytes = cases.mutated(data, seed, leg)
            return changed[:max_size]
        return bytes(atheris.Mutate(data, max_size))

    return mutate


if __name__ == "__main__":
    sys.exit(main())
