"""Silence that keeps an idle session alive (I1)."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from realtime_translate import Config, ManualCommit, ServerVad, SilenceKeepalive, Translator
from realtime_translate.audio import ALAW_8K, MULAW_8K, PCM_24K, AudioFormat
from tests.events import created, done
from tests.harness import SETTINGS, Desk, Log, ready, restored
from tests.unit.session.played import Way, tag_in

KEEPALIVE = SilenceKeepalive(every=4.0, ms=100)
MANUAL = Config.deepgram(turn_detection=ManualCommit(debounce=0.5), keepalive=KEEPALIVE)
VAD = Config.deepgram(turn_detection=ServerVad(), keepalive=KEEPALIVE)
EITHER = pytest.mark.parametrize("config", [MANUAL, VAD], ids=["manual", "VAD"])
APPEND, CLEAR = "input_audio_buffer.append", "input_audio_buffer.clear"
COMMIT = ["input_audio_buffer.commit", "response.create"]
SPEECH = b"\x01\x02" * 2400


def declared(audio: AudioFormat) -> dict[str, Any]:
    return {**SETTINGS, "audio": {"input": {"encoding": audio.encoding, "sample_rate": audio.rate}}}


def beats(desk: Desk, seconds: float) -> list[float]:
    """Let time pass from deadline to deadline; when something went upstream, and nothing but silence did."""
    begun, times = desk.clock.now, list[float]()
    while (deadline := desk.translator.next_deadline) is not None and deadline <= begun + seconds:
        if desk.wait_deadline().upstream_types == [APPEND]:
            times.append(desk.clock.now - begun)
    desk.wait(begun + seconds - desk.clock.now)
    return times


@EITHER
def test_I1_silence_goes_upstream_as_often_as_configured(way: Way, config: Config) -> None:
    desk = ready(way, config)
    assert beats(desk, 20.0) == [4.0, 8.0, 12.0, 16.0, 20.0]


@pytest.mark.parametrize(
    ("declared_as", "silence"),
    [
        (PCM_24K, b"\x00" * 4800),
        (MULAW_8K, b"\xff" * 800),
        (ALAW_8K, b"\xd5" * 800),
        (AudioFormat("alaw", 24000), b"\x00" * 4800),
    ],
    ids=str,
)
def test_I1_it_is_silent_in_upstreams_format(declared_as: AudioFormat, silence: bytes) -> None:
    log = ready(Desk, VAD, declared(declared_as)).wait(4.0)
    assert [base64.b64decode(each["audio"]) for each in log.upstream] == [silence]
    assert log.notices == ["SILENCE_SENT"]


def test_I1_a_restored_call_keeps_on_in_time() -> None:
    desk = ready(Desk, VAD)
    desk.wait(1.0)
    desk.translator = restored(desk.translator, VAD, desk.clock)
    assert beats(desk, 7.5) == [3.0, 7.0]


def test_I1_without_it_there_is_none(way: Way) -> None:
    desk = ready(way, Config.deepgram())
    assert desk.translator.next_deadline is None


def test_I1_a_call_restored_without_it_has_none_any_more() -> None:
    desk = ready(Desk, VAD)
    desk.translator = Translator.restore(desk.translator.snapshot(), Config.deepgram(), clock=desk.clock)
    desk.config = Config.deepgram()
    assert beats(desk, 60.0) == []


@EITHER
def test_S5_none_before_ready(config: Config) -> None:
    desk = Desk(config)
    desk.opened()
    desk.client(SETTINGS)
    desk.dialled()
    assert desk.wait(9.0).upstream == []
    desk.upstream({"type": "session.updated", "session": {}})
    assert beats(desk, 4.0) == [4.0]


@EITHER
def test_I1_it_stops_while_audio_flows(way: Way, config: Config) -> None:
    desk = ready(way, config)
    for _ in range(40):
        desk.client(b"\1\2" * 1200)
        assert APPEND not in desk.wait(0.25).upstream_types


def test_I1_it_comes_so_long_after_the_last_audio(way: Way) -> None:
    desk = ready(way, VAD)
    desk.wait(3.0)
    desk.client(SPEECH)
    assert beats(desk, 12.0) == [4.0, 8.0, 12.0]


@EITHER
def test_I1_audio_of_which_nothing_comes_out_yet_counts_too(config: Config) -> None:
    pytest.importorskip("numpy", reason="needs the resample extra")
    desk = ready(Desk, config, declared(AudioFormat("linear16", 8000)))
    desk.wait(3.0)
    assert desk.client(b"\x00\x10" * 16).upstream == []
    assert [desk.wait(1.0).upstream for _ in range(3)] == [[], [], []]
    assert desk.wait(1.0).upstream_types == [APPEND, APPEND]


# --- what does not count ------------------------------------------------------------------------------------


def test_A5_silence_is_never_committed_alone_and_starts_no_debounce(way: Way) -> None:
    desk = ready(way, MANUAL)
    assert len(beats(desk, 60.0)) == 15
    assert desk.translator.next_deadline == desk.clock.now + 4.0


def test_A5_silence_counts_toward_no_commit(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.client(bytes(4700))
    assert desk.wait(0.5).upstream == []
    assert beats(desk, 9.0) == [3.5, 7.5]
    desk.client(bytes(98))
    assert desk.wait(0.5).upstream == []
    desk.client(bytes(2))
    assert desk.wait(0.5).upstream_types == COMMIT


@EITHER
def test_I1_a_clear_removes_it_before_audio(way: Way, config: Config) -> None:
    desk = ready(way, config)
    desk.wait(4.0)
    desk.wait(4.0)
    log = desk.client(SPEECH)
    assert log.upstream_types == [CLEAR, APPEND]
    assert log.upstream[0]["event_id"].startswith("T1_")  # R6
    assert desk.client(SPEECH).upstream_types == [APPEND]


@EITHER
def test_I1_an_empty_frame_is_no_audio(config: Config) -> None:
    desk = ready(Desk, config)
    desk.wait(4.0)
    assert desk.client(b"").outputs == []
    assert desk.client(SPEECH).upstream_types == [CLEAR, APPEND]


@EITHER
def test_I1_nothing_is_cleared_that_the_user_said(way: Way, config: Config) -> None:
    desk = ready(way, config)
    desk.client(bytes(2400))
    desk.wait(0.5)
    desk.wait(4.0)
    assert desk.client(SPEECH).upstream_types == [APPEND]


@EITHER
def test_I1_what_the_resampler_holds_was_said_before_the_silence(config: Config) -> None:
    pytest.importorskip("numpy", reason="needs the resample extra")
    desk = ready(Desk, config, declared(AudioFormat("linear16", 8000)))
    assert desk.client(b"\x00\x10" * 16).upstream == []
    desk.wait(0.5)
    log = desk.wait(4.0)
    spoken, silence = [base64.b64decode(each["audio"]) for each in log.upstream]
    assert len(spoken) == 96
    assert any(spoken)
    assert silence == bytes(4800)
    assert CLEAR not in desk.client(bytes(3200)).upstream_types


def test_I1_silence_is_cleared_by_a_call_restored_without_a_keepalive() -> None:
    desk = ready(Desk, VAD)
    desk.wait(4.0)
    desk.translator = Translator.restore(desk.translator.snapshot(), Config.deepgram(), clock=desk.clock)
    desk.config = Config.deepgram()
    assert desk.client(SPEECH).upstream_types == [CLEAR, APPEND]


def test_I1_but_not_what_the_user_said_before_it() -> None:
    desk = ready(Desk, VAD)
    desk.client(SPEECH)
    desk.wait(4.0)
    desk.translator = Translator.restore(desk.translator.snapshot(), Config.deepgram(), clock=desk.clock)
    desk.config = Config.deepgram()
    assert desk.client(SPEECH).upstream_types == [APPEND]
    call: Any = desk.translator.snapshot()["call"]
    audio = call["audio"]
    assert (audio["uncommitted"], audio["silent"]) == (len(SPEECH), True)


def test_I1_after_a_commit_silence_is_cleared_again(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.client(SPEECH)
    asked = desk.wait(0.5)
    assert asked.upstream_types == COMMIT
    desk.upstream(created("resp_1", tag_in(asked)), done("resp_1", tag=tag_in(asked)))
    assert desk.client(SPEECH).upstream_types == [APPEND]  # no silence was sent
    asked = desk.wait(0.5)
    desk.upstream(created("resp_2", tag_in(asked)), done("resp_2", tag=tag_in(asked)))
    assert desk.wait(4.0).upstream_types == [APPEND]
    assert desk.client(SPEECH).upstream_types == [CLEAR, APPEND]


def test_I1_silence_that_was_committed_along_is_gone(way: Way) -> None:
    """What came before it could not be cleared."""
    desk = ready(way, MANUAL)
    desk.client(bytes(2400))
    desk.wait(0.5)
    desk.wait(4.0)
    desk.client(SPEECH)
    assert desk.wait(0.5).upstream_types == COMMIT
    assert desk.client(SPEECH).upstream_types == [APPEND]


def test_A7_silence_starts_no_ceiling(way: Way) -> None:
    config = Config.deepgram(turn_detection=ManualCommit(debounce=0.5, ceiling=1.0), keepalive=KEEPALIVE)
    desk = ready(way, config)
    log = Log()
    for _ in range(10):
        log.outputs += desk.wait(2.0).outputs
    assert set(log.upstream_types) == {APPEND}


# --- Settings that come late (S4) ---------------------------------------------------------------------------


def taken_over(**turns: Any) -> Desk:
    """The server's turn detection has heard half a second; then Settings came, and silence was sent."""
    desk = Desk(Config.component(keepalive=KEEPALIVE, **turns))
    desk.opened()
    desk.dialled()
    desk.upstream({"type": "session.updated", "session": {"type": "realtime", "audio": {}}})
    desk.client(SPEECH * 5)
    desk.client(SETTINGS)
    desk.upstream({"type": "session.updated", "session": {"type": "realtime", "audio": {}}})
    assert "SILENCE_SENT" in desk.wait(4.0).notices
    return desk


