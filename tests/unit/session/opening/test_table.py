"""The table of the opening: every state and event has a step, or a reason for doing nothing."""

from __future__ import annotations

import pytest

from realtime_translate import ClientDialect
from realtime_translate.session.policies.opening import ACTIONS, RENEWING
from realtime_translate.session.tables import BETWEEN, GATES, OPENING, Gate, Opening, OpeningEvent

PAIRS = [(state, event) for state in Opening for event in OpeningEvent]
LIVING = [state for state in Opening if state not in (Opening.NEW, Opening.CLOSED)]
ENDS = [
    OpeningEvent.CLIENT_CLOSED,
    OpeningEvent.HOST_CLOSED,
    OpeningEvent.UPSTREAM_CLOSED,
    OpeningEvent.FATAL,
]


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_every_pair_moves_or_says_why_not(state: Opening, event: OpeningEvent) -> None:
    step = OPENING[state][event]
    if step.because:
        assert (step.to, step.action) == (state, "")
    else:
        assert step.action or step.to is not state


def test_every_action_is_used_and_every_used_one_exists() -> None:
    used = {step.action for row in OPENING.values() for step in row.values() if step.action}
    assert used == {*ACTIONS, *RENEWING}
    assert not ACTIONS.keys() & RENEWING.keys()


def test_every_state_can_be_reached() -> None:
    reached, seen = {Opening.NEW}, set[Opening]()
    while reached - seen:
        state = (reached - seen).pop()
        seen.add(state)
        reached |= {step.to for step in OPENING[state].values()}
    assert reached == set(Opening)


@pytest.mark.parametrize("state", LIVING)
@pytest.mark.parametrize("event", ENDS)
def test_E5_every_living_state_ends(state: Opening, event: OpeningEvent) -> None:
    step = OPENING[state][event]
    if state in BETWEEN and event is OpeningEvent.UPSTREAM_CLOSED:  # another attempt follows (N14)
        assert step.to is Opening.WAITING
        return
    assert step.to is Opening.CLOSED
    assert step.action


@pytest.mark.parametrize("event", OpeningEvent)
def test_E5_nothing_leads_out_of_closed(event: OpeningEvent) -> None:
    assert OPENING[Opening.CLOSED][event].to is Opening.CLOSED
    assert OPENING[Opening.CLOSED][event].action == ""


@pytest.mark.parametrize("state", [state for state in LIVING if state is not Opening.READY])
def test_S3_only_our_update_or_the_dialect_makes_ready(state: Opening) -> None:
    ready = {event for event, step in OPENING[state].items() if step.to is Opening.READY}
    assert ready <= {OpeningEvent.REPLAYED if state in BETWEEN else OpeningEvent.UPDATED}


@pytest.mark.parametrize("dialect", ClientDialect)
@pytest.mark.parametrize("state", Opening)
def test_S5_every_state_says_what_becomes_of_messages(dialect: ClientDialect, state: Opening) -> None:
    expected = {
        Opening.NEW: Gate.REFUSE,
        Opening.GREETED: Gate.REFUSE if dialect is ClientDialect.DEEPGRAM else Gate.WAIT,
        Opening.DIALLED_EARLY: Gate.REFUSE if dialect is ClientDialect.DEEPGRAM else Gate.WAIT,
        Opening.DIALLING: Gate.WAIT,
        Opening.CONFIGURING: Gate.WAIT,
        Opening.CLOSED: Gate.REFUSE,
        **dict.fromkeys(BETWEEN, Gate.WAIT),
    }
    assert GATES[dialect][state] is expected.get(state, Gate.DELIVER)
