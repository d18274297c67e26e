"""A3, A5-A7, I1, S4: what the stream of the user's audio leaves behind when it is cut."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from realtime_translate import Config, ManualCommit, Notice, SilenceKeepalive
from tests.events import commit_empty, done
from tests.harness import SETTINGS, Desk, Log, ready
from tests.unit.session.played import MANUAL, Way, begun_by_server

PCM_100_MS = bytes(4800)
WIDE = {**SETTINGS, "audio": {"input": {"encoding": "linear16", "sample_rate": 16000}}}
CEILING = Config.deepgram(turn_detection=ManualCommit(debounce=0.4, ceiling=1.0))


def short(log: Log) -> list[Any]:
    return [
        each.fields["bytes"] for each in log.outputs if isinstance(each, Notice) and "bytes" in each.fields
    ]


def appended(log: Log) -> bytes:
    return b"".join(base64.b64decode(each["audio"]) for each in log.of("input_audio_buffer.append"))


def kept(desk: Desk) -> Any:
    return desk.translator.snapshot()["call"]["audio"]  # type: ignore[index]


def timers(desk: Desk) -> str:
    return str(desk.translator.snapshot()["timers"])


def test_A5_too_little_for_a_commit_is_noticed_with_its_size(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.client(bytes(2400))
    log = desk.wait_deadline()
    assert (log.notices, short(log)) == (["COMMIT_TOO_SHORT"], [2400])


def test_T7_also_when_the_client_ends_the_turn(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.client(bytes(2400))
    assert short(desk.client({"type": "ForceEndTurn"})) == [2400]


def test_A5_what_the_resampler_holds_counts() -> None:
    pytest.importorskip("numpy")
    desk = ready(Desk, MANUAL, WIDE)
    sent = desk.client(bytes(1600))
    assert len(appended(sent)) < 2400
    assert short(desk.wait_deadline()) == [pytest.approx(2400, abs=8)]
    assert short(desk.client({"type": "ForceEndTurn"})) == [pytest.approx(2400, abs=8)]


def test_A5_a_commit_leaves_nothing_behind(way: Way) -> None:
    desk = ready(way, MANUAL)
    desk.client(PCM_100_MS)
    (commit,) = desk.wait_deadline().of("input_audio_buffer.commit")
    assert desk.upstream(commit_empty(commit["event_id"])).notices[:1] == ["COMMIT_REFUSED"]
    desk.client(bytes(2400))
    assert short(desk.wait_deadline()) == [2400]


@pytest.mark.parametrize("forced", [True, False])
def test_A7_audio_that_flows_on_does_not_put_off_a_commit_that_is_due(way: Way, forced: bool) -> None:
    desk = ready(way, CEILING)
    begun_by_server(desk)
    for _ in range(6):
        desk.client(PCM_100_MS)
        desk.wait(0.2)
    if forced:
        desk.client({"type": "ForceEndTurn"})
    assert desk.client(PCM_100_MS).upstream_types == ["input_audio_buffer.append"]
    assert "ceiling" not in timers(desk)
    assert kept(desk)["commit"] == "firm"
    assert desk.upstream(done("resp_s")).upstream_types == ["input_audio_buffer.commit", "response.create"]


# --- a session that nobody asked for, and then Settings (S4) ------------------------------------------------


def unasked(turn_detection: Any) -> Desk:
    desk = Desk(Config.component())
    desk.opened()
    desk.dialled()
    heard = {"turn_detection": turn_detection, "format": {"type": "audio/pcm", "rate": 16000}}
    desk.upstream({"type": "session.updated", "session": {"type": "realtime", "audio": {"input": heard}}})
    return desk


def settle(desk: Desk, settings: dict[str, Any]) -> Log:
    log = desk.client(settings)
    session = log.of("session.update")[0]["session"]
    return Log([*log.outputs, *desk.upstream({"type": "session.updated", "session": session}).outputs])


def test_A3_half_a_sample_before_Settings_waits_for_the_other_half() -> None:
    desk = unasked({"type": "server_vad"})
    assert appended(desk.client(b"\x01\x02\x03")) == b"\x01\x02"
    settle(desk, SETTINGS)
    assert appended(desk.client(b"\x04\x05\x06")) == b"\x03\x04\x05\x06"


def test_A3_where_samples_are_bytes_from_then_on_it_is_no_part_of_one() -> None:
    desk = unasked({"type": "server_vad"})
    desk.client(b"\x01\x02\x03")
    settle(desk, {**SETTINGS, "audio": {"input": {"encoding": "mulaw", "sample_rate": 8000}}})
    assert appended(desk.client(b"\x04\x05")) == b"\x04\x05"


def test_V1_what_the_server_commits_from_now_on_is_not_ours_to_commit() -> None:
    desk = unasked(None)
    desk.client(PCM_100_MS)
    assert "debounce" in timers(desk)
    assert "ceiling" in timers(desk)
    settle(desk, {**SETTINGS, "agent": {"idleTimeoutMs": 10000}})
    assert "debounce" not in timers(desk)
    assert "ceiling" not in timers(desk)
    assert (kept(desk)["uncommitted"], kept(desk)["commit"]) == (0, "not due")
    assert desk.wait(20.0).of("input_audio_buffer.commit") == []


# --- I1 -----------------------------------------------------------------------------------------------------

KEPT_ALIVE = Config.deepgram(keepalive=SilenceKeepalive(every=4.0, ms=100))


def test_I1_audio_after_silence_puts_off_the_next_silence() -> None:
    desk = ready(Desk, KEPT_ALIVE)
    desk.client(PCM_100_MS)
    assert desk.wait(4.0).notices == ["SILENCE_SENT"]
    desk.wait(1.0)
    assert desk.client(PCM_100_MS).upstream_types == ["input_audio_buffer.append"]
    assert desk.wait(3.5).notices == []
    assert desk.wait(0.5).notices == ["SILENCE_SENT"]


def test_I1_silence_comes_after_the_last_of_the_user_s_audio_and_is_not_counted() -> None:
    pytest.importorskip("numpy")
    desk = ready(Desk, KEPT_ALIVE, WIDE)
    before = len(appended(desk.client(bytes(3200))))
    rest, silence = desk.wait(4.0).of("input_audio_buffer.append")
    assert len(base64.b64decode(silence["audio"])) == 4800
    assert kept(desk)["uncommitted"] == before + len(base64.b64decode(rest["audio"]))
