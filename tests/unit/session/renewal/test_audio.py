"""The user's audio from one session to the next (N12), and times that go on (N13)."""

from __future__ import annotations

import base64

import pytest

from realtime_translate import ClientDialect, ManualCommit, SilenceKeepalive
from realtime_translate.config import Limits
from tests.events import TOOLS, committed, done, spoken, started, stopped, written
from tests.harness import SETTINGS, Desk, Log
from tests.unit.session.renewal.test_causes import told
from tests.unit.session.renewing import asked, config, ready_in, renewed

SECOND = 48_000
MANUAL = config(turns=ManualCommit(debounce=0.4))


def audio(*numbers: int, seconds: float = 0.1) -> bytes:
    """Pieces of audio that can be told apart."""
    return b"".join(bytes([number]) * int(seconds * SECOND) for number in numbers)


def appended(log: Log) -> bytes:
    """All audio that went upstream."""
    return b"".join(base64.b64decode(each["audio"]) for each in log.of("input_audio_buffer.append"))


def lost(desk: Desk) -> Log:
    desk.lost()
    return renewed(desk)


def test_N12_audio_waits_for_the_next_session() -> None:
    desk = ready_in()
    desk.lost()
    for number in range(3):
        assert desk.client(audio(number)).outputs == []
    assert desk.translator.client_paused is False
    assert appended(renewed(desk)) == audio(0, 1, 2)


def test_N12_at_most_so_much_of_it() -> None:
    desk = ready_in(config(audio_seconds=0.25))
    desk.lost()
    assert desk.client(audio(1)).outputs == []
    assert desk.client(audio(2)).outputs == []
    assert told(desk.client(audio(3)), "AUDIO_DROPPED") == [{"ms": 50}]
    assert appended(renewed(desk)) == audio(1, 2, 3)[int(0.05 * SECOND) :]


