"""Every `session.update` that Settings give validates against the `openai` SDK and the bounds of the API.

The tests of the mapping (`tests/unit/mapping`) check each of theirs the same way.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from realtime_translate import ClientDialect, Config, ContextMode, ManualCommit, SemanticVad, ServerVad
from realtime_translate.config import FROM_SETTINGS
from realtime_translate.testing import FakeClock, RealtimeServer, strategies
from tests.harness import Desk, Log, counter
from tests.oracle.session_update import faults
from tests.shared_material import shared

pytest.importorskip("openai")
pytest.importorskip("pydantic")

Json = dict[str, Any]

configs = st.builds(
    Config,
    st.sampled_from(ClientDialect),
    turn_detection=st.sampled_from(
        [FROM_SETTINGS, ManualCommit(), ServerVad(0.5, 300, 200, 5000), ServerVad(), SemanticVad("high")]
    ),
    context=st.sampled_from(ContextMode),
)


def opened(config: Config, settings: Json) -> Log:
    """What goes out until the session is ready."""
    desk = Desk(config)
    return desk.ready(settings)


def assert_valid(log: Log) -> None:
    assert log.upstream_types[0] == "session.update"
    assert log.upstream_types.count("session.update") == 1
    for frame in log.upstream:
        assert faults(frame) == [], frame


@hypothesis_settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), config=configs)
def test_settings_of_both_dialects(data: st.DataObject, config: Config) -> None:
    settings = data.draw(strategies.settings(config.dialect))
    log = opened(config, settings)
    assert log.of("Error") == []
    assert_valid(log)


@hypothesis_settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), config=configs)
def test_the_server_model_takes_them_too(data: st.DataObject, config: Config) -> None:
    settings = data.draw(strategies.settings(config.dialect))
    server = RealtimeServer(clock=FakeClock(), new_id=counter("s"))
    server.opened()
    for frame in opened(config, settings).upstream:
        server.receive(json.dumps(frame))
    assert server.violations == ()


def _examples() -> list[Json]:
    lines = shared("examples", "deepgram.jsonl").read_text(encoding="utf-8").splitlines()
    messages = [json.loads(line)["message"] for line in lines]
    return [each for each in messages if each["type"] == "Settings"]


@pytest.mark.parametrize("dialect", ClientDialect)
@pytest.mark.parametrize("number", range(8))
def test_settings_of_the_corpus_that_are_accepted(dialect: ClientDialect, number: int) -> None:
    examples = _examples()
    assert len(examples) == 8
    log = opened(Config(dialect), examples[number])
    errors = [each["code"] for each in log.of("Error")]
    if errors:  # another rate, or a stored agent
        assert errors in (["INVALID_SETTINGS"], ["AGENT_ID_NOT_SUPPORTED"])
        assert log.upstream == []
    else:
        assert_valid(log)


def test_most_of_the_corpus_is_accepted() -> None:
    accepted = [not opened(Config(), each).of("Error") for each in _examples()]
    assert accepted.count(True) == 7


# --- the oracle itself --------------------------------------------------------------------------------------


def good() -> Json:
    """A session.update with everything in it."""
    settings = {
        "type": "Settings",
        "audio": {},
        "agent": {
            "think": {
                "provider": {"type": "open_ai", "model": "gpt-realtime"},
                "functions": [{"name": "tide"}],
                "toolChoice": {"type": "function", "name": "tide"},
                "maxOutputTokens": 100,
                "outputModalities": ["text"],
            },
            "sessionAudioOutput": {"speed": 1.0, "voice": "coral", "format": {"type": "audio/pcm"}},
            "idleTimeoutMs": 6000,
            "language": "en",
        },
    }
    return opened(Config.component(), settings).upstream[0]


def test_the_oracle_likes_a_good_one() -> None:
    assert faults(good()) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("event_id", "x" * 513),
        ("session.model", "gpt-realtime"),
        ("session.voice", "coral"),
        ("session.output_modalities", ["text", "audio"]),
        ("session.max_output_tokens", 4097),
        ("session.max_output_tokens", 0),
        ("session.tool_choice.name", "undeclared"),
        ("session.tools.0.name", ""),
        ("session.tools.0.parameters", {"type": "string"}),
        ("session.audio.input.turn_detection.idle_timeout_ms", 4999),
        ("session.audio.input.turn_detection.threshold", 1.1),
        ("session.audio.input.transcription.model", ""),
        ("session.audio.input.transcription.language", "en-US"),
        ("session.audio.input.format", {"type": "audio/pcm"}),
        ("session.audio.output", {}),
        ("session.audio.output.speed", 1.6),
        ("session.audio.output.voice", ""),
        ("session.audio.output.format", {"type": "audio/pcmu", "rate": 24000}),
    ],
)
def test_the_oracle_knows_the_bounds(path: str, value: object) -> None:
    frame = good()
    *way, last = path.split(".")
    place: Any = frame
    for key in way:
        place = place[int(key)] if key.isdigit() else place[key]
    place[last] = value
    assert faults(frame) != []


def test_the_oracle_wants_turn_detection_said() -> None:
    frame = good()
    del frame["session"]["audio"]["input"]["turn_detection"]
    assert faults(frame) == ["turn_detection is explicit"]


@pytest.mark.parametrize(
    "item",
    [
        {"id": "i" * 33, "type": "message", "role": "user", "content": []},
        {"id": "i", "type": "function_call", "call_id": "a b", "name": "n", "arguments": "{}"},
        {"id": "i", "type": "function_call_output", "call_id": "c" * 33, "output": ""},
    ],
)
def test_the_oracle_knows_the_ids(item: Json) -> None:
    assert faults({"type": "conversation.item.create", "event_id": "e", "item": item}) != []
