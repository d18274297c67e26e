"""The operations that are measured: one row each of the table, of the baseline and of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import frozen

from realtime_translate import Config, ManualCommit
from realtime_translate.audio import MULAW_8K, PCM_24K, AudioFormat
from realtime_translate.mapping.plan import AudioPath
from tests.benchmarks import floors, speed, text_calls
from tests.benchmarks.calls import VAD, agent_audio, client_frame
from tests.benchmarks.floors import Floors
from tests.benchmarks.measure import Case, Cost, Effort, measured
from tests.benchmarks.minute import minute_of

__all__ = ["ROWS", "Row", "measured_rows"]

_MANUAL = Config.deepgram(turn_detection=ManualCommit())
_PCM_16K = AudioPath(AudioFormat("linear16", 16000), PCM_24K)
_MULAW = AudioPath(MULAW_8K, MULAW_8K)


@frozen
class Row:
    """An operation. `speed`: whether the `speed` extra does what it can; otherwise the standard library does
    it, even where the extra is installed.
    """

    name: str
    make: Callable[[Floors], Case]
    speed: bool = False

    def measure(self, effort: Effort) -> Cost:
        """What it costs now."""
        with speed.using(self.speed):
            return measured(self.make(floors.speed() if self.speed else floors.STANDARD), effort)


_FRAME = "client frame, 20 ms linear16 24 kHz, VAD"
_DELTA = "audio delta, 100 ms linear16 24 kHz"
_MINUTE = "a minute of call, 24 kHz"

ROWS = (
    Row(_FRAME, lambda least: client_frame(VAD, AudioPath(), least)),
    Row(
        "client frame, 20 ms linear16 24 kHz, manual commit",
        lambda least: client_frame(_MANUAL, AudioPath(), least),
    ),
    Row("client frame, 20 ms linear16 16 kHz, VAD", lambda least: client_frame(VAD, _PCM_16K, least)),
    Row("client frame, 20 ms mulaw 8 kHz, VAD", lambda least: client_frame(VAD, _MULAW, least)),
    Row(_DELTA, lambda least: agent_audio(AudioPath(), least)),
    Row("transcript delta", lambda _: text_calls.transcript_delta()),
    Row("conversation.item.done", lambda _: text_calls.item_done()),
    Row("response.done with usage", lambda _: text_calls.response_done()),
    Row("Settings, 2 KB, 3 functions", lambda _: text_calls.settings()),
    Row(_MINUTE, minute_of),
    Row("snapshot, as JSON", lambda _: text_calls.snapshot()),
    Row("restore, from JSON", lambda _: text_calls.restore()),
    Row(f"{_FRAME}, speed", lambda least: client_frame(VAD, AudioPath(), least), speed=True),
    Row(f"{_DELTA}, speed", lambda least: agent_audio(AudioPath(), least), speed=True),
    Row(f"{_MINUTE}, speed", minute_of, speed=True),
)


def measured_rows(effort: Effort) -> Iterator[tuple[Row, Cost]]:
    """Each row with its cost; those of the `speed` extra where it is installed."""
    for row in ROWS:
        if speed.installed() or not row.speed:
            yield row, row.measure(effort)
