"""Calls that take the state of a session everywhere: what the tests of snapshots play."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from realtime_translate import (
    Config,
    ContextMode,
    ManualCommit,
    Outputs,
    Renewal,
    ServerVad,
    SilenceKeepalive,
    Translator,
)
from tests.events import (
    UPDATED,
    answer,
    audio,
    audio_done,
    call_item,
    created,
    done,
    error,
    item_done,
    message,
    settings,
    text,
    text_done,
    transcript,
    transcript_done,
    user_item,
)
from tests.harness import Desk

TEXT = {"type": "InjectUserMessage", "content": "Hi"}
COMMITTED = {"type": "input_audio_buffer.committed", "item_id": "u1"}
SPEECH_STARTED = {"type": "input_audio_buffer.speech_started", "item_id": "u1"}
SPEECH_STOPPED = {"type": "input_audio_buffer.speech_stopped", "item_id": "u1", "audio_end_ms": 900}
SESSION_CREATED = {"type": "session.created", "session": {}}
TIMED_OUT = {"type": "input_audio_buffer.timeout_triggered", "item_id": "u2"}
PROMPT = {"type": "UpdatePrompt", "prompt": "Be brief."}
THINK = {"provider": {"type": "open_ai", "model": "gpt-4o"}}
MESSAGES = [
    {"type": "History", "role": "user", "content": "Hello."},
    {"type": "History", "role": "assistant", "content": "Harbour office."},
]
CONFIGS = {
    "deepgram": Config.deepgram(),
    "deepgram, manual": Config.deepgram(turn_detection=ManualCommit(debounce=0.5, ceiling=4.0)),
    "deepgram, items": Config.deepgram(context=ContextMode.ITEMS),
    "deepgram, renewed": Config.deepgram(renewal=Renewal(after=100.0, patience=50.0, delays=(1.0,))),
    "component": Config.component(),
    "component, VAD": Config.component(
        turn_detection=ServerVad(create_response=False), keepalive=SilenceKeepalive()
    ),
}

Act = Callable[[Desk], object]


def client(frame: Any) -> Act:
    return lambda desk: desk.client(frame)


def upstream(*events: Any) -> Act:
    return lambda desk: desk.upstream(*events)


def wait(seconds: float) -> Act:
    return lambda desk: desk.wait(seconds)


def opened(desk: Desk) -> object:
    return desk.opened()


def dialled(desk: Desk) -> object:
    return desk.dialled()


def lost(desk: Desk) -> object:
    return desk.lost()


def heard(kind: str, **fields: Any) -> dict[str, Any]:
    kind = f"conversation.item.input_audio_transcription.{kind}"
    return {"type": kind, "item_id": "u1", "content_index": 0, **fields}


def say(message: str, behavior: str = "default") -> dict[str, Any]:
    return {"type": "InjectAgentMessage", "message": message, "behavior": behavior}


def ended(act: Callable[[Translator], Outputs]) -> Act:
    return lambda desk: desk.act(act)


SETTINGS = settings(greeting="Hi.", context={"messages": MESSAGES})
BUSY = error("conversation_already_has_active_response")
READY: list[Act] = [opened, client(SETTINGS), dialled, upstream(UPDATED)]
CALLS: dict[str, list[Act]] = {
    "Settings first": [
        opened,
        client(SETTINGS),
        client(b"\x01" * 9601),
        dialled,
        upstream(UPDATED),
        wait(0.25),
    ],
    "upstream first": [opened, dialled, client(SETTINGS), upstream(UPDATED), client(TEXT)],
    "no Settings": [opened, wait(20.0)],
    "never ready": [opened, client(SETTINGS), wait(20.0)],
    "speech": [
        *READY,
        upstream(SPEECH_STARTED),
        client(b"\x01" * 9601),
        wait(0.25),
        client(b"\x01" * 9),
        wait(1.0),
        upstream(COMMITTED, TIMED_OUT),
        wait(3.0),
        upstream(created(), text("Hi"), audio()),
        wait(0.125),
        upstream(audio_done(), text_done("Hi.")),
        upstream(done("resp_1")),
    ],
    "text": [
        *READY,
        client(TEXT),
        client(TEXT),
        wait(0.5),
        wait(2.0),
        upstream(BUSY),
        wait(2.0),
        upstream(created()),
        client(TEXT),
        upstream(audio(), error("idle_timeout")),
        wait(11.0),
        upstream(done("resp_1")),
        wait(11.0),
    ],
    "calls": [
        *READY,
        upstream(created(), item_done(call_item()), item_done(call_item("call_2"))),
        client(answer()),
        client(TEXT),
        wait(5.0),
        upstream(done("resp_1", call_item(), call_item("call_2"))),
        client(answer("call_2")),
        wait(1.0),
        upstream(created("resp_2")),
        wait(1.0),
    ],
    "a call without an end": [
        *READY,
        upstream(created(), item_done(call_item())),
        client(answer()),
        wait(15.0),
        wait(15.0),
    ],
    "quiet": [
        *READY,
        upstream(created(), transcript_done("Hi.")),
        wait(3.0),
        upstream(created("resp_2")),
        client(TEXT),
        wait(9.0),
    ],
    "a response that stalls": [
        *READY,
        upstream(created(), transcript("Well. ")),
        client(TEXT),
        wait(29.0),
        upstream(audio()),
        wait(29.0),
        wait(1.0),
        upstream(transcript("I see.")),
        wait(1.0),
        upstream(BUSY, done("resp_1")),
        wait(20.0),
    ],
    "errors of a response": [
        *READY,
        client(TEXT),
        wait(2.0),
        upstream(error("server_error")),
        wait(1.0),
        upstream(created(), text("Well"), error("inference_failed")),
        wait(1.0),
        wait(2.0),
        wait(1.0),
    ],
    "client leaves": [
        *READY,
        client(TEXT),
        ended(lambda translator: translator.client_closed(1001)),
        wait(9.0),
    ],
    "barge-in": [
        *READY,
        upstream(SESSION_CREATED, created(), transcript("Yes. "), transcript("And"), audio(b"\x01" * 48000)),
        upstream(audio(item_id="msg_2")),
        ended(lambda translator: translator.playback_reported(20)),
        upstream(item_done(call_item())),
        wait(0.5),
        upstream(SPEECH_STARTED, audio(), transcript(" so on."), error("response_cancel_not_active")),
        client(answer()),
        upstream(
            created("resp_2"),
            done("resp_1", status="cancelled"),
            audio(response_id="resp_2", item_id="msg_3"),
        ),
        wait(0.5),
        upstream(SPEECH_STOPPED),
        upstream(COMMITTED, created("resp_3"), transcript("Well. ", "msg_4", "resp_3")),
        wait(0.5),
        upstream(heard("delta", delta="Is i"), heard("completed", transcript="Is it?")),
        wait(60.0),
    ],
    "words that wait": [
        *READY,
        upstream(SPEECH_STARTED, COMMITTED, created(), transcript("Well. "), audio()),
        wait(2.0),
        upstream(heard("failed", error={"code": "x"}), done("resp_1", message("Well. I see."))),
    ],
    "spoken": [
        *READY,
        client(say("One.")),
        client(say("Two.", "queue")),
        client(say("Three.", "queue")),
        client(TEXT),
        upstream(created(), transcript("One."), audio()),
        client(say("Four.", "interrupt")),
        client(say("Five.", "interrupt")),
        wait(1.0),
        upstream(done("resp_1", status="cancelled"), created("resp_2")),
        wait(6.0),
        client(say("Six.", "interrupt")),
        upstream(BUSY),
        wait(30.0),
    ],
    "doomed": [*READY, client(say("One.")), client(say("Two.", "interrupt")), upstream(created()), wait(3.0)],
    "updates": [
        *READY,
        upstream(created(), audio()),
        client(PROMPT),
        client({"type": "UpdateThink", "think": {**THINK, "prompt": "Be exact."}}),
        wait(1.0),
        upstream(done("resp_1")),
        client(PROMPT),
        wait(1.0),
        upstream(error("invalid_value")),
        upstream(UPDATED),
        wait(1.0),
        upstream(UPDATED),
        wait(20.0),
    ],
    "crossing": [
        *READY,
        client(say("One.")),
        upstream(created(metadata={"rt": "T1_2"})),
        upstream(done("resp_1")),
        client(say("Two.")),
        upstream(created("resp_2")),
        wait(1.0),
        upstream(text("Hm", response_id="resp_2")),
        wait(1.0),
        upstream(done("resp_2")),
        wait(3600.0),
    ],
    "a lost session": [
        *READY,
        client(TEXT),
        upstream(user_item("", "Hi"), created(), transcript("It is four. And "), audio()),
        lost,
        client(TEXT),
        wait(1.0),
        dialled,
        upstream(UPDATED),
        wait(2.0),
        upstream(created("resp_2"), done("resp_2"), SPEECH_STARTED),
        wait(100.0),
        wait(50.0),
    ],
    "an odd server": [
        *READY,
        client(TEXT),
        wait(2.0),
        upstream(done("resp_0"), created("resp_1"), created("resp_2"), TIMED_OUT),
        client(b"\x01" * 9601),
        upstream(done("resp_2"), SPEECH_STARTED, SPEECH_STOPPED),
        wait(9.0),
        wait(9.0),
    ],
    "a noisy server": [*READY, upstream(*({"type": "news"} for _ in range(121))), client(TEXT), wait(60.0)],
}
LATE: dict[str, list[Act]] = {
    "ready unasked": [
        opened,
        client(TEXT),
        dialled,
        upstream(UPDATED, created()),
        client(settings()),
        wait(1.0),
        upstream(done("resp_1")),
        wait(1.0),
        upstream(UPDATED),
        wait(1.0),
    ]
}


def play(config: Config, acts: list[Act]) -> Desk:
    """Desk compares with a restored copy at each input."""
    desk = Desk(config)
    for act in acts:
        act(desk)
    return desk
