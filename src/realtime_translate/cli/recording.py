"""Recordings on the command line: what a `Recorder` wrote, fed to a translator again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from attrs import define, evolve, field

from ..recording import Played, RecordingError, ReplayResult, is_header, replay
from ..standing import SessionState
from .inputs import UserError, first_object
from .steps import Party, Step, frame_step, output_step, socket_step

__all__ = ["RECORDING_HELP", "Drawing", "is_recording", "reproduce"]

RECORDING_HELP = """\
A recording is what realtime_translate.recording.Recorder wrote. All of its inputs are fed to the translator
that it describes (--dialect is not asked for); the exit code is 1 if anything comes out differently, and the
first difference is printed. With --format the call is drawn as well, up to that difference.
"""


def is_recording(text: str) -> bool:
    """Whether a file is a recording: its first line says so."""
    return is_header(first_object(text))


def reproduce(text: str, source: str, watch: Callable[[Played], None] = lambda _: None) -> ReplayResult:
    """Replay it; `watch` gets each input. Raises `UserError` that names `source`."""
    try:
        return replay(text.split("\n"), watch=watch)
    except RecordingError as error:
        raise UserError(f"{source}: {error}") from None


@define(eq=False)
class Drawing:
    """The steps of a replayed call, in seconds since the first reading of its clock."""

    states: list[tuple[float, SessionState]] = field(factory=list[tuple[float, SessionState]], init=False)
    """What the translator said of itself after each input, where that changed, and when."""
    _steps: list[Step] = field(factory=list[Step], init=False)
    _began: float | None = field(default=None, init=False)
    _now: float = field(default=0.0, init=False)

    def add(self, played: Played) -> None:
        """The next input."""
        if played.t is not None:
            self._began = played.t if self._began is None else self._began
            self._now = played.t - self._began
        self._steps += _input_steps(self._now, played)
        if isinstance(played.outcome, Exception):
            self._steps.append(_raised(self._now, played.method, played.outcome))
        else:
            self._steps += [output_step(self._now, output) for output in played.outcome]
        self._see(played.state)

    def run(self) -> Iterator[Step]:
        """The steps so far."""
        return iter(self._steps)

    def _see(self, state: SessionState) -> None:
        if state.next_timer is not None:
            name, deadline = state.next_timer
            state = evolve(state, next_timer=(name, deadline - (self._began or 0.0)))
        if not self.states or self.states[-1][1] != state:
            self.states.append((self._now, state))


_FRAMES: Mapping[str, Party] = {
    "receive_from_client": Party.CLIENT,
    "receive_from_upstream": Party.UPSTREAM,
}
_EVENTS: Mapping[str, tuple[Party, str, tuple[str, ...]]] = {
    "client_opened": (Party.CLIENT, "open", ()),
    "upstream_opened": (Party.UPSTREAM, "opened", ("leg",)),
    "client_closed": (Party.CLIENT, "close", ("code", "reason")),
    "upstream_closed": (Party.UPSTREAM, "close", ("code", "reason")),
    "playback_reported": (Party.HOST, "playback_reported", ("played_ms",)),
    "renew": (Party.HOST, "renew", ()),
    "function_result": (Party.HOST, "function_result", ("call_id", "content")),
    "close": (Party.HOST, "close", ("code", "reason")),
}
"""Who does what where no frame comes; a deadline that has come is nobody's doing."""


def _input_steps(t: float, played: Played) -> Iterator[Step]:
    if played.method in _EVENTS:
        sender, event, names = _EVENTS[played.method]
        given = zip(names, played.arguments, strict=False)
        details = {name: value for name, value in given if (name, value) != ("leg", 1)}
        yield socket_step(t, sender, Party.TRANSLATOR, event, **details)
    elif played.method in _FRAMES:
        sender, (frame, *_) = _FRAMES[played.method], played.arguments
        if isinstance(frame, bytes) and sender is Party.UPSTREAM:
            frame = frame.decode(errors="replace")  # upstream sends JSON in binary frames too
        if isinstance(frame, (str, bytes)):
            yield frame_step(t, sender, Party.TRANSLATOR, frame)


def _raised(t: float, method: str, error: Exception) -> Step:
    kind = type(error).__name__
    return socket_step(t, Party.TRANSLATOR, Party.HOST, "raised", method=method, error=kind)
