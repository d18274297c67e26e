"""Fuzz a leg of the translator with atheris, guided by coverage; or put every wrong value into every field.

    python -m tests.fuzz --leg upstream --seconds 300
    python -m tests.fuzz --structures

What it finds is kept under tests/fuzz/corpus, and replayed by the test suite from then on. Needs `atheris`.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

from .target import CORPUS, run

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
    parser.add_argument("--zip", type=Path, metavar="FILE", help="only write the cases to begin with")
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.structures:
        return structures()
    if arguments.zip:
        return zipped(arguments.leg, arguments.zip)
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
    if find_spec("atheris") is None:
        sys.stderr.write("atheris is not installed; it is optional: python -m pip install atheris\n")
        return 2
    found = CORPUS / leg
    found.mkdir(parents=True, exist_ok=True)
    seeds = [sys.executable, "-m", "tests.fuzz", "--leg", leg, "--zip"]
    subprocess.run(
        [*seeds, str(work / "seeds.zip")], check=True
    )  # elsewhere: what is imported is not watched
    shutil.unpack_archive(work / "seeds.zip", work / "cases")
    limits = [f"-max_total_time={seconds}", f"-seed={seed}", f"-timeout={_SLOWEST}", "-max_len=20000"]
    options = [*limits, "-print_final_stats=1", f"-artifact_prefix={found}/"]
    attack = import_module(f"tests.fuzz.fuzz_{leg}").TestOneInput
    return run(leg, attack, [sys.argv[0], *options, str(work / "cases"), str(found)])


def zipped(leg: str, path: Path) -> int:
    """Write good cases and those that were found, as fuzzing services take them to begin with."""
    from . import cases

    with ZipFile(path, "w") as archive:
        for number, case in enumerate(cases.seeds(leg)):
            archive.writestr(f"seed-{number:04}", case)
        for each in sorted((CORPUS / leg).iterdir()):
            archive.write(each, each.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
