"""S4, CO: a `session.updated` that nobody asked for makes the session ready before Settings."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config, Notice, OpenUpstream
from realtime_translate.session.tables import Opening
from tests.events import audio, created, done
from tests.harness import SETTINGS, Desk, Log

TEXT = {"type": "InjectUserMessage", "content": "Hi"}
SETTINGS_LATE = {**SETTINGS, "agent": {"greeting": "Ahoy", "useOpenAIManualAudioCommit": True}}


def updated(turn_detection: Any = "absent") -> dict[str, Any]:
    """A server that carries the client's audio as it is taken for before Settings (S10)."""
    heard: dict[str, Any] = {"format": {"type": "audio/pcm", "rate": 16000}}
    if turn_detection != "absent":
        heard["turn_detection"] = turn_detection
    return {"type": "session.updated", "session": {"type": "realtime", "audio": {"input": heard}}}


def dialled_early(config: Config | None = None) -> Desk:
    desk = Desk(config or Config.component())
    desk.opened()
    desk.dialled()
    return desk


def busy() -> Desk:
    """Ready unasked, and the server's own response runs."""
    desk = dialled_early()
    desk.upstream(updated(), created())
    return desk


def commits(desk: Desk) -> Log:
    """What half a second of audio and a pause give."""
    desk.client(b"\x00" * 24000)
    return desk.wait(0.5)


def test_S4_what_waited_goes_and_no_settings_are_applied() -> None:
    desk = dialled_early()
    desk.client(TEXT)
    desk.client(b"\x00" * 100)
    log = desk.upstream(updated())
    assert log.upstream_types == ["conversation.item.create", "input_audio_buffer.append"]
    assert log.client_types == ["ConversationText"]
    assert "READY_UNASKED" in log.notices
    assert desk.translator.state.opening is Opening.READY_UNASKED


def test_S4_from_then_on_messages_go_at_once() -> None:
    desk = dialled_early()
    desk.upstream(updated())
    assert desk.client(TEXT).upstream_types == ["conversation.item.create"]


@pytest.mark.parametrize(
    ("turn_detection", "expected"),
    [
        (None, ["input_audio_buffer.commit", "response.create"]),
        ({"type": "server_vad", "create_response": False}, []),
        ("absent", []),
    ],
)
def test_S4_the_server_says_who_commits(turn_detection: Any, expected: list[str]) -> None:
    desk = dialled_early()
    desk.upstream(updated(turn_detection))
    assert commits(desk).upstream_types == expected


def test_S9_settings_may_then_come_any_time() -> None:
    desk = dialled_early()
    desk.upstream(updated())
    assert desk.translator.next_deadline is None
    assert desk.wait(60.0).outputs == []


def test_S4_a_first_settings_is_sent_at_once_if_the_slot_is_free() -> None:
    desk = dialled_early()
    desk.upstream(updated())
    assert desk.client(SETTINGS_LATE).upstream_types == ["session.update"]
    assert desk.translator.state.opening is Opening.APPLYING
    log = desk.upstream(updated(None))
    assert log.client_types == ["SettingsApplied", "ConversationText", "AgentDone", "AgentAudioDone"]
    assert desk.translator.state.opening is Opening.READY


def test_S4_a_first_settings_waits_for_a_free_slot() -> None:
    desk = busy()
    log = desk.client(SETTINGS_LATE)
    assert (log.client, log.upstream) == ([], [])
    assert not any(isinstance(each, OpenUpstream) for each in log.outputs)
    assert desk.translator.state.opening is Opening.AWAITING_SLOT
    assert desk.translator.state.next_timer == ("slow", 105.0), "no time is set for the update yet (S9)"
    assert desk.upstream(done()).upstream_types == ["session.update"]
    assert desk.upstream(updated(None)).client_types[0] == "SettingsApplied"


def test_S4_until_the_update_is_confirmed_the_old_plan_stands() -> None:
    desk = dialled_early()
    desk.upstream(updated())
    desk.client(SETTINGS_LATE)
    assert commits(desk).upstream == []
    desk.upstream(updated(None))
    assert commits(desk).upstream_types[-2:] == ["input_audio_buffer.commit", "response.create"]


def test_S9_the_time_for_the_update_counts_from_when_it_is_sent() -> None:
    desk = busy()
    desk.client(SETTINGS_LATE)
    assert desk.wait(60.0).of("Error") == []
    desk.upstream(done())
    assert desk.wait(9.9).of("Error") == []
    assert [each["code"] for each in desk.wait(0.1).of("Error")] == ["upstream_closed_before_session_ready"]


