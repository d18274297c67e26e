"""L2: of each kind of thing that a call remembers so many are kept, the latest ones, and not one fewer."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from realtime_translate import openai
from realtime_translate.mapping.plan import Plan
from realtime_translate.session.entries import FunctionCall, Heard, Unconfirmed
from realtime_translate.session.policies import playback, upstream_errors, user_speech, user_text, user_turn
from realtime_translate.session.policies.function_calls import known
from realtime_translate.session.signals import MayFail
from realtime_translate.session.state import Call
from realtime_translate.session.timers import Instant, Timers
from tests.events import speech, user_item

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


def may_fail(call: Call, env: Any, event_id: str) -> None:
    upstream_errors.may_fail(call, env, MayFail(event_id))


def settles_call(call: Call, env: Any, call_id: str) -> None:
    known.settle(call.calls, [FunctionCall(call_id, "", "r1")])


def matches(call: Call, env: Any, item_id: str) -> None:
    call.user_texts.waiting = [Unconfirmed(item_id, "e1", "", Instant(0.0))]
    user_text.item_seen(call, env, parsed(user_item(item_id, "Hi")))


def plays(call: Call, env: Any, item_id: str) -> None:
    playback.received(call.playback, env, item_id, 0, 480)


BOUNDS: dict[str, tuple[Feed, Callable[[Call], list[str]], int]] = {
    "speech that is not committed": (speaks, lambda c: [each.item_id for each in c.user_speech.begun], 32),
    "speech without its text": (commits, lambda c: [each.item_id for each in c.user_speech.items], 32),
    "speech that nobody waits for": (gives_up, lambda c: [each.item_id for each in c.user_speech.begun], 32),
    "speech that was told": (settles, lambda c: c.user_speech.settled, 32),
    "idle timeouts": (times_out, lambda c: c.user_turn.idle_items, 8),
    "events that may fail": (may_fail, lambda c: c.errors.harmless, 64),
    "settled calls": (settles_call, lambda c: [each.call_id for each in c.calls.settled], 64),
    "confirmed texts": (matches, lambda c: c.user_texts.matched, 32),
    "parts that play": (plays, lambda c: [each.item_id for each in c.playback.items], 32),
}


def env() -> Any:
    return SimpleNamespace(
        now=Instant(1.0), timers=Timers(), plan=Plan(), component=False, text=lambda role, words: ()
    )


@pytest.mark.parametrize(("feed", "kept", "bound"), BOUNDS.values(), ids=BOUNDS)
def test_L2_the_latest_of_a_kind_are_kept(feed: Feed, kept: Callable[[Call], list[str]], bound: int) -> None:
    call, around = Call(), env()
    names = [f"x{number}" for number in range(bound + 2)]
    for number, name in enumerate(names, 1):
        feed(call, around, name)
        assert kept(call) == names[max(0, number - bound) : number]
