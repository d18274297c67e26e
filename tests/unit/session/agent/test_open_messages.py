"""O2, O5: messages that a response has announced and not ended, and latencies at the edge."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

from realtime_translate import Config, deepgram, openai
from realtime_translate.session.policies import agent_turn
from realtime_translate.session.state import Call
from realtime_translate.session.timers import Instant
from tests.events import (
    audio,
    audio_done,
    conversation_item,
    created,
    done,
    item_added,
    item_done,
    message,
    text,
    text_done,
)
from tests.harness import ready
from tests.unit.session.agent.test_text import BOTH, said
from tests.unit.session.agent.test_text import ready as speaking
from tests.unit.session.played import Way

CO = Config.component()
ENDS = ["AgentDone", "AgentAudioDone"]


def begun(item_id: str) -> dict[str, Any]:
    return item_added(message(status="in_progress", item_id=item_id))


def ends(log: Any) -> list[str]:
    return [each for each in log.client_types if each in ENDS]


def test_O5_the_text_of_the_only_message_ends_the_turn(way: Way) -> None:
    desk = ready(way, CO)
    desk.upstream(created(), begun("msg_1"), text("One."))
    assert ends(desk.upstream(text_done("One."))) == ENDS
    assert ends(desk.upstream(item_done(message("One.")), done("resp_1"))) == []


def test_O5_while_another_message_is_announced_it_does_not(way: Way) -> None:
    desk = ready(way, CO)
    desk.upstream(created(), begun("msg_1"), begun("msg_2"), text("Two.", "msg_2"))
    assert ends(desk.upstream(text_done("Two.", "msg_2"), item_done(message("Two.", item_id="msg_2")))) == []
    assert ends(desk.upstream(text_done("One.", "msg_1"))) == ENDS


def test_O5_nor_does_its_audio(way: Way) -> None:
    desk = ready(way, CO)
    desk.upstream(created(), begun("msg_1"), begun("msg_2"), audio(item_id="msg_2"))
    assert ends(desk.upstream(audio_done("msg_2"), item_done(message("Two.", item_id="msg_2")))) == []
    assert ends(desk.upstream(audio_done("msg_1"))) == ENDS


def test_L2_sixty_four_announced_messages_are_remembered() -> None:
    call = Call()
    for number in range(65):
        assert len(call.turn.open_messages) == number
        added = openai.parse_server(json.dumps(begun(f"i{number}")))
        agent_turn.item_added(call, cast(Any, None), cast(Any, added))
    assert call.turn.open_messages == [f"i{number}" for number in range(1, 65)]


def test_O2_text_that_nobody_asked_for_took_no_time() -> None:
    sent: list[Any] = []
    env = SimpleNamespace(
        late=False,
        now=Instant(7.0),
        component=False,
        plan=SimpleNamespace(experimental=True),
        client=lambda message: sent.append(message) or message,
    )
    agent_turn.text_came(Call(), cast(Any, env), cast(Any, None))
    assert sent == [deepgram.LatencyReport(ttt_text_latency=0.0)]


@BOTH
def test_O3_an_incomplete_item_is_the_agent_s_only_while_a_response_runs(dialect: Any) -> None:
    desk = speaking(dialect)
    cut = message("Two berths are free.", status="incomplete")
    assert said(desk, conversation_item(cut)) == []
    assert said(desk, created(), conversation_item(cut)) == ["Two berths are free."]
