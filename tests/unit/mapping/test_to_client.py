"""Frames for the client, in its dialect."""

from __future__ import annotations

import json

import pytest

from realtime_translate import ClientDialect, SendToClient, deepgram
from realtime_translate.deepgram.codes import ComponentCode, ErrorCode, WarningCode
from realtime_translate.mapping import to_client


def test_a_frame_carries_its_message_too() -> None:
    assert to_client.say(deepgram.SettingsApplied()) == SendToClient(
        '{"type":"SettingsApplied"}', deepgram.SettingsApplied()
    )


def test_codes_are_plain_text_on_the_wire() -> None:
    error = to_client.error(ErrorCode.INVALID_SETTINGS, "No.")
    assert json.loads(error.data) == {"type": "Error", "description": "No.", "code": "INVALID_SETTINGS"}
    warning = to_client.warning(WarningCode.FORCE_END_TURN_UNSUPPORTED, "Not here.")
    assert json.loads(warning.data) == {
        "type": "Warning",
        "description": "Not here.",
        "code": "FORCE_END_TURN_UNSUPPORTED",
    }
    for code in (*ErrorCode, *WarningCode, *ComponentCode):
        assert (f"{code}", str(code)) == (code.value, code.value)


@pytest.mark.parametrize(
    ("dialect", "history", "types"),
    [
        (ClientDialect.DEEPGRAM, True, ["ConversationText", "History"]),
        (ClientDialect.DEEPGRAM, False, ["ConversationText"]),
        (ClientDialect.COMPONENT, True, ["ConversationText"]),
        (ClientDialect.COMPONENT, False, ["ConversationText"]),
    ],
)
def test_T1_only_deepgram_clients_get_history(
    dialect: ClientDialect, history: bool, types: list[str]
) -> None:
    frames = [json.loads(each.data) for each in to_client.conversation_text(dialect, history, "user", "Hi")]
    assert [each["type"] for each in frames] == types
    assert all((each["role"], each["content"]) == ("user", "Hi") for each in frames)
