"""What was under way when the session was lost: answers, questions, function calls and texts (N8-N11)."""

from __future__ import annotations

import pytest

from realtime_translate import ClientDialect, ManualCommit, RunFunction, ServerVad
from realtime_translate.mapping.context import call_id
from realtime_translate.openai.dialects import NEMOTRON
from tests.events import (
    PCM,
    TOOLS,
    UPDATED,
    answer,
    audio,
    audio_done,
    call_added,
    call_done,
    committed,
    conversation_item,
    created,
    delta,
    done,
    error,
    inject,
    item_added,
    item_done,
    message,
    spoken,
    started,
    stopped,
    transcript,
    transcript_done,
    user_item,
    written,
)
from tests.harness import Desk, Log
from tests.unit.session.renewal.test_causes import told
from tests.unit.session.renewing import (
    asked,
    config,
    dialled_again,
    items,
    ready_in,
    renewed,
    replayed,
    replies,
    texts,
)

BOTH = pytest.mark.parametrize("dialect", ClientDialect)
REST = "Your last answer broke off"


def lost(desk: Desk) -> tuple[Log, Log]:
    """What the client is told when the session is lost, and all that comes of the next one."""
    return desk.lost(), renewed(desk)


# --- an answer that breaks off ------------------------------------------------------------------------------


@BOTH
def test_N8_it_ends_for_the_client_and_goes_on_in_another_turn(dialect: ClientDialect) -> None:
    desk = ready_in(config(dialect))
    asked(desk)
    desk.upstream(transcript("It is four. And "), audio())
    gone, log = lost(desk)
    assert gone.client_types[-1] == "AgentAudioDone"
    assert gone.client_types.count("AgentAudioDone") == 1
    said = " ".join(content for role, content in texts(log) if role == "assistant")
    assert said.rstrip() == "It is four. And"
    [reply] = replies(log)
    assert REST in reply["instructions"]
    assert "is under way" in reply["instructions"]  # a response's own instructions stand in place of those
    spoken_on = desk.upstream(created("resp_2"), audio(item_id="msg_2", response_id="resp_2"), done("resp_2"))
    assert spoken_on.client_types.count("AgentAudioDone") == 1
    assert "audio" in spoken_on.client_types


def test_N8_what_was_told_is_told_once() -> None:
    desk = ready_in()
    asked(desk)
    before = desk.upstream(transcript("It is four. And "), audio())
    gone, log = lost(desk)
    told_texts = [each["content"] for each in [*before.of("ConversationText"), *gone.of("ConversationText")]]
    assert told_texts == ["It is four.", "And"]
    assert log.of("ConversationText") == []


@BOTH
def test_N8_nothing_that_the_resampler_holds_is_heard_in_the_next_session(dialect: ClientDialect) -> None:
    """A call is to be answered yet, and the component's client was told the end of the audio."""
    phone = {**TOOLS, "audio": {"output": {"encoding": "linear16", "sample_rate": 16000}}}
    desk = ready_in(config(dialect), phone)
    asked(desk)
    desk.upstream(item_added(message("Four.", status="in_progress")), audio(), audio_done())
    desk.upstream(audio(PCM * 40, "msg_2"), call_done())
    lost(desk)
    desk.client(answer())
    log = desk.upstream(created("resp_2"), audio_done("msg_3", "resp_2"), done("resp_2"))
    assert "audio" not in log.client_types


def test_N8_the_host_may_do_without() -> None:
    desk = ready_in(config(resume_answer=False))
    asked(desk)
    desk.upstream(transcript("It is four. And "), audio())
    _, log = lost(desk)
    assert replies(log) == []


def test_N8_an_answer_whose_output_had_all_come_is_whole() -> None:
    desk = ready_in()
    asked(desk)
    desk.upstream(item_added(message("", status="in_progress")), transcript("Four."), audio())
    desk.upstream(transcript_done("Four."), item_done(message("Four.", part="output_audio")))
    gone, log = lost(desk)
    assert gone.client_types == ["AgentAudioDone"]
    assert replies(log) == []


def test_N8_one_of_which_nothing_was_told_is_asked_for_again() -> None:
    desk = ready_in()
    asked(desk)
    gone, log = lost(desk)
    assert gone.client == []
    [reply] = replies(log)
    assert "instructions" not in reply
    assert (
        desk.upstream(created("resp_2"), delta("resp_2", "Four."), done("resp_2")).client_types[-1]
        == "AgentAudioDone"
    )


