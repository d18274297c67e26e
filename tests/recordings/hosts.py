"""Sessions of a client and a server with a translator between: `traces-servers/s2s-*`. Both legs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from realtime_translate.testing import Call, Reply, Say
from tests.unit.testing.model.harness import Pick

from .tape import Json, TappedPair, line

__all__ = ["SESSIONS"]

FORMAT = {"encoding": "linear16", "sample_rate": 24000}
FUNCTION = {"name": "tide", "parameters": {"type": "object", "properties": {}}}
SETTINGS: Json = {
    "type": "Settings",
    "audio": {"input": FORMAT, "output": {**FORMAT, "container": "none"}},
    "agent": {
        "think": {
            "provider": {"type": "open_ai", "model": "gpt-realtime"},
            "prompt": "Be brief.",
            "functions": [FUNCTION],
        }
    },
    "flags": {"history": True},
}
ANSWER = Reply(Say("The harbour is calm today. Two boats came in."))


def pair(*script: Reply, greeting: str = "") -> TappedPair:
    picks = Pick(rate_limits=1)
    made = TappedPair(script=list(script), transcribe=lambda _: "How is the harbour?", choices=picks)
    agent = {**SETTINGS["agent"], **({"greeting": greeting} if greeting else {})}
    made.client({**SETTINGS, "agent": agent})
    made.run(1.0)
    return made


def typed(session: TappedPair, text: str, seconds: float = 6.0) -> None:
    session.client({"type": "InjectUserMessage", "content": text})
    session.run(session.clock.now + seconds)


def whole() -> list[Json]:
    """A greeting, a typed turn with two calls, and a spoken turn."""
    calls = Reply(Call("tide", '{"harbour": "west"}'), Call("tide", '{"harbour": "east"}'))
    session = pair(calls, ANSWER, ANSWER, greeting="Good day!")
    typed(session, "Does the tide rise?", 2.0)
    session.answer("rising")
    session.run(session.clock.now + 6.0)
    session.speak(12, 8)
    session.run(session.clock.now + 8.0)
    return session.lines


def failed() -> list[Json]:
    """A response fails after its first words, the next one does not. An error says why."""
    reply = Reply(Say("Let me see."), status="failed")
    session = pair(reply, ANSWER)
    typed(session, "How is the harbour?")
    typed(session, "And now?")
    told: Json = {"type": "response_failed", "code": None, "message": "The language model failed"}
    lines: list[Json] = []
    for each in session.lines:
        event = each["event"]
        if event["type"] == "response.done" and event["response"]["status"] == "failed":
            lines.append({**each, "event": {"type": "error", "event_id": "event_0", "error": told}})
            error = {"type": told["type"], "code": None}
            event["response"]["status_details"] = {"type": "failed", "reason": None, "error": error}
        lines.append(each)
    return lines


def killed() -> list[Json]:
    """The recording ends in the middle of an answer, with the server."""
    session = pair(ANSWER)
    typed(session, "How is the harbour?", 0.5)
    ends = [number for number, each in enumerate(session.lines) if each["event"]["type"].endswith(".delta")]
    return session.lines[: ends[2] + 1]


def full() -> list[Json]:
    """An error in place of `session.created`."""
    session = pair()
    ours = [each for each in session.lines if each["dir"] == "out" or each["leg"] == "client"]
    error: Json = {
        "type": "session_limit_reached",
        "code": "session_limit_reached",
        "message": "All 1 session slots are in use",
    }
    return [*ours[:3], line("upstream", "in", {"type": "error", "event_id": "event_1", "error": error}, 0.1)]


SESSIONS: Mapping[str, Callable[[], list[Json]]] = {
    "s2s-deepgram-sdk": whole,
    "s2s-response-failed": failed,
    "s2s-killed": killed,
    "s2s-full": full,
}
