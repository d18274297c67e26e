"""S1-S4, S6: from the client's socket to a ready session, when all goes well."""

from __future__ import annotations

import json
from typing import Any

import pytest

from realtime_translate import (
    ClientDialect,
    Config,
    ContextMode,
    OpenUpstream,
    SendToClient,
    SendToUpstream,
    deepgram,
)
from realtime_translate.openai.dialects import AZURE_GA
from realtime_translate.session.tables import Opening
from tests.events import UPDATED
from tests.harness import SETTINGS, Desk, Log, opened

CREATED = {"type": "session.created", "session": {"id": "sess_1", "type": "realtime"}}
TEXT = {"type": "InjectUserMessage", "content": "Hi"}
PAST = [
    {"type": "History", "role": "user", "content": "Is slip nine free?"},
    {"type": "History", "role": "assistant", "content": "It is."},
]

both = pytest.mark.parametrize("config", [Config.deepgram(), Config.component()], ids=["DG", "CO"])


def dials(log: Log) -> list[OpenUpstream]:
    return [each for each in log.outputs if isinstance(each, OpenUpstream)]


def configuring(config: Config, settings: dict[str, Any] = SETTINGS) -> Desk:
    """Settings were sent and our update is on its way."""
    desk = opened(config)
    desk.client(settings)
    desk.dialled()
    desk.upstream(CREATED)
    return desk


# --- S1 -----------------------------------------------------------------------------------------------------


def test_S1_a_deepgram_client_is_welcomed() -> None:
    assert Desk(Config.deepgram()).opened().client == [{"type": "Welcome", "request_id": "T1"}]


def test_S1_the_component_is_not() -> None:
    assert Desk(Config.component()).opened().outputs == []


# --- S2 -----------------------------------------------------------------------------------------------------


@both
def test_S2_settings_dial_and_the_update_follows_when_upstream_is_open(config: Config) -> None:
    desk = opened(config)
    first = desk.client(SETTINGS)
    assert dials(first) == [OpenUpstream("gpt-realtime-2.1", "/v1/realtime?model=gpt-realtime-2.1")]
    assert first.upstream == []
    second = desk.dialled()
    assert second.upstream_types == ["session.update"]
    assert dials(second) == []


@both
def test_S2_a_host_that_dialled_early_is_not_asked_to_dial(config: Config) -> None:
    desk = opened(config)
    assert desk.dialled().outputs == []
    desk.upstream(CREATED)
    log = desk.client(SETTINGS)
    assert dials(log) == []
    assert log.upstream_types == ["session.update"]


@both
def test_S2_there_is_exactly_one_update(config: Config) -> None:
    desk = Desk(config)
    log = desk.ready()
    log.outputs += desk.upstream(UPDATED, CREATED, UPDATED).outputs
    log.outputs += desk.wait(60.0).outputs
    assert log.upstream_types == ["session.update"]


def test_S2_the_model_is_in_the_url_and_the_type_in_the_update() -> None:
    desk = opened(Config.deepgram(upstream=AZURE_GA, model="my deployment"))
    (dial,) = dials(desk.client(SETTINGS))
    assert (dial.model, dial.target) == ("my deployment", "/openai/v1/realtime?model=my%20deployment")
    (update,) = desk.dialled().upstream
    assert update["session"]["type"] == "realtime"
    assert "model" not in update["session"]
    assert "model" not in update


@both
def test_S2_the_update_has_an_event_id(config: Config) -> None:
    desk = opened(config)
    desk.client(SETTINGS)
    (update,) = desk.dialled().upstream
    assert update["event_id"] == "T1_1"


@both
def test_S2_settings_may_come_as_an_object(config: Config) -> None:
    settings = deepgram.Settings(audio=deepgram.Audio(), agent=deepgram.Agent())
    desk = opened(config)
    log = desk.act(lambda translator: translator.receive_from_client(settings))
    assert len(dials(log)) == 1


@both
def test_L2_what_was_sent_is_forgotten(config: Config) -> None:
    desk = opened(config)
    desk.client(SETTINGS)
    desk.dialled()
    desk.upstream(UPDATED)
    snapshot: Any = desk.translator.snapshot()
    assert snapshot["call"]["opening"]["session"] == {}


