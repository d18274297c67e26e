"""Deadlines, delays, idle timeouts, the session's limit, races."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate.testing import Reply, Say
from tests.unit.testing.model.harness import LOUD, QUIET, Harness, Pick, audio

IDLE = {"type": "server_vad", "idle_timeout_ms": 5000}


def test_answers_come_after_the_latency() -> None:
    harness = Harness(latency=0.25)
    assert harness.send("input_audio_buffer.clear") == []
    assert harness.server.next_deadline == 0.25
    assert harness.server.handle_timeout() == ()
    harness.clock.set(0.25)
    (frame,) = harness.server.handle_timeout()
    assert "cleared" in frame
    assert harness.server.handle_timeout() == ()
    assert harness.server.next_deadline == 3600.0


def test_no_latency_answers_at_once() -> None:
    harness = Harness(latency=0.0, token_interval=0.0)
    assert [event["type"] for event in harness.send("input_audio_buffer.clear")] == [
        "input_audio_buffer.cleared"
    ]
    events = harness.send("response.create")
    assert events[0]["type"] == "response.created"
    assert events[-1]["type"] == "rate_limits.updated"


def test_deltas_come_one_an_interval() -> None:
    harness = Harness(latency=0.25, token_interval=0.125, script=[Reply(Say("One two three."))])
    harness.send("response.create", response={"output_modalities": ["text"]})
    harness.run(5.0)
    times = {event["type"]: time for time, event in zip(harness.times, harness.events, strict=True)}
    assert times["response.created"] == 0.25
    assert times["response.output_item.added"] == 0.5
    assert times["response.output_text.delta"] == 0.75
    assert times["response.done"] == 0.875


def test_a_late_host_gets_the_same() -> None:
    early, late = Harness(), Harness()
    for harness in (early, late):
        harness.send("response.create")
    early.run(5.0)
    late.clock.set(5.0)
    late.keep(late.server.handle_timeout())
    assert late.events == early.events


def test_a_frame_finds_what_was_due_before_it() -> None:
    harness = Harness()
    harness.send("response.create")
    harness.clock.set(5.0)
    kinds = [event["type"] for event in harness.send("response.create")]
    assert kinds[-1] == "rate_limits.updated"
    harness.run(5.0)
    assert harness.errors == []


def test_a_clock_that_goes_back_is_clamped() -> None:
    harness = Harness(start=10.0)
    harness.send("input_audio_buffer.clear")
    harness.clock.set(3.0)
    harness.send("input_audio_buffer.clear")
    assert harness.server.next_deadline == 10.05
    harness.run(20.0)
    assert len(harness.of("input_audio_buffer.cleared")) == 2


@pytest.mark.parametrize(("pick", "delay"), [(0, 0.25), (1, 1.0), (2, 5.0)])
def test_delayed_answers(pick: int, delay: float) -> None:
    harness = Harness(latency=0.25, choices=Pick(answer_delay=pick))
    harness.send("input_audio_buffer.clear")
    assert harness.server.next_deadline == delay


def test_delays_keep_the_order() -> None:
    class Falling:
        def choose(self, name: str, options: int) -> int:
            return 2 if name == "answer_delay" and not harness.of("session.updated") else 0

    harness = Harness()
    harness.server._state.choices = Falling()
    harness.send("session.update", session={"type": "realtime"})
    harness.run(0.9)
    harness.server._state.choices = Pick()
    harness.send("input_audio_buffer.clear")
    harness.run(2.0)
    assert harness.kinds() == ["session.created", "session.updated", "input_audio_buffer.cleared"]


# --- the idle timeout (protocols, *Session*) ----------------------------------------------------


def idle(**options: Any) -> Harness:
    """A session whose first response, with 2 s of speech, has just ended."""
    harness = Harness(script=[Reply(Say("Hi.", audio_ms=2000))], **options)
    harness.listen(turn_detection=IDLE, transcription={"model": "whisper-1"})
    harness.send("response.create")
    harness.run_until(lambda: bool(harness.of("response.done")))
    return harness


def first_audio(harness: Harness) -> float:
    kinds = [event["type"] for event in harness.events]
    return harness.times[kinds.index("response.output_audio.delta")]


def test_the_agent_speaks_up() -> None:
    harness = idle()
    due = first_audio(harness) + 2.0 + 5.0
    harness.forget()
    harness.run(due - 0.001 - harness.clock.now)
    assert harness.kinds() == ["rate_limits.updated"]
    harness.run(0.002)
    assert harness.kinds()[1:] == [
        "input_audio_buffer.timeout_triggered",
        "conversation.item.added",
        "conversation.item.done",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        "response.created",
    ]
    harness.run(3.0)
    trigger, note = (
        harness.of("input_audio_buffer.timeout_triggered")[0],
        harness.of("conversation.item.added")[0],
    )
    assert note["item"]["role"] == "system"
    assert "silent" in note["item"]["content"][0]["text"]
    assert trigger["item_id"] == harness.of("input_audio_buffer.committed")[0]["item_id"]
    assert harness.of("conversation.item.input_audio_transcription.completed")[0]["transcript"] == ""
    harness.run(6.0)
    assert len(harness.of("input_audio_buffer.timeout_triggered")) == 2


def test_the_silence_is_what_was_appended_since() -> None:
    harness = idle()
    while harness.clock.now < first_audio(harness) + 2.0:
        harness.append(100, QUIET)
    start = harness.server._state.buffer.position_ms
    for _ in range(20):
        harness.append(100, QUIET)
    harness.run(5.0)
    (trigger,) = harness.of("input_audio_buffer.timeout_triggered")
    assert abs(trigger["audio_start_ms"] - start) <= 100
    assert trigger["audio_end_ms"] == start + 2000


def test_speech_stops_the_idle_timeout() -> None:
    harness = idle()
    harness.append(100, LOUD)
    harness.run(60.0)
    assert harness.of("input_audio_buffer.timeout_triggered") == []


def test_an_interruption_does_not_start_the_idle_timeout() -> None:
    harness = Harness(script=[Reply(Say("word " * 50))])
    harness.listen(turn_detection=IDLE)
    harness.send("response.create")
    harness.run(0.5)
    for _ in range(60):
        harness.append(100, LOUD)
    assert harness.of("response.done")[0]["response"]["status"] == "cancelled"
    assert harness.of("input_audio_buffer.timeout_triggered") == []


def test_the_idle_timeout_waits_for_a_response() -> None:
    harness = Harness()
    harness.listen(turn_detection=IDLE)
    harness.run(60.0)
    assert harness.of("input_audio_buffer.timeout_triggered") == []


def test_after_a_text_response_it_counts_from_its_end() -> None:
    harness = Harness()
    harness.listen(turn_detection=IDLE)
    harness.send("response.create", response={"output_modalities": ["text"]})
    harness.run_until(lambda: bool(harness.of("response.done")))
    harness.run(4.9)
    assert harness.of("input_audio_buffer.timeout_triggered") == []
    harness.run(0.2)
    assert len(harness.of("input_audio_buffer.timeout_triggered")) == 1


# --- ends -------------------------------------------------------------------------------------------


def test_the_session_expires() -> None:
    harness = Harness(start=100.0)
    harness.run(3599.9)
    assert harness.server.closed is None
    harness.run(0.1)
    message = "Your session hit the maximum duration of 60 minutes."
    assert (harness.errors[0]["code"], harness.errors[0]["message"]) == ("session_expired", message)
    assert harness.server.closed == (1001, message)


def test_nothing_happens_after_the_end() -> None:
    harness = Harness(session_limit=90.0)
    harness.send("response.create")
    harness.run(90.0)
    assert "1.5 minutes" in harness.errors[0]["message"]
    assert harness.server.next_deadline is None
    assert harness.send("response.create") == []
    assert harness.run(10.0) == []
    assert harness.server.violations == ()


def test_a_session_may_end_at_any_moment() -> None:
    harness = Harness()
    (frame,) = harness.server.expire()
    assert "session_expired" in frame
    assert harness.server.closed == (1001, "Your session hit the maximum duration of 60 minutes.")
    assert harness.server.expire() == ()
    harness.server.lose()
    assert harness.server.closed == (1001, "Your session hit the maximum duration of 60 minutes.")


def test_a_socket_is_lost_whatever_was_under_way() -> None:
    harness = Harness()
    harness.send("response.create")
    harness.server.lose(1012, "service restart")
    assert harness.server.closed == (1012, "service restart")
    assert harness.server.next_deadline is None
    assert harness.run(10.0) == []


def test_an_idle_session_is_killed() -> None:
    harness = Harness(kill_idle_after=5.0)
    harness.update(instructions="Hi.")
    harness.run(4.9)
    assert harness.server.closed is None
    harness.run(0.1)
    (error,) = harness.errors
    assert (error["type"], error["code"], error["event_id"]) == ("server_error", None, None)
    assert error["message"].startswith("The server had an error while processing your request.")
    assert harness.server.closed == (1011, "server_error")


def test_activity_keeps_a_session() -> None:
    harness = Harness(kill_idle_after=5.0, script=[Reply(Say("word " * 400))])
    harness.listen(turn_detection=None)
    for _ in range(4):
        harness.append(100, QUIET)
        harness.run(4.0)
    harness.send("response.create", response={"output_modalities": ["text"]})
    harness.run(8.0)
    assert harness.server.closed is None
    harness.run_until(lambda: bool(harness.of("response.done")))
    harness.run(4.9)
    assert harness.server.closed is None
    harness.run(0.2)
    assert harness.server.closed is not None


def test_idle_timeout_replaces_the_kill() -> None:
    """The field report's experiment: with idle_timeout_ms a session that only waits is not killed."""
    harness = Harness(kill_idle_after=5.0)
    harness.listen(turn_detection={**IDLE, "idle_timeout_ms": 10000})
    harness.run(60.0)
    assert harness.server.closed is None
    assert len(harness.of("input_audio_buffer.timeout_triggered")) >= 4
    assert harness.errors == []


