"""R8: servers that refuse every response while the output of a function call is missing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from realtime_translate import ClientDialect, Config, ContextMode, ServerVad, UpstreamDialect
from realtime_translate.session.tables import SlotState, TurnState
from tests.events import TOOLS, answer, audio, call_done, created, done, error, inject, speech
from tests.harness import SETTINGS, Desk, Log, ready
from tests.unit.session import renewing
from tests.unit.session.played import Way, begun_by_server, confirmed, creates, tag_in

DEEPGRAM, COMPONENT = ClientDialect.DEEPGRAM, ClientDialect.COMPONENT
BOTH = pytest.mark.parametrize("dialect", ClientDialect)
FIRST = UpstreamDialect("outputs-first", "/v1/realtime?model={model}", outputs_first=True)
ITEM, CREATE = "conversation.item.create", "response.create"
SAYING = {"type": "InjectAgentMessage", "message": "One moment.", "behavior": "queue"}


def missing(event_id: str | None = None) -> Any:
    """The error, as the server was seen to write it."""
    message = "Cannot create a response while function call outputs are pending."
    kind = "function_call_output_pending"
    return {"type": "error", "error": {"type": kind, "code": None, "message": message, "event_id": event_id}}


def outputs(log: Log) -> dict[str, str]:
    items = [each["item"] for each in log.of(ITEM)]
    return {each["call_id"]: each["output"] for each in items if each["type"] == "function_call_output"}


def config(dialect: ClientDialect = DEEPGRAM, **fields: Any) -> Config:
    return Config(dialect, turn_detection=ServerVad(), **fields)


def calling(way: Way, settings: Config, *calls: str) -> Desk:
    """A response that made these calls and has ended."""
    desk = ready(way, settings, TOOLS)
    desk.upstream(created(), *(call_done(each) for each in calls or ("call_1",)), done())
    return desk


def refused(desk: Desk, named: bool = True) -> Log:
    """A text that waited in vain for the calls, and what comes of its refusal."""
    confirmed(desk)
    tag = tag_in(desk.wait(10))
    return desk.upstream(missing(tag if named else None))


# --- the error says so --------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("named", [True, False])
def test_R8_the_calls_are_closed_and_the_wish_is_asked_again(
    way: Way, dialect: ClientDialect, named: bool
) -> None:
    desk = calling(way, config(dialect), "call_1", "call_2")
    log = refused(desk, named)
    assert log.upstream_types == [ITEM, ITEM, CREATE]
    assert outputs(log) == {"call_1": '{"error":"no answer"}', "call_2": '{"error":"no answer"}'}
    assert log.of("Warning") == log.of("Error") == []
    told = [{"id": each, "name": "weather"} for each in ("call_1", "call_2")]
    assert log.of("FunctionCallCancelled") == (
        [{"type": "FunctionCallCancelled", "functions": told}] if dialect is DEEPGRAM else []
    )
    tag = tag_in(log)
    assert "AgentAudioDone" in desk.upstream(created("resp_2", tag), done("resp_2", tag=tag)).client_types
    assert creates(desk.wait(60)) == 0
    assert creates(confirmed(desk, "And now?")) == 1, "nothing is waited for any more"


@BOTH
@pytest.mark.parametrize("call_id", ["call_1", None])
def test_R8_a_later_answer_is_not_sent(way: Way, dialect: ClientDialect, call_id: str | None) -> None:
    desk = calling(way, config(dialect))
    refused(desk)
    log = desk.client(answer(call_id))
    assert (log.client, log.upstream, log.notices) == ([], [], ["CALL_ANSWER_IGNORED"])


def test_R8_elsewhere_a_late_answer_still_counts(way: Way) -> None:
    desk = calling(way, config())
    confirmed(desk)
    tag = tag_in(desk.wait(10))
    desk.upstream(created("resp_2", tag), done("resp_2", tag=tag))
    assert desk.client(answer("call_1")).upstream_types == [ITEM, CREATE]


def test_R8_a_call_of_the_host_is_closed_too(way: Way) -> None:
    desk = ready(way, config(), TOOLS)
    desk.upstream(created(), call_done(name="lookup"), done())
    assert outputs(refused(desk)) == {"call_1": '{"error":"no answer"}'}
    log = desk.act(lambda translator: translator.function_result("call_1", "late"))
    assert (log.client, log.upstream, log.notices) == ([], [], ["CALL_ANSWER_IGNORED"])


@BOTH
def test_R8_one_end_for_the_turn_of_the_calls_and_one_for_the_answer(
    way: Way, dialect: ClientDialect
) -> None:
    desk = calling(way, config(dialect))
    log = refused(desk)
    assert log.client_types.count("AgentAudioDone") == (1 if dialect is DEEPGRAM else 0)
    tag = tag_in(log)
    assert (
        desk.upstream(created("resp_2", tag), done("resp_2", tag=tag)).client_types.count("AgentAudioDone")
        == 1
    )
    assert desk.translator.state.turn is TurnState.SILENT


def test_O5_a_response_that_runs_ends_its_own_turn(way: Way) -> None:
    desk = calling(way, config(), "call_1", "call_2")
    [output] = desk.client(answer("call_1")).of(ITEM)
    desk.upstream(error("invalid_tool_call_id", event_id=output["event_id"]), created("resp_2"))
    desk.upstream(audio(response_id="resp_2"))
    assert desk.translator.state.turn is TurnState.SPEAKING
    log = desk.upstream(missing())
    assert outputs(log) == {"call_2": '{"error":"no answer"}'}
    assert "AgentAudioDone" not in log.client_types
    assert desk.upstream(done("resp_2")).client_types.count("AgentAudioDone") == 1


def test_O5_no_turn_begins_with_a_refusal_after_the_response_was_given_up(way: Way) -> None:
    detection = ServerVad(create_response=True, interrupt_response=False)
    desk = calling(way, Config(COMPONENT, turn_detection=detection))
    confirmed(desk)
    tag = tag_in(desk.wait(10))
    desk.upstream(created("resp_2"))
    assert "RESPONSE_GIVEN_UP" in desk.wait(60).notices
    assert desk.slot is SlotState.GIVEN_UP
    desk.upstream(speech("speech_started"))
    assert creates(desk.upstream(missing(tag))) == 0
    assert desk.slot is SlotState.GIVEN_UP
    assert desk.translator.state.turn is TurnState.SILENT


def test_R8_what_was_answered_beside_it_is_followed_by_the_same_response(way: Way) -> None:
    desk = calling(way, config(), "call_1", "call_2")
    desk.client(answer("call_1"))
    log = refused(desk)
    assert outputs(log) == {"call_2": '{"error":"no answer"}'}
    tag = tag_in(log)
    assert creates(desk.upstream(created("resp_2", tag), done("resp_2", tag=tag))) == 0
    snapshot: Any = desk.translator.snapshot()
    assert snapshot["call"]["calls"]["calls"] == []


def test_R8_a_refusal_of_the_outputs_needs_no_attention(way: Way) -> None:
    desk = calling(way, config())
    [output] = refused(desk).of(ITEM)
    assert desk.upstream(error("invalid_tool_call_id", event_id=output["event_id"])).client == []


def test_R8_a_refusal_without_open_calls_is_a_failure(way: Way) -> None:
    """There is nothing to do about it, and the next turn is asked for as ever."""
    desk = ready(way, config(), TOOLS)
    log = desk.upstream(missing(tag_in(confirmed(desk))))
    assert [each["code"] for each in log.of("Warning")] == ["THINK_REQUEST_FAILED"]
    assert log.upstream == []
    assert creates(confirmed(desk, "And now?")) == 1


def test_R8_refusals_do_not_go_round_in_circles(way: Way) -> None:
    desk = calling(way, config())
    log = refused(desk)
    log = desk.upstream(missing(tag_in(log)))
    assert log.upstream_types == [ITEM, CREATE]  # it may have lost the output
    log = desk.upstream(missing(tag_in(log)))
    assert (log.upstream, [each["code"] for each in log.of("Warning")]) == ([], ["THINK_REQUEST_FAILED"])


def seen(call_id: str, kind: str = "conversation.item.added") -> Any:
    return {"type": kind, "item": {"type": "function_call_output", "id": "o1", "call_id": call_id}}


@BOTH
def test_R8_an_output_that_the_server_refused_or_lost_is_given_once_more(
    way: Way, dialect: ClientDialect
) -> None:
    desk = calling(way, config(dialect), "call_1", "call_2")
    output = desk.client(answer("call_1")).of(ITEM)[0]
    log = desk.client(answer("call_2"))
    refusal = error("rate_limit_exceeded", event_id=output["event_id"])
    desk.upstream(seen("call_2"), refusal)
    log = desk.upstream(missing(tag_in(log)))
    assert (log.upstream_types, outputs(log)) == ([ITEM, CREATE], {"call_1": '{"error":"no answer"}'})
    assert (log.client, log.notices) == ([], ["CALLS_UNANSWERED", "UPSTREAM_ERROR_BENIGN"])
    tag = tag_in(log)
    assert "AgentAudioDone" in desk.upstream(created("resp_2", tag), done("resp_2", tag=tag)).client_types


@pytest.mark.parametrize("kind", ["added", "created", "done"])
def test_R8_one_that_was_confirmed_is_not(way: Way, kind: str) -> None:
    desk = calling(way, config())
    log = desk.client(answer("call_1"))
    desk.upstream(seen("call_1", f"conversation.item.{kind}"))
    assert outputs(desk.upstream(missing(tag_in(log)))) == {}


def test_R8_nor_is_one_that_was_sent_after_what_is_refused(way: Way) -> None:
    desk = calling(way, config())
    confirmed(desk)
    tag = tag_in(desk.wait(10))
    desk.client(answer("call_1"))
    assert outputs(desk.upstream(missing(tag))) == {}


def test_R8_nor_is_one_that_closed_a_call_since_then(way: Way) -> None:
    desk = calling(way, config())
    confirmed(desk)
    tag = tag_in(desk.wait(10))
    assert outputs(desk.upstream(speech("speech_started"))) == {"call_1": '{"error":"cancelled"}'}
    assert outputs(desk.upstream(missing(tag))) == {}


def test_R8_a_refusal_may_be_of_a_create_before_the_last(way: Way) -> None:
    """The server's own response was taken for the answer to it."""
    desk = ready(way, config(), TOOLS)
    tag = tag_in(confirmed(desk))
    desk.upstream(created(), call_done("call_1"), done())
    assert creates(desk.client(answer("call_1"))) == 1
    assert outputs(desk.upstream(missing(tag))) == {}


