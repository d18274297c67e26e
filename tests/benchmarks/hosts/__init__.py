"""What a call costs through a host, beside a bare relay on the same library and loop, at the same time."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from statistics import median

from attrs import frozen

from tests.benchmarks.hosts.load import PATIENCE, Load, Sample

__all__ = ["MODES", "Cost", "Mode", "compare", "main", "table"]

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "docs" / "examples"


@frozen
class Mode:
    """A host to measure, and the relay that stands for its library and loop."""

    name: str
    host: str
    relay: str
    uvloop: bool

    @property
    def there(self) -> bool:
        """Whether what it needs is installed."""
        needed = ["uvloop"] * self.uvloop + [self.relay]
        return all(find_spec(each) is not None for each in needed)


MODES = (
    Mode("websockets_proxy.py", "websockets_proxy.py", "websockets", uvloop=False),
    Mode("websockets_proxy.py on uvloop", "websockets_proxy.py", "websockets", uvloop=True),
    Mode("picows_proxy.py on uvloop", "picows_proxy.py", "picows", uvloop=True),
)


@frozen
class Cost:
    """What a program costs: CPU seconds for a second of a call, and bytes of memory a call; how long frames
    took through it, and how many of both programs were lost.
    """

    cpu: float
    memory: float
    sample: Sample
    lost: int


@frozen
class Program:
    """A running host or relay."""

    process: subprocess.Popen[bytes]
    port: int

    def cpu(self) -> float:
        """Seconds of CPU that it has used."""
        return int(self._read("schedstat").split()[0]) / 1e9

    def memory(self) -> int:
        """Bytes of it that are in memory."""
        return int(self._read("statm").split()[1]) * 4096

    def _read(self, name: str) -> str:
        return Path(f"/proc/{self.process.pid}/{name}").read_text("ascii")


@contextmanager
def running(arguments: Sequence[str], *, uvloop: bool) -> Generator[Program]:
    """`python ARGUMENTS`, listening on a free port that is named in the last argument."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = [*arguments, f"{port}"]
    hide = "" if uvloop else "import sys; sys.modules['uvloop'] = None\n"
    code = f"{hide}import runpy, sys\nsys.argv = {[*arguments]!r}\n"
    code += "runpy.run_path(sys.argv[0], run_name='__main__')"
    environment = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}:{EXAMPLES}", "PYTHONHASHSEED": "0"}
    process = subprocess.Popen([sys.executable, "-c", code], env=environment)
    try:
        _wait_for(port, process)
        yield Program(process, port)
    finally:
        process.kill()
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.02)
    raise RuntimeError("the program does not listen")


def compare(mode: Mode, calls: int, seconds: float) -> tuple[Cost, Cost]:
    """The host and its relay at the same time, with so many calls each: what else runs slows both down."""
    with closing(Load()) as load:
        host = [str(EXAMPLES / mode.host), "--log-level", "error", "--upstream", load.upstream, "--port"]
        relay = [str(ROOT / "tests/benchmarks/hosts/relay.py"), mode.relay, load.upstream]
        with running(host, uvloop=mode.uvloop) as one, running(relay, uvloop=mode.uvloop) as other:
            found = _measured(load, (one, other), calls, seconds)
    return found[0], found[1]


def _measured(load: Load, programs: Sequence[Program], calls: int, seconds: float) -> list[Cost]:
    empty = [each.memory() for each in programs]
    samples = [load.open(each.port, calls) for each in programs]
    load.run(min(1.0, seconds))  # what is done once
    for sample in samples:
        sample.forget()
    before, began = [each.cpu() for each in programs], time.perf_counter()
    lost = load.run(seconds)
    took = (time.perf_counter() - began) * calls
    return [
        Cost((each.cpu() - cpu) / took, (each.memory() - memory) / calls, sample, lost)
        for each, cpu, memory, sample in zip(programs, before, empty, samples, strict=True)
    ]


def table(mode: Mode, calls: int, found: Sequence[tuple[Cost, Cost]]) -> Iterator[str]:
    """What was found in some rounds, as text: the middle one of each figure."""
    ratios = sorted(host.cpu / relay.cpu for host, relay in found)
    lost = sum(host.lost for host, _ in found)
    yield (
        f"{mode.name}, {calls} calls: {median(ratios):.2f} times the CPU of a relay "
        f"({ratios[0]:.2f} to {ratios[-1]:.2f}), {lost} frames lost"
    )
    for name, costs in zip(("host", "relay"), zip(*found, strict=True), strict=True):
        up = sorted(chain.from_iterable(each.sample.up for each in costs))
        down = sorted(chain.from_iterable(each.sample.down for each in costs))
        cpu, memory = median(each.cpu for each in costs), median(each.memory for each in costs)
        used = f"{cpu * 1e3:5.2f} ms/s CPU  {memory / 1e3:5.0f} kB a call"
        yield f"  {name:5}  {used}  up {_times(up)}  down {_times(down)}"


def _times(ordered: Sequence[float]) -> str:
    """The 50th and the 99th percentile, in milliseconds."""
    return " ".join(f"p{part} {ordered[len(ordered) * part // 100] * 1e3:.2f} ms" for part in (50, 99))


def main(calls: int, seconds: float, rounds: int) -> int:
    """Measure what is installed, and print it. The exit code."""
    if not Path("/proc/self/schedstat").exists():
        print("what a host costs is read from Linux's /proc")
        return 2
    for mode in MODES:
        if not mode.there:
            print(f"{mode.name}: not installed")
            continue
        found = [compare(mode, calls, seconds) for _ in range(rounds)]
        print(*table(mode, calls, found), sep="\n", flush=True)
    return 0
