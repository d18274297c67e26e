"""Calls under a recorder, for the tests of this folder."""

from __future__ import annotations

import json
from typing import Any

from realtime_translate import Config, Translator
from realtime_translate.recording import Recorder, ReplayResult, replay
from realtime_translate.testing import FakeClock
from tests.harness import counter

__all__ = ["KEY", "Taped", "reproduced"]

KEY = b"a key for tests."


class Taped:
    """A translator under a recorder, on a clock of the test's own."""

    def __init__(self, config: Config | None = None, *, now: float = 100.0, **options: Any) -> None:
        self.clock = FakeClock(now)
        self.lines: list[str] = []
        self.translator = Translator(config or Config.deepgram(), clock=self.clock, new_id=counter("T"))
        self.recorder = Recorder(self.translator, self.lines.append, key=KEY, **options)

    def ready(self, settings: dict[str, Any]) -> None:
        self.recorder.client_opened()
        self.recorder.receive_from_client(json.dumps(settings))
        self.recorder.upstream_opened()
        self.upstream({"type": "session.updated", "session": {}})

    def upstream(self, *events: dict[str, Any]) -> None:
        for event in events:
            self.recorder.receive_from_upstream(json.dumps(event))

    @property
    def records(self) -> list[dict[str, Any]]:
        """All but the header."""
        return [json.loads(line) for line in self.lines[1:]]


def reproduced(taped: Taped) -> ReplayResult:
    assert taped.recorder.failure is None
    result = replay(taped.lines)
    assert result.same, str(result)
    assert result.inputs == len(taped.lines) - 1
    return result
