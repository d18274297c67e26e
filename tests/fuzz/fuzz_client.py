"""A fuzz target: what a client may send, in any state of a call.

python -m tests.fuzz.fuzz_client -max_total_time=60 NEW_CASES tests/fuzz/corpus/client
"""

from __future__ import annotations

import sys

from tests.fuzz import target


def TestOneInput(data: bytes) -> None:  # the name that fuzzing services look for
    from tests.fuzz import cases  # when atheris watches what is imported

    cases.play("client", data)


if __name__ == "__main__":
    sys.exit(target.run("client", TestOneInput, sys.argv))
