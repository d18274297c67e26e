"""What an index would show, and what installs a host or builds the pages."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYPROJECT = (ROOT / "pyproject.toml").read_text("utf-8")


@pytest.mark.parametrize("script", ["release", "run"])
def test_the_scripts_are_bash(script: str) -> None:
    subprocess.run(["bash", "-n", str(ROOT / ".ci" / script)], check=True)


def test_what_a_release_runs_is_in_its_extra() -> None:
    (extra,) = re.findall(r"^release = \[(.*)\]$", PYPROJECT, re.MULTILINE)
    script = (ROOT / ".ci" / "release").read_text("utf-8")
    tools = {"build": "-m build", "twine": "-m twine", "cyclonedx-bom": "bin/cyclonedx-py"}
    assert {re.split(r"[>=]", each)[0] for each in re.findall(r'"([^"]+)"', extra)} == set(tools)
    assert [each for each in tools.values() if each not in script] == []


def test_an_import_of_the_package_loads_nothing_that_is_slow_or_a_host_s_affair() -> None:
    heavy = ("asyncio", "logging", "numpy", "hypothesis")
    code = f"import sys, realtime_translate; print([each for each in {heavy} if each in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
