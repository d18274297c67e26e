"""S2, E6: upstream is dialled before Settings; another model may be wanted, and there may be no session."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import CloseClient, CloseUpstream, Config, OpenUpstream, OrderError
from realtime_translate.openai.dialects import AZURE_GA
from realtime_translate.session.tables import Opening
from tests.events import UPDATED
from tests.harness import SETTINGS, Desk, Log

CREATED = {"type": "session.created", "session": {"id": "sess_1", "type": "realtime"}}
TEXT = {"type": "InjectUserMessage", "content": "Hi"}
OTHER = "gpt-realtime-other"

both = pytest.mark.parametrize("config", [Config.deepgram(), Config.component()], ids=["DG", "CO"])


def settings(model: str) -> dict[str, Any]:
    return {**SETTINGS, "agent": {"think": {"provider": {"type": "open_ai", "model": model}}}}


def early(config: Config, *events: dict[str, Any]) -> Desk:
    """Upstream was dialled when the client came."""
    desk = Desk(config)
    desk.opened()
    desk.dialled()
    desk.upstream(*events)
    return desk


def sockets(log: Log) -> list[Any]:
    """What the host has to do to its sockets, in order."""
    return [each for each in log.outputs if isinstance(each, (CloseClient, CloseUpstream, OpenUpstream))]


# --- S2 -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", [Config.deepgram(), Config.component(upstream=AZURE_GA, model="ours")])
def test_S2_a_host_can_ask_whom_to_dial_before_settings(config: Config) -> None:
    desk = Desk(config)
    desk.opened()
    wanted = desk.translator.early_dial
    assert wanted == OpenUpstream(config.model, config.upstream.target(config.model))
    assert sockets(desk.client(SETTINGS)) == [wanted]


@both
@pytest.mark.parametrize("model", ["gpt-4o-mini", "the configured one"])
def test_S2_settings_that_name_no_other_realtime_model_keep_the_socket(config: Config, model: str) -> None:
    desk = early(config, CREATED)
    log = desk.client(settings(config.model if model == "the configured one" else model))
    assert (sockets(log), log.upstream_types) == ([], ["session.update"])


def test_S2_nor_does_any_name_where_the_operator_names_the_models() -> None:
    desk = early(Config.deepgram(upstream=AZURE_GA, model="my-deployment"), CREATED)
    log = desk.client(settings(OTHER))
    assert (sockets(log), log.upstream_types) == ([], ["session.update"])
    assert "MODEL_REPLACED" in log.notices


@both
@pytest.mark.parametrize("events", [[], [CREATED]], ids=["open", "created"])
def test_S2_settings_that_name_another_realtime_model_dial_anew(config: Config, events: list[Any]) -> None:
    desk = early(config, *events)
    log = desk.client(settings(OTHER))
    target = config.upstream.target(OTHER)
    assert sockets(log) == [CloseUpstream(1000, "another model is wanted"), OpenUpstream(OTHER, target)]
    assert (log.client, log.upstream) == ([], [])
    assert desk.translator.state.opening is Opening.DIALLING
    assert not desk.translator.state.upstream_open
    assert desk.dialled().upstream_types == ["session.update"]
    assert desk.upstream(CREATED, UPDATED).client_types == ["SettingsApplied"]
    assert desk.client(TEXT).upstream_types == ["conversation.item.create"]


@both
def test_S2_what_waited_waits_for_the_new_socket(config: Config) -> None:
    desk = early(config, CREATED)
    if config == Config.component():
        desk.client({**TEXT, "content": "first"})
    desk.client(settings(OTHER))
    desk.client(TEXT)
    desk.dialled()
    texts = [each["content"] for each in desk.upstream(UPDATED).of("ConversationText")]
    assert texts == ["first", "Hi"][-len(texts) :]
    assert len(texts) == 1 + (config == Config.component())


@both
def test_S2_a_frame_of_the_old_socket_is_a_mistake_of_the_host(config: Config) -> None:
    desk = early(config, CREATED)
    desk.client(settings(OTHER))
    with pytest.raises(OrderError, match="drop what a socket said that CloseUpstream has closed"):
        desk.upstream(UPDATED)
    desk.dialled()
    with pytest.raises(OrderError, match="one upstream socket at a time"):
        desk.dialled()


@pytest.mark.parametrize("stage", ["greeted", "dialling"])
def test_S2_so_is_a_frame_before_there_is_a_socket(stage: str) -> None:
    desk = Desk()
    desk.opened()
    if stage == "dialling":
        desk.client(SETTINGS)
    with pytest.raises(OrderError, match="came before upstream_opened"):
        desk.upstream(CREATED)


@both
def test_S6_settings_once_more_while_the_other_model_is_dialled(config: Config) -> None:
    desk = early(config, CREATED)
    desk.client(settings(OTHER))
    log = desk.client(settings("gpt-realtime-third"))
    if config == Config.component():
        assert (sockets(log), log.notices) == ([], ["SETTINGS_REPEATED"])
    else:
        assert log.errors == ["SETTINGS_ALREADY_APPLIED"]


@both
def test_S9_the_other_model_cannot_be_dialled(config: Config) -> None:
    desk = early(config, CREATED)
    desk.client(settings(OTHER))
    log = desk.act(lambda translator: translator.upstream_closed())
    assert len(log.errors) == 1
    assert sockets(log) == [CloseClient(1000, "upstream closed")]


@both
def test_S9_the_other_model_never_answers(config: Config) -> None:
    desk = early(config, CREATED)
    desk.client(settings(OTHER))
    desk.wait(5.0)
    desk.dialled()
    assert desk.wait(4.9).closes == []
    log = desk.wait(0.1)
    assert len(log.errors) == 1
    assert len(log.closes) == 2


def test_O8_the_time_of_the_old_session_is_over() -> None:
    desk = early(Config.deepgram(), CREATED)
    desk.client(settings(OTHER))
    desk.dialled()
    desk.upstream(UPDATED)
    assert desk.translator.next_deadline is None
    desk.upstream(CREATED)
    assert desk.translator.next_deadline == desk.clock.now + 3300.0


@both
def test_S10_settings_that_cannot_work_dial_nothing(config: Config) -> None:
    desk = early(config, CREATED)
    audio = {"input": {"encoding": "opus", "sample_rate": 48000}}
    log = desk.client({**settings(OTHER), "audio": audio})
    assert log.errors == ["INVALID_SETTINGS"]
    assert [type(each) for each in sockets(log)] == [CloseClient, CloseUpstream]


def test_S2_a_session_that_was_ready_unasked_keeps_its_model() -> None:
    """The conversation may have begun. That the model is another is told to the host."""
    desk = early(Config.component(), UPDATED)
    log = desk.client(settings(OTHER))
    assert (sockets(log), log.upstream_types) == ([], ["session.update"])
    assert "MODEL_KEPT" in log.notices
    assert "MODEL_KEPT" not in early(Config.component(), UPDATED).client(settings("gpt-4o")).notices[1:]


def test_S4_a_component_client_needs_no_settings() -> None:
    desk = early(Config.component(), CREATED)
    assert desk.client(TEXT).upstream == []
    log = desk.upstream(UPDATED)
    assert (log.upstream_types, log.client_types) == (["conversation.item.create"], ["ConversationText"])
    assert desk.wait(60.0).of("Error") == []


def test_S9_a_component_client_without_settings_where_the_server_makes_nothing_ready() -> None:
    desk = early(Config.component(), CREATED)
    desk.client(TEXT)
    assert desk.wait(15.0).errors == ["CLIENT_MESSAGE_TIMEOUT"]


# --- E6 -----------------------------------------------------------------------------------------------------

FULL = "All 1 session slots are in use. Disconnect an existing client first."


def error(code: str | None = None, **detail: Any) -> dict[str, Any]:
    whole = {"type": "session_limit_reached", "code": code, "message": FULL, "event_id": None, "param": None}
    return {"type": "error", "error": {**whole, **detail}}


def configuring(config: Config, *events: dict[str, Any]) -> Desk:
    desk = Desk(config)
    desk.opened()
    desk.client(SETTINGS)
    desk.dialled()
    desk.upstream(*events)
    return desk


stages = pytest.mark.parametrize("stage", [early, configuring], ids=["early", "configuring"])


@stages
@pytest.mark.parametrize(
    "detail",
    [
        {},
        {"event_id": ""},
        {"event_id": "event_TODO"},
        {"param": "model"},
        {"code": "model_load_error"},
        {"message": "no quota"},
    ],
    ids=str,
)
def test_E6_an_error_in_place_of_the_session_is_not_the_clients_fault(
    stage: Any, detail: dict[str, Any]
) -> None:
    log = stage(Config.deepgram()).upstream(error(**detail))
    assert log.errors == ["INTERNAL_SERVER_ERROR"]
    assert log.of("Error")[0]["description"] == detail.get("message", FULL)
    assert [type(each) for each in log.closes] == [CloseClient, CloseUpstream]


@stages
def test_E6_the_component_gets_upstreams_code(stage: Any) -> None:
    log = stage(Config.component()).upstream(error("no_slots"))
    assert log.errors == ["no_slots"]
    assert len(log.closes) == 2


@pytest.mark.parametrize(
    "detail",
    [
        {"event_id": "T1_1"},
        {"param": "session.instructions"},
        {"param": "tools[0].name"},
        {"message": "Invalid value: 'x'. 'session.audio.input.format' is wrong."},
    ],
    ids=str,
)
def test_E6_an_error_about_our_update_is(detail: dict[str, Any]) -> None:
    tools = [{"name": "tide"}]
    think = {"provider": {"type": "open_ai"}, "prompt": "Hi", "functions": tools}
    desk = Desk()
    desk.opened()
    desk.client({**SETTINGS, "agent": {"think": think}})
    desk.dialled()
    assert desk.upstream(error(**detail)).errors == ["INVALID_SETTINGS"]


@pytest.mark.parametrize("event", [CREATED, UPDATED], ids=["created", "updated"])
def test_E6_once_there_is_a_session_an_error_is_none_of_its_absence(event: dict[str, Any]) -> None:
    desk = early(Config.deepgram(), event)
    assert desk.upstream(error()).closes == []
    desk.client(SETTINGS)
    assert desk.upstream(error()).errors == ["INVALID_SETTINGS"]


def test_E6_a_part_that_was_left_out_may_be_refused_again() -> None:
    """S7: the server has judged our update, so it is there."""
    speak = {"provider": {"type": "open_ai", "voice": "coral"}}
    desk = Desk()
    desk.opened()
    desk.client({**SETTINGS, "agent": {"speak": speak}})
    desk.dialled()
    refused = error("invalid_value", param="session.audio.output.voice")
    assert desk.upstream(refused).upstream_types == ["session.update"]
    assert desk.upstream(refused).closes == []
    assert desk.upstream(UPDATED).client_types == ["SettingsApplied"]


@both
def test_E6_it_holds_for_the_socket_that_was_dialled_anew(config: Config) -> None:
    desk = early(config, CREATED)
    desk.client(settings(OTHER))
    desk.dialled()
    assert desk.upstream(error("no_slots")).errors == [
        "INTERNAL_SERVER_ERROR" if config == Config.deepgram() else "no_slots"
    ]
