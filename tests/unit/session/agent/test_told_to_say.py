"""T3: texts that the agent is told to say, in all behaviours and dialects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from realtime_translate import Config
from realtime_translate.testing import Reply, Say
from tests.events import (
    TOOLS,
    busy,
    call_added,
    call_done,
    created,
    delta,
    done,
    error,
    event,
    inject,
    speech,
)
from tests.harness import SETTINGS, Desk, Pair, ready
from tests.unit.session.agent.spoken_texts import TEXT, VADS, end, say, spoken
from tests.unit.session.played import (
    MANUAL,
    VAD,
    Way,
    asked,
    begun,
    begun_by_server,
    confirmed,
    creates,
    tag_in,
)

CO = Config.component()
DIALECTS = pytest.mark.parametrize("config", [VAD, CO], ids=["deepgram", "component"])
BEHAVIORS = pytest.mark.parametrize("behavior", [None, "default", "queue", "interrupt"])


# --- what is asked for --------------------------------------------------------------------------------------


@DIALECTS
@BEHAVIORS
def test_T3_a_create_asks_for_exactly_that_text_with_tools_off(
    way: Way, config: Config, behavior: str | None
) -> None:
    desk = ready(way, config, TOOLS)
    log = desk.client(say(behavior=behavior))
    (frame,) = log.upstream
    tag, response = frame["event_id"], frame["response"]
    assert (frame["type"], set(frame)) == ("response.create", {"type", "event_id", "response"})
    assert response.pop("instructions").endswith(f":\n{TEXT}")
    assert response == {"metadata": {"rt": tag}, "tool_choice": "none"}
    assert log.client == []


@DIALECTS
def test_T3_the_client_is_told_the_words_that_the_model_really_said(way: Way, config: Config) -> None:
    desk = ready(way, config)
    desk.upstream(created("resp_1", tag_in(desk.client(say("Slip nine is free.")))))
    whole: dict[str, Any] = {"transcript": "Slip 9 is free, sir.", "item_id": "msg_1", "content_index": 0}
    told = desk.upstream(event("output_audio_transcript.done", **whole), done())
    assert [each["content"] for each in told.of("ConversationText")] == ["Slip 9 is free, sir."]
    assert told.client_types[-1] == "AgentAudioDone"


@BEHAVIORS
@pytest.mark.parametrize("with_message", [True, False])
def test_T3_dynamic_words_are_the_models_own(way: Way, behavior: str | None, with_message: bool) -> None:
    message = say("Not this.", behavior, is_dynamic=True)
    if not with_message:
        del message["message"]
    log = ready(way).client(message)
    (frame,) = log.upstream
    assert frame["response"] == {"metadata": {"rt": frame["event_id"]}}


def test_T3_is_dynamic_false_is_an_ordinary_text(way: Way) -> None:
    assert spoken(ready(way).client(say("This.", is_dynamic=False))) == ["This."]


def test_T3_without_a_text_a_deepgram_client_is_hung_up_on(way: Way) -> None:
    """T5: `content` is not Deepgram's word."""
    log = ready(way).client({"type": "InjectAgentMessage", "content": "Hello."})
    assert [each["code"] for each in log.of("Error")] == ["UNPARSABLE_CLIENT_MESSAGE"]
    assert len(log.closes) == 2


def test_T3_the_component_also_says_content(way: Way) -> None:
    desk = ready(way, CO)
    assert spoken(desk.client({"type": "InjectAgentMessage", "content": "This."})) == ["This."]


@DIALECTS
def test_T3_what_waits_for_ready_is_said_then(way: Way, config: Config) -> None:
    desk = way(config)
    desk.opened()
    desk.client(SETTINGS)
    desk.dialled()
    assert desk.client(say("Hello.")).upstream == []
    log = desk.upstream({"type": "session.updated", "session": {}})
    assert (spoken(log), log.client_types) == (["Hello."], ["SettingsApplied"])


