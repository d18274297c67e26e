"""What the targets share, `fuzz_client.py` and `fuzz_upstream.py`, which a fuzzing service builds.

With atheris they fuzz, guided by coverage, and understand the options of libFuzzer. Without it they play the
files and folders that they are given, which is enough to see that a case is no longer a fault.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

__all__ = ["CORPUS", "run"]

CORPUS = Path(__file__).parent / "corpus"


def run(leg: str, attack: Callable[[bytes], None], argv: Sequence[str]) -> int:
    """Fuzz, which ends the process: with 0 when the time is over, else at the first fault. Or play files.

    The attack has to import what it attacks when it is first called: only what is imported from here on is
    watched by atheris.
    """
    if find_spec("atheris") is None:
        return _replay(attack, argv[1:])
    atheris: Any = import_module("atheris")
    with atheris.instrument_imports(include=["realtime_translate"]):
        from . import cases
    atheris.Setup([*argv], attack, custom_mutator=_mutator(atheris, cases, leg))
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


def _replay(attack: Callable[[bytes], None], arguments: Sequence[str]) -> int:
    count = 0
    for path in _files(arguments):
        sys.stdout.write(f"{path}\n")  # before it is played: the last one is the one that failed
        attack(path.read_bytes())
        count += 1
    sys.stdout.write(f"{count} cases stood; atheris is not installed, so nothing was fuzzed\n")
    return 0 if count else 2


def _files(arguments: Sequence[str]) -> Iterator[Path]:
    for argument in arguments:
        if not argument.startswith("-"):  # those are options of libFuzzer
            path = Path(argument)
            yield from sorted(path.iterdir()) if path.is_dir() else [path]
