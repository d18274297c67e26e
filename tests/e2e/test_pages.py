"""What the how-to pages of the hosts say to type works: the commands start, and the callers are answered."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from realtime_translate.cli.script import parse_script
from tests.e2e.hosts import EXAMPLES, PATIENCE, SOURCES, Process, example, process, run

PAGES = EXAMPLES.parent / "how-to"
EXPECTED = {
    "websockets-proxy": '"type":"AgentAudioDone"',
    "starlette-proxy": '"type":"AgentAudioDone"',
    "aiohttp-proxy": '"type":"AgentAudioDone"',
    "pipecat": '"type": "AgentAudioDone"',
    "twilio-bridge": '"mark": {"name": "200"}',
    "simulated-server": "response.done",
}
FRAMEWORKS = {"aiohttp-proxy": "aiohttp", "pipecat": "pipecat", "starlette-proxy": "fastapi"}
PORTS = {
    "simulated_server.py": "8766",
    "websockets_proxy.py": "8765",
    "aiohttp_proxy.py": "8765",
    "twilio_bridge.py": "8767",
    "uvicorn": "8000",
}
"""The ports that the pages name; the tests take free ones in their place."""
CORE = ["bridge", "dialling", "access", "bounds", "switchboard", "launch", "upstreams", "sockets", "frames"]
"""What hosts share."""


def blocks(page: str, language: str) -> list[str]:
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(page: str) -> list[str]:
    """The commands that start something, without the one whose script the page does not hold."""
    return [
        each.strip() for each in blocks(page, "sh") if not re.search("^pip|weather.jsonl|caller.py", each)
    ]


async def start(stack: AsyncExitStack, command: str, ports: dict[str, str]) -> Process:
    """Run a command of a page on a free port, and note that port under the one that the page names."""
    for named, free in ports.items():
        command = command.replace(f":{named}", f":{free}")
    environment = dict(re.findall(r"(\w+)=(\S+)", command))
    words = shlex.split(command.replace("cd docs/examples && ", ""))
    program = [word.replace("docs/examples/", "") for word in words if "=" not in word and word != "python"]
    if program[0] == "uvicorn":
        program.insert(0, "-m")
    started = await stack.enter_async_context(process(*program, "--port", "0", **environment))
    name = next(word for word in program if word in PORTS)
    free = str(await started.port())
    ports.setdefault(PORTS[name], free)  # what the page says to call is what it says to start first
    return started


def _needs(page: str) -> None:
    """Skip where the page's framework is not installed."""
    if page in FRAMEWORKS:
        pytest.importorskip(FRAMEWORKS[page])


@pytest.mark.parametrize("page", EXPECTED)
def test_what_the_page_says_to_type(page: str) -> None:
    _needs(page)

    async def scenario() -> None:
        async with AsyncExitStack() as stack:
            ports: dict[str, str] = {}
            for command in commands(page):
                await start(stack, command, ports)
            (caller,) = (each for each in blocks(page, "sh") if "caller.py" in each)
            assert EXPECTED[page] in await output_of(caller, ports)

    run(scenario(), patience=3 * PATIENCE)


async def output_of(command: str, ports: dict[str, str]) -> str:
    """What the page's caller prints, when it calls on the port that is used here."""
    _, program, kind, *url = shlex.split(command)
    address = url[1] if url else example("caller").CALLS[kind][0]
    for named, free in ports.items():
        address = address.replace(f":{named}", f":{free}")
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        str(EXAMPLES / Path(program).name),
        kind,
        "--url",
        address,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await asyncio.wait_for(started.communicate(), PATIENCE)
    assert started.returncode == 0
    return said.decode()


@pytest.mark.parametrize(
    ("page", "others"),
    [
        ("websockets-proxy", [*CORE, "simulated_server", "metrics"]),
        ("starlette-proxy", [*CORE, "outbox"]),
        ("aiohttp-proxy", [*CORE, "outbox"]),
        ("twilio-bridge", CORE),
        ("pipecat", ["pipecat_serializer"]),
    ],
)
def test_the_files_that_the_page_says_to_copy_are_enough(
    page: str, others: list[str], tmp_path: Path
) -> None:
    """The host and what it imports; with `simulated_server.py` the proxy also simulates."""
    _needs(page)
    host = "pipecat_proxy" if page == "pipecat" else page.replace("-", "_")
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    named = dict.fromkeys(re.findall(r"\(\.\./examples/(\w+)\.py\)", text))
    assert list(named) == [host, *others]
    for name in named:
        shutil.copy(EXAMPLES / f"{name}.py", tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    code = "; ".join(f"import {name}" for name in named)
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True)


@pytest.mark.parametrize("page", EXPECTED)
def test_the_page_installs_what_the_examples_need(page: str) -> None:
    """websockets before 16.1 sends the key along a redirect, and uvicorn needs 17."""
    declared = (EXAMPLES.parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    (install,) = (block for block in blocks(page, "sh") if block.startswith("pip"))
    (extra,) = re.findall(r"^pip install '\.\[([\w-]+)\]'$", install.strip())
    (wanted,) = re.findall(rf"^{extra} = (.*)$", declared, re.MULTILINE)
    assert '"websockets>=17.0"' in wanted or "[websockets]" in wanted


def test_the_script_of_the_page_is_one() -> None:
    (script,) = blocks("simulated-server", "json")
    assert len(parse_script(script, "simulated-server.md").replies) == 2


def test_fastapi_takes_the_routes_as_the_page_says() -> None:
    fastapi = pytest.importorskip("fastapi")
    assert "FastAPI(routes=routes, lifespan=lifespan)" in (PAGES / "starlette-proxy.md").read_text("utf-8")
    module = example("starlette_proxy")
    app = fastapi.FastAPI(routes=module.routes, lifespan=module.lifespan)
    assert {"/healthz", module.PATH} <= {getattr(route, "path", "") for route in app.routes}


@pytest.mark.parametrize("page", EXPECTED)
def test_the_pages_name_no_registry_and_no_machine(page: str) -> None:
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    here = [tempfile.gettempdir(), str(EXAMPLES.parents[1])]
    assert [each for each in ("index-url", *here) if each in text] == []