# --- default: only while neither side has the turn ----------------------------------------------------------

AGENT: dict[str, Callable[[Desk], object]] = {
    "a response is asked for": asked,
    "a response runs": begun,
    "the server's own runs": begun_by_server,
    "the server will respond": lambda desk: desk.upstream(speech("committed")),
    "the server's own was in the way": lambda desk: desk.upstream(busy(asked(desk))),
    "another text is said": lambda desk: desk.client(say("First.")),
    "a text waits": lambda desk: [desk.client(say(each, "queue")) for each in ("First.", "Second.")],
    "a call is unanswered": lambda desk: desk.upstream(created(), call_added(), call_done(), done()),
}
"""The agent has the turn, or is about to."""


@VADS
@pytest.mark.parametrize("behavior", [None, "default"])
@pytest.mark.parametrize("act", AGENT.values(), ids=AGENT)
def test_T3_default_is_refused_while_the_agent_has_the_turn(
    way: Way, config: Config, behavior: str | None, act: Callable[[Desk], object]
) -> None:
    desk = ready(way, config, TOOLS)
    act(desk)
    before = desk.translator.snapshot()
    log = desk.client(say(behavior=behavior))
    assert (log.client_types, log.upstream) == (["InjectionRefused"], [])
    assert log.of("InjectionRefused")[0]["message"]
    assert desk.translator.snapshot() == before, "nothing of it is kept"


@VADS
@pytest.mark.parametrize("act", AGENT.values(), ids=AGENT)
def test_T3_queue_waits_for_the_agent(way: Way, config: Config, act: Callable[[Desk], object]) -> None:
    desk = ready(way, config, TOOLS)
    act(desk)
    log = desk.client(say(behavior="queue"))
    assert log.client == []
    assert creates(log) == (act is AGENT["a call is unanswered"]), "spoken texts wait for no call (R8)"


@VADS
@pytest.mark.parametrize("behavior", [None, "default", "queue"])
def test_T3_default_and_queue_are_refused_while_the_user_speaks(
    way: Way, config: Config, behavior: str | None
) -> None:
    desk = ready(way, config)
    desk.upstream(speech("speech_started"))
    log = desk.client(say(behavior=behavior))
    assert (log.client_types, log.upstream) == (["InjectionRefused"], [])
    assert log.of("InjectionRefused")[0]["message"]
    desk.upstream(speech("speech_stopped"))
    assert creates(desk.client(say(behavior=behavior))) == 1


@pytest.mark.parametrize("behavior", [None, "default", "queue"])
def test_T8_where_the_translator_commits_nobody_has_the_turn(way: Way, behavior: str | None) -> None:
    desk = ready(way, MANUAL)
    desk.client(bytes(4800))
    assert creates(desk.client(say(behavior=behavior))) == 1


def test_T3_default_is_said_again_when_the_agent_is_done(way: Way) -> None:
    desk = ready(way)
    log = desk.client(say("One."))
    assert desk.client(say("Two.")).client_types == ["InjectionRefused"]
    end(desk, log, "resp_1")
    assert spoken(desk.client(say("Two."))) == ["Two."]


@VADS
def test_T3_an_unknown_behavior_is_refused(way: Way, config: Config) -> None:
    log = ready(way, config).client(say(behavior="whisper"))
    assert (log.client_types, log.upstream) == (["InjectionRefused"], [])
    assert "interrupt" in log.of("InjectionRefused")[0]["message"]


# --- interrupt ----------------------------------------------------------------------------------------------


@VADS
def test_T3_interrupt_cuts_the_agent(way: Way, config: Config) -> None:
    """B1, B2: the client hears the end of the turn, the server is told, and then the text is said."""
    desk = ready(way, config)
    tag = begun(desk)
    desk.upstream(delta())
    log = desk.client(say("Stop.", "interrupt"))
    assert log.client_types[-1] == "AgentAudioDone"
    assert "InjectionRefused" not in log.client_types
    assert [each.get("response_id") for each in log.of("response.cancel")] == ["resp_1"]
    assert creates(log) == 0, "one response at a time (R1)"
    ended = desk.upstream(done("resp_1", tag=tag, status="cancelled"))
    assert (ended.client, spoken(ended)) == ([], ["Stop."])


