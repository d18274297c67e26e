"""T2: the voice, which is fixed once the agent has spoken."""

from __future__ import annotations

from realtime_translate import Config
from tests.events import UPDATED, audio, done, speech
from tests.harness import SETTINGS, ready
from tests.unit.session.played import Way, begun, begun_by_server
from tests.unit.session.updates.messages import acknowledged, prompt, sessions, speak


def test_T2_the_voice_cannot_change_once_the_agent_has_spoken(way: Way, config: Config) -> None:
    desk = ready(way, config, {**SETTINGS, "agent": {"speak": speak("marin")["speak"]}})
    begun_by_server(desk)
    desk.upstream(audio(response_id="resp_s"), done("resp_s"))
    log = desk.client(speak("cedar", speed=1.25))
    assert log.warnings == ["SPEAK_UPDATE_UNSUPPORTED"]
    assert log.upstream == []
    assert acknowledged(log) == []
    assert log.notices == ["UPDATE_REFUSED"]
    (session,) = sessions(desk.client(speak("marin", speed=1.25)))
    assert session["audio"] == {"output": {"speed": 1.25}}
    assert acknowledged(desk.upstream(UPDATED)) == ["SpeakUpdated"]


def test_T2_a_text_answer_leaves_the_voice_open(way: Way) -> None:
    desk = ready(way)
    tag = begun(desk)
    desk.upstream(done("resp_1", tag=tag))
    assert sessions(desk.client(speak()))[0]["audio"] == {"output": {"voice": "cedar"}}


def test_T2_a_voice_that_waits_while_the_agent_begins_to_speak_comes_too_late(way: Way) -> None:
    desk = ready(way)
    begun_by_server(desk)
    for message in (prompt("One."), speak("cedar"), prompt("Two.")):
        desk.client(message)
    log = desk.upstream(audio(response_id="resp_s"), done("resp_s"))
    assert log.warnings == ["SPEAK_UPDATE_UNSUPPORTED"]
    assert sessions(log) == [{"type": "realtime", "instructions": "One.\nTwo."}]
    assert acknowledged(desk.upstream(UPDATED)) == ["PromptUpdated", "PromptUpdated"]


def test_T2_if_nothing_is_left_of_them_nothing_is_sent(way: Way) -> None:
    desk = ready(way)
    begun_by_server(desk)
    desk.client(speak("cedar"))
    log = desk.upstream(audio(response_id="resp_s"), done("resp_s"))
    assert log.warnings == ["SPEAK_UPDATE_UNSUPPORTED"]
    assert log.upstream == []
    assert acknowledged(log) == []
    assert sessions(desk.client(prompt())) == [{"type": "realtime", "instructions": "Be brief."}]


def test_T2_the_voice_that_speaks_may_be_asked_for_behind_one_that_comes_too_late(way: Way) -> None:
    """What waits and will be refused is not what the agent speaks with."""
    desk = ready(way)
    begun_by_server(desk)
    desk.client(speak("cedar"))
    desk.upstream(audio(response_id="resp_s"))
    desk.client(speak("marin"))
    log = desk.upstream(done("resp_s"))
    assert acknowledged(log) == ["SpeakUpdated"]


def test_T2_audio_that_nobody_is_told_of_fixes_it_too(way: Way) -> None:
    """Upstream counts what it produced, and not what reached the client."""
    desk = ready(way)
    begun_by_server(desk)
    desk.upstream(speech("speech_started"), audio(response_id="resp_s"))
    desk.upstream(done("resp_s", status="cancelled"))
    assert desk.client(speak()).warnings == ["SPEAK_UPDATE_UNSUPPORTED"]
