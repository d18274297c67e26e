"""What a call and the package weigh: bytes of an idle session, seconds of the import."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import realtime_translate
from tests.benchmarks import calls

__all__ = ["SMALL", "allocated", "bytes_each", "idle_session", "import_seconds"]

SMALL = (
    '{"type":"Settings","audio":{},"agent":{"think":{"provider":{"type":"open_ai"},"prompt":"Be brief."}}}'
)
"""The Settings of an idle session."""

_IMPORT = """
import attrs, cattrs, time
begun = time.perf_counter()
import realtime_translate
print(time.perf_counter() - begun)
"""


def idle_session(count: int = 200) -> int:
    """Bytes of one ready session with small Settings, its clock included, in which nothing has happened."""
    return bytes_each(lambda: calls.ready(settings=SMALL), count)


def bytes_each(make: Callable[[], object], count: int) -> int:
    """Bytes that stay allocated for each of what `make` makes."""
    make()  # what is made once for all of them
    with allocated() as taken:
        kept = [make() for _ in range(count)]
        return (taken() - sys.getsizeof(kept)) // count


@contextmanager
def allocated() -> Generator[Callable[[], int], None, None]:
    """A function that tells how many bytes were allocated since, and are still in use."""

    def taken() -> int:
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - before

    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        yield taken
    finally:
        tracemalloc.stop()


def import_seconds(times: int = 7) -> list[float]:
    """Seconds of `import realtime_translate` on top of attrs and cattrs, each in a new process; its compiled
    files are there.
    """
    with tempfile.TemporaryDirectory() as cache:
        source = str(Path(realtime_translate.__file__).parents[1])
        environ = {**os.environ, "PYTHONPYCACHEPREFIX": cache, "PYTHONPATH": source}
        environ.pop("PYTHONDONTWRITEBYTECODE", None)
        seconds = [_imported(environ) for _ in range(times + 1)]
    return seconds[1:]


def _imported(environ: dict[str, str]) -> float:
    command = [sys.executable, "-c", _IMPORT]
    done = subprocess.run(command, env=environ, check=True, capture_output=True, text=True)
    return float(done.stdout)
