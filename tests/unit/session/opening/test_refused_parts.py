"""S7: a part that upstream refuses and that the call can do without is left out, and the rest sent again."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config, Notice
from tests.events import UPDATED, audio, done
from tests.harness import Desk, Log, ready
from tests.unit.session.played import Way, begun_by_server
from tests.unit.session.updates.messages import (
    acknowledged,
    listen,
    prompt,
    sessions,
    speak,
    think,
    update_id,
)

Json = dict[str, Any]

DEEPGRAM = Config.deepgram()
COMPONENT = Config.component()
LISTEN: Json = {"provider": {"type": "deepgram", "language": "de", "keyterms": ["Quillmoor"]}}
SPEAK: Json = {"provider": {"type": "open_ai", "voice": "cedar", "speed": 1.2}}
THINK: Json = {"provider": {"type": "open_ai"}, "prompt": "Be brief."}
SETTINGS: Json = {
    "type": "Settings",
    "audio": {},
    "agent": {"listen": LISTEN, "speak": SPEAK, "think": THINK},
}
MANAGED: Json = {**SETTINGS, "agent": {**SETTINGS["agent"], "think": {**THINK, "managedPrompt": {"id": "p"}}}}
HEARD = "session.audio.input.transcription"
VOICE, SPEED = "session.audio.output.voice", "session.audio.output.speed"


@pytest.fixture(params=[DEEPGRAM, COMPONENT], ids=["DG", "CO"])
def config(request: pytest.FixtureRequest) -> Config:
    chosen: Config = request.param
    return chosen


def refusal(param: str | None, event_id: str | None = None, **detail: Any) -> Json:
    error = {"type": "invalid_request_error", "code": "invalid_value", "message": "No.", **detail}
    return {"type": "error", "error": {**error, "param": param, "event_id": event_id}}


def configuring(way: Way, config: Config, settings: Json = SETTINGS) -> tuple[Desk, Json, str]:
    """A call whose `session.update` is on its way: the session that it asks for, and its id."""
    desk = way(config)
    desk.opened()
    desk.client(settings)
    log = desk.dialled()
    return desk, sessions(log)[0], update_id(log)


def holds(session: Json, path: str) -> bool:
    inner: Any = session
    for step in path.removeprefix("session.").split("."):
        if step not in inner:
            return False
        inner = inner[step]
    return True


def noticed(log: Log) -> list[str]:
    codes = ("SETTING_REFUSED", "UPSTREAM_ERROR_BENIGN")
    return [each for each in log.notices if each in codes]


# --- the first update ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_id", [True, False])
@pytest.mark.parametrize("path", [VOICE, SPEED, f"{HEARD}.languages", f"{HEARD}.keywords", HEARD])
def test_S7_a_part_that_is_refused_costs_that_part_and_not_the_call(
    way: Way, config: Config, path: str, by_id: bool
) -> None:
    desk, first, event_id = configuring(way, config)
    assert holds(first, path)
    log = desk.upstream(refusal(path, event_id if by_id else None))
    assert (log.client, log.closes) == ([], [])
    assert noticed(log) == ["SETTING_REFUSED"]
    (again,) = sessions(log)
    assert not holds(again, path)
    assert again["instructions"] == first["instructions"]
    assert again["audio"]["input"]["format"] == first["audio"]["input"]["format"]
    assert update_id(log) != event_id
    assert desk.upstream(UPDATED).client_types == ["SettingsApplied"]


def test_S7_a_managed_prompt_may_go(way: Way) -> None:
    desk, first, event_id = configuring(way, COMPONENT, MANAGED)
    assert first["prompt"] == {"id": "p"}
    log = desk.upstream(refusal("session.prompt.id", event_id, code="prompt_not_found"))
    assert "prompt" not in sessions(log)[0]
    (refused,) = (each for each in log.outputs if isinstance(each, Notice))
    assert refused.fields == {"path": "session.prompt", "code": "prompt_not_found"}
    assert desk.upstream(UPDATED).client_types == ["SettingsApplied"]


def test_S7_one_part_after_the_other_each_once(way: Way, config: Config) -> None:
    desk, session, event_id = configuring(way, config)
    for path in (SPEED, f"{HEARD}.keywords", VOICE, f"{HEARD}.languages", HEARD):
        log = desk.upstream(refusal(path, event_id))
        (session,), event_id = sessions(log), update_id(log)
    assert "transcription" not in session["audio"]["input"]
    log = desk.upstream(refusal(VOICE, event_id))
    assert log.upstream == []
    assert len(log.closes) == 2
    assert "SettingsApplied" not in log.client_types


@pytest.mark.parametrize(
    "path",
    [
        "session.instructions",
        "session.tools[0].name",
        "session.audio.input.format",
        "session.audio.output.format.rate",
        "session.audio.input.turn_detection",
        "session.prompt",
        "session.type",
        None,
    ],
)
def test_S7_what_is_needed_or_was_not_sent_ends_the_call(way: Way, config: Config, path: str | None) -> None:
    desk, _, event_id = configuring(way, config)
    log = desk.upstream(refusal(path, event_id, message="'session.audio.output.voices'"))
    assert [each["code"] for each in log.of("Error")] == [
        "INVALID_SETTINGS" if config is DEEPGRAM else "invalid_value"
    ]
    assert log.upstream == []


def test_S7_the_message_tells_where_param_is_null(way: Way, config: Config) -> None:
    desk, _, event_id = configuring(way, config)
    log = desk.upstream(refusal(None, event_id, message=f"Unknown parameter: '{SPEED}'."))
    assert not holds(sessions(log)[0], SPEED)


def test_S7_whatever_kind_of_error_it_is(way: Way, config: Config) -> None:
    desk, _, event_id = configuring(way, config)
    log = desk.upstream(refusal(f"{HEARD}.model", event_id, code="invalid_model"))
    assert not holds(sessions(log)[0], HEARD)


@pytest.mark.parametrize("by_id", [True, False])
def test_S7_said_twice_of_the_same_update_it_counts_once(way: Way, config: Config, by_id: bool) -> None:
    desk, _, event_id = configuring(way, config)
    again = refusal(f"{HEARD}.languages", event_id if by_id else None)
    desk.upstream(again)
    log = desk.upstream(again)
    assert (log.client, log.upstream, noticed(log)) == ([], [], ["UPSTREAM_ERROR_BENIGN"])
    assert desk.upstream(UPDATED).client_types == ["SettingsApplied"]


@pytest.mark.parametrize("by_id", [True, False])
def test_S7_said_again_after_ready_it_is_not_told(way: Way, config: Config, by_id: bool) -> None:
    desk, _, event_id = configuring(way, config)
    again = refusal(VOICE, event_id if by_id else None)
    desk.upstream(again, UPDATED)
    log = desk.upstream(again)
    assert (log.client, noticed(log)) == ([], ["UPSTREAM_ERROR_BENIGN"])


def test_S7_the_time_for_ready_starts_anew(way: Way, config: Config) -> None:
    desk, _, event_id = configuring(way, config)
    desk.wait(9.0)
    desk.upstream(refusal(VOICE, event_id))
    assert desk.translator.next_deadline == desk.clock.now + 10.0
    assert desk.wait(9.0).closes == []
    assert len(desk.wait(1.0).closes) == 2


def test_S7_what_was_left_out_does_not_count_as_set(way: Way) -> None:
    """The same voice asked for again is a change."""
    desk, _, event_id = configuring(way, DEEPGRAM)
    desk.upstream(refusal(VOICE, event_id), UPDATED)
    assert sessions(desk.client(speak("cedar", speed=1.2))) == [
        {"type": "realtime", "audio": {"output": {"voice": "cedar"}}}
    ]


# --- Settings of a session that was ready before ------------------------------------------------------------


def applying(way: Way) -> tuple[Desk, str]:
    desk = way(COMPONENT)
    desk.opened()
    desk.dialled()
    desk.upstream(UPDATED)
    return desk, update_id(desk.client(SETTINGS))


@pytest.mark.parametrize("by_id", [True, False])
def test_S7_late_settings_lose_a_part_too(way: Way, by_id: bool) -> None:
    desk, event_id = applying(way)
    log = desk.upstream(refusal(SPEED, event_id if by_id else None))
    assert (log.client, holds(sessions(log)[0], SPEED)) == ([], False)
    log = desk.upstream(refusal(SPEED, event_id if by_id else None))
    assert (log.client, log.upstream, noticed(log)) == ([], [], ["UPSTREAM_ERROR_BENIGN"])
    assert desk.upstream(UPDATED).client_types == ["SettingsApplied"]
    assert sessions(desk.client(speak("cedar", speed=1.2))) == [
        {"type": "realtime", "audio": {"output": {"speed": 1.2}}}
    ]


def test_S7_without_an_id_another_error_is_none_of_the_update(way: Way) -> None:
    desk, _ = applying(way)
    log = desk.upstream(refusal("session.tools"))
    assert (log.upstream, log.closes) == ([], [])


# --- updates of a call that goes on (T2) --------------------------------------------------------------------


@pytest.mark.parametrize("by_id", [True, False])
@pytest.mark.parametrize(
    ("message", "path", "rest"),
    [
        (listen("fr"), f"{HEARD}.keywords", {"model": "gpt-transcribe", "languages": ["fr"]}),
        (
            {"type": "UpdateListen", "listen": {"provider": {"type": "deepgram", "keyterms": ["x"]}}},
            f"{HEARD}.languages",
            {"model": "gpt-transcribe", "keywords": ["x"]},
        ),
    ],
)
def test_S7_of_an_update_goes_what_the_client_did_not_ask_for(
    way: Way, config: Config, message: Json, path: str, rest: Json, by_id: bool
) -> None:
    desk = ready(way, config, SETTINGS)
    event_id = update_id(desk.client(message))
    error = refusal(path, event_id if by_id else None)
    log = desk.upstream(error)
    assert (log.client, noticed(log)) == ([], ["SETTING_REFUSED", "UPSTREAM_ERROR_BENIGN"])
    assert sessions(log) == [{"type": "realtime", "audio": {"input": {"transcription": rest}}}]
    assert desk.translator.next_deadline == desk.clock.now + 10.0
    assert desk.upstream(error).client == []
    assert acknowledged(desk.upstream(UPDATED)) == ["ListenUpdated"]


@pytest.mark.parametrize(
    ("message", "path"),
    [
        (listen("fr"), f"{HEARD}.languages"),
        (listen("fr"), f"{HEARD}.model"),
        (listen("fr", keyterms=["x"]), f"{HEARD}.keywords"),
        (speak("ash"), VOICE),
        (speak("cedar", speed=0.8), SPEED),
        (prompt("More."), "session.instructions"),
        (think("noon"), "session.tools"),
    ],
)
def test_S7_what_the_client_asked_for_gets_a_warning(
    way: Way, config: Config, message: Json, path: str
) -> None:
    desk = ready(way, config, SETTINGS)
    log = desk.upstream(refusal(path, update_id(desk.client(message))))
    assert (log.warnings, log.upstream) == (["invalid_value"], [])
    assert acknowledged(desk.upstream(UPDATED)) == []


def test_S7_an_update_of_which_nothing_is_left_holds(way: Way) -> None:
    """A voice of no name: the speed that was set goes back to normal, which nobody asked for."""
    desk = ready(way, COMPONENT, SETTINGS)
    log = desk.client({"type": "UpdateSpeak", "speak": {"provider": {"type": "open_ai"}}})
    assert sessions(log) == [{"type": "realtime", "audio": {"output": {"speed": 1.0}}}]
    log = desk.upstream(refusal(SPEED, update_id(log)))
    assert (acknowledged(log), log.upstream) == (["SpeakUpdated"], [])
    assert sessions(desk.client(speak("ash", speed=1.2))) == [
        {"type": "realtime", "audio": {"output": {"voice": "ash"}}}
    ]


def test_S7_a_default_voice_that_nobody_named_goes(way: Way) -> None:
    desk = ready(way, DEEPGRAM, SETTINGS)
    message = {"type": "UpdateSpeak", "speak": [{"provider": {"type": "open_ai", "speed": 0.8}}]}
    log = desk.client(message)
    assert sessions(log)[0]["audio"]["output"] == {"voice": "marin", "speed": 0.8}
    log = desk.upstream(refusal(VOICE, update_id(log)))
    assert sessions(log)[0]["audio"]["output"] == {"speed": 0.8}
    assert acknowledged(desk.upstream(UPDATED)) == ["SpeakUpdated"]
    assert sessions(desk.client(speak("marin", speed=0.8)))[0]["audio"]["output"] == {"voice": "marin"}


def test_S7_what_waits_behind_it_is_measured_by_what_is_left(way: Way) -> None:
    desk = ready(way, DEEPGRAM, SETTINGS)
    log = desk.client({"type": "UpdateSpeak", "speak": [{"provider": {"type": "open_ai", "speed": 0.8}}]})
    desk.upstream(refusal(VOICE, update_id(log)))
    desk.upstream(audio())
    log = desk.client(speak("cedar", speed=0.8))  # it speaks already
    assert log.warnings == []
    log = desk.upstream(UPDATED, done("resp_1"))
    assert acknowledged(log) == ["SpeakUpdated", "SpeakUpdated"]


def test_S7_the_rest_waits_for_the_slot_too(way: Way) -> None:
    desk = ready(way, DEEPGRAM, SETTINGS)
    event_id = update_id(desk.client(listen("fr")))
    begun_by_server(desk)
    error = refusal(f"{HEARD}.keywords", event_id)
    log = desk.upstream(error, error, UPDATED)
    assert (log.client, log.upstream) == ([], [])
    log = desk.upstream(done("resp_s"))
    assert not holds(sessions(log)[0], f"{HEARD}.keywords")
    assert acknowledged(desk.upstream(UPDATED)) == ["ListenUpdated"]


def test_S7_several_updates_are_separated_first(way: Way) -> None:
    desk = ready(way, DEEPGRAM, SETTINGS)
    begun_by_server(desk)
    desk.client(listen("fr"))
    desk.client(prompt("More."))
    event_id = update_id(desk.upstream(done("resp_s")))
    log = desk.upstream(refusal(f"{HEARD}.keywords", event_id))
    assert "UPDATES_SEPARATED" in log.notices
    log = desk.upstream(refusal(f"{HEARD}.keywords", update_id(log)))
    assert not holds(sessions(log)[0], f"{HEARD}.keywords")
    assert acknowledged(desk.upstream(UPDATED)) == ["ListenUpdated"]
