"""Calls to measure: a ready `Translator`, and one frame of audio to it beside the floor of that frame."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from operator import getitem

from realtime_translate import Config, ServerVad, Translator
from realtime_translate.audio import AudioFormat
from realtime_translate.mapping import formats
from realtime_translate.mapping.plan import AudioPath
from tests.benchmarks import events, floors
from tests.benchmarks.floors import STANDARD, Floors
from tests.benchmarks.measure import Case, repeated

__all__ = [
    "DELTA_MS",
    "FRAME_MS",
    "VAD",
    "Clock",
    "agent_audio",
    "client_frame",
    "opened",
    "path_case",
    "ready",
    "tone",
]

FRAME_MS = 20
"""Milliseconds of audio in a frame of the client."""
DELTA_MS = 100
"""Milliseconds of audio in a delta of upstream."""
VAD = Config.deepgram(turn_detection=ServerVad())
"""The server finds the end of the turn."""

_NUMBERS = itertools.count(1)


class Clock:
    """Moves only when told to. To read it costs what `time.monotonic` costs, as no Python code is called."""

    __slots__ = ("_now", "read")

    def __init__(self) -> None:
        self._now = [1.0]
        self.read: Callable[[], float] = partial(getitem, self._now, 0)

    def set(self, now: float) -> None:
        """Seconds."""
        self._now[0] = now


def opened(config: Config = VAD, clock: Clock | None = None) -> Translator:
    """A call that waits for Settings."""
    read = (clock or Clock()).read
    translator = Translator(config, clock=read, new_id=lambda: f"bench{next(_NUMBERS)}")
    translator.client_opened()
    return translator


def ready(
    config: Config = VAD,
    clock: Clock | None = None,
    settings: str = events.settings(),
    **carried: str,
) -> Translator:
    """A call whose session is confirmed; upstream carries PCM, or what `carried` says by direction."""
    translator = opened(config, clock)
    translator.receive_from_client(settings)
    translator.upstream_opened()
    translator.receive_from_upstream(events.session_updated(**carried))
    return translator


def client_frame(config: Config, path: AudioPath, least: Floors = STANDARD) -> Case:
    """One frame of the user's audio."""
    frame = tone(path.client, FRAME_MS)
    upstream = path.upstream.silence(FRAME_MS)
    bare = floors.resampling(path.client, path.upstream, frame)
    floor = floors.both(bare, least.append, upstream)
    return repeated(carrying(config, "input", path).receive_from_client, floor, frame, bare)


def agent_audio(path: AudioPath, least: Floors = STANDARD) -> Case:
    """One delta of the agent's audio, in the middle of a turn."""
    translator = carrying(VAD, "output", path)
    answer = events.Answer("1")
    for each in (answer.created, *answer.begun):
        translator.receive_from_upstream(each)
    audio = tone(path.upstream, DELTA_MS)
    frame = answer.audio(audio)
    bare = floors.resampling(path.upstream, path.client, audio)
    floor = floors.both(bare, least.audio_delta, frame)
    return repeated(translator.receive_from_upstream, floor, frame, bare)


def path_case(direction: str, path: AudioPath) -> Case:
    """One frame or delta of that direction."""
    return agent_audio(path) if direction == "output" else client_frame(VAD, path)


def carrying(config: Config, direction: str, path: AudioPath) -> Translator:
    """A call whose server carries what the path says."""
    carried = formats.to_upstream(path.upstream).type
    settings = events.settings(**{direction: path.client})  # type: ignore[arg-type] # they are formats
    return ready(config, None, settings, **{direction: str(carried)})


def tone(audio: AudioFormat, milliseconds: int) -> bytes:
    """Something that is heard."""
    return b"\x01\x12" * (audio.bytes_of(milliseconds) // 2)
