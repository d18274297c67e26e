"""Text messages to measure. Each comes when it would come in a call, with ids of its own, so that the state
machine has all of its work: what leads there is not timed.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence

from attrs import frozen

from realtime_translate import Translator
from tests.benchmarks import calls, events, floors
from tests.benchmarks.events import Answer
from tests.benchmarks.measure import Call, Case, Segment

__all__ = ["item_done", "response_done", "restore", "settings", "snapshot", "transcript_delta"]


@frozen
class _Talk:
    """Calls in which the agent answers again and again."""

    translators: list[Translator]
    numbers: Iterator[int]

    @classmethod
    def new(cls) -> _Talk:
        return cls([], itertools.count(1))

    def answers(self, count: int, lead: Callable[[Answer], Iterable[str]]) -> list[tuple[Translator, Answer]]:
        """So many calls with a fresh answer each, which has come as far as `lead` says."""
        while len(self.translators) < count:
            self.translators.append(calls.ready())
        found = [(each, Answer(str(next(self.numbers)))) for each in self.translators[:count]]
        for translator, answer in found:
            _tell(translator, lead(answer))
        return found


def transcript_delta() -> Case:
    """A word of the agent's, in an answer of ordinary length."""
    talk = _Talk.new()

    def segments(count: int) -> Iterator[Segment]:
        ((translator, answer),) = talk.answers(1, lambda answer: (answer.created, *answer.begun))
        texts = list(itertools.islice(answer.words(), count))
        yield _beside_floor([(translator.receive_from_upstream, text) for text in texts])
        _tell(translator, (answer.done,))

    return Case(segments)


def item_done() -> Case:
    """`conversation.item.done` of what the agent said."""
    talk = _Talk.new()

    def segments(count: int) -> Iterator[Segment]:
        found = talk.answers(count, _spoken)
        yield _beside_floor([(each.receive_from_upstream, answer.item_done) for each, answer in found])
        for translator, answer in found:
            _tell(translator, (answer.output_done, answer.done))

    return Case(segments)


def response_done() -> Case:
    """`response.done` with usage, at the end of a whole answer."""
    talk = _Talk.new()

    def segments(count: int) -> Iterator[Segment]:
        found = talk.answers(count, _all_but_done)
        yield _beside_floor([(each.receive_from_upstream, answer.done) for each, answer in found])

    return Case(segments)


def settings(text: str = events.settings()) -> Case:
    """Settings of a new call, to whose upstream the host has dialled already: they are passed on at once."""

    def segments(count: int) -> Iterator[Segment]:
        translators = [calls.opened() for _ in range(count)]
        for each in translators:
            each.upstream_opened()
        yield _beside_floor([(each.receive_from_client, text) for each in translators])

    return Case(segments)


def snapshot() -> Case:
    """A snapshot in the middle of an answer, as JSON."""
    translator = _answering()
    return Case(
        lambda count: [Segment([(lambda each: json.dumps(each.snapshot()), translator)] * count)],
    )


def restore() -> Case:
    """The same snapshot restored from its JSON."""
    text = json.dumps(_answering().snapshot())
    clock = calls.Clock()

    def restored(text: str) -> Translator:
        return Translator.restore(json.loads(text), calls.VAD, clock=clock.read, new_id=lambda: "bench")

    return Case(lambda count: [Segment([(restored, text)] * count)])


def _answering() -> Translator:
    translator, answer = calls.ready(), Answer("1")
    translator.receive_from_client(calls.tone(events.PCM_24K, calls.FRAME_MS))
    _tell(translator, (*events.user_spoke("1"), answer.created, *answer.begun, *answer.words()))
    return translator


def _spoken(answer: Answer) -> tuple[str, ...]:
    return (answer.created, *answer.begun, *answer.words(), answer.audio(), *answer.spoken)


def _all_but_done(answer: Answer) -> tuple[str, ...]:
    return (*_spoken(answer), answer.item_done, answer.output_done)


def _beside_floor(operation: Sequence[Call]) -> Segment:
    return Segment(operation, [(floors.text, text) for _, text in operation])


def _tell(translator: Translator, texts: Iterable[str]) -> None:
    for text in texts:
        translator.receive_from_upstream(text)
