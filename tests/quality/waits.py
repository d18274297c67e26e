"""How long what must not wait does wait: audio while texts wait, and what a moment of the call calls for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import frozen

from realtime_translate import ClientDialect, Config, ServerVad
from tests.events import PCM, audio, audio_done, call_item, created, item_done, settings, spoken, started
from tests.events import transcript_done as said
from tests.harness import SETTINGS, Desk, Log, audio_in
from tests.unit.session.played import ready_in

__all__ = ["CAUSES", "IN", "OUT", "Cause", "waited"]

LONGEST = 60.0
"""Seconds of virtual time that are looked at."""
TYPED = {"type": "InjectUserMessage", "content": "Any berths?"}


@frozen
class Cause:
    """What comes in, and how to know what is to come of it."""

    call: Callable[[], Desk]
    act: Callable[[Desk], Log]
    told: Callable[[Log], bool]


def waited(cause: Cause) -> float:
    """Milliseconds of virtual time from the one to the other: 0 if the same input gives it."""
    desk = cause.call()
    begun, log = desk.clock.now, cause.act(desk)
    while not cause.told(log):
        deadline = desk.translator.next_deadline
        if deadline is None or deadline > begun + LONGEST:
            return float("inf")
        log = desk.wait_deadline()
    return 1000 * (desk.clock.now - begun)


def carried(log: Log) -> bytes:
    """The audio in it, on either leg."""
    return b"".join(audio_in(each) or b"" for each in log.outputs)


def _waiting(desk: Desk, log: Log, kind: str) -> Desk:
    """The call, in which a text of that type waits."""
    assert kind not in log.client_types + log.upstream_types
    return desk


def _text_unconfirmed() -> Desk:
    desk = ready_in()
    return _waiting(desk, desk.client(TYPED), "response.create")


def _text_in_the_queue() -> Desk:
    desk = ready_in()
    desk.upstream(created())
    return _waiting(desk, desk.client(TYPED), "response.create")


def _update_behind_a_response() -> Desk:
    desk = ready_in()
    desk.upstream(created())
    return _waiting(desk, desk.client({"type": "UpdatePrompt", "prompt": "Be brief."}), "session.update")


def _call_unanswered() -> Desk:
    desk = ready_in()
    log = desk.upstream(created(), item_done(call_item()))
    assert log.of("FunctionCallRequest")
    return _waiting(desk, desk.client(TYPED), "response.create")


def _words_behind_the_transcript() -> Desk:
    desk = ready_in()
    desk.upstream(*spoken(), created(), audio())
    return _waiting(desk, desk.upstream(said("There are two.")), "ConversationText")


def _whole(log: Log) -> bool:
    return carried(log) == PCM


_IN = {
    "a typed text is not confirmed by upstream": _text_unconfirmed,
    "a typed text waits for the end of a response": _text_in_the_queue,
    "an update waits for the end of a response": _update_behind_a_response,
    "a function call is not answered": _call_unanswered,
}
_OUT = {
    "a typed text waits for the end of the response": _text_in_the_queue,
    "an update waits for the end of the response": _update_behind_a_response,
    "a function call of the response is not answered": _call_unanswered,
    "the agent's words wait for the user's transcript": _words_behind_the_transcript,
}
IN: Mapping[str, Cause] = {
    name: Cause(make, lambda desk: desk.client(PCM), _whole) for name, make in _IN.items()
}
"""The client's audio, while a text waits."""
OUT: Mapping[str, Cause] = {
    name: Cause(make, lambda desk: desk.upstream(audio()), _whole) for name, make in _OUT.items()
}
"""The agent's audio, while a text waits."""


def _speaking(dialect: ClientDialect, turns: ServerVad = ServerVad()) -> Desk:  # noqa: B008 (frozen)
    desk = ready_in(dialect, turns)
    desk.upstream(created(), audio())
    return desk


def _unready() -> Desk:
    """A call whose audio waits for the session."""
    desk = Desk(Config.deepgram(turn_detection=ServerVad()))
    desk.opened()
    desk.client(SETTINGS)
    desk.dialled()
    assert carried(desk.client(PCM)) == b""
    return desk


def _resampled() -> Desk:
    """The agent has spoken, and the end of it is in the filter."""
    output = {"output": {"encoding": "linear16", "sample_rate": 16000}}
    desk = ready_in(given={**settings(), "audio": {**SETTINGS["audio"], **output}})
    assert 0 < len(carried(desk.upstream(created(), audio()))) < len(PCM) * 2 // 3
    return desk


def _ready(desk: Desk) -> Log:
    return desk.upstream({"type": "session.updated", "session": {}})


def _stopped(log: Log) -> bool:
    return "UserStartedSpeaking" in log.client_types


CAUSES: Mapping[tuple[str, str], Cause] = {
    ("`speech_started`, Deepgram", "`UserStartedSpeaking`: stop what is played"): Cause(
        lambda: _speaking(ClientDialect.DEEPGRAM), lambda desk: desk.upstream(started()), _stopped
    ),
    ("`speech_started`, component", "`UserStartedSpeaking`: stop what is played"): Cause(
        lambda: _speaking(ClientDialect.COMPONENT), lambda desk: desk.upstream(started()), _stopped
    ),
    ("`speech_started`, `interrupt_response` false", "`response.cancel`"): Cause(
        lambda: _speaking(ClientDialect.DEEPGRAM, ServerVad(interrupt_response=False)),
        lambda desk: desk.upstream(started()),
        lambda log: "response.cancel" in log.upstream_types,
    ),
    ("`session.updated`", "the first frame of audio that waited"): Cause(_unready, _ready, _whole),
    ("`response.output_audio.done`", "what the filter still holds of the agent's audio"): Cause(
        _resampled, lambda desk: desk.upstream(audio_done()), lambda log: len(carried(log)) > 0
    ),
}
"""What comes in, what is to come of it, and how."""
