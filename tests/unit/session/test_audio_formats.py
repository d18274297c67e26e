"""Audio in every format that a caller has, through a call (A2, A3, A5, O1)."""

from __future__ import annotations

import base64
import random
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from realtime_translate import Config, ManualCommit, SendToUpstream, ServerVad
from realtime_translate.audio import (
    ALAW_8K,
    MULAW_8K,
    PCM_24K,
    AudioFormat,
    Conversion,
    delay_ms,
    streaming_header,
)
from tests.events import TOOLS, call_item, created, done, event
from tests.harness import Desk, Log, audio_in, ready
from tests.unit.session.played import tag_in

pytest.importorskip("numpy", reason="needs the resample extra")

MANUAL = Config.deepgram(turn_detection=ManualCommit(debounce=0.5, ceiling=2.0))
VAD = Config.deepgram(turn_detection=ServerVad())
COMPONENT = Config.component(turn_detection=ManualCommit(debounce=0.5))
CONFIGS = [VAD, MANUAL, pytest.param(COMPONENT, marks=pytest.mark.again)]
"""Both dialects take audio by the same code."""

LINEAR_8K = AudioFormat("linear16", 8000)
PCM_16K = AudioFormat("linear16", 16000)
"""What the component's clients are taken to send before Settings (S10)."""
LINEAR = [AudioFormat("linear16", rate) for rate in (8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000)]
INPUTS = [*LINEAR, *(AudioFormat(law, rate) for law in ("mulaw", "alaw") for rate in (8000, 16000, 48000))]
OUTPUTS = [*LINEAR, MULAW_8K, ALAW_8K]
CUTS = st.lists(st.integers(1, 700), min_size=1, max_size=6)


def carried(audio: AudioFormat) -> AudioFormat:
    return audio if audio in (MULAW_8K, ALAW_8K) else PCM_24K


def declare(**audio: AudioFormat) -> dict[str, Any]:
    sides = {
        name: {"encoding": each.encoding, "sample_rate": each.rate} for name, each in audio.items() if each
    }
    return {"type": "Settings", "audio": sides, "agent": {}}


