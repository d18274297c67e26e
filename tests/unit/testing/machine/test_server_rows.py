"""What the machine makes of servers of other makes: shapes, formats, and what is missing (D2-D4)."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from realtime_translate import ClientDialect, Config, ManualCommit, Notice, OpenUpstream, Renewal
from realtime_translate.audio import MULAW_8K, PCM_24K, AudioFormat
from realtime_translate.notices import notice
from realtime_translate.openai.dialects import (
    ELEVENLABS,
    LOCALAI,
    NEMOTRON,
    OPENAI_BETA,
    OPENAI_GA,
    SERVERS,
    SPEACHES,
    SPEECH_TO_SPEECH,
    XAI,
    UpstreamDialect,
)
from realtime_translate.testing.machine import PropertyError
from realtime_translate.testing.machine.checks import rest
from realtime_translate.testing.machine.ledgers.answers import Answers
from realtime_translate.testing.machine.ledgers.audio import AudioLedger
from realtime_translate.testing.machine.ledgers.heard import Heard
from realtime_translate.testing.machine.moves import opening
from realtime_translate.testing.machine.rows import PARTIAL, asked, carried, make_of_row, told
from realtime_translate.testing.model.faults import Violation
from realtime_translate.testing.model.makes.sounds import ANY_PCM, BETA
from tests.unit.testing.machine.scripted import breaks, does, down, scripted, up
from tests.unit.testing.machine.test_moments import flowing

Json = dict[str, Any]

STARTED: Json = {"type": "input_audio_buffer.speech_started", "item_id": "u1"}
STOPPED: Json = {"type": "input_audio_buffer.speech_stopped", "item_id": "u1"}


def of(server: UpstreamDialect, **fields: Any) -> Any:
    return scripted(Config.deepgram(upstream=server, **fields))


def create(event_id: str = "c1", **response: Any) -> Any:
    return up("response.create", event_id=event_id, response=response)


def created(response_id: str = "r1") -> Json:
    return {"type": "response.created", "response": {"id": response_id, "metadata": None}}


# --- shapes and formats -------------------------------------------------------------------------------------


def test_an_unknown_row_is_played_by_openai_s_own_server() -> None:
    assert make_of_row("mine").name == "openai"
    assert make_of_row("xai").name == "xai"


def test_D3_a_server_is_asked_for_what_it_has_in_its_own_shape() -> None:
    make = make_of_row("openai-beta")
    frame = {"type": "session.update", "session": {"input_audio_format": "g711_ulaw"}}
    assert asked(make, frame)["session"]["audio"]["input"]["format"] == {"type": "audio/pcmu"}
    with pytest.raises(PropertyError, match=r"D3 .*openai-beta"):
        asked(make, {"type": "session.update", "session": {"type": "realtime"}})
    with pytest.raises(PropertyError, match="not implemented"):
        asked(make_of_row("speaches"), {"type": "response.cancel"})


def test_D2_what_it_says_is_read_in_the_shape_of_ga() -> None:
    event = {"type": "session.updated", "session": {"input_audio_transcription": None}}
    assert told(make_of_row("qwen"), event)["session"]["audio"]["input"]["transcription"] is None
    assert told(make_of_row("openai"), event) is event
    whole: Json = {"type": "conversation.item.input_audio_transcription.completed", "status": "completed"}
    assert told(make_of_row("xai"), whole) == whole
    assert told(make_of_row("xai"), {**whole, "status": "in_progress"})["type"] == PARTIAL


@pytest.mark.parametrize(
    ("audio", "sounds", "goes"),
    [
        (MULAW_8K, BETA, MULAW_8K),
        (AudioFormat("linear16", 48000), BETA, PCM_24K),
        (AudioFormat("linear16", 11025), ANY_PCM, AudioFormat("linear16", 16000)),
        (MULAW_8K, ANY_PCM, AudioFormat("linear16", 8000)),
    ],
)
def test_A2_audio_goes_as_it_loses_least(audio: AudioFormat, sounds: Any, goes: AudioFormat) -> None:
    assert carried(audio, sounds) == goes


def test_A2_what_waits_goes_as_the_session_has_it() -> None:
    ledger = AudioLedger(make_of_row("qwen").hears, component=True)  # 16 kHz on both sides
    ledger.say(bytes(320))
    ledger.declare(PCM_24K)
    assert ledger.carried == AudioFormat("linear16", 16000)
    ledger = AudioLedger(ANY_PCM, component=True)
    ledger.say(bytes(320))
    ledger.unasked()
    assert ledger.carried == PCM_24K
    ledger.apply()
    assert ledger.carried == AudioFormat("linear16", 16000)
    ledger.append(bytes(320))
    ledger.compare()
    ledger.say(bytes(2))
    ledger.append(b"\1\1")
    with pytest.raises(PropertyError):
        ledger.compare()


def test_A3_half_a_sample_stays_when_the_format_changes() -> None:
    ledger = AudioLedger(ANY_PCM, component=True)
    ledger.say(b"\1\0\2")
    ledger.append(b"\1\0")
    ledger.unasked()
    ledger.apply()
    ledger.say(b"\0\3\0")
    ledger.append(b"\2\0\3\0")
    ledger.compare()


def test_O4_what_was_said_while_nothing_was_transcribed_is_not_awaited() -> None:
    world, host = of(OPENAI_BETA)
    for transcription, words in ((None, {"u1": ""}), ({"model": "whisper-1"}, {"u1": ""})):
        shown = {"input_audio_transcription": transcription}
        does(world, host, event={"type": "session.updated", "session": shown})
        item_id = "u1" if transcription is None else "u2"
        does(world, host, event={"type": "input_audio_buffer.committed", "item_id": item_id})
        assert world.ledger.users_words == words


def test_O1_the_agent_s_audio_counts_in_its_format() -> None:
    world, host = of(LOCALAI)
    pcm = {"type": "audio/pcm", "rate": 16000}
    does(
        world, host, up("session.update", session={"type": "realtime", "audio": {"output": {"format": pcm}}})
    )
    delta = {"response_id": "r1", "item_id": "i1", "delta": base64.b64encode(bytes(3200)).decode()}
    world.output = PCM_24K
    does(world, host, event=created())
    does(world, host, event={"type": "response.output_audio.delta", **delta})
    assert world.heard.total == 100


def test_every_row_is_drawn() -> None:
    assert set(opening._SERVERS) == {*SERVERS.values(), *opening._MISTAKEN}


# --- what a server lacks ------------------------------------------------------------------------------------


def test_B2_a_server_without_cancel_is_not_asked_for_it() -> None:
    world, host = of(SPEACHES)
    does(world, host, event=created())
    told_once = notice("NOT_SENT", type="response.cancel")
    does(world, host, told_once, down("UserStartedSpeaking"), event=STARTED)
    assert "r1" in world.ledger.cut


def test_D4_what_is_lacking_is_noticed_once() -> None:
    world, host = of(SPEACHES)
    does(world, host, notice("NOT_SENT", type="response.cancel"))
    breaks("D4", world, host, notice("NOT_SENT", type="response.cancel"))
    world, host = of(OPENAI_BETA)
    breaks("D4", world, host, notice("NOT_SENT", type="response.cancel"))


@pytest.mark.parametrize(
    ("dialect", "updated", "applied", "hurried"),
    [
        (ClientDialect.DEEPGRAM, False, 0, True),
        (ClientDialect.DEEPGRAM, True, 0, True),  # the server was ready before Settings
        (ClientDialect.DEEPGRAM, True, 1, False),
        (ClientDialect.COMPONENT, False, 0, True),
        (ClientDialect.COMPONENT, True, 0, False),  # whose texts do not wait for late Settings
    ],
)
def test_B2_what_was_interrupted_while_it_waited_is_cut(
    dialect: ClientDialect, updated: bool, applied: int, hurried: bool
) -> None:
    world, host = scripted(Config(dialect, upstream=SPEACHES))
    world.ledger.updated, world.ledger.applied = updated, applied
    world.have_said("hello", "interrupt")
    world.ledger.updated, world.ledger.applied = True, 1
    does(world, host, notice("NOT_SENT", type="response.cancel"), event=created())
    assert ("r1" in world.ledger.cut) is hurried


def test_B2_what_was_asked_for_before_is_cut_when_it_begins() -> None:
    world, host = of(SPEACHES)
    world.ledger.turns = {"type": "server_vad", "create_response": True, "interrupt_response": False}
    does(world, host, create())
    does(world, host, down("UserStartedSpeaking"), event=STARTED)
    does(world, host, event=created("r9"))
    assert "r9" in world.ledger.cut
    does(world, host, create("c2"))
    does(world, host, event=created("r10"))
    assert "r10" not in world.ledger.cut


@pytest.mark.parametrize("is_refused", [True, False])
def test_B2_what_was_interrupted_before_it_began_stays_so(is_refused: bool) -> None:
    """The server cancels by itself when the user speaks, and only what runs by then."""
    world, host = of(SPEACHES)
    does(world, host, create())
    world.have_said("Stop.", "interrupt")
    if is_refused:
        does(world, host, event={"type": "error", "error": {"code": "rate_limit_exceeded", "event_id": "c1"}})
    does(world, host, down("UserStartedSpeaking"), event=STARTED)
    does(world, host, event=created("r9"))
    assert ("r9" in world.ledger.cut) is not is_refused


@pytest.mark.parametrize(
    ("was_due", "said", "is_cut"),
    [
        (False, "", False),  # for another wish, once nobody waits for calls any more
        (True, "", True),  # by a timer, before the text
        (True, "Say exactly: Stop.", False),  # a timer has given up what was asked for before
    ],
)
def test_B2_what_is_asked_for_as_a_text_interrupts_is_cut_if_a_timer_asked_for_it(
    was_due: bool, said: str, is_cut: bool
) -> None:
    world, host = of(SPEACHES)
    host.deadline = world.host_now if was_due else None
    host.answers = [(create(instructions=said),)]
    world.have_said("Stop.", "interrupt")
    does(world, host, event=created("r9"))
    assert ("r9" in world.ledger.cut) is is_cut


def test_B2_what_a_timer_asks_for_as_the_user_begins_to_speak_is_cut() -> None:
    world, host = of(SPEACHES)
    world.ledger.turns = {"type": "server_vad", "create_response": True, "interrupt_response": False}
    host.deadline = world.host_now
    does(world, host, create(), down("UserStartedSpeaking"), event=STARTED)
    does(world, host, event=created("r9"))
    assert "r9" in world.ledger.cut


@pytest.mark.parametrize(
    ("server", "sent", "is_cut"),
    [
        (SPEACHES, create(), True),
        (SPEACHES, create(instructions="Say exactly: One moment."), True),
        (SPEACHES, create(instructions="Say exactly: Stop."), False),
        (SPEACHES, None, False),
        (OPENAI_GA, create(), False),  # which is asked to cancel it
    ],
)
def test_B2_what_a_renewed_session_is_asked_for_first_is_cut_by_the_text_that_waited(
    server: UpstreamDialect, sent: Any, is_cut: bool
) -> None:
    world, host = of(server, renewal=Renewal())
    world.upstream_open = world.legs.replaying = world.legs.between = True
    world.have_said("Stop.", "interrupt")
    world.have_said("Later.", "queue")
    ready = notice("RENEWAL_DONE", items=0, dropped=0, seconds=1.0)
    does(world, host, ready, *([sent] if sent else []))
    does(world, host, event=created("r9"))
    assert ("r9" in world.ledger.cut) is is_cut


def test_B3_what_it_cannot_forget_is_not_missed() -> None:
    heard = Heard(("conversation.item.truncate", "conversation.item.delete"))
    heard.received("i1", 1000.0, 0.0)
    heard.received("i2", 1000.0, 0.0)
    heard.cut([], 0.5)
    heard = Heard()
    heard.received("i1", 1000.0, 0.0)
    with pytest.raises(PropertyError, match="B3"):
        heard.cut([], 0.5)


def test_S2_the_model_is_named_where_the_session_has_it() -> None:
    world, host = of(ELEVENLABS)
    session = {"type": "realtime", "model": world.dialled}
    does(world, host, up("session.update", session=session))
    world, host = of(SPEECH_TO_SPEECH)
    breaks("S2", world, host, up("session.update", session=session))


def test_T3_what_goes_as_an_item_is_said_too() -> None:
    world, host = of(NEMOTRON)
    part = {"type": "input_text", "text": "Say: hello"}
    item = up("conversation.item.create", item={"type": "message", "role": "system", "content": [part]})
    does(world, host, item, create())
    assert world.ledger.instructed == ["Say: hello"]
    violation = Violation(9, None, "", {"event_id": "c1"}, 0.0, 0.0, answered=False, race=False)
    world.server._state.violations.append(violation)
    assert rest.complaints(world) == []
    world.slot.spoken.clear()
    assert rest.complaints(world) == [violation]


def test_R8_a_server_that_wants_outputs_first_gets_them_before_texts_to_say() -> None:
    world, host = of(SPEECH_TO_SPEECH)
    world.ledger.host_calls.append("call_1")
    breaks("R8", world, host, create(instructions="Say: hello"))
    world, host = of(OPENAI_BETA)
    world.ledger.host_calls.append("call_1")
    does(world, host, create(instructions="Say: hello"))


@pytest.mark.parametrize(("server", "excused"), [(SPEECH_TO_SPEECH, True), (OPENAI_BETA, False)])
def test_R8_calls_that_were_not_known_yet_are_no_complaint(server: UpstreamDialect, excused: bool) -> None:
    world, host = of(server)
    world.ledger.turns = {"type": "server_vad", "create_response": excused}
    does(world, host, create())
    violation = Violation(9, None, "", {"event_id": "c1"}, 0.0, 0.0, answered=True, race=False)
    world.server._state.violations.append(violation)
    assert rest.complaints(world) == ([] if excused else [violation])


@pytest.mark.parametrize(("first", "excused"), [(SPEECH_TO_SPEECH, True), (OPENAI_GA, False)])
def test_N19_a_complaint_is_judged_by_the_row_of_its_leg(first: UpstreamDialect, excused: bool) -> None:
    other = OPENAI_GA if excused else SPEECH_TO_SPEECH
    world, host = of(first, renewal=Renewal(attempts=1, fallback=(other,)))
    world.ledger.turns = {"type": "server_vad", "create_response": True}
    world.upstream_open = True
    does(world, host, create(), create(event_id="c2", instructions="Say: hello"))
    for event_id, answered in (("c1", True), ("c2", False)):
        violation = Violation(9, None, "", {"event_id": event_id}, 0.0, 0.0, answered=answered, race=False)
        world.server._state.violations.append(violation)
    world.leave(closed=True)
    world.legs.row = 1
    world.dial_again(OpenUpstream(other.name, "", {}, leg=2, server=other.name))
    assert [each.event for each in rest.complaints(world)] == ([] if excused else [{"event_id": "c1"}])


def test_R1_a_response_that_took_the_place_of_another_unannounced() -> None:
    world, host = of(LOCALAI)
    does(world, host, event=created())
    superseded: Notice = notice("RESPONSE_SUPERSEDED")
    does(
        world, host, superseded, event={"type": "response.output_item.added", "response_id": "r2", "item": {}}
    )
    assert world.ledger.active is None


@pytest.mark.parametrize(("server", "by_itself"), [(LOCALAI, True), (OPENAI_GA, False)])
def test_O5_a_turn_that_a_commit_alone_began_may_end(server: UpstreamDialect, by_itself: bool) -> None:
    world, host = of(server)
    world.ledger.turns = None
    world.audio.uncommitted = 9600
    does(world, host, up("input_audio_buffer.commit", event_id="c1"))
    assert world.ledger.begun is by_itself


def test_V1_a_commit_that_is_answered_unasked_needs_no_create() -> None:
    for by_itself in (True, False):
        answers = Answers(by_itself)
        answers.wants("commit", "c1")
        answers.wants("commit", "c2")
        answers.heard({"type": "input_audio_buffer.committed", "item_id": "u1"})
        answers.heard(created())
        assert answers.unanswered == (["commit c2"] if by_itself else ["commit c1", "commit c2"])


def test_V1_the_server_may_respond_to_what_is_committed() -> None:
    for server, may in ((XAI, True), (OPENAI_BETA, False)):
        world, _ = of(server)
        world.ledger.turns = None
        assert world.answers_by_itself is may


def test_O6_a_stop_that_is_taken_back_is_not_told_again() -> None:
    world, host = of(XAI)
    does(world, host, down("UserStartedSpeaking"), event=STARTED)
    does(world, host, event=STOPPED)
    does(world, host, event=STARTED)
    does(world, host, event=STOPPED)
    breaks("O6", world, host, event={**STARTED, "item_id": "u2"})
    world.ledger.stopped, world.ledger.sounding = "u1", True
    breaks("O6", world, host, event=STARTED)


def test_A7_a_server_that_always_commits_has_no_ceiling() -> None:
    world, host = of(SPEACHES, turn_detection=ManualCommit(ceiling=1.0))
    flowing(world, host, 3.0)
    world, host = of(OPENAI_BETA, turn_detection=ManualCommit(ceiling=1.0))
    flowing(world, host, 1.0)
    with pytest.raises(PropertyError, match="A7"):
        flowing(world, host, 0.2)


def test_I1_a_server_that_wants_to_hear_something_does() -> None:
    world, _ = of(ELEVENLABS)
    with pytest.raises(PropertyError, match="I1"):
        rest._silence(world)
    world.ledger.notices["SILENCE_SENT"] = 1
    rest._silence(world)