@pytest.mark.parametrize("named", [True, False])
def test_R8_a_text_to_say_is_refused_for_want_of_one_as_well(way: Way, named: bool) -> None:
    """What it asks for counts as the answer to nothing that was sent before (T3)."""
    desk = calling(way, config())
    desk.upstream(speech("speech_started"), speech("speech_stopped"))
    log = desk.client({"type": "InjectAgentMessage", "message": "One moment."})
    log = desk.upstream(missing(tag_in(log) if named else None))
    assert (log.upstream_types, outputs(log)) == ([ITEM, CREATE], {"call_1": '{"error":"no answer"}'})


def test_R8_a_response_of_the_servers_own_shows_what_it_lost_too(way: Way) -> None:
    desk = calling(way, config(barge_in=False))
    log = desk.client(answer("call_1"))
    tag = tag_in(log)
    desk.upstream(created("resp_2", tag), done("resp_2", tag=tag))
    desk.upstream(speech("speech_started"), speech("speech_stopped"), speech("committed"))
    assert desk.upstream(missing()).upstream_types == [ITEM, CREATE]


def test_R8_the_context_may_have_lost_one_as_well(way: Way) -> None:
    call = {"id": "call_7", "name": "tide", "client_side": True, "arguments": "{}", "response": "high"}
    messages = [{"type": "History", "function_calls": [call]}]
    desk = way(config(context=ContextMode.ITEMS))
    (_, output) = desk.ready({**SETTINGS, "agent": {"context": {"messages": messages}}}).of(ITEM)
    desk.upstream(error("rate_limit_exceeded", event_id=output["event_id"]))
    log = desk.upstream(missing(tag_in(confirmed(desk))))
    assert (log.upstream_types, outputs(log)) == ([ITEM, CREATE], {"call_7": '{"error":"no answer"}'})


