"""An environment of its own for a server, made once and kept in the user's cache."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

DONE = "made-by-tests.servers"


def usual_folder(name: str) -> Path:
    """Where the environment of that server is, unless somebody says otherwise."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "realtime-translate-servers" / name


@frozen
class Environment:
    """A virtual environment in `folder`."""

    folder: Path

    @property
    def python(self) -> str:
        """Its interpreter."""
        return str(self.folder / ("Scripts" if os.name == "nt" else "bin") / "python")

    def make(self, *installs: Sequence[str]) -> None:
        """Run `pip install` with each of these arguments, unless that was done before.

        Raises CalledProcessError if pip fails; what it says is on standard error then.
        """
        if (self.folder / DONE).exists():
            return
        venv.create(self.folder, clear=True, with_pip=True)
        for install in installs:
            command = [self.python, "-m", "pip", "install", "--quiet", *install]
            subprocess.run(command, check=True, stdout=sys.stderr)
        (self.folder / DONE).touch()

    def version(self, package: str) -> str:
        """Which one of it is installed."""
        script = f"from importlib.metadata import version; print(version({package!r}))"
        return subprocess.run(
            [self.python, "-c", script], check=True, capture_output=True, text=True
        ).stdout.strip()
