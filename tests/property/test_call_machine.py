"""Random clients, delays and jumps of the clock against the server model (behaviour, *Always true*)."""

from __future__ import annotations

import json
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from realtime_translate import (
    ClientDialect,
    Config,
    ContextMode,
    GreetingMode,
    ManualCommit,
    SemanticVad,
    ServerVad,
    SilenceKeepalive,
)
from realtime_translate.audio import ALAW_8K, MULAW_8K, PCM_24K, AudioFormat
from realtime_translate.config import FROM_SETTINGS
from tests.property.world import STEP, TOOL, World

GREETING = "Welcome to the harbour office"
BEHAVIORS = ("default", "queue", "interrupt")
PROVIDER = {"type": "open_ai", "model": "gpt-4o"}
UPDATES: list[dict[str, Any]] = [
    {"type": "UpdatePrompt", "prompt": "Be brief."},
    {
        "type": "UpdateThink",
        "think": {"provider": PROVIDER, "prompt": "Be exact.", "functions": [{"name": TOOL}]},
    },
    {"type": "UpdateThink", "think": {"provider": PROVIDER}},
    {"type": "UpdateSpeak", "speak": {"provider": {"type": "open_ai", "model": "tts-1", "voice": "coral"}}},
    {"type": "UpdateListen", "listen": {"provider": {"type": "deepgram", "version": "v1", "language": "de"}}},
]
RATES = (8000, 11025, 16000, 22050, 24000, 44100, 48000)
LINEAR = [AudioFormat("linear16", rate) for rate in RATES]
INPUTS = [*LINEAR, MULAW_8K, ALAW_8K, AudioFormat("mulaw", 16000), AudioFormat("alaw", 24000)]
OUTPUTS = [*LINEAR, MULAW_8K, ALAW_8K]
STATE_LIMIT = 80_000
"""Characters of a snapshot without what waits (*Always true* 7): most of it primes two resamplers."""

formats = st.none() | st.fixed_dictionaries(
    {"input": st.sampled_from(INPUTS), "output": st.sampled_from(OUTPUTS), "wav": st.booleans()}
)

turn_detections = st.sampled_from(
    [
        FROM_SETTINGS,
        ManualCommit(debounce=0.40625),
        ManualCommit(debounce=0.25, ceiling=1.0),
        ServerVad(create_response=True),
        ServerVad(create_response=False),
        SemanticVad(),
    ]
)


