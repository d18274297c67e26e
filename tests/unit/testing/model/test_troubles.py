"""Servers that fail, fall silent or end the session: what each option does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from realtime_translate.testing import Call, Reply, Say
from tests.unit.testing.model.harness import QUIET, Harness, Pick, audio, manual, user

R = "response."
TWO_WORDS = [Reply(Say("Good evening."))]
OUTPUT = {"type": "function_call_output", "output": "1"}


def send(harness: Harness, request: str) -> None:
    """A valid event of that sort."""
    spoken = harness.of("response.output_audio.delta")
    events: dict[str, dict[str, Any]] = {
        "update": {"type": "session.update", "session": {"type": "realtime", "instructions": "New."}},
        "item": {"type": "conversation.item.create", "item": user("Hi.", id="mine")},
        "commit": {"type": "input_audio_buffer.commit"},
        "create": {"type": "response.create"},
        "cancel": {"type": "response.cancel"},
        "truncate": {
            "type": "conversation.item.truncate",
            "item_id": spoken[0]["item_id"] if spoken else "",
            "content_index": 0,
            "audio_end_ms": 50,
        },
        "other": {"type": "input_audio_buffer.clear"},
    }
    event = events[request]
    harness.send(event.pop("type"), **event)


def ready_for(request: str, **picks: int) -> Harness:
    """A server that a valid event of that sort can be sent to."""
    harness = manual(script=[Reply(Say("word " * 90, audio_ms=9000))] * 2, choices=Pick())
    if request in ("cancel", "truncate"):
        harness.send("response.create")
    elif request == "commit":
        harness.send("input_audio_buffer.append", audio=audio(200))
    harness.run(0.3)
    harness.server._state.choices = Pick(**picks)
    return harness


ANSWERS = {
    "update": "session.updated",
    "item": "conversation.item.added",
    "commit": "input_audio_buffer.committed",
    "create": R + "created",
    "cancel": R + "done",
    "truncate": "conversation.item.truncated",
    "other": "input_audio_buffer.cleared",
}
each_request = pytest.mark.parametrize("request_", ANSWERS)


@each_request
@pytest.mark.parametrize(
    ("option", "kind", "code"),
    [(1, "server_error", None), (2, "rate_limit_error", "rate_limit_exceeded")],
)
def test_a_valid_request_is_refused(request_: str, option: int, kind: str, code: str | None) -> None:
    harness = ready_for(request_, **{f"refuse_{request_}": option})
    send(harness, request_)
    harness.run(0.1)
    (error,) = harness.errors
    assert (error["type"], error["code"], error["param"]) == (kind, code, None)
    assert error["event_id"] == f"c{next(harness.sent) - 1}"
    assert "{" not in error["message"]
    assert harness.of(ANSWERS[request_]) == []
    assert harness.server.violations == ()


@each_request
@pytest.mark.parametrize("option", [1, 2])
def test_a_valid_request_is_never_answered(request_: str, option: int) -> None:
    harness = ready_for(request_, **{f"ignore_{request_}": option})
    send(harness, request_)
    harness.run(0.1)
    assert harness.errors == harness.of(ANSWERS[request_]) == []


def test_what_is_lost_has_no_effect_and_what_is_untold_has() -> None:
    for option, duplicate in ((1, False), (2, True)):
        harness = ready_for("item", ignore_item=option)
        send(harness, "item")
        harness.run(0.1)
        harness.server._state.choices = Pick()
        send(harness, "item")
        harness.run(0.1)
        assert bool(harness.errors) is duplicate


def test_an_untold_response_speaks_all_the_same() -> None:
    harness = ready_for("create", ignore_create=2)
    send(harness, "create")
    harness.run(0.2)
    assert harness.kinds()[:2] == [R + "output_item.added", "conversation.item.added"]
    send(harness, "create")
    harness.run(0.1)
    assert harness.errors[0]["code"] == "conversation_already_has_active_response"
    (violation,) = harness.server.violations
    assert violation.race


def test_a_client_may_cancel_again_what_it_was_not_told_the_end_of() -> None:
    harness = ready_for("cancel", ignore_cancel=2)
    active = harness.server._state.active
    assert active is not None
    send(harness, "cancel")
    harness.run(0.2)
    harness.forget()
    harness.server._state.choices = Pick()
    harness.send("response.cancel", response_id=active.id)
    harness.run(0.1)
    (violation,) = harness.server.violations
    assert (violation.rule, violation.race) == (3, True)


@pytest.mark.parametrize("picks", [{"refuse_item": 1}, {"ignore_item": 1}, {"ignore_item": 2}])
def test_an_output_that_is_not_accepted_was_sent(picks: dict[str, int]) -> None:
    """What the client asks for next is not too early (rule 9)."""
    harness = Harness(script=[Reply(Call("f"), Call("g"))], choices=Pick())
    harness.send("response.create")
    harness.run(1.0)
    first, second = (each["call_id"] for each in harness.of(R + "function_call_arguments.done"))
    harness.send("conversation.item.create", item={**OUTPUT, "call_id": first})
    harness.run(0.1)
    harness.server._state.choices = Pick(**picks)
    harness.send("conversation.item.create", item={**OUTPUT, "call_id": second})
    harness.run(0.1)
    harness.send("response.create")
    harness.run(0.1)
    assert harness.server.violations == ()


# --- errors -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("picks", "expected"),
    [
        ({}, ("invalid_request_error", "response_cancel_not_active", "c1")),
        ({"error_code": 1}, ("invalid_request_error", None, "c1")),
        ({"error_code": 2}, ("response_cancel_not_active", None, "c1")),
        ({"error_event_id": 1}, ("invalid_request_error", "response_cancel_not_active", None)),
    ],
)
def test_how_errors_are_worded(picks: dict[str, int], expected: tuple[str | None, ...]) -> None:
    harness = Harness(choices=Pick(**picks))
    harness.send("response.cancel")
    harness.run(0.1)
    (error,) = harness.errors
    assert (error["type"], error["code"], error["event_id"]) == expected
    assert (harness.server.violations[0].code, harness.rules) == ("response_cancel_not_active", [(3, True)])


def test_an_error_without_a_code_keeps_its_type() -> None:
    harness = ready_for("item", refuse_item=1, error_code=2)
    send(harness, "item")
    harness.run(0.1)
    assert (harness.errors[0]["type"], harness.errors[0]["code"]) == ("server_error", None)


@pytest.mark.parametrize(("option", "at"), [(1, 0.05), (2, 0.55)])
def test_an_error_that_answers_nothing(option: int, at: float) -> None:
    harness = Harness(choices=Pick(stray_error=option))
    harness.say("Hi.")
    harness.run(1.0)
    (error,) = harness.errors
    assert (error["type"], error["code"], error["event_id"]) == ("server_error", None, None)
    times = [at for at, each in zip(harness.times, harness.events, strict=True) if each["type"] == "error"]
    assert times == pytest.approx([at])
    assert harness.of("conversation.item.added")


def test_no_error_strays_from_audio() -> None:
    harness = Harness(choices=Pick(stray_error=1, everything=1))
    harness.append(100)
    harness.forget()
    harness.append(100, b"\x00\x00")
    harness.append(200, b"\x00\x00")
    assert harness.errors == []
    assert harness.of("input_audio_buffer.committed")


# --- responses --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "status", "details", "outputs"),
    [
        (1, "failed", ("server_error", None), 1),
        (2, "failed", (None, "rate_limit_exceeded"), 0),
        (3, "incomplete", "max_output_tokens", 1),
        (4, "incomplete", "content_filter", 1),
    ],
)
def test_a_response_ends_otherwise_than_the_script_says(
    option: int, status: str, details: object, outputs: int
) -> None:
    harness = Harness(script=TWO_WORDS, choices=Pick(response_end=option))
    harness.send("response.create")
    harness.run(3.0)
    (done,) = (each["response"] for each in harness.of(R + "done"))
    found = done["status_details"]
    reason = (found["error"]["type"], found["error"]["code"]) if status == "failed" else found["reason"]
    assert (done["status"], reason, len(done["output"])) == (status, details, outputs)


def test_an_end_that_the_script_asks_for_stays() -> None:
    harness = Harness(script=[Reply(status="failed", reason="mine")], choices=Pick(response_end=3))
    harness.send("response.create")
    harness.run(1.0)
    assert harness.of(R + "done")[0]["response"]["status_details"]["error"]["code"] == "mine"


@pytest.mark.parametrize(("option", "seconds"), [(1, 6.0), (2, 25.0)])
def test_a_slow_response(option: int, seconds: float) -> None:
    harness = Harness(script=TWO_WORDS, choices=Pick(slow_output=option))
    harness.send("response.create")
    harness.run(seconds)
    assert harness.kinds() == ["session.created", R + "created"]
    harness.run(3.0)
    assert harness.kinds()[-2:] == [R + "done", "rate_limits.updated"]


def test_a_response_that_takes_its_time() -> None:
    harness = Harness(script=TWO_WORDS, choices=Pick(first_output=1))
    harness.send("response.create")
    harness.run(1.0)
    assert harness.kinds() == ["session.created", R + "created"]
    harness.run(0.1)
    assert R + "output_item.added" in harness.kinds()


STARTED = [R + "output_item.added", "conversation.item.added", R + "content_part.added"]
PART_DONE = [R + "output_audio.done", R + "output_audio_transcript.done", R + "content_part.done"]


@pytest.mark.parametrize(
    ("option", "begin", "end"),
    [
        (1, [], []),
        (2, [*STARTED, R + "output_audio_transcript.delta"], []),
        (3, STARTED, PART_DONE),
        (4, STARTED, [*PART_DONE, R + "done", "rate_limits.updated"]),
    ],
)
def test_a_response_that_stalls(option: int, begin: list[str], end: list[str]) -> None:
    harness = Harness(script=TWO_WORDS, choices=Pick(response_stall=option))
    harness.send("response.create")
    harness.run(60.0)
    kinds = harness.kinds()[2:]
    assert kinds[: len(begin)] == begin
    assert kinds[len(kinds) - len(end) :] == end
    assert option > 2 or kinds == begin


@pytest.mark.parametrize("option", [0, 1])
def test_a_turn_that_nothing_answers(option: int) -> None:
    harness = Harness(choices=Pick(ignore_turn=option))
    harness.append(400)
    harness.append(1000, QUIET)
    harness.run(2.0)
    assert len(harness.of("input_audio_buffer.committed")) == 1
    assert len(harness.of("response.created")) == 1 - option


STALLED_ERRORS = [
    (0, "server_error", None),
    (1, "invalid_request_error", "inference_failed"),
    (2, "response_failed", None),
    (3, None, "generation_failed"),
]


@pytest.mark.parametrize(("kind", "type_", "code"), STALLED_ERRORS)
@pytest.mark.parametrize(("names", "event_id"), [(0, None), (1, "")])
@pytest.mark.parametrize(("stall", "deltas"), [(5, 0), (6, 1)])
def test_a_response_that_stalls_with_an_error(
    kind: int, type_: str | None, code: str | None, names: int, event_id: str | None, stall: int, deltas: int
) -> None:
    picks = Pick(response_stall=stall, stalled_error=kind, stalled_error_names=names)
    harness = Harness(script=TWO_WORDS, choices=picks)
    harness.send("response.create")
    harness.run(60.0)
    assert harness.kinds()[-1] == "error"
    assert len([each for each in harness.kinds() if each.endswith(".delta")]) == deltas
    (error,) = harness.errors
    assert (error["type"], error["code"], error["event_id"]) == (type_, code, event_id)


@pytest.mark.parametrize("stall", [1, 2, 3, 5, 6])
def test_what_stalled_may_make_room_without_a_word(stall: int) -> None:
    harness = Harness(script=TWO_WORDS, choices=Pick(response_stall=stall, stalled_slot=1))
    harness.send("response.create")
    harness.run(10.0)
    harness.send("response.create")
    harness.run(10.0)
    assert len(harness.of(R + "created")) == 2
    assert harness.of(R + "done") == []
    assert harness.server.violations == ()


def test_what_made_room_may_be_cancelled_and_frees_what_waits() -> None:
    picks = Pick(response_stall=2, stalled_slot=1, item_during_response=1)
    harness = Harness(script=TWO_WORDS, choices=picks)
    harness.send("response.create")
    harness.run(0.12)
    harness.say("Meanwhile.", id="mine")
    harness.run(10.0)
    assert harness.of("conversation.item.done")[-1]["item"]["id"] == "mine"
    harness.send("response.cancel", response_id=harness.of(R + "created")[0]["response"]["id"])
    harness.run(0.1)
    assert [(each.code, each.race) for each in harness.server.violations] == [
        ("response_cancel_not_active", True)
    ]


def test_a_stall_with_an_error_beside_the_conversation() -> None:
    harness = Harness(script=TWO_WORDS, choices=Pick(response_stall=5, stalled_slot=1))
    harness.send("response.create", response={"conversation": "none"})
    harness.run(3.0)
    assert len(harness.errors) == 1
    harness.send("response.create")
    harness.run(3.0)
    assert harness.server.violations == ()


def test_what_stalled_can_be_cancelled_and_replaced() -> None:
    harness = Harness(script=TWO_WORDS, choices=Pick(response_stall=2))
    harness.send("response.create")
    harness.run(30.0)
    harness.send("response.create")
    harness.run(0.1)
    assert [each.race for each in harness.server.violations] == [True]
    harness.send("response.cancel")
    harness.run(0.1)
    assert harness.of(R + "done")[0]["response"]["status"] == "cancelled"


# --- the end ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "code", "error"),
    [(1, 3000, "invalid_api_key"), (2, 4000, "invalid_model"), (3, 1006, None)],
)
def test_a_session_is_refused_as_it_opens(option: int, code: int, error: str | None) -> None:
    harness = Harness(choices=Pick(opening=option))
    assert [each["code"] for each in harness.errors] == ([error] if error else [])
    reason = f"invalid_request_error.{error}" if error else ""
    assert harness.server.closed == (code, reason)
    assert harness.of("session.created") == []
    assert harness.server.next_deadline is None
    assert harness.server.receive("{}") == ()


def test_a_full_server_says_so_in_place_of_session_created() -> None:
    harness = Harness(choices=Pick(opening=4))
    assert harness.kinds() == ["error"]
    (error,) = harness.errors
    assert (error["type"], error["code"], error["event_id"]) == ("session_limit_reached", None, None)
    assert harness.server.closed == (1008, "")


@pytest.mark.parametrize(
    ("option", "code", "error"),
    [
        (1, 1001, ("invalid_request_error", "session_expired")),
        (2, 1011, ("server_error", None)),
        (3, 1008, ("insufficient_quota", "insufficient_quota")),
        (4, 1000, None),
        (5, 1001, None),
        (6, 1011, None),
        (7, 1006, None),
    ],
)
@pytest.mark.parametrize(("delay", "seconds"), [(0, 0.05), (1, 0.2), (2, 1.55), (3, 15.05)])
def test_a_session_ends(
    option: int, code: int, error: tuple[str, str] | None, delay: int, seconds: float
) -> None:
    harness = Harness(choices=Pick(session_end=option, session_end_delay=delay))
    harness.say("Hi.")
    harness.run(seconds - 0.01)
    assert harness.server.closed is None
    harness.run(0.02)
    assert harness.server.closed is not None
    assert harness.server.closed[0] == code
    assert [(each["type"], each["code"]) for each in harness.errors] == ([error] if error else [])
    assert bool(harness.of("conversation.item.added")) is (delay > 0)
    assert harness.server.next_deadline is None


def test_a_session_may_end_while_audio_comes_and_after_what_is_no_event() -> None:
    harness = Harness(choices=Pick(session_end=4))
    harness.append(20)
    assert harness.server.closed == (1000, "")
    harness = Harness(choices=Pick(session_end=4))
    harness.keep(harness.server.receive(b"\x00"))
    harness.run(0.1)
    assert harness.server.closed == (1000, "")
    assert harness.errors == []


def test_a_response_is_cut_by_the_end() -> None:
    harness = Harness(script=TWO_WORDS, choices=Pick(session_end=7, session_end_delay=1))
    harness.send("response.create")
    harness.run(10.0)
    assert harness.kinds()[-1].endswith(".delta")


def test_a_server_may_never_send_another_event() -> None:
    harness = Harness(script=[Reply(Say("word " * 40))], choices=Pick())
    harness.send("response.create")
    harness.run(0.2)
    harness.server._state.choices = Pick(everything=1)
    harness.say("Hi.")
    harness.run(0.06)
    harness.forget()
    harness.send("response.create")
    harness.run(0.3)
    harness.send("response.create")
    harness.send("nonsense")
    harness.run(30.0)
    assert harness.events == []
    assert harness.server.closed is None
    verdict = [(each.rule, each.race) for each in harness.server.violations]
    assert verdict == [(1, True), (1, True), (None, False)]


def test_what_is_over_without_a_word_may_be_cancelled() -> None:
    harness = Harness(script=TWO_WORDS, choices=Pick())
    harness.send("response.create")
    harness.run(0.2)
    active = harness.server._state.active
    assert active is not None
    harness.server._state.choices = Pick(everything=1)
    harness.say("Hi.")
    harness.run(20.0)
    harness.send("response.cancel", response_id=active.id)
    harness.run(1.0)
    assert [(each.rule, each.race) for each in harness.server.violations] == [(3, True)]


def test_an_ended_session_still_says_goodbye_when_it_was_silent() -> None:
    harness = Harness(choices=Pick(everything=1, session_end=1))
    harness.say("Hi.")
    harness.run(0.1)
    assert harness.errors == []
    assert harness.server.closed is not None


def test_frames_stay_json() -> None:
    harness = Harness(choices=Pick(stray_error=1))
    harness.say("Hi.")
    assert all(json.dumps(each) for each in harness.events)


@pytest.mark.parametrize("option", [2, 3, 6])
def test_a_stall_waits_for_output_that_never_comes(option: int) -> None:
    """A reply without output: its flow ends before the stall has begun, and the server goes on."""
    harness = Harness(script=[Reply()], choices=Pick(response_stall=option))
    harness.send("response.create")
    harness.run(3.0)
    harness.send("response.create")
    harness.run(3.0)
    assert harness.server.violations == ()
    assert [event["type"] for event in harness.events].count("response.created") == 2
