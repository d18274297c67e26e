"""The first line of a recording, and recordings that begin in the middle of a call."""

from __future__ import annotations

import json
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import pytest

from realtime_translate import (
    AZURE_GA,
    FROM_SETTINGS,
    Config,
    ContextMode,
    GreetingMode,
    Limits,
    ManualCommit,
    Renewal,
    SemanticVad,
    ServerVad,
    SilenceKeepalive,
    UpstreamDialect,
    Voices,
)
from realtime_translate.openai.dialects import XAI
from realtime_translate.recording import Recorder, replay
from realtime_translate.recording.header import RecordingError, config_data, config_of, without_secrets
from realtime_translate.recording.memory import FRAMES, KEPT, MARKS, OBJECTS, TEXTS
from realtime_translate.recording.outputs import masked_target
from realtime_translate.session.snapshot import Saved
from tests.harness import Desk
from tests.unit.recording.taped import Taped
from tests.unit.session.snapshot_calls import CALLS, CONFIGS

CONFIGURATIONS = [
    Config.deepgram(),
    Config.component(turn_detection=ManualCommit(0.5, 4.0), keepalive=SilenceKeepalive(2.0, 50)),
    Config.deepgram(turn_detection=ServerVad(0.5, 300, 500, 6000, create_response=False), upstream=AZURE_GA),
    Config.deepgram(
        turn_detection=SemanticVad("high"),
        greeting=GreetingMode.SPOKEN,
        context=ContextMode.ITEMS,
        voices=Voices({"aura": "ash"}, None),
        limits=Limits(item_text=5),
        strict_fields=True,
        barge_in=False,
        model="m",
        transcription_model="t",
    ),
    Config.deepgram(turn_detection=FROM_SETTINGS),
    Config.component(renewal=Renewal(after=None, delays=(0.0, 1.5), on_normal_close=False)),
    Config.deepgram(renewal=Renewal(fallback=(attrs.evolve(XAI, model="grok"), AZURE_GA))),
]


@pytest.mark.parametrize("config", CONFIGURATIONS)
def test_a_configuration_comes_back_as_it_was(config: Config) -> None:
    assert config_of(json.loads(json.dumps(config_data(config)))) == config


@pytest.mark.parametrize(
    "changes",
    [
        {"dialect": "klingon"},
        {"more": 1},
        {"turn_detection": {"kind": "Other"}},
        {"limits": {"item_text": 0}},
    ],
)
def test_what_is_no_configuration_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(RecordingError, match="the configuration cannot be read"):
        config_of({**config_data(Config.deepgram()), **changes})


def test_a_redacted_header_has_no_credentials() -> None:
    path = "/v1?model={model}&api-key=abc&api-version=2025"
    config = Config.deepgram(upstream=UpstreamDialect("mine", path))
    kept = "/v1?model={model}&api-key=removed&api-version=2025"
    assert without_secrets(config).upstream.path == kept
    backed = without_secrets(Config(renewal=Renewal(fallback=(UpstreamDialect("mine", path),)))).renewal
    assert backed is not None
    assert [row.path for row in backed.fallback] == [kept]
    assert masked_target("/v1?model=m") == "/v1?model=m"
    taped = Taped(config)
    assert "abc" not in taped.lines[0]
    taped.ready({"type": "Settings", "audio": {}, "agent": {}})
    assert "abc" not in "".join(taped.lines)
    assert replay(taped.lines).same


# --- in the middle of a call --------------------------------------------------------------------------------


def moments() -> Iterator[tuple[str, str, int]]:
    for config in CONFIGS:
        for calls, acts in CALLS.items():
            yield config, calls, len(acts) // 2


