"""What recorded clients were sent by Deepgram's server, and what the translator sends in the same sessions.

The model says what the recorded agent said, and the client does what the recorded one did: it writes the same
texts at the same places, answers calls at once, and injects the same agent messages. Then the same messages
come in the same order, audio, latencies and ids aside, but for `DIFFERENCES`, whose reasons are in
`docs/reference/differences.md`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from attrs import define, frozen

from realtime_translate import CloseClient, CloseUpstream
from realtime_translate.testing import Call, Reply, Say
from tests.harness import Pair
from tests.shared_material import SHARED, shared

Json = dict[str, Any]

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "differences.md"
TRACES = sorted(path.stem for path in (SHARED / "traces").glob("dg-*.jsonl"))
STEP = 1 / 64
INJECTED = (
    "Hello! I'm an agent message injected directly.",
    "This is another agent message to test the functionality.",
)
GONE = ("EndOfThought",)
"""Of the protocol before V1."""
ASIDE = ("LatencyReport",)


# --- what differs -------------------------------------------------------------------------------------------


@frozen
class Difference:
    """What comes here in place of what was recorded from `at` on. `reason`: a heading of the page."""

    reason: str
    at: int
    recorded: tuple[str, ...] = ()
    here: tuple[str, ...] = ()


SPEAKING, DONE = "AgentStartedSpeaking", "AgentAudioDone"
SAID = ("ConversationText assistant", "History assistant")
EACH_TURN = "Every turn of the agent has its AgentStartedSpeaking"


def moved(at: int, to: int) -> tuple[Difference, ...]:
    """AgentStartedSpeaking stands in another place."""
    reason = "AgentStartedSpeaking stands where the audio begins"
    there, here = Difference(reason, at, recorded=(SPEAKING,)), Difference(reason, to, here=(SPEAKING,))
    return tuple(sorted((there, here), key=lambda each: each.at))


def injected(first: int, second: int) -> tuple[Difference, ...]:
    """Two injected messages, the first one of two sentences."""
    reason = "Injected text comes sentence by sentence"
    return (
        Difference(reason, first, recorded=SAID, here=(*SAID, SPEAKING, *SAID)),
        Difference(EACH_TURN, second, here=(SPEAKING,)),
    )


DIFFERENCES: dict[str, tuple[Difference, ...]] = {
    "dg-chat-2": (
        *moved(9, to=8),
        Difference("Each user text has a turn of its own", 10, here=(DONE,)),
        Difference(EACH_TURN, 11, here=(SPEAKING,)),
    ),
    "dg-chat-3": moved(12, to=10),
    "dg-function-call-2": moved(8, to=7),
    "dg-function-call-3": moved(14, to=12),
    "dg-function-call-error-3": (
        Difference("Endpoints of functions are not tried", 1, ("Error",), ("SettingsApplied",)),
    ),
    "dg-inject-agent-1": injected(10, 13),
    "dg-inject-agent-2": (*moved(6, to=9), *injected(12, 15)),
}


def expected(name: str) -> list[str]:
    """The recorded kinds with the differences applied, last first."""
    kinds = [kind_of(label(each)) for each in recorded_messages(name)]
    for each in reversed(DIFFERENCES.get(name, ())):
        end = each.at + len(each.recorded)
        assert tuple(kinds[each.at : end]) == each.recorded, "the table does not fit the recording"
        kinds[each.at : end] = each.here
    return kinds


# --- messages -----------------------------------------------------------------------------------------------


def recorded_messages(name: str) -> list[Json]:
    lines = shared("traces", f"{name}.jsonl").read_text("utf-8").splitlines()
    messages = [json.loads(line)["event"] for line in lines]
    return [each for each in messages if each["type"] not in GONE]


def label(message: Json) -> str:
    """What of a message has to be the same."""
    if "role" in message:
        return f"{message['type']} {message['role']}: {message['content']}"
    calls = message.get("functions") or message.get("function_calls") or ()
    asked = [f"{each['name']} {json.loads(each['arguments'])}" for each in calls]
    return f"{message['type']}: {asked}" if asked else message["type"]


def kind_of(labelled: str) -> str:
    return labelled.partition(":")[0]


def words(labels: list[str]) -> dict[str, str]:
    """All that was said and called, by kind of message."""
    said: dict[str, str] = {}
    for each in labels:
        kind, _, text = each.partition(": ")
        said[kind] = f"{said.get(kind, '')} {text}"
    return said


# --- the model and the client -------------------------------------------------------------------------------


def replies(messages: list[Json]) -> list[Reply]:
    """One reply for each user text and for each answer to calls: its calls, or its sentences."""
    rounds: list[list[Json]] = []
    unanswered = 0
    for message in messages:
        kind, injected = message["type"], message.get("content") in INJECTED
        if message.get("role") == "user":
            unanswered += kind == "ConversationText"
        elif kind in ("ConversationText", "FunctionCallRequest") and not injected:
            if unanswered or rounds[-1][-1]["type"] != kind:
                rounds.append([])
                unanswered = max(0, unanswered - 1)
            rounds[-1].append(message)
    return [reply(each) for each in rounds]


def reply(messages: list[Json]) -> Reply:
    if messages[0]["type"] == "ConversationText":
        return Reply(Say(" ".join(each["content"] for each in messages)))
    calls = [call for each in messages for call in each["functions"]]
    return Reply(*(Call(each["name"], each["arguments"]) for each in calls))


def script(messages: list[Json]) -> Any:
    """The replies in turn; a text to be spoken is spoken as it is."""
    left = iter(replies(messages))

    def next_reply(_: object, request: Json) -> Reply:
        asked = request.get("instructions", "")
        said = next((text for text in INJECTED if text in asked), None)
        return Reply(Say(said)) if said else next(left)

    return next_reply


def settings(name: str, messages: list[Json]) -> Json:
    """As the recorded client's, as far as they show."""
    kinds = {each["type"] for each in messages}
    function: Json = {"name": "get_weather", "parameters": {"type": "object", "properties": {}}}
    agent: Json = {"think": {"provider": {"type": "open_ai", "model": "gpt-4o"}, "functions": [function]}}
    if name == "dg-function-call-error-3":
        function["endpoint"] = {"url": "https://api.example.com/weather", "method": "post"}
    if name == "dg-chat-error-1":
        agent["listen"] = {"model": "nova-3"}
    flags = {"experimental": SPEAKING in kinds, "flags": {"history": "History" in kinds}}
    return {"type": "Settings", "audio": {}, "agent": agent, **flags}


