"""The transition tables are whole: every state answers every event, with a step or a reason."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

import pytest

from realtime_translate import ClientDialect, Config
from realtime_translate.session import engine, routes, signals
from realtime_translate.session.policies import agent_turn, opening
from realtime_translate.session.policies.input_audio import detection
from realtime_translate.session.policies.response_slot import actions as slot_actions
from realtime_translate.session.tables import (
    BETWEEN,
    CREATE,
    DETECTION,
    FUNCTION_CALL,
    GATES,
    OPENING,
    RESPONSE,
    SLOT,
    TURNS,
    CreateEvent,
    CreateState,
    Detection,
    DetectionEvent,
    FunctionCallEvent,
    FunctionCallState,
    Gate,
    Opening,
    OpeningEvent,
    ResponseEvent,
    ResponseState,
    SlotEvent,
    SlotState,
    Step,
    TurnEvent,
    TurnState,
)
from tests.harness import Desk

Table = Mapping[Any, Mapping[Any, Step[Any]]]


def tables() -> dict[str, tuple[Table, type[Enum], Any]]:
    """Each table, its events, and the state that it begins in."""
    turns = {f"turn, {dialect.value}": TURNS[dialect] for dialect in ClientDialect}
    return {
        "opening": (OPENING, OpeningEvent, Opening.NEW),
        "slot": (SLOT, SlotEvent, SlotState.FREE),
        "response": (RESPONSE, ResponseEvent, ResponseState.NONE),
        "create": (CREATE, CreateEvent, CreateState.NONE),
        "function call": (FUNCTION_CALL, FunctionCallEvent, FunctionCallState.ANNOUNCED),
        "detection": (DETECTION, DetectionEvent, Detection.OFF),
        **{name: (table, TurnEvent, TurnState.SILENT) for name, table in turns.items()},
    }


TABLES = tables()
ACTIONS = ("opening", "slot", "detection", "turn")
CELLS = [
    pytest.param(table[state], state, event, id=f"{name}: {state.value}: {event.value}")
    for name, (table, events, _) in TABLES.items()
    for state in table
    for event in events
]


@pytest.mark.parametrize(("row", "state", "event"), CELLS)
def test_every_state_answers_every_event_with_a_step_or_a_reason(
    row: Mapping[Any, Step[Any]], state: Enum, event: Enum
) -> None:
    step = row[event]
    if step.because:
        assert (step.to, step.action) == (state, ""), "with a reason nothing happens"
    else:
        assert step.to is not state or step.action, "a step goes somewhere or does something"


@pytest.mark.parametrize("name", TABLES)
def test_no_row_answers_anything_else(name: str) -> None:
    table, events, _ = TABLES[name]
    assert all(set(row) == set(events) for row in table.values())


@pytest.mark.parametrize("name", TABLES)
def test_every_state_can_be_reached_and_no_step_leads_out_of_the_table(name: str) -> None:
    table, _, first = TABLES[name]
    assert set(reached(table, first)) == set(table)


def reached(table: Table, first: Any) -> list[Any]:
    seen = [first]
    for state in seen:
        seen += [step.to for step in dict.fromkeys(table[state].values()) if step.to not in seen]
    return list(dict.fromkeys(seen))


def test_the_tables_have_every_state() -> None:
    assert (set(OPENING), set(SLOT)) == (set(Opening), set(SlotState))
    assert set(DETECTION) == set(Detection)
    assert (set(RESPONSE), set(CREATE)) == (set(ResponseState), set(CreateState))
    assert set(FUNCTION_CALL) == set(FunctionCallState)
    assert set(TURNS) == set(ClientDialect)
    assert set().union(*TURNS.values()) == set(TurnState)


def test_the_states_of_a_dialect_are_those_that_it_can_tell_apart() -> None:
    component_only = {TurnState.WRITING, TurnState.SAID}
    assert set(TURNS[ClientDialect.COMPONENT]) - set(TURNS[ClientDialect.DEEPGRAM]) == component_only


def steps(owner: str) -> Iterator[Step[Any]]:
    for name, (table, _, _) in tables().items():
        if name.startswith(owner):
            yield from (step for row in table.values() for step in row.values())


def test_all_other_steps_of_these_do_something() -> None:
    idle = {
        (name, state, event)
        for name, (table, _, _) in tables().items()
        if name.startswith(ACTIONS)
        for state, row in table.items()
        for event, step in row.items()
        if not step.action and not step.because
    }
    assert idle == {
        ("opening", Opening.GREETED, OpeningEvent.UPSTREAM_OPENED),
        ("turn, component", TurnState.SAID, TurnEvent.ENDED),
    }


@pytest.mark.parametrize("owner", ACTIONS)
def test_every_action_that_is_named_exists_and_every_action_is_named(owner: str) -> None:
    actions: dict[str, Mapping[str, Any]] = {
        "opening": {**opening.ACTIONS, **opening.RENEWING},
        "slot": slot_actions._ACTIONS,
        "detection": detection._ACTIONS,
        "turn": agent_turn.ACTIONS,
    }
    assert {step.action for step in steps(owner)} - {""} == set(actions[owner])


@pytest.mark.parametrize("event", OpeningEvent)
def test_closed_is_closed(event: OpeningEvent) -> None:
    assert OPENING[Opening.CLOSED][event].to is Opening.CLOSED


@pytest.mark.parametrize("state", [state for state in Opening if state not in (Opening.NEW, Opening.CLOSED)])
@pytest.mark.parametrize("end", ["UPSTREAM_CLOSED", "CLIENT_CLOSED", "HOST_CLOSED", "FATAL"])
def test_every_living_state_can_end(state: Opening, end: str) -> None:
    renews = state in BETWEEN and end == "UPSTREAM_CLOSED"
    assert OPENING[state][OpeningEvent[end]].to is (Opening.WAITING if renews else Opening.CLOSED)


@pytest.mark.parametrize("dialect", ClientDialect)
def test_every_phase_has_a_gate(dialect: ClientDialect) -> None:
    assert set(GATES[dialect]) == set(Opening)
    ready = {state for state, gate in GATES[dialect].items() if gate is Gate.DELIVER}
    assert ready | {Opening.REPLAYING} == set(engine._READY)  # upstream answers, the client waits (N6)


# --- the routing table --------------------------------------------------------------------------------------

OWN = {signals.Fatal, signals.OpeningStep, signals.Deliver}
"""The engine's."""