def test_N8_one_that_was_interrupted_is_not_asked_for_again() -> None:
    desk = ready_in(config(turns=ServerVad(interrupt_response=False)))
    asked(desk)
    desk.upstream(transcript("It is four. And "), audio(), started("u2"))
    gone, log = lost(desk)
    assert gone.client == []
    assert replies(log) == []


def test_N8_the_user_s_next_text_waits_for_the_rest() -> None:
    desk = ready_in()
    asked(desk)
    desk.upstream(transcript("It is four. And "), audio())
    desk.client(inject("And now?"))
    desk.upstream(user_item("", "And now?"))
    _, log = lost(desk)
    assert REST in replies(log)[0]["instructions"]
    after = desk.upstream(created("resp_2"), done("resp_2"))
    assert ["instructions" in each for each in replies(after)] == [False]


def test_N8_a_server_without_instructions_of_a_response_gets_an_item() -> None:
    desk = ready_in(config(fields={"upstream": NEMOTRON, "model": "any"}))
    asked(desk)
    desk.upstream(transcript("It is four. And "), audio())
    _, log = lost(desk)
    assert any(REST in content for role, content in texts(log) if role == "system")
    assert "instructions" not in replies(log)[0]


def test_N8_a_text_to_be_said_of_which_nothing_was_told_is_to_be_said() -> None:
    desk = ready_in()
    desk.client({"type": "InjectAgentMessage", "message": "Please hold."})
    desk.upstream(created())
    _, log = lost(desk)
    assert "Please hold." in replies(log)[0]["instructions"]


# --- a question without an answer ---------------------------------------------------------------------------


def test_N9_what_was_asked_and_had_no_response_is_asked_again() -> None:
    desk = ready_in()
    desk.client(inject("Hello"))
    desk.upstream(user_item("", "Hello"))
    gone, log = lost(desk)
    assert gone.client == []
    assert len(replies(log)) == 1
    assert texts(log) == [("user", "Hello")]


def test_N9_it_is_asked_once_a_leg() -> None:
    desk = ready_in()
    desk.client(inject("Hello"))
    desk.upstream(user_item("", "Hello"))
    for _ in range(3):
        _, log = lost(desk)
        assert len(replies(log)) == 1


def test_N9_texts_that_wait_to_be_said_wait_on() -> None:
    desk = ready_in()
    asked(desk)
    for text in ("One.", "Two."):
        desk.client({"type": "InjectAgentMessage", "message": text, "behavior": "queue"})
    _, log = lost(desk)
    said = replies(log)
    for number in (2, 3):
        said += replies(desk.upstream(created(f"resp_{number}"), done(f"resp_{number}")))
    wanted = [reply.get("instructions", "").rpartition("\n")[2] for reply in said]
    assert sorted(wanted) == ["", "One.", "Two."]
    assert wanted.index("One.") < wanted.index("Two.")


@BOTH
@pytest.mark.parametrize("known", [True, False])
def test_N9_a_spoken_turn_is_answered_if_it_is_known_what_was_said(
    dialect: ClientDialect, known: bool
) -> None:
    desk = ready_in(config(dialect))
    desk.upstream(started(), stopped(), committed())
    if known:
        desk.upstream(written("What time is it?"))
    gone, log = lost(desk)
    assert ("TURN_LOST" in gone.notices) is not known
    assert len(replies(log)) == (1 if known else 0)
    assert texts(log) == ([("user", "What time is it?")] if known else [])


def test_N9_the_create_of_a_commit_is_asked_again() -> None:
    desk = ready_in(config(turns=ManualCommit()))
    desk.client(bytes(9600))
    desk.wait(0.4)
    desk.upstream(committed(), written("What time is it?"))
    _, log = lost(desk)
    assert len(replies(log)) == 1
    assert "input_audio_buffer.append" not in log.upstream_types


def test_N9_a_question_that_nobody_asks_any_more_is_not_asked_again() -> None:
    desk = ready_in(config(turns=ServerVad(interrupt_response=False)))
    desk.client(inject("Hello"))
    desk.upstream(user_item("", "Hello"), started("u2"))
    _, log = lost(desk)
    assert replies(log) == []


def test_N9_words_that_wait_for_those_of_the_user_are_told() -> None:
    desk = ready_in()
    desk.upstream(*spoken(), created(), item_done(message("Four.")))
    gone = desk.lost()
    assert [each["content"] for each in gone.of("ConversationText")] == ["Four."]


# --- function calls -----------------------------------------------------------------------------------------