@pytest.mark.parametrize("waits", [True, False])
def test_S6_a_second_settings_meanwhile_gets_no_answer_of_its_own(waits: bool) -> None:
    desk = busy()
    desk.client(SETTINGS_LATE)
    if not waits:
        desk.upstream(done())
    log = desk.client(SETTINGS)
    assert (log.client, log.upstream, log.notices) == ([], [], ["SETTINGS_REPEATED"])


def test_S7_a_refused_update_is_fatal_here_too() -> None:
    desk = dialled_early()
    desk.upstream(updated())
    (update,) = desk.client(SETTINGS_LATE).upstream
    error = {"type": "invalid_request_error", "code": "unknown_parameter", "message": "No."}
    log = desk.upstream({"type": "error", "error": {**error, "event_id": update["event_id"]}})
    assert [each["code"] for each in log.of("Error")] == ["unknown_parameter"]
    assert len(log.closes) == 2


def test_S7_an_error_without_an_event_id_is_not_taken_for_its_answer() -> None:
    desk = dialled_early()
    desk.upstream(updated())
    desk.client(SETTINGS_LATE)
    log = desk.upstream({"type": "error", "error": {"type": "x", "code": "odd", "message": "Odd."}})
    assert log.closes == []
    assert desk.upstream(updated()).client_types[0] == "SettingsApplied"


def test_S10_a_first_settings_that_cannot_work_is_fatal() -> None:
    desk = dialled_early()
    desk.upstream(updated())
    log = desk.client({**SETTINGS, "agent": "some-id"})
    assert [each["code"] for each in log.of("Error")] == ["AGENT_ID_NOT_SUPPORTED"]
    assert log.upstream == []


def test_S4_a_deepgram_client_is_not_ready_before_its_settings() -> None:
    """S5 holds: nothing but its update goes upstream before that is confirmed."""
    desk = dialled_early(Config.deepgram())
    log = desk.upstream(updated())
    assert (log.client, log.upstream, log.closes) == ([], [], [])
    (absorbed,) = [each for each in log.outputs if isinstance(each, Notice)]
    assert (absorbed.code, absorbed.fields) == ("UPSTREAM_ABSORBED", {"type": "session.updated"})
    assert desk.client(SETTINGS).upstream_types == ["session.update"]
    log = desk.client(TEXT)
    assert (log.client, log.upstream) == ([], [])
    assert desk.upstream(updated()).client_types[0] == "SettingsApplied"


def test_S5_a_deepgram_client_must_still_send_settings_first() -> None:
    desk = dialled_early(Config.deepgram())
    desk.upstream(updated())
    log = desk.client(TEXT)
    assert [each["code"] for each in log.of("Error")] == ["NON_SETTINGS_MESSAGE_BEFORE_SETTINGS"]


def test_S9_a_deepgram_client_must_still_send_settings_in_time() -> None:
    desk = dialled_early(Config.deepgram())
    desk.upstream(updated())
    assert [each["code"] for each in desk.wait(15.0).of("Error")] == ["CLIENT_MESSAGE_TIMEOUT"]


def test_S4_late_settings_do_not_ask_for_the_voice_of_an_agent_that_has_spoken() -> None:
    """Upstream would refuse all of them (found by the state machine)."""
    desk = busy()
    desk.upstream(audio(b"\0\0"))
    speak = {"provider": {"type": "open_ai", "model": "tts-1", "voice": "coral"}}
    desk.client({**SETTINGS_LATE, "agent": {**SETTINGS_LATE["agent"], "speak": speak}})
    log = desk.upstream(done())
    assert "output" not in log.upstream[0]["session"]["audio"]
    (left_out,) = [each for each in log.outputs if isinstance(each, Notice)]
    assert (left_out.code, left_out.fields["path"]) == ("SETTING_LEFT_OUT", "agent.speak.provider")
    assert desk.upstream(updated(None)).client_types[0] == "SettingsApplied"


def test_S4_late_settings_choose_the_voice_of_an_agent_that_has_not_spoken() -> None:
    desk = busy()
    speak = {"provider": {"type": "open_ai", "model": "tts-1", "voice": "coral", "speed": 1.2}}
    desk.client({**SETTINGS_LATE, "agent": {**SETTINGS_LATE["agent"], "speak": speak}})
    assert desk.upstream(done()).upstream[0]["session"]["audio"]["output"] == {
        "voice": "coral",
        "speed": 1.2,
    }


def test_S4_what_else_late_settings_ask_of_the_voice_stays() -> None:
    desk = busy()
    desk.upstream(audio(b"\0\0"))
    speak = {"provider": {"type": "open_ai", "model": "tts-1", "voice": "coral", "speed": 1.2}}
    desk.client({**SETTINGS_LATE, "agent": {**SETTINGS_LATE["agent"], "speak": speak}})
    assert desk.upstream(done()).upstream[0]["session"]["audio"]["output"] == {"speed": 1.2}
