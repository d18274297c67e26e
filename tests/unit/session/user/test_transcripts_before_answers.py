"""The agent's words come after the user's that they answer, for Deepgram's clients (O4)."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate.config import Limits
from tests.events import (
    audio,
    audio_done,
    call_item,
    cancelled,
    committed,
    created,
    done,
    failed,
    item_done,
    message,
    spoken,
    started,
    stopped,
    text_done,
    transcript,
    transcript_done,
    written,
)
from tests.unit.session.played import ready_in
from tests.unit.session.user.words import (
    COMPONENT,
    answering,
    remembered,
    told,
    without_transcription,
)

Json = dict[str, Any]


def test_O4_the_agents_words_come_after_the_users() -> None:
    desk = ready_in()
    answering(desk)
    held = desk.upstream(
        transcript("Two berths. Come"), transcript(" in."), transcript_done("Two berths. Come in.")
    )
    assert told(held) == []
    assert told(desk.upstream(written("Any berths?"))) == [
        "user: Any berths?",
        "agent: Two berths.",
        "agent: Come in.",
    ]
    assert "TRANSCRIPT_LATE" not in desk.wait(3.0).notices


def test_O4_each_with_its_history() -> None:
    desk = ready_in()
    answering(desk)
    desk.upstream(text_done("Two."))
    log = desk.upstream(written("Any?"))
    assert log.client_types == ["ConversationText", "History"] * 2


def test_O4_its_audio_never_waits() -> None:
    desk = ready_in()
    answering(desk)
    log = desk.upstream(transcript("Two berths."), audio(), audio())
    assert log.client_types == ["audio", "audio"]


def test_O4_at_most_a_second_from_the_first_that_is_held() -> None:
    desk = ready_in()
    answering(desk)
    desk.wait(2.0)
    desk.upstream(transcript("Two berths. Come"))
    desk.wait(0.75)
    desk.upstream(transcript(" in. Now"))
    assert desk.wait(0.24).outputs == []
    log = desk.wait(0.01)
    assert (told(log), log.notices) == (["agent: Two berths.", "agent: Come in."], ["TRANSCRIPT_LATE"])
    assert told(desk.upstream(transcript(" then. And"))) == ["agent: Now then."], "it is not held again"
    assert told(desk.upstream(written("Any berths?"))) == ["user: Any berths?"]


def test_O4_the_next_answer_does_not_wait_for_the_same_words_again() -> None:
    desk = ready_in()
    answering(desk)
    desk.upstream(text_done("Two berths."))
    desk.wait(1.0)
    desk.upstream(done("resp_1"), created("resp_2"))
    log = desk.upstream(text_done("Come in.", "msg_2", "resp_2"))
    assert told(log) == ["agent: Come in."]
    assert told(desk.upstream(written("Any berths?"))) == ["user: Any berths?"], "it is told all the same"


def test_O4_it_waits_for_the_words_that_it_answers_itself() -> None:
    desk = ready_in()
    answering(desk)
    desk.upstream(text_done("Two berths."))
    desk.wait(1.0)
    desk.upstream(done("resp_1"), *spoken("u2"), created("resp_2"))
    assert told(desk.upstream(text_done("Come in.", "msg_2", "resp_2"))) == []
    assert told(desk.upstream(written("Now?", "u2"))) == ["user: Now?", "agent: Come in."]
    assert told(desk.upstream(written("Any berths?"))) == ["user: Any berths?"]


def test_O4_what_no_words_waited_for_is_waited_for() -> None:
    desk = ready_in()
    answering(desk)
    desk.upstream(cancelled("resp_1"), created("resp_2"))
    assert told(desk.upstream(text_done("Come in.", "msg_2", "resp_2"))) == []


def test_O4_the_wait_is_a_limit() -> None:
    desk = ready_in(limits=Limits(transcript_wait=0.25))
    answering(desk)
    desk.upstream(text_done("Two."))
    assert told(desk.wait(0.25)) == ["agent: Two."]


def test_O4_what_is_known_of_the_user_goes_first_when_the_wait_is_over() -> None:
    desk = ready_in()
    desk.upstream(*spoken("u1"), *spoken("u2"), created())
    desk.upstream(text_done("Two berths."), written("Any berths?", "u2"))
    assert told(desk.wait(1.0)) == ["user: Any berths?", "agent: Two berths."]


def test_O4_not_at_all_if_the_transcript_is_there() -> None:
    desk = ready_in()
    desk.upstream(*spoken(), written("Any?"), created())
    assert told(desk.upstream(text_done("Two."))) == ["agent: Two."]


@pytest.mark.parametrize("nothing", [failed(), written("")])
def test_O4_not_if_there_is_no_transcript(nothing: Json) -> None:
    desk = ready_in()
    answering(desk)
    desk.upstream(text_done("Two."))
    assert told(desk.upstream(nothing)) == ["agent: Two."]
    assert told(desk.upstream(text_done("Three.", "msg_2"))) == ["agent: Three."]


def test_O4_not_if_nothing_is_transcribed() -> None:
    desk = without_transcription()
    answering(desk)
    assert told(desk.upstream(text_done("Two."))) == ["agent: Two."]


def test_O4_not_for_what_the_user_says_after_the_response_has_begun() -> None:
    """Without barge-in the user may speak while the agent does: that is for the next answer."""
    desk = ready_in(barge_in=False)
    desk.upstream(created(), *spoken())
    assert told(desk.upstream(text_done("Two."))) == ["agent: Two."]


def test_O4_for_all_that_it_answers() -> None:
    desk = ready_in()
    desk.upstream(*spoken("u1"), *spoken("u2"), created(), text_done("Two."))
    assert told(desk.upstream(written("One?", "u1"))) == ["user: One?"]
    assert told(desk.upstream(written("And?", "u2"))) == ["user: And?", "agent: Two."]


def test_O4_a_call_releases_it_first() -> None:
    desk = ready_in()
    answering(desk)
    desk.upstream(text_done("Let me look."))
    log = desk.upstream(item_done(call_item()))
    assert log.client_types == ["ConversationText", "History", "FunctionCallRequest"]
    assert told(desk.upstream(text_done("One moment.", "msg_2"))) == ["agent: One moment."], "no more waiting"


def test_O4_the_end_of_the_turn_releases_it_first() -> None:
    desk = ready_in()
    answering(desk)
    log = desk.upstream(text_done("Two."), audio(), audio_done(), done("resp_1", message("Two.")))
    assert log.client_types == ["audio", "ConversationText", "History", "AgentAudioDone"]
    assert told(desk.upstream(written("Any?"))) == ["user: Any?"]
    assert desk.wait(3.0).outputs == []


def test_O4_barge_in_releases_it_first() -> None:
    desk = ready_in()
    answering(desk)
    desk.upstream(transcript("Two berths. Come"), audio())
    log = desk.upstream(started("u2"))
    kinds = ["ConversationText", "History", "UserStartedSpeaking", "AgentAudioDone"]
    assert (log.client_types, told(log)) == (kinds, ["agent: Two berths."])
    assert told(desk.upstream(cancelled())) == []
    assert desk.wait(1.5).outputs == []


def test_O4_at_a_release_what_is_known_of_the_user_goes_first() -> None:
    desk = ready_in()
    desk.upstream(*spoken("u1"), *spoken("u2"), created(), written("Two", "u2"))
    log = desk.upstream(text_done("Hm."), item_done(call_item()))
    assert told(log) == ["user: Two", "agent: Hm."]
    assert told(desk.upstream(written("One", "u1"))) == ["user: One"]


def test_O4_the_next_answer_waits_for_the_next_words() -> None:
    desk = ready_in()
    desk.upstream(*spoken(), written("Any?"), created(), text_done("Two."), done("resp_1"))
    desk.upstream(*spoken("u2"), created("resp_2"))
    assert told(desk.upstream(text_done("Good.", "msg_2", "resp_2"))) == []
    assert told(desk.upstream(written("Fine.", "u2"))) == ["user: Fine.", "agent: Good."]


def test_L2_what_is_held_is_bounded() -> None:
    desk = ready_in()
    answering(desk)
    log = desk.upstream(*(text_done(f"Number {number}.", f"i{number}") for number in range(33)))
    assert told(log) == [f"agent: Number {number}." for number in range(33)], "all at once, in order"
    assert remembered(desk)["answer"] == []


def test_O4_speech_without_an_id_is_not_waited_for() -> None:
    desk = ready_in()
    desk.upstream(committed(None), created())
    assert told(desk.upstream(text_done("Two."))) == ["agent: Two."]


def test_O4_without_words_that_wait_the_users_keep_their_order() -> None:
    desk = ready_in()
    desk.upstream(*spoken("u1"), *spoken("u2"))
    assert told(desk.upstream(written("Two", "u2"), started("u3"))) == []
    assert told(desk.upstream(written("One", "u1"))) == ["user: One", "user: Two"]


def test_O4_what_comes_after_known_words_is_waited_for_if_no_answer_waits() -> None:
    desk = ready_in()
    desk.upstream(*spoken("u1"), *spoken("u2"), *spoken("u3"), created(), written("Two", "u2"))
    assert told(desk.wait(1.0)) == ["user: Two"]
    assert told(desk.upstream(*spoken("u4"), written("Four", "u4"))) == []
    assert told(desk.upstream(written("Three", "u3"))) == ["user: Three", "user: Four"]


def test_O4_so_do_the_words_of_the_answer() -> None:
    desk = ready_in()
    desk.upstream(*spoken("u1"), *spoken("u2"), *spoken("u3"), created(), written("Two", "u2"))
    assert told(desk.wait(1.0)) == ["user: Two"]
    assert told(desk.upstream(text_done("Hm."))) == []
    assert told(desk.upstream(written("Three", "u3"))) == ["user: Three", "agent: Hm."]


def test_O4_speech_may_have_no_length() -> None:
    desk = ready_in(COMPONENT)
    desk.upstream(started("u1", 500), stopped("u1", 500), committed("u1"))
    (final,) = desk.upstream(written("Hm", "u1")).of("Transcript")
    assert (final["start"], final["duration"]) == (0.5, 0.0)


def test_O4_what_nothing_waits_for_is_never_late() -> None:
    desk = ready_in()
    desk.upstream(*spoken("u1"), *spoken("u2"), written("One", "u1"))
    assert "TRANSCRIPT_LATE" not in desk.wait(3.0).notices


def test_O4_once_the_words_are_out_nothing_is_late() -> None:
    desk = ready_in()
    answering(desk)
    desk.upstream(transcript("Two berths. Come"), committed("u2"))
    assert told(desk.upstream(written("Any berths?"))) == ["user: Any berths?", "agent: Two berths."]
    assert "TRANSCRIPT_LATE" not in desk.wait(3.0).notices
