"""Frames at the limits of size and over them, and audio of every size (L1, A3, A4, O1)."""

from __future__ import annotations

import json
from binascii import b2a_base64
from itertools import pairwise

import pytest

from realtime_translate import Config, Limits, Notice, SendToClient, SendToUpstream

from .calls import Call
from .judge import attack, survive
from .stages import CONFIGS, begun, stages_of

MIB = 2**20
UP, DOWN = 16 * MIB, 32 * MIB
CONFIG = pytest.mark.parametrize("config", ["deepgram", "component"])


def text(size: int, letter: str = "x") -> str:
    """A user text whose frame has so many bytes."""
    empty = json.dumps({"type": "InjectUserMessage", "content": ""})
    count = (size - len(empty)) // len(letter.encode())
    return empty.replace('""', f'"{letter * count}"').ljust(size - count * (len(letter.encode()) - 1))


def event(size: int) -> str:
    """An event of upstream that has so many characters."""
    empty = json.dumps({"type": "response.output_text.done", "response_id": "r1", "text": ""})
    return empty.replace('""', f'"{"x" * (size - len(empty))}"')


def notices(outputs: tuple[object, ...]) -> list[str]:
    return [each.code for each in outputs if isinstance(each, Notice)]


def refused(call: Call) -> bool:
    """Whether the last frame was answered by an Error."""
    told = [each.data for each in call.outputs[-4:] if isinstance(each, SendToClient)]
    return any(isinstance(each, str) and json.loads(each)["type"] == "Error" for each in told)


@CONFIG
@pytest.mark.parametrize("letter", ["x", "é", "😀"])
def test_L4_a_text_frame_may_be_so_large_and_no_larger(config: str, letter: str) -> None:
    call = begun(CONFIGS[config], "ready")
    assert len(text(MIB, letter).encode()) == MIB
    attack(call, "client", text(MIB, letter))
    assert not refused(call)
    attack(call, "client", text(MIB + 1, letter))
    assert refused(call)
    assert (call.phase == "closed") == (config == "deepgram")
    survive(call)


@CONFIG
@pytest.mark.parametrize("encode", [str, str.encode], ids=["text", "bytes"])
def test_L1_an_event_may_be_so_large_and_no_larger(config: str, encode: object) -> None:
    call = begun(CONFIGS[config], "answering")
    frame = event(DOWN) if encode is str else event(DOWN).encode()
    assert "UPSTREAM_MALFORMED" not in notices(attack(call, "upstream", frame))
    more = frame + (" " if isinstance(frame, str) else b" ")  # type: ignore[operator]
    assert notices(attack(call, "upstream", more)) == ["UPSTREAM_MALFORMED"]
    survive(call)


@pytest.mark.parametrize("config", ["deepgram", "component"])
def test_L1_an_audio_frame_may_be_so_large_and_no_larger(config: str) -> None:
    call = begun(CONFIGS[config], "ready")
    sent = [each for each in attack(call, "client", bytes(UP)) if isinstance(each, SendToUpstream)]
    assert len(sent) == 2, "one append holds 15 MiB (A4)"
    attack(call, "client", bytes(UP + 1))
    assert refused(call)
    assert call.phase == "closed"


def test_L1_frames_over_the_limit_in_every_state() -> None:
    limits = Limits(frame_bytes_up=10_000, frame_bytes_down=10_000)
    for config in (Config.deepgram(limits=limits), Config.component(limits=limits)):
        for stage in stages_of(config):
            for leg, frame in (
                ("client", text(10_001)),
                ("client", bytes(10_001)),
                ("upstream", event(10_001)),
            ):
                call = begun(config, stage)
                if leg == "client" or call.translator.state.upstream_open:
                    outputs = attack(call, leg, frame)
                    assert outputs or stage == "closed"
                    survive(call)


