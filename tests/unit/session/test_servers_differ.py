"""What a server shows within a call, other than its row, is learned for that call (D5)."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config, Notice
from realtime_translate.openai.dialects import OPENAI_BETA, SPEACHES
from tests.events import audio, created, done, error
from tests.harness import SETTINGS, Desk, Log
from tests.unit.session.test_dialects import ask

Json = dict[str, Any]

FLAT: Json = {"modalities": ["text", "audio"], "input_audio_format": "pcm16", "output_audio_format": "pcm16"}
CREATED: Json = {"type": "session.created", "session": FLAT}
UPDATED: Json = {"type": "session.updated", "session": FLAT}
TYPED: Json = {"type": "InjectUserMessage", "content": "Hi."}
HEAD_REFUSED = "ID must start with 'item_', got 'msg_T1_2'"


def differs(log: Log) -> list[object]:
    notices = [each for each in log.outputs if isinstance(each, Notice)]
    return [each.fields["what"] for each in notices if each.code == "SERVER_DIFFERS"]


def configuring(config: Config | None = None) -> tuple[Desk, Json]:
    desk = Desk(config)
    desk.opened()
    desk.client(SETTINGS)
    return desk, desk.dialled().of("session.update")[0]


def is_flat(update: Json) -> bool:
    return "type" not in update["session"]


# --- the shape of the session -------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", [Config.deepgram, Config.component])
def test_D5_a_server_that_shows_a_flat_session_is_asked_again_in_that_shape(preset: Any) -> None:
    desk, update = configuring(preset())
    assert not is_flat(update)
    log = desk.upstream(UPDATED)
    assert differs(log) == ["the shape of the session"]
    assert log.client == []
    (again,) = log.of("session.update")
    assert is_flat(again)
    assert again["session"]["input_audio_format"] == "pcm16"
    ready = desk.upstream(UPDATED)
    assert (ready.client_types, differs(ready)) == (["SettingsApplied"], [])


def test_D5_it_stays_so_for_the_whole_call() -> None:
    desk, _ = configuring()
    desk.upstream(UPDATED, UPDATED)
    update = desk.client({"type": "UpdatePrompt", "prompt": "Be kind."}).of("session.update")[0]
    assert set(update["session"]) == {"instructions"}


def test_D5_a_flat_server_may_refuse_what_is_nested() -> None:
    desk, update = configuring()
    assert desk.upstream(CREATED).upstream == []
    log = desk.upstream(error("unknown_parameter", "Unknown parameter: 'session.type'.", update["event_id"]))
    assert (log.client, differs(log)) == ([], ["the shape of the session"])
    assert is_flat(log.of("session.update")[0])
    assert desk.upstream(UPDATED).client_types == ["SettingsApplied"]


def test_D5_what_it_refuses_then_is_refused() -> None:
    desk, update = configuring()
    desk.upstream(CREATED)
    again = desk.upstream(error("x", event_id=update["event_id"])).of("session.update")[0]
    assert desk.upstream(error("x", event_id=again["event_id"])).client_types == ["Error"]


def test_D5_without_that_sign_a_refusal_is_one() -> None:
    desk, update = configuring()
    desk.upstream({"type": "session.created", "session": {"type": "realtime"}})
    assert desk.upstream(error("x", event_id=update["event_id"])).client_types == ["Error"]


@pytest.mark.parametrize("server", [OPENAI_BETA, SPEACHES], ids=lambda each: each.name)
def test_D5_a_row_that_says_so_is_no_surprise(server: Any) -> None:
    desk, _ = configuring(Config.deepgram(upstream=server))
    log = desk.upstream(CREATED, UPDATED)
    assert (log.client_types, differs(log)) == (["SettingsApplied"], [])


@pytest.mark.parametrize(
    "session",
    [
        {},
        {"type": "realtime", "modalities": ["audio"]},
        {"modalities": ["audio"], "audio": {}},
        {"voice": "ara"},
    ],
)
def test_D5_other_sessions_are_not_flat(session: Json) -> None:
    desk, _ = configuring()
    log = desk.upstream({"type": "session.updated", "session": session})
    assert (log.client_types, differs(log)) == (["SettingsApplied"], [])


def test_D5_a_session_that_was_ready_before_settings_shows_its_shape_too() -> None:
    desk = Desk(Config.component())
    desk.opened()
    desk.dialled()
    assert differs(desk.upstream(UPDATED)) == ["the shape of the session"]
    (update,) = desk.client(SETTINGS).of("session.update")
    assert is_flat(update)
    assert desk.upstream(UPDATED).client_types == ["SettingsApplied"]


def test_D5_late_settings_are_sent_again_as_well() -> None:
    desk = Desk(Config.component())
    desk.opened()
    desk.dialled()
    desk.upstream({"type": "session.updated", "session": {}})
    assert not is_flat(desk.client(SETTINGS).of("session.update")[0])
    log = desk.upstream(UPDATED)
    assert is_flat(log.of("session.update")[0])
    assert desk.upstream(UPDATED).client_types == ["SettingsApplied"]


def test_D5_nothing_is_learned_across_calls() -> None:
    desk, _ = configuring()
    desk.upstream(UPDATED)
    assert not is_flat(configuring()[1])


# --- formats ------------------------------------------------------------------------------------------------


def test_D5_other_formats_than_were_asked_for() -> None:
    desk, _ = configuring()
    other = {"format": {"type": "audio/pcm", "rate": 16000}}
    log = desk.upstream({"type": "session.updated", "session": {"audio": {"input": other, "output": other}}})
    assert differs(log) == ["the format of the user's audio", "the format of the agent's audio"]


# --- tags ---------------------------------------------------------------------------------------------------


def test_D5_tags_that_are_refused() -> None:
    desk = Desk()
    desk.ready()
    assert "metadata" in ask(desk)["response"]
    log = desk.upstream(error(None, "Specifying `response.metadata` is not supported."))
    assert (log.client, differs(log)) == ([], ["tags of responses"])
    desk.upstream(created(), done())
    create = ask(desk)
    assert "metadata" not in create.get("response", {})


# --- ids ----------------------------------------------------------------------------------------------------


def typed(desk: Desk, text: str = "Hi.") -> Json:
    return desk.client({**TYPED, "content": text}).of("conversation.item.create")[0]


def test_D5_an_id_that_is_refused_for_its_beginning_gets_another() -> None:
    desk = Desk()
    desk.ready()
    first = typed(desk)
    log = desk.upstream(error(None, HEAD_REFUSED, first["event_id"]))
    assert (log.client, differs(log)) == ([], ["ids of items"])
    (again,) = log.of("conversation.item.create")
    assert again["item"]["id"].startswith("item_")
    assert again["item"]["content"] == first["item"]["content"]
    assert desk.upstream({"type": "conversation.item.added", "item": again["item"]}).upstream_types == [
        "response.create"
    ]
    assert typed(desk, "And then?")["item"]["id"].startswith("item_")


def test_D5_several_that_were_on_their_way() -> None:
    desk = Desk()
    desk.ready()
    events = [typed(desk, text) for text in ("One.", "Two.")]
    logs = [desk.upstream(error(None, HEAD_REFUSED, each["event_id"])) for each in events]
    assert [differs(each) for each in logs] == [["ids of items"], []]
    texts = [log.of("conversation.item.create")[0]["item"]["content"][0]["text"] for log in logs]
    assert texts == ["One.", "Two."]


def test_D5_it_goes_again_once() -> None:
    desk = Desk()
    desk.ready()
    again = desk.upstream(error(None, HEAD_REFUSED, typed(desk)["event_id"])).of("conversation.item.create")[
        0
    ]
    log = desk.upstream(error(None, HEAD_REFUSED.replace("item_", "it_"), again["event_id"]))
    assert (log.client_types, log.upstream) == (["Warning"], [])


@pytest.mark.parametrize("message", ["ID must start with 'msg_'", "No.", "must start with 'x!'"])
def test_D5_other_refusals_are_told(message: str) -> None:
    desk = Desk()
    desk.ready()
    log = desk.upstream(error(None, message, typed(desk)["event_id"]))
    assert (log.client_types, log.upstream) == (["Warning"], [])


def test_L2_long_texts_are_not_kept() -> None:
    desk = Desk()
    desk.ready()
    event = typed(desk, "x" * (2**13 + 1))
    log = desk.upstream(error(None, HEAD_REFUSED, event["event_id"]))
    assert (log.client_types, log.upstream) == (["Warning"], [])


# --- both at once -------------------------------------------------------------------------------------------


def test_D5_the_agent_is_heard_after_all_of_it() -> None:
    desk, _ = configuring()
    desk.upstream(UPDATED, UPDATED)
    again = desk.upstream(error(None, HEAD_REFUSED, typed(desk)["event_id"])).of("conversation.item.create")[
        0
    ]
    desk.upstream({"type": "conversation.item.created", "item": again["item"]}, created())
    heard = desk.upstream({**audio(), "type": "response.audio.delta"})
    assert heard.client_types == ["audio"]