# --- S3 -----------------------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("early", [True, False])
def test_S3_session_created_causes_nothing(config: Config, early: bool) -> None:
    desk = opened(config)
    if not early:
        desk.client(SETTINGS)
    desk.dialled()
    log = desk.upstream(CREATED)
    assert (log.client, log.upstream, log.closes) == ([], [], [])
    assert desk.translator.state.opening is (Opening.DIALLED_EARLY if early else Opening.CONFIGURING)


@both
def test_S3_only_session_updated_makes_the_session_ready(config: Config) -> None:
    desk = configuring(config)
    assert desk.translator.state.opening is Opening.CONFIGURING
    assert desk.upstream(UPDATED).of("SettingsApplied") == [{"type": "SettingsApplied"}]
    assert desk.translator.state.opening is Opening.READY


# --- S4 -----------------------------------------------------------------------------------------------------


@both
def test_S4_the_order_at_ready(config: Config) -> None:
    """Context upstream, SettingsApplied, greeting, and what waited in its order."""
    config = Config(config.dialect, context=ContextMode.ITEMS)
    settings = {**SETTINGS, "agent": {"context": {"messages": PAST}}}
    desk = configuring(config, settings)
    desk.client(TEXT)
    desk.client(b"\x01\x02" * 100)
    desk.client({**TEXT, "content": "there"})
    log = desk.upstream(UPDATED)
    order = [_summary(each) for each in log.outputs if isinstance(each, (SendToClient, SendToUpstream))]
    texts = [("client", "ConversationText")]
    texts += [("client", "History")] if config.dialect is ClientDialect.DEEPGRAM else []
    assert order == [
        ("conversation.item.create", "Is slip nine free?"),
        ("conversation.item.create", "It is."),
        ("client", "SettingsApplied"),
        ("conversation.item.create", "Hi"),
        *texts,
        ("input_audio_buffer.append", None),
        ("conversation.item.create", "there"),
        *texts,
    ]


def _summary(output: SendToClient | SendToUpstream) -> tuple[str, str | None]:
    """Where a frame goes and what it is: a client's type, an upstream item's text."""
    frame = json.loads(output.data)
    if isinstance(output, SendToClient):
        return "client", frame["type"]
    return frame["type"], frame["item"]["content"][0]["text"] if "item" in frame else None


@both
def test_S4_the_greeting_comes_before_what_waited(config: Config) -> None:
    desk = configuring(config, {**SETTINGS, "agent": {"greeting": "Ahoy"}})
    desk.client(TEXT)
    log = desk.upstream(UPDATED)
    assert log.client_types[0] == "SettingsApplied"
    contents = [each["content"] for each in log.of("ConversationText")]
    assert contents == ["Ahoy", "Hi"]


@both
def test_S4_a_second_session_updated_changes_nothing(config: Config) -> None:
    desk = Desk(config)
    desk.ready()
    log = desk.upstream(UPDATED)
    assert (log.client, log.upstream, log.closes) == ([], [], [])


# --- S6 -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ready", [True, False])
def test_S6_a_second_settings_of_a_deepgram_client_is_fatal(ready: bool) -> None:
    desk = Desk() if ready else configuring(Config.deepgram())
    if ready:
        desk.ready()
    log = desk.client(SETTINGS)
    assert [each["code"] for each in log.of("Error")] == ["SETTINGS_ALREADY_APPLIED"]
    assert len(log.closes) == 2


def test_S6_a_second_settings_of_the_component_is_answered_and_goes_nowhere() -> None:
    desk = Desk(Config.component())
    desk.ready()
    log = desk.client({**SETTINGS, "agent": {"greeting": "Ahoy", "think": []}})
    assert log.client == [{"type": "SettingsApplied"}]
    assert log.upstream == []
    assert log.notices == ["SETTINGS_REPEATED"]


@pytest.mark.parametrize("dialled", [True, False])
def test_S6_before_ready_one_answer_serves_for_both(dialled: bool) -> None:
    desk = configuring(Config.component()) if dialled else opened(Config.component())
    if not dialled:
        desk.client(SETTINGS)
    log = desk.client(SETTINGS)
    assert (log.client, log.upstream, dials(log)) == ([], [], [])
    if not dialled:
        assert desk.dialled().upstream_types == ["session.update"]
    assert desk.upstream(UPDATED).client_types == ["SettingsApplied"]
