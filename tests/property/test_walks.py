"""Calls that are kept to compare versions of the package: the comparison finds what differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.property import walks


def test_a_kept_call_is_the_same_until_something_differs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walks, "CHUNK", 4)
    kept = tmp_path / "walks"
    assert walks.main("record", str(kept), "4") == 0
    assert walks.main("check", str(kept)) == 0
    monkeypatch.setattr(walks, "_plain", lambda output: "something else")
    assert walks.main("check", str(kept)) == 1
    assert "calls differ" in capsys.readouterr().out
