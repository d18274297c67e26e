"""The lowest versions that `pyproject.toml` allows, as constraints of pip: `python -m tests.lowest EXTRA...`.

`.ci/lowest` installs them and runs what needs them. `package` stands for what the package itself needs.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
_ALWAYS = re.compile(r"^dependencies = (\[.*\])$", re.MULTILINE)
_EXTRA = re.compile(r"^([\w-]+) = (\[.*?\n?\])(?: #[^\n]*)?$", re.MULTILINE | re.DOTALL)
_NEEDED = re.compile(r'"([a-zA-Z][\w-]*)>=([\d.]+)')
_INCLUDED = re.compile(r'"realtime-translate\[([\w,-]+)\]"')


def declared() -> dict[str, str]:
    """What each extra says, and `package`."""
    text = PYPROJECT.read_text(encoding="utf-8")
    (always,) = _ALWAYS.findall(text)
    optional = text.partition("[project.optional-dependencies]\n")[2].partition("\n[")[0]
    return {"package": always, **dict(_EXTRA.findall(optional))}


def lowest(extras: Iterable[str]) -> dict[str, str]:
    """The lowest version of each library that these extras and those in them name. Raises KeyError."""
    said, found = declared(), dict[str, str]()
    todo, seen = list(extras), set[str]()
    while todo:
        extra = todo.pop()
        if extra in seen:
            continue
        seen.add(extra)
        found.update(_NEEDED.findall(said[extra]))
        for names in _INCLUDED.findall(said[extra]):
            todo += names.split(",")
    return dict(sorted(found.items()))


def main(arguments: Sequence[str]) -> int:
    for name, version in lowest(arguments).items():
        sys.stdout.write(f"{name}=={version}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
