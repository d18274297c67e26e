"""What a client reads of an error, a warning or a refusal, and a log of a notice: word for word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from realtime_translate import Config, Limits, Notice
from tests.events import TOOLS, answer, call_added, call_done, created, done, inject, speech
from tests.harness import SETTINGS, Desk, Log, opened, ready
from tests.unit.session.played import VAD, asked, begun, confirmed
from tests.unit.session.updates.messages import prompt, speak

Json = dict[str, Any]

CO = Config.component()
SMALL = Limits(frame_bytes_up=1000, frame_bytes_down=1000)
Play = Callable[[Desk], Log]


def told(log: Log) -> list[tuple[str, str]]:
    """Code and description of what the client hears as an error or a warning."""
    return [
        (each["code"], each["description"])
        for each in log.client
        if isinstance(each, dict) and each["type"] in ("Error", "Warning")
    ]


def reasons(log: Log, code: str) -> list[object]:
    return [each.fields["reason"] for each in log.outputs if isinstance(each, Notice) and each.code == code]


def closed(desk: Desk, code: int | None = None) -> Log:
    return desk.act(lambda translator: translator.upstream_closed(code, ""))


# --- before the session is ready ----------------------------------------------------------------------------

WAITING = Config.deepgram(limits=Limits(pending_messages=2, pending_audio_seconds=0.5))
OPENING: dict[str, tuple[Config, Play, str, str]] = {
    "audio first": (
        VAD,
        lambda desk: desk.client(b"\0\0"),
        "NON_SETTINGS_MESSAGE_BEFORE_SETTINGS",
        "audio came before Settings; send Settings first",
    ),
    "text first": (
        VAD,
        lambda desk: desk.client(inject()),
        "NON_SETTINGS_MESSAGE_BEFORE_SETTINGS",
        "InjectUserMessage came before Settings; send Settings first",
    ),
    "no Settings": (
        VAD,
        lambda desk: desk.wait_deadline(),
        "CLIENT_MESSAGE_TIMEOUT",
        "no Settings came in time; send them first",
    ),
    "no answer": (
        VAD,
        lambda desk: Log([*desk.client(SETTINGS).outputs, *desk.wait_deadline().outputs]),
        "INTERNAL_SERVER_ERROR",
        "the upstream server did not confirm the session in time",
    ),
    "too many texts": (
        WAITING,
        lambda desk: Log(
            [o for each in (SETTINGS, inject(), inject(), inject()) for o in desk.client(each).outputs]
        ),
        "CLIENT_MESSAGE_OVERFLOW",
        "more than 2 messages wait for the session to be ready",
    ),
    "too much audio": (
        WAITING,
        lambda desk: Log([o for each in (SETTINGS, bytes(24_002)) for o in desk.client(each).outputs]),
        "CLIENT_AUDIO_OVERFLOW",
        "more than 0.5 s of audio wait for the session",
    ),
    "upstream closes": (
        VAD,
        lambda desk: Log([*desk.client(SETTINGS).outputs, *closed(desk).outputs]),
        "INTERNAL_SERVER_ERROR",
        "the upstream server closed before the session was ready",
    ),
    "upstream closes on a component": (
        CO,
        lambda desk: Log([*desk.client(SETTINGS).outputs, *closed(desk).outputs]),
        "upstream_closed_before_session_ready",
        "the upstream server closed before the session was ready",
    ),
}


@pytest.mark.parametrize(("config", "play", "code", "description"), OPENING.values(), ids=OPENING)
def test_S_why_a_call_did_not_begin(config: Config, play: Play, code: str, description: str) -> None:
    assert told(play(opened(config))) == [(code, description)]


# --- in a call ----------------------------------------------------------------------------------------------


def interrupted_answers(desk: Desk) -> Log:
    """Two texts to speak wait, and a third is one too many."""
    desk.upstream(created())
    say = {"type": "InjectAgentMessage", "message": "Hi", "behavior": "queue"}
    return Log([output for _ in range(3) for output in desk.client(say).outputs])


def updates_wait(desk: Desk) -> Log:
    desk.upstream(created())
    return Log([output for _ in range(3) for output in desk.client(prompt()).outputs])


FEW = Config.deepgram(limits=Limits(pending_messages=2))
STRICT = Config.deepgram(strict_fields=True)
CALL: dict[str, tuple[Config, Play, str, str]] = {
    "a long text": (
        Config.deepgram(limits=SMALL),
        lambda desk: desk.client("x" * 1001),
        "UNPARSABLE_CLIENT_MESSAGE",
        "the text frame is larger than 1000 bytes (Config.limits.frame_bytes_up)",
    ),
    "long audio": (
        Config.deepgram(limits=SMALL),
        lambda desk: desk.client(bytes(1001)),
        "CLIENT_MESSAGE_TOO_LARGE",
        "the audio frame is too large",
    ),
    "a strange type": (
        CO,
        lambda desk: desk.client({"type": "x" * 90}),
        "disallowed_client_message_type",
        f"messages of type {'x' * 64} are not known",
    ),
    "a long frame of upstream": (
        Config.component(limits=SMALL),
        lambda desk: desk.upstream("x" * 1001),
        "unmapped_upstream_event",
        "the frame is too large",
    ),
    "an unknown field": (
        STRICT,
        lambda desk: desk.client({**inject(), "more": 1}),
        "UNPARSABLE_CLIENT_MESSAGE",
        "unknown field more",
    ),
    "Settings again": (
        VAD,
        lambda desk: desk.client(SETTINGS),
        "SETTINGS_ALREADY_APPLIED",
        "Settings were sent before; use the Update messages",
    ),
    "the end of the session": (
        Config.deepgram(limits=Limits(session_warning=20.0)),
        lambda desk: Log(
            [
                *desk.upstream({"type": "session.created", "session": {}}).outputs,
                *desk.wait(20.0).outputs,
            ]
        ),
        "MAXIMUM_SESSION_LENGTH_APPROACHING",
        "The session will soon reach its maximum length",
    ),
    "upstream closes": (
        VAD,
        lambda desk: closed(desk, 1011),
        "INTERNAL_SERVER_ERROR",
        "the upstream server closed the connection",
    ),
    "the host goes": (
        VAD,
        lambda desk: desk.act(lambda translator: translator.close()),
        "SERVER_GOING_AWAY",
        "the server is going away",
    ),
    "Think Live": (
        VAD,
        lambda desk: desk.client({"type": "UpdateThink_Live", "think_live": {}}),
        "THINK_LIVE_UNSUPPORTED",
        "Think Live is not available here",
    ),
    "a custom provider": (
        VAD,
        lambda desk: desk.client({"type": "__customToThinkProvider", "content": ""}),
        "CUSTOM_THINK_UNSUPPORTED",
        "there is no custom think provider here",
    ),
    "the end of a turn": (
        VAD,
        lambda desk: desk.client({"type": "ForceEndTurn"}),
        "FORCE_END_TURN_UNSUPPORTED",
        "the server finds the end of a turn by itself",
    ),
    "many texts to speak": (
        FEW,
        interrupted_answers,
        "CLIENT_MESSAGE_OVERFLOW",
        "more than 2 messages wait to be spoken",
    ),
    "many updates": (FEW, updates_wait, "CLIENT_MESSAGE_OVERFLOW", "more than 2 updates wait for the server"),
    "an update without an answer": (
        VAD,
        lambda desk: Log([*desk.client(prompt()).outputs, *desk.wait_deadline().outputs]),
        "UPDATE_NOT_CONFIRMED",
        "the upstream server did not confirm the update in time",
    ),
    "a slow response": (
        VAD,
        lambda desk: Log([*desk.upstream(created()).outputs, *desk.wait(5.0).outputs]),
        "SLOW_THINK_REQUEST",
        "The model has not begun to answer for 5 s",
    ),
    "a response that fails": (
        VAD,
        lambda desk: desk.upstream(
            created(),
            done(status="failed", status_details={"error": {"code": "overload", "message": "Too busy."}}),
        ),
        "THINK_REQUEST_FAILED",
        "The response did not complete: overload: Too busy.",
    ),
    "a response that is cut short": (
        VAD,
        lambda desk: desk.upstream(
            created(), done(status="incomplete", status_details={"reason": "max_output_tokens"})
        ),
        "THINK_REQUEST_FAILED",
        "The response did not complete: max_output_tokens",
    ),
    "a response that does not begin": (
        Config.deepgram(limits=Limits(create_timeout=2.0)),
        lambda desk: Log([*confirmed(desk).outputs, *desk.wait(2.0).outputs]),
        "THINK_REQUEST_FAILED",
        "The response did not complete: the model did not start to answer in time",
    ),
}


@pytest.mark.parametrize(("config", "play", "code", "description"), CALL.values(), ids=CALL)
def test_what_the_client_reads(config: Config, play: Play, code: str, description: str) -> None:
    assert told(play(ready(Desk, config))) == [(code, description)]


def test_F7_the_function_is_named() -> None:
    desk = ready(Desk, VAD, TOOLS)
    log = desk.upstream(created(), call_added(name="tide"), call_done(name="tide"))
    assert told(log) == [
        ("NON_EXISTENT_FUNCTION_CALLED", "the model called 'tide', which Settings do not declare")
    ]


def test_T2_a_voice_comes_too_late() -> None:
    desk = ready(Desk)
    audio = {"delta": "AAA=", "item_id": "msg_1", "content_index": 0, "output_index": 0}
    desk.upstream(
        created(), {"type": "response.output_audio.delta", "response_id": "resp_1", **audio}, done()
    )
    assert told(desk.client(speak())) == [
        ("SPEAK_UPDATE_UNSUPPORTED", "the voice cannot change once the agent has spoken")
    ]


# --- closing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [True, False])
def test_E5_the_reason_of_a_close(before: bool) -> None:
    desk = opened(VAD) if before else ready(Desk)
    if before:
        desk.client(SETTINGS)
    (close,) = closed(desk).closes
    assert (close.code, close.reason) == (1000, "upstream closed")


def test_E5_the_reason_that_upstream_is_told() -> None:
    log = ready(Desk).act(lambda translator: translator.client_closed())
    (close,) = log.closes
    assert (close.code, close.reason) == (1000, "client closed")


# --- refused injections (T3) --------------------------------------------------------------------------------


def say(message: str = "Hi", behavior: str = "default") -> Json:
    return {"type": "InjectAgentMessage", "message": message, "behavior": behavior}


@pytest.mark.parametrize(
    ("before", "message", "why"),
    [
        ([], say(behavior="soon"), "behavior is default, queue, interrupt"),
        ([], say(""), "there is nothing to say"),
        ([speech("speech_started")], say(), "the user is speaking"),
        ([speech("speech_started")], say(behavior="queue"), "the user is speaking"),
        ([created()], say(), "the agent is speaking or about to"),
    ],
)
def test_T3_why_a_text_is_not_spoken(before: list[Json], message: Json, why: str) -> None:
    desk = ready(Desk)
    desk.upstream(*before)
    assert desk.client(message).of("InjectionRefused") == [{"type": "InjectionRefused", "message": why}]


# --- notices ------------------------------------------------------------------------------------------------


def calling(name: str = "weather") -> Desk:
    desk = ready(Desk, VAD, TOOLS)
    desk.upstream(created(), call_added(name=name), call_done(name=name))
    return desk


NOTICED: dict[str, tuple[Callable[[], Log], str, str]] = {
    "no such call": (
        lambda: ready(Desk).client(answer("call_9")),
        "CALL_ANSWER_IGNORED",
        "no such call waits for it",
    ),
    "a function of the host": (
        lambda: calling("lookup").client(answer("call_1", "lookup")),
        "CALL_ANSWER_IGNORED",
        "the host runs this function",
    ),
    "a function of the client": (
        lambda: calling().act(lambda translator: translator.function_result("call_1", "x")),
        "CALL_ANSWER_IGNORED",
        "no function that the host runs waits for it",
    ),
    "a long id": (
        lambda: ready(Desk).upstream(created("x" * 2000)),
        "UPSTREAM_MALFORMED",
        "an id is over 256 characters long",
    ),
    "Think Live": (
        lambda: ready(Desk).client({"type": "UpdateThink_Live", "think_live": {}}),
        "CLIENT_MESSAGE_REFUSED",
        "UpdateThink_Live: Think Live is not available here",
    ),
}


@pytest.mark.parametrize(("play", "code", "why"), NOTICED.values(), ids=NOTICED)
def test_why_something_came_to_nothing(play: Callable[[], Log], code: str, why: str) -> None:
    assert reasons(play(), code) == [why]


def test_F4_a_second_answer_is_noticed_as_one() -> None:
    desk = calling()
    desk.client(answer("call_1"))
    assert reasons(desk.client(answer("call_1")), "CALL_ANSWER_IGNORED") == ["the call is answered already"]


def test_R2_a_wish_that_waits_for_the_slot_is_noticed_with_the_reason() -> None:
    desk = ready(Desk)
    begun(desk)
    assert reasons(confirmed(desk), "RESPONSE_DEFERRED") == ["the slot is taken"]


def test_R7_so_is_one_for_a_commit_of_the_server() -> None:
    desk = ready(Desk)
    asked(desk)
    assert reasons(desk.upstream(speech("committed")), "RESPONSE_DEFERRED") == ["the slot is taken"]


def test_R8_and_one_that_waits_for_an_answer() -> None:
    desk = calling()
    desk.upstream(done())
    assert reasons(confirmed(desk), "RESPONSE_DEFERRED") == ["a function call is unanswered"]


def test_T5_ten_unknown_fields_are_named() -> None:
    unknown = {f"field_{number:02}": number for number in range(12)}
    log = ready(Desk).client({**inject(), **unknown})
    (said,) = (each for each in log.outputs if isinstance(each, Notice) and each.code == "UNKNOWN_FIELDS")
    assert said.fields == {"type": "InjectUserMessage", "paths": ", ".join(list(unknown)[:10])}


# --- limits -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["x" * 1000, "é" * 500, "€" * 333])
def test_L1_a_frame_of_exactly_so_many_bytes_is_read(text: str) -> None:
    log = ready(Desk, Config.component(limits=SMALL)).client(text)
    assert told(log) != [
        (
            "unparsable_client_message",
            "the text frame is larger than 1000 bytes (Config.limits.frame_bytes_up)",
        )
    ]
    assert len(told(log)) == 1


@pytest.mark.parametrize("text", ["x" * 1001, "é" * 501, "€" * 334, "\ud800" * 1001])
def test_L1_one_of_more_bytes_is_not(text: str) -> None:
    log = ready(Desk, Config.component(limits=SMALL)).client(text)
    assert told(log) == [
        (
            "unparsable_client_message",
            "the text frame is larger than 1000 bytes (Config.limits.frame_bytes_up)",
        )
    ]


def test_L1_audio_of_exactly_so_many_bytes_is_taken() -> None:
    assert ready(Desk, Config.deepgram(limits=SMALL)).client(bytes(1000)).upstream_types == [
        "input_audio_buffer.append"
    ]


@pytest.mark.parametrize(("size", "noticed"), [(256, []), (257, ["an id is over 256 characters long"])])
def test_L1_an_id_of_exactly_so_many_characters_is_one(size: int, noticed: list[str]) -> None:
    assert reasons(ready(Desk).upstream(created("x" * size)), "UPSTREAM_MALFORMED") == noticed
