"""Every client message in every state of the opening and of the response slot, in both dialects: one table.

A message waits, is delivered, is answered or ends the session (S5, S6, T2-T7); nothing raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from realtime_translate import Config, ManualCommit, OrderError, Renewal, ServerVad
from realtime_translate.deepgram import CLIENT_MESSAGES, COMPONENT_CLIENT_MESSAGES
from realtime_translate.session.tables import BETWEEN, Opening, SlotState
from tests.events import UPDATED, busy, created, error, inject, speech, user_item
from tests.harness import SETTINGS, Desk, ready
from tests.unit.session.client_messages.every_message import MESSAGES, UPDATES, outcome
from tests.unit.session.played import asked, begun_by_server, tags_echoed

Table = dict[str, str]

DG, CO = "DG", "CO"
RENEWAL = Renewal(delays=(1.0,))
CONFIGS = {
    DG: {
        "VAD": Config.deepgram(renewal=RENEWAL),
        "manual": Config.deepgram(turn_detection=ManualCommit()),
    },
    CO: {
        "VAD": Config.component(turn_detection=ServerVad(), renewal=RENEWAL),
        "manual": Config.component(),
    },
}

# --- the table ----------------------------------------------------------------------------------------------


def fatal(code: str) -> str:
    return f"!SESSION_FAILED <Error:{code} CloseClient CloseUpstream"


def every(result: str, **but: str) -> Table:
    """One outcome for all; `but` for those that the dialect cannot read (T5)."""
    return {name: but.get(READING.get(name, ""), result) for name in MESSAGES}


READING = {
    "an unknown type": "unknown",
    "a type of the server's": "unknown",
    "a missing field": "unparsable",
    "a wrong field": "unparsable",
    "no type": "unparsable",
    "no object": "unparsable",
    "no JSON": "unparsable",
    "KeepAlive": "keepalive",
    "audio": "audio",
    "no audio": "audio",
}
UNREADABLE: dict[str, Table] = {
    DG: {"unknown": fatal("UNPARSABLE_CLIENT_MESSAGE"), "unparsable": fatal("UNPARSABLE_CLIENT_MESSAGE")},
    CO: {
        "unknown": "!CLIENT_MESSAGE_REFUSED <Error:disallowed_client_message_type",
        "unparsable": "!CLIENT_MESSAGE_REFUSED <Error:unparsable_client_message",
    },
}
ABSORBED = "!KEEPALIVE_ABSORBED"
EARLY = fatal("NON_SETTINGS_MESSAGE_BEFORE_SETTINGS")
TWICE = {DG: fatal("SETTINGS_ALREADY_APPLIED"), CO: "!SETTINGS_REPEATED <SettingsApplied"}


def waiting(dialect: str) -> Table:
    """Settings came, or a component's client does not send them first: all waits (S5)."""
    return every("!MESSAGE_WAITS", keepalive=ABSORBED, audio="", **UNREADABLE[dialect])


def too_early(dialect: str) -> Table:
    return every(EARLY, keepalive=ABSORBED, **UNREADABLE[dialect])


def delivered(dialect: str, *, free: bool, commits: str) -> Table:
    """The session is ready: what does not depend on who has the slot, and what does (R2, T2, T3, T7)."""
    text = "<ConversationText <History" if dialect == DG else "<ConversationText"
    forced = "<Warning:FORCE_END_TURN_UNSUPPORTED" if commits == "VAD" else "!COMMIT_TOO_SHORT"
    create = ">response.create"
    return {
        **every("", keepalive=ABSORBED, **UNREADABLE[dialect]),
        "Settings": TWICE[dialect],
        **dict.fromkeys(UPDATES, ">session.update" if free else ""),
        "InjectUserMessage": f">conversation.item.create {text}",
        "InjectAgentMessage": create if free else "<InjectionRefused",
        "InjectAgentMessage, queue": create if free else "",
        "InjectAgentMessage, interrupt": create if free else "",
        "InjectAgentMessage, unheard of": "<InjectionRefused",
        "InjectAgentMessage, empty": "<InjectionRefused",
        "InjectAgentMessage, empty, interrupt": "<InjectionRefused",
        "InjectAgentMessage, dynamic": create if free else "<InjectionRefused",
        "FunctionCallResponse": "!CALL_ANSWER_IGNORED",
        "UpdateThink_Live": "!CLIENT_MESSAGE_REFUSED <Warning:THINK_LIVE_UNSUPPORTED",
        "ForceEndTurn": forced,
        "__customToThinkProvider": "!CLIENT_MESSAGE_REFUSED <Warning:CUSTOM_THINK_UNSUPPORTED",
        "audio": ">input_audio_buffer.append",
    }


APPLIED_ONCE = "!SETTINGS_REPEATED"
CUT = "<UserStartedSpeaking >response.cancel"


