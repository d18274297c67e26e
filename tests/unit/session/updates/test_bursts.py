"""T2 as properties: any burst of updates, between responses and behind each other, ends with each answered,
the acknowledgements in order, and upstream's session as the plan of the call has it.
"""

from __future__ import annotations

import json
from typing import Any

from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st

from realtime_translate import Config
from tests.events import UPDATED, audio, done
from tests.harness import Desk, Log, ready
from tests.unit.session.played import begun_by_server
from tests.unit.session.updates.messages import (
    ACKNOWLEDGEMENTS,
    acknowledged,
    listen,
    prompt,
    refusal,
    speak,
    think,
)

Json = dict[str, Any]

POISON = "POISON"
"""Upstream refuses every session whose instructions have this word."""
HINT = (
    "Call the functions that you were given when they help to answer; "
    "never invent what a function would return."
)


@define
class Upstream:
    """A server that keeps its session by patches, and answers each update when it is told to."""

    desk: Desk
    session: Json = field(
        factory=lambda: {
            "instructions": "",
            "tools": [],
            "voice": "marin",
            "speed": 1.0,
            "heard": ([], []),
        }
    )
    pending: list[Json] = field(factory=list)
    log: Log = field(factory=Log)
    responses: int = 0
    active: str = ""
    voiced: bool = False

    def take(self, log: Log) -> None:
        self.log.outputs += log.outputs
        updates = log.of("session.update")
        assert not (updates and self.active), "an update while a response is active"
        self.pending += updates
        assert len(self.pending) <= 1, "two updates in flight"

    def client(self, message: Json) -> None:
        self.take(self.desk.client(message))

    def begin(self) -> None:
        if not self.active:
            self.responses += 1
            self.active = f"resp_{self.responses}"
            begun_by_server(self.desk, self.active)

    def speak(self) -> None:
        if self.active:
            self.voiced = True
            self.take(self.desk.upstream(audio(item_id=self.active, response_id=self.active)))

    def end(self) -> None:
        if self.active:
            ended, self.active = self.active, ""
            self.take(self.desk.upstream(done(ended)))

    def answer(self) -> None:
        if self.pending:
            update = self.pending.pop()
            code = self.patch(update["session"])
            self.take(self.desk.upstream(refusal(update["event_id"], code) if code else UPDATED))

    def patch(self, update: Json) -> str:
        """Apply an update wholly, or refuse it wholly with a code."""
        assert set(update) <= {"type", "instructions", "tools", "audio"}
        sound = update.get("audio", {})
        output = sound.get("output", {})
        if POISON in update.get("instructions", ""):
            return "invalid_value"
        if self.voiced and "voice" in output:
            return "cannot_update_voice"
        self.session |= {key: update[key] for key in ("instructions", "tools") if key in update}
        self.session |= output
        if "input" in sound:
            heard = sound["input"]["transcription"]
            languages, terms = self.session["heard"]
            self.session["heard"] = (heard.get("languages", languages), heard.get("keywords", terms))
        return ""

    def settle(self) -> None:
        """Let everything end and be answered."""
        self.end()
        while self.pending:
            self.answer()


@define
class Plan:
    """What a client may believe of the session when all of its updates hold."""

    prompt: str = ""
    tools: list[str] = field(factory=list)
    voice: str = "marin"
    speed: float = 1.0
    language: str = ""
    terms: list[str] = field(factory=list)

    def apply(self, message: Json) -> None:
        if message["type"] == "UpdatePrompt":
            self.prompt = "\n".join(each for each in (self.prompt, message["prompt"]) if each)
        elif message["type"] == "UpdateThink":
            self.prompt = message["think"]["prompt"]
            self.tools = [each["name"] for each in message["think"]["functions"]]
        elif message["type"] == "UpdateSpeak":
            provider = message["speak"]["provider"]
            self.voice, self.speed = provider["voice"], provider.get("speed", 1.0)
        else:
            provider = message["listen"]["provider"]
            self.language = provider["language"]
            self.terms = provider.get("keyterms", self.terms)

    @property
    def session(self) -> Json:
        return {
            "instructions": "\n\n".join(each for each in (self.prompt, HINT if self.tools else "") if each),
            "tools": self.tools,
            "voice": self.voice,
            "speed": self.speed,
            "heard": ([self.language] if self.language else [], self.terms),
        }