@BOTH
def test_N10_an_open_call_is_answered_in_the_next_session(dialect: ClientDialect) -> None:
    desk = ready_in(config(dialect))
    desk.upstream(created(), call_done(), done())
    gone, log = lost(desk)
    assert gone.client == []
    assert items(log) == []
    reply = desk.client(answer())
    call, output = items(reply)
    assert (call["type"], output["type"]) == ("function_call", "function_call_output")
    assert call["call_id"] == output["call_id"] == call_id("call_1")
    assert reply.upstream_types[-1] == "response.create"
    assert desk.client(answer()).upstream == []


def test_N10_so_is_one_of_a_response_that_has_not_ended() -> None:
    desk = ready_in()
    desk.upstream(created(), call_done())
    lost(desk)
    assert desk.client(answer()).upstream_types[-1] == "response.create"


def test_N10_the_turn_goes_on_until_the_response_that_follows() -> None:
    desk = ready_in()
    asked(desk)
    desk.upstream(transcript("Let me look."), audio(), call_done(), done())
    gone, log = lost(desk)
    assert "AgentAudioDone" not in [*gone.client_types, *log.client_types]
    desk.client(answer())
    after = desk.upstream(created("resp_2"), delta("resp_2", "Sunny.", "msg_2"), done("resp_2"))
    assert after.client_types.count("AgentAudioDone") == 1


def test_N10_an_answer_waits_for_the_next_session() -> None:
    desk = ready_in()
    desk.upstream(created(), call_done(), done())
    desk.lost()
    assert desk.client(answer()).upstream == []
    log = renewed(desk)
    assert [each["type"] for each in items(log)] == ["function_call", "function_call_output"]
    assert len(replies(log)) == 1


def test_N10_so_does_the_result_of_the_host() -> None:
    desk = ready_in()
    desk.upstream(created(), call_done(name="lookup"), done())
    desk.lost()
    assert desk.act(lambda translator: translator.function_result("call_1", "found")).outputs == []
    log = renewed(desk)
    assert [each.get("output") for each in items(log)] == [None, "found"]
    assert "FunctionCallResponse" in log.client_types


def test_N10_of_several_calls_each_goes_up_once() -> None:
    desk = ready_in()
    desk.upstream(created(), call_done("call_1"), call_done("call_2", name="clock"), done())
    desk.client(answer("call_1"))
    _, log = lost(desk)
    assert [each["type"] for each in items(log)] == ["function_call", "function_call_output"]
    assert replies(log) == []
    reply = desk.client(answer("call_2", "clock"))
    assert [each["call_id"] for each in items(reply)] == ["call_2", "call_2"]
    assert len(replies(reply)) == 1


def test_N10_calls_that_are_all_answered_are_followed() -> None:
    desk = ready_in()
    desk.upstream(created(), call_done())
    desk.client(answer())
    _, log = lost(desk)
    assert [each["type"] for each in items(log)] == ["function_call", "function_call_output"]
    assert len(replies(log)) == 1


def test_N10_the_next_session_answers_what_waited_for_a_call() -> None:
    desk = ready_in()
    desk.upstream(created(), call_done(), done())
    desk.client(inject("And now?"))
    deferred = desk.upstream(user_item("", "And now?"))
    assert replies(deferred) == []
    _, log = lost(desk)
    assert len(replies(log)) == 1


def test_N10_a_call_that_was_cut_meanwhile_goes_nowhere() -> None:
    desk = ready_in()
    desk.upstream(created(), call_done(), done())
    lost(desk)
    log = desk.upstream(started("u2"))
    assert "FunctionCallCancelled" in log.client_types
    assert log.upstream == []
    assert desk.client(answer()).upstream == []


def test_N10_a_call_that_was_not_whole_is_dropped() -> None:
    desk = ready_in()
    asked(desk)
    desk.upstream(call_added())
    gone, log = lost(desk)
    assert "CALL_INCOMPLETE" in gone.notices
    assert len(replies(log)) == 1


def test_N10_the_next_session_may_use_the_same_ids() -> None:
    desk = ready_in()
    desk.upstream(created(), call_done(), done())
    lost(desk)
    log = desk.upstream(created("resp_1"), call_done(), done())
    [request] = log.of("FunctionCallRequest")
    assert request["functions"][0]["id"] != "call_1"  # which is open yet
    desk.client(answer("call_1"))
    reply = desk.client(answer(request["functions"][0]["id"]))
    assert items(reply)[-1]["type"] == "function_call_output"


