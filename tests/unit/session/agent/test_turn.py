"""Agent audio and the agent's turn as a Deepgram client sees them (O1, O2, O5)."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from realtime_translate import Config, ManualCommit
from tests.events import (
    PCM,
    answer,
    audio,
    audio_done,
    call_item,
    cancelled,
    created,
    done,
    error,
    item_added,
    item_done,
    message,
    settings,
    text,
    text_done,
    transcript_done,
)
from tests.harness import SETTINGS, Desk, ready

EXPERIMENTAL = {**SETTINGS, "experimental": True}
MEASURED = ["LatencyReport", "LatencyReport"]
"""Two latencies, a report each, come with the first audio of a turn (O2)."""


# --- O1 -----------------------------------------------------------------------------------------------------


def test_O1_audio_is_decoded_and_sent_as_a_binary_frame_without_a_message() -> None:
    desk = ready()
    log = desk.upstream(created(), audio(PCM), audio(b"\x00\xff\x80\x7f"))
    assert [each for each in log.client if isinstance(each, bytes)] == [PCM, b"\x00\xff\x80\x7f"]
    frames = [each for each in log.outputs if getattr(each, "data", None) == PCM]
    assert [getattr(each, "message", 0) for each in frames] == [None]


@pytest.mark.parametrize(("encoding", "rate"), [("linear16", 24000), ("mulaw", 8000), ("alaw", 8000)])
def test_O1_audio_arrives_in_the_declared_format(encoding: str, rate: int) -> None:
    """Upstream is asked for the declared format, so that the bytes can pass untouched."""
    desk = Desk()
    given = {
        **SETTINGS,
        "audio": {"output": {"encoding": encoding, "sample_rate": rate, "container": "none"}},
    }
    [update] = desk.ready(given).of("session.update")
    wire = {
        "linear16": {"type": "audio/pcm", "rate": 24000},
        "mulaw": {"type": "audio/pcmu"},
        "alaw": {"type": "audio/pcma"},
    }
    assert update["session"]["audio"]["output"]["format"] == wire[encoding]
    assert desk.upstream(created(), audio(b"\x55\x66")).client == [b"\x55\x66"]


def test_O1_everything_else_is_text() -> None:
    desk = ready()
    log = desk.upstream(created(), audio(), transcript_done("Hi."), audio_done(), done("resp_1"))
    assert [kind for kind in log.client_types if kind != "audio"] == [
        "ConversationText",
        "History",
        "AgentAudioDone",
    ]
    texts = [each for each in log.client if not isinstance(each, bytes)]
    assert all(isinstance(each, dict) for each in texts)


@pytest.mark.parametrize(
    "delta", ["A", "AAA", "AAAAA", "!!!!", "AA==AAAA", "====", "\N{SNOWMAN}AAA", 5, None, ["AAAA"]]
)
def test_O1_a_delta_that_is_no_base64_is_dropped_with_a_notice(delta: object) -> None:
    desk = ready()
    desk.upstream(created())
    log = desk.upstream({"type": "response.output_audio.delta", "response_id": "resp_1", "delta": delta})
    assert (log.client, log.notices) == ([], ["AUDIO_UNDECODABLE"])
    assert desk.translator.state.turn.value == "thinking"


def test_O1_a_delta_of_no_response_id_that_is_text_is_dropped_with_a_notice() -> None:
    desk = ready()
    log = desk.upstream({**audio(), "response_id": 7})
    assert (log.client, log.notices) == ([], ["AUDIO_UNDECODABLE"])


def test_O1_an_empty_delta_begins_no_turn_and_sends_no_frame() -> None:
    desk = ready(settings=EXPERIMENTAL)
    assert desk.upstream(created(), audio(b"")).client == []
    assert desk.upstream(audio()).client_types == [*MEASURED, "AgentStartedSpeaking", "audio"]


@pytest.mark.parametrize("given", [{}, {"response_id": None}])
def test_O1_audio_without_a_response_id_belongs_to_the_response_in_the_slot(given: dict[str, Any]) -> None:
    desk = ready()
    desk.upstream(created())
    event = {"type": "response.output_audio.delta", "delta": base64.b64encode(PCM).decode(), **given}
    assert desk.upstream(event).client == [PCM]
    assert desk.translator.state.response_id == "resp_1"


def test_O1_audio_before_the_session_is_ready_goes_nowhere() -> None:
    desk = Desk()
    desk.opened()
    desk.client(SETTINGS)
    desk.dialled()
    assert (desk.upstream(audio()).client, desk.upstream(audio()).notices) == ([], ["UPSTREAM_ABSORBED"])


# --- O2 -----------------------------------------------------------------------------------------------------


def test_O2_started_speaking_only_if_the_client_asked_for_experimental_messages() -> None:
    assert (
        "AgentStartedSpeaking"
        not in ready().upstream(created(), audio(), audio(), done("resp_1")).client_types
    )


def test_O2_started_speaking_comes_once_before_the_first_audio() -> None:
    desk = ready(settings=EXPERIMENTAL)
    log = desk.upstream(created(), text_done("Hi."), audio(), audio(), audio_done(), done("resp_1"))
    kinds = [kind for kind in log.client_types if kind in ("AgentStartedSpeaking", "audio")]
    assert kinds == ["AgentStartedSpeaking", "audio", "audio"]
    again = desk.upstream(created("resp_2"), audio(response_id="resp_2", item_id="msg_2"))
    assert again.client_types == [*MEASURED, "AgentStartedSpeaking", "audio"]


def test_O2_a_turn_over_several_responses_starts_speaking_once() -> None:
    desk = ready(settings={**settings(), "experimental": True})
    log = desk.upstream(created(), audio(), item_done(call_item()), done("resp_1", call_item()))
    assert log.client_types == [*MEASURED, "AgentStartedSpeaking", "audio", "FunctionCallRequest"]
    desk.client(answer())
    assert desk.upstream(created("resp_2"), audio(item_id="msg_2", response_id="resp_2")).client_types == [
        "audio"
    ]


def test_O2_no_started_speaking_before_an_answer_of_text_alone() -> None:
    desk = ready(settings=EXPERIMENTAL)
    log = desk.upstream(created(), text_done("Hi."), done("resp_1"))
    assert log.client_types == ["ConversationText", "History", "AgentAudioDone"]


def test_O2_the_three_latencies_are_measured_on_the_clock() -> None:
    """From asking to the first text, from there to the first audio, and in all; here 0.25, 0.5 and 0.75 s."""
    desk = ready(Desk, Config.deepgram(turn_detection=ManualCommit(debounce=0.5)), EXPERIMENTAL)
    desk.client(b"\x01" * 9600)
    assert desk.wait(0.5).upstream_types == ["input_audio_buffer.commit", "response.create"]
    desk.wait(0.125)
    desk.upstream(created())
    desk.wait(0.125)
    desk.upstream(text("Hel"))
    desk.wait(0.25)
    desk.upstream(text("lo"))
    desk.wait(0.25)
    [spoke] = desk.upstream(audio()).of("AgentStartedSpeaking")
    assert spoke == {
        "type": "AgentStartedSpeaking",
        "total_latency": 0.75,
        "tts_latency": 0.5,
        "ttt_latency": 0.25,
    }


def test_O2_latencies_without_text_count_to_the_audio() -> None:
    desk = ready(settings=EXPERIMENTAL)
    desk.upstream(created())
    desk.wait(0.5)
    [spoke] = desk.upstream(audio()).of("AgentStartedSpeaking")
    assert (spoke["total_latency"], spoke["ttt_latency"], spoke["tts_latency"]) == (0.5, 0.5, 0.0)


def test_O2_latencies_of_a_turn_do_not_count_from_the_one_before() -> None:
    desk = ready(settings=EXPERIMENTAL)
    desk.upstream(created(), text("Hi"), audio(), done("resp_1"))
    desk.wait(30.0)
    desk.upstream(created("resp_2"))
    desk.wait(1.0)
    [spoke] = desk.upstream(audio(response_id="resp_2", item_id="msg_2")).of("AgentStartedSpeaking")
    assert (spoke["total_latency"], spoke["ttt_latency"], spoke["tts_latency"]) == (1.0, 1.0, 0.0)


def test_O2_audio_of_a_turn_that_nobody_asked_for_has_no_latency() -> None:
    """Ours came and went whole while the server's own response runs on: its audio starts a turn."""
    desk = ready(settings=EXPERIMENTAL)
    for ours in ("resp_1", "resp_2"):
        desk.client({"type": "InjectUserMessage", "content": "Hi"})
        [create] = desk.wait(2.0).of("response.create")
        tag = create["response"]["metadata"]
        if ours == "resp_1":  # from now on it is known that this server echoes tags
            desk.upstream(created(ours, metadata=tag))
        else:
            desk.upstream(created("theirs"))
        log = desk.upstream(done(ours, message(f"I am {ours}.", item_id=ours), metadata=tag))
        assert log.client_types == ["ConversationText", "History", "AgentAudioDone"]
    assert desk.translator.state.response_id == "theirs"
    desk.wait(0.25)
    [spoke] = desk.upstream(audio(response_id="theirs")).of("AgentStartedSpeaking")
    assert (spoke["total_latency"], spoke["ttt_latency"], spoke["tts_latency"]) == (0.0, 0.0, 0.0)


