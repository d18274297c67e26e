"""The targets that a fuzzing service builds: with atheris (here something stands in for it) and without."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from . import target
from .cases import seeds
from .seeds import LEGS

ROOT = Path(__file__).parents[2]
STAND_IN = """
from contextlib import nullcontext
from pathlib import Path

def instrument_imports(include):
    assert include == ["realtime_translate"]
    return nullcontext()

def Mutate(data, size):
    return data[:size]

def Setup(argv, attack, custom_mutator):
    global cases, each
    cases = [Path(name).read_bytes() for name in argv[1:] if not name.startswith("-")]
    def each(data):
        for seed in range(20):
            attack(custom_mutator(data, 20000, seed))

def Fuzz():
    for case in cases:
        each(case)
    print("fuzzed", len(cases))
"""


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": path, **variables}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(name="without_atheris")
def _without_atheris(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "find_spec", lambda _name: None)


def attack(leg: str) -> Any:
    return importlib.import_module(f"tests.fuzz.fuzz_{leg}").TestOneInput


@pytest.mark.usefixtures("without_atheris")
@pytest.mark.parametrize("leg", LEGS)
def test_a_target_plays_its_corpus(leg: str, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = target.CORPUS / leg
    assert target.run(leg, attack(leg), ["target", "-runs=1", str(corpus)]) == 0
    assert f"{len(list(corpus.iterdir()))} cases stood" in capsys.readouterr().out


@pytest.mark.usefixtures("without_atheris")
@pytest.mark.parametrize("leg", LEGS)
def test_a_target_attacks_its_leg(leg: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What it finds ends the process, after the name of the file."""
    played: list[Any] = []

    def fault(*what: Any) -> None:
        played.append(what)
        raise AssertionError

    monkeypatch.setattr("tests.fuzz.cases.play", fault)
    (case := tmp_path / "case").write_bytes(b"\0\0{}")
    with pytest.raises(AssertionError):
        target.run(leg, attack(leg), ["target", str(case)])
    assert played == [(leg, b"\0\0{}")]


@pytest.mark.usefixtures("without_atheris")
def test_nothing_played_is_no_success() -> None:
    assert target.run("client", attack("client"), ["target"]) == 2


@pytest.mark.parametrize("leg", LEGS)
def test_with_atheris_a_target_fuzzes(leg: str, tmp_path: Path) -> None:
    (tmp_path / "atheris.py").write_text(STAND_IN, encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), str(ROOT / "src"), str(ROOT)])
    case = next((target.CORPUS / leg).iterdir())
    done = run(sys.executable, "-m", f"tests.fuzz.fuzz_{leg}", "-runs=1", str(case), PYTHONPATH=path)
    assert (done.returncode, done.stdout) == (0, "fuzzed 1\n"), done.stderr


def test_what_builds_them_builds_both_with_cases_to_begin_with(tmp_path: Path) -> None:
    tool = tmp_path / "compile_python_fuzzer"
    tool.write_text('#!/bin/sh\necho "$1"\n', encoding="utf-8")
    tool.chmod(0o755)
    path = os.pathsep.join([str(tmp_path), str(Path(sys.executable).parent), os.environ["PATH"]])
    done = run("bash", "tests/fuzz/build.sh", OUT=str(tmp_path), PATH=path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [f"tests/fuzz/fuzz_{leg}.py" for leg in LEGS]
    for leg in LEGS:
        with ZipFile(tmp_path / f"fuzz_{leg}_seed_corpus.zip") as archive:
            kept = [archive.read(name) for name in archive.namelist()]
        found = [each.read_bytes() for each in (target.CORPUS / leg).iterdir()]
        assert len(kept) == len(seeds(leg)) + len(found)
        assert [each for each in found if each not in kept] == []