@pytest.mark.parametrize("turns", [ServerVad(), ManualCommit()], ids=["VAD", "manual"])
def test_I1_what_the_servers_turn_detection_heard_is_not_cleared(turns: Any) -> None:
    """It may not have committed that yet."""
    desk = taken_over(turn_detection=turns)
    assert desk.client(SPEECH).upstream_types == [APPEND]


def test_A5_what_the_servers_turn_detection_heard_is_no_part_of_our_commit() -> None:
    """It may have committed that already: too little would be left for a commit."""
    desk = taken_over(turn_detection=ManualCommit())
    desk.client(b"\x01\x02" * 480)
    assert "COMMIT_TOO_SHORT" in desk.wait(1.0).notices
    desk.client(SPEECH)
    assert desk.wait(1.0).upstream_types == COMMIT
    assert "SILENCE_SENT" in desk.wait(5.0).notices
    assert desk.client(SPEECH).upstream_types == [CLEAR, APPEND]


@pytest.mark.parametrize("every", [0.25, 0.5, 1.0, 4.0])
def test_I1_a_beat_that_fires_in_time_is_followed_by_the_next(every: float) -> None:
    desk = ready(Desk, Config.deepgram(keepalive=SilenceKeepalive(every=every, ms=100)))
    for _ in range(3):
        began = desk.translator.next_deadline
        assert desk.wait_deadline().upstream_types == ["input_audio_buffer.append"]
        assert desk.translator.next_deadline == (began or 0.0) + every


def test_I1_beats_that_were_missed_are_one() -> None:
    desk = ready(Desk, Config.deepgram(keepalive=SilenceKeepalive(every=2.0, ms=100)))
    assert desk.wait(7.0).upstream_types == ["input_audio_buffer.append"]
    assert desk.translator.next_deadline == 108.0