def noise(audio: AudioFormat, milliseconds: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(audio.bytes_of(milliseconds))


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    """In pieces of these sizes, over and over."""
    pieces: list[bytes] = []
    while data:
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(data[:size])
        data = data[size:]
    return pieces


def appended(*logs: Log) -> bytes:
    outputs = [each for log in logs for each in log.outputs if isinstance(each, SendToUpstream)]
    return b"".join(audio_in(each) or b"" for each in outputs)


def whole(source: AudioFormat, target: AudioFormat, data: bytes, *, flush: bool) -> bytes:
    """The reference: one conversion, fed once."""
    conversion = Conversion(source, target)
    return conversion.feed(data) + (conversion.flush() if flush else b"")


class Bare(Desk):
    """Without the copy: restored audio may differ by a bit, and these tests are about every bit."""

    def act(self, act: Any) -> Log:
        return Log(list(act(self.translator)))


# --- in -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("audio", INPUTS, ids=str)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cuts=CUTS)
@example(cuts=[1])
def test_A3_however_it_is_cut_the_same_bytes_are_appended(
    config: Config, audio: AudioFormat, cuts: list[int]
) -> None:
    spoken = noise(audio, 150)
    desk = ready(Bare, config, declare(input=audio))
    logs = [desk.client(piece) for piece in cut(spoken, cuts)]
    manual = config is not VAD
    if manual:
        logs.append(desk.wait(0.5))
    assert appended(*logs) == whole(audio, carried(audio), spoken, flush=manual)


@pytest.mark.parametrize("audio", INPUTS, ids=str)
def test_A2_nothing_is_lost_or_added_across_commits(audio: AudioFormat) -> None:
    """One stream lasts from one commit to the next; its tail goes before the commit."""
    desk = ready(Desk, MANUAL, declare(input=audio))
    for turn in range(3):
        spoken = noise(audio, 200, seed=turn)
        logs = [desk.client(piece) for piece in cut(spoken, [audio.bytes_of(20)])]
        last = desk.wait(0.5)
        assert last.upstream_types[-2:] == ["input_audio_buffer.commit", "response.create"]
        samples = len(appended(*logs, last)) // carried(audio).sample_bytes
        expected = len(spoken) // audio.sample_bytes * carried(audio).rate / audio.rate
        assert abs(samples - expected) <= 0.5
        desk.upstream(created(f"resp_{turn}", tag_in(last)), done(f"resp_{turn}", tag=tag_in(last)))


@pytest.mark.parametrize("audio", INPUTS, ids=str)
def test_A2_where_the_server_commits_audio_stays_behind_by_the_documented_delay(audio: AudioFormat) -> None:
    desk = ready(Desk, VAD, declare(input=audio))
    logs = [desk.client(piece) for piece in cut(noise(audio, 400), [audio.bytes_of(20)])]
    behind = 0.4 - len(appended(*logs)) / carried(audio).bytes_per_second
    assert behind * 1000 == pytest.approx(delay_ms(audio, carried(audio)), abs=0.1)


@pytest.mark.parametrize("audio", INPUTS, ids=str)
def test_A2_nothing_is_lost_or_added_across_barge_ins(audio: AudioFormat) -> None:
    """The user's stream goes on while the agent's is cut."""
    desk = ready(Bare, VAD, declare(input=audio, output=AudioFormat("linear16", 16000)))
    spoken = noise(audio, 300)
    first, second, third = cut(spoken, [len(spoken) // 3 + 1])
    desk.upstream(created(), speech(noise(PCM_24K, 200)))
    logs = [desk.client(first), desk.upstream({"type": "input_audio_buffer.speech_started", "item_id": "u"})]
    logs += [desk.client(second), desk.upstream(done(status="cancelled")), desk.client(third)]
    assert appended(*logs) == whole(audio, carried(audio), spoken, flush=False)


@pytest.mark.parametrize("audio", INPUTS, ids=str)
def test_A5_100_ms_count_as_100_ms_whatever_the_resampler_holds(audio: AudioFormat) -> None:
    desk = ready(Desk, MANUAL, declare(input=audio))
    almost = audio.bytes_of(100) - 3 * audio.sample_bytes
    desk.client(bytes(almost))
    assert desk.wait(0.5).notices == ["COMMIT_TOO_SHORT"]
    desk.client(bytes(3 * audio.sample_bytes + (audio == AudioFormat("linear16", 11025)) * 2))
    log = desk.wait(0.5)
    assert log.upstream_types[-2:] == ["input_audio_buffer.commit", "response.create"]


def test_A7_the_ceiling_counts_what_the_resampler_holds() -> None:
    audio = AudioFormat("linear16", 16000)
    desk = ready(Desk, MANUAL, declare(input=audio))
    log = Log()
    for _ in range(104):
        log.outputs += [*desk.client(bytes(audio.bytes_of(20))).outputs, *desk.wait(0.02).outputs]
    assert "input_audio_buffer.commit" not in log.upstream_types
    assert "input_audio_buffer.commit" in desk.wait(0.02).upstream_types


@pytest.mark.parametrize("frame", [1, 3])
def test_A5_a_frame_of_which_nothing_comes_out_yet_is_audio_too(frame: int) -> None:
    desk = ready(Desk, MANUAL, declare(input=LINEAR_8K))
    assert desk.client(bytes(LINEAR_8K.bytes_of(frame))).upstream == []
    assert desk.translator.next_deadline == desk.clock.now + 0.5


def test_A4_what_resampling_makes_of_a_large_frame_is_split() -> None:
    desk = ready(Bare, VAD, declare(input=LINEAR_8K))
    sizes = [len(audio_in(each) or b"") for each in desk.client(bytes(6 * 2**20)).outputs]
    assert len(sizes) == 2
    assert sizes[0] == 15 * 2**20


def test_A8_what_waits_is_counted_as_it_was_declared() -> None:
    desk = Desk()
    desk.opened()
    desk.client(declare(input=LINEAR_8K))
    desk.client(bytes(15 * 16000 - 1))
    assert not desk.translator.client_paused
    desk.client(bytes(1))
    assert desk.translator.client_paused
    assert desk.client(bytes(15 * 16000)).outputs == []
    assert desk.client(bytes(1)).of("Error")[0]["code"] == "CLIENT_AUDIO_OVERFLOW"


# --- out ----------------------------------------------------------------------------------------------------


def speech(audio: bytes, response: str = "resp_1") -> dict[str, Any]:
    return event("output_audio.delta", response, delta=base64.b64encode(audio).decode(), item_id="msg_1")


def heard(*logs: Log) -> bytes:
    return b"".join(each for log in logs for each in log.client if isinstance(each, bytes))


def carrying(**sides: Any) -> dict[str, Any]:
    """The server says in what format it carries a side."""
    audio = {
        side: {"format": {"type": f"audio/{its}"}, "turn_detection": None} for side, its in sides.items()
    }
    return {"type": "session.updated", "session": {"audio": audio}}


def carry(desk: Desk, declared: AudioFormat, **sides: str) -> Log:
    """Open a call whose server carries another format than was asked for."""
    desk.opened()
    desk.client(declare(output=declared))
    desk.dialled()
    return desk.upstream(carrying(**sides))


def unasked(desk: Desk, **sides: str) -> Log:
    """A session that is ready before Settings."""
    desk.opened()
    desk.dialled()
    return desk.upstream(carrying(**sides))


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("audio", OUTPUTS, ids=str)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cuts=CUTS)
def test_O1_however_upstream_cuts_it_the_client_hears_the_same(
    config: Config, audio: AudioFormat, cuts: list[int]
) -> None:
    said = noise(carried(audio), 150)
    desk = ready(Bare, config, declare(output=audio))
    desk.upstream(created())
    logs = [desk.upstream(speech(piece)) for piece in cut(said, cuts)]
    logs.append(desk.upstream(done()))
    assert heard(*logs) == whole(carried(audio), audio, said, flush=True)


@pytest.mark.parametrize("audio", OUTPUTS, ids=str)
def test_O1_everything_of_a_turn_comes_before_its_end(audio: AudioFormat) -> None:
    desk = ready(Desk, VAD, declare(output=audio))
    for turn in ("resp_1", "resp_2"):
        desk.upstream(created(turn))
        said = noise(carried(audio), 200)
        logs = [desk.upstream(speech(piece, turn)) for piece in cut(said, [4800])]
        logs.append(desk.upstream(done(turn)))
        assert logs[-1].client_types[-1] == "AgentAudioDone"
        samples = len(heard(*logs)) // audio.sample_bytes
        expected = len(said) // carried(audio).sample_bytes * audio.rate / carried(audio).rate
        assert abs(samples - expected) <= 0.5


@pytest.mark.parametrize("ending", [event("output_audio.done", item_id="msg_1"), done()])
def test_O1_the_tail_does_not_wait_for_the_next_response(ending: dict[str, Any]) -> None:
    desk = ready(Desk, VAD, declare(output=LINEAR_8K))
    logs = [desk.upstream(created()), desk.upstream(speech(noise(PCM_24K, 120)))]
    assert len(heard(*logs)) < LINEAR_8K.bytes_of(120)
    logs.append(desk.upstream(ending))
    assert len(heard(*logs)) == LINEAR_8K.bytes_of(120)


def test_O1_the_tail_of_a_turn_that_goes_on_with_a_function_call_does_not_wait() -> None:
    """Where the server sends no `output_audio.done`."""
    desk = ready(Desk, VAD, {**declare(output=LINEAR_8K), "agent": TOOLS["agent"]})
    logs = [desk.upstream(created()), desk.upstream(speech(noise(PCM_24K, 120)))]
    logs.append(desk.upstream(done(output=[call_item(status="completed")])))
    assert "AgentAudioDone" not in logs[-1].client_types
    assert len(heard(*logs)) == LINEAR_8K.bytes_of(120)


def test_O1_the_tail_of_a_response_that_another_displaces_comes_before_its_end() -> None:
    desk = ready(Desk, VAD, declare(output=LINEAR_8K))
    log = desk.upstream(created(), speech(noise(PCM_24K, 120)), created("resp_2"))
    assert log.client_types[-1] == "AgentAudioDone"
    assert len(heard(log)) == LINEAR_8K.bytes_of(120)


def test_O1_half_a_sample_at_the_end_of_a_turn_is_no_sound_of_the_next() -> None:
    desk = ready(Desk)
    desk.upstream(created(), speech(b"\1\2\3"), done())
    log = desk.upstream(created("resp_2"), speech(b"\4\5", "resp_2"))
    assert heard(log) == b"\4\5"


@pytest.mark.parametrize("declared", [MULAW_8K, ALAW_8K], ids=str)
@pytest.mark.parametrize("config", [VAD, COMPONENT])
def test_O1_pcm_from_a_server_that_was_asked_for_g711_is_encoded(
    declared: AudioFormat, config: Config
) -> None:
    desk = Bare(config)
    carry(desk, declared, output="pcm")
    said = noise(PCM_24K, 200)
    log = desk.upstream(created(), speech(said), done())
    assert heard(log) == whole(PCM_24K, declared, said, flush=True)


def test_A2_input_goes_upstream_as_the_session_takes_it() -> None:
    desk = Bare(MANUAL)
    carry(desk, PCM_24K, input="pcmu")
    spoken = noise(PCM_24K, 200)
    log = Log([*desk.client(spoken).outputs, *desk.wait(0.5).outputs])
    assert appended(log) == whole(PCM_24K, MULAW_8K, spoken, flush=True)


def test_O1_what_the_session_carries_cannot_be_converted_without_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where it is ready before Settings (S4)."""
    monkeypatch.setitem(sys.modules, "numpy", None)
    for log in (carry(Desk(), MULAW_8K, output="pcm"), unasked(Desk(COMPONENT), input="pcmu")):
        assert log.client_types == ["Error"]
        assert log.of("Error")[0]["code"] == "INVALID_SETTINGS"
        assert "realtime-translate[resample]" in log.of("Error")[0]["description"]
        assert len(log.closes) == 2


@pytest.mark.parametrize("said", ["pcmu", "pcm"])
def test_S4_a_session_that_is_ready_before_settings_has_formats_too(said: str) -> None:
    desk = Bare(COMPONENT)
    unasked(desk, input=said)
    spoken = noise(PCM_16K, 200)
    log = Log([*desk.client(spoken).outputs, *desk.wait(0.5).outputs])
    target = MULAW_8K if said == "pcmu" else PCM_24K
    assert appended(log) == whole(PCM_16K, target, spoken, flush=True)


def test_S4_nothing_is_lost_when_settings_change_the_stream() -> None:
    desk = Bare(COMPONENT)
    unasked(desk, input="pcmu")
    first, second = noise(PCM_16K, 200), noise(AudioFormat("linear16", 48000), 200)
    logs = [desk.client(first), desk.client(declare(input=AudioFormat("linear16", 48000)))]
    logs.append(desk.upstream(carrying(input="pcm")))
    before = appended(*logs)
    assert before == whole(PCM_16K, MULAW_8K, first, flush=True)
    after = [desk.client(second), desk.wait(0.5)]
    assert appended(*after) == whole(AudioFormat("linear16", 48000), PCM_24K, second, flush=True)


def test_S4_nothing_of_the_agents_is_lost_when_settings_change_the_stream() -> None:
    desk = Bare(COMPONENT)
    unasked(desk, output="pcmu")
    said = noise(MULAW_8K, 200)
    log = desk.client(declare(output=PCM_24K))
    log.outputs += desk.upstream(created(), speech(said), carrying(output="pcm")).outputs
    assert heard(log) == whole(MULAW_8K, PCM_24K, said, flush=True)


# --- container wav ------------------------------------------------------------------------------------------


def wav(audio: AudioFormat) -> dict[str, Any]:
    settings = declare(output=audio)
    settings["audio"]["output"]["container"] = "wav"
    return settings


@pytest.mark.parametrize("config", [VAD, COMPONENT])
@pytest.mark.parametrize("audio", [PCM_24K, MULAW_8K, LINEAR_8K], ids=str)
def test_O1_one_header_before_the_first_audio_of_each_turn(config: Config, audio: AudioFormat) -> None:
    desk = ready(Desk, config, wav(audio))
    for turn in ("resp_1", "resp_2"):
        log = desk.upstream(created(turn), *[speech(bytes(4800), turn)] * 3, done(turn))
        frames = [each for each in log.client if isinstance(each, bytes)]
        assert frames[0] == streaming_header(audio)
        assert streaming_header(audio)[:4] not in b"".join(frames[1:])
        assert len(frames) > 2
        assert config is VAD or log.client_types[:2] == ["AgentStartedSpeaking", "audio"]


def test_O1_text_first_has_no_header_audio_after_it_has() -> None:
    desk = ready(Desk, COMPONENT, wav(PCM_24K))
    text = event("output_text.done", text="Hi.", item_id="msg_1", content_index=0)
    log = desk.upstream(created(), event("output_item.added", item={"type": "message", "id": "msg_2"}), text)
    assert log.client_types == ["AgentStartedSpeaking", "ConversationText"]
    log = desk.upstream(speech(bytes(4800)))
    assert log.client == [streaming_header(PCM_24K), bytes(4800)]


# --- snapshots ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("audio", INPUTS, ids=str)
def test_always_true_6_a_call_moves_in_the_middle_of_a_word(audio: AudioFormat) -> None:
    """`Desk` compares what each input gives with what a copy gives that was restored just before it."""
    desk = ready(Desk, MANUAL, declare(input=audio, output=audio if audio in OUTPUTS else PCM_24K))
    for piece in cut(noise(audio, 400), [audio.bytes_of(20) + 1]):
        desk.client(piece)
    desk.upstream(created(), *[speech(piece) for piece in cut(noise(PCM_24K, 300), [1111])])
    desk.upstream(done())
    assert "input_audio_buffer.commit" in desk.wait(0.5).upstream_types