def test_R8_an_id_that_is_too_long_is_not_remembered(way: Way) -> None:
    desk = ready(way, config(), TOOLS)
    asked = desk.upstream(created(), call_done("c" * 257), done()).of("FunctionCallRequest")
    log = desk.client(answer(asked[0]["functions"][0]["id"]))
    assert outputs(desk.upstream(missing(tag_in(log)))) == {}


def test_N13_another_session_has_lost_nothing() -> None:
    desk = renewing.ready_in()
    desk.upstream(created(), call_done("call_1"), done())
    desk.client(answer("call_1"))
    snapshot: Any = desk.translator.snapshot()
    assert snapshot["call"]["calls"]["unconfirmed"] != {}
    desk.act(lambda translator: translator.upstream_closed(1006))
    snapshot = desk.translator.snapshot()
    assert snapshot["call"]["calls"]["unconfirmed"] == {}


def test_R8_a_refusal_of_an_event_that_is_not_ours_asks_for_nothing(way: Way) -> None:
    desk = calling(way, config())
    log = desk.upstream(missing("event_of_others"))
    assert (outputs(log), creates(log)) == ({"call_1": '{"error":"no answer"}'}, 0)
    assert log.client_types == ["FunctionCallCancelled", "AgentAudioDone"]
    assert creates(confirmed(desk)) == 1


