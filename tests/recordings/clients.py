"""What Deepgram's server sends its clients, `traces/dg-*`: written by hand, in the order of the real ones.

A turn is written as words. `user: ...` and `agent: ...` are texts, with a History where the session has one;
`call place` is a FunctionCallRequest; the rest are types of messages.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from .tape import Json, line

__all__ = ["CLIENTS", "messages"]

STARTED, DONE, THOUGHT = "AgentStartedSpeaking", "AgentAudioDone", "EndOfThought"
ASKED, MORE, THANKS = "user: Is the harbour open?", "user: Until when?", "user: That is all."
FIRST, SECOND = (
    "agent: Hello! I'm an agent message injected directly.",
    "agent: This is another agent message to test the functionality.",
)
CALLS = ("call west", MORE, THOUGHT, "call west", "call east")
WEATHER = ("agent: The tide rises in the west.", STARTED, "agent: It falls in the east.")

CLIENTS: Mapping[str, tuple[str, ...]] = {
    "dg-chat-1": (ASKED, "agent: Of course!", MORE, DONE, "agent: It closes at 9.", DONE),
    "dg-chat-2": (
        *(ASKED, THOUGHT, "agent: Of course!", STARTED, MORE, THOUGHT, DONE),
        *(THANKS, THOUGHT, "agent: It closes at nine!", STARTED, "agent: Come again!", DONE),
    ),
    "dg-chat-3": (
        *("history", ASKED, THOUGHT, "agent: It is!", STARTED, MORE, THOUGHT, DONE),
        *("agent: It closes at 9!", STARTED, DONE, THANKS, THOUGHT),
        *("agent: Come again!", STARTED, "agent: If the wind turns, ask once more!", DONE),
    ),
    "dg-chat-fallback-speak-1": (
        *("history", ASKED, THOUGHT, "agent: It is!", STARTED, MORE, THOUGHT, DONE),
        *("agent: Until nine!", STARTED, "agent: What else would you know?", DONE),
    ),
    "dg-chat-error-1": ("error: Error parsing client message. Check the agent.listen.model field.",),
    "dg-function-call-2": (ASKED, THOUGHT, *CALLS, *WEATHER, "agent: Ask again at noon, please!", DONE),
    "dg-function-call-3": ("history", ASKED, THOUGHT, *CALLS, *WEATHER, DONE),
    "dg-function-call-error-3": ("error: Failed to resolve endpoint: https://api.example.com/weather",),
    "dg-inject-agent-1": (
        *("history", ASKED, THOUGHT, "agent: Just come in!", STARTED, "agent: What do you bring?", DONE),
        *(FIRST, DONE, SECOND, DONE),
    ),
    "dg-inject-agent-2": (
        *(
            "history",
            ASKED,
            THOUGHT,
            "agent: Welcome!",
            STARTED,
            "agent: It opens.",
            "agent: What do you bring?",
        ),
        *(DONE, FIRST, DONE, SECOND, DONE),
    ),
}


def messages(name: str) -> Iterator[Json]:
    """The lines of one of them."""
    words = CLIENTS[name]
    history = words[0] == "history"
    first, *rest = words[1:] if history else words
    said = [{"type": "Welcome", "request_id": "0b6c1f9e-57a2-4d0c-9a57-3f4a2f6f7c11"}]
    if not first.startswith("error"):
        said.append({"type": "SettingsApplied"})
    for number, each in enumerate((first, *rest)):
        said += _said(each, number, history=history)
    return (line("client", "out", each, number / 2) for number, each in enumerate(said))


def _said(words: str, number: int, *, history: bool) -> list[Json]:
    kind, _, text = words.partition(": ")
    if kind == "error":
        return [{"type": "Error", "description": text}]
    if kind in ("user", "agent"):
        content = {"role": "assistant" if kind == "agent" else kind, "content": text}
        kinds = ("ConversationText", "History") if history else ("ConversationText",)
        return [{"type": each, **content} for each in kinds]
    if words.startswith("call "):
        arguments = json.dumps({"harbour": words.removeprefix("call ")})
        call = {"id": f"call_{number}", "name": "get_weather", "arguments": arguments, "client_side": True}
        request: list[Json] = [{"type": "FunctionCallRequest", "functions": [call]}]
        answered: Json = {"type": "History", "function_calls": [{**call, "response": "mock"}]}
        return [*request, answered] if history else request
    latencies = {"total_latency": 0.75, "tts_latency": 0.25, "ttt_latency": 0.5}
    return [{"type": words, **latencies} if words == STARTED else {"type": words}]
