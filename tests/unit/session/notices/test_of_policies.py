"""What the Notices of the policies name: codes, counts and seconds, for whoever reads a log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from realtime_translate import Config, Limits, Notice, SilenceKeepalive
from tests.events import TOOLS, call_done, created, done, error, inject, speech
from tests.harness import Desk, Log, ready
from tests.unit.session.played import VAD, begun_by_server, confirmed
from tests.unit.session.updates.messages import prompt, speak

LIMITS = Limits(call_hold=7.0, slow_think=3.0, session_warning=20.0)
CONFIG = Config.deepgram(limits=LIMITS)


def fields(log: Log, code: str) -> list[Any]:
    return [dict(each.fields) for each in log.outputs if isinstance(each, Notice) and each.code == code]


def queued(desk: Desk) -> Log:
    desk.upstream(created())
    for text in ("One.", "Two."):
        desk.client({"type": "InjectAgentMessage", "message": text, "behavior": "queue"})
    return desk.upstream(speech("speech_started"))


def held(desk: Desk) -> Log:
    desk.upstream(created(), call_done(), done())
    confirmed(desk)
    return desk.wait(7.0)


def failed(desk: Desk) -> Log:
    details = {"error": {"code": "overload", "message": "Too busy for words."}}
    return desk.upstream(created(), done(status="failed", status_details=details))


def refused_create(desk: Desk) -> Log:
    (create,) = confirmed(desk).of("response.create")
    return desk.upstream(error("invalid_value", event_id=create["event_id"], message="It said: no."))


def refused_beside(desk: Desk) -> Log:
    (create,) = confirmed(desk).of("response.create")
    desk.upstream(created("resp_s", "theirs"))
    return desk.upstream(error("invalid_value", event_id=create["event_id"], message="It said: no."))


def refused_item(desk: Desk) -> Log:
    (item,) = desk.client(inject()).of("conversation.item.create")
    return desk.upstream(error("invalid_value", event_id=item["event_id"]))


def refused_update(desk: Desk) -> Log:
    (update,) = desk.client(prompt()).of("session.update")
    return desk.upstream(error("invalid_value", event_id=update["event_id"]))


def refused_voice(desk: Desk) -> Log:
    (update,) = desk.client(speak()).of("session.update")
    return desk.upstream(error("cannot_update_voice", event_id=update["event_id"]))


NOTICED: dict[str, tuple[Callable[[Desk], Log], str, dict[str, object]]] = {
    "texts that are dropped": (queued, "SPOKEN_DROPPED", {"texts": 2}),
    "a wish that waited": (held, "CALL_HOLD_OVER", {"seconds": 7.0}),
    "a failure": (failed, "RESPONSE_FAILED", {"reason": "overload"}),
    "a refused create": (refused_create, "RESPONSE_FAILED", {"reason": "invalid_value"}),
    "a refused create beside another": (refused_beside, "RESPONSE_FAILED", {"reason": "invalid_value"}),
    "a refused item": (refused_item, "ITEM_REFUSED", {"code": "invalid_value"}),
    "a refused update": (refused_update, "UPDATE_REFUSED", {"code": "invalid_value"}),
    "a refused voice": (refused_voice, "UPDATE_REFUSED", {"code": "SPEAK_UPDATE_UNSUPPORTED"}),
    "an error": (lambda desk: desk.upstream(error("odd")), "UPSTREAM_ERROR", {"code": "odd"}),
    "an error without a code": (
        lambda desk: desk.upstream(error(None)),
        "UPSTREAM_ERROR",
        {"code": "invalid_request_error"},
    ),
    "a benign error": (
        lambda desk: desk.upstream(error("response_cancel_not_active")),
        "UPSTREAM_ERROR_BENIGN",
        {"code": "response_cancel_not_active"},
    ),
    "slowness": (
        lambda desk: Log([*desk.upstream(created()).outputs, *desk.wait(3.0).outputs]),
        "RESPONSE_SLOW",
        {"seconds": 3.0},
    ),
    "session.created": (
        lambda desk: desk.upstream({"type": "session.created", "session": {}}),
        "UPSTREAM_ABSORBED",
        {"type": "session.created"},
    ),
    "session.updated": (
        lambda desk: desk.upstream({"type": "session.updated", "session": {}}),
        "UPSTREAM_ABSORBED",
        {"type": "session.updated"},
    ),
    "upstream's close": (
        lambda desk: desk.act(lambda translator: translator.upstream_closed(1011, "")),
        "UPSTREAM_CLOSED",
        {"code": 1011},
    ),
    "the client's close": (
        lambda desk: desk.act(lambda translator: translator.client_closed(1001, "")),
        "CLIENT_CLOSED",
        {"code": 1001},
    ),
    "the end": (lambda desk: desk.client("{"), "SESSION_FAILED", {"code": "UNPARSABLE_CLIENT_MESSAGE"}),
    "a failed transcription": (
        lambda desk: desk.upstream(
            speech("committed"),
            {
                "type": "conversation.item.input_audio_transcription.failed",
                "item_id": "u1",
                "content_index": 0,
                "error": {"code": "audio_unintelligible", "message": "?"},
            },
        ),
        "TRANSCRIPTION_FAILED",
        {"code": "audio_unintelligible"},
    ),
    "one without a code": (
        lambda desk: desk.upstream(
            speech("committed"),
            {
                "type": "conversation.item.input_audio_transcription.failed",
                "item_id": "u1",
                "content_index": 0,
            },
        ),
        "TRANSCRIPTION_FAILED",
        {"code": "unknown"},
    ),
}


@pytest.mark.parametrize(("play", "code", "named"), NOTICED.values(), ids=NOTICED)
def test_a_notice_names_what_it_is_about(
    play: Callable[[Desk], Log], code: str, named: dict[str, object]
) -> None:
    assert fields(play(ready(Desk, CONFIG, TOOLS)), code) == [named]


def test_I1_silence_is_noticed_with_its_length() -> None:
    desk = ready(Desk, Config.deepgram(keepalive=SilenceKeepalive(every=4.0, ms=150)))
    assert fields(desk.wait(4.0), "SILENCE_SENT") == [{"ms": 150}]


def test_R2_one_that_waits_behind_the_server_s_own_response_is_noticed() -> None:
    desk = ready(Desk, VAD)
    begun_by_server(desk)
    assert fields(desk.upstream(speech("committed")), "RESPONSE_DEFERRED") == [
        {"reason": "the slot is taken"}
    ]