def test_R8_nor_does_one_while_nothing_is_asked(way: Way) -> None:
    desk = calling(way, config())
    assert creates(desk.upstream(missing())) == 0
    assert creates(confirmed(desk)) == 1


def test_R8_a_response_of_the_servers_own_that_is_refused_is_asked_for(way: Way) -> None:
    desk = calling(way, config(barge_in=False))
    desk.upstream(speech("speech_started"), speech("speech_stopped"), speech("committed"))
    log = desk.upstream(missing())
    assert log.upstream_types == [ITEM, CREATE]


def test_R8_a_turn_that_runs_is_not_ended_by_it(way: Way) -> None:
    """Ours crossed with the server's own."""
    desk = calling(way, config())
    confirmed(desk)
    tag = tag_in(desk.wait(10))
    begun_by_server(desk)
    log = desk.upstream(missing(tag))
    assert (log.client_types, creates(log)) == (["FunctionCallCancelled"], 0)
    log = desk.upstream(done("resp_s"))
    assert (log.client_types, creates(log)) == (["AgentAudioDone"], 1)


def test_R8_the_refusal_may_come_after_the_end_of_a_response_taken_for_ours(way: Way) -> None:
    desk = calling(way, config())
    confirmed(desk)
    tag = tag_in(desk.wait(10))
    desk.upstream(created("resp_s"), done("resp_s"))
    assert desk.upstream(missing(tag)).upstream_types == [ITEM, CREATE]


def test_R8_or_while_that_runs(way: Way) -> None:
    desk = calling(way, config())
    confirmed(desk)
    tag = tag_in(desk.wait(10))
    desk.upstream(created("resp_s"))
    assert desk.upstream(missing(tag)).upstream_types == [ITEM]
    assert creates(desk.upstream(done("resp_s"))) == 1
    assert desk.slot is SlotState.REQUESTED


def test_R8_a_text_to_say_is_said_after_all(way: Way) -> None:
    desk = calling(way, config())
    tag = tag_in(desk.client(SAYING))
    log = desk.upstream(missing(tag))
    assert log.upstream_types == [ITEM, CREATE]
    assert "One moment." in log.of(CREATE)[0]["response"]["instructions"]


# --- the dialect says so ------------------------------------------------------------------------------------


@BOTH
def test_R8_known_from_the_dialect_the_calls_are_closed_before_anything_is_refused(
    way: Way, dialect: ClientDialect
) -> None:
    desk = calling(way, config(dialect, upstream=FIRST))
    assert creates(confirmed(desk)) == 0
    log = desk.wait(10)
    assert log.upstream_types == [ITEM, CREATE]
    assert outputs(log) == {"call_1": '{"error":"no answer"}'}
    assert log.client_types == (["FunctionCallCancelled", "AgentAudioDone"] if dialect is DEEPGRAM else [])
    assert desk.client(answer("call_1")).notices == ["CALL_ANSWER_IGNORED"]


