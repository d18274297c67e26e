"""What random clients do: all that their dialect allows, whenever they like, and now and then what it does
not.
"""

from __future__ import annotations

import json
from typing import Any

import hypothesis.strategies as st

from ....config import Config, ManualCommit
from ..network import STEP
from ..random_agent import TOOL
from .opening import COMPONENT_CEILING, PROVIDER, send_settings, wanted_settings
from .walk import CallWalk, move

__all__ = ["ClientMoves"]

Json = dict[str, Any]
_UPDATES: list[Json] = [
    {"type": "UpdatePrompt", "prompt": "Be brief."},
    {
        "type": "UpdateThink",
        "think": {"provider": PROVIDER, "prompt": "Be exact.", "functions": [{"name": TOOL}]},
    },
    {"type": "UpdateThink", "think": {"provider": PROVIDER}},
    {"type": "UpdateSpeak", "speak": {"provider": {"type": "open_ai", "model": "tts-1", "voice": "coral"}}},
    {"type": "UpdateListen", "listen": {"provider": {"type": "deepgram", "version": "v1", "language": "de"}}},
]
_IN_VAIN: list[Json] = [
    {"type": "KeepAlive"},
    {"type": "UpdateThink_Live", "think_live": {}},
    {"type": "__customToThinkProvider", "content": {}},
]
_RUDE = [
    "no JSON",
    "[]",
    '{"type": 7}',
    '{"type": "Nonsense"}',
    '{"type": "InjectUserMessage"}',
    '{"type": "InjectUserMessage", "content": 7}',
]


def _has_ceiling(config: Config) -> bool:
    turns = config.turn_detection
    return isinstance(turns, ManualCommit) and turns.ceiling is not None