def test_every_signal_goes_somewhere() -> None:
    kinds = [each for each in vars(signals).values() if isinstance(each, type)]
    every = {each for each in kinds if issubclass(each, signals.Signal)} - {signals.Signal}
    public = (getattr(signals, name) for name in signals.__all__)
    assert {each for each in public if hasattr(each, "__attrs_attrs__")} == every
    assert set(routes.SIGNALS) == every - OWN


TABLES_OF_ROUTES = (routes.CLIENT, routes.UPSTREAM, routes.SIGNALS)


def test_every_route_leads_to_a_policy() -> None:
    handlers = [each for table in TABLES_OF_ROUTES for row in table.values() for each in row]
    assert all(handlers)
    elsewhere = {
        each.__module__
        for each in (*handlers, *routes.SESSION_CREATED, *routes.TIMERS.values())
        if not each.__module__.startswith("realtime_translate.session.policies.")
    }
    assert elsewhere == set()


def test_no_row_of_the_routes_takes_the_place_of_another() -> None:
    """A kind that stands twice in one table would be heard by the handlers of its last row alone."""
    rows = [
        node
        for node in ast.walk(ast.parse(inspect.getsource(routes)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_on"
    ]
    assert len(rows) == sum(map(len, TABLES_OF_ROUTES)) + 1  # session.created has a row of its own


# --- the engine takes the steps of the table ----------------------------------------------------------------


def test_an_event_without_a_step_leaves_the_state_as_it_is() -> None:
    """`session.updated` in a session that is ready without Settings: a reason, and no more than a notice."""
    desk = Desk(Config.component())
    desk.opened()
    desk.dialled()
    updated = {"type": "session.updated", "session": {}}
    desk.upstream(updated)
    assert OPENING[Opening.READY_UNASKED][OpeningEvent.UPDATED].because
    log = desk.upstream(updated)
    assert (log.client, log.upstream, log.notices) == ([], [], ["UPSTREAM_ABSORBED"])
    assert desk.translator.state.opening is Opening.READY_UNASKED