@define
class Client:
    """Does what the recorded client did, when it has seen what that one had."""

    messages: list[Json]
    pair: Pair
    answered: int = 0

    @property
    def shown(self) -> list[str]:
        texts = [each for each in self.pair.log.client if isinstance(each, dict)]
        return [label(each) for each in texts if each["type"] not in ASIDE]

    def run(self) -> list[str]:
        for index, message in enumerate(self.messages):
            if message["type"] == "ConversationText":
                if message["role"] == "user":
                    self.send(index, {"type": "InjectUserMessage", "content": message["content"]})
                elif message["content"] in INJECTED:
                    self.send(index, {"type": "InjectAgentMessage", "message": message["content"]})
        self.wait(20.0)
        return self.shown

    def send(self, index: int, message: Json) -> None:
        """Send it as soon as all that the recorded client had seen before its echo has come."""
        before = [label(each) for each in self.messages[:index]]
        last = before[-1]
        latest = self.pair.clock.now + 20.0
        while self.shown.count(last) < before.count(last) and self.pair.clock.now < latest:
            self.wait(STEP)
        self.pair.client(message)

    def wait(self, seconds: float) -> None:
        """Let time pass, and answer calls at once."""
        until = self.pair.clock.now + seconds
        while self.pair.clock.now < until:
            self.pair.run(self.pair.clock.now + STEP)
            requests = self.pair.log.of("FunctionCallRequest")
            for call in (call for each in requests[self.answered :] for call in each["functions"]):
                answer = {"id": call["id"], "name": call["name"], "content": "mock"}
                self.pair.client({"type": "FunctionCallResponse", **answer})
            self.answered = len(requests)


ENDS = [CloseClient, CloseUpstream]


def played(name: str) -> Pair:
    messages = recorded_messages(name)
    pair = Pair(script=script(messages))
    pair.client(settings(name, messages))
    Client(messages, pair).run()
    return pair


# --- the tests ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TRACES)
def test_the_client_sees_what_the_recorded_client_saw(name: str) -> None:
    recorded = [label(each) for each in recorded_messages(name)]
    pair = played(name)
    here = Client([], pair).shown
    assert list(map(kind_of, here)) == expected(name)
    texts = words(recorded).items()
    assert {kind: text for kind, text in words(here).items() if text.strip()} == {
        kind: text for kind, text in texts if text.strip()
    }
    assert pair.server.violations == ()
    assert [type(each) for each in pair.log.closes] == (ENDS if here[-1] == "Error" else [])


@pytest.mark.parametrize("name", TRACES)
def test_audio_comes_in_the_turns_that_end(name: str) -> None:
    """Each AgentAudioDone is preceded by audio of its turn."""
    kinds = [each for each in played(name).log.client_types if each in ("audio", DONE)]
    assert re.fullmatch(f"((audio )+{DONE} )*", " ".join([*kinds, ""]))


def test_what_differs_has_its_reason_on_the_page() -> None:
    headings = re.findall(r"^#+ (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    reasons = {each.reason for table in DIFFERENCES.values() for each in table}
    assert reasons <= set(headings)
    assert DIFFERENCES.keys() <= set(TRACES)
