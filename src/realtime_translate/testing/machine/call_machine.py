"""Calls from opening to rest, held by Hypothesis: where a walk begins, and what is looked at in between."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import hypothesis.strategies as st
from attrs import evolve
from hypothesis import currently_in_test_context, note
from hypothesis.stateful import initialize, invariant

from ... import deepgram, openai
from ...config import ClientDialect, Config, ServerVad
from ...translator import Translator
from ...wire import Malformed, Unknown
from ..model.script import Call, Reply
from .broken import require
from .checks import rest
from .hooks import Hooks
from .host import Host
from .moods import ANY, MOODS, RUNNING
from .moves import recovery
from .moves.host import HostMoves
from .moves.legs import LegMoves
from .moves.opening import configs, wanted_settings
from .moves.rough_openings import DISTURBANCES, EARLY_STAGES, ENDS, STAGES, Stage, unasked
from .moves.walk import guarded, move
from .network import HOST_KINDS, STEP
from .pasted import Shown, imports
from .random_agent import TOOL
from .world import World

__all__ = ["CallMachine"]

Json = dict[str, Any]
STATE_LIMIT = 12_000
"""Characters of a snapshot (*Always true* 7)."""
_LEAST_REST, _MOST_REST = 60, 600
"""Seconds at the end of a walk: longer than every timer but one, and long enough for a pause to come."""
_LOOK_EVERY = 8
"""Steps between two looks at a snapshot, which take as long as the step itself."""
_DEEP = ("ready", "answering", "speaking", "calling", "user speaking", "racing")
_SHALLOW = ("configuring", "new", "unasked", "disturbed", "disturbed early")
_STARTS = (*_DEEP, *_SHALLOW)
"""Where a walk begins: most of them deep in a call."""
_DIALLED_EARLY = ("unasked", "disturbed early")


@st.composite
def _shown_configs(draw: st.DrawFn) -> Shown:
    machine: CallMachine = draw(st.runner())
    return Shown(draw(machine.configs()))


class CallMachine(LegMoves, HostMoves):
    """Calls from opening to rest.

    Override `make_host` to test a host of your own, and the checks to know more about its frames.
    """

    renewed: ClassVar[bool] = False
    """Whether calls outlive their upstream sessions (N); your `Host` has to take legs then."""
    hooks: Hooks
    kind: str
    looks: int

    def __init__(self) -> None:
        super().__init__()
        if currently_in_test_context():
            note(imports(type(self)))
        self.statistics.examples += 1
        self.failed = False
        self.feel(MOODS["calm"])
        self.looks = 0
        self.hooks = Hooks(
            self.make_host, self.restore_host, self.check_client_frame, self.check_upstream_frame
        )
        self.kind = "punctual"
        self._enter(Config.deepgram(), 0, "new")

    # --- what a user of this class may override -----------------------------------------------------

    def make_host(self, config: Config, clock: Callable[[], float], new_id: Callable[[], str]) -> Host:
        """The program in the middle, for one call. `clock` gives seconds, `new_id` short unique ids."""
        return Translator(config, clock=clock, new_id=new_id)

    def restore_host(
        self, host: Host, config: Config, clock: Callable[[], float], new_id: Callable[[], str]
    ) -> Host | None:
        """A second host that goes on where `host` stands; None if yours cannot be copied."""
        if not isinstance(host, Translator):
            return None
        snapshot = json.loads(json.dumps(host.snapshot()))
        copy = Translator.restore(snapshot, config, clock=clock, new_id=new_id)
        require(copy.snapshot() == host.snapshot(), "6 a restored host stands where the first one does")
        return copy

    def check_client_frame(self, dialect: ClientDialect, frame: Json) -> None:
        """Raise if a text frame is not one for a client of that dialect (*Always true* 4). Here: the
        package's own parser.
        """
        message = deepgram.parse_server(json.dumps(frame))
        require(not isinstance(message, (Unknown, Malformed)), "4 clients understand every frame", frame)

    def check_upstream_frame(self, frame: Json) -> None:
        """Raise if a frame (audio apart) is not one for the server (*Always true* 4). Here: the package's own
        parser.
        """
        message = openai.parse_client(json.dumps(frame))
        require(not isinstance(message, (Unknown, Malformed)), "4 the server understands every frame", frame)

    def configs(self) -> st.SearchStrategy[Config]:
        """The configurations that calls are held with."""
        return configs(renewed=self.renewed)

    # --- beginnings -----------------------------------------------------------------------------------

    @initialize(
        config=_shown_configs(),
        seed=st.integers(0, 2**32),
        kind=st.sampled_from(sorted(HOST_KINDS)),
        start=st.sampled_from([*_DEEP, *_DEEP, *_SHALLOW]),
        wanted=wanted_settings(),
        mood=st.sampled_from([*["calm"] * 4, *MOODS, *RUNNING, *ANY, *ANY]),
    )
    @guarded
    def begin(
        self, config: Config | Shown, seed: int, kind: str, start: str, wanted: Json, mood: str
    ) -> None:
        """A call, from its opening on or from the middle of it."""
        self.feel(MOODS[mood])
        self.kind = kind
        self._enter(config.config if isinstance(config, Shown) else config, seed, start)
        self._start(start, wanted)

    @move(closed=True, seed=st.integers(0, 2**32), start=st.sampled_from(_STARTS), wanted=wanted_settings())
    def another_call(self, seed: int, start: str, wanted: Json) -> None:
        """The next client of the same host, after a call that was closed."""
        self.statistics.closed += 1
        self._enter(self.world.config, seed, start)
        self._start(start, wanted)

    def _enter(self, config: Config, seed: int, start: str) -> None:
        kind = "dials early" if start in _DIALLED_EARLY else self.kind
        if start == "racing":  # with a server that answers what it hears by itself
            config = evolve(config, turn_detection=ServerVad(create_response=True))
        self.enter(World(config, seed, HOST_KINDS[kind], self.hooks, self.statistics, self.mood))

    def _start(self, start: str, wanted: Json) -> None:
        self.statistics.reach("start", start)
        self._situate(start, wanted)
        random = self.world.chance.random
        if self.mood.abrupt and not self.world.closed and random.randrange(3) == 0:
            self.world.run(random.randrange(512) * STEP)
            ENDS[random.choice([*ENDS])](self.world)

    def _situate(self, start: str, wanted: Json) -> None:
        world = self.world
        world.open()
        if start == "new":
            return
        if start in _DIALLED_EARLY:
            self._open_early(start, wanted)
            return
        world.dial_fails = self.mood.abrupt and world.chance.random.randrange(8) == 0
        if start == "disturbed":
            self._disturb(STAGES, wanted)
            return
        self.configure(wanted)
        if start != "configuring":
            world.run_until(lambda: self.is_ready, 2.0)
            self._go_deep(start)

    def _open_early(self, start: str, wanted: Json) -> None:
        """A host that dials early configures the session before there are Settings (S4)."""
        if start == "disturbed early":
            self._disturb(EARLY_STAGES, wanted)
            return
        unasked(self.world, lambda: None)
        if self.world.chance.random.randrange(2):
            return
        if self.may_send:  # Settings find the slot taken
            self.another_text()
            self.world.run_until(lambda: self.world.ledger.active is not None, 2.0)
        self.configure(wanted)

    def _disturb(self, stages: Mapping[str, Stage], wanted: Json) -> None:
        """One of the stages, and one of the things that may happen to it."""
        pick = self.world.chance.random.choice
        stage, what = pick([*stages]), pick([*DISTURBANCES])
        self.statistics.reach("disturbed opening", f"{stage}: {what}")
        stages[stage](self.world, lambda: self.configure(wanted))
        if not self.world.closed:
            DISTURBANCES[what](self.world)
            if what == "settings again":
                self.has_sent_settings()

    def _go_deep(self, start: str) -> None:
        world = self.world
        if start == "answering":
            self.another_text()
            world.run_until(lambda: world.ledger.active is not None, 2.0)
        elif start == "speaking":
            self.another_text()
            world.run_until(lambda: world.ledger.sounding, 2.0)
        elif start == "calling":
            world.agent.replies.append(
                Reply(Call(TOOL, '{"city": "Oslo"}'), Call(TOOL, '{"city": "Bergen"}'))
            )
            self.another_text()
            world.run_until(lambda: bool(world.ledger.open_calls), 3.0)
        elif start == "user speaking":
            self.utter(5, 60, speech=True)
        elif start == "racing":
            self._race()

    def _race(self) -> None:
        """The server's responses and ours, both at about the same time (R1, R3, R7)."""
        random = self.world.chance.random
        for _ in range(random.randrange(1, 4)):
            self.cross(random.randrange(13))
            self.utter(random.randrange(6), 60, speech=True)

    # --- always true ----------------------------------------------------------------------------------

    @invariant()
    @guarded
    def always_true(self) -> None:
        """*Always true* 1, 2 and 7 after each step; most of the rest is checked at each input."""
        rest.never(self.world)
        self.looks += 1
        if self.looks % _LOOK_EVERY:
            return
        for host in (self.world.host, self.world.twin):
            if isinstance(host, Translator):
                require(host.next_deadline == host.next_deadline, "7 next_deadline changes nothing")
                self._check_size(host.snapshot())

    def _check_size(self, snapshot: Mapping[str, Any]) -> None:
        """What is kept stays small, apart from what primes a resampler, and from what waits, which has limits
        of its own (L3): calls among it that the client or the host has not answered.
        """
        kept = {name: part for name, part in snapshot.items() if not name.startswith("audio")}
        ledger, call = self.world.ledger, snapshot["call"]
        settled = ledger.applied and not self.world.legs.between
        waiting: list[Any] = [] if settled else call["opening"]["waiting"]
        unanswered = {each["id"] for each in ledger.open_calls} | set(ledger.host_calls)
        calls = [each for each in call["calls"]["calls"] if each["client_id"] in unanswered]
        updates = call["updates"]
        told = call["past"]["items"]  # as much as the context and the ledger are
        heavy = [waiting, calls, told, updates["waiting"], updates["sent"], *self._for_the_next_leg(call)]
        size = len(json.dumps(kept)) - len(json.dumps(heavy))
        require(size < STATE_LIMIT + 200 * len(ledger.texts), "7 state stays under a fixed size", size)

    def _for_the_next_leg(self, call: Mapping[str, Any]) -> list[Any]:
        """What has bounds of its own (N7, N12)."""
        renewal = self.world.config.renewal
        if renewal is None:
            return []
        entries, audio = call["ledger"]["entries"], call["audio"]
        require(len(entries) <= renewal.ledger_items, "N7 the ledger has a bound", len(entries))
        characters = sum(len(each["text"]) + len(each["arguments"]) for each in entries)
        require(characters <= renewal.ledger_chars, "N7 the ledger has a bound", characters)
        most = renewal.audio_seconds * self.world.audio.widest
        for name in ("recent", "again"):
            size = len(audio[name]) * 3 / 4 - 4
            require(size <= most, "N12 the audio that is kept has a bound", size)
        return [entries, audio["recent"], audio["again"], call["opening"]["settings"]]

    @guarded
    def teardown(self) -> None:
        """Answer what is open and wait: then every turn has been answered, and nothing waits (5)."""
        self.statistics.closed += self.world.closed
        if self.failed or self.world.closed or not self.settings_sent:
            return
        self._come_to_rest()
        if not self.world.closed:
            rest.at_rest(self.world)
            recovery.goes_on(self.world, self._come_to_rest)
        if not self.world.closed:
            self.world.have_said("Good bye.", "queue")  # nobody has the turn any more (T8)
        if not self.world.closed:
            self.world.hang_up()
            require(self.world.host.next_deadline is None, "7 after close there is no deadline")

    def _come_to_rest(self) -> None:
        """Until nothing goes on; calls are answered by most clients, and by some never (R8)."""
        world = self.world
        answers = world.chance.random.randrange(4) > 0
        for second in range(_MOST_REST):
            world.run(1.0)
            while answers and world.ledger.open_calls and not world.closed:
                world.answer(0, "{}")
            while answers and world.ledger.host_calls and not world.closed:
                world.run_function(0, "{}")
            # With an idle timeout the server speaks up again and again: stop between two of its turns.
            if world.closed or (second > _LEAST_REST and world.is_quiet):
                return
