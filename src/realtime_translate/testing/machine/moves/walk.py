"""Rules of the state machine that run while a call is open, and the count of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar, cast

from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from ...statistics import Statistics
from ..moods import Mood
from ..world import World

__all__ = ["CallWalk", "guarded", "move"]

Condition = Callable[[Any], bool]


def guarded(function: Callable[..., None]) -> Callable[..., None]:
    """Keep what failed first: a call that broke a rule is not held to the others any more."""

    @wraps(function)
    def guard(walk: CallWalk, **drawn: Any) -> None:
        try:
            function(walk, **drawn)
        except Exception as error:
            walk.failed = True
            walk.statistics.fail(error)
            raise

    return guard


def move(when: Condition | None = None, *, closed: bool = False, **strategies: Any) -> Callable[[Any], Any]:
    """A rule that is counted. It is possible while the call is open (or `closed`), and `when` holds."""

    def possible(walk: CallWalk) -> bool:
        return walk.world.closed is closed and (when is None or when(walk))

    def decorate(function: Callable[..., None]) -> Any:
        run = guarded(function)

        @wraps(function)
        def counted(walk: CallWalk, **drawn: Any) -> None:
            walk.statistics.steps += 1
            walk.statistics.reach("rule", function.__name__)
            run(walk, **drawn)

        ruled: Any = cast("Any", rule(**strategies))(counted)
        return precondition(possible)(ruled)

    return decorate


class CallWalk(RuleBasedStateMachine):
    """What all rules share. `world` is the call; `statistics` counts over all walks of the class."""

    statistics: ClassVar[Statistics] = Statistics()
    world: World
    settings_sent: bool
    texts_begun: int
    mood: Mood
    failed: bool

    def enter(self, world: World) -> None:
        """Another call: nothing was sent yet."""
        self.world = world
        self.settings_sent = False
        self.texts_begun = 0

    def feel(self, mood: Mood) -> None:
        """What the calls of this walk have to stand."""
        self.mood = mood

    def has_sent_settings(self) -> None:
        """From now on Settings are a repetition (S6)."""
        self.settings_sent = True

    def another_text(self) -> None:
        """A text of the user that none was before."""
        self.texts_begun += 1
        self.world.text(f"text {self.texts_begun}")

    @property
    def may_send(self) -> bool:
        """The component's client may send before Settings, others hang up on themselves (S5)."""
        return self.settings_sent or self.world.component

    @property
    def may_be_rude(self) -> bool:
        """The component's client is told of what it did wrong; others lose their call (T5)."""
        return self.mood.abrupt or self.world.component

    @property
    def is_ready(self) -> bool:
        """Whether upstream confirmed the session."""
        return self.world.ledger.updated
