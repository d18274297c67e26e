"""Conversations with the simulated server, in either dialect: every message that the translator sends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from realtime_translate import (
    ClientDialect,
    Config,
    ContextMode,
    GreetingMode,
    Limits,
    ManualCommit,
    SemanticVad,
    ServerVad,
    SilenceKeepalive,
)
from realtime_translate.testing import Call, Reply, Say
from tests.harness import Log, Pair

__all__ = ["CONVERSATIONS", "FULL", "WORDS", "function_calls", "spoken_turn", "text_turn"]

Json = dict[str, Any]
Dialect = ClientDialect

SPEECH, SILENCE = b"\x10\x20" * 2400, bytes(4800)
"""100 ms each."""
WORDS = "Two berths are free. Shall I book one?"
REPLY = Reply(Say(WORDS, audio_ms=600))
LONG = Reply(Say(WORDS, audio_ms=20_000))
TOOL_ROUND = [Reply(Say("One moment.", audio_ms=200), Call("tide", '{"at": "noon"}'), Call("tide")), REPLY]
VAD = ServerVad()
CONTEXT = {
    "messages": [
        {"type": "History", "role": "user", "content": "Is a berth free?"},
        {"type": "History", "role": "assistant", "content": "Let me look."},
        {
            "type": "History",
            "function_calls": [
                {"id": "x" * 43, "name": "tide", "client_side": True, "arguments": "{}", "response": "3 m"}
            ],
        },
    ]
}
FULL: Json = {
    "type": "Settings",
    "tags": ["test"],
    "experimental": True,
    "audio": {
        "input": {"encoding": "linear16", "sample_rate": 24000},
        "output": {"encoding": "linear16", "sample_rate": 24000, "container": "none"},
    },
    "agent": {
        "language": "en",
        "listen": {"provider": {"type": "deepgram", "model": "nova-3", "keyterms": ["berth"]}},
        "think": {
            "provider": {"type": "open_ai", "model": "gpt-4o", "temperature": 0.5},
            "prompt": "You answer for the harbour.",
            "functions": [
                {"name": "tide", "description": "Height of the tide", "parameters": {"type": "object"}},
                {"name": "bare"},
            ],
        },
        "speak": {"provider": {"type": "open_ai", "model": "tts-1", "voice": "cedar", "speed": 9.0}},
        "greeting": "Harbour office.",
    },
}


# --- what a client does -------------------------------------------------------------------------------------


def talk(dialect: Dialect, given: Json = FULL, config: Json | None = None, **server: Any) -> Pair:
    pair = Pair(Config(dialect, **(config or {})), **server)
    pair.client(given)
    pair.run(1.0)
    return pair


def wait(pair: Pair, seconds: float = 8.0) -> None:
    pair.run(pair.clock.now + seconds)


def hear(pair: Pair, sound: bytes, frames: int = 5) -> None:
    for _ in range(frames):
        pair.client(sound)
        wait(pair, 0.125)


def say(pair: Pair) -> None:
    for sound in (SPEECH, SILENCE, SILENCE):
        hear(pair, sound)


def ask(pair: Pair, text: str = "Is a berth free?", seconds: float = 8.0) -> None:
    pair.client({"type": "InjectUserMessage", "content": text})
    wait(pair, seconds)


def have_said(pair: Pair, seconds: float = 8.0, **fields: Any) -> None:
    pair.client({"type": "InjectAgentMessage", **fields})
    wait(pair, seconds)


# --- turns --------------------------------------------------------------------------------------------------


def text_turn(dialect: Dialect) -> Log:
    pair = talk(dialect, script=[REPLY])
    ask(pair)
    return pair.log


def spoken_turn(dialect: Dialect, turns: Any = VAD) -> Log:
    pair = talk(dialect, config={"turn_detection": turns}, script=[REPLY, REPLY])
    for _ in range(2):
        say(pair)
        wait(pair)
    return pair.log


def function_calls(dialect: Dialect) -> Log:
    pair = talk(dialect, script=TOOL_ROUND)
    ask(pair, "How high is the tide?", 3.0)
    for request in list(pair.log.of("FunctionCallRequest")):
        [call] = request["functions"]
        pair.client({"type": "FunctionCallResponse", "id": call["id"], "name": "tide", "content": "3.1 m"})
    wait(pair)
    return pair.log


def server_side_function(dialect: Dialect) -> Log:
    endpoint = {"url": "https://example.test/tide", "method": "post", "headers": {}}
    think = {**FULL["agent"]["think"], "functions": [{"name": "tide", "endpoint": endpoint}]}
    given = {**FULL, "agent": {**FULL["agent"], "think": think}}
    pair = talk(dialect, given, script=[Reply(Call("tide")), REPLY])
    ask(pair, "How high is the tide?", 3.0)
    [request] = pair.log.of("FunctionCallRequest")
    pair.log.outputs += pair.translator.function_result(request["functions"][0]["id"], "3.1 m")
    return pair.log


def context(dialect: Dialect, mode: ContextMode) -> Log:
    given = {**FULL, "agent": {**FULL["agent"], "context": CONTEXT}}
    pair = talk(dialect, given, {"context": mode}, script=[REPLY])
    ask(pair, "And now?")
    return pair.log


def greeting(dialect: Dialect, mode: GreetingMode) -> Log:
    pair = talk(dialect, config={"greeting": mode}, script=[Reply(Say("Harbour office."))])
    wait(pair)
    return pair.log


def formats(dialect: Dialect, encoding: str, container: str = "none") -> Log:
    sound = {
        "input": {"encoding": encoding, "sample_rate": 8000},
        "output": {"encoding": encoding, "sample_rate": 8000, "container": container},
    }
    pair = talk(dialect, {**FULL, "audio": sound}, {"turn_detection": ManualCommit()}, script=[REPLY])
    pair.client(b"\x10" * 3200)
    wait(pair)
    return pair.log


# --- barge-in -----------------------------------------------------------------------------------------------


def barge_in(dialect: Dialect, *replies: Reply, after: float = 1.0, **turns: Any) -> Log:
    """The user speaks while the agent does."""
    config = {"turn_detection": ServerVad(**turns)}
    pair = talk(dialect, config=config, script=[*(replies or (LONG,)), REPLY])
    ask(pair, seconds=after)
    say(pair)
    wait(pair)
    return pair.log


def cancelled_call(dialect: Dialect) -> Log:
    pair = talk(dialect, config={"turn_detection": VAD}, script=[Reply(Call("tide")), REPLY])
    ask(pair, "How high is the tide?", 3.0)
    say(pair)
    [request] = pair.log.of("FunctionCallRequest")
    call_id = request["functions"][0]["id"]
    pair.client({"type": "FunctionCallResponse", "id": call_id, "name": "tide", "content": "3.1 m"})
    wait(pair)
    return pair.log


# --- what the client asks for -------------------------------------------------------------------------------


def updates(dialect: Dialect) -> Log:
    pair = talk(dialect, script=[REPLY, REPLY])
    new_think = {"provider": {"type": "open_ai"}, "prompt": "Be brief.", "functions": [{"name": "dusk"}]}
    changes: list[Json] = [
        {"type": "UpdatePrompt", "prompt": "Be kind."},
        {"type": "UpdateThink", "think": new_think},
        {"type": "UpdateListen", "listen": {"provider": {"type": "deepgram", "language": "fr"}}},
        {"type": "UpdateSpeak", "speak": {"provider": {"type": "open_ai", "voice": "ash", "speed": 1.2}}},
        {"type": "UpdateThink", "think": {"provider": {"type": "open_ai"}}},
    ]
    for change in changes:
        pair.client(change)
        wait(pair, 0.5)
    ask(pair, seconds=0.25)
    for change in changes:  # in a burst, while the agent answers; the voice cannot change any more
        pair.client(change)
    wait(pair)
    for refused in (
        {"type": "UpdateSpeak", "speak": {"provider": {"type": "open_ai", "voice": "coral"}}},
        {"type": "UpdateListen", "listen": {"provider": {"type": "deepgram", "language": "multi"}}},
        {"type": "UpdateListen", "listen": {"provider": {"type": "deepgram", "keyterms": []}}},
    ):
        pair.client(refused)
    wait(pair)
    return pair.log


def injections(dialect: Dialect) -> Log:
    pair = talk(dialect, config={"turn_detection": VAD}, script=[REPLY, LONG])
    have_said(pair, message="Mind the gap.")
    have_said(pair, 1.0, message="A long story.")
    have_said(pair, 0.5, message="Refused.")
    have_said(pair, 0.5, message="Later.", behavior="queue")
    have_said(pair, message="Now!", behavior="interrupt")
    have_said(pair, is_dynamic=True)
    hear(pair, SPEECH)
    have_said(pair, 0.5, message="Not while you speak.", behavior="queue")
    hear(pair, SILENCE, 10)
    wait(pair)
    return pair.log


def refusals(dialect: Dialect) -> Log:
    pair = talk(dialect, config={"turn_detection": VAD})
    pair.client({"type": "ForceEndTurn"})
    pair.client({"type": "UpdateThink_Live", "think_live": {"provider": {"type": "deepgram"}}})
    pair.client({"type": "__customToThinkProvider", "content": 1})
    pair.client({"type": "KeepAlive"})
    wait(pair)
    return pair.log


def forced(dialect: Dialect) -> Log:
    pair = talk(dialect, config={"turn_detection": ManualCommit()}, script=[REPLY])
    pair.client(SPEECH * 2)
    pair.client({"type": "ForceEndTurn"})
    wait(pair)
    return pair.log


# --- time and failures --------------------------------------------------------------------------------------


def silence(dialect: Dialect) -> Log:
    pair = talk(dialect, config={"turn_detection": VAD, "keepalive": SilenceKeepalive(1.0)}, script=[REPLY])
    wait(pair, 3.0)
    say(pair)
    wait(pair)
    return pair.log


def slow(dialect: Dialect) -> Log:
    limits = Limits(session_warning=2.0, slow_think=1.0)
    pair = talk(dialect, config={"limits": limits}, latency=1.5, script=[REPLY])
    wait(pair, 4.0)
    ask(pair)
    return pair.log


def failures(dialect: Dialect) -> Log:
    replies = [
        Reply(Say(WORDS), status="failed", reason="rate_limit_exceeded"),
        Reply(Say(WORDS), status="incomplete", reason="max_output_tokens"),
        Reply(Call("tide", "{"), status="incomplete", reason="max_output_tokens"),
    ]
    pair = talk(dialect, script=replies)
    for _ in replies:
        ask(pair, "Hello?")
    return pair.log


def session_limit(dialect: Dialect) -> Log:
    pair = talk(dialect, session_limit=20.0)
    pair.run(30.0)
    return pair.log


CONVERSATIONS: dict[str, Callable[[Dialect], Log]] = {
    "a text turn": text_turn,
    "spoken turns, server VAD": spoken_turn,
    "spoken turns, server VAD without responses": lambda dialect: spoken_turn(
        dialect, ServerVad(0.5, 300, 500, 6000, create_response=False)
    ),
    "spoken turns, semantic VAD": lambda dialect: spoken_turn(dialect, SemanticVad("high")),
    "spoken turns, manual commit": lambda dialect: spoken_turn(dialect, ManualCommit(0.5, 4.0)),
    "function calls": function_calls,
    "a function that the host runs": server_side_function,
    "context as instructions": lambda dialect: context(dialect, ContextMode.INSTRUCTIONS),
    "context as items": lambda dialect: context(dialect, ContextMode.ITEMS),
    "a spoken greeting": lambda dialect: greeting(dialect, GreetingMode.SPOKEN),
    "no greeting": lambda dialect: greeting(dialect, GreetingMode.SUPPRESSED),
    "mulaw": lambda dialect: formats(dialect, "mulaw"),
    "alaw": lambda dialect: formats(dialect, "alaw"),
    "wav": lambda dialect: formats(dialect, "linear16", "wav"),
    "barge-in, the server cancels": barge_in,
    "barge-in, the translator cancels": lambda dialect: barge_in(dialect, interrupt_response=False),
    "barge-in, several items": lambda dialect: barge_in(
        dialect, Reply(Say(WORDS, 5_000), Say(WORDS, 5_000)), after=3.0
    ),
    "barge-in while a call is unanswered": cancelled_call,
    "updates": updates,
    "texts for the agent to say": injections,
    "what cannot be done here": refusals,
    "a turn ended by force": forced,
    "silence that keeps the session alive": silence,
    "a server that takes its time": slow,
    "responses that fail": failures,
    "the session's limit": session_limit,
}
