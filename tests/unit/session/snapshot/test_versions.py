"""Snapshots of other versions, and the calls of this one that are kept in `tests/data/snapshots`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from realtime_translate import Config, SnapshotError, Translator
from realtime_translate.session import snapshot as module
from realtime_translate.testing import FakeClock
from tests.events import settings
from tests.harness import Desk, counter
from tests.snapshot_corpus import CORPUS, FIELDS, acts_of, fields
from tests.unit.session.snapshot_calls import CONFIGS

FILES = sorted(CORPUS.glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_kept_call_goes_on_as_the_same_call_does_today(path: Path) -> None:
    kept = json.loads(path.read_text(encoding="utf-8"))
    config = CONFIGS[kept["config"]]
    acts = acts_of(config, kept["call"])
    desk = Desk(config)
    for act in acts[: kept["played"]]:
        act(desk)
    restored = Desk(config)
    restored.clock.set(desk.clock.now)
    restored.translator = Translator.restore(
        kept["snapshot"], config, clock=restored.clock, new_id=counter("R")
    )
    for act in acts[kept["played"] :]:
        assert act(restored) == act(desk)


def test_there_is_one_of_each_kind_of_call() -> None:
    assert len(FILES) >= 18
    configs = {json.loads(path.read_text(encoding="utf-8"))["config"] for path in FILES}
    assert configs == set(CONFIGS)


def test_a_field_that_comes_or_goes_changes_the_version() -> None:
    """If this fails: a new field with a default for older calls is a row of `ADDED` and a minor version; any
    other change is a major one. Then run `python -m tests.snapshot_corpus`.
    """
    version, *listed = FIELDS.read_text(encoding="utf-8").splitlines()
    assert sorted(set(fields())) == listed
    assert version == "version {}.{}".format(*module.VERSION)


# --- minor versions -----------------------------------------------------------------------------------------


def older(monkeypatch: pytest.MonkeyPatch, *paths: tuple[str, ...]) -> Any:
    """A snapshot of 1.0 in a library of 1.2, where the fields at `paths` came with 1.1 and 1.2."""
    desk = Desk()
    desk.ready(settings())
    for text in ("Hi", "Ho"):
        desk.client({"type": "InjectUserMessage", "content": text})
    data: Any = desk.translator.snapshot()
    rows: list[tuple[int, tuple[str, ...], object]] = []
    for since, path in enumerate(paths, start=1):
        *above, last = path
        found = [data]
        for name in above:
            found = [below for each in found for below in (each if name == "*" else [each[name]])]
        rows.append((since, path, found[0][last]))
        for each in found:
            del each[last]
    monkeypatch.setattr(module, "VERSION", (1, 2))
    monkeypatch.setattr(module, "ADDED", tuple(rows))
    return data


def test_an_older_minor_version_restores_with_what_was_added(monkeypatch: pytest.MonkeyPatch) -> None:
    data = older(monkeypatch, ("call", "updates"), ("call", "user_texts", "waiting", "*", "words"))
    translator = Translator.restore(data, Config.deepgram(), clock=FakeClock(100.0))
    now: Any = translator.snapshot()
    assert now["version"] == "1.2"
    assert now["call"]["updates"] == {
        "waiting": [], "sent": [], "event_id": "", "refused_parts": [], "alone": 0,
        "held": [], "carried": None, "intended": None, "given_up": [], "shown": {},
    }  # fmt: skip
    first, second = now["call"]["user_texts"]["waiting"]
    assert first["words"] == second["words"]


def test_what_was_added_before_it_is_not_filled_in(monkeypatch: pytest.MonkeyPatch) -> None:
    data = older(monkeypatch, ("call", "updates"))
    with pytest.raises(SnapshotError, match="corrupt"):
        Translator.restore({**data, "version": "1.1"}, Config.deepgram())


def test_each_call_gets_its_own_copy_of_what_was_added(monkeypatch: pytest.MonkeyPatch) -> None:
    data = older(monkeypatch, ("call", "opening", "session"))
    added = {"instructions": "none"}
    monkeypatch.setattr(module, "ADDED", ((1, ("call", "opening", "session"), added),))
    session = module.load(data, 0.0).call.opening.session
    assert session == added
    assert session is not added
