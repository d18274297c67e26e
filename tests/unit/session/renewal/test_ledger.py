"""What the next session is told: the update, the context, and what was said before (N5-N7, N13)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from realtime_translate import ClientDialect, ContextMode, GreetingMode
from realtime_translate.config import Limits
from realtime_translate.mapping.context import call_id
from realtime_translate.mapping.instructions import of_plan
from realtime_translate.mapping.plan import Plan
from realtime_translate.openai.dialects import SPEACHES
from tests.events import (
    TOOLS,
    UPDATED,
    answer,
    audio,
    call_done,
    committed,
    conversation_item,
    created,
    done,
    error,
    inject,
    item_done,
    message,
    output_seen,
    started,
    text_done,
    transcript,
    user_item,
    written,
)
from tests.harness import Desk, Json, Log
from tests.unit.session.renewal.test_causes import told
from tests.unit.session.renewing import (
    asked,
    config,
    dialled_again,
    items,
    ready_in,
    renewed,
    replayed,
    texts,
)

GOES_ON = of_plan(Plan(renewed=True))
BOTH = pytest.mark.parametrize("dialect", ClientDialect)


def session(log: Log) -> Json:
    [update] = log.of("session.update")
    asked_for: Json = update["session"]
    return asked_for


def lost(desk: Desk) -> Log:
    """Another session is told what was said."""
    desk.lost()
    return dialled_again(desk)


# --- the update ---------------------------------------------------------------------------------------------


@BOTH
def test_N5_it_is_asked_for_what_the_first_one_was(dialect: ClientDialect) -> None:
    desk = Desk(config(dialect))
    desk.opened()
    desk.client(TOOLS)
    first = session(desk.dialled())
    desk.upstream(UPDATED)
    desk.lost()
    again = session(desk.dialled())
    assert again.pop("instructions") == f"{first.pop('instructions')}\n\n{GOES_ON}"
    assert again == first


def test_N5_with_the_updates_that_hold() -> None:
    desk = ready_in()
    desk.client({"type": "UpdatePrompt", "prompt": "Be brief."})
    desk.upstream(UPDATED)
    desk.client({"type": "UpdateSpeak", "speak": {"provider": {"type": "open_ai", "voice": "cedar"}}})
    desk.upstream(UPDATED)
    log = lost(desk)
    assert session(log)["instructions"].startswith("Be brief.")
    assert session(log)["audio"]["output"]["voice"] == "cedar"
    assert log.client == []


def test_N5_an_update_that_was_not_confirmed_is_acknowledged_then() -> None:
    desk = ready_in()
    desk.client({"type": "UpdatePrompt", "prompt": "Be brief."})  # is in flight
    desk.client({"type": "UpdatePrompt", "prompt": "And kind."})  # waits
    desk.lost()
    opened = desk.dialled()
    assert session(opened)["instructions"].startswith("Be brief.\nAnd kind.")
    assert desk.upstream(UPDATED).client_types == ["PromptUpdated", "PromptUpdated"]
    assert desk.client({"type": "UpdatePrompt", "prompt": "!"}).upstream_types == ["session.update"]


def test_N5_an_update_that_is_refused_goes_alone() -> None:
    desk = ready_in()
    desk.client({"type": "UpdatePrompt", "prompt": "Be brief."})
    desk.lost()
    desk.dialled()
    log = desk.upstream(error("invalid_value", "no such instructions", param="session.instructions"))
    assert not session(log)["instructions"].startswith("Be brief.")
    assert log.client == []
    log = desk.upstream(UPDATED)
    assert [each["session"]["instructions"][:9] for each in log.of("session.update")] == ["Be brief."]
    assert desk.upstream(UPDATED).client_types == ["PromptUpdated"]


def test_N5_each_of_them_goes_alone() -> None:
    desk = ready_in()
    desk.client({"type": "UpdatePrompt", "prompt": "Be brief."})
    desk.client({"type": "UpdatePrompt", "prompt": "Be kind."})
    desk.lost()
    desk.dialled()
    desk.upstream(error("invalid_value", "no such instructions", param="session.instructions"))
    first, second = desk.upstream(UPDATED), desk.upstream(UPDATED)
    assert [session(each)["instructions"].split("\n\n")[0] for each in (first, second)] == [
        "Be brief.",
        "Be brief.\nBe kind.",
    ]


def test_N5_a_session_that_the_server_does_not_give_is_no_refused_update() -> None:
    desk = Desk(config())
    desk.opened()
    desk.client(TOOLS)
    desk.dialled()
    desk.upstream({"type": "session.created", "session": {}}, UPDATED)
    desk.client({"type": "UpdatePrompt", "prompt": "Be brief."})
    desk.lost()
    desk.dialled()
    log = desk.upstream(error("server_full", "All sessions are in use"))
    assert told(log, "RENEWAL_FAILED")
    assert log.upstream == []


def test_N5_the_voice_may_change_in_a_session_that_has_not_spoken() -> None:
    desk = ready_in()
    asked(desk)
    desk.upstream(transcript("Two. "), audio(), done())
    speak = {"type": "UpdateSpeak", "speak": {"provider": {"type": "open_ai", "voice": "cedar"}}}
    assert desk.client(speak).warnings == ["SPEAK_UPDATE_UNSUPPORTED"]
    replayed(desk, lost(desk))
    assert session(desk.client(speak))["audio"]["output"]["voice"] == "cedar"


@pytest.mark.parametrize("voice", ["cedar", {"id": "voice_1"}])
def test_N5_a_voice_that_came_too_late_for_the_first_session_is_not_asked_for(voice: Any) -> None:
    desk = Desk(config(ClientDialect.COMPONENT))
    desk.opened()
    desk.dialled()
    desk.upstream(UPDATED, created(), audio(), done())
    log = desk.client({"type": "Settings", "agent": {"sessionAudioOutput": {"voice": voice}}})
    assert "SETTING_LEFT_OUT" in log.notices
    assert "voice" not in json.dumps(session(log))
    desk.upstream(UPDATED)
    desk.lost()
    assert "voice" not in json.dumps(session(desk.dialled()))


def test_O9_an_answer_without_a_sound_is_noticed_after_one_that_broke_off() -> None:
    desk = ready_in()
    asked(desk)
    desk.upstream(transcript("Two. "), audio())
    replayed(desk, lost(desk))
    said = message("Three.", item_id="msg_2")
    assert "ANSWER_WITHOUT_AUDIO" in desk.upstream(created("resp_2"), done("resp_2", said)).notices


def test_N5_what_the_first_session_refused_is_left_out() -> None:
    desk = Desk(config())
    desk.opened()
    desk.client(TOOLS)
    desk.dialled()
    desk.upstream(error("invalid_value", "no", param="session.audio.output.voice"), UPDATED)
    desk.lost()
    assert "voice" not in session(desk.dialled())["audio"].get("output", {})


def test_N5_what_the_next_session_refuses_is_left_out_of_all_later_ones() -> None:
    desk = ready_in()
    desk.lost()
    desk.dialled()
    log = desk.upstream(error("invalid_value", "no", param="session.audio.output.voice"))
    assert "voice" not in session(log)["audio"].get("output", {})
    assert desk.upstream(error("invalid_value", "no", param="session.audio.output.voice")).upstream == []
    desk.upstream(UPDATED)
    desk.lost()
    assert "voice" not in session(desk.dialled())["audio"].get("output", {})


def test_N5_a_server_that_shows_a_flat_session_is_asked_once_more() -> None:
    desk = ready_in()
    desk.lost()
    desk.dialled()
    desk.upstream(
        {"type": "session.created", "session": {"modalities": ["text"], "input_audio_format": "pcm16"}}
    )
    log = desk.upstream(error("unknown_parameter", "Unknown parameter: session.type", param="session.type"))
    assert "input_audio_format" in session(log)
    desk.upstream(UPDATED)
    desk.lost()
    assert "input_audio_format" in session(desk.dialled())  # it holds for the call (D5)


GREETED = {**TOOLS, "agent": {**TOOLS["agent"], "greeting": "Good evening!"}}


@pytest.mark.parametrize("mode", GreetingMode)
def test_N5_the_greeting_is_not_told_again(mode: GreetingMode) -> None:
    desk = ready_in(config(fields={"greeting": mode}), GREETED)
    if mode is GreetingMode.SPOKEN:
        desk.upstream(created(), item_done(message("Good evening!")), done())
    log = lost(desk)
    assert ("Good evening!" in session(log)["instructions"]) is (mode is GreetingMode.TEXT)
    assert log.client == []
    assert log.of("response.create") == []


def test_N5_an_update_that_cannot_be_mended_is_a_failed_attempt() -> None:
    desk = ready_in()
    desk.lost()
    desk.dialled()
    log = desk.upstream(error("invalid_value", "no such instructions", param="session.instructions"))
    assert told(log, "RENEWAL_FAILED") == [{"cause": "invalid_value", "attempt": 1, "next": 0.0}]


def test_N5_the_next_session_may_carry_another_format() -> None:
    desk = ready_in()
    desk.lost()
    desk.dialled()
    heard = {"audio": {"input": {"format": {"type": "audio/pcmu"}}}}
    log = desk.upstream({"type": "session.updated", "session": heard})
    assert "SERVER_DIFFERS" in log.notices
    [append] = desk.client(bytes(960)).of("input_audio_buffer.append")
    assert len(append["audio"]) < 300  # 20 ms at 8000 samples of a byte


# --- the ledger ---------------------------------------------------------------------------------------------


def test_N6_what_was_said_goes_up_in_its_order() -> None:
    desk = ready_in()
    asked(desk, "One?")
    desk.upstream(transcript("Two. "), audio(), item_done(message("Two.")), done())
    asked(desk, "Three?", "resp_2")
    desk.upstream(item_done(message("Four.", item_id="msg_2"), "resp_2"), done("resp_2"))
    log = lost(desk)
    assert texts(log) == [
        ("user", "One?"),
        ("assistant", "Two."),
        ("user", "Three?"),
        ("assistant", "Four."),
    ]
    assert log.upstream_types.index("session.update") == 0
    ids = [each["id"] for each in items(log)]
    assert len({*ids, "msg_1", "msg_2"}) == 6


@BOTH
def test_N6_speech_and_its_answer_go_up(dialect: ClientDialect) -> None:
    desk = ready_in(config(dialect))
    desk.upstream(started(), committed(), written("What time is it?"), created())
    desk.upstream(transcript("Late."), item_done(message("Late.", part="output_audio")), done())
    assert texts(lost(desk)) == [("user", "What time is it?"), ("assistant", "Late.")]


def test_N6_a_call_goes_up_with_its_output_by_the_client_s_id() -> None:
    desk = ready_in()
    desk.upstream(created(), call_done("one of theirs"), done())
    desk.client(answer("one of theirs"))
    desk.upstream(output_seen("one of theirs"), created("resp_2"), done("resp_2"))
    call, output = items(lost(desk))
    assert (call["type"], call["name"]) == ("function_call", "weather")
    assert (output["type"], output["output"]) == ("function_call_output", "sunny")
    assert call["call_id"] == output["call_id"] == call_id("one of theirs")


def test_N6_a_function_goes_up_by_upstream_s_name() -> None:
    settings = {
        **TOOLS,
        "agent": {"think": {**TOOLS["agent"]["think"], "functions": [{"name": "the weather"}]}},
    }
    desk = ready_in(settings=settings)
    sent = session(lost(desk))["tools"][0]["name"]
    renewed_desk = ready_in(settings=settings)
    renewed_desk.upstream(created(), call_done(name=sent), done())
    renewed_desk.client(answer(name="the weather"))
    assert items(lost(renewed_desk))[0]["name"] == sent != "the weather"


def test_N6_the_context_goes_up_first() -> None:
    context = {"messages": [{"type": "History", "role": "user", "content": "Before."}]}
    settings = {**TOOLS, "agent": {**TOOLS["agent"], "context": context}}
    desk = ready_in(config(fields={"context": ContextMode.ITEMS}), settings)
    asked(desk, "Now?")
    desk.upstream(done())
    for _ in range(2):
        log = lost(desk)
        assert texts(log) == [("user", "Before."), ("user", "Now?")]
        replayed(desk, log)
        snapshot: Any = desk.translator.snapshot()
        assert snapshot["plan"]["context_items"] == []  # Settings have them (L2)


def test_N6_the_session_is_ready_when_all_is_confirmed() -> None:
    desk = ready_in()
    asked(desk, "One?")
    desk.upstream(item_done(message("Two.")), done())
    log = lost(desk)
    first, second = (conversation_item(each) for each in items(log))
    assert not told(desk.upstream(first, first), "RENEWAL_DONE")  # each is announced twice
    assert told(desk.upstream(second), "RENEWAL_DONE") == [{"items": 2, "dropped": 0, "seconds": 0.0}]


def test_N6_nor_is_what_it_announces_told_to_the_client() -> None:
    desk = ready_in()
    asked(desk, "One?")
    desk.upstream(item_done(message("Two.")), done())
    log = lost(desk)
    assert replayed(desk, log).client == []


def test_N6_an_item_that_is_refused_is_left_out() -> None:
    desk = ready_in()
    asked(desk, "One?")
    desk.upstream(item_done(message("Two.")), done())
    log = lost(desk)
    sent = log.of("conversation.item.create")
    refusal = desk.upstream(error("invalid_value", "no", event_id=sent[0]["event_id"]))
    assert refusal.notices == ["CONTEXT_ITEM_REFUSED", "UPSTREAM_ERROR_BENIGN"]
    assert refusal.client == []
    ready = desk.upstream(conversation_item(sent[1]["item"]))
    assert told(ready, "RENEWAL_DONE") == [{"items": 1, "dropped": 1, "seconds": 0.0}]


def test_N6_a_server_that_confirms_nothing_is_not_waited_for() -> None:
    desk = ready_in(config(fields={"limits": Limits(confirm_timeout=2.0)}))
    asked(desk, "One?")
    desk.upstream(done())
    lost(desk)
    assert told(desk.wait(2.0), "RENEWAL_DONE") == [{"items": 1, "dropped": 0, "seconds": 2.0}]


def test_N6_the_parts_are_those_of_the_server() -> None:
    desk = ready_in(config(fields={"upstream": SPEACHES, "model": "any"}))
    asked(desk, "One?")
    desk.upstream(item_done(message("Two.")), done())
    kinds = [each["content"][0]["type"] for each in items(lost(desk))]
    assert kinds == ["input_text", SPEACHES.assistant_part]


# --- what is in it ------------------------------------------------------------------------------------------


def test_N7_an_interrupted_answer_is_in_it_as_far_as_it_was_told() -> None:
    desk = ready_in()
    asked(desk, "One?")
    desk.upstream(transcript("Two. And three, and "), audio(), started("u2"), done())
    assert texts(lost(desk)) == [("user", "One?"), ("assistant", "Two.")]


def test_N7_a_text_that_was_not_confirmed_is_not_in_it() -> None:
    desk = ready_in()
    desk.client(inject("Lost?"))
    assert told(lost(desk), "RENEWAL_DONE")[0]["items"] == 0  # it goes again by itself (N11)


def test_N7_a_spoken_greeting_is_in_it() -> None:
    desk = ready_in(config(fields={"greeting": GreetingMode.SPOKEN}), GREETED)
    desk.upstream(created(), item_done(message("Good evening!")), done())
    assert texts(lost(desk)) == [("assistant", "Good evening!")]


def said(desk: Desk, number: int) -> None:
    asked(desk, f"Question {number}", f"resp_{number}")
    desk.upstream(
        item_done(message(f"Answer {number}", item_id=f"msg_{number}"), f"resp_{number}"),
        done(f"resp_{number}"),
    )


@pytest.mark.parametrize("bound", [{"ledger_items": 3}, {"ledger_chars": 31}])
def test_N7_it_is_bounded_and_says_so(bound: dict[str, Any]) -> None:
    desk = ready_in(config(**bound))
    for number in range(3):
        said(desk, number)
    log = lost(desk)
    assert [each for _, each in texts(log)] == ["Answer 1", "Question 2", "Answer 2"]
    assert told(replayed(desk, log), "RENEWAL_DONE")[0]["dropped"] == 3
    said(desk, 3)
    assert told(replayed(desk, lost(desk)), "RENEWAL_DONE")[0]["dropped"] == 2


def test_N7_what_is_larger_than_all_of_it_drives_nothing_out() -> None:
    desk = ready_in(config(ledger_chars=64))
    said(desk, 1)
    desk.upstream(created("resp_2"), call_done(), done("resp_2"))
    desk.client(answer(content="rain, " * 20))
    desk.client(inject("And then, " * 20))
    desk.upstream(user_item("", "And then, " * 20))
    log = lost(desk)
    assert texts(log) == [("user", "Question 1"), ("assistant", "Answer 1")]
    assert told(replayed(desk, log), "RENEWAL_DONE")[0]["dropped"] == 2


def test_N7_an_answer_that_outgrows_it_loses_its_beginning() -> None:
    desk = ready_in(config(ledger_chars=20))
    asked(desk)
    for number in (1, 2, 3):
        desk.upstream(item_done(message(f"Answer {number}.", item_id=f"msg_{number}")))
    desk.upstream(done())
    assert texts(lost(desk)) == [("assistant", "Answer 3.")]


def test_N7_a_call_goes_whole() -> None:
    desk = ready_in(config(ledger_items=1))
    desk.upstream(created(), call_done(), done())
    desk.client(answer())
    assert [each["type"] for each in items(lost(desk))] == ["function_call", "function_call_output"]


def test_N7_it_goes_up_to_each_later_session() -> None:
    desk = ready_in()
    said(desk, 1)
    desk.lost()
    renewed(desk)
    said(desk, 2)
    assert [each for _, each in texts(lost(desk))] == ["Question 1", "Answer 1", "Question 2", "Answer 2"]


def test_N13_nothing_names_what_another_session_made() -> None:
    desk = ready_in()
    asked(desk)
    desk.upstream(transcript("Two. And "), audio(bytes(48000)), done())
    desk.lost()
    renewed(desk)
    log = desk.upstream(started("u9"))
    assert log.upstream == []  # the audio that plays is of the session that is gone
    assert log.client_types == ["UserStartedSpeaking"]
    desk.upstream(output_seen(), text_done("?", "msg_1"), user_item("item_9", "x"))


@pytest.mark.parametrize("own_ids", [False, True])
def test_N16_equal_answers_are_not_told_again(own_ids: bool) -> None:
    desk = ready_in()
    for number in range(5):
        asked(desk, f"Question {number}", f"resp_{number}")
        answered = item_done(message("Yes.", item_id=f"msg_{number}"), f"resp_{number}")
        desk.upstream(answered, done(f"resp_{number}"))
    log = lost(desk)
    for number, item in enumerate(items(log)):
        named = {**item, "id": f"theirs_{number}"} if own_ids else item
        for kind in ("created", "added", "done"):
            assert desk.upstream(conversation_item(named, kind)).client == []
