"""The page on testing a host is a file of tests: pytest collects and passes them all."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.pages.test_pages import DOCS, blocks

PAGE = DOCS / "how-to" / "test-your-host.md"
SOURCES = DOCS.parent / "src"


def run_pytest(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Its tests, as somebody runs them who has copied the page into a file."""
    (folder / "test_my_host.py").write_text(code, encoding="utf-8")
    command = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "test_my_host.py",
    ]
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )


def test_the_tests_of_the_page_pass(tmp_path: Path) -> None:
    code = "\n\n".join(blocks(PAGE, "python"))
    done = run_pytest(tmp_path, code)
    assert done.returncode == 0, done.stdout
    (passed,) = re.findall(r"^(\d+) passed", done.stdout, re.MULTILINE)
    assert int(passed) > code.count("\ndef test_")


def test_a_host_that_loses_a_frame_fails_them(tmp_path: Path) -> None:
    sound = "self.to_server.append(data)"
    code = "\n\n".join(blocks(PAGE, "python"))
    assert code.count(sound) == 1
    broken = code.replace(sound, "self.to_server += [] if 'response.create' in data else [data]")
    assert "test_a_question_is_answered" in run_pytest(tmp_path, broken).stdout