def slot_table(dialect: str, state: SlotState, commits: str) -> Table:
    table = delivered(dialect, free=state is SlotState.FREE, commits=commits)
    if state in (SlotState.RUNNING, SlotState.CROSSED):  # B1, B2
        table["InjectAgentMessage, interrupt"] = CUT
    return table


def unsettled(*, free: bool, settings: str) -> Table:
    """A component's session, ready before Settings: updates wait for those, nothing else does (S4)."""
    table = delivered(CO, free=free, commits="VAD")
    if not free:
        table["InjectAgentMessage, interrupt"] = CUT
    if settings == APPLIED_ONCE:  # they said what the audio is: it waits until that holds
        table["audio"] = ""
    return {**table, "Settings": settings, **dict.fromkeys(UPDATES, "!MESSAGE_WAITS")}


OPENING_TABLE: dict[str, dict[Opening, Table]] = {
    DG: {
        Opening.GREETED: {**too_early(DG), "Settings": "OpenUpstream"},
        Opening.DIALLED_EARLY: {**too_early(DG), "Settings": ">session.update"},
        Opening.DIALLING: {**waiting(DG), "Settings": TWICE[DG]},
        Opening.CONFIGURING: {**waiting(DG), "Settings": TWICE[DG]},
        Opening.READY: delivered(DG, free=True, commits="VAD"),
        Opening.DRAINING: slot_table(DG, SlotState.RUNNING, "VAD"),
        **{key: {**waiting(DG), "Settings": TWICE[DG]} for key in BETWEEN},
        Opening.CLOSED: every(""),
    },
    CO: {
        Opening.GREETED: {**waiting(CO), "Settings": "OpenUpstream"},
        Opening.DIALLED_EARLY: {**waiting(CO), "Settings": ">session.update"},
        Opening.DIALLING: {**waiting(CO), "Settings": APPLIED_ONCE},
        Opening.CONFIGURING: {**waiting(CO), "Settings": APPLIED_ONCE},
        Opening.READY_UNASKED: unsettled(free=True, settings=">session.update"),
        Opening.AWAITING_SLOT: unsettled(free=False, settings=APPLIED_ONCE),
        Opening.APPLYING: unsettled(free=True, settings=APPLIED_ONCE),
        Opening.READY: delivered(CO, free=True, commits="VAD"),
        Opening.DRAINING: slot_table(CO, SlotState.RUNNING, "VAD"),
        **{key: {**waiting(CO), "Settings": TWICE[CO]} for key in BETWEEN},
        Opening.CLOSED: every(""),
    },
}

# --- how a call gets there ----------------------------------------------------------------------------------

VAD_SESSION = {"audio": {"input": {"turn_detection": {"type": "server_vad"}}}}
UNASKED = {"type": "session.updated", "session": VAD_SESSION}


def greeted(desk: Desk) -> None:
    desk.opened()


def dialled_early(desk: Desk) -> None:
    desk.opened()
    desk.dialled()


def dialling(desk: Desk) -> None:
    desk.opened()
    desk.client(SETTINGS)


def configuring(desk: Desk) -> None:
    dialling(desk)
    desk.dialled()


def ready_unasked(desk: Desk) -> None:
    dialled_early(desk)
    desk.upstream(UNASKED)


def awaiting_slot(desk: Desk) -> None:
    ready_unasked(desk)
    begun_by_server(desk)
    desk.client(SETTINGS)


def applying(desk: Desk) -> None:
    ready_unasked(desk)
    desk.client(SETTINGS)


def closed(desk: Desk) -> None:
    desk.ready()
    desk.act(lambda translator: translator.client_closed(1000))


def to_ready(desk: Desk) -> None:
    desk.ready()


def draining(desk: Desk) -> None:
    desk.ready()
    begun_by_server(desk)
    desk.act(lambda translator: translator.renew())


def waiting_to_dial(desk: Desk) -> None:
    desk.ready()
    desk.client(inject())
    desk.upstream(user_item("", "Hello"))
    desk.lost()


def dialling_again(desk: Desk) -> None:
    waiting_to_dial(desk)
    desk.wait(1.0)


def configuring_again(desk: Desk) -> None:
    dialling_again(desk)
    desk.dialled()


def replaying(desk: Desk) -> None:
    configuring_again(desk)
    desk.upstream(UPDATED)


WAYS_THERE: dict[Opening, Callable[[Desk], None]] = {
    Opening.GREETED: greeted,
    Opening.DIALLED_EARLY: dialled_early,
    Opening.DIALLING: dialling,
    Opening.CONFIGURING: configuring,
    Opening.READY_UNASKED: ready_unasked,
    Opening.AWAITING_SLOT: awaiting_slot,
    Opening.APPLYING: applying,
    Opening.READY: to_ready,
    Opening.DRAINING: draining,
    Opening.WAITING: waiting_to_dial,
    Opening.REDIALLING: dialling_again,
    Opening.RECONFIGURING: configuring_again,
    Opening.REPLAYING: replaying,
    Opening.CLOSED: closed,
}


