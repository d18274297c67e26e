"""Calls of the state machine, kept to see that another version of the package says the same, byte for byte.

`python -m tests.property.walks record FILE [CALLS]` before a change that is to change nothing, and `python -m
tests.property.walks check FILE` after it. Snapshots are taken where they were, for they read the clock, but
what they look like is not compared. Recordings would not do: each begins with a snapshot, whose layout is
what such a change may change.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from attrs import define, field, fields
from hypothesis import Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from realtime_translate import Config, LocalProtocolError, Translator
from realtime_translate.outputs import Outputs
from realtime_translate.recording.replay import INPUTS
from realtime_translate.testing.profiles import PROFILES

TAPED = (*INPUTS, "snapshot")
CHUNK = 40
"""Calls of one run of the machine: each has a seed of its own."""
_SEED = 1000


@define
class Walk:
    """One translator's life. `steps`: the method, its arguments, the readings of the clock, what it gave."""

    config: Config
    prefix: str
    steps: list[tuple[str, tuple[Any, ...], list[float], object]] = field(factory=list[Any])


def said(act: Callable[[], Outputs], translator: Translator) -> object:
    """What an input gives, and when the translator wants to be called next."""
    try:
        outputs = act()
    except LocalProtocolError as error:
        return type(error).__name__, str(error)
    told = outputs if isinstance(outputs, tuple) else ()
    return [(type(each).__name__, _plain(each)) for each in told], translator.next_deadline


def _plain(output: Any) -> object:
    names = [each.name for each in type(output).__attrs_attrs__ if each.name != "message" or each.init]
    found = {name: getattr(output, name) for name in names}
    if type(output).__name__ == "SendToClient":
        found.pop("message", None)
    if found.get("leg") == 1:  # left out of recordings, too (N4)
        found.pop("leg")
    return repr(sorted((name, _value(value)) for name, value in found.items()))


def _value(value: object) -> object:
    return sorted(value.items()) if isinstance(value, dict) else value


class Tape:
    """Writes down what every translator is told and says meanwhile."""

    def __init__(self) -> None:
        self.walks: list[Walk] = []
        self._of: dict[int, tuple[Translator, Walk]] = {}
        self._read: list[float] = []

    @contextmanager
    def running(self) -> Generator[None, None, None]:
        made, restore = Translator.__init__, Translator.restore.__func__  # type: ignore[attr-defined]
        tape = self

        def init(self: Translator, config: Config = Config(), **given: Any) -> None:  # noqa: B008
            prefix = given["new_id"]()
            given["new_id"] = lambda: prefix
            clock = given["clock"]
            given["clock"] = lambda: tape._reading(clock())
            made(self, config, **given)
            tape._of[id(self)] = self, Walk(config, prefix)
            tape.walks.append(tape._of[id(self)][1])

        def restored(cls: type[Translator], snapshot: Any, *given: Any, **named: Any) -> Translator:
            """The copy begins with what the original was told; the machine copies the one that spoke last."""
            copy: Translator = restore(cls, snapshot, *given, **named)
            tape.walks.remove(tape._of.pop(id(copy))[1])
            return copy

        with ExitStack() as stack:
            stack.enter_context(patch.object(Translator, "__init__", init))
            stack.enter_context(patch.object(Translator, "restore", classmethod(restored)))
            for name in TAPED:
                stack.enter_context(patch.object(Translator, name, self._taped(name)))
            yield

    def _reading(self, now: float) -> float:
        self._read.append(now)
        return now

    def _taped(self, name: str) -> Callable[..., Outputs]:
        act = getattr(Translator, name)

        def taped(translator: Translator, *arguments: Any, **named: Any) -> Outputs:
            assert not named
            kept = self._of.get(id(translator))
            self._read = []
            gave: list[Outputs] = []

            def run() -> Outputs:
                gave.append(act(translator, *arguments))
                return gave[0]

            if kept is None:
                return run()
            failed: list[Exception] = []

            def watched() -> Outputs:
                try:
                    return run()
                except LocalProtocolError as error:
                    failed.append(error)
                    raise

            heard = said(watched, translator)
            kept[1].steps.append((name, arguments, self._read, heard))
            if failed:
                raise failed[0]
            return gave[0]

        return taped


def recorded(calls: int) -> list[Walk]:
    """So many calls of the state machine, at least."""
    from tests.property.test_call_machine import Calls

    tape = Tape()
    walks = settings(PROFILES["ci"], max_examples=CHUNK, phases=[Phase.generate], database=None)
    with tape.running():
        number = _SEED
        while len(tape.walks) < calls:
            seed(number)(Calls)
            run_state_machine_as_test(Calls, settings=walks)
            number += 1
    return tape.walks


def difference(walk: Walk) -> str:
    """Where a call says something else than it did; empty if nowhere. Every fourth input comes to a copy."""
    readings: list[float] = []
    named: dict[str, Any] = {"clock": lambda: readings[0], "new_id": lambda: walk.prefix}
    translator = Translator(walk.config, **named)
    for number, (name, arguments, read, heard) in enumerate(walk.steps):
        readings[:] = read or readings or [0.0]
        if number % 4 == 3:
            translator = Translator.resume(translator.standing(), named["clock"])
        method, taken = getattr(translator, name), arguments
        now = said(lambda: method(*taken), translator)  # noqa: B023 - called at once
        if now != heard:
            was, is_now = repr(heard), repr(now)
            at = next((at for at, (old, new) in enumerate(zip(was, is_now)) if old != new), 0)  # noqa: B905
            shown = slice(max(0, at - 200), at + 300)
            return f"step {number}, {name}{arguments!r:.80}\n  was …{was[shown]}\n  is  …{is_now[shown]}"
    return ""


def main(command: str, file: str, calls: str = "2000") -> int:
    path = Path(file)
    if command == "record":
        walks = recorded(int(calls))
        path.write_bytes(pickle.dumps(walks))
        sys.stdout.write(f"{len(walks)} calls, {sum(len(each.steps) for each in walks)} inputs\n")
        return 0
    walks = pickle.loads(path.read_bytes())
    for each in walks:
        each.config = _of_today(each.config)
    found = [(number, told) for number, each in enumerate(walks) if (told := difference(each))]
    for number, told in found[:3]:
        sys.stdout.write(f"call {number} of {walks[number].config.dialect.value}: {told}\n")
    sys.stdout.write(f"{len(found)} of {len(walks)} calls differ\n")
    return bool(found)


def _of_today(config: Config) -> Config:
    """The same configuration, where fields have been added since."""
    known = {each.name: getattr(config, each.name) for each in fields(Config) if hasattr(config, each.name)}
    return Config(**known)


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
