"""Upstream played by hand for the tests of the response slot, user text, function calls and audio."""

from __future__ import annotations

import json
from typing import Any

from realtime_translate import Config, ManualCommit, ServerVad, Translator
from tests.harness import SETTINGS, Desk, Log, counter

Json = dict[str, Any]

VAD = Config.deepgram()
"""The server commits and responds by itself."""
ASKING = Config.deepgram(turn_detection=ServerVad(create_response=False))
"""The server commits, and the translator asks for the response."""
MANUAL = Config.deepgram(turn_detection=ManualCommit(debounce=0.4))
"""The translator commits and asks."""

TOOLS: Json = {
    **SETTINGS,
    "agent": {
        "think": {
            "provider": {"type": "open_ai", "model": "gpt-4o"},
            "functions": [
                {"name": "weather"},
                {"name": "clock"},
                {"name": "lookup", "endpoint": {"url": "https://example.org/lookup", "method": "post"}},
            ],
        }
    },
}


class RestoredDesk(Desk):
    """Before each input the translator is replaced by one restored from its snapshot (*Always true* 6)."""

    def __init__(self, config: Config | None = None, *, now: float = 100.0) -> None:
        super().__init__(config, now=now)
        self._config = config or Config.deepgram()

    def _restart(self) -> None:
        snapshot = json.loads(json.dumps(self.translator.snapshot()))
        self.translator = Translator.restore(snapshot, self._config, clock=self.clock, new_id=counter("X"))

    def client(self, frame: Json | str | bytes) -> Log:
        self._restart()
        return super().client(frame)

    def upstream(self, *events: Json | str | bytes) -> Log:
        log = Log()
        for event in events:
            self._restart()
            log.outputs += super().upstream(event).outputs
        return log

    def wait(self, seconds: float) -> Log:
        self._restart()
        return super().wait(seconds)


Way = type[Desk]


def ready(way: Way, config: Config = VAD, settings: Json = SETTINGS) -> Desk:
    """A call whose session is ready."""
    desk = way(config)
    desk.ready(settings)
    return desk


# --- what the client sends ----------------------------------------------------------------------------------


def inject(text: str = "Hello") -> Json:
    return {"type": "InjectUserMessage", "content": text}


def answer(call_id: str | None, name: str = "weather", content: str = "sunny") -> Json:
    message = {"type": "FunctionCallResponse", "name": name, "content": content}
    return message if call_id is None else {**message, "id": call_id}


# --- what upstream sends ------------------------------------------------------------------------------------


def created(response_id: str | None = "resp_1", tag: str = "") -> Json:
    return {"type": "response.created", "response": _response(response_id, tag, status="in_progress")}


def done(response_id: str | None = "resp_1", tag: str = "", status: str = "completed", **fields: Any) -> Json:
    return {"type": "response.done", "response": _response(response_id, tag, status=status, **fields)}


def _response(response_id: str | None, tag: str, **fields: Any) -> Json:
    response = {"output": [], **fields, "metadata": {"rt": tag} if tag else None}
    return response if response_id is None else {"id": response_id, **response}


def event(kind: str, response_id: str | None = "resp_1", **fields: Any) -> Json:
    """One `response.*` event about output."""
    whole = {"type": f"response.{kind}", "output_index": 0, **fields}
    return whole if response_id is None else {**whole, "response_id": response_id}


def delta(response_id: str | None = "resp_1", text: str = "Hi", item_id: str = "msg_1") -> Json:
    return event("output_text.delta", response_id, delta=text, item_id=item_id, content_index=0)


def user_item(item_id: str | None, text: str, kind: str = "added") -> Json:
    content = [{"type": "input_text", "text": text}]
    item: Json = {"type": "message", "role": "user", "status": "completed", "content": content}
    return {"type": f"conversation.item.{kind}", "item": item if item_id is None else {**item, "id": item_id}}


def call_item(call_id: str = "call_1", name: str = "weather", **fields: Any) -> Json:
    """A function call as an item; `call_1` is the item `item_1`."""
    item_id = call_id.replace("call", "item")
    return {
        "type": "function_call",
        "id": item_id,
        "call_id": call_id,
        "name": name,
        "arguments": "{}",
        **fields,
    }


def call_added(call_id: str = "call_1", response_id: str | None = "resp_1", **fields: Any) -> Json:
    item = call_item(call_id, **{"arguments": "", "status": "in_progress", **fields})
    return event("output_item.added", response_id, item=item)


def call_done(call_id: str = "call_1", response_id: str | None = "resp_1", **fields: Any) -> Json:
    item = call_item(call_id, **{"status": "completed", **fields})
    return event("output_item.done", response_id, item=item)


def arguments_done(call_id: str = "call_1", response_id: str | None = "resp_1", **fields: Any) -> Json:
    item_id = call_id.replace("call", "item")
    whole = {"arguments": "{}", "name": "weather", **fields}
    return event("function_call_arguments.done", response_id, call_id=call_id, item_id=item_id, **whole)


def output_seen(call_id: str = "call_1", kind: str = "done") -> Json:
    item = {"type": "function_call_output", "id": f"out_{call_id}", "call_id": call_id, "output": "sunny"}
    return {"type": f"conversation.item.{kind}", "item": item}


def speech(kind: str, **fields: Any) -> Json:
    """An `input_audio_buffer.*` event."""
    return {"type": f"input_audio_buffer.{kind}", "item_id": "audio_1", **fields}


def error(code: str | None, event_id: str | None = None, message: str = "Something went wrong.") -> Json:
    kind = "invalid_request_error"
    return {"type": "error", "error": {"type": kind, "code": code, "message": message, "event_id": event_id}}


def busy(event_id: str | None = None) -> Json:
    return error("conversation_already_has_active_response", event_id)


def commit_empty(event_id: str | None = None) -> Json:
    return error("input_audio_buffer_commit_empty", event_id)


# --- reading and short cuts ---------------------------------------------------------------------------------


def creates(log: Log) -> int:
    return log.upstream_types.count("response.create")


def tag_in(log: Log) -> str:
    """The tag of the one `response.create` in a log."""
    (create,) = log.of("response.create")
    tag: str = create["response"]["metadata"]["rt"]
    return tag


def item_id_in(log: Log) -> str:
    (item,) = log.of("conversation.item.create")
    item_id: str = item["item"]["id"]
    return item_id


def confirmed(desk: Desk, text: str = "Hello") -> Log:
    """A user text, and what its confirmation brings."""
    return desk.upstream(user_item(item_id_in(desk.client(inject(text))), text))


def asked(desk: Desk, text: str = "Hello") -> str:
    """A user text whose response was asked for: the tag of that."""
    return tag_in(confirmed(desk, text))


def begun(desk: Desk, response_id: str = "resp_1") -> str:
    """A response of ours that runs: its tag, which upstream echoes."""
    tag = asked(desk)
    desk.upstream(created(response_id, tag))
    return tag


def begun_by_server(desk: Desk, response_id: str = "resp_s") -> None:
    """A response of the server's own that runs."""
    desk.upstream(created(response_id))


def tags_echoed(desk: Desk) -> None:
    """One whole response, after which upstream is known to echo tags."""
    tag = begun(desk, "resp_0")
    desk.upstream(done("resp_0", tag))