@pytest.mark.parametrize(("config", "calls", "moment"), list(moments()))
def test_a_redacted_recording_may_begin_anywhere(config: str, calls: str, moment: int) -> None:
    desk = Desk(CONFIGS[config])
    acts = CALLS[calls]
    for act in acts[:moment]:
        act(desk)
    lines: list[str] = []
    recorder = Recorder(desk.translator, lines.append)
    desk.act = lambda act: Desk.act(desk, lambda translator: act(wrapped(translator)))  # type: ignore[method-assign]

    def wrapped(translator: Any) -> Any:
        return recorder if translator is desk.translator else translator

    for act in acts[moment:]:
        act(desk)
    assert recorder.failure is None
    result = replay(lines)
    assert result.same, str(result)
    assert result.inputs == len(lines) - 1 > 0
    assert "Harbour" not in "".join(lines)
    assert "Be brief" not in "".join(lines)


def test_what_waits_before_ready_is_masked_as_frames_are() -> None:
    begun = Taped(Config.component())
    begun.recorder.client_opened()
    begun.recorder.receive_from_client('{"type": "InjectUserMessage", "content": "My name is Ann"}')
    begun.recorder.receive_from_client(b"\1" * 960)
    lines: list[str] = []
    Recorder(begun.translator, lines.append)
    snapshot = json.loads(lines[0])["snapshot"]
    text, audio = snapshot["call"]["opening"]["waiting"]
    assert json.loads(text["text"]) == {"type": "InjectUserMessage", "content": "Xx xxxx xx Xxx"}
    assert set(audio["audio"]) == {"A"}


def test_what_a_server_was_told_of_the_past_is_masked() -> None:
    begun = Taped(Config.deepgram(context=ContextMode.ITEMS))
    messages = [{"type": "History", "role": "user", "content": "My name is Ann"}]
    begun.ready({"type": "Settings", "audio": {}, "agent": {"context": {"messages": messages * 2}}})
    event_id = begun.translator.snapshot()["call"]["past"]["items"][0]["event_id"]  # type: ignore[index]
    refused = {"event_id": event_id, "message": "ID must start with 'item_'"}
    begun.upstream({"type": "error", "error": refused})
    lines: list[str] = []
    Recorder(begun.translator, lines.append)
    again, other = json.loads(lines[0])["snapshot"]["call"]["past"]["items"]
    assert again["item"] == other["item"]
    assert other["item"]["content"] == [{"type": "input_text", "text": "Xx xxxx xx Xxx"}]


def test_what_identifies_texts_is_taken() -> None:
    begun = Taped()
    begun.ready({"type": "Settings", "audio": {}, "agent": {}})
    item = {"type": "message", "role": "assistant", "id": "i1", "content": [{"type": "text", "text": "Hi."}]}
    begun.upstream(
        {"type": "response.created", "response": {"id": "r1"}},
        {"type": "response.output_item.done", "response_id": "r1", "item": item},
    )
    lines: list[str] = []
    Recorder(begun.translator, lines.append)
    (told,) = json.loads(lines[0])["snapshot"]["call"]["agent_text"]["told"]
    assert told == {"item_id": "i1", "index": 0, "words": "0" * 16, "response_id": "r1"}


def test_what_identifies_the_values_of_a_session_is_taken() -> None:
    begun = Taped()
    begun.ready({"type": "Settings", "audio": {}, "agent": {}})
    begun.upstream({"type": "session.updated", "session": {"instructions": "Be brief"}})
    lines: list[str] = []
    Recorder(begun.translator, lines.append)
    shown = json.loads(lines[0])["snapshot"]["call"]["updates"]["shown"]
    assert shown["instructions"] == "0" * 16


def test_every_text_in_the_state_has_a_rule() -> None:
    named = set(strings(Saved, ""))
    frames = {name for names in FRAMES.values() for name in names}
    assert named - set(TEXTS) - set(KEPT) - set(OBJECTS) - set(MARKS) - frames == set()


def strings(kind: Any, name: str) -> Iterator[str]:
    """The names of the fields that hold texts or bytes, by walking the types of the state."""
    if attrs.has(kind):
        for each, below in typing.get_type_hints(kind, localns=vars(typing)).items():
            yield from strings(below, each)
    elif kind in (str, bytes, bytearray) or kind == Mapping[str, object]:
        yield name
    else:
        for below in typing.get_args(kind):
            yield from strings(below, name)
