"""A call under attack: a translator, a virtual clock, and an upstream that can be told to answer."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from realtime_translate import Config, OpenUpstream, Output, Outputs, SendToUpstream, Translator
from realtime_translate.testing import FakeClock

__all__ = ["SETTINGS", "Call", "Frame", "Json"]

Json: TypeAlias = dict[str, Any]
Frame: TypeAlias = "Json | str | bytes"

SETTINGS: Json = {
    "type": "Settings",
    "audio": {"input": {"encoding": "linear16", "sample_rate": 24000}},
    "experimental": True,
    "agent": {
        "think": {
            "provider": {"type": "open_ai"},
            "prompt": "Be brief.",
            "functions": [{"name": "look"}, {"name": "run", "endpoint": {"url": "https://example.com"}}],
        },
        "greeting": "Hello.",
        "context": {"messages": [{"type": "History", "role": "assistant", "content": "Before."}]},
    },
}
_LONG_ENOUGH = 45.0
"""Seconds within which every wish that waits is fulfilled: the longest timer of them is 20 s (F5)."""


def raw(frame: Frame) -> str | bytes:
    """The frame itself, where JSON stands for it."""
    return json.dumps(frame) if isinstance(frame, dict) else frame


class Call:
    """One call. What comes out is kept in `outputs`; with `answering` on, upstream does what it is asked."""

    def __init__(self, config: Config) -> None:
        numbers = itertools.count(1)
        self.config = config
        self.clock = FakeClock(1024.0)
        self.translator = Translator(config, clock=self.clock, new_id=lambda: f"T{next(numbers)}")
        self.outputs: list[Output] = []
        self.answering = False
        self._answers = itertools.count(1)

    # --- inputs -----------------------------------------------------------------------------------------

    def act(self, act: Callable[[Translator], Outputs]) -> Outputs:
        """One input, and the answers to what comes out."""
        outputs = act(self.translator)
        self.outputs += outputs
        if self.answering:
            for output in outputs:
                self._answer(output)
        return outputs

    def client(self, frame: Frame) -> Outputs:
        return self.act(lambda each: each.receive_from_client(raw(frame)))

    def upstream(self, frame: Frame) -> Outputs:
        return self.act(lambda each: each.receive_from_upstream(raw(frame)))

    def wait(self, seconds: float) -> None:
        """Let time pass, stopping at each deadline."""
        until = self.clock.now + seconds
        while (deadline := self.translator.next_deadline) is not None and deadline <= until:
            self.clock.set(max(deadline, self.clock.now))
            self.act(lambda each: each.handle_timeout())
        self.clock.set(until)

    @property
    def phase(self) -> str:
        return self.translator.state.opening.value

    # --- an upstream that obeys -------------------------------------------------------------------------

    def _answer(self, output: Output) -> None:
        if isinstance(output, OpenUpstream):
            self.act(lambda each: each.upstream_opened())
        elif isinstance(output, SendToUpstream):
            event = json.loads(output.data)
            answer = _ANSWERS.get(event["type"])
            for each in answer(event, f"{next(self._answers):04}") if answer else ():
                if self.phase != "closed":
                    self.upstream(each)

    # --- a healthy exchange -----------------------------------------------------------------------------

    def recover(self) -> None:
        """What was left open is brought to its end, by a client and an upstream that behave."""
        self.answering = True
        if self.phase in ("greeted", "dialled early", "ready unasked"):
            self.client(SETTINGS)
        if self.phase == "dialling":
            self.act(lambda each: each.upstream_opened())
        if self.phase in ("configuring", "applying"):
            self.upstream({"type": "session.updated", "session": {}})
        self.wait(_LONG_ENOUGH / 2)
        if self.phase != "closed" and self.translator.state.response.value not in ("free", "expected"):
            active = self.translator.state.response_id
            self.upstream({"type": "response.done", "response": {"id": active, "status": "completed"}})
        self.wait(_LONG_ENOUGH / 2)

    def exchange(self, words: str) -> list[str]:
        """The client says something; returns the agent's texts in the answer to it."""
        before = len(self.outputs)
        self.client({"type": "InjectUserMessage", "content": words})
        self.wait(_LONG_ENOUGH)
        frames = [getattr(each, "data", b"") for each in self.outputs[before:]]
        told = [json.loads(each) for each in frames if isinstance(each, str) and each]
        return [
            each["content"]
            for each in told
            if each["type"] == "ConversationText" and each["role"] == "assistant"
        ]


def _created(event: Json, number: str) -> list[Json]:
    response, metadata = f"healthy_{number}", event["response"].get("metadata") or {}
    text = {"response_id": response, "item_id": f"said_{number}", "text": "Yes."}
    return [
        {"type": "response.created", "response": {"id": response, "metadata": metadata}},
        {"type": "response.output_text.done", **text},
        {"type": "response.done", "response": {"id": response, "status": "completed", "metadata": metadata}},
    ]


_ANSWERS: Mapping[str, Callable[[Json, str], list[Json]]] = {
    "session.update": lambda event, _: [{"type": "session.updated", "session": {}}],
    "conversation.item.create": lambda event, _: [
        {"type": "conversation.item.added", "item": event["item"]},
        {"type": "conversation.item.done", "item": event["item"]},
    ],
    "input_audio_buffer.commit": lambda event, number: [
        {"type": "input_audio_buffer.committed", "item_id": f"heard_{number}"}
    ],
    "response.create": _created,
    "response.cancel": lambda event, _: [
        {"type": "response.done", "response": {"id": event.get("response_id"), "status": "cancelled"}}
    ],
}
"""What a server answers to each of our events, at once."""