@pytest.mark.parametrize(("rate", "size"), [(24000, 2400), (16000, 2400)])
def test_N12_what_goes_again_is_in_the_format_of_the_next_session(rate: int, size: int) -> None:
    """What the resampler holds of it, too."""
    heard = {"encoding": "linear16", "sample_rate": rate}
    desk = ready_in(MANUAL, {**TOOLS, "audio": {"input": heard, "output": heard}})
    desk.client(bytes(rate * 2 * 3 // 10))
    desk.lost()
    desk.dialled()
    carried = {"audio": {"input": {"format": {"type": "audio/pcmu"}}}}
    assert len(appended(desk.upstream({"type": "session.updated", "session": carried}))) == size


def test_N6_no_silence_goes_to_a_session_that_is_told_what_was_said() -> None:
    fields = {"keepalive": SilenceKeepalive(every=1.0), "limits": Limits(confirm_timeout=3.0)}
    desk = ready_in(config(fields=fields))
    asked(desk)
    desk.upstream(done())
    desk.lost()
    desk.dialled()
    carried = {"audio": {"input": {"format": {"type": "audio/pcmu"}}}}
    desk.upstream({"type": "session.updated", "session": carried})
    assert desk.wait(2.5).outputs == []
    assert appended(desk.wait(1.5))  # it is ready


def test_N12_what_is_dropped_is_whole_samples() -> None:
    desk = ready_in(config(audio_seconds=0.1))
    desk.lost()
    desk.client(audio(1) + b"\x02")
    assert appended(renewed(desk)) == audio(1)[2:]  # half a sample is held
    assert appended(desk.client(b"\x03")) == b"\x02\x03"


def test_N12_texts_that_wait_between_are_not_dropped() -> None:
    desk = ready_in(config(audio_seconds=0.1))
    desk.lost()
    desk.client(audio(1))
    desk.client({"type": "InjectUserMessage", "content": "Hello"})
    desk.client(audio(2))
    log = renewed(desk)
    assert appended(log) == audio(2)
    assert [each["content"] for each in log.of("ConversationText")] == ["Hello"]


def test_N12_the_stream_goes_on_where_it_was() -> None:
    settings = {**SETTINGS, "audio": {"input": {"encoding": "linear16", "sample_rate": 16000}}}
    frames = [bytes([number]) * 640 for number in range(1, 9)]
    whole, broken = ready_in(settings=settings), ready_in(settings=settings)
    expected = b"".join(appended(whole.client(each)) for each in frames)
    heard = b"".join(appended(broken.client(each)) for each in frames[:4])
    broken.lost()
    for each in frames[4:6]:
        broken.client(each)
    heard += appended(renewed(broken))
    heard += b"".join(appended(broken.client(each)) for each in frames[6:])
    assert heard == expected


# --- under manual commit ------------------------------------------------------------------------------------


def test_N12_what_was_not_committed_goes_again_first() -> None:
    desk = ready_in(MANUAL)
    desk.client(audio(1, 2))
    desk.lost()
    desk.client(audio(3))
    log = renewed(desk)
    assert appended(log) == audio(1, 2, 3)
    assert desk.wait(0.4).upstream_types == ["input_audio_buffer.commit", "response.create"]


def test_N12_the_answer_to_what_goes_again_is_waited_for_all_the_while() -> None:
    """The agent thinks on: its turn began when it was asked first (O5)."""
    desk = ready_in(MANUAL)
    desk.client(b"\1" * 4800)
    desk.wait(0.4)
    assert desk.translator.state.turn == "thinking"
    desk.lost()
    assert desk.translator.state.turn == "thinking"
    renewed(desk)
    assert desk.translator.state.turn == "thinking"


def test_N12_what_was_committed_and_not_confirmed_goes_again() -> None:
    desk = ready_in(MANUAL)
    desk.client(audio(1, 2))
    desk.wait(0.4)
    log = lost(desk)
    assert appended(log) == audio(1, 2)
    assert log.of("response.create") == []
    assert desk.wait(0.4).upstream_types == ["input_audio_buffer.commit", "response.create"]


def test_N12_what_was_confirmed_does_not() -> None:
    desk = ready_in(MANUAL)
    desk.client(audio(1, 2))
    desk.wait(0.4)
    desk.upstream(committed())
    desk.client(audio(3, 4))
    assert appended(lost(desk)) == audio(3, 4)


def test_N12_as_far_as_it_was_kept() -> None:
    desk = ready_in(config(turns=ManualCommit(), audio_seconds=0.25))
    desk.client(audio(1, 2, 3))
    gone = desk.lost()
    assert told(gone, "AUDIO_DROPPED") == [{"ms": 50}]
    assert appended(renewed(desk)) == audio(1, 2, 3)[int(0.05 * SECOND) :]


def test_N12_what_a_commit_refused_as_empty_is_not_forgotten() -> None:
    desk = ready_in(MANUAL)
    desk.client(audio(1, 2))
    [commit] = desk.wait(0.4).of("input_audio_buffer.commit")
    desk.upstream(
        {
            "type": "error",
            "error": {
                "type": "invalid_request_error",
                "code": "input_audio_buffer_commit_empty",
                "message": "empty",
                "event_id": commit["event_id"],
            },
        }
    )
    assert appended(lost(desk)) == audio(1, 2)


def test_N12_a_server_that_committed_by_itself_has_it() -> None:
    desk = ready_in(MANUAL)
    desk.client(audio(1, 2))
    desk.upstream(started(), committed())
    desk.client(audio(3))
    assert appended(lost(desk)) == audio(3)


def test_N12_silence_of_ours_is_no_turn() -> None:
    desk = ready_in(
        config(turns=ManualCommit(debounce=0.4), fields={"keepalive": SilenceKeepalive(every=4.0)})
    )
    desk.client(audio(1, 2))
    desk.wait(0.4)
    desk.upstream(committed())
    desk.wait(4.0)
    desk.wait(4.0)
    assert appended(lost(desk)) == b""
    assert desk.wait(0.4).upstream == []


# --- where the server hears ---------------------------------------------------------------------------------


def test_N12_what_the_user_is_saying_goes_again() -> None:
    desk = ready_in()
    desk.client(audio(1, 2, 3))
    desk.upstream(started(at=100))
    desk.client(audio(4))
    assert appended(lost(desk)) == audio(2, 3, 4)


def test_N12_from_about_where_it_began_if_the_server_does_not_say() -> None:
    desk = ready_in()
    desk.client(audio(*range(1, 11)))
    desk.upstream(started(at=None))
    assert appended(lost(desk)) == audio(*range(6, 11))


def test_N12_silence_does_not() -> None:
    desk = ready_in()
    desk.client(audio(1, 2, 3))
    assert appended(lost(desk)) == b""
    desk.client(audio(4))
    desk.upstream(started(at=0), stopped(), committed(), written("Hello"))
    assert appended(lost(desk)) == b""


def test_N12_a_second_loss_sends_it_once_more() -> None:
    desk = ready_in()
    desk.client(audio(1))
    desk.upstream(started(at=0))
    desk.lost()
    assert appended(renewed(desk)) == audio(1)
    desk.lost()  # before the server has heard of it
    desk.dialled()
    desk.lost()
    assert appended(renewed(desk)) == audio(1)


def test_N12_silence_of_ours_keeps_the_next_session_alive() -> None:
    desk = ready_in(config(fields={"keepalive": SilenceKeepalive(every=4.0)}))
    desk.client(audio(1))
    desk.lost()
    assert desk.wait(8.0).upstream == []
    renewed(desk)
    assert desk.wait(4.0).upstream_types == ["input_audio_buffer.append"]


def test_N12_what_was_said_before_late_Settings_is_in_another_format() -> None:
    desk = Desk(config(ClientDialect.COMPONENT))
    desk.opened()
    desk.dialled()
    desk.upstream({"type": "session.updated", "session": {}})
    desk.client(audio(1, 2))
    declared = {"encoding": "mulaw", "sample_rate": 8000}
    desk.client({**SETTINGS, "audio": {"input": declared}})
    desk.upstream({"type": "session.updated", "session": {}})
    desk.client(b"\x01" * 800)
    desk.upstream(started(at=None))
    assert appended(lost(desk)) == b"\x01" * 800


# --- times --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("speaking", [False, True])
def test_N13_times_go_on_from_the_first_session(speaking: bool) -> None:
    desk = ready_in(config(ClientDialect.COMPONENT))
    desk.client(audio(*range(20)))  # 2 s
    if speaking:
        desk.upstream(started(at=1500))
    lost(desk)
    desk.client(audio(1, 2))
    log = desk.upstream(started("u2", 0), stopped("u2", 250), committed("u2"), written("Hello", "u2"))
    [transcript] = log.of("Transcript")
    begin = 1.5 if speaking else 2.0
    assert transcript["start"] == begin
    assert log.of("UtteranceEnd")[0]["last_word_end"] == begin + 0.25


def test_N13_nothing_is_added_in_the_first_session() -> None:
    desk = ready_in(config(ClientDialect.COMPONENT))
    log = desk.upstream(*spoken(), written("Hello"))
    assert log.of("UtteranceEnd")[0]["last_word_end"] == 1.75