class ClientMoves(CallWalk):
    """Rules of the client."""

    def configure(self, wanted: Json) -> None:
        """Send Settings."""
        self.has_sent_settings()
        send_settings(self.world, wanted, flawed=self.mood.abrupt)

    @move(lambda walk: not walk.settings_sent, wanted=wanted_settings())
    def settings(self, wanted: Json) -> None:
        """Settings, at last."""
        self.configure(wanted)

    @move(lambda walk: walk.settings_sent and (walk.world.component or walk.mood.abrupt))
    def settings_again(self) -> None:
        """Settings once more: the component's client may, others are sent away (S6)."""
        self.world.send({"type": "Settings", "audio": {}, "agent": {}})

    @move(lambda walk: walk.may_send)
    def send_text(self) -> None:
        """The user types."""
        self.another_text()

    @move(
        lambda walk: walk.may_send,
        frames=st.integers(1, 12),
        milliseconds=st.sampled_from([20, 60, 100]),
        speech=st.booleans(),
    )
    def speak(self, frames: int, milliseconds: int, speech: bool) -> None:
        """The user speaks, or only breathes, in frames of so many milliseconds."""
        self.utter(frames, milliseconds, speech=speech)

    @move(lambda walk: walk.may_send and _has_ceiling(walk.world.config))
    def speak_on(self) -> None:
        """Without a pause, for longer than a commit may wait (A7)."""
        self.utter(32, 60, speech=True)

    @move(lambda walk: walk.is_ready and walk.world.audio.ceiling is not None)
    def never_pause(self) -> None:
        """A microphone that is always open, for longer than the component's commit may wait (V2)."""
        self.world.run_until(lambda: self.world.is_quiet, 4.0)
        self.utter(round(COMPONENT_CEILING * 4) + 8, 250, speech=True)

    @move(lambda walk: walk.may_send, milliseconds=st.sampled_from([40, 60, 90, 110]))
    def say_a_word(self, milliseconds: int) -> None:
        """A word, and a pause: perhaps too little for a commit (A5)."""
        self.utter(1, milliseconds, speech=True)
        self.world.run(1.0)

    def utter(self, frames: int, milliseconds: int, *, speech: bool) -> None:
        """Audio at the pace at which it is spoken."""
        for _ in range(frames):
            silence = self.world.audio.format.silence(milliseconds)
            noise = self.world.chance.random.randbytes(len(silence))
            self.world.speak(noise if speech else silence)
            self.world.run(round(milliseconds * 1024 / 1000) * STEP)

    @move(lambda walk: walk.may_send, size=st.integers(0, 9))
    def speak_crumbs(self, size: int) -> None:
        """A few bytes, perhaps half a sample (A3)."""
        self.world.speak(b"\x01" * size)

    @move(lambda walk: walk.may_send, seconds=st.integers(1, 2))
    def talk_over_the_agent(self, seconds: int) -> None:
        """The user speaks while the agent answers (B)."""
        self.another_text()
        self.world.run(0.5)
        self.utter(8, 60, speech=True)
        self.utter(12, 60, speech=False)
        self.world.run(float(seconds))

    @move(lambda walk: walk.may_send, after=st.integers(0, 12))
    def speak_and_type(self, after: int) -> None:
        """A text while a spoken turn ends: the server's response and ours may cross (R1, R3, R7)."""
        self.cross(after)

    def cross(self, after: int) -> None:
        """A spoken turn, and a text `after` frames of the silence that ends it."""
        self.utter(5, 60, speech=True)
        self.utter(after, 60, speech=False)
        self.another_text()
        self.utter(12 - after, 60, speech=False)

    @move(lambda walk: walk.is_ready)
    def force_end_of_turn(self) -> None:
        """The client ends the user's turn (T7)."""
        if not self.world.ledger.applied:
            self.world.audio.forced()
        self.world.send({"type": "ForceEndTurn"})

    @move(
        lambda walk: walk.may_send,
        text=st.sampled_from(["One moment.", "Hello! I am here.", "3.14"]),
        behavior=st.sampled_from(["default", "queue", "interrupt"]),
    )
    def have_said(self, text: str, behavior: str) -> None:
        """The client has the agent say something, a text that is like no other (T3)."""
        self.world.have_said(f"{text} Number {len(self.world.ledger.to_say)}.", behavior)

    @move(lambda walk: walk.settings_sent, update=st.sampled_from(_UPDATES), again=st.booleans())
    def update(self, update: Json, again: bool) -> None:
        """The client changes what Settings said, perhaps twice in a row (T2)."""
        for _ in range(1 + again):
            if not self.world.closed:
                self.world.ledger.updates.append(update["type"])
                self.world.send(update)

    @move(lambda walk: walk.settings_sent, message=st.sampled_from(_IN_VAIN))
    def say_in_vain(self, message: Json) -> None:
        """What goes nowhere, or what no OpenAI server can do (T4)."""
        self.world.send(message)

    @move(
        lambda walk: bool(walk.world.ledger.open_calls),
        index=st.integers(0, 5),
        times=st.sampled_from([1, 1, 2]),
    )
    def answer_call(self, index: int, times: int) -> None:
        """The client ran a function (F2), and perhaps says so twice (F4)."""
        self.world.answer(index, '{"degrees": 12}', times)

    @move(
        lambda walk: len(walk.world.ledger.open_calls) > 1,
        seconds=st.sampled_from([0.5, 2.0, 11.0]),
        times=st.integers(1, 2),
    )
    def answer_one_by_one(self, seconds: float, times: int) -> None:
        """Several functions; between their answers may be more time than anything waits (F3, F4, R8)."""
        for _ in range(2):
            if self.world.ledger.open_calls and not self.world.closed:
                self.world.answer(0, '{"degrees": 12}', times)
                self.world.run(seconds)

    @move(lambda walk: walk.settings_sent, call_id=st.sampled_from(["call_unknown", "call_s1"]))
    def answer_nothing(self, call_id: str) -> None:
        """An answer that nobody waits for (F4)."""
        message = {"type": "FunctionCallResponse", "id": call_id, "name": "get_nothing", "content": "{}"}
        self.world.send(message)

    @move(lambda walk: walk.may_send, seconds=st.integers(1, 4))
    def converse(self, seconds: int) -> None:
        """A text, and time enough for an answer or a call: walks get deep by this."""
        self.another_text()
        self.world.run(float(seconds))

    @move(lambda walk: bool(walk.world.ledger.open_calls), seconds=st.integers(1, 3))
    def talk_over_a_call(self, seconds: int) -> None:
        """A text while a function call is unanswered: its response waits (R8)."""
        self.another_text()
        self.world.run(float(seconds))

    @move(lambda walk: walk.may_be_rude and walk.may_send, frame=st.sampled_from(_RUDE))
    def be_rude(self, frame: str) -> None:
        """A frame that no client should send (T5)."""
        self.world.send_raw(frame)

    @move(lambda walk: walk.may_be_rude and walk.may_send)
    def add_a_field(self) -> None:
        """A field that nobody knows (T5)."""
        if self.mood.abrupt or not self.world.config.strict_fields:
            self.world.send_raw(json.dumps({"type": "KeepAlive", "colour": "blue"}))
