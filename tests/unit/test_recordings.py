"""The recordings that the tests run on where there are none of real servers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import shared_material
from tests.recordings.__main__ import write
from tests.shared_material import BESIDE, OWN

FILES = sorted(path.relative_to(OWN) for path in OWN.rglob("*.jsonl"))


def kinds(path: Path) -> list[str]:
    lines = [json.loads(each) for each in path.read_text("utf-8").splitlines()]
    return [str((line.get("event") or line["message"]).get("type")) for line in lines]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recordings")
    write(folder)
    return folder


def test_they_are_what_is_made(made: Path) -> None:
    assert sorted(path.relative_to(made) for path in made.rglob("*.jsonl")) == FILES
    for path in FILES:
        assert kinds(made / path) == kinds(OWN / path), f"{path}: run python -m tests.recordings"


def test_what_is_absent_is_skipped_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shared_material, "SHARED", tmp_path)
    with pytest.raises(pytest.skip.Exception, match="absent"):
        shared_material.shared("traces", "absent.jsonl")


def test_no_session_is_a_copy_of_a_real_one() -> None:
    for path in (each for each in FILES if each.parts[0] != "examples"):
        ours = {*(OWN / path).read_text("utf-8").splitlines()}
        real = (BESIDE / path).read_text("utf-8") if (BESIDE / path).exists() else ""
        assert len(ours & {*real.splitlines()}) < len(ours) / 2, path
