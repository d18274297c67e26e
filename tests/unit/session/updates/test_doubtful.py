"""T2: what was given up may hold all the same, so the next update about it is sent, whatever it asks for."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config, Renewal
from tests.events import UPDATED, audio, created, done
from tests.unit.session.played import Way
from tests.unit.session.updates.messages import acknowledged, listen, prompt, sessions, speak, think
from tests.unit.session.updates.test_given_up import given_up, voiced

Json = dict[str, Any]


def effort(mode: str) -> Json:
    return {"type": "UpdateThink", "think": {"provider": {"type": "open_ai", "reasoning_mode": mode}}}


def heard(**transcription: Any) -> Json:
    return {"audio": {"input": {"transcription": {"model": "gpt-transcribe", **transcription}}}}


@pytest.mark.parametrize(
    ("first", "back", "sent"),
    [
        (prompt("One."), prompt(""), {"instructions": ""}),
        (think("noon", text="One."), think(), {"instructions": "", "tools": []}),
        (speak("cedar"), speak("marin"), {"audio": {"output": {"voice": "marin"}}}),
        (speak("cedar", speed=1.5), speak(""), {"audio": {"output": {"voice": "marin", "speed": 1.0}}}),
        (listen("de"), listen(""), heard(languages=[])),
        (listen("", language_hints=["de", "fr"]), listen(""), heard(languages=[])),
        (listen("", keyterms=["Nef"]), listen("", keyterms=[]), heard(keywords=[])),
    ],
)
def test_T2_an_update_that_returns_to_what_held_before_is_sent(
    way: Way, first: Json, back: Json, sent: Json
) -> None:
    desk = given_up(way, Config.deepgram(), first)
    log = desk.client(back)
    assert acknowledged(log) == []
    (session,) = sessions(log)
    assert session.items() >= sent.items()
    assert len(acknowledged(desk.upstream(UPDATED))) == 1


def test_T2_once_that_is_confirmed_it_is_known_again(way: Way) -> None:
    desk = given_up(way, Config.deepgram(), speak("cedar"))
    desk.client(speak("marin"))
    desk.upstream(UPDATED)
    log = desk.client(speak("marin"))
    assert (acknowledged(log), sessions(log)) == (["SpeakUpdated"], [])


def test_T2_an_answer_that_came_late_shows_that_it_holds(way: Way) -> None:
    desk = given_up(way, Config.deepgram(), speak("cedar"))
    desk.upstream(voiced("cedar"))
    assert sessions(desk.client(speak("marin"))) == [
        {"type": "realtime", "audio": {"output": {"voice": "marin"}}}
    ]


def test_T2_so_does_one_that_comes_after_the_way_back_went_up(way: Way) -> None:
    desk = given_up(way, Config.deepgram(), speak("cedar"))
    desk.client(speak("marin"))
    assert acknowledged(desk.upstream(voiced("cedar"))) == []
    assert acknowledged(desk.upstream(voiced("marin"))) == ["SpeakUpdated"]


def test_T2_what_the_next_update_is_not_about_stays_as_it_is(way: Way) -> None:
    desk = given_up(way, Config.deepgram(), prompt("One."))
    log = desk.client(speak("cedar"))
    assert sessions(log) == [{"type": "realtime", "audio": {"output": {"voice": "cedar"}}}]
    desk.upstream(UPDATED)
    assert sessions(desk.client(prompt(""))) == [{"type": "realtime", "instructions": ""}]


def test_T2_it_stays_unknown_if_the_way_back_is_not_confirmed_either(way: Way) -> None:
    desk = given_up(way, Config.deepgram(), speak("cedar"), speak("marin"))
    assert len(sessions(desk.client(speak("marin")))) == 1


def test_T2_ways_back_that_waited_go_together(way: Way) -> None:
    desk = given_up(way, Config.deepgram(), speak("cedar"), prompt("One."))
    desk.upstream(created("resp_1"))
    for message in (speak("marin"), prompt("")):
        assert acknowledged(desk.client(message)) == []
    assert sessions(desk.upstream(done("resp_1"))) == [
        {"type": "realtime", "instructions": "", "audio": {"output": {"voice": "marin"}}}
    ]
    assert acknowledged(desk.upstream(UPDATED)) == ["SpeakUpdated", "PromptUpdated"]


@pytest.mark.parametrize("moment", ["before", "while it waits"])
def test_T2_a_voice_that_has_spoken_is_not_asked_for_any_more(way: Way, moment: str) -> None:
    desk = given_up(way, Config.deepgram(), speak("cedar"))
    desk.upstream(created("resp_1"))
    if moment == "while it waits":
        assert acknowledged(desk.client(speak("marin"))) == []
    log = desk.upstream(audio(), done("resp_1"))
    if moment == "before":
        log = desk.client(speak("marin"))
    assert (acknowledged(log), sessions(log)) == (["SpeakUpdated"], [])


def test_T2_that_holds_for_a_call_whose_other_updates_waited_meanwhile(way: Way) -> None:
    desk = given_up(way, Config.deepgram(), speak("cedar"))
    desk.upstream(created("resp_1"))
    desk.client(prompt("One."))
    assert sessions(desk.upstream(audio(), done("resp_1"))) == [{"type": "realtime", "instructions": "One."}]
    assert acknowledged(desk.upstream(UPDATED)) == ["PromptUpdated"]


def test_T2_an_effort_is_asked_for_again(way: Way) -> None:
    desk = given_up(way, Config.deepgram())
    desk.client(effort("high"))
    desk.upstream(UPDATED)
    desk.client(effort("low"))
    desk.wait(10.0)
    assert sessions(desk.client(think())) == [{"type": "realtime", "reasoning": {"effort": "high"}}]


@pytest.mark.parametrize(("first", "back"), [(speak("cedar"), speak("")), (effort("low"), think())])
def test_T2_what_is_the_server_s_own_has_no_name_to_ask_for_it(way: Way, first: Json, back: Json) -> None:
    desk = given_up(way, Config.component(), first)
    assert sessions(desk.client(back)) == []
    assert len(sessions(desk.client(first))) == 1


def test_N5_another_session_has_what_holds(way: Way) -> None:
    desk = given_up(way, Config.deepgram(renewal=Renewal(delays=(0.0,))), speak("cedar"))
    desk.lost()
    (session,) = sessions(desk.dialled())
    assert session["audio"]["output"]["voice"] == "marin"
    desk.upstream(UPDATED)
    log = desk.client(speak("marin"))
    assert (acknowledged(log), sessions(log)) == (["SpeakUpdated"], [])
