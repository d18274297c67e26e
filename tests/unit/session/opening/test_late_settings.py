"""Settings that come late, once the agent has spoken, and calls that never become ready (S4, S8, T2, I1)."""

from __future__ import annotations

from typing import Any

from realtime_translate import Config, Notice, RunFunction, ServerVad, SilenceKeepalive
from tests.events import audio, call_done, created, done, speech
from tests.harness import SETTINGS, Desk, Log
from tests.unit.session.opening.test_unasked_session import busy, dialled_early, updated
from tests.unit.session.updates.messages import prompt, sessions, speak

Json = dict[str, Any]
PROVIDER = {"type": "open_ai", "model": "gpt-4o"}
LOOKUP = {"name": "lookup", "endpoint": {"url": "https://example.org/lookup", "method": "post"}}


def late(desk: Desk, **agent: Any) -> Log:
    """Settings after the server's own response has spoken; what goes upstream when that has ended."""
    desk.client({"type": "Settings", "audio": {}, "agent": agent})
    return desk.upstream(done())


def spoken_to() -> Desk:
    desk = busy()
    desk.upstream(audio())
    return desk


def test_S4_until_the_update_is_sent_nobody_waits_for_its_answer() -> None:
    desk = busy()
    desk.client(SETTINGS)
    timers: Any = desk.translator.snapshot()["timers"]
    assert "configure" not in timers["deadlines"]


def test_S4_settings_without_a_voice_leave_the_voice_alone() -> None:
    (session,) = sessions(late(spoken_to(), think={"provider": PROVIDER, "prompt": "Be kind."}))
    assert "output" not in session.get("audio", {})


def test_S4_all_of_late_settings_holds_but_for_the_voice() -> None:
    desk = spoken_to()
    think = {"provider": PROVIDER, "functions": [LOOKUP]}
    log = late(desk, think=think, speak=speak("cedar")["speak"])
    assert "SETTING_LEFT_OUT" in log.notices
    assert "output" not in sessions(log)[0]["audio"]
    desk.upstream(updated(), created("resp_2"))
    log = desk.upstream(call_done(response_id="resp_2", name="lookup"))
    assert [each.name for each in log.outputs if isinstance(each, RunFunction)] == ["lookup"]
    desk.client({"type": "KeepAlive"})
    assert desk.client(speak("cedar")).warnings == ["SPEAK_UPDATE_UNSUPPORTED"]


def test_S8_the_log_says_with_which_code_upstream_closed() -> None:
    desk = dialled_early()
    log = Log(list(desk.translator.upstream_closed(4000)))
    (notice,) = [each for each in log.outputs if isinstance(each, Notice) and each.code == "UPSTREAM_CLOSED"]
    assert notice.fields["code"] == 4000


def test_I1_settings_that_find_nothing_said_let_silence_be_cleared() -> None:
    config = Config.component(keepalive=SilenceKeepalive(every=4.0))
    desk = dialled_early(config)
    desk.upstream(updated())
    desk.client({**SETTINGS, "agent": {"useOpenAIManualAudioCommit": True}})
    desk.upstream(updated(None))
    desk.wait(4.0)
    assert desk.client(b"\x01\x00" * 480).upstream_types[0] == "input_audio_buffer.clear"
    assert "input_audio_buffer.clear" not in desk.client(b"\x01\x00" * 480).upstream_types


def test_T2_a_prompt_without_one_before_it_stands_alone() -> None:
    desk = Desk()
    desk.ready({"type": "Settings", "audio": {}, "agent": {"think": {"provider": PROVIDER}}})
    assert sessions(desk.client(prompt("One.")))[0]["instructions"] == "One."


def test_T2_a_speed_that_Settings_gave_is_not_sent_again() -> None:
    desk = Desk()
    desk.ready({"type": "Settings", "audio": {}, "agent": {"speak": speak("marin", speed=1.25)["speak"]}})
    assert sessions(desk.client(speak("cedar", speed=1.25)))[0]["audio"] == {"output": {"voice": "cedar"}}


def test_I1_silence_is_cleared_once() -> None:
    desk = Desk(Config.deepgram(turn_detection=ServerVad(), keepalive=SilenceKeepalive(every=4.0)))
    desk.ready(SETTINGS)
    desk.wait(4.0)
    assert desk.client(b"\x01\x00" * 2400).upstream_types[0] == "input_audio_buffer.clear"
    desk.upstream(speech("speech_started"), speech("speech_stopped"), speech("committed"))
    assert desk.client(b"\x01\x00" * 2400).upstream_types == ["input_audio_buffer.append"]