def expecting(desk: Desk) -> None:
    desk.upstream(speech("committed"))


def requesting(desk: Desk) -> None:
    asked(desk)


def crossing(desk: Desk) -> None:
    tags_echoed(desk)
    asked(desk)
    desk.upstream(created("resp_s"))


def refused(desk: Desk) -> None:
    desk.upstream(busy(asked(desk)))


def given_up(desk: Desk) -> None:
    begun_by_server(desk)
    desk.wait(60)


def doubted(desk: Desk) -> None:
    requesting(desk)
    desk.upstream(error("server_error"))


SLOT_WAYS: dict[SlotState, Callable[[Desk], None]] = {
    SlotState.FREE: lambda _: None,
    SlotState.EXPECTED: expecting,
    SlotState.REQUESTED: requesting,
    SlotState.RUNNING: begun_by_server,
    SlotState.CROSSED: crossing,
    SlotState.REFUSED: refused,
    SlotState.GIVEN_UP: given_up,
    SlotState.DOUBTED: doubted,
}


def opening_cases() -> Iterator[Any]:
    for dialect, states in OPENING_TABLE.items():
        for state in states:
            for name in MESSAGES:
                yield pytest.param(dialect, state, name, id=f"{dialect}-{state.value}-{name}")


def slot_cases() -> Iterator[Any]:
    for dialect, configs in CONFIGS.items():
        for commits in configs:
            for state in SLOT_WAYS:
                if commits == "manual" and state is SlotState.EXPECTED:
                    continue  # the server never commits by itself there
                for name in MESSAGES:
                    yield pytest.param(
                        dialect, commits, state, name, id=f"{dialect}-{commits}-{state.value}-{name}"
                    )


# --- the tests ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dialect", "state", "name"), list(opening_cases()))
def test_every_message_in_every_state_of_the_opening(dialect: str, state: Opening, name: str) -> None:
    desk = Desk(CONFIGS[dialect]["VAD"])
    WAYS_THERE[state](desk)
    assert desk.translator.state.opening is state
    assert outcome(desk.client(MESSAGES[name])) == OPENING_TABLE[dialect][state][name]


@pytest.mark.parametrize(("dialect", "commits", "state", "name"), list(slot_cases()))
def test_every_message_in_every_state_of_the_slot(
    dialect: str, commits: str, state: SlotState, name: str
) -> None:
    desk = ready(Desk, CONFIGS[dialect][commits])
    SLOT_WAYS[state](desk)
    assert desk.slot is state
    assert outcome(desk.client(MESSAGES[name])) == slot_table(dialect, state, commits)[name]


@pytest.mark.parametrize("dialect", [DG, CO])
@pytest.mark.parametrize("state", [Opening.DIALLING, Opening.CONFIGURING])
@pytest.mark.parametrize("name", MESSAGES)
def test_S5_what_waited_fares_as_if_it_came_when_the_session_was_ready(
    dialect: str, state: Opening, name: str
) -> None:
    desk = Desk(CONFIGS[dialect]["VAD"])
    WAYS_THERE[state](desk)
    if outcome(desk.client(MESSAGES[name])) not in ("", "!MESSAGE_WAITS"):
        return
    if state is Opening.DIALLING:
        desk.dialled()
    came = outcome(desk.upstream(UPDATED))
    assert came == f"<SettingsApplied {OPENING_TABLE[dialect][Opening.READY][name]}".rstrip()


@pytest.mark.parametrize("dialect", [DG, CO])
@pytest.mark.parametrize("name", MESSAGES)
def test_before_the_client_is_there_the_host_has_the_order_wrong(dialect: str, name: str) -> None:
    desk = Desk(CONFIGS[dialect]["VAD"])
    with pytest.raises(OrderError):
        desk.client(MESSAGES[name])


def test_the_table_is_whole() -> None:
    kinds = {each["type"] for each in MESSAGES.values() if isinstance(each, dict) and "type" in each}
    kinds = (kinds - {"Nope", "Welcome"}) | {"(binary)"}
    assert kinds == set(CLIENT_MESSAGES) == set(COMPONENT_CLIENT_MESSAGES)
    assert set(SLOT_WAYS) == set(SlotState)
    assert set(OPENING_TABLE[CO]) == set(WAYS_THERE) == set(Opening) - {Opening.NEW}
    only_component = {Opening.READY_UNASKED, Opening.AWAITING_SLOT, Opening.APPLYING}
    assert set(OPENING_TABLE[DG]) == set(OPENING_TABLE[CO]) - only_component
    for states in OPENING_TABLE.values():
        for table in states.values():
            assert set(table) == set(MESSAGES)
