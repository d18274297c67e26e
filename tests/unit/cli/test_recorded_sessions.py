"""The recorded sessions of real servers, replayed: the translator sends what the recorded client sent."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest

from realtime_translate import ClientDialect
from realtime_translate.cli.main import main
from realtime_translate.cli.replay import Replay
from realtime_translate.cli.steps import Party, Step
from realtime_translate.cli.trace import Trace, read_trace
from tests.shared_material import SHARED, shared

NAMES = sorted(path.stem for path in SHARED.glob("traces/*.jsonl"))
GA = [name for name in NAMES if name.startswith("ga-")]
CLIENT_LEG = [name for name in NAMES if name.startswith("dg-")]
UPSTREAM_LEG = [name for name in NAMES if name not in CLIENT_LEG]

ID_KEYS = {"id", "event_id", "item_id", "previous_item_id", "response_id", "call_id", "conversation_id"}
TEXT_KEYS = {"text", "transcript", "delta", "instructions", "description", "output"}


def path_of(name: str) -> Path:
    return shared("traces", f"{name}.jsonl")


def sent_upstream(steps: list[Step]) -> list[str]:
    sent = [step for step in steps if step.sender is Party.TRANSLATOR and step.receiver is Party.UPSTREAM]
    return [step.type for step in sent if step.type != "input_audio_buffer.append"]


def recorded(trace: Trace) -> list[str]:
    return [line.type for line in trace.select("upstream", "out") if line.type != "input_audio_buffer.append"]


def renamed(value: object, key: str = "", event_type: str = "") -> object:
    """`value` with other ids and other texts. Letters change one by one: deltas still add up."""
    if isinstance(value, dict):
        event_type = str(value.get("type", event_type))
        return {name: renamed(entry, name, event_type) for name, entry in value.items()}
    if isinstance(value, list):
        return [renamed(entry, key, event_type) for entry in value]
    is_text = key in TEXT_KEYS and "audio.delta" not in event_type and "arguments" not in event_type
    if isinstance(value, str) and (key in ID_KEYS or is_text):
        return codecs.encode(value, "rot13")
    return value


@pytest.mark.parametrize("dialect", list(ClientDialect))
@pytest.mark.parametrize("name", GA)
def test_what_goes_upstream_is_what_was_recorded_in_kind_and_order(name: str, dialect: ClientDialect) -> None:
    trace = read_trace(path_of(name).read_text(encoding="utf-8"), name)
    assert sent_upstream(list(Replay(trace, dialect).run())) == recorded(trace)


@pytest.mark.parametrize("name", GA)
def test_ids_and_texts_make_no_difference(name: str) -> None:
    lines = path_of(name).read_text(encoding="utf-8").splitlines()
    other = [json.loads(line) for line in lines]
    for line in other:
        line["event"] = renamed(line["event"])
    text = "\n".join(json.dumps(line) for line in other)
    assert text.count("vgrz_") or "function_call" in text  # item ids were renamed
    trace = read_trace(text, name)
    assert sent_upstream(list(Replay(trace, ClientDialect.DEEPGRAM).run())) == recorded(trace)


@pytest.mark.parametrize("name", UPSTREAM_LEG)
def test_every_upstream_session_is_replayed_to_its_end(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for dialect in ClientDialect:
        assert main(["replay", str(path_of(name)), "--dialect", dialect.value]) == 0
        out, err = capsys.readouterr()
        assert "SettingsApplied" in out
        assert err == ""


@pytest.mark.parametrize("name", CLIENT_LEG)
def test_what_a_server_sent_its_client_cannot_be_fed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(path_of(name))]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "nothing to feed" in err
