"""What the client is told of updates that come to nothing, and when (T2)."""

from __future__ import annotations

from tests.events import UPDATED, audio, done
from tests.harness import Desk, Log, ready
from tests.unit.session.played import begun_by_server
from tests.unit.session.update_messages import acknowledged, listen, refusal, speak, update_id, warnings

FIXED = "the voice cannot change once the agent has spoken"


def reasons(log: Log) -> list[str]:
    return [each["description"] for each in log.of("Warning")]


def speaking() -> Desk:
    desk = ready(Desk)
    begun_by_server(desk)
    desk.upstream(audio(response_id="resp_s"))
    return desk


def test_T2_another_voice_is_refused_at_once_even_while_the_agent_speaks() -> None:
    log = speaking().client(speak("cedar"))
    assert (warnings(log), reasons(log)) == (["SPEAK_UPDATE_UNSUPPORTED"], [FIXED])


def test_T2_the_voice_that_is_on_its_way_is_not_another() -> None:
    desk = ready(Desk)
    desk.client(speak("cedar"))
    begun_by_server(desk)
    desk.upstream(audio(response_id="resp_s"))
    assert warnings(desk.client(speak("cedar", speed=1.25))) == []
    assert acknowledged(desk.upstream(UPDATED)) == ["SpeakUpdated"]


def test_T2_each_voice_that_comes_too_late_is_refused() -> None:
    desk = ready(Desk)
    begun_by_server(desk)
    desk.client(speak("cedar"))
    desk.client(speak("ash"))
    log = desk.upstream(audio(response_id="resp_s"), done("resp_s"))
    assert reasons(log) == [FIXED, FIXED]


def test_T2_the_server_says_so_in_our_words() -> None:
    desk = ready(Desk)
    event_id = update_id(desk.client(speak("cedar")))
    assert reasons(desk.upstream(refusal(event_id, "cannot_update_voice"))) == [FIXED]


def test_T2_a_language_that_has_no_code_is_named() -> None:
    log = ready(Desk).client(listen("tlh"))
    assert warnings(log) == ["UPDATE_LISTEN_UNSUPPORTED_FIELDS_CHANGED"]
    (reason,) = reasons(log)
    assert "tlh" in reason
