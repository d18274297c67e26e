"""Every error that was seen in real traffic and that a client can provoke: the model answers the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from realtime_translate.testing import Reply, Say, TranscriptionFailure
from tests.shared_material import shared
from tests.unit.testing.model.harness import Harness, Pick, audio, user

SPEECH = Reply(Say("Good evening.", audio_ms=9250))


def bad(kind: str, **fields: object) -> Callable[[Harness], None]:
    def provoke(harness: Harness) -> None:
        harness.send(kind, **fields)

    return provoke


def update(**session: object) -> Callable[[Harness], None]:
    return bad("session.update", session={"type": "realtime", **session})


def tool(**fields: object) -> dict[str, object]:
    return {"type": "function", "name": "keyboard_type", **fields}


def two_responses(harness: Harness) -> None:
    harness.send("response.create")
    harness.send("response.create")


def empty_commit(harness: Harness) -> None:
    harness.listen(turn_detection=None)
    harness.append(96)
    harness.send("input_audio_buffer.commit")


def raw(frame: str | bytes) -> Callable[[Harness], None]:
    def provoke(harness: Harness) -> None:
        harness.keep(harness.server.receive(frame))

    return provoke


def speak(harness: Harness) -> str:
    harness.send("response.create")
    harness.run(5.0)
    return str(harness.of("response.output_item.added")[0]["item"]["id"])


def late_truncate(harness: Harness) -> None:
    harness.send("conversation.item.truncate", item_id=speak(harness), content_index=0, audio_end_ms=57340)


def text_truncate(harness: Harness) -> None:
    harness.say("Hi.", id="mine")
    harness.send("conversation.item.truncate", item_id="mine", content_index=0, audio_end_ms=0)


def other_voice(harness: Harness) -> None:
    speak(harness)
    harness.send("session.update", session={"type": "realtime", "audio": {"output": {"voice": "cedar"}}})


def text_content(harness: Harness) -> None:
    item = {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "Hi."}]}
    harness.send("conversation.item.create", item=item)


def hear(harness: Harness) -> None:
    harness.listen(turn_detection=None, transcription={"model": "whisper-1"})
    harness.append(200)
    harness.send("input_audio_buffer.commit")


PROVOKED: dict[str, Callable[[Harness], None]] = {
    "conversation_already_has_active_response": two_responses,
    "input_audio_buffer_commit_empty": empty_commit,
    "Unknown parameter: 'session.audio'.": update(audios={}),
    "Missing required parameter: 'session.type'.": bad("session.update", session={}),
    "Unknown parameter: 'session.type'.": update(modalities=["text"]),
    "Unknown parameter: 'session.output_modalities'.": update(temperature=0.8),
    "Unknown parameter: 'session.input_audio_format'.": update(input_audio_format="pcm16"),
    "Unknown parameter: 'session.tools[2].meta'.": update(tools=[tool(), tool(), tool(meta=1)]),
    "Unknown parameter: 'session.input_audio_transcription.enabled'.": update(
        audio={"input": {"transcription": {"enabled": True}}}
    ),
    "string_above_max_length": update(tools=[tool()] * 3 + [tool(description="x" * 2473)]),
    "invalid_function_parameters": update(tools=[tool()] * 34 + [tool(parameters={"type": None})]),
    "Invalid value: 'text'. Value": text_content,
    "Invalid value: 'text'. Supported": bad("conversation.item.create", item={"type": "text"}),
    "Audio content of": late_truncate,
    "unsupported_content_type": text_truncate,
    "response_cancel_not_active": bad("response.cancel"),
    "cannot_update_voice": other_voice,
    "Invalid value: 'nope'.": bad("nope"),
    "Unknown parameter: 'session.bogus_field'.": update(bogus_field=1),
    "invalid_json": raw("{"),
    "invalid_event": raw(b"\x00\x00"),
    "integer_below_min_value": update(audio={"input": {"format": {"type": "audio/pcm", "rate": 16000}}}),
}

# What needs another address, header or key, or a limit of the account: not a client's events.
NOT_PROVOKED = {
    "invalid_api_key",
    "Missing bearer or basic authentication in header",
    "invalid_model",
    "missing_model",
    "beta_api_shape_disabled",
    "call_id_not_found",
}
# The first shape of these errors had no code, and the short text no id.
FORMER = {"Conversation already has an active response"}


def observed() -> list[dict[str, Any]]:
    lines = shared("examples", "observed-errors.jsonl").read_text("utf-8").splitlines()
    return [line["event"] for line in map(json.loads, lines) if line["service"] == "openai"]


def provoked_by(error: dict[str, Any]) -> Callable[[Harness], None] | None:
    """The row for an error, by its code where that is enough, else by its message."""
    rows = [row for row in PROVOKED if error["message"].startswith(row) or row == error["code"]]
    return PROVOKED[rows[0]] if rows else None


def shape(message: str) -> str:
    """A message without what differs between two cases: quoted names and their lists, numbers, ids."""
    plain = re.sub(r"\b(resp|sess|item)_\w+|\d+(\.\d+)?", "#", message)
    plain = re.sub(r"'[^']*'(, and |, | and )?", "*", plain)
    return re.sub(r"\*+", "*", plain)


def own(event: dict[str, Any]) -> bool:
    error = event.get("error", {})
    known = event.get("type") == "error" and error.get("type") == "invalid_request_error"
    outside = error.get("code") in NOT_PROVOKED | {"session_expired"} or error.get("message") in NOT_PROVOKED
    return known and not outside and error["message"] not in FORMER


def test_every_observed_error_is_answered() -> None:
    events = [event["error"] for event in observed() if own(event)]
    assert len(events) == 22
    for error in events:
        provoke = provoked_by(error)
        assert provoke is not None, error
        harness = Harness(script=[SPEECH])
        provoke(harness)
        harness.run(0.2)
        (answer,) = harness.errors
        assert set(answer) == set(error)
        assert answer["type"] == error["type"]
        if error["code"] is not None:  # some servers sent none for the same message
            assert answer["code"] == error["code"]
            assert (answer["param"] is None) == (error["param"] is None)
        if "…" not in error["message"]:
            assert shape(answer["message"]).startswith(shape(error["message"])[:90])


def test_no_row_is_left_over() -> None:
    rows = {id(provoked_by(event["error"])) for event in observed() if own(event)}
    assert rows == {id(provoke) for provoke in PROVOKED.values()}


def test_session_expired() -> None:
    (error,) = (e["error"] for e in observed() if e.get("error", {}).get("code") == "session_expired")
    harness = Harness()
    harness.run(3600.0)
    assert harness.errors == [error]


def test_server_error() -> None:
    errors = [event["error"] for event in observed() if event.get("type") == "error"]
    (error,) = (error for error in errors if error["type"] == "server_error")
    harness = Harness(kill_idle_after=5.0)
    harness.run(5.0)
    (answer,) = harness.errors
    assert shape(answer["message"]) == shape(error["message"])
    assert {**answer, "message": ""} == {**error, "message": ""}


def test_transcription_failure() -> None:
    (recorded,) = (e for e in observed() if e.get("type", "").endswith("transcription.failed"))
    failure = TranscriptionFailure(recorded["error"]["code"], recorded["error"]["message"])
    harness = Harness(transcribe=lambda _: failure)
    hear(harness)
    harness.run(1.0)
    (event,) = harness.of(recorded["type"])
    assert event["error"] == recorded["error"]
    assert set(event) == set(recorded)


def test_transcription_failure_by_choice() -> None:
    """In the recorded words too, save the code: that one is of a deployment that is not there."""
    (recorded,) = (e for e in observed() if e.get("type", "").endswith("transcription.failed"))
    harness = Harness(choices=Pick(transcription_result=1))
    hear(harness)
    harness.run(1.0)
    (event,) = harness.of(recorded["type"])
    words = recorded["error"]["message"].replace(recorded["item_id"], event["item_id"])
    assert {**event["error"], "code": ""} == {**recorded["error"], "code": "", "message": words}


def test_failed_response() -> None:
    (recorded,) = (e["response"] for e in observed() if e.get("type") == "response.done")
    error = recorded["status_details"]["error"]
    harness = Harness(script=[Reply(status="failed", reason=error["code"], message=error["message"])])
    harness.send("response.create")
    harness.run(1.0)
    (done,) = (event["response"] for event in harness.of("response.done"))
    assert done["status"] == recorded["status"]
    assert done["status_details"] == recorded["status_details"]
    assert harness.errors == []


def test_helpers_make_valid_events() -> None:
    harness = Harness()
    harness.send("conversation.item.create", item=user("Hi."))
    harness.send("input_audio_buffer.append", audio=audio(20))
    harness.run(0.1)
    assert harness.errors == []