def test_an_update_during_a_response_does_not_start_the_idle_timeout() -> None:
    harness = Harness(kill_idle_after=5.0, script=[Reply(Say("word " * 400))])
    harness.send("response.create", response={"output_modalities": ["text"]})
    harness.run(0.5)
    harness.listen(turn_detection=IDLE)
    harness.run(6.0)
    assert harness.of("input_audio_buffer.timeout_triggered") == []


# --- races that no client can avoid -------------------------------------------------------------------


def test_a_response_of_the_servers_own() -> None:
    harness = Harness()
    harness.append(100, LOUD)
    harness.send("input_audio_buffer.append", audio=audio(200, QUIET))
    harness.send("response.create")
    harness.run(0.1)
    (violation,) = harness.server.violations
    assert (violation.rule, violation.answered, violation.race) == (1, True, True)


def test_a_clients_own_response_is_no_race() -> None:
    harness = Harness()
    harness.send("response.create")
    harness.send("response.create")
    harness.run(0.1)
    assert [violation.race for violation in harness.server.violations] == [False]


def test_a_known_response_of_the_server_is_no_race() -> None:
    harness = Harness()
    harness.append(100, LOUD)
    harness.append(200, QUIET)
    harness.send("response.create")
    harness.run(0.1)
    assert [violation.race for violation in harness.server.violations] == [False]


