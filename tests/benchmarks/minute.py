"""A minute of a call: 3000 frames from the client, 600 deltas of the agent's audio, 4 turns, 1 tool.

In each quarter the user speaks for 4 s, and the agent's answer of 15 s comes faster than it is played, so
that from the second one on the user interrupts it. In the third quarter the model calls a function first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from attrs import frozen

from realtime_translate import Translator
from realtime_translate.audio import PCM_24K, AudioFormat
from tests.benchmarks import calls, events, floors
from tests.benchmarks.events import Answer
from tests.benchmarks.floors import STANDARD, Floors
from tests.benchmarks.measure import Call, Case, Segment

__all__ = ["DELTAS", "FRAMES", "SECONDS", "Step", "minute_of", "pieces", "step_call", "steps"]

FRAMES, DELTAS, TURNS = 3000, 600, 4
SECONDS = 60.0
_TURN = SECONDS / TURNS
_WITH_TOOL = 2
_DELTAS_A_TURN = DELTAS // TURNS


@frozen
class Step:
    """At `at` seconds the client or upstream sends `frame`. `kind`: audio, delta or text."""

    at: float
    leg: str
    kind: str
    frame: str | bytes


def steps(number: int = 0, audio: AudioFormat = PCM_24K) -> list[Step]:
    """Minute `number` of the call, in order; its ids are its own. `audio` is what the client sends."""
    frame = calls.tone(audio, calls.FRAME_MS)
    every = SECONDS / FRAMES
    said = [Step(n * every, "client", "audio", frame) for n in range(FRAMES)]
    for turn in range(TURNS):
        said += _turn(turn * _TURN, f"{number}x{turn}", tool=turn == _WITH_TOOL)
    return sorted(said, key=lambda step: step.at)


def pieces(number: int = 0, audio: AudioFormat = PCM_24K) -> list[tuple[float, list[Step]]]:
    """The same cut into quarters of a second, short enough to be timed at one go; when each begins."""
    cut = groupby(steps(number, audio), key=lambda step: int(step.at * 4))
    return [(quarter / 4, list(group)) for quarter, group in cut]


def minute_of(least: Floors = STANDARD) -> Case:
    """The whole minute; its floor is the sum of the floors of its frames."""
    cut = [(at, piece, [_floor(step, least) for step in piece]) for at, piece in pieces()]

    def segments(_: int) -> Iterator[Segment]:
        clock = calls.Clock()
        translator = calls.ready(clock=clock)
        for at, piece, floor in cut:
            clock.set(1.0 + at)
            yield Segment([step_call(translator, step) for step in piece], floor)

    return Case(segments, whole=True)


def step_call(translator: Translator, step: Step) -> Call:
    """The input of the translator that a step is."""
    receive = translator.receive_from_client if step.leg == "client" else translator.receive_from_upstream
    return receive, step.frame


def _floor(step: Step, least: Floors) -> Call:
    floor = {"audio": least.append, "delta": least.audio_delta, "text": floors.text}[step.kind]
    return floor, step.frame


def _turn(begin: float, name: str, *, tool: bool) -> Iterator[Step]:
    started, stopped, *rest, heard = events.user_spoke(name)
    yield Step(begin + 0.4, "upstream", "text", started)
    yield from _texts(begin + 4.0, (stopped, *rest))
    yield from _texts(begin + 4.3, (heard,))
    if tool:
        yield from _texts(begin + 4.4, Answer(f"{name}c").called)
        yield Step(begin + 4.8, "client", "text", events.call_answer(f"{name}c"))
    yield from _answer(begin + (5.2 if tool else 4.6), Answer(name))


def _answer(begin: float, answer: Answer) -> Iterator[Step]:
    """Three words for each five deltas at first, all within eight seconds."""
    yield from _texts(begin, (answer.created, *answer.begun))
    delta = answer.audio()
    pace = 8.0 / _DELTAS_A_TURN
    for n in range(_DELTAS_A_TURN):
        yield Step(begin + 0.1 + n * pace, "upstream", "delta", delta)
    for n, word in enumerate(answer.words()):
        yield Step(begin + 0.1 + n * pace * 5 / 3, "upstream", "text", word)
    yield from _texts(begin + 8.5, (*answer.spoken, answer.item_done, answer.output_done, answer.done))


def _texts(at: float, texts: Sequence[str]) -> Iterator[Step]:
    for text in texts:
        yield Step(at, "upstream", "text", text)
