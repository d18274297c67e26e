"""What an index would show, and what installs a host or builds the pages."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lowest import declared, lowest

ROOT = Path(__file__).parents[2]
PYPROJECT = (ROOT / "pyproject.toml").read_text("utf-8")


@pytest.mark.parametrize("script", ["lowest", "release", "run"])
def test_the_scripts_are_bash(script: str) -> None:
    subprocess.run(["bash", "-n", str(ROOT / ".ci" / script)], check=True)


def test_what_a_release_runs_is_in_its_extra() -> None:
    (extra,) = re.findall(r"^release = \[(.*)\]$", PYPROJECT, re.MULTILINE)
    script = (ROOT / ".ci" / "release").read_text("utf-8")
    tools = {"build": "-m build", "twine": "-m twine", "cyclonedx-bom": "bin/cyclonedx-py"}
    assert {re.split(r"[>=]", each)[0] for each in re.findall(r'"([^"]+)"', extra)} == set(tools)
    assert [each for each in tools.values() if each not in script] == []


def test_the_lowest_version_of_whatever_an_extra_names_is_run() -> None:
    script = (ROOT / ".ci" / "lowest").read_text("utf-8")
    stages = re.findall(r"^ +enter \w+ \S+ \S+ (.*)$", script, re.MULTILINE)
    pinned = lowest(name for stage in stages for name in stage.split())
    named = {name for said in declared().values() for name in re.findall(r'"([a-zA-Z][\w-]*)>', said)}
    assert set(pinned) == named


def test_the_lowest_versions_of_an_extra_are_those_of_the_extras_in_it() -> None:
    assert set(lowest(["package"])) == {"attrs", "cattrs", "typing-extensions"}
    assert set(lowest(["picows"])) == {"msgspec", "numpy", "picows", "pybase64", "uvloop", "websockets"}
    assert lowest(["websockets"])["websockets"] == "17.0"


def test_a_release_fuzzes_both_legs_for_twenty_minutes() -> None:
    script = (ROOT / ".ci" / "release").read_text("utf-8")
    assert '--seconds "${FUZZ_SECONDS:-1200}"' in script
    assert "fuzz client & client=$!\nfuzz upstream || " in script


def test_who_finds_a_vulnerability_is_told_where_to_write() -> None:
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    for target in re.findall(r"\]\(([^)#]+)", text):
        assert (ROOT / target).exists(), target
    assert '"/SECURITY.md"' in PYPROJECT


def test_an_import_of_the_package_loads_nothing_that_is_slow_or_a_host_s_affair() -> None:
    heavy = ("asyncio", "logging", "numpy", "hypothesis")
    code = f"import sys, realtime_translate; print([each for each in {heavy} if each in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
