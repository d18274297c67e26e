"""What of a frame is kept, masked and removed."""

from __future__ import annotations

import json
from typing import Any

import attrs
import hypothesis.strategies as st
import pytest
from hypothesis import example, given

from realtime_translate.mapping.dispensable import named
from realtime_translate.openai import SERVER_EVENTS
from realtime_translate.openai.objects import ErrorDetail
from realtime_translate.recording.frames import BYTES, Shape, Veil, error_text
from realtime_translate.recording.inputs import expanded
from realtime_translate.recording.rules import RULES, Rule
from realtime_translate.wire.base import WireObject, wire_name

VEIL, SHAPE = Veil(b"k" * 16), Shape()
values = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers()
    | st.text(max_size=8),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(st.sampled_from(sorted(RULES)) | st.text(max_size=3), below, max_size=3)
    ),
    max_leaves=12,
)
frames = st.dictionaries(st.sampled_from([*sorted(RULES), "type"]) | st.text(max_size=3), values, max_size=4)


@example({"\u0300": None, "\u0302": None}, None)
@example({"\u00c0": None, "\u00c1": None}, None)
@given(frames, st.sampled_from([None, "error", "FunctionCallResponse", *SERVER_EVENTS]))
def test_the_shape_of_what_is_masked_is_the_shape_of_what_was(
    frame: dict[str, Any], kind: str | None
) -> None:
    if kind is not None:
        frame = {**frame, "type": kind}
    masked = VEIL.frame(frame)
    replayed: Any = expanded(masked)
    assert json.dumps(SHAPE.frame(replayed)) == json.dumps(SHAPE.frame(frame))
    assert json.dumps(kinds(masked)) == json.dumps(kinds(frame))


def kinds(value: Any) -> Any:
    """The types of the values, in order; audio in base64 is a text."""
    if isinstance(value, dict):
        return "str" if BYTES in value else [kinds(each) for each in value.values()]
    return [kinds(each) for each in value] if isinstance(value, list) else type(value).__name__


def test_what_is_said_configured_and_given_to_tools_is_masked() -> None:
    masked = VEIL.frame(
        {
            "type": "Settings",
            "agent": {
                "greeting": "Hello Ann.",
                "context": {"messages": [{"role": "user", "content": "Is Dr. Lee in?"}]},
                "think": {
                    "provider": {"type": "open_ai", "model": "gpt-realtime-2.1", "temperature": 0.5},
                    "prompt": "You are Max.",
                    "functions": [
                        {"name": "tide", "parameters": {"type": "object", "properties": {"port": {}}}}
                    ],
                },
            },
        }
    )
    agent: Any = masked["agent"]
    assert agent["greeting"] == "Xxxxx Xxx."
    assert agent["context"]["messages"] == [{"role": "user", "content": "Xx Av. Xxx xx?"}]
    assert agent["think"]["provider"] == {"type": "open_ai", "model": "gpt-realtime-2.1", "temperature": 0.5}
    assert agent["think"]["prompt"] not in ("You are Max.", "Xxx xxx Xxx.")
    [function] = agent["think"]["functions"]
    assert function["name"] == "tide"
    assert function["parameters"]["type"] == "object"
    assert "port" not in json.dumps(function)


@pytest.mark.parametrize(
    ("given_frame", "kept"),
    [
        ({"headers": {"authorization": "Bearer abc"}}, None),
        ({"url": "https://user:pw@host/?key=1"}, {"url": "removed"}),
        ({"credentials": {"access_key_id": "AKIA", "n": 5}}, None),
        ({"api_key": "sk-123"}, {"api_key": "removed"}),
    ],
)
def test_credentials_and_addresses_are_removed(
    given_frame: dict[str, Any], kept: dict[str, Any] | None
) -> None:
    masked = json.dumps(VEIL.frame(given_frame))
    assert "removed" in masked
    for secret in ("Bearer", "user:pw", "AKIA", "sk-123", "authorization", "host"):
        assert secret not in masked
    if kept is not None:
        assert VEIL.frame(given_frame) == kept


def test_function_results_are_masked_whatever_they_are() -> None:
    masked = VEIL.frame({"type": "FunctionCallResponse", "id": "c1", "name": "tide", "content": '{"h": 31}'})
    assert masked == {"type": "FunctionCallResponse", "id": "c1", "name": "tide", "content": '{"x": 11}'}
    masked = VEIL.frame({"type": "FunctionCallResponse", "result": {"name": "Ann", "age": 31, "ok": True}})
    assert "Ann" not in json.dumps(masked)
    assert list(masked["result"].values())[1:] == [11, True]  # type: ignore[attr-defined]


