"""Hostile and enormous frames on record."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_translate import Config, Limits
from realtime_translate.recording.inputs import restore
from tests.harness import SETTINGS
from tests.unit.recording.taped import Taped, reproduced

SMALL = Config.component(limits=Limits(frame_bytes_up=64, frame_bytes_down=64))
HOSTILE = [
    "",
    "{",
    "[]",
    '"text"',
    "nul",
    "[NaN]",
    "[Infinity]",
    "[-Infinity]",
    '{"type": 1e999}',
    '{"type": ' + "7" * 400 + "}",
    '{"type": 0.' + "7" * 400 + "}",
    "[" * 100_000,
    "{" * 3 + '"secret"',
    '{"a":' * 70 + "1" + "}" * 70,
    '{"type": "\ud800"}',
    '{"type": "\\ud800 secret"}',
    '{"type": "secret words of a stranger"}',
    '{"type": 5}',
    "01",
    '{"content": "secret"}',
    '{"type": "InjectUserMessage", "content": ["secret"]}',
    '{"type": "InjectUserMessage"} trailing',
    '{"type": "InjectUserMessage", "type": "KeepAlive"}',
    '{"type": "KeepAlive", "my secret": 1, "my secrets": {"deep": 2}}',
    json.dumps({"type": "InjectUserMessage", "content": "é" * 5000}),
]


def ready(**options: Any) -> Taped:
    taped = Taped(Config.component(), **options)
    taped.ready(SETTINGS)
    return taped


@pytest.mark.parametrize("redact", [True, False])
@pytest.mark.parametrize("frame", HOSTILE)
def test_L1_whatever_a_peer_sends_is_recorded_and_reproduced(frame: str, redact: bool) -> None:
    taped = ready(redact=redact)
    taped.recorder.receive_from_client(frame)
    taped.recorder.receive_from_upstream(frame)
    taped.recorder.receive_from_upstream(frame.encode("utf-8", "surrogatepass"))
    reproduced(taped)
    if redact:
        assert "secret" not in "".join(taped.lines[1:])


@given(st.binary() | st.text().map(str.encode), st.text())
def test_L1_nor_does_anything_else_stop_it(data: bytes, text: str) -> None:
    taped = ready()
    taped.recorder.receive_from_upstream(data)
    taped.recorder.receive_from_client(text)
    taped.recorder.receive_from_client('{"type":"InjectUserMessage","content":' + text)
    reproduced(taped)


@pytest.mark.parametrize("redact", [True, False])
@pytest.mark.parametrize(
    ("leg", "frame"),
    [
        ("client", "x" * 65),
        ("client", "é" * 33),
        ("client", b"x" * 65),
        ("upstream", "x" * 65),
        ("upstream", b"x" * 65),
    ],
)
def test_L1_an_oversized_frame_is_its_size_and_its_hash(leg: str, frame: str | bytes, redact: bool) -> None:
    taped = Taped(SMALL, redact=redact)
    taped.recorder.client_opened()
    taped.recorder.upstream_opened()
    getattr(taped.recorder, f"receive_from_{leg}")(frame)
    data = frame.encode() if isinstance(frame, str) else frame
    assert taped.records[-1]["oversized"] == {
        "binary": isinstance(frame, bytes),
        "size": len(data),
        "sha256": sha256(data).hexdigest(),
    }
    assert len(taped.lines[-1]) < 700
    reproduced(taped)


def test_L1_a_long_text_that_is_no_json_is_only_masked() -> None:
    taped = ready()
    taped.recorder.receive_from_client('{"secret": true' + " " * 2**20)
    assert taped.recorder.failure is None
    assert taped.records[-1]["text"].strip() == '{"xxxxxx": xxxx'


def test_L1_a_frame_at_the_limit_is_recorded_whole() -> None:
    taped = Taped(SMALL, redact=False)
    taped.recorder.client_opened()
    taped.recorder.receive_from_client("é" * 32)
    assert taped.records[-1]["text"] == "é" * 32
    reproduced(taped)


@pytest.mark.parametrize("size", [-1, 2**28 + 1])
def test_a_recording_cannot_ask_for_endless_audio(size: int) -> None:
    with pytest.raises(ValueError, match="no frame holds"):
        restore("receive_from_client", {"audio": size}, Limits())


@pytest.mark.parametrize("config", [Config.deepgram(), Config.component()], ids=["deepgram", "component"])
@pytest.mark.parametrize(
    ("code", "reason", "recorded"),
    [
        (1001, "Ann's session hit the maximum duration.", "Xxx'x xxxxxxx xxx xxx maximum duration."),
        (1000, "invalid_request_error.idle_timeout Ann", "xxxxxxx_xxxxxxx_xxxxx.idle_timeout Xxx"),
        (3000, "Incorrect API key provided: sk-Ann", "Incorrect API key xxxxxxxx: xx-Xxx"),
        (1008, "no quota for org-AnnLeeAnnLeeAnnLee", "xx xxxxx xxx xxx-***"),
    ],
)
def test_E3_a_close_is_still_known_by_its_reason(
    config: Config, code: int, reason: str, recorded: str
) -> None:
    taped = Taped(config)
    taped.ready(SETTINGS)
    taped.recorder.upstream_closed(code, reason)
    assert taped.records[-1]["arguments"] == [code, recorded]
    reproduced(taped)


def test_reasons_and_results_are_masked() -> None:
    taped = ready()
    taped.recorder.function_result("c1", '{"height": 3}')
    taped.recorder.upstream_closed(1011, "Ann broke it")
    taped.recorder.close(1000, "Ann again")
    assert [each["arguments"] for each in taped.records[-3:]] == [
        ["c1", '{"xxxxxx": 1}'],
        [1011, "Xxx xxxxx xx"],
        [1000, "Xxx xxxxx"],
    ]
    reproduced(taped)
