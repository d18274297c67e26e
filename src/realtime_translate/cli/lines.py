"""Steps for readers: what streams is told in one line, not in hundreds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import define, field, frozen

from .audio_time import AudioTime
from .detail import detail, one_line
from .steps import Party, Step

__all__ = ["CONTROL_ESCAPES", "Line", "is_final", "merged"]

CONTROL_ESCAPES = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}
"""What a peer sends must not steer a terminal."""


_ENDS_AUDIO = frozenset(
    {
        "AgentAudioDone",
        "Settings",
        "UserStartedSpeaking",
        "close",
        "input_audio_buffer.commit",
        "response.done",
        "response.output_audio.done",
    }
)


@frozen
class Line:
    """One line of a diagram: the first of the steps that it stands for, and what it says of them.

    `count` steps, the last at `until`; `seconds` is how long their audio lasts.
    """

    step: Step
    label: str
    count: int = 1
    until: float = 0.0
    seconds: float = 0.0


def merged(steps: Iterable[Step], gap: float | None = None) -> Iterator[Line]:
    """Frames of audio, deltas, interim transcripts and debug notices that follow each other become one line
    for each kind and direction, which says how many they are and how long the audio lasts; it stands at the
    time of the first. Any other step comes after them.

    With `gap` the directions have lines of their own: only a step in the same direction, or so many seconds
    without one, ends a line, and audio goes on until a step says that it is over.
    """
    lines = _Lines(gap)
    for step in steps:
        yield from lines.add(step)
    yield from lines.flush()


def is_final(step: Step) -> bool:
    """Whether a `Transcript` is the last one of what was heard."""
    return (step.frame or {}).get("is_final") is True


@define
class _Run:
    """Steps of one kind in one direction that become one line."""

    first: Step
    count: int = 0
    audio_bytes: int = 0
    seconds: float = 0.0
    text: str = ""
    last_t: float = 0.0

    def add(self, step: Step, seconds: float) -> None:
        self.count += 1
        self.audio_bytes += step.audio_bytes or 0
        self.seconds += seconds
        self.last_t = step.t
        frame = step.frame or {}
        delta = frame.get("delta")
        if step.audio_bytes is None and isinstance(delta, str):
            self.text += delta
        elif step.type == "Transcript":
            self.text = one_line(frame.get("transcript"))  # each holds all that was heard so far

    @property
    def line(self) -> Line:
        return Line(self.first, self.label, self.count, self.last_t, self.seconds)

    @property
    def end(self) -> float:
        """When the audio is over, if it is heard as soon as it comes."""
        return max(self.last_t, self.first.t + self.seconds)

    @property
    def label(self) -> str:
        kind = self.first.type
        if self.first.notice is not None:
            times = f" ({self.count} times)" if self.count > 1 else ""
            return f"{detail(self.first)}{times}"
        if self.first.audio_bytes is not None:
            frames = "frame" if self.count == 1 else "frames"
            return f"{kind}: {self.count} {frames}, {round(self.seconds, 3):g} s{self._until}"
        if self.count == 1:
            return f"{kind} {one_line(self.text)}"
        return f"{self.count} x {kind} {one_line(self.text)}"

    @property
    def _until(self) -> str:
        return f", until {self.last_t:.3f}" if self.last_t > self.first.t else ""


@define
class _Lines:
    """Turns steps into lines, holding back runs until something else happens."""

    _gap: float | None
    _time: AudioTime = field(factory=AudioTime)
    _runs: dict[tuple[Party, Party, str], _Run] = field(factory=dict[tuple[Party, Party, str], _Run])
    """The runs so far, by sender, receiver and what they say."""

    def add(self, step: Step) -> Iterator[Line]:
        """The lines that `step` completes."""
        self._time.observe(step)
        if not _is_part_of_stream(step):
            yield from self.flush() if self._gap is None else self._flush_before(step)
            yield Line(step, detail(step), until=step.t)
            return
        kind = detail(step) if step.notice is not None else step.type
        key = (step.sender, step.receiver, kind)
        if self._gap is not None and key in self._runs and step.t > self._runs[key].end + self._gap:
            yield self._runs.pop(key).line
        self._runs.setdefault(key, _Run(step)).add(step, self._time.seconds(step))

    def flush(self) -> Iterator[Line]:
        """The lines of the runs so far."""
        yield from [run.line for run in self._runs.values()]
        self._runs.clear()

    def _flush_before(self, step: Step) -> Iterator[Line]:
        """Those in the direction of `step`, unless they are audio that goes on."""
        direction, over = (step.sender, step.receiver), step.type in _ENDS_AUDIO
        for key, run in list(self._runs.items()):
            if key[:2] == direction and (over or run.first.audio_bytes is None):
                yield self._runs.pop(key).line


def _is_part_of_stream(step: Step) -> bool:
    if step.notice is not None:
        return step.notice["level"] == "debug"
    is_interim = step.type == "Transcript" and not is_final(step)
    return step.audio_bytes is not None or step.type.endswith(".delta") or is_interim
