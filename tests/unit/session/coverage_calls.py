"""Calls that between them bring out every message that the translator sends, to either side."""

from __future__ import annotations

from collections.abc import Callable

from realtime_translate import Config, ManualCommit, ServerVad
from realtime_translate.config import ClientDialect, ConfigFields, SilenceKeepalive
from tests.events import PCM, Json, answer, audio, call_item, created, done, item_done, settings, transcript
from tests.harness import Desk, Log

Call = Callable[[ClientDialect], Log]

UPDATES: dict[str, Json] = {
    "UpdateListen": {"listen": {"provider": {"type": "deepgram", "language": "de"}}},
    "UpdateThink": {"think": {"provider": {"type": "open_ai", "model": "gpt-4o"}, "prompt": "Be kind."}},
    "UpdateSpeak": {"speak": {"provider": {"type": "open_ai", "model": "tts-1", "voice": "echo"}}},
    "UpdatePrompt": {"prompt": "Be brief."},
}
CONFIRMED: Json = {"type": "session.updated", "session": {}}


def desk(dialect: ClientDialect, **changes: object) -> Desk:
    fields: ConfigFields = changes  # type: ignore[assignment]
    component = dialect is ClientDialect.COMPONENT
    return Desk(Config.component(**fields) if component else Config.deepgram(**fields))


def heard(kind: str, **fields: object) -> Json:
    return {"type": f"input_audio_buffer.{kind}", "item_id": "u1", **fields}


def transcribed(kind: str, **fields: object) -> Json:
    kind = f"conversation.item.input_audio_transcription.{kind}"
    return {"type": kind, "item_id": "u1", "content_index": 0, **fields}


def _joined(*logs: Log) -> Log:
    return Log([output for log in logs for output in log.outputs])


def written(dialect: ClientDialect) -> Log:
    """A greeting and a written turn, whose audio the user does not let end."""
    at = desk(dialect, turn_detection=ServerVad(interrupt_response=False))
    opened = at.ready({**settings(greeting="Hello."), "experimental": True})
    asked = at.client({"type": "InjectUserMessage", "content": "Hi."})
    own = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi."}]}
    confirmed = at.upstream({"type": "conversation.item.added", "item": own})
    said = at.upstream(created(), transcript("It rains. It"), audio(PCM * 100), audio(PCM * 100, "msg_2"))
    refused = at.client({"type": "InjectAgentMessage", "message": "Wait."})
    return _joined(opened, asked, confirmed, said, refused, at.upstream(heard("speech_started")))


def spoken(dialect: ClientDialect) -> Log:
    """A spoken turn and its answer."""
    at = desk(dialect, turn_detection=ServerVad())
    begun = at.ready()
    said = at.upstream(
        heard("speech_started"), heard("speech_stopped", audio_end_ms=900), heard("committed"), created()
    )
    text = at.upstream(transcribed("delta", delta="Hi"), transcribed("completed", transcript="Hi."))
    return _joined(begun, said, text, at.upstream(audio(), done()))


def called(dialect: ClientDialect) -> Log:
    """A function of the client's, one of the host's, and one that the user does not wait for."""
    at = desk(dialect)
    message = settings()
    message["agent"]["think"]["functions"].append(
        {"name": "moon", "endpoint": {"url": "https://example.com", "method": "get"}}
    )
    log = _joined(
        at.ready(message), at.upstream(created(), *(item_done(call_item(*each)) for each in _CALLS))
    )
    log = _joined(log, at.client(answer()), at.act(lambda each: each.function_result("call_2", "full")))
    return _joined(log, at.upstream(heard("speech_started"), done()))


_CALLS = (("call_1",), ("call_2", "moon"), ("call_3",))


def updated(dialect: ClientDialect) -> Log:
    """Every update, and what is refused."""
    at = desk(dialect)
    logs = [at.ready()]
    for kind, fields in UPDATES.items():
        logs += [at.client({"type": kind, **fields}), at.upstream(CONFIRMED)]
    live = {"type": "UpdateThink_Live", "think_live": {"provider": {"type": "deepgram", "model": "m"}}}
    return _joined(*logs, at.client(live), at.client("no JSON"))


def committed(dialect: ClientDialect) -> Log:
    """Silence that keeps the session alive, and audio that a pause commits."""
    at = desk(dialect, turn_detection=ManualCommit(), keepalive=SilenceKeepalive())
    return _joined(at.ready(), at.wait(4.0), at.client(b"\x01\x02" * 4800), at.wait(0.5))


CALLS: tuple[Call, ...] = (written, spoken, called, updated, committed)