def shown(session: Json) -> Json:
    return {**session, "tools": [each["name"] for each in session["tools"]]}


def kept(desk: Desk) -> Json:
    """The plan that the translator goes by, in the same terms."""
    snapshot: Any = json.loads(json.dumps(desk.translator.snapshot()))
    plan = snapshot["plan"]
    mine = Plan(
        prompt=plan["prompt"],
        tools=[each["name"] for each in plan["tools"]],
        voice=plan["voice"],
        speed=plan["speed"] or 1.0,
        language=plan["language"],
        terms=plan["keyterms"],
    )
    return mine.session


names = st.lists(st.sampled_from("abc"), unique=True, max_size=2)
harmless = st.one_of(
    st.builds(prompt, st.sampled_from(["", "One.", "Two."])),
    st.builds(lambda names, text: think(*names, text=text), names, st.sampled_from(["", "New."])),
    st.builds(speak, st.sampled_from(["marin", "cedar"])),
    st.builds(lambda voice, speed: speak(voice, speed=speed), st.just("marin"), st.sampled_from([0.5, 1.25])),
    st.builds(listen, st.sampled_from(["en", "fr"])),
    st.builds(lambda terms: listen("en", keyterms=terms), names),
)
poison = st.one_of(st.just(prompt(POISON)), st.just(think("a", text=POISON)))
steps = st.sampled_from(["begin", "end", "answer"])
rough = st.sampled_from(["begin", "speak", "end", "answer"])


def play(steps: list[Json | str], config: Config) -> tuple[Upstream, list[Json]]:
    server = Upstream(ready(Desk, config, {"type": "Settings", "audio": {}, "agent": AGENT}))
    for step in steps:
        if isinstance(step, dict):
            server.client(step)
        else:
            getattr(server, step)()
    server.settle()
    return server, [step for step in steps if isinstance(step, dict)]


AGENT = {"speak": {"provider": {"type": "open_ai", "voice": "marin"}}}
configs = st.sampled_from([Config.deepgram(), Config.component()])


@given(st.lists(st.one_of(harmless, harmless, steps), max_size=24), configs)
def test_T2_any_burst_is_acknowledged_in_order_and_holds(steps: list[Json | str], config: Config) -> None:
    server, sent = play(steps, config)
    assert acknowledged(server.log) == [ACKNOWLEDGEMENTS[each["type"]] for each in sent]
    plan = Plan()
    for message in sent:
        plan.apply(message)
    assert shown(server.session) == kept(server.desk) == plan.session
    assert server.desk.translator.next_deadline is None


@given(st.lists(st.one_of(harmless, harmless, poison, rough, rough), max_size=24), configs)
def test_T2_whatever_upstream_refuses_each_has_one_answer_and_the_plan_is_what_upstream_has(
    steps: list[Json | str], config: Config
) -> None:
    server, sent = play(steps, config)
    told, refused = acknowledged(server.log), server.log.warnings
    assert len(told) + len(refused) == len(sent)
    assert set(refused) <= {"invalid_value", "SPEAK_UPDATE_UNSUPPORTED"}
    kinds = iter(ACKNOWLEDGEMENTS[each["type"]] for each in sent)
    assert all(kind in kinds for kind in told), "the acknowledgements are out of order"
    assert shown(server.session) == kept(server.desk)
    snapshot: Any = server.desk.translator.snapshot()
    state = snapshot["call"]["updates"]
    assert (state["waiting"], state["sent"], state["alone"]) == ([], [], 0)
