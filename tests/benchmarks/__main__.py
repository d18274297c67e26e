"""What the hot paths cost, as ratios to their floors: `python -m tests.benchmarks` in a checkout.

`python -m tests.benchmarks formats` prints the table of `docs/reference/audio-formats.md` instead.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import chain

from realtime_translate.audio import EXTRA, available
from tests.benchmarks.measure import Effort
from tests.benchmarks.tables import format_costs, format_rows, hot_paths

__all__ = ["main"]

USAGE = "usage: python -m tests.benchmarks [formats]"
MANY, FEW = Effort(), Effort(rounds=20)
"""There are many format pairs: a few rounds each."""


def main(arguments: Sequence[str], many: Effort = MANY, few: Effort = FEW) -> int:
    """Measure and print; the exit code."""
    if not available():
        print(f"the benchmarks need the extra {EXTRA}", file=sys.stderr)
        return 2
    tables = {
        "": chain(hot_paths(many), [""], format_costs(few)),
        "formats": format_rows(few),
    }
    table = tables.get(" ".join(arguments))
    if table is None:
        print(USAGE, file=sys.stderr)
        return 2
    for line in table:
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
