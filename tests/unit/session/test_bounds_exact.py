"""L2: of each kind of thing that a call remembers so many are kept, the latest ones, and not one fewer."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from realtime_translate import openai
from realtime_translate.mapping.plan import Plan
from realtime_translate.session import playback, upstream_errors, user_speech, user_text, user_turn
from realtime_translate.session.function_calls import FunctionCalls
from realtime_translate.session.function_calls.state import Call
from realtime_translate.session.playback import Playback
from realtime_translate.session.signals import MayFail
from realtime_translate.session.timers import Instant, Timers
from realtime_translate.session.upstream_errors import UpstreamErrors
from realtime_translate.session.user_speech import Heard, UserSpeech
from realtime_translate.session.user_text import Unconfirmed, UserTexts
from realtime_translate.session.user_turn import UserTurn
from tests.unit.session.played import speech, user_item

Feed = Callable[[Any, Any, str], object]


def parsed(event: dict[str, Any]) -> Any:
    return openai.parse_server(json.dumps(event))


def speaks(state: UserSpeech, env: Any, item_id: str) -> None:
    user_speech.speech_started(state, env, parsed(speech("speech_started", item_id=item_id)))


def commits(state: UserSpeech, env: Any, item_id: str) -> None:
    user_speech.committed(state, env, parsed(speech("committed", item_id=item_id)))


def settles(state: UserSpeech, env: Any, item_id: str) -> None:
    state.settle(item_id)


def gives_up(state: UserSpeech, env: Any, item_id: str) -> None:
    """A transcript that is known ends the wait for the one before it, which goes on unseen."""
    state.items = [Heard(item_id), Heard(f"known {item_id}", final="")]
    user_speech.waited(state, env)


def times_out(state: UserTurn, env: Any, item_id: str) -> None:
    event = {"type": "input_audio_buffer.timeout_triggered", "audio_start_ms": 0, "audio_end_ms": 0}
    user_turn.timed_out(state, env, parsed({**event, "item_id": item_id}))


def may_fail(state: UpstreamErrors, env: Any, event_id: str) -> None:
    upstream_errors.may_fail(state, env, MayFail(event_id))


def settles_call(state: FunctionCalls, env: Any, call_id: str) -> None:
    state.settle([Call(call_id, "", "r1")])


def matches(state: UserTexts, env: Any, item_id: str) -> None:
    state.waiting = [Unconfirmed(item_id, "e1", "", Instant(0.0))]
    user_text.item_seen(state, env, parsed(user_item(item_id, "Hi")))


def plays(state: Playback, env: Any, item_id: str) -> None:
    playback.received(state, env, item_id, 0, 480)


BOUNDS: dict[str, tuple[Callable[[], Any], Feed, Callable[[Any], list[str]], int]] = {
    "speech that is not committed": (UserSpeech, speaks, lambda s: [each.item_id for each in s.begun], 32),
    "speech without its text": (UserSpeech, commits, lambda s: [each.item_id for each in s.items], 32),
    "speech that nobody waits for": (UserSpeech, gives_up, lambda s: [each.item_id for each in s.begun], 32),
    "speech that was told": (UserSpeech, settles, lambda s: s.settled, 32),
    "idle timeouts": (UserTurn, times_out, lambda s: s.idle_items, 8),
    "events that may fail": (UpstreamErrors, may_fail, lambda s: s.harmless, 64),
    "settled calls": (FunctionCalls, settles_call, lambda s: [each.call_id for each in s.settled], 64),
    "confirmed texts": (UserTexts, matches, lambda s: s.matched, 32),
    "parts that play": (Playback, plays, lambda s: [each.item_id for each in s.items], 32),
}


def env() -> Any:
    return SimpleNamespace(
        now=Instant(1.0),
        timers=Timers(),
        plan=Plan(),
        responding=False,
        component=False,
        text=lambda role, words: (),
    )


@pytest.mark.parametrize(("state", "feed", "kept", "bound"), BOUNDS.values(), ids=BOUNDS)
def test_L2_the_latest_of_a_kind_are_kept(
    state: Callable[[], Any], feed: Feed, kept: Callable[[Any], list[str]], bound: int
) -> None:
    remembered, around = state(), env()
    names = [f"x{number}" for number in range(bound + 2)]
    for number, name in enumerate(names, 1):
        feed(remembered, around, name)
        assert kept(remembered) == names[max(0, number - bound) : number]
