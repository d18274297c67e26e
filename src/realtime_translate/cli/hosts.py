"""`hosts`: writes the example hosts out, which the wheel carries as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from attrs import frozen

from .inputs import UserError

__all__ = ["HOSTS", "HOSTS_HELP", "Host", "listed", "write"]

HOSTS_HELP = """\
Without NAME the hosts are listed. DIR is made if it is not there, the current folder by default; files that
are there already and differ are not overwritten.
"""
_CALLS = ("bridge.py", "upstreams.py", "dialling.py", "access.py", "bounds.py", "switchboard.py")
_CORE = (*_CALLS, "launch.py", "sockets.py", "frames.py")
_SHARED = (*_CORE, "telemetry.py", "metrics.py", "caller.py")
_SIMULATION = ("simulated_server.py", "calls")
_FROM_CHECKOUT = Path(__file__).parents[3] / "docs" / "examples"
"""Where the files come from, and where they still are in an editable install."""


@frozen
class Host:
    """A host that can be written out: its main file first, then what that needs. An extra of the package has
    its name.
    """

    about: str
    paths: tuple[str, ...]


HOSTS: Mapping[str, Host] = {
    "websockets": Host(
        "a proxy with asyncio and websockets; --simulate needs no key",
        ("websockets_proxy.py", *_SHARED, *_SIMULATION),
    ),
    "picows": Host(
        "the same on a WebSocket library in C, for more calls on a core",
        ("picows_proxy.py", "websockets_proxy.py", *_SHARED, *_SIMULATION),
    ),
    "starlette": Host(
        "the same as an ASGI application",
        ("starlette_proxy.py", "outbox.py", *_SHARED),
    ),
    "fastapi": Host(
        "the same with FastAPI, and a key that clients have to show",
        ("fastapi_proxy.py", "starlette_proxy.py", "outbox.py", *_SHARED),
    ),
    "aiohttp": Host(
        "the same with aiohttp",
        ("aiohttp_proxy.py", "outbox.py", *_SHARED),
    ),
    "twilio": Host(
        "a bridge for phone calls by Twilio Media Streams",
        ("twilio_bridge.py", *_SHARED),
    ),
    "pipecat": Host(
        "a host whose clients talk to a pipecat pipeline",
        ("pipecat_proxy.py", "pipecat_serializer.py", "caller.py"),
    ),
    "simulated-server": Host(
        "a server of the Realtime protocol to try hosts on",
        ("simulated_server.py", "caller.py", "calls"),
    ),
}


def listed() -> Iterator[str]:
    """The hosts, each with what it is, and how to get one."""
    width = max(map(len, HOSTS))
    for name, host in HOSTS.items():
        yield f"{name:{width}}  {host.about}"
    yield ""
    yield "python -m realtime_translate hosts NAME DIR  writes one into DIR"


def write(name: str, folder: str) -> Iterator[str]:
    """Write a host into a folder, and say what comes next.

    Raises:
        UserError: the folder cannot be written to, or holds other files of these names.
    """
    host, target = HOSTS[name], Path(folder)
    wanted = dict(_wanted(host))
    for path, data in wanted.items():
        _check(target / path, data)
    for path, data in wanted.items():
        _write(target / path, data)
        yield f"wrote {target / path}"
    yield ""
    yield f"pip install 'realtime-translate[{name}]'"
    yield f"python {target / host.paths[0]} --help"


def _wanted(host: Host) -> Iterator[tuple[str, bytes]]:
    """Each file by its path in the folder."""
    source = Path(str(files(__package__ or "").joinpath("_examples")))
    source = source if source.is_dir() else _FROM_CHECKOUT
    for name in host.paths:
        path = source / name
        for each in sorted(path.iterdir()) if path.is_dir() else (path,):
            yield str(each.relative_to(source)), each.read_bytes()


def _check(path: Path, data: bytes) -> None:
    if path.exists() and not (path.is_file() and path.read_bytes() == data):
        raise UserError(f"{path} is there and differs: name another folder, or move it away")


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror or error}") from None