# --- O5 -----------------------------------------------------------------------------------------------------


def test_O5_audio_done_comes_once_a_turn_after_the_last_audio() -> None:
    desk = ready()
    log = desk.upstream(created(), audio(), audio_done(), text_done("Hi."), item_done(message("Hi.")))
    assert "AgentAudioDone" not in log.client_types
    assert desk.upstream(done("resp_1", message("Hi."))).client_types == ["AgentAudioDone"]
    assert desk.upstream(done("resp_1", message("Hi."))).client_types == []


def test_O5_an_answer_of_text_alone_ends_its_turn_too() -> None:
    assert ready().upstream(created(), text_done("Hi."), done("resp_1")).client_types[-1] == "AgentAudioDone"


def test_O5_a_response_without_output_ends_its_turn_too() -> None:
    assert ready().upstream(created(), done("resp_1")).client_types == ["AgentAudioDone"]


def test_O5_a_turn_with_function_calls_ends_with_the_response_that_leaves_none() -> None:
    desk = ready(settings=settings())
    log = desk.upstream(created(), audio(), item_done(call_item()), done("resp_1", call_item()))
    assert "AgentAudioDone" not in log.client_types
    assert "AgentAudioDone" not in desk.client(answer()).client_types
    log = desk.upstream(created("resp_2"), audio(item_id="msg_2", response_id="resp_2"))
    assert "AgentAudioDone" not in log.client_types
    assert desk.upstream(done("resp_2")).client_types == ["AgentAudioDone"]


