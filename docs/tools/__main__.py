"""`python -m docs.tools`: write every page that is made from the code; `--check` only says what differs.

`python -m docs.tools R1` prints a rule, where the code cites it, and its tests; several rules may be named.
"""

from __future__ import annotations

import sys
from pathlib import Path

from . import rules
from .pages import pages

DOCS = Path(__file__).parents[1]


def main(arguments: list[str]) -> int:
    """Write, check, or print rules. The exit code is 1 if a page differs or there is no such rule."""
    if arguments and arguments != ["--check"]:
        return max(_print_rule(each) for each in arguments)
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


def _print_rule(rule: str) -> int:
    text = rules.listed().get(rule)
    if text is None:
        print(f"docs/reference/rules.md has no rule {rule!r}; it has {', '.join(rules.listed())}")
        return 1
    print(f"{rule}\n{text}")
    for places in (rules.cited(), rules.tested()):
        print(*(f"{each.path}:{each.line}: {each.name}" for each in places.get(rule, ())), "", sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
