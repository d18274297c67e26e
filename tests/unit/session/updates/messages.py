"""Update messages as a client sends them, and what upstream says of the `session.update` they become (T2)."""

from __future__ import annotations

from typing import Any

from tests.events import error
from tests.harness import Log

Json = dict[str, Any]

ACKNOWLEDGEMENTS = {
    "UpdatePrompt": "PromptUpdated",
    "UpdateThink": "ThinkUpdated",
    "UpdateSpeak": "SpeakUpdated",
    "UpdateListen": "ListenUpdated",
}


def prompt(text: str = "Be brief.") -> Json:
    return {"type": "UpdatePrompt", "prompt": text}


def think(*functions: str, text: str = "") -> Json:
    block: Json = {"provider": {"type": "open_ai"}, "prompt": text}
    return {"type": "UpdateThink", "think": {**block, "functions": [{"name": each} for each in functions]}}


def speak(voice: str = "cedar", **provider: Any) -> Json:
    return {"type": "UpdateSpeak", "speak": {"provider": {"type": "open_ai", "voice": voice, **provider}}}


def listen(language: str = "fr", **provider: Any) -> Json:
    return {
        "type": "UpdateListen",
        "listen": {"provider": {"type": "deepgram", "language": language, **provider}},
    }


EACH = [prompt(), think("noon"), speak(), listen()]
"""One of each kind, none of which finds things as it wants them."""


def sessions(log: Log) -> list[Json]:
    """What the `session.update`s of a log ask for."""
    return [each["session"] for each in log.of("session.update")]


def update_id(log: Log) -> str:
    (update,) = log.of("session.update")
    event_id: str = update["event_id"]
    return event_id


def refusal(event_id: str | None, code: str | None = "invalid_value") -> Json:
    return error(code, event_id=event_id)


def acknowledged(log: Log) -> list[str]:
    return [each for each in log.client_types if each in ACKNOWLEDGEMENTS.values()]