def test_N10_nor_does_the_next_session_wait_for_calls_of_a_response_with_the_same_id() -> None:
    desk = ready_in()
    desk.upstream(created("resp_1"), call_done("call_1"), done("resp_1"))
    lost(desk)
    desk.upstream(created("resp_1"), call_done("call_2", name="clock"), done("resp_1"))
    assert len(replies(desk.client(answer("call_2", "clock")))) == 1
    desk.upstream(created("resp_2"), done("resp_2"))
    assert len(replies(desk.client(answer("call_1")))) == 1


def test_N10_a_host_s_function_is_run_once() -> None:
    desk = ready_in()
    first = desk.upstream(created(), call_done(name="lookup"), done())
    gone, log = lost(desk)
    runs = [each for each in [*first.outputs, *gone.outputs, *log.outputs] if isinstance(each, RunFunction)]
    assert len(runs) == 1


# --- texts --------------------------------------------------------------------------------------------------


@BOTH
def test_N11_a_text_that_was_not_confirmed_goes_again(dialect: ClientDialect) -> None:
    desk = ready_in(config(dialect))
    desk.client(inject("Hello"))
    gone, log = lost(desk)
    assert gone.client == []
    assert log.client == []
    assert texts(log) == [("user", "Hello")]
    assert len(replies(log)) == 1  # once it is confirmed


@pytest.mark.parametrize("named", ["", "theirs"])
def test_N11_a_text_that_was_not_confirmed_is_not_taken_for_an_equal_one(named: str) -> None:
    """Which the next session is told, and announces twice."""
    desk = ready_in()
    asked(desk, "Yes")
    desk.upstream(done())
    desk.client(inject("Yes"))
    desk.lost()
    [before] = items(dialled_again(desk))
    before = {**before, "id": named or before["id"]}
    log = desk.upstream(conversation_item(before))
    assert texts(log) == [("user", "Yes")]
    assert desk.upstream(conversation_item(before, "done")).outputs == []
    assert len(replies(desk.upstream(conversation_item(items(log)[0])))) == 1


def test_N11_a_text_that_was_confirmed_does_not() -> None:
    desk = ready_in()
    asked(desk)
    desk.upstream(done())
    _, log = lost(desk)
    assert texts(log) == [("user", "Hello")]


def test_N11_a_text_that_nobody_ever_confirms_is_in_the_ledger() -> None:
    desk = ready_in()
    desk.client(inject("Hello"))
    desk.wait(2.0)
    _, log = lost(desk)
    assert texts(log) == [("user", "Hello")]


def test_N11_a_text_that_comes_meanwhile_goes_after_what_was_said() -> None:
    desk = ready_in()
    asked(desk, "One")
    desk.upstream(done())
    desk.lost()
    assert desk.client(inject("Two")).client == []
    log = renewed(desk)
    assert [each for _, each in texts(log)] == ["One", "Two"]
    assert [each["content"] for each in log.of("ConversationText")] == ["Two"]


def test_N11_a_text_that_was_too_long_to_be_kept_is_told_of() -> None:
    desk = ready_in(config(ledger_chars=100))
    desk.client(inject("x" * 101))
    assert told(desk.lost(), "TURN_LOST")


def test_N11_a_text_that_was_refused_for_its_id_goes_again_on_the_next_leg_too() -> None:
    desk = ready_in()
    sent = desk.client(inject("Hello")).of("conversation.item.create")
    desk.upstream(error("invalid_value", "must start with 'item_'", event_id=sent[0]["event_id"]))
    _, log = lost(desk)
    assert [each["content"][0]["text"] for each in items(log)] == ["Hello"]


def test_N8_the_response_to_what_came_meanwhile_is_one() -> None:
    desk = ready_in()
    desk.lost()
    desk.client(inject("Two"))
    assert len(replies(renewed(desk))) == 1


def test_N8_a_second_loss_loses_nothing() -> None:
    desk = ready_in()
    asked(desk)
    desk.upstream(transcript("It is four. And "), audio())
    desk.lost()
    dialled_again(desk)  # and dies while it is told what was said
    desk.lost()
    log = dialled_again(desk)
    assert [content for _, content in texts(log)] == ["Hello", "It is four. And"]
    assert REST in replies(replayed(desk, log))[0]["instructions"]


def test_N8_what_a_client_sends_meanwhile_is_bounded() -> None:
    desk = ready_in(settings=TOOLS)
    desk.lost()
    for _ in range(256):
        desk.translator.receive_from_client('{"type": "InjectUserMessage", "content": "x"}')
    assert desk.client(inject()).errors == ["CLIENT_MESSAGE_OVERFLOW"]
    assert desk.upstream(UPDATED).outputs == []
    assert desk.client(PCM).outputs == []
