"""Which calls of a response are answered, and since when all are (F5)."""

from __future__ import annotations

from attrs import define, field

__all__ = ["Rounds"]


@define
class Rounds:
    """`asked`: calls that wait for an answer, and the response that made each. `answered`: the response whose
    last call was answered at the time `since`.
    """

    asked: dict[str, str | None] = field(factory=dict[str, "str | None"])
    answered: str | None = None
    since: float = 0.0

    def ask(self, call_id: str, response_id: str | None) -> None:
        """A response makes a call."""
        self.asked[call_id] = response_id
        if response_id == self.answered:
            self.answered = None

    def answer(self, call_id: str, now: float) -> None:
        """An output of the call went upstream."""
        response_id = self.asked.pop(call_id, None)
        if response_id not in self.asked.values():
            self.answered, self.since = response_id, now

    def close(self, call_id: str) -> None:
        """The call is not answered any more."""
        self.asked.pop(call_id, None)

    def interrupt(self) -> None:
        """The user went on: no answer is followed."""
        self.answered = None

    def waits(self, active: str | None, now: float) -> float:
        """How long a response has run since its last call was answered, if it is the active one."""
        return now - self.since if active is not None and active == self.answered else 0.0
