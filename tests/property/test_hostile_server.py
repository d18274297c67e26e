"""Calls with servers that refuse, fail, fall silent, end the session or are of another make.

Whatever they do, the translator neither raises nor breaks a rule that it could have kept, and after the close
it says nothing. Nothing is said here about answers: such a server owes them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from realtime_translate import (
    CloseClient,
    CloseUpstream,
    Config,
    GreetingMode,
    ManualCommit,
    OpenUpstream,
    Outputs,
    SendToClient,
    SendToUpstream,
    ServerVad,
    Translator,
)
from realtime_translate.testing import (
    ALL,
    Call,
    FakeClock,
    Group,
    RealtimeServer,
    Reply,
    Say,
    SeededChoices,
    Violation,
)
from tests.harness import counter

Json = dict[str, Any]
STEP = 1 / 1024
RATES = {Group.VARIANT: 0.2, Group.FAULT: 0.08, Group.SILENCE: 0.04, Group.END: 0.004}
THINK: Json = {"provider": {"type": "open_ai", "model": "gpt-4o"}, "functions": [{"name": "f"}]}
SETTINGS: Json = {"type": "Settings", "audio": {}, "agent": {"think": THINK, "greeting": "Welcome."}}
UPDATE: Json = {"type": "UpdatePrompt", "prompt": "Be brief."}
REPLIES = [
    Reply(Say("It rains. It pours.")),
    Reply(Call("f")),
    Reply(Say("Let me see."), Call("f"), Call("f")),
    Reply(Say("word " * 20, audio_ms=4000)),
]
CONFIGS = [
    Config.deepgram(),
    Config.component(),
    Config.deepgram(turn_detection=ManualCommit(debounce=0.25), greeting=GreetingMode.SPOKEN),
    Config.deepgram(turn_detection=ServerVad(create_response=False)),
]


class Session:
    """A client that does what comes to its mind, and a host without a network, from one seed."""

    def __init__(self, seed: int, groups: frozenset[Group]) -> None:
        self.random = Random(seed)
        self.clock = FakeClock()
        config = self.random.choice(CONFIGS)
        self.translator = Translator(config, clock=self.clock, new_id=counter("T"))
        self.server = RealtimeServer(
            clock=self.clock,
            new_id=counter("s"),
            script=lambda view, request: self.random.choice(REPLIES),
            choices=SeededChoices(seed, groups, RATES),
            latency=32 * STEP,
            token_interval=16 * STEP,
        )
        self.calls: list[Json] = []
        self.closed: list[CloseClient | CloseUpstream] = []
        self.frames: list[str] = []
        self.told_of_close = False
        self.crossing: list[str] = []
        """Events that were sent while frames of the server were on their way: it knew what they could not."""
        self.tagged = False
        """Whether a tag came back. Before, the first response of the server's own is taken for ours (R1)."""
        self.untagged: list[str] = []
        self.wants_heads = False
        """Whether the server has said how ids of items have to begin (D5)."""
        self.unprefixed: list[str] = []
        self.insists = False
        """Whether the server has said that outputs are missing, and shown no call since (R8)."""
        self.knowing: list[str] = []
        """Events that were sent while it was known that the server insists, and nothing was on its way."""

    def feed(self, outputs: Outputs) -> None:
        assert not (self.closed and outputs), "outputs after the close"
        for output in outputs:
            if isinstance(output, SendToUpstream) and self.server.closed is None:
                self.sent(json.loads(output.data))
                self.frames += self.server.receive(output.data)
            elif isinstance(output, OpenUpstream):
                self.frames += self.server.opened()
                self.feed(self.translator.upstream_opened())
            elif isinstance(output, SendToClient) and isinstance(output.data, str):
                message = json.loads(output.data)
                self.calls += message["functions"] if message["type"] == "FunctionCallRequest" else []
            elif isinstance(output, (CloseClient, CloseUpstream)):
                self.closed.append(output)

    def sent(self, event: Json) -> None:
        if event["type"] == "input_audio_buffer.append":
            return
        self.crossing += [event["event_id"]] if self.frames else []
        self.untagged += [] if self.tagged else [event["event_id"]]
        self.unprefixed += [] if self.wants_heads else [event["event_id"]]
        self.knowing += [event["event_id"]] if self.insists and not self.frames else []

    def deliver(self) -> None:
        """All that the server has said, and its close."""
        while self.frames:
            frame = self.frames.pop(0)
            self.tagged = self.tagged or '"metadata":{"rt":' in frame
            self.wants_heads = self.wants_heads or "must start with" in frame
            self.insists = "outputs are pending" in frame or (self.insists and "function_call" not in frame)
            self.tell(lambda translator, frame=frame: translator.receive_from_upstream(frame))
        if self.server.closed is not None and not self.told_of_close:
            self.told_of_close = True
            code, reason = self.server.closed
            self.tell(lambda translator: translator.upstream_closed(code, reason))

    def tell(self, call: Callable[[Translator], Outputs]) -> None:
        over = bool(self.closed)
        outputs = call(self.translator)
        assert not (over and outputs), "outputs after the close"
        if not over:
            self.feed(outputs)

    def run(self, seconds: float) -> None:
        end = self.clock.now + seconds
        while True:
            self.deliver()
            stops = (self.translator.next_deadline, self.server.next_deadline)
            stop = min((each for each in stops if each is not None), default=end)
            if stop >= end:
                break
            self.clock.set(max(stop, self.clock.now))
            self.frames += self.server.handle_timeout()
            self.deliver()
            self.tell(lambda translator: translator.handle_timeout())
        self.clock.set(end)

    def send(self, message: Json | bytes) -> None:
        frame = message if isinstance(message, bytes) else json.dumps(message)
        self.tell(lambda translator: translator.receive_from_client(frame))

    def act(self) -> None:
        """One thing that a client does."""
        deed = self.random.choice((self.write, self.speak, self.answer, self.update, self.inject, self.rest))
        deed()

    def write(self) -> None:
        self.send({"type": "InjectUserMessage", "content": "Hello?"})

    def speak(self) -> None:
        for sample, count in ((b"\x00\x10", 4), (b"\x00\x00", 8)):
            for _ in range(count):
                self.send(sample * 2400)
                self.run(0.1)

    def answer(self) -> None:
        if self.calls:
            call = self.calls.pop(self.random.randrange(len(self.calls)))
            answer = {"id": call["id"], "name": call["name"], "content": "{}"}
            self.send({"type": "FunctionCallResponse", **answer})

    def update(self) -> None:
        self.send(UPDATE)

    def inject(self) -> None:
        behavior = self.random.choice(("default", "queue", "interrupt"))
        self.send({"type": "InjectAgentMessage", "message": "One moment.", "behavior": behavior})

    def rest(self) -> None:
        self.run(self.random.choice((0.0, 0.05, 0.5, 2.0, 12.0)))

    def play(self, deeds: int) -> None:
        self.tell(lambda translator: translator.client_opened())
        self.send(SETTINGS)
        self.run(self.random.choice((0.0, 0.1, 1.0)))
        for _ in range(deeds):
            self.act()
            self.run(self.random.choice((0.0, 0.03, 0.4)))
        self.run(60.0)

    def complaints(self) -> list[Violation]:
        """What the translator could have avoided."""
        return [each for each in self.server.violations if not each.race and not self.excused(each)]

    def excused(self, violation: Violation) -> bool:
        """Spoken texts wait for no call, and nothing waits past `call_hold`, until the server says that it
        answers nothing before (R8); frames cross; tags; how ids begin (D5).
        """
        event_id = (violation.event or {}).get("event_id")
        if violation.rule == 2:
            return event_id in self.untagged
        if violation.rule == 8 and "must start with" in violation.message:
            return event_id in self.unprefixed
        if violation.rule in (1, 3, 5):
            return event_id in self.crossing
        return violation.rule == 9 and not (violation.answered and event_id in self.knowing)


GROUPS = [
    frozenset({Group.ORDER, Group.VARIANT}),
    frozenset({Group.ORDER, Group.FAULT}),
    frozenset({Group.ORDER, Group.SILENCE}),
    frozenset({Group.ORDER, Group.END}),
    ALL,
]


@pytest.mark.parametrize("groups", GROUPS, ids=lambda groups: "+".join(sorted(each.value for each in groups)))
@pytest.mark.parametrize("seed", range(40))
def test_no_server_makes_the_translator_raise_or_break_a_rule(seed: int, groups: frozenset[Group]) -> None:
    session = Session(seed, groups)
    session.play(12)
    assert session.complaints() == []
    if session.server.closed is not None:
        assert session.closed
    session.tell(lambda translator: translator.client_closed(1000))
    assert session.translator.next_deadline is None
    assert session.translator.handle_timeout() == ()