def test_a_cancel_that_crosses_an_interruption() -> None:
    harness = Harness(script=[Reply(Say("word " * 50))])
    harness.send("response.create")
    harness.run(0.5)
    harness.send("input_audio_buffer.append", audio=audio(100, LOUD))
    harness.send("response.cancel")
    harness.run(0.1)
    assert [violation.race for violation in harness.server.violations] == [True]


@pytest.mark.parametrize("named", [False, True])
def test_a_cancel_that_crosses_the_end(named: bool) -> None:
    harness = Harness()
    harness.send("response.create")
    harness.run_until(lambda: bool(harness.of("response.output_audio.delta")))
    response_id = harness.of("response.created")[0]["response"]["id"]
    harness.run(0.04)
    harness.send("response.cancel", **({"response_id": response_id} if named else {}))
    harness.run(1.0)
    (violation,) = harness.server.violations
    assert (violation.rule, violation.code, violation.race) == (3, "response_cancel_not_active", True)


def test_a_voice_that_crosses_the_first_audio() -> None:
    harness = Harness()
    harness.send("response.create")
    harness.run(0.08)
    harness.send("session.update", session={"type": "realtime", "audio": {"output": {"voice": "sage"}}})
    harness.run(1.0)
    (violation,) = harness.server.violations
    assert (violation.code, violation.race) == ("cannot_update_voice", True)
