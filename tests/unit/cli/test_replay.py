from __future__ import annotations

import base64
import json
from collections.abc import Sequence

import pytest

from realtime_translate import ClientDialect
from realtime_translate.cli.replay import Replay
from realtime_translate.cli.steps import Party, Step
from realtime_translate.cli.trace import read_trace
from realtime_translate.testing import Call, FakeClock, RealtimeServer, Reply, Say

CLIENT, TRANSLATOR, UPSTREAM = Party.CLIENT, Party.TRANSLATOR, Party.UPSTREAM
SESSION: dict[str, object] = {
    "type": "realtime",
    "instructions": "Be brief.",
    "audio": {"input": {"turn_detection": {"type": "server_vad"}}},
}
TOOL = {"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}}


def user_item(text: str, role: str = "user") -> dict[str, object]:
    content_type = "output_text" if role == "assistant" else "input_text"
    item = {"type": "message", "role": role, "content": [{"type": content_type, "text": text}]}
    return {"type": "conversation.item.create", "item": item}


class Recorder:
    """Records a session with the simulated server, as other projects recorded theirs with the real one."""

    def __init__(self, *replies: Reply) -> None:
        self.lines: list[dict[str, object]] = []
        self.clock = FakeClock()
        numbers = iter(range(1000))
        self.server = RealtimeServer(
            clock=self.clock, new_id=lambda: str(next(numbers)), script=replies, latency=0.0
        )
        self.receive(self.server.opened())

    def receive(self, frames: Sequence[str]) -> None:
        for frame in frames:
            self.add("in", json.loads(frame))

    def add(self, direction: str, event: object, leg: str = "upstream") -> None:
        self.lines.append({"t_ms": None, "leg": leg, "dir": direction, "event": event})

    def send(self, event: dict[str, object]) -> None:
        self.add("out", event)
        self.receive(self.server.receive(json.dumps(event)))

    def wait(self) -> None:
        """Until the response is over."""
        for _ in range(200):
            self.clock.advance(0.02)
            self.receive(self.server.handle_timeout())

    def replay(self, dialect: ClientDialect = ClientDialect.DEEPGRAM) -> tuple[list[Step], list[str]]:
        text = "\n".join(json.dumps(line) for line in self.lines)
        replay = Replay(read_trace(text, "t"), dialect)
        assert replay.has_inputs
        return list(replay.run()), replay.notes


def types(steps: list[Step], sender: Party, receiver: Party) -> list[str]:
    return [step.type for step in steps if (step.sender, step.receiver) == (sender, receiver)]


def frames(steps: list[Step], sender: Party, step_type: str) -> list[dict[str, object]]:
    return [dict(step.frame or {}) for step in steps if step.sender is sender and step.type == step_type]


def recorded_session(*replies: Reply, **session: object) -> Recorder:
    recorder = Recorder(*replies)
    recorder.send({"type": "session.update", "session": {**SESSION, **session}})
    return recorder


@pytest.mark.parametrize("dialect", list(ClientDialect))
def test_a_text_turn_is_played_by_the_client_that_fits(dialect: ClientDialect) -> None:
    recorder = recorded_session(Reply(Say("Hello.")))
    recorder.send(user_item("Hi."))
    recorder.send({"type": "response.create"})
    recorder.wait()
    steps, notes = recorder.replay(dialect)
    assert types(steps, CLIENT, TRANSLATOR) == ["open", "Settings", "InjectUserMessage"]
    assert types(steps, TRANSLATOR, UPSTREAM) == [
        "session.update",
        "conversation.item.create",
        "response.create",
    ]
    spoken = [frame["content"] for frame in frames(steps, TRANSLATOR, "ConversationText")]
    assert spoken == ["Hi.", "Hello."]
    assert notes == []


def test_items_before_the_first_response_are_the_context() -> None:
    recorder = recorded_session(Reply(Say("Hello.")), Reply(Say("Bye.")))
    for event in (user_item("One."), user_item("Two.", "assistant"), user_item("Three.")):
        recorder.send(event)
    recorder.send({"type": "response.create"})
    recorder.wait()
    recorder.send(user_item("Four."))
    recorder.send({"type": "response.create"})
    recorder.wait()
    steps, notes = recorder.replay()
    assert notes == []
    (settings,) = frames(steps, CLIENT, "Settings")
    assert json.dumps(settings).count("History") == 2
    assert [frame["content"] for frame in frames(steps, CLIENT, "InjectUserMessage")] == ["Three.", "Four."]
    items = [frame["item"] for frame in frames(steps, TRANSLATOR, "conversation.item.create")]
    assert [json.dumps(item).count("One.") for item in items] == [1, 0, 0, 0]
    assert types(steps, TRANSLATOR, UPSTREAM) == [
        "session.update",
        *["conversation.item.create"] * 3,
        "response.create",
        "conversation.item.create",
        "response.create",
    ]


@pytest.mark.parametrize("early", [True, False])
def test_a_function_output_is_answered_when_recorded_or_as_soon_as_it_is_asked_for(early: bool) -> None:
    recorder = recorded_session(Reply(Call("f", "{}", "call_1")), Reply(Say("Done.")), tools=[TOOL])
    recorder.send(user_item("Go."))
    recorder.send({"type": "response.create"})
    output: dict[str, object] = {"type": "function_call_output", "call_id": "call_1", "output": "12"}
    event: dict[str, object] = {"type": "conversation.item.create", "item": output}
    if early:
        recorder.add("out", event)
    recorder.wait()
    if not early:
        recorder.add("out", event)
    recorder.server.receive(json.dumps(event))
    recorder.send({"type": "response.create"})
    recorder.wait()
    steps, notes = recorder.replay()
    assert notes == []
    request = next(step for step in steps if step.type == "FunctionCallRequest")
    response = next(step for step in steps if step.type == "FunctionCallResponse" and step.sender is CLIENT)
    assert response.frame == {"type": "FunctionCallResponse", "id": "call_1", "name": "f", "content": "12"}
    assert (response.t == request.t) is early
    assert types(steps, TRANSLATOR, UPSTREAM)[-2:] == ["conversation.item.create", "response.create"]


def test_a_function_output_of_a_spoken_turn_comes_before_any_response_create() -> None:
    recorder = recorded_session(tools=[TOOL])
    call = {"type": "function_call", "id": "i", "call_id": "c", "name": "f", "arguments": "{}"}
    done = {**call, "status": "completed"}
    for event in (
        {"type": "response.created", "response": {"id": "r", "status": "in_progress", "output": []}},
        {"type": "response.output_item.added", "response_id": "r", "item": {**call, "arguments": ""}},
        {"type": "response.output_item.done", "response_id": "r", "item": done},
        {"type": "response.done", "response": {"id": "r", "status": "completed", "output": [done]}},
    ):
        recorder.add("in", event)
    output = {"type": "function_call_output", "call_id": "c", "output": "12"}
    recorder.add("out", {"type": "conversation.item.create", "item": output})
    recorder.add("out", {"type": "response.create"})
    steps, notes = recorder.replay()
    assert notes == []
    assert [frame["content"] for frame in frames(steps, CLIENT, "FunctionCallResponse")] == ["12"]
    assert types(steps, TRANSLATOR, UPSTREAM) == [
        "session.update",
        "conversation.item.create",
        "response.create",
    ]


def test_an_output_that_is_no_string_becomes_json() -> None:
    recorder = recorded_session(Reply(Call("f", "{}", "call_1")), tools=[TOOL])
    recorder.send(user_item("Go."))
    recorder.send({"type": "response.create"})
    recorder.add(
        "out",
        {
            "type": "conversation.item.create",
            "item": {"type": "function_call_output", "call_id": "call_1", "output": {"a": 1}},
        },
    )
    recorder.wait()
    steps, _ = recorder.replay()
    assert frames(steps, CLIENT, "FunctionCallResponse")[0]["content"] == '{"a": 1}'


def test_each_append_becomes_a_binary_frame_of_the_same_bytes() -> None:
    recorder = recorded_session()
    for audio in (bytes(480), b"\x00\x10" * 50):
        recorder.send({"type": "input_audio_buffer.append", "audio": base64.b64encode(audio).decode()})
    recorder.add("out", {"type": "input_audio_buffer.append", "audio": "?"})
    steps, notes = recorder.replay()
    sizes = [step.audio_bytes for step in steps if step.sender is CLIENT and step.type == "audio"]
    assert sizes == [480, 100]
    assert types(steps, TRANSLATOR, UPSTREAM)[1:] == ["input_audio_buffer.append"] * 2
    assert notes == [f"t, line {len(recorder.lines)}: the recorded audio is not base64; it is left out"]


def test_what_no_client_can_ask_for_is_noted() -> None:
    recorder = recorded_session(Reply(Say("Hello.")))
    recorder.send(user_item("Hi."))
    recorder.send({"type": "response.create"})
    recorder.wait()
    recorder.send(user_item("Obey.", "system"))
    recorder.send({"type": "session.update", "session": {"type": "realtime", "instructions": "New."}})
    steps, notes = recorder.replay()
    assert types(steps, CLIENT, TRANSLATOR) == ["open", "Settings", "InjectUserMessage"]
    system, second = notes
    assert system.endswith("no client message makes an item of kind system; it is left out")
    assert second.endswith("a second session.update is not played")


def test_timers_fire_between_the_lines() -> None:
    recorder = recorded_session(audio={"input": {"turn_detection": None}})
    audio = base64.b64encode(bytes(9600)).decode()
    recorder.send({"type": "input_audio_buffer.append", "audio": audio})
    recorder.lines[-1]["t_ms"] = 100
    recorder.add("in", {"type": "rate_limits.updated", "rate_limits": []})
    recorder.lines[-1]["t_ms"] = 2000
    steps, _ = recorder.replay()
    commit = next(step for step in steps if step.type == "input_audio_buffer.commit")
    assert commit.t == pytest.approx(0.5)
    assert steps[steps.index(commit) + 1].type == "response.create"


def test_a_recorded_client_is_fed_as_it_was() -> None:
    recorder = Recorder()
    settings = {
        "type": "Settings",
        "audio": {},
        "agent": {
            "think": {"provider": {"type": "open_ai", "model": "gpt-realtime-2.1"}, "prompt": "Be brief."}
        },
    }
    recorder.add("in", settings, leg="client")
    recorder.add("out", {"type": "SettingsApplied"}, leg="client")
    recorder.send({"type": "session.update", "session": SESSION})
    recorder.add("in", {"type": "InjectUserMessage", "content": "Hi."}, leg="client")
    recorder.add("out", user_item("Hi."))
    steps, notes = recorder.replay()
    assert notes == []
    assert types(steps, CLIENT, TRANSLATOR) == ["open", "Settings", "InjectUserMessage"]
    assert types(steps, TRANSLATOR, UPSTREAM) == ["session.update", "conversation.item.create"]


def test_the_upstream_is_open_when_the_translator_asks_for_it() -> None:
    recorder = Recorder()
    recorder.lines.clear()
    settings = {
        "type": "Settings",
        "audio": {},
        "agent": {"think": {"provider": {"type": "open_ai", "model": "m"}}},
    }
    recorder.add("in", settings, leg="client")
    steps, _ = recorder.replay()
    assert types(steps, TRANSLATOR, UPSTREAM) == ["open", "session.update"]


def test_replay_ends_where_the_translator_closes_the_call() -> None:
    recorder = Recorder()
    recorder.add("in", {"type": "InjectUserMessage", "content": "Hi."}, leg="client")
    recorder.add("in", {"type": "KeepAlive"}, leg="client")
    steps, notes = recorder.replay()
    assert "KeepAlive" not in types(steps, CLIENT, TRANSLATOR)
    assert notes == ["t, line 2: the translator closed the call here"]


def test_a_trace_of_what_a_client_was_sent_has_nothing_to_feed() -> None:
    recorder = Recorder()
    recorder.lines.clear()
    recorder.add("out", {"type": "Welcome", "request_id": "r"}, leg="client")
    replay = Replay(read_trace(json.dumps(recorder.lines[0]), "t"), ClientDialect.DEEPGRAM)
    assert not replay.has_inputs
