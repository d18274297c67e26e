"""Stand-ins for a recogniser, a language model and a voice, behind the HTTP endpoints that OpenAI's have.

Which answer comes is said by the question, so that a call can ask for calls of functions, for a long story or
for a failure.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import pi, sin
from typing import Any

from attrs import define, field

Json = dict[str, Any]

HEARD = "Book a table."
"""What the recogniser hears in any sound."""
EXACTLY = "word for word"
"""In the instructions of a response that is to say a text and nothing else (T3)."""
RATE = 24000
CHARACTER_SECONDS = 0.05
"""How long the voice takes for a character."""
STORY = tuple(f"This is sentence number {number} of a long story." for number in range(1, 25))
_PERIOD = b"".join(
    round(6000 * sin(2 * pi * 400 * n / RATE)).to_bytes(2, "little", signed=True) for n in range(RATE // 400)
)


@define(eq=False)
class Models:
    """The running stand-ins. `asked`: the bodies of all requests to the language model."""

    url: str
    asked: list[Json] = field(factory=list[Json])


@contextmanager
def models() -> Generator[Models, None, None]:
    """Serve them on loopback, in threads of this process."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    running = Models(f"http://127.0.0.1:{server.server_address[1]}/v1")
    server.models = running  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            if self.path.endswith("/audio/transcriptions"):
                self._answer("application/json", json.dumps({"text": heard_in(body)}).encode())
            elif self.path.endswith("/audio/speech"):
                self._answer("audio/pcm", spoken(json.loads(body)["input"]))
            elif self.path.endswith("/chat/completions"):
                self._complete(json.loads(body))
            else:
                self.send_error(404)
        except ConnectionError:  # it was cancelled
            pass

    def _answer(self, kind: str, body: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _complete(self, request: Json) -> None:
        self.server.models.asked.append(request)  # type: ignore[attr-defined]
        if "explode" in _last_text(request):
            self._answer("application/json", b'{"error": {"message": "boom", "type": "server_error"}}', 500)
            return
        pieces = list(reply(request))
        if not request.get("stream"):
            self._answer("application/json", json.dumps(_whole(pieces)).encode())
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for piece in pieces:
            self._event({"choices": [{"index": 0, "delta": piece, "finish_reason": None}]})
            time.sleep(0.02)
        reason = "tool_calls" if "tool_calls" in pieces[-1] else "stop"
        self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, chunk: Json) -> None:
        head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": "stand-in"}
        self.wfile.write(b"data: " + json.dumps({**head, **chunk}).encode() + b"\n\n")
        self.wfile.flush()


def heard_in(upload: bytes) -> str:
    """Speech, if the uploaded file is not silent."""
    samples = upload[upload.find(b"data") + 8 : -200]
    return HEARD if any(samples) else ""


def spoken(text: str) -> bytes:
    """A tone as long as the text takes to say."""
    return _PERIOD * round(len(text) * CHARACTER_SECONDS * 400)


def reply(request: Json) -> Iterator[Json]:
    """What the language model says or calls, in pieces."""
    last = request["messages"][-1]
    question = _last_text(request)
    exact = _exact(request)
    if exact is not None:
        yield {"role": "assistant", "content": exact}
    elif last["role"] == "tool":
        yield {"role": "assistant", "content": f"The tools said: {', '.join(_results(request))}."}
    elif "weather" in question and request.get("tools"):
        for number, city in enumerate(("Oslo", "Rome")):
            function = {"name": "get_weather", "arguments": json.dumps({"city": city})}
            call = {"index": number, "id": f"call_{time.monotonic_ns()}", "type": "function"}
            yield {"role": "assistant", "tool_calls": [{**call, "function": function}]}
    elif "story" in question:
        for sentence in STORY:
            yield {"role": "assistant", "content": sentence + " "}
    elif "prompt" in question:
        found = re.search(r"You are a \w+", _text(request["messages"][0]))
        yield {"role": "assistant", "content": f"It says: {found and found.group()}."}
    else:
        yield {"role": "assistant", "content": f"You said: {question}"}


def _whole(pieces: list[Json]) -> Json:
    message: Json = {"role": "assistant", "content": "".join(piece.get("content", "") for piece in pieces)}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 0, "model": "stand-in"}
    return {**head, "choices": [choice], "usage": usage}


def _text(message: Json) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def _last_text(request: Json) -> str:
    users = [message for message in request["messages"] if message["role"] == "user"]
    return _text(users[-1]).splitlines()[-1] if users else ""  # this server joins what had no answer


def _results(request: Json) -> list[str]:
    """What the functions answered since the user spoke."""
    found: list[str] = []
    for message in request["messages"]:
        if message["role"] == "user":
            found = []
        elif message["role"] == "tool":
            found.append(_text(message))
    return found


def _exact(request: Json) -> str | None:
    """The text that this response shall say word for word."""
    found = re.search(rf"{EXACTLY}[^\n]*\n(.+)", _text(request["messages"][0]))
    return found and found.group(1)