@VADS
def test_B2_a_create_in_flight_is_cancelled_once_it_has_begun(way: Way, config: Config) -> None:
    desk = ready(way, config)
    tag = asked(desk)
    assert desk.client(say("Stop.", "interrupt")).upstream == []
    log = desk.upstream(created("resp_1", tag))
    assert [each.get("response_id") for each in log.of("response.cancel")] == ["resp_1"]
    assert "response.cancel" not in desk.upstream(delta()).upstream_types
    ended = desk.upstream(done("resp_1", tag=tag, status="cancelled"))
    assert (ended.of("ConversationText"), spoken(ended)) == ([], ["Stop."])


def test_B2_an_interrupted_create_that_is_refused_is_not_asked_for_again(way: Way) -> None:
    desk = ready(way)
    tag = asked(desk)
    desk.client(say("Stop.", "interrupt"))
    desk.upstream(busy(tag))
    log = desk.wait(1)
    assert spoken(log) == ["Stop."]
    assert creates(end(desk, log, "resp_1")) == 0


@pytest.mark.parametrize("late", [True, False])
def test_B2_an_interrupted_create_that_fails_leaves_nothing_to_cancel(way: Way, late: bool) -> None:
    desk = ready(way)
    tag = asked(desk)
    desk.client(say("Stop.", "interrupt"))
    log = desk.wait(10) if late else desk.upstream(error("rate_limit_exceeded", event_id=tag))
    assert spoken(log) == ["Stop."]
    begins = desk.upstream(created("resp_1", tag_in(log)))
    assert begins.upstream == []


def test_T3_interrupt_in_silence_is_said_at_once(way: Way) -> None:
    log = ready(way).client(say("Now.", "interrupt"))
    assert (log.client, spoken(log), log.upstream_types) == ([], ["Now."], ["response.create"])


@VADS
def test_T3_interrupt_is_said_although_the_user_speaks(way: Way, config: Config) -> None:
    desk = ready(way, config)
    desk.upstream(speech("speech_started"))
    assert spoken(desk.client(say("Now.", "interrupt"))) == ["Now."]


def test_T3_interrupt_is_said_before_what_waits(way: Way) -> None:
    desk = ready(way)
    begun(desk)
    confirmed(desk, "More")
    desk.client(say("Queued.", "queue"))
    desk.client(say("Now.", "interrupt"))
    said = list[str]()
    log = desk.upstream(done("resp_1", tag="", status="cancelled"))
    for number in range(3):
        said += spoken(log)
        log = end(desk, log, f"resp_x{number}")
    assert (said, creates(log)) == (["Now.", "", "Queued."], 0)


# --- against the model --------------------------------------------------------------------------------------


@VADS
def test_T3_the_model_says_all_of_them(config: Config) -> None:
    pair = Pair(config, script=lambda view, request: Reply(Say(asked_to_say(request))))
    pair.client(SETTINGS)
    pair.run(1.0)
    for number, behavior in enumerate(["default", "queue", "queue"]):
        pair.client(say(f"Text {number}.", behavior))
    pair.run(10.0)
    pair.client(inject("Hi"))
    pair.client(say("Last.", "queue"))
    pair.run(30.0)
    texts = [each["content"] for each in pair.log.of("ConversationText") if each["role"] == "assistant"]
    assert texts[:3] == ["Text 0.", "Text 1.", "Text 2."]
    assert sorted(texts[3:]) == ["Last.", "Yes."]
    assert pair.server.violations == ()


def asked_to_say(request: Any) -> str:
    return str(request.get("instructions", "")).partition(":\n")[2] or "Yes."
