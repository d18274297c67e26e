"""`python -m docs.tools`: write every page that is made from the code; `--check` only says what differs."""

from __future__ import annotations

import sys
from pathlib import Path

from .pages import pages

DOCS = Path(__file__).parents[1]


def main(arguments: list[str]) -> int:
    """Write or check. The exit code is 1 if a page differs from what the code says."""
    differ = [name for name, text in pages().items() if not _is(DOCS / name, text)]
    if arguments == ["--check"]:
        print(*(f"docs/{name} is out of date: run python -m docs.tools" for name in differ), sep="\n")
        return 1 if differ else 0
    for name in differ:
        (DOCS / name).parent.mkdir(parents=True, exist_ok=True)
        (DOCS / name).write_text(pages()[name], encoding="utf-8")
        print("wrote", name)
    return 0


def _is(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
