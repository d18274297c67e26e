"""Try mutants: each in a fork of a process that has collected the tests, most specific test first."""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from attrs import define, frozen

from tests.mutation.mutants import Mutant
from tests.mutation.swap import NotBuiltError, put

__all__ = ["Chosen", "Outcome", "try_all"]

_MEMORY = 3 << 30
_RECENT = 12


@frozen
class Outcome:
    """`fate`: killed (by the test of that number), unbuilt, timeout, crashed, survived, untested, invalid (no
    Python) or unput (the runner could not: `error` says why).
    """

    mutant: Mutant
    fate: str
    test: int
    ran: int
    cpu: float
    error: str = ""


@frozen
class Chosen:
    """The tests to run, in order, and the CPU seconds that each may take."""

    tests: tuple[int, ...]
    limits: tuple[float, ...]


@define
class _Child:
    mutant: Mutant
    pipe: int


def try_all(
    mutants: Iterable[Mutant],
    choose: Callable[[Mutant, list[int]], Chosen],
    run: Callable[[int, int | None], bool],
    workers: int,
) -> Iterator[Outcome]:
    """Yield what became of each mutant. `run` runs a test and says whether it passed; tests that killed a
    mutant of the same function lately go first.
    """
    killers: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    running: dict[int, _Child] = {}
    waiting = iter(mutants)
    gc.collect()
    gc.freeze()
    while True:
        while len(running) < workers and (mutant := next(waiting, None)):
            chosen = choose(mutant, killers[mutant.path, mutant.owner])
            if chosen.tests:
                pid, pipe = _fork(mutant, chosen, run)
                running[pid] = _Child(mutant, pipe)
            else:
                yield Outcome(mutant, "untested", -1, 0, 0.0)
        if not running:
            return
        outcome = _reaped(running)
        if outcome.fate == "killed":
            recent = killers[outcome.mutant.path, outcome.mutant.owner]
            if outcome.test in recent:
                recent.remove(outcome.test)
            recent.insert(0, outcome.test)
            del recent[_RECENT:]
        yield outcome


def _reaped(running: dict[int, _Child]) -> Outcome:
    pid, status, usage = os.wait4(-1, 0)
    child = running.pop(pid)
    with os.fdopen(child.pipe, "rb") as pipe:
        said = json.loads(pipe.read() or b"{}")
    fate = said.get("fate") or ("timeout" if os.WIFSIGNALED(status) else "crashed")
    cpu = usage.ru_utime + usage.ru_stime
    return Outcome(child.mutant, fate, said.get("test", -1), said.get("ran", 0), cpu, said.get("error", ""))


def _fork(mutant: Mutant, chosen: Chosen, run: Callable[[int, int | None], bool]) -> tuple[int, int]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    code = 1
    try:
        os.close(reading)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        os.write(writing, json.dumps(_tried(mutant, chosen, run)).encode())
        code = 0
    finally:
        os._exit(code)


def _tried(mutant: Mutant, chosen: Chosen, run: Callable[[int, int | None], bool]) -> dict[str, object]:
    try:
        put(mutant)
    except SyntaxError:
        return {"fate": "invalid"}
    except NotBuiltError as error:
        return {"fate": "unbuilt", "error": str(error)}
    except Exception as error:
        return {"fate": "unput", "error": repr(error)}
    following = (*chosen.tests[1:], None)
    for ran, (test, limit, then) in enumerate(zip(chosen.tests, chosen.limits, following, strict=True), 1):
        signal.setitimer(signal.ITIMER_PROF, limit)
        if not run(test, then):
            return {"fate": "killed", "test": test, "ran": ran}
    signal.setitimer(signal.ITIMER_PROF, 0)
    return {"fate": "survived", "ran": len(chosen.tests)}


def _do(job: Callable[[], bytes], writing: int) -> None:
    code = 1
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        made = job()
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(made)
        code = 0
    except BaseException as error:
        sys.stderr.write(f"{error!r}\n")
    finally:
        os._exit(code)


def fork_each(jobs: list[Callable[[], bytes]]) -> list[bytes]:
    """Run each job in a process of its own, all at once, and return what they made."""
    pipes: list[int] = []
    for job in jobs:
        reading, writing = os.pipe()
        if os.fork() == 0:
            _do(job, writing)
        os.close(writing)
        pipes.append(reading)
    made: list[bytes] = []
    for reading in pipes:
        with os.fdopen(reading, "rb") as pipe:
            made.append(pipe.read())
        os.wait()
    return made
