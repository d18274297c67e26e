"""How much memory a process has after each renewal of a two-hour call (L2).

`python -m tests.memory.resident [LEAK]` holds one, in a process of its own, and prints a line after each
renewal: the pages that are resident. LEAK bytes are kept each time, to see that they are seen.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable
from pathlib import Path

from realtime_translate import Config

from .long_call import RENEWAL, LongCall, rounds

__all__ = ["STATM", "main"]

STATM = Path("/proc/self/statm")


def _trim() -> Callable[[int], object]:
    """What gives freed memory back to the system, where glibc has it: else the allocator may keep it."""
    found: Callable[[int], object] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return found or (lambda pad: None)


def main(leak: str = "0") -> int:
    """What is not used any more is given back before each reading."""
    call, trim, kept = LongCall(Config.deepgram(renewal=RENEWAL)), _trim(), list[bytes]()
    for minutes in range(1, 121):
        leg = call.translator.state.leg
        rounds(call, minutes)
        if call.translator.state.leg > leg:
            kept.append(b"\x01" * int(leak))
            gc.collect()
            trim(0)
            sys.stdout.write(f"{STATM.read_text('ascii').split()[1]}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
