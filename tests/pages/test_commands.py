"""Every command that a page says to type is run by a test: here, or beside sockets in tests/e2e."""

from __future__ import annotations

import importlib.util
import re
import shlex
import sys
from pathlib import Path

import pytest

from realtime_translate import Config, Translator
from realtime_translate.cli.main import main
from realtime_translate.recording import Recorder
from tests.pages.test_pages import DOCS, PAGES, blocks

ROOT = DOCS.parent
WITH_SOCKETS = {
    "aiohttp-proxy",
    "pipecat",
    "simulated-server",
    "starlette-proxy",
    "twilio-bridge",
    "websockets-proxy",
}
"""Pages whose commands tests/e2e/test_pages.py runs."""
COMMANDS = [
    pytest.param(line, id=f"{page.stem}: {line}")
    for page in PAGES
    if page.stem not in WITH_SOCKETS
    for block in blocks(page, "sh")
    for line in block.splitlines()
]
EXTRA = re.compile(r"^([\w-]+) = \[", re.MULTILINE)


def record(path: Path) -> None:
    """A short recording, under the name that the pages use."""
    with path.open("w", encoding="utf-8") as file:
        translator = Recorder(Translator(Config.deepgram()), file.write)
        translator.client_opened()
        translator.close()


def run(words: list[str], folder: Path) -> None:
    """A command of this package, with the repository's scripts, in a folder with a recording."""
    record(folder / "call.jsonl")
    words = [str(ROOT / word) if word.startswith("docs/") else word for word in words]
    try:
        code = main(words)
    except SystemExit as end:  # of --version
        code = end.code
    assert code == 0


def start(host: str, words: list[str]) -> None:
    """A host takes these options, with the variables before its name."""
    pytest.importorskip("websockets")
    sys.path.insert(0, str(ROOT / "docs" / "examples"))
    try:
        importlib.import_module(Path(host).stem).parse(words)
    finally:
        sys.path.pop(0)


def install(package: str) -> None:
    """What is installed is this package, with extras that it has."""
    name, _, extras = package.rstrip("]").partition("[")
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    declared = EXTRA.findall(pyproject.partition("[project.optional-dependencies]")[2])
    assert name in (".", "realtime-translate", "hypothesis")
    assert set(extras.split(",")) - {""} <= set(declared)


@pytest.mark.parametrize("command", COMMANDS)
def test_it_does_what_the_page_says(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = shlex.split(command)
    while re.match(r"[A-Z_]+=", words[0]):
        monkeypatch.setenv(*words.pop(0).split("=", 1))
    match words:
        case ["python", "-m", "realtime_translate", *words]:
            run(words, tmp_path)
        case ["python", host, *words] if host.startswith("docs/examples/"):
            start(host, words)
        case ["pip", "install", package]:
            install(package)
        case ["python", "-m", "pytest", _]:  # the reader's own tests
            pass
        case ["python", "-m", module, *_]:  # a tool of this repository, which has tests of its own
            assert module.startswith("tests.")
            assert importlib.util.find_spec(module) is not None
        case other:
            pytest.fail(f"no test knows how to run {other}")
