"""mypy and pyright accept what a host writes, and refuse what it must not write."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
SOURCE = PROJECT / "src"
FILES = sorted(path for path in HERE.glob("*.py") if not path.name.startswith("test_"))
CHECKERS = {
    "mypy": ["mypy", "--strict", "--python-version", "3.10", "--no-incremental"],
    "pyright": ["pyright", "--pythonpath", sys.executable],
}

HOST = """
from typing_extensions import assert_never

from realtime_translate import {imported}


def perform(output: Output) -> int:
    match output:
{cases}
        case _:
            assert_never(output)
    return 0
"""
KINDS = [
    "SendToClient",
    "SendToUpstream",
    "OpenUpstream",
    "CloseClient",
    "CloseUpstream",
    "RunFunction",
    "Notice",
]

each_checker = pytest.mark.parametrize("checker", CHECKERS)


def check(checker: str, *paths: Path) -> subprocess.CompletedProcess[str]:
    if importlib.util.find_spec(checker) is None:
        pytest.skip(f"{checker} is not installed: pip install '.[dev]'")
    command = [sys.executable, "-m", *CHECKERS[checker], *map(str, paths)]
    env = {**os.environ, "MYPYPATH": str(SOURCE), "PYTHONPATH": str(SOURCE)}
    return subprocess.run(
        command, cwd=PROJECT, env=env, capture_output=True, text=True, timeout=300, check=False
    )


@each_checker
def test_what_hosts_write_passes(checker: str) -> None:
    result = check(checker, *FILES)
    assert result.returncode == 0, result.stdout + result.stderr


@each_checker
@pytest.mark.parametrize("forgotten", [None, "RunFunction", "SendToUpstream"])
def test_a_match_that_forgets_an_output_is_found(checker: str, forgotten: str | None, tmp_path: Path) -> None:
    handled = [kind for kind in KINDS if kind != forgotten]
    cases = "\n".join(f"        case {kind}():\n            return 1" for kind in handled)
    host = tmp_path / "host.py"
    host.write_text(HOST.format(imported=", ".join(["Output", *handled]), cases=cases), encoding="utf-8")
    result = check(checker, host)
    assert (result.returncode == 0) == (forgotten is None), result.stdout + result.stderr
    if forgotten:
        assert forgotten in result.stdout


WRONG = {
    "a config that is none": "realtime_translate.Translator({})",
    "a preset with an unknown field": "realtime_translate.Config.deepgram(colour='red')",
    "a frame of another type": "realtime_translate.Translator().receive_from_client({})",
    "a field that is set": "realtime_translate.CloseClient(1000).code = 5",
    "a field of the wrong type": "realtime_translate.deepgram.ConversationText(role=5, content='Hi')",
}


@each_checker
@pytest.mark.parametrize("wrong", WRONG)
def test_what_a_host_must_not_write_is_found(checker: str, wrong: str, tmp_path: Path) -> None:
    host = tmp_path / "host.py"
    host.write_text(f"import realtime_translate\n\n{WRONG[wrong]}\n", encoding="utf-8")
    assert check(checker, host).returncode != 0