def test_O5_a_waiting_wish_starts_a_new_turn() -> None:
    desk = ready()
    desk.upstream(created(), audio())
    desk.client({"type": "InjectUserMessage", "content": "And?"})
    desk.wait(2.0)
    log = desk.upstream(done("resp_1"))
    assert (log.client_types, log.upstream_types) == (["AgentAudioDone"], ["response.create"])
    assert desk.translator.state.turn.value == "thinking"
    assert desk.upstream(created("resp_2"), done("resp_2")).client_types == ["AgentAudioDone"]


def test_O5_a_response_cancelled_without_output_ends_no_turn() -> None:
    desk = ready(settings=EXPERIMENTAL)
    assert desk.upstream(created(), cancelled()).client == []
    assert desk.translator.state.turn.value == "silent"
    desk.wait(8.0)
    desk.upstream(created("resp_2"))
    desk.wait(0.5)
    [spoke] = desk.upstream(audio(response_id="resp_2")).of("AgentStartedSpeaking")
    assert spoke["total_latency"] == 0.5, "the cancelled one does not count"


def test_O5_a_response_cancelled_with_output_ends_its_turn() -> None:
    log = ready().upstream(created(), audio(), cancelled("resp_1", message("Hi", status="incomplete")))
    assert log.client_types == ["audio", "ConversationText", "History", "AgentAudioDone"]


def test_O5_a_refused_create_ends_its_turn() -> None:
    desk = ready()
    desk.client({"type": "InjectUserMessage", "content": "Hi"})
    [create] = desk.wait(2.0).of("response.create")
    log = desk.upstream(error("invalid_value", event_id=create["event_id"]))
    assert log.client_types == ["Warning", "AgentAudioDone"]


def test_O5_a_failed_response_ends_its_turn() -> None:
    log = ready().upstream(created(), done("resp_1", status="failed"))
    assert log.client_types == ["Warning", "AgentAudioDone"]


def test_O5_nothing_follows_the_end_of_a_turn() -> None:
    """Audio of a response that has ended is late: the client was told that it has everything."""
    desk = ready()
    desk.upstream(created(), audio(), done("resp_1"))
    log = desk.upstream(audio())
    assert (log.client, log.notices) == ([], ["OUTPUT_LATE"])
    assert desk.translator.state.turn.value == "silent"


def test_O5_late_audio_does_not_mix_with_the_next_turn() -> None:
    desk = ready()
    desk.upstream(created(), audio(), done("resp_1"), created("resp_2"))
    assert desk.upstream(audio(b"\x09\x09")).client == []
    assert desk.upstream(audio(b"\x07\x07", response_id="resp_2")).client == [b"\x07\x07"]


def test_the_turn_is_in_the_state() -> None:
    desk = ready()
    seen = [desk.translator.state.turn.value]
    for event in (created(), item_added(message(status="in_progress")), audio(), done("resp_1")):
        desk.upstream(event)
        seen.append(desk.translator.state.turn.value)
    assert seen == ["silent", "thinking", "thinking", "speaking", "silent"]


def test_agent_messages_are_plain_json() -> None:
    frames = [each for each in ready().upstream(created(), done("resp_1")).outputs if hasattr(each, "data")]
    assert [json.loads(getattr(each, "data", "")) for each in frames] == [{"type": "AgentAudioDone"}]