def test_audio_is_its_size() -> None:
    kind = "response.output_audio.delta"
    assert VEIL.frame({"type": kind, "delta": "AAAA"})["delta"] == {BYTES: 3}
    assert VEIL.frame({"type": kind, "delta": ""})["delta"] == {BYTES: 0}
    assert VEIL.frame({"type": kind, "delta": "?"})["delta"] == {BYTES: None}
    assert VEIL.frame({"type": kind, "delta": "é"})["delta"] == {BYTES: None}
    assert VEIL.frame({"type": kind, "delta": "A"})["delta"] == {BYTES: None}


def test_R6_an_error_is_still_known_by_its_words() -> None:
    message = "Conversation resp_1 already has an active response for Ann"
    assert error_text(message) == "Xxxxxxxxxxxx xxxx_0 already has an active response xxx Xxx"
    masked = VEIL.frame({"type": "error", "error": {"code": None, "message": message}})
    assert masked["error"] == {"code": None, "message": error_text(message)}


def test_S7_an_error_still_names_a_part_of_the_session() -> None:
    message = "Unknown parameter 'session.audio.output.voice' for Ann, 'session.prompt' too"
    kept = "Xxxxxxx xxxxxxxxx 'session.audio.output.voice' xxx Xxx, 'xxxxxxx.xxxxxx' xxx"
    assert error_text(message) == kept
    assert named(ErrorDetail(message=kept)) == named(ErrorDetail(message=message)) == "audio.output.voice"
    assert error_text("No `session.tools[0].Ann`.") == "Xx `session.tools[0].Xxx`."
    assert VEIL.frame({"param": "session.tools[0].name"}) == {"param": "session.tools[0].name"}


def test_ids_that_are_none_are_masked() -> None:
    masked = VEIL.frame({"id": "i" * 257, "item_id": "an id", "status": "Ann Lee", "call_id": 5})
    assert (masked["item_id"], masked["call_id"]) == ("an id", 5)
    assert len(str(masked["id"])) == 257
    assert masked["id"] != "i" * 257
    assert masked["status"] != "Ann Lee"


def test_S10_names_of_functions_are_kept_as_they_are() -> None:
    """What upstream calls one with a space in its name is made from it, and is replayed only with it."""
    assert VEIL.frame({"name": "get the tide"}) == {"name": "get the tide"}


def test_keys_that_nobody_knows_are_masked_and_stay_apart() -> None:
    masked = VEIL.frame({"1": {"name": "Ann"}, "2": 7, "ж": 1, "ш": 2})
    assert len(masked) == 4
    assert "Ann" not in json.dumps(masked)


def test_every_field_of_both_protocols_that_may_hold_text_has_a_rule() -> None:
    texts = {
        wire_name(field)
        for kind in subclasses(WireObject)
        if kind.__module__.startswith("realtime_translate.")  # not those of other tests
        for field in attrs.fields(kind)
        if "str" in str(field.type) and field.name != "extra"
    }
    numbers_and_more = {"speaker", "restricted_terms", "thought_signature", "languages", "languages_hinted"}
    numbers_and_more |= {"event", "conversational_behavior"}  # masked: nothing is decided by them
    assert texts - set(RULES) == numbers_and_more
    assert {RULES[name] for name in ("content", "transcript", "delta")} == {Rule.SPEECH}


def subclasses(kind: type) -> set[type]:
    return {each for below in kind.__subclasses__() for each in (below, *subclasses(below))}


def test_the_shape_of_an_error_is_that_of_any_text() -> None:
    assert SHAPE.text("Missing bearer for Ann", Rule.ERROR) == "Xxxxxxx xxxxxx xxx Xxx"


def test_E1_an_identifier_in_an_error_is_masked_before_its_letters_are() -> None:
    message = "Incorrect API key provided: sk-proj-x9Y8z7W6v5U4t3S2."
    data = {"type": "error", "error": {"type": "server_error", "message": message}}
    told: Any = VEIL.frame(data)
    assert "xx-***" in told["error"]["message"]
    assert "x0X0" not in told["error"]["message"]