def test_R8_a_half_answered_response_is_followed_once(way: Way) -> None:
    desk = calling(way, config(upstream=FIRST), "call_1", "call_2")
    desk.client(answer("call_1"))
    confirmed(desk)
    log = desk.wait(10)
    tag = tag_in(log)
    assert creates(desk.upstream(created("resp_2", tag), done("resp_2", tag=tag))) == 0


def test_O5_calls_that_nothing_follows_end_no_turn_that_others_began(way: Way) -> None:
    desk = calling(way, config(upstream=FIRST), "call_1", "call_2")
    later = (call_done(each, "resp_2") for each in ("call_3", "call_4"))
    desk.upstream(created("resp_2"), *later, done("resp_2"))
    desk.client(answer("call_1"))
    [output] = desk.client(answer("call_3")).of(ITEM)
    desk.upstream(error("invalid_tool_call_id", event_id=output["event_id"]))
    confirmed(desk)
    log = desk.wait(10)
    assert list(outputs(log)) == ["call_2", "call_4"]
    assert creates(log) == log.client_types.count("AgentAudioDone") == 1
    assert desk.translator.state.turn is TurnState.THINKING


def test_R8_there_texts_to_say_wait_for_the_answers_too(way: Way) -> None:
    """Else each would cost the client its call."""
    desk = calling(way, config(upstream=FIRST))
    assert desk.client(SAYING).upstream == []
    log = desk.client(answer("call_1"))
    assert log.upstream_types == [ITEM, CREATE]
    assert "One moment." in log.of(CREATE)[0]["response"]["instructions"]
    tag = tag_in(log)
    assert creates(desk.upstream(created("resp_2", tag), done("resp_2", tag=tag))) == 1, (
        "and the answer is told"
    )


def test_R8_but_no_longer_than_other_wishes(way: Way) -> None:
    desk = calling(way, config(upstream=FIRST))
    desk.client(SAYING)
    assert desk.wait(9.9).upstream == []
    assert desk.wait(0.1).upstream_types == [ITEM, CREATE]


def test_R8_elsewhere_they_do_not_wait(way: Way) -> None:
    assert creates(calling(way, config()).client(SAYING)) == 1


# --- a recorded session -------------------------------------------------------------------------------------


def test_R8_each_question_of_the_recorded_session_is_answered_once(way: Way) -> None:
    """The server answers once its calls have outputs; both questions get an answer and an end."""
    desk = calling(way, config(), "call_1", "call_2")
    answered = 0
    for text in ("hello there", "still there?"):
        log = desk.upstream(_seen(desk.client(inject(text))))
        log.outputs += desk.wait(10).outputs if not creates(log) else ()
        if not answered:
            log = desk.upstream(missing(tag_in(log)))
        tag = tag_in(log)
        answered += 1
        end = desk.upstream(created(f"resp_a{answered}", tag), done(f"resp_a{answered}", tag=tag))
        assert end.client_types == ["AgentAudioDone"]
        assert creates(end) == 0
    assert answered == 2


def _seen(log: Log) -> Any:
    [sent] = log.of(ITEM)
    return json.loads(json.dumps({"type": "conversation.item.created", "item": sent["item"]}))


@BOTH
def test_R8_a_refusal_of_the_servers_own_response_is_told_with_its_code(
    way: Way, dialect: ClientDialect
) -> None:
    desk = ready(way, config(dialect))
    desk.upstream(speech("committed"))
    (told,) = desk.upstream(missing()).of("Warning" if dialect is DEEPGRAM else "Error")
    assert told["code"]
    assert told["description"]


def test_R8_a_refusal_that_comes_after_all_is_told_in_its_own_words(way: Way) -> None:
    """A response without a tag was taken for the answer of the create that is refused."""
    desk = ready(way, config(COMPONENT), TOOLS)
    tag = tag_in(confirmed(desk))
    desk.upstream(created("resp_1"), done("resp_1"))
    log = desk.upstream(missing(tag))
    told = "Cannot create a response while function call outputs are pending."
    assert log.client == [{"type": "Error", "description": told, "code": "function_call_output_pending"}]
