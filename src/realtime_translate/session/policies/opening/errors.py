"""Which upstream errors are about the opening (S7, E6)."""

from __future__ import annotations

from ....mapping import dispensable
from ....mapping.errors import Problem
from ....mapping.shapes import is_flat
from ....openai import Session
from ...env import Env
from ...state import Call, OpeningState
from ...tables import OPENING, Opening, OpeningEvent

__all__ = ["meant_by", "shown_by"]

_CONFIGURING = (Opening.CONFIGURING, Opening.RECONFIGURING)


def meant_by(state: OpeningState, env: Env, phase: Opening, problem: Problem) -> OpeningEvent | None:
    """What an error is to the opening; None if it is about something else."""
    row = OPENING[phase]
    if row[OpeningEvent.NO_SESSION].action and _is_of_the_server(state, env, problem):
        return OpeningEvent.NO_SESSION
    if row[OpeningEvent.REFUSED].action and _answers_update(state, phase, problem):
        return OpeningEvent.SHOWN_FLAT if state.flat and not env.server.shape.moved else OpeningEvent.REFUSED
    return None


def shown_by(call: Call, env: Env, session: Session) -> OpeningEvent:
    """What a `session.updated` is to the opening: our update holds, unless it had another shape (D5)."""
    other = OPENING[call.phase][OpeningEvent.SHOWN_FLAT].action and not env.server.shape.moved
    return OpeningEvent.SHOWN_FLAT if other and is_flat(session) else OpeningEvent.UPDATED


def _answers_update(state: OpeningState, phase: Opening, problem: Problem) -> bool:
    """Before ready an error answers our update if it carries its id, or none; later one without an id if it
    names a part that was sent (S7).
    """
    if problem.event_id:
        return problem.event_id == state.update_event
    return phase in _CONFIGURING or dispensable.found(problem.path, state.session) is not None


def _is_of_the_server(state: OpeningState, env: Env, problem: Problem) -> bool:
    """Before any event of the session an error is the server's own, unless it answers an event of ours or is
    about our update (E6).
    """
    if state.began or problem.event_id.startswith(f"{env.ids.prefix}_"):
        return False
    gone = dispensable.is_gone(problem.path, state.refused_parts)
    return not (gone or dispensable.names(problem.path, state.session))
