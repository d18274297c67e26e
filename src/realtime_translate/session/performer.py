"""Carries out what an input leads to: the steps of the opening, outputs, and signals.

Effects are carried out depth first, in order: outputs are collected, signals go where `routes` sends them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import cast, get_args

from ..outputs import Notice, Output, Outputs
from .entries import Pending
from .env import Env
from .policies import noticed, opening
from .policies.opening import Cause
from .routes import SIGNALS, Handlers
from .signals import Deliver, Effects, Fatal, OpeningStep
from .state import Call
from .tables import OPENING, Opening, OpeningEvent

__all__ = ["Performer"]

_OUTPUTS = frozenset(get_args(Output)) - {Notice}
_NO_CAUSE = Cause()
# On Python 3.10 and 3.11 looking a member up costs as much as three calls: audio does without.
_CLOSED = Opening.CLOSED


class Performer(ABC):
    """One call, and what the host has to do for it, in `out`."""

    __slots__ = ("call", "env", "out")

    def __init__(self, call: Call, env: Env) -> None:
        self.call: Call = call
        self.env: Env = env
        self.out: list[Output] = []

    def take(self) -> Outputs:
        """What the host has to do."""
        if not self.out:
            return ()
        outputs = tuple(self.out)
        self.out.clear()
        return outputs

    def step(self, event: OpeningEvent, cause: Cause = _NO_CAUSE) -> None:
        """Take a step of the opening. The last step gives outputs only: the call is closed by then."""
        step = OPENING[self.call.phase][event]
        self.call.phase = step.to
        effects = self._effects(step.action, cause)
        if step.to is _CLOSED:
            self.out.extend(noticed.minute_over(self.call, self.env))
            self.env.timers.clear()
            opening.forget(self.call.opening)
            self.out.extend(cast("Sequence[Output]", effects))
        else:
            self.perform(effects)

    def _effects(self, name: str, cause: Cause) -> Effects:
        """What an action of the opening wants. Those of renewals see the whole call."""
        if not name:
            return ()
        renewing = opening.RENEWING.get(name)
        if renewing is not None:
            return renewing(self.call, self.env, cause)
        return opening.ACTIONS[name](self.call.opening, self.env, cause)

    def perform(self, effects: Effects) -> None:
        """Carry out effects depth first, in order; nothing after the call has closed."""
        for effect in effects:
            if self.call.phase is _CLOSED:
                return
            kind = effect.__class__
            if kind in _OUTPUTS:
                self.out.append(cast("Output", effect))
            elif kind in SIGNALS:
                self.route(SIGNALS[kind], effect)
            elif isinstance(effect, Notice):  # there may be too many (L5)
                self.out += noticed.passed(self.call.noticed, self.env, effect)
            elif isinstance(effect, OpeningStep):
                self.step(effect.event, Cause(voiced=self.call.playback.voiced, reason=effect.why))
            elif isinstance(effect, Deliver):
                self.deliver(effect.entry)
            else:
                fatal = cast("Fatal", effect)
                self.step(OpeningEvent.FATAL, Cause(error=fatal.code, description=fatal.description))

    def route(self, handlers: Handlers, subject: object) -> None:
        """Let all that hear of it act, in their order."""
        for handler in handlers:
            effects = handler(self.call, self.env, subject)
            if effects:
                self.perform(effects)

    @abstractmethod
    def deliver(self, entry: Pending) -> None:
        """A client message that waited is handled now."""
