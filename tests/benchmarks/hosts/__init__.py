"""What a call costs through a host, beside a bare relay on the same library and loop, at the same time."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from statistics import median

from attrs import frozen

from tests.benchmarks.hosts.load import PATIENCE, Load, Sample

__all__ = ["MODES", "Cost", "Mode", "Program", "alone", "compare", "main", "running", "table"]

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "docs" / "examples"


@frozen
class Mode:
    """A host to measure, its library, and whether there is a relay on that library and loop."""

    name: str
    host: str
    library: str
    uvloop: bool
    relayed: bool = True

    @property
    def there(self) -> bool:
        """Whether what it needs is installed."""
        needed = ["uvloop"] * self.uvloop + [self.library]
        return all(find_spec(each) is not None for each in needed)

    def command(self, upstream: str) -> list[str]:
        """What starts the host, up to its port."""
        if self.library != "uvicorn":
            return [str(EXAMPLES / self.host), "--log-level", "error", "--upstream", upstream, "--port"]
        name = self.host.removesuffix(".py")
        options = ["--ws-per-message-deflate", "false", "--no-access-log", "--log-level", "error"]
        return ["uvicorn", f"{name}:app", "--http", f"{name}:bounded", *options, "--port"]

    def relay(self, upstream: str) -> list[str]:
        return [str(ROOT / "tests/benchmarks/hosts/relay.py"), self.library, upstream]


MODES = (
    Mode("websockets_proxy.py", "websockets_proxy.py", "websockets", uvloop=False),
    Mode("websockets_proxy.py on uvloop", "websockets_proxy.py", "websockets", uvloop=True),
    Mode("picows_proxy.py on uvloop", "picows_proxy.py", "picows", uvloop=True),
    Mode("aiohttp_proxy.py on uvloop", "aiohttp_proxy.py", "aiohttp", uvloop=True, relayed=False),
    Mode("starlette_proxy.py on uvloop", "starlette_proxy.py", "uvicorn", uvloop=True, relayed=False),
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
def running(
    arguments: Sequence[str], *, uvloop: bool, upstream: str = "", port: int = 0, beside: int = 0
) -> Generator[Program]:
    """`python ARGUMENTS`, a file or a module, listening on a port that is named in the last argument: a free
    one, or one that it shares with as many programs as are `beside` it.
    """
    port = port or free_port()
    arguments = [*arguments, f"{port}"]
    hide = "" if uvloop else "import sys; sys.modules['uvloop'] = None\n"
    code = f"{hide}import runpy, sys\nsys.argv = {[*arguments]!r}\n"
    kind = "path" if arguments[0].endswith(".py") else "module"
    code += f"runpy.run_{kind}(sys.argv[0], run_name='__main__')"
    environment = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}:{EXAMPLES}", "PYTHONHASHSEED": "0"}
    environment |= {"UPSTREAM_URL": upstream, "LOG_LEVEL": "error"} if upstream else {}
    process = subprocess.Popen([sys.executable, "-c", code], env=environment)
    try:
        _wait_for(port, process, beside + 1)
        yield Program(process, port)
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def _wait_for(port: int, process: subprocess.Popen[bytes], listeners: int) -> None:
    end = time.monotonic() + PATIENCE
    local, listens = f"0100007F:{port:04X}", "0A"
    while process.poll() is None and time.monotonic() < end:
        sockets = [line.split()[1:4:2] for line in Path("/proc/net/tcp").read_text("ascii").splitlines()]
        if sockets.count([local, listens]) >= listeners:
            return
        time.sleep(0.02)
    raise RuntimeError("the program does not listen")


def compare(mode: Mode, calls: int, seconds: float, rate: int = 24000) -> tuple[Cost, Cost]:
    """The host and its relay at the same time, with so many calls each: what else runs slows both down."""
    with closing(Load(rate)) as load:
        host, relay = mode.command(load.upstream), mode.relay(load.upstream)
        with running(host, uvloop=mode.uvloop) as one, running(relay, uvloop=mode.uvloop) as other:
            found = _measured(load, (one, other), calls, seconds)
    return found[0], found[1]


def alone(mode: Mode, calls: int, seconds: float, rate: int) -> Cost:
    """A host without a relay of its library."""
    with closing(Load(rate)) as load:
        upstream = load.upstream
        with running(mode.command(upstream), uvloop=mode.uvloop, upstream=upstream) as host:
            return _measured(load, [host], calls, seconds)[0]


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
    """Measure hosts beside their relays, and print it. The exit code."""
    if not Path("/proc/self/schedstat").exists():
        print("what a host costs is read from Linux's /proc")
        return 2
    for mode in (mode for mode in MODES if mode.relayed):
        if not mode.there:
            print(f"{mode.name}: not installed")
            continue
        found = [compare(mode, calls, seconds) for _ in range(rounds)]
        print(*table(mode, calls, found), sep="\n", flush=True)
    return 0
