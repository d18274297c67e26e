"""What the machine says to a host that breaks a rule, one rule at a time."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from realtime_translate import (
    ClientDialect,
    CloseClient,
    CloseUpstream,
    Config,
    GreetingMode,
    ManualCommit,
    Notice,
    RunFunction,
)
from realtime_translate.audio import PCM_24K, AudioFormat, Conversion
from realtime_translate.outputs import Level, SendToClient, SendToUpstream
from realtime_translate.testing import Group
from realtime_translate.testing.machine import PropertyError
from realtime_translate.testing.machine.checks import rest
from realtime_translate.testing.machine.checks.moments import GREETING
from realtime_translate.testing.machine.ledgers.ledger import CANCELLED, UNANSWERED
from realtime_translate.testing.machine.world import World
from realtime_translate.testing.model.faults import Violation
from tests.events import PCM, audio, created, done
from tests.unit.testing.machine.scripted import ScriptedHost, breaks, does, down, item, nothing, scripted, up

Json = dict[str, Any]
STARTED: Json = {"type": "input_audio_buffer.speech_started", "item_id": "msg_9"}
COMPONENT = Config.component()
PCM_16K = AudioFormat("linear16", 16000)


def notice(code: str) -> Notice:
    return Notice(code, Level.INFO, code)


def said(text: str) -> Json:
    content = [{"type": "output_audio", "transcript": text}]
    return {"type": "message", "status": "completed", "content": content}


def user(text: str) -> SendToClient:
    return down("ConversationText", role="user", content=text)


def agent(text: str) -> SendToClient:
    return down("ConversationText", role="assistant", content=text)


# --- the opening --------------------------------------------------------------------------------------------


def fresh(config: Config | None = None) -> tuple[World, ScriptedHost]:
    world, host = scripted(config)
    world.ledger.updated, world.ledger.applied = False, 0
    return world, host


def update(**session: Any) -> Any:
    return up("session.update", session={"type": "realtime", **session})


def test_S2_one_update() -> None:
    world, host = fresh()
    does(world, host, update())
    breaks("S2", world, host, update())


def test_S2_after_ready_there_may_be_more() -> None:
    world, host = scripted()
    world.ledger.voiced = True
    does(world, host, update(), update())
    assert not world.ledger.unforeseen


def test_S3_session_created_causes_nothing() -> None:
    world, host = fresh()
    does(world, host, notice("UPSTREAM_ABSORBED"), event={"type": "session.created"})
    breaks("S3", world, host, down("SettingsApplied"), event={"type": "session.created"})


def test_S4_nothing_comes_before_settings_applied() -> None:
    world, host = fresh()
    does(world, host, down("Welcome"), down("Warning", code="MAXIMUM_SESSION_LENGTH_APPROACHING"))
    breaks("S4", world, host, down("AgentAudioDone"))


def test_S4_settings_applied_once() -> None:
    world, host = fresh()
    does(world, host, down("SettingsApplied"))
    breaks("S4", world, host, down("SettingsApplied"))


def test_S6_a_component_may_hear_it_again() -> None:
    world, host = fresh(COMPONENT)
    does(world, host, down("AgentThinking"), down("SettingsApplied"), down("SettingsApplied"))


def test_S5_nothing_but_the_update_goes_upstream() -> None:
    world, host = fresh()
    breaks("S5", world, host, up("response.create", response={}))


# --- what goes upstream -------------------------------------------------------------------------------------


def test_2_texts_are_those_of_the_user() -> None:
    world, host = scripted()
    world.ledger.texts = ["Hi"]
    does(world, host, item("Hi"))
    breaks("2 user texts", world, host, item("Hi"))


def test_3_the_greeting_stays_here() -> None:
    world, host = scripted()
    breaks("3 the greeting", world, host, item(GREETING))
    spoken, host = scripted(Config.deepgram(greeting=GreetingMode.SPOKEN))
    does(spoken, host, up("response.create", response={"instructions": GREETING}))


def test_V1_one_owner_of_the_commit() -> None:
    world, host = scripted()
    breaks("V1", world, host, up("input_audio_buffer.commit"))


def test_I1_a_clear_takes_nothing_along() -> None:
    world, host = scripted()
    does(world, host, up("input_audio_buffer.clear"))
    world.audio.uncommitted = 2
    breaks("I1", world, host, up("input_audio_buffer.clear"))


def test_F8_outputs_of_cancelled_calls_ask_for_nothing() -> None:
    world, host = scripted()
    world.ledger.called = {"c1": "c1", "c2": "c2"}
    for call_id, output in (("c1", CANCELLED), ("c2", "{}"), ("of the context", "{}")):
        call = {"type": "function_call_output", "call_id": call_id, "output": output}
        does(world, host, up("conversation.item.create", item=call))
    assert world.answers.unanswered == ["output c2"]
    assert world.ledger.outputs_upstream == 2


def test_F1_calls_of_one_id_are_answered_one_by_one() -> None:
    world, host = scripted()
    event = {"type": "response.output_item.done", "item": {"type": "function_call", "call_id": "c1"}}
    world.ledger.texts = ["Hi"]
    does(world, host, call("c1"), event=event)
    does(world, host, call("ours"), event=event)
    assert world.ledger.called == {"c1": "c1", "ours": "c1"}
    assert world.ledger.asked["c1"] == 2
    output = {"type": "function_call_output", "call_id": "c1", "output": "{}"}
    host.answers = [(up("conversation.item.create", item=output),)]
    world.answer(1, "{}")
    assert world.ledger.called == {"c1": "c1"}
    does(world, host, up("conversation.item.create", item=output))
    does(world, host, up("conversation.item.create", item=output))
    assert (world.ledger.called, world.ledger.outputs_upstream) == ({}, 2)


def test_R8_a_call_that_is_closed_is_not_answered_any_more() -> None:
    world, host = scripted(COMPONENT)
    does(world, host, call("c1"), call("c2", client_side=False), RunFunction("c2", "f", "{}", {}))
    for call_id in ("c1", "c2"):
        closed = {"type": "function_call_output", "call_id": call_id, "output": UNANSWERED}
        does(world, host, up("conversation.item.create", item=closed))
    assert (world.ledger.open_calls, world.ledger.host_calls) == ([], [])
    assert world.ledger.cancelled == world.ledger.outputs_upstream == 2


@pytest.mark.parametrize("dialect", ClientDialect)
@pytest.mark.parametrize("ours", [True, False])
def test_R8_a_call_that_is_given_up_as_it_is_answered_has_one_output(
    dialect: ClientDialect, ours: bool
) -> None:
    """A host that is late does first what was due."""
    world, host = scripted(Config(dialect))
    does(world, host, call("c1", client_side=ours), *([] if ours else [RunFunction("c1", "f", "{}", {})]))
    cancelled = [down("FunctionCallCancelled", functions=[{"id": "c1"}])] if not world.component else []
    closed = {"type": "function_call_output", "call_id": "c1", "output": UNANSWERED}
    host.answers = [(*cancelled, up("conversation.item.create", item=closed))]
    if ours:
        world.answer(0, "{}")
    else:
        world.run_function(0, "{}")
    assert world.ledger.answers + world.ledger.cancelled == world.ledger.outputs_upstream == 1


def test_S2_the_model_belongs_to_the_url() -> None:
    world, host = scripted()
    breaks("S2 the model", world, host, update(model="gpt-realtime"))


def test_E6_what_comes_before_session_created_is_not_about_settings() -> None:
    world, host = scripted()
    refusal = down("Error", code="INVALID_SETTINGS", description="No.")
    does(world, host, refusal)
    breaks("E6", world, host, refusal, event={"type": "error", "error": {}})
    world, host = scripted()
    does(world, host, event={"type": "session.created", "session": {}})
    does(world, host, refusal, event={"type": "error", "error": {}})


def test_4_frames_are_shown_to_whoever_can_judge_them() -> None:
    world, host = scripted()

    def refuse(*_: object) -> None:
        raise PropertyError("4 no")

    object.__setattr__(world.hooks, "check_client_frame", refuse)
    breaks("4 no", world, host, down("AgentAudioDone"))
    object.__setattr__(world.hooks, "check_client_frame", nothing)
    object.__setattr__(world.hooks, "check_upstream_frame", refuse)
    breaks("4 no", world, host, up("response.create", response={}))


# --- interruptions ------------------------------------------------------------------------------------------


def test_B2_one_cancel_of_the_active_response() -> None:
    world, host = scripted()
    world.ledger.turns = {"interrupt_response": False}
    world.ledger.active = "resp_1"
    cancel = up("response.cancel", response_id="resp_1")
    does(world, host, down("UserStartedSpeaking"), cancel, event=STARTED)
    world.ledger.active = "resp_2"
    breaks("B2", world, host, down("UserStartedSpeaking"), event=STARTED)


def test_B2_none_where_the_server_does_it() -> None:
    world, host = scripted()
    world.ledger.active = "resp_1"
    cancel = up("response.cancel", response_id="resp_1")
    breaks("B2", world, host, down("UserStartedSpeaking"), cancel, event=STARTED)


def test_B2_of_a_server_that_was_given_up_at_most_one() -> None:
    world, host = scripted()
    world.strained = True
    world.ledger.active = "resp_1"
    does(world, host, down("UserStartedSpeaking"), event=STARTED)
    cancel = up("response.cancel")
    breaks("B2", world, host, down("UserStartedSpeaking"), cancel, cancel, event=STARTED)


def test_B3_a_text_at_which_the_call_ends_has_nothing_truncated() -> None:
    """It interrupts, and is one more than may wait to be spoken (L3)."""
    world, host = scripted()
    world.ledger.active = "resp_1"
    does(world, host, SendToClient(PCM), event=audio())
    host.answers = [(down("Error", code="CLIENT_MESSAGE_OVERFLOW"), CloseClient(1000), CloseUpstream(1000))]
    world.have_said("Stop.", "interrupt")
    assert world.closed


def test_B1_nothing_of_it_is_heard_afterwards() -> None:
    world, host = scripted()
    world.ledger.cut.add("resp_1")
    does(world, host, event=audio())
    breaks("B1", world, host, SendToClient(PCM), event=audio())


def test_B_without_barge_in_nobody_is_cut() -> None:
    world, host = scripted(Config.deepgram(barge_in=False))
    world.ledger.active = "resp_1"
    does(world, host, down("UserStartedSpeaking"), event=STARTED)
    assert world.ledger.cut == set()


def test_an_interrupting_text_takes_the_place_of_what_was_asked_for() -> None:
    world, host = scripted()
    world.answers.wants("text", "Hi")
    does(world, host, up("response.create", response={}))
    world.have_said("Stop.", "interrupt")
    busy = {"code": "conversation_already_has_active_response", "event_id": "e1"}
    does(world, host, event={"type": "error", "error": busy})
    assert world.answers.unanswered == []


# --- what the client gets -----------------------------------------------------------------------------------


def test_I1_silence_before_settings_are_applied_ends_no_stream() -> None:
    world, host = scripted()
    said = bytes(range(256)) * 4
    world.audio.declare(PCM_16K)
    world.audio.waiting = True
    world.audio.say(said[:512])
    silence = SendToUpstream('{"type":"input_audio_buffer.append","audio":"AAAA"}')
    does(world, host, Notice("SILENCE_SENT", Level.DEBUG, "", {}), silence)
    world.audio.say(said[512:])
    world.audio.append(Conversion(PCM_16K, PCM_24K).feed(said))
    world.audio.compare()


def test_1_a_cancel_of_what_had_ended_is_foreseen() -> None:
    world, host = scripted()
    does(world, host, event=created())
    does(world, host, event=done())
    does(world, host, up("response.cancel", response_id="resp_1", event_id="e9"))
    assert "e9" not in world.ledger.unforeseen


def flowing(world: World, host: ScriptedHost, seconds: float) -> None:
    """A tenth of a second of audio, again and again."""
    audio = bytes(4800)
    for _ in range(round(seconds * 10)):
        frame = f'{{"type":"input_audio_buffer.append","audio":"{b64encode(audio).decode()}"}}'
        host.answers = [(SendToUpstream(frame),)]
        world.feed("receive_from_client", audio)
        world.clock.set(world.clock.now + 0.1)


def test_A7_a_flow_of_audio_is_committed() -> None:
    world, host = scripted(Config.deepgram(turn_detection=ManualCommit(ceiling=1.0)))
    flowing(world, host, 1.0)
    with pytest.raises(PropertyError, match="A7"):
        flowing(world, host, 0.2)


def test_A7_unless_a_response_is_in_the_way() -> None:
    world, host = scripted(Config.deepgram(turn_detection=ManualCommit(ceiling=1.0)))
    flowing(world, host, 0.8)
    does(world, host, event=created())
    flowing(world, host, 2.0)
    assert world.audio.due_since is None


def test_A7_even_if_nothing_is_said_meanwhile() -> None:
    """What a resampler still held goes upstream just before the commit that was in its way."""
    world, host = scripted(Config.deepgram(turn_detection=ManualCommit(ceiling=1.0)))
    flowing(world, host, 0.8)
    does(world, host, up("response.create", response={}, event_id="T1"))
    assert world.audio.due_since is None


def test_O1_the_agent_is_heard() -> None:
    world, host = scripted()
    does(world, host, SendToClient(PCM), event=audio())
    breaks("O1", world, host, event=audio())


def test_O1_of_a_response_that_was_never_announced_nothing_needs_to_be_heard() -> None:
    world, host = scripted()
    event = {key: value for key, value in audio().items() if key != "response_id"}
    does(world, host, event=event)


def test_O2_the_component_is_told_before() -> None:
    world, host = scripted(COMPONENT)
    does(world, host, down("AgentStartedSpeaking"), SendToClient(PCM), event=audio())
    breaks("O2", world, host, down("AgentStartedSpeaking"))
    does(world, host, down("AgentAudioDone"))
    breaks("O2", world, host, SendToClient(PCM), event=audio())


def test_O5_a_second_message_may_follow_in_a_response_whose_beginning_was_lost() -> None:
    world, host = scripted(COMPONENT)
    world.choices.groups = frozenset({Group.SILENCE})
    does(world, host, down("AgentStartedSpeaking"), SendToClient(PCM), event=audio())
    does(world, host, down("AgentAudioDone"))
    does(world, host, SendToClient(PCM), event=audio())


def test_O5_a_second_message_of_an_ended_response_may_follow() -> None:
    world, host = scripted(COMPONENT)
    does(world, host, event=created())
    does(world, host, down("AgentStartedSpeaking"), SendToClient(PCM), event=audio())
    does(world, host, down("AgentAudioDone"))
    does(world, host, SendToClient(PCM), event=audio())
    assert not world.ledger.sounding


def test_O6_the_client_is_told_that_the_user_speaks() -> None:
    world, host = scripted()
    breaks("O6", world, host, event=STARTED)


def test_E2_what_needs_no_attention_is_silent() -> None:
    world, host = scripted()
    does(world, host, down("Warning", code="odd"))
    breaks("E2", world, host, down("Warning", code="response_cancel_not_active"))


def call(call_id: str, *, client_side: bool = True) -> SendToClient:
    function = {"id": call_id, "name": "get_weather", "client_side": client_side}
    return down("FunctionCallRequest", functions=[function])


def test_F1_a_call_is_asked_for_once() -> None:
    world, host = scripted()
    does(world, host, call("c1"), call("c2", client_side=False), RunFunction("c2", "f", "{}", {}))
    assert [each["id"] for each in world.ledger.open_calls] == ["c1"]
    assert world.ledger.host_calls == ["c2"]
    breaks("F1", world, host, call("c1"))
    does(world, host, down("FunctionCallCancelled", functions=[{"id": "c1"}, {"id": "c2"}]))
    assert (world.ledger.open_calls, world.ledger.host_calls, world.ledger.cancelled) == ([], [], 2)


@pytest.mark.parametrize(("call_id", "known_as"), [("c2", "c2"), ("ours", "c1")])
def test_F1_a_call_that_is_asked_for_at_an_event_of_another_is_itself(call_id: str, known_as: str) -> None:
    """Timers of the host may fire before the event is taken."""
    world, host = scripted()
    begun = {"type": "function_call", "status": "in_progress", "id": "i2", "call_id": "c2"}
    does(world, host, event={"type": "conversation.item.added", "item": begun})
    whole = {"type": "response.function_call_arguments.done", "call_id": "c1", "arguments": "{}"}
    does(world, host, call(call_id), event=whole)
    assert world.ledger.called == {call_id: known_as}


def test_F1_calls_of_one_event_whose_ids_repeat_are_those_that_it_names() -> None:
    world, host = scripted()
    for each in ("c1", "c2"):
        world.ledger.hears({"type": "response.output_item.done", "item": {"call_id": each}})
    world.ledger.hears({"type": "repeated", "response": {"output": [{"call_id": "c1"}, {"call_id": "c2"}]}})
    does(world, host, call("ours1"), call("ours2"))
    assert world.ledger.called == {"ours1": "c1", "ours2": "c2"}


def test_F1_a_call_whose_id_repeats_is_not_the_one_that_is_open() -> None:
    world, host = scripted()
    for each in ("c1", "c2"):
        world.ledger.hears({"type": "response.output_item.done", "item": {"call_id": each}})
    does(world, host, call("c1"))
    world.ledger.hears({"type": "repeated", "response": {"output": [{"call_id": "c1"}, {"call_id": "c2"}]}})
    does(world, host, call("ours"))
    assert world.ledger.called == {"c1": "c1", "ours": "c2"}


def test_F1_a_call_whose_id_repeats_may_be_asked_for_by_a_timer() -> None:
    world, host = scripted()
    world.ledger.hears({"type": "response.output_item.done", "item": {"call_id": "c1"}})
    does(world, host, call("c1"), call("ours"))
    assert world.ledger.called == {"c1": "c1", "ours": "c1"}


def test_D1_what_comes_by_both_of_its_names_is_heard_once() -> None:
    world, host = scripted()
    does(world, host, event=created())
    beta, ga = (
        {"type": f"response.{name}.delta", "response_id": "r1", "item_id": "i1", "delta": "SGVsbG8="}
        for name in ("audio", "output_audio")
    )
    does(world, host, SendToClient(b"Hello"), event=beta)
    does(world, host, event=ga)
    breaks("D1", world, host, SendToClient(b"Hello"), event=ga)
    host.deadline = 0.0
    does(world, host, down("Transcript", transcript="Hi", is_final=False), event=ga)  # of a timer


def test_O4_what_the_user_said_is_told_once() -> None:
    world, host = scripted()
    does(world, host, user("Hi"), down("Transcript", transcript="Hi", is_final=False))
    breaks("O4", world, host, down("Transcript", transcript="Hi", is_final=True))


def test_7_after_close_there_is_nothing() -> None:
    world, host = scripted()
    does(world, host, CloseClient(1000), CloseUpstream(1000))
    assert world.closed
    breaks("7 after close", world, host, notice("X"))


@pytest.mark.parametrize("outputs", [(CloseClient(1000),), (CloseUpstream(1000),)])
def test_E5_both_legs_are_closed(outputs: Any) -> None:
    world, host = scripted()
    breaks("E5", world, host, *outputs)


def test_E5_timers_stop() -> None:
    world, host = scripted()
    host.deadline = 9.0
    breaks("7 after close there is no deadline", world, host, CloseClient(1000), CloseUpstream(1000))


# --- at rest ------------------------------------------------------------------------------------------------


def rests(world: World) -> None:
    rest.at_rest(world)


def fails(name: str, world: World) -> None:
    with pytest.raises(PropertyError, match=name):
        rest.at_rest(world)


def test_1_the_server_has_nothing_to_complain_about() -> None:
    world, _ = scripted()
    rests(world)
    complains(world, 4)
    fails("1 the server", world)
    world.strained = True
    rests(world)


def complains(world: World, rule: int, *, answered: bool = True, race: bool = False, **event: Any) -> None:
    found = Violation(rule, "code", "words", event, 0.0, 0.0, answered, race)
    world.server._state.violations.append(found)


def test_1_what_crossed_on_the_way_is_excused() -> None:
    world, _ = scripted()
    world.ledger.unforeseen.add("e1")
    complains(world, 4, race=True)
    complains(world, 3, event_id="e1")
    complains(world, 1, event_id="e1")
    complains(world, 5, event_id="prepared")
    world.slot.spoken.add("s1")
    complains(world, 9, answered=False, event_id="s1")
    rests(world)
    world.ledger.turns = None  # then nothing of the server's own can cross
    fails("1 the server", world)


@pytest.mark.parametrize("ready", [True, False])
def test_1_a_server_that_answered_by_itself_may_still_have_done_so(ready: bool) -> None:
    """Its turn detection is taken away while its response is on the way; before ready it has none yet."""
    world, host = scripted()
    world.ledger.updated = ready
    does(world, host, update(type="realtime", audio={"input": {"turn_detection": None}}))
    assert world.ledger.turns is None
    assert world.answers_by_itself is ready


def test_R8_past_the_hold_nothing_waits() -> None:
    world, _ = scripted()
    complains(world, 9, answered=False)
    fails("1 the server", world)
    world.ledger.notices["CALL_HOLD_OVER"] += 1
    rests(world)


def test_2_every_text_went_upstream() -> None:
    world, _ = scripted()
    world.ledger.texts = ["Hi"]
    fails("2 every user text", world)


def test_F4_an_output_for_each_answer() -> None:
    world, _ = scripted()
    world.ledger.answers = 1
    fails("F4", world)
    world.ledger.outputs_upstream = 2
    fails("F4", world)


def test_5_every_turn_is_answered() -> None:
    world, _ = scripted()
    world.answers.wants("text", "Hi")
    fails("5 every turn", world)


def test_5_but_not_while_the_user_speaks_on() -> None:
    world, host = scripted()
    world.answers.wants("text", "Hi")
    does(world, host, down("UserStartedSpeaking"), event=STARTED)
    rests(world)
    does(world, host, event={"type": "input_audio_buffer.speech_stopped", "item_id": "msg_9"})
    fails("5 every turn", world)


def test_O5_every_turn_of_the_agent_ends() -> None:
    world, host = scripted()
    does(world, host, SendToClient(PCM), event=audio())
    fails("O5", world)


def test_F1_each_call_is_asked_for() -> None:
    world, host = scripted()
    function = {"type": "function_call", "status": "completed", "call_id": "c1"}
    does(world, host, event=done("resp_1", function, {**function, "status": "incomplete", "call_id": "c2"}))
    fails("F1", world)
    world.ledger.asked["c1"] += 1
    rests(world)


def test_O3_what_the_agent_said_is_told_once() -> None:
    world, host = scripted()
    does(world, host, event=created())
    does(world, host, event=done("resp_1", said("Reply number 1.")))
    fails("O3", world)
    does(world, host, agent("Reply number 1."))
    rests(world)
    does(world, host, agent("Reply number 1."))
    fails("O3", world)


def test_O3_the_first_words_of_replies_that_were_cut_may_be_the_same() -> None:
    world, host = scripted()
    does(world, host, agent("Reply number"), agent("Reply number"))
    rests(world)


def test_O3_not_what_was_cut() -> None:
    world, host = scripted()
    world.ledger.cut.add("resp_1")
    does(world, host, event=done("resp_1", said("Reply number 1.")))
    rests(world)


def test_T1_each_text_is_told() -> None:
    world, host = scripted()
    world.ledger.texts = world.ledger.texts_upstream = ["Hi"]
    fails("T1", world)
    does(world, host, user("Hi"))
    rests(world)


def test_O4_every_transcript_is_told() -> None:
    world, host = scripted()
    world.ledger.committed, world.ledger.users_words = ["msg_1"], {"msg_1": "Hello"}
    fails("O4", world)
    does(world, host, user("Hello"))
    rests(world)


def test_T2_every_update_is_answered() -> None:
    world, host = scripted()
    world.ledger.updates = ["UpdatePrompt", "UpdateSpeak"]
    does(world, host, down("PromptUpdated"))
    fails("T2", world)
    does(world, host, down("Warning", code="SPEAK_UPDATE_UNSUPPORTED"))
    rests(world)


def test_T2_in_order() -> None:
    world, host = scripted()
    world.ledger.updates = ["UpdatePrompt", "UpdateSpeak"]
    does(world, host, down("SpeakUpdated"), down("PromptUpdated"))
    fails("T2 updates", world)


def test_T2_one_warning_serves_for_all_that_nobody_confirmed() -> None:
    world, host = scripted()
    world.ledger.updates = ["UpdatePrompt", "UpdateSpeak"]
    does(world, host, down("Warning", code="UPDATE_NOT_CONFIRMED"))
    rests(world)


def test_G1_the_greeting_is_shown_once() -> None:
    world, host = scripted()
    world.greets = True
    fails("G1", world)
    does(world, host, agent(GREETING))
    rests(world)
    world.greets = False  # G2
    fails("G1", world)


def test_G1_unless_the_settings_never_hold() -> None:
    """They may wait for a response that the server never ends."""
    world, _ = scripted()
    world.greets, world.ledger.applied = True, 0
    fails("G1", world)
    world.choices.groups = frozenset({Group.SILENCE})
    rests(world)


def test_G3_or_spoken() -> None:
    world, _ = scripted(Config.deepgram(greeting=GreetingMode.SPOKEN))
    world.greets = True
    rests(world)


def test_of_a_server_that_fails_no_answer_is_expected() -> None:
    world, _ = scripted()
    world.choices.groups = frozenset()
    rests(world)


def test_B1_of_a_response_that_was_given_up_more_may_be_another_one() -> None:
    world, host = scripted()
    unnamed = {name: value for name, value in audio().items() if name != "response_id"}
    does(world, host, event=created())
    does(world, host, down("UserStartedSpeaking"), event=STARTED)
    breaks("B1", world, host, SendToClient(PCM), event=unnamed)
    does(world, host, notice("RESPONSE_PRESUMED_DONE"))
    does(world, host, SendToClient(PCM), event=unnamed)


@pytest.mark.parametrize("code", ["RESPONSE_PRESUMED_DONE", "RESPONSE_GIVEN_UP"])
def test_R1_what_is_given_up_as_another_begins_is_the_one_before(code: str) -> None:
    """The timer is due when the next `response.created` comes, and goes before it."""
    world, host = scripted()
    second = {"type": "response.created", "response": {**created()["response"], "id": "resp_2"}}
    does(world, host, event=created())
    does(world, host, notice(code), event=second)
    does(world, host, SendToClient(PCM), event=audio(response_id="resp_2"))
    breaks("B1", world, host, SendToClient(PCM), event=audio())
    does(world, host, notice(code), event=second)  # announced once more, and over
    breaks("B1", world, host, SendToClient(PCM), event=audio(response_id="resp_2"))