@CONFIG
def test_L1_ten_megabytes_in_any_string(config: str) -> None:
    long = "x" * 10**7
    for frame in (
        {"type": long},
        {"type": "InjectUserMessage", "content": long},
        {long: 1},
        {"type": 1, "a": long},
    ):
        call = begun(CONFIGS[config], "ready")
        attack(call, "client", json.dumps(frame))
        survive(call)
    for stage in ("configuring", "answering"):
        call = begun(CONFIGS[config], stage)
        for problem in ({"code": long}, {"message": long}, {"type": long}, {"event_id": long}):
            if call.phase != "closed":
                attack(call, "upstream", json.dumps({"type": "error", "error": problem}))
        survive(call)


def cuts(total: bytes) -> list[list[bytes]]:
    """The same audio in frames of other sizes, odd and empty ones among them."""
    sizes = ([1] * len(total), [3, 0, 5, 7] * len(total), [len(total)], [2, 1] * len(total))
    ways: list[list[bytes]] = []
    for each in sizes:
        ends = [0]
        for size in each:
            ends.append(min(len(total), ends[-1] + size))
        ways.append([total[start:end] for start, end in pairwise(ends)])
    return ways


@CONFIG
@pytest.mark.parametrize("stage", ["ready", "configuring"])
def test_A3_no_size_of_audio_frame_loses_a_byte(config: str, stage: str) -> None:
    total = bytes(range(251)) * 3
    whole = None
    for frames in cuts(total):
        call = begun(CONFIGS[config], stage)
        before = len(call.outputs)
        for frame in frames:
            attack(call, "client", frame)
        if stage == "configuring":
            call.upstream({"type": "session.updated", "session": {}})
        sent = [json.loads(each.data) for each in call.outputs[before:] if isinstance(each, SendToUpstream)]
        audio = b"".join(_decoded(each["audio"]) for each in sent if "audio" in each)
        whole = whole or audio
        assert audio == whole == total[: len(total) // 2 * 2]
        survive(call)


def _decoded(base64: str) -> bytes:
    from binascii import a2b_base64

    return a2b_base64(base64)


GOOD = b2a_base64(bytes(range(240)), newline=False).decode()
BAD_AUDIO: dict[str, object] = {
    "one letter": "A",
    "unpadded": GOOD[:-1],
    "padding in the middle": "AA==" + GOOD,
    "only padding": "====",
    "a surrogate pair": "AAAA\U0001f600",
    "other alphabet": "_-_-",
    "megabytes unpadded": "A" * (4 * MIB + 1),
    "null": None,
    "list": ["AAAA"],
    "number": 7,
    "object": {"audio": "AAAA"},
}


@CONFIG
@pytest.mark.parametrize("kind", BAD_AUDIO)
def test_O1_audio_that_cannot_be_decoded_is_noticed(config: str, kind: str) -> None:
    call = begun(CONFIGS[config], "answering")
    delta = {"type": "response.output_audio.delta", "response_id": "r1", "item_id": "i1"}
    outputs = attack(call, "upstream", json.dumps({**delta, "delta": BAD_AUDIO[kind]}))
    sound = [each for each in outputs if isinstance(each, SendToClient) and isinstance(each.data, bytes)]
    assert sound or notices(outputs) == ["AUDIO_UNDECODABLE"]
    after = attack(call, "upstream", json.dumps({**delta, "delta": GOOD}))
    assert any(isinstance(each, SendToClient) and isinstance(each.data, bytes) for each in after)
    survive(call)


@CONFIG
@pytest.mark.parametrize("field", ["response_id", "item_id", "content_index"])
@pytest.mark.parametrize("value", [None, 7, [], {}, "", -1, 10**300, True, 0.5, "x" * 10**5])
def test_O1_audio_with_wrong_names(config: str, field: str, value: object) -> None:
    call = begun(CONFIGS[config], "answering")
    delta = {"type": "response.output_audio.delta", "response_id": "r1", "item_id": "i1", "delta": GOOD}
    assert attack(call, "upstream", json.dumps({**delta, field: value}))
    survive(call)
