"""T2: a `session.update` says nothing of what stays."""

from __future__ import annotations

from typing import Any

from realtime_translate.mapping.plan import Plan
from tests.unit.mapping.test_updates import update_of


def speak(voice: str, **provider: Any) -> dict[str, Any]:
    return {"type": "UpdateSpeak", "speak": {"provider": {"type": "open_ai", "voice": voice, **provider}}}


def test_T2_a_speed_that_stays_is_not_sent_with_a_new_voice() -> None:
    assert update_of(Plan(voice="ash", speed=1.25), speak("coral", speed=1.25)) == {
        "type": "realtime",
        "audio": {"output": {"voice": "coral"}},
    }


def test_T2_nor_is_a_voice_with_a_new_speed() -> None:
    assert update_of(Plan(voice="ash", speed=1.25), speak("ash", speed=1.5)) == {
        "type": "realtime",
        "audio": {"output": {"speed": 1.5}},
    }
