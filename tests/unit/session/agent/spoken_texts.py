"""Texts for the agent to say, as the tests of spoken texts write and read them."""

from __future__ import annotations

import pytest

from realtime_translate import Config, ServerVad
from tests.events import created, done
from tests.harness import Desk, Log
from tests.unit.session.played import VAD, Json, tag_in

TEXT = "Slip nine is free.\n\nShall I book it? “Yes” or “no”…"
VADS = pytest.mark.parametrize(
    "config", [VAD, Config.component(turn_detection=ServerVad())], ids=["deepgram", "component"]
)
"""The server commits, in both dialects."""


def say(text: str = TEXT, behavior: str | None = None, **fields: object) -> Json:
    message = {"type": "InjectAgentMessage", "message": text, **fields}
    return message if behavior is None else {**message, "behavior": behavior}


def spoken(log: Log) -> list[str]:
    """The texts that the creates of a log ask for; "" for a plain one."""
    asked_for = [each["response"].get("instructions", "") for each in log.of("response.create")]
    return [each.partition(":\n")[2] for each in asked_for]


def end(desk: Desk, log: Log, response_id: str) -> Log:
    """The response that a log asked for comes and goes."""
    tag = tag_in(log)
    return desk.upstream(created(response_id, tag), done(response_id, tag=tag))
