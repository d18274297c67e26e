"""Plant each fault in a copy of the package, and see what catches it: a property of the state machine, or a
test that is named by the rule.

`python -m tests.faults [RULE …]` prints a table; without rules it also writes it into the page that shows it,
once the control shows that nothing breaks by itself. `python -m tests.faults --control` is the control alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from tests.faults.fault import Fault
from tests.faults.faults import FAULTS
from tests.faults.planting import caught, rules_tests, walks
from tests.property.page import PAGE, replace


def rows(faults: list[Fault]) -> Iterator[str]:
    """The table, a row a fault."""
    yield "| rule | fault | caught by | in walk |"
    yield "|---|---|---|---|"
    with ThreadPoolExecutor(int(os.environ.get("FAULTS_AT_ONCE", "1"))) as pool:
        for fault, found in zip(faults, pool.map(caught, faults), strict=True):
            yield row(fault, found.name, found.at)


def row(fault: Fault, name: str, at: int) -> str:
    """What caught a fault; tests are no walks."""
    by, where = name or "**nothing**", str(at)
    if fault.by == "tests":
        by, where = f"its tests: `{name}`" if name else by, ""
    return f"| {fault.rule} | {fault.what} | {by} | {where} |"


def control() -> int:
    """Without a fault: the same walks and the same tests. Fails if anything breaks."""
    found = {"walks": walks(None)}
    for rule in sorted({each.rule for each in FAULTS if each.by == "tests"}):
        found[f"tests of {rule}"] = rules_tests(rule, None)
    for name, each in found.items():
        sys.stdout.write(f"{each.at} {name}: {each.name or 'nothing breaks'}\n")
    return any(each.name for each in found.values())


def main(rules: list[str]) -> int:
    """Print the table; fails if a fault is not caught."""
    if rules == ["--control"]:
        return control()
    if not rules and control():
        return 1
    lines: list[str] = []
    for line in rows([each for each in FAULTS if not rules or each.rule in rules]):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        lines.append(line)
    if not rules:
        replace(PAGE, "faults", "\n".join(lines))
    return any("**nothing**" in line for line in lines)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
