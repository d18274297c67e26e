"""What one call remembers has a bound in number and in size, whatever the peers send (L1, L2)."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from realtime_translate import Config, Limits, openai
from realtime_translate.mapping.plan import Plan
from realtime_translate.session.entries import FunctionCall, Heard, Unconfirmed
from realtime_translate.session.env import Ids
from realtime_translate.session.ids import MAX_ID
from realtime_translate.session.policies import playback, user_speech, user_text, user_turn
from realtime_translate.session.policies.function_calls import known
from realtime_translate.session.state import Call
from realtime_translate.session.timers import Instant, Timers
from tests.events import speech, user_item
from tests.harness import SETTINGS, Desk, Json

CONFIGS = pytest.mark.parametrize(
    "config", [Config.deepgram, Config.component], ids=["deepgram", "component"]
)
LONG = "x" * 20_000
ONE = {"id": "r1"}
THINK = {"provider": {"type": "open_ai"}, "functions": [{"name": "look"}]}
TOOLS: Json = {**SETTINGS, "agent": {"think": THINK}}
SMALL = Limits(pending_messages=4, item_text=2**12, frame_bytes_down=2**15)


def responding(config: Config) -> Desk:
    desk = Desk(config)
    desk.ready(TOOLS)
    desk.upstream({"type": "response.created", "response": ONE})
    return desk


def size(desk: Desk, part: str) -> int:
    snapshot: Any = desk.translator.snapshot()
    return len(json.dumps(snapshot["call"][part]))


def call(number: int, **fields: Any) -> Json:
    item = {"type": "function_call", "id": f"i{number}", "call_id": f"c{number}", "name": "look"}
    return {"type": "response.output_item.done", "response_id": "r1", "item": {**item, **fields}}


@CONFIGS
def test_L2_an_id_without_end_in_the_list_of_a_done_is_no_id(config: Any) -> None:
    desk = responding(config())
    message = {
        "type": "message",
        "id": "i" * (MAX_ID + 1),
        "content": [{"type": "output_text", "text": "Hi."}],
    }
    log = desk.upstream({"type": "response.done", "response": {**ONE, "output": [message]}})
    assert "UPSTREAM_MALFORMED" in log.notices
    assert desk.slot.value == "free", "it ends its response all the same"
    assert size(desk, "agent_text") < MAX_ID


def test_a_done_whose_own_id_is_without_end_ends_the_response_in_the_slot() -> None:
    desk = responding(Config.deepgram())
    desk.upstream({"type": "response.done", "response": {"id": "r" * (MAX_ID + 1)}})
    assert desk.slot.value == "free"
    assert size(desk, "slot") < 2 * MAX_ID


@pytest.mark.parametrize("response", [None, [], "r1", {"output": "none"}, {"output": [None, 3]}])
def test_ids_are_looked_for_in_anything(response: object) -> None:
    desk = responding(Config.deepgram())
    desk.upstream({"type": "response.done", "item": [1], "response": response})
    assert desk.slot.value == "free"


@CONFIGS
def test_L2_answered_calls_of_a_response_without_end_have_a_bound(config: Any) -> None:
    desk = responding(config(limits=Limits(pending_messages=4)))
    for number in range(4 + 64):
        assert desk.upstream(call(number)).closes == []
        desk.client({"type": "FunctionCallResponse", "id": f"c{number}", "name": "look", "content": "{}"})
    log = desk.upstream(call(99))
    assert log.of("Error")[0]["code"] == "INTERNAL_SERVER_ERROR"
    assert len(log.closes) == 2


@CONFIGS
@pytest.mark.parametrize("kind", ["item.added", "item.done", "arguments"])
def test_L2_what_calls_carry_has_a_bound(config: Any, kind: str) -> None:
    desk = responding(config(limits=SMALL))
    desk.upstream(call(1, arguments=LONG))
    more = call(2, arguments=LONG, status="in_progress" if kind == "item.added" else "completed")
    if kind != "item.done":
        more["type"] = "response.output_item.added"
    if kind == "arguments":
        more["item"]["arguments"] = ""
        assert desk.upstream(more).closes == []
        more = {"type": "response.function_call_arguments.done", "call_id": "c2", "arguments": LONG}
    assert desk.upstream(more).of("Error")[0]["code"] == "INTERNAL_SERVER_ERROR"


def committed(desk: Desk, *items: str) -> None:
    for item in items:
        desk.upstream({"type": "input_audio_buffer.committed", "item_id": item})


def transcript(item: str, text: str) -> Json:
    kind = "conversation.item.input_audio_transcription.completed"
    return {"type": kind, "item_id": item, "content_index": 0, "transcript": text}


def test_L2_transcripts_that_wait_for_an_earlier_one_have_a_bound() -> None:
    desk = Desk(Config.deepgram(limits=SMALL))
    desk.ready()
    committed(desk, "u1", "u2", "u3")
    assert desk.upstream(transcript("u3", "y" * 2000)).client == []
    log = desk.upstream(transcript("u2", "x" * 3000))
    assert [each["content"][0] for each in log.of("ConversationText")] == ["x", "y"], "the order stays"
    assert size(desk, "user_speech") < 1000
    assert desk.upstream(transcript("u1", "Late.")).of("ConversationText")[0]["content"] == "Late."


def test_L2_words_that_wait_for_the_users_have_a_bound() -> None:
    desk = Desk(Config.deepgram(limits=SMALL))
    desk.ready()
    committed(desk, "u1")
    desk.upstream({"type": "response.created", "response": ONE})
    said = {"type": "response.output_text.done", "response_id": "r1"}
    assert desk.upstream({**said, "item_id": "i1", "text": "y" * 3000}).client == []
    log = desk.upstream({**said, "item_id": "i2", "text": "x" * 2000})
    assert [each["content"][0] for each in log.of("ConversationText")] == ["y", "x"]
    assert size(desk, "user_speech") < 1000


@CONFIGS
def test_L2_of_a_long_typed_text_no_more_than_its_fingerprint_is_kept(config: Any) -> None:
    desk = Desk(config())
    desk.ready()
    item = desk.client({"type": "InjectUserMessage", "content": LONG}).upstream[0]["item"]
    assert size(desk, "user_texts") < 500
    renamed = {**item, "id": "given_by_the_server"}
    log = desk.upstream({"type": "conversation.item.added", "item": renamed})
    assert log.upstream_types == ["response.create"], "it is recognised all the same (T1)"


def test_L1_a_notice_does_not_carry_what_a_peer_wrote_without_end() -> None:
    desk = Desk(Config.deepgram())
    desk.ready()
    log = desk.upstream({"type": "error", "error": {"code": LONG, "message": "Sorry."}})
    told = [each for each in log.outputs if getattr(each, "code", "") == "UPSTREAM_ERROR"]
    assert len(str(told)) < 5000
    assert log.of("Warning")[0]["code"] == LONG, "the client is told all of it (E1)"


Feed = Callable[[Call, Any, str], object]


def parsed(event: dict[str, Any]) -> Any:
    return openai.parse_server(json.dumps(event))


def speaks(call: Call, env: Any, item_id: str) -> None:
    user_speech.speech_started(call, env, parsed(speech("speech_started", item_id=item_id)))


def commits(call: Call, env: Any, item_id: str) -> None:
    user_speech.committed(call, env, parsed(speech("committed", item_id=item_id)))


def settles(call: Call, env: Any, item_id: str) -> None:
    user_speech._settle(call.user_speech, item_id)


def gives_up(call: Call, env: Any, item_id: str) -> None:
    """A transcript that is known ends the wait for the one before it, which goes on unseen."""
    call.user_speech.items = [Heard(item_id), Heard(f"known {item_id}", final="")]
    user_speech.waited(call, env)


def times_out(call: Call, env: Any, item_id: str) -> None:
    event = {"type": "input_audio_buffer.timeout_triggered", "audio_start_ms": 0, "audio_end_ms": 0}
    user_turn.timed_out(call, env, parsed({**event, "item_id": item_id}))


def settles_call(call: Call, env: Any, call_id: str) -> None:
    known.settle(call.calls, [FunctionCall(call_id, "", "r1")])


def gives_output(call: Call, env: Any, call_id: str) -> None:
    env.ids = SimpleNamespace(count=1)
    known.answered(call.calls, env, call_id)


def matches(call: Call, env: Any, item_id: str) -> None:
    call.user_texts.waiting = [Unconfirmed(item_id, "e1", "", Instant(0.0), 1)]
    user_text.item_seen(call, env, parsed(user_item(item_id, "Hi")))


def plays(call: Call, env: Any, item_id: str) -> None:
    playback.received(call.playback, env, item_id, 0, 480)


BOUNDS: dict[str, tuple[Feed, Callable[[Call], list[str]], int]] = {
    "speech that is not committed": (speaks, lambda c: [each.item_id for each in c.user_speech.begun], 32),
    "speech without its text": (commits, lambda c: [each.item_id for each in c.user_speech.items], 32),
    "speech that nobody waits for": (gives_up, lambda c: [each.item_id for each in c.user_speech.begun], 32),
    "speech that was told": (settles, lambda c: c.user_speech.settled, 32),
    "idle timeouts": (times_out, lambda c: c.user_turn.idle_items, 8),
    "settled calls": (settles_call, lambda c: [each.call_id for each in c.calls.settled], 64),
    "outputs that may be lost": (gives_output, lambda c: list(c.calls.unconfirmed), 16),
    "confirmed texts": (matches, lambda c: c.user_texts.matched, 32),
    "parts that play": (plays, lambda c: [each.item_id for each in c.playback.items], 32),
}


def env() -> Any:
    return SimpleNamespace(
        now=Instant(1.0),
        timers=Timers(),
        plan=Plan(),
        config=Config.deepgram(),
        component=False,
        text=lambda role, words: (),
    )


@pytest.mark.parametrize(("feed", "kept", "bound"), BOUNDS.values(), ids=BOUNDS)
def test_L2_the_latest_of_a_kind_are_kept(feed: Feed, kept: Callable[[Call], list[str]], bound: int) -> None:
    call, around = Call(), env()
    names = [f"x{number}" for number in range(bound + 2)]
    for number, name in enumerate(names, 1):
        feed(call, around, name)
        assert kept(call) == names[max(0, number - bound) : number]


def test_L2_of_events_that_may_fail_the_latest_are_kept() -> None:
    ids, names = Ids("T"), [f"T_{number}" for number in range(66)]
    for number, name in enumerate(names, 1):
        ids.may_fail(name)
        assert ids.harmless == names[max(0, number - 64) : number]
    assert [ids.has_failed(name) for name in (names[0], names[-1], names[-1])] == [False, True, False]
