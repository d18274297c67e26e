"""S7: which part of a `session.update` an error is about, and the update without it."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate.mapping.dispensable import PARTS, found, is_gone, named, without
from realtime_translate.mapping.plan import Plan
from realtime_translate.openai import ErrorDetail

SESSION: dict[str, Any] = {
    "type": "realtime",
    "instructions": "Be brief.",
    "prompt": {"id": "pmpt_1", "variables": {"a": "b"}},
    "audio": {
        "input": {
            "transcription": {"model": "gpt-transcribe", "languages": ["de"]},
            "turn_detection": None,
        },
        "output": {"voice": "marin"},
    },
    "tools": [{"type": "function", "name": "noon"}],
}


@pytest.mark.parametrize(
    ("param", "path"),
    [
        ("session.audio.output.voice", "audio.output.voice"),
        ("audio.output.voice", "audio.output.voice"),
        ("session.prompt", "prompt"),
        ("session.prompt.variables.a", "prompt"),
        ("session.audio.input.transcription.languages[0]", "audio.input.transcription.languages"),
        ("session.audio.input.transcription.model", "audio.input.transcription"),
        ("session.audio.input.transcription", "audio.input.transcription"),
    ],
)
def test_S7_param_names_the_part(param: str, path: str) -> None:
    part = found(named(ErrorDetail(param=param)), SESSION)
    assert part is PARTS[path]


@pytest.mark.parametrize(
    "param",
    [
        "session.instructions",
        "session.tools[0].name",
        "session.audio.output.format",
        "session.audio.input.turn_detection.type",
        "session.audio.input",
        "session.audio.output.speed",
        "session.reasoning",
        "session.prompts",
        "session",
        "voice",
    ],
)
def test_S7_what_a_call_cannot_do_without_or_did_not_send_is_none(param: str) -> None:
    assert found(named(ErrorDetail(param=param)), SESSION) is None


@pytest.mark.parametrize("param", [None, ""])
@pytest.mark.parametrize("quote", "'\"`")
def test_S7_a_message_that_quotes_the_path_names_it_if_param_does_not(param: str | None, quote: str) -> None:
    message = f"Unknown parameter: {quote}session.prompt.version{quote}."
    assert named(ErrorDetail(param=param, message=message)) == "prompt.version"


@pytest.mark.parametrize(
    "message",
    [
        None,
        "The prompt is unknown.",
        "session.prompt is unknown",
        "Unknown: 'prompt'.",
        "'session.'",
    ],
)
def test_S7_words_name_nothing(message: str | None) -> None:
    assert named(ErrorDetail(message=message)) == ""


def test_S7_param_decides_whatever_the_message_says() -> None:
    detail = ErrorDetail(param="session.tools", message="Unknown parameter: 'session.prompt'.")
    assert named(detail) == "tools"


def test_L1_a_path_is_looked_at_up_to_a_length() -> None:
    assert len(named(ErrorDetail(param="x" * 10_000))) == 200
    assert named(ErrorDetail(message=f"'session.{'x' * 10_000}'")) == ""
    assert found(named(ErrorDetail(param="session.prompt." + "x" * 10_000)), SESSION) is PARTS["prompt"]


def test_S7_what_is_gone_is_known_by_what_it_covers() -> None:
    gone = ["prompt", "audio.output.voice"]
    paths = ["prompt", "prompt.id", "prompts", "audio.output.voice", "audio.output", ""]
    assert [is_gone(path, gone) for path in paths] == [True, True, False, True, False, False]


def test_S7_the_rest_is_as_it_was() -> None:
    left = without(SESSION, "prompt", "audio.input.transcription.languages", "reasoning", "type.x")
    audio_in = {"transcription": {"model": "gpt-transcribe"}, "turn_detection": None}
    assert left == {
        "type": "realtime",
        "instructions": "Be brief.",
        "audio": {"input": audio_in, "output": {"voice": "marin"}},
        "tools": SESSION["tools"],
    }
    assert SESSION["prompt"]["id"] == "pmpt_1"


def test_S7_nothing_is_left_empty() -> None:
    left: Any = without(SESSION, "audio.output.voice")
    assert "output" not in left["audio"]
    assert without({"audio": {"output": {"speed": 1.0}}}, "audio.output.speed") == {}


def test_S7_the_plan_goes_back_to_what_stood() -> None:
    before, after = Plan(voice="marin", speed=1.0), Plan(voice="cedar", speed=1.5)
    assert PARTS["audio.output.voice"].undone(after, before) == Plan(voice="marin", speed=1.5)
    assert PARTS["prompt"].undone(after, before) == after