class CallMachine(RuleBasedStateMachine):
    """One call from opening to quiet. The client sends only what its dialect allows, whenever it likes."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(Config.deepgram(), 0)
        self.settings_sent = False
        self.texts_begun = 0
        self.updates_sent: list[str] = []

    @initialize(
        dialect=st.sampled_from(ClientDialect),
        turns=turn_detections,
        context=st.sampled_from(ContextMode),
        seed=st.integers(0, 2**32),
        lateness=st.sampled_from([0, 40]),
        audio=formats,
        keepalive=st.sampled_from([None, None, SilenceKeepalive(every=2.0)]),
        greeting=st.sampled_from([GreetingMode.TEXT, GreetingMode.SPOKEN]),
        barge_in=st.sampled_from([True, True, False]),
        ready=st.sampled_from([True, True, True, False]),
    )
    def begin(
        self,
        dialect: ClientDialect,
        turns: Any,
        context: ContextMode,
        seed: int,
        lateness: int,
        audio: dict[str, Any] | None,
        keepalive: SilenceKeepalive | None,
        greeting: GreetingMode,
        barge_in: bool,
        ready: bool,
    ) -> None:
        config = Config(
            dialect,
            turn_detection=turns,
            context=context,
            keepalive=keepalive,
            greeting=greeting,
            barge_in=barge_in,
        )
        self.world = World(config, seed, lateness=lateness)
        self.world.open()
        if ready:
            self.send_settings(audio, greeting=True, tools=True, context=False, idle=None)
            self.world.run(1.0)

    # --- the client -------------------------------------------------------------------------------

    @precondition(lambda self: not self.settings_sent)
    @rule(
        audio=formats,
        greeting=st.booleans(),
        tools=st.booleans(),
        context=st.booleans(),
        idle=st.sampled_from([None, -1, 10000]),
    )
    def configure(
        self, audio: dict[str, Any] | None, greeting: bool, tools: bool, context: bool, idle: int | None
    ) -> None:
        self.send_settings(audio, greeting=greeting, tools=tools, context=context, idle=idle)

    def send_settings(
        self, audio: dict[str, Any] | None, *, greeting: bool, tools: bool, context: bool, idle: int | None
    ) -> None:
        self.settings_sent = True
        if self.world.spoken:  # it came before Settings: its format is the default
            audio = None
        if audio:
            self.audio = audio["input"]
            self.world.declare(self.audio)
        agent: dict[str, Any] = {
            "think": {"provider": {"type": "open_ai", "model": "gpt-4o"}, "prompt": "Be kind."}
        }
        if greeting:
            agent["greeting"] = GREETING
        if tools:
            agent["think"]["functions"] = [{"name": TOOL}]
        if context:
            messages = [
                {"type": "History", "role": role, "content": f"{role} was here"}
                for role in ("user", "assistant")
            ]
            agent["context"] = {"messages": messages}
        if idle is not None and self.world.component:
            agent["idleTimeoutMs"] = idle
        self.world.send({"type": "Settings", "audio": _declared(audio), "agent": agent})

    audio = PCM_24K

    def _may_send(self) -> bool:
        return self.settings_sent or self.world.component

    @precondition(lambda self: self._may_send())
    @rule()
    def send_text(self) -> None:
        self.texts_begun += 1
        self.world.send({"type": "InjectUserMessage", "content": f"text {self.texts_begun}"})

    @precondition(lambda self: self._may_send())
    @rule(frames=st.integers(1, 12), milliseconds=st.sampled_from([20, 60, 100]), speech=st.booleans())
    def speak(self, frames: int, milliseconds: int, speech: bool) -> None:
        for _ in range(frames):
            silence = self.audio.silence(milliseconds)
            self.world.speak(self.world.chance.random.randbytes(len(silence)) if speech else silence)
            self.world.run(self.world.clock.now + round(milliseconds * 1024 / 1000) * STEP)

    @precondition(lambda self: self._may_send())
    @rule(
        text=st.sampled_from(["One moment.", "Hello! I am here.", "3.14"]),
        behavior=st.sampled_from(BEHAVIORS),
    )
    def have_said(self, text: str, behavior: str) -> None:
        self.world.inject(text, behavior)

    @precondition(lambda self: self.settings_sent)
    @rule(update=st.sampled_from(UPDATES), again=st.booleans())
    def update(self, update: dict[str, Any], again: bool) -> None:
        for _ in range(1 + again):
            self.updates_sent.append(update["type"])
            self.world.send(update)

    @precondition(lambda self: self.world.ready)  # before, the commit would come between what waits
    @rule()
    def force_end_of_turn(self) -> None:
        self.world.send({"type": "ForceEndTurn"})

    @rule(share=st.floats(0, 1.5))
    def report_playback(self, share: float) -> None:
        self.world.report_playback(share)

    @precondition(lambda self: self._may_send())
    @rule(seconds=st.integers(1, 2))
    def talk_over_the_agent(self, seconds: int) -> None:
        """The user speaks while the agent answers (B)."""
        self.send_text()
        self.world.run(self.world.clock.now + 0.5)
        self.speak(8, 60, speech=True)
        self.speak(12, 60, speech=False)
        self.world.run(self.world.clock.now + seconds)

    @precondition(lambda self: self._may_send())
    @rule(size=st.integers(0, 9))
    def speak_crumbs(self, size: int) -> None:
        self.world.speak(b"\x01" * size)

    @precondition(lambda self: bool(self.world.open_calls))
    @rule(index=st.integers(0, 5))
    def answer_call(self, index: int) -> None:
        self.world.answer(index, '{"degrees": 12}')

    @precondition(lambda self: self.settings_sent)
    @rule(call_id=st.sampled_from(["call_unknown", "call_s1"]))
    def answer_nothing(self, call_id: str) -> None:
        self.world.send({"type": "FunctionCallResponse", "id": call_id, "name": TOOL, "content": "{}"})

    @precondition(lambda self: self._may_send())
    @rule(seconds=st.integers(1, 4))
    def converse(self, seconds: int) -> None:
        """A text, and time enough for an answer or a call: walks get deep by this."""
        self.send_text()
        self.world.run(self.world.clock.now + seconds)

    @precondition(lambda self: bool(self.world.open_calls))
    @rule(seconds=st.integers(1, 3))
    def talk_over_a_call(self, seconds: int) -> None:
        """A text while a function call is unanswered: its response waits (R8)."""
        self.converse(seconds)

    @rule()
    def keep_alive(self) -> None:
        self.world.send({"type": "KeepAlive"})

    # --- time -------------------------------------------------------------------------------------

    @rule(steps=st.sampled_from([1, 64, 512, 1024, 4096, 12000]))
    def wait(self, steps: int) -> None:
        self.world.run(self.world.clock.now + steps * STEP)

    @rule(times=st.integers(1, 8))
    def jump(self, times: int) -> None:
        for _ in range(times):
            self.world.jump()

    @rule()
    def fire_early(self) -> None:
        self.world.handle_timeout_early()

    @rule()
    def restart(self) -> None:
        self.world.restart()

    # --- always true ------------------------------------------------------------------------------

    @invariant()
    def upstream_never_complains(self) -> None:
        assert self.world.complaints() == []  # 1

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        world = self.world
        assert world.audio_is_right(whole=False)  # 2
        sent = world.texts_upstream()
        if world.config.context is ContextMode.ITEMS:
            sent = [text for text in sent if text != "user was here"]
        assert sent == world.texts[: len(sent)]
        assert world.closed or world.outputs_upstream() == world.answers + world.cancelled

    @invariant()
    def greeting_stays_here(self) -> None:
        if self.world.config.greeting is GreetingMode.SPOKEN:
            return
        for frame in self.world.upstream_frames:  # 3
            if frame["type"] != "session.update":
                assert GREETING not in json.dumps(frame)

    @invariant()
    def state_is_small(self) -> None:
        translator = self.world.translator
        assert translator.next_deadline == translator.next_deadline  # 7
        waiting = self.world.spoken * 2 + 200 * len(self.world.texts)
        assert len(json.dumps(translator.snapshot())) < STATE_LIMIT + waiting

    def teardown(self) -> None:
        """Answer what is open and wait: then every turn has been answered, and nothing waits (5)."""
        world = self.world
        if not self.settings_sent:
            return
        for number in range(200):
            world.run(world.clock.now + 0.5)
            while world.open_calls and not world.closed:
                world.answer(0, "{}")
            # With an idle timeout the server speaks up again and again: stop between two of its turns.
            if world.closed or (number > 100 and world.translator.state.response.value == "free"):
                break
        if world.closed:
            return
        self.upstream_never_complains()
        self.nothing_is_lost_or_doubled()
        assert world.translator.state.response.value == "free"
        self._everything_was_answered()
        self._every_word_was_told_once()
        self._every_update_was_answered()
        world.hang_up()
        assert world.translator.next_deadline is None

    def _everything_was_answered(self) -> None:
        world = self.world
        assert len(world.texts_upstream()) >= len(world.texts)
        assert world.audio_is_right(whole=True)
        assert world.unanswered() == []

    def _every_word_was_told_once(self) -> None:
        """What the agent said without being interrupted (O3); nothing twice in any case."""
        told = self.world.told()
        numbered = [text for text in self.world.said if text.startswith("Reply number")]
        assert [text for text in numbered if told.count(text) != 1] == []
        lines = [line for line in told.splitlines() if line.startswith("Reply number")]
        assert len(lines) == len(set(lines))

    def _every_update_was_answered(self) -> None:
        """In order; a voice cannot change once the agent has spoken (T2)."""
        acknowledged = [
            frame["type"]
            for frame in self.world.client_frames
            if isinstance(frame, dict) and frame["type"].endswith("Updated")
        ]
        refused = sum(
            isinstance(frame, dict) and frame.get("code") == "SPEAK_UPDATE_UNSUPPORTED"
            for frame in self.world.client_frames
        )
        sent = [kind.removeprefix("Update") + "Updated" for kind in self.updates_sent]
        assert len(acknowledged) + refused == len(sent)
        others = [kind for kind in sent if kind != "SpeakUpdated"]
        assert [kind for kind in acknowledged if kind != "SpeakUpdated"] == others


def _declared(audio: dict[str, Any] | None) -> dict[str, Any]:
    """The `audio` of Settings."""
    if audio is None:
        return {}
    sides = {
        side: {"encoding": audio[side].encoding, "sample_rate": audio[side].rate}
        for side in ("input", "output")
    }
    sides["output"]["container"] = "wav" if audio["wav"] else "none"
    return sides


TestCall = CallMachine.TestCase
TestCall.settings = settings(
    max_examples=300,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
