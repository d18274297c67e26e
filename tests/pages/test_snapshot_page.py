"""The snapshot that the page explains is the one of the call that it tells of."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from realtime_translate import Config, ServerVad
from tests.events import audio, created, inject, item_added, message, speech, transcript, user_item
from tests.harness import Desk, ready

Json = dict[str, Any]

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "snapshot.md"


def call() -> Desk:
    """A typed question, the first words of the answer, one more question, and the user speaks over it."""
    desk = ready(config=Config.deepgram(turn_detection=ServerVad(interrupt_response=False)))
    desk.client(inject("Is a berth free?"))
    desk.upstream(user_item("msg_T1_2", "Is a berth free?"))
    desk.wait(0.5)
    began = item_added(message(status="in_progress"))
    desk.upstream(created(tag="T1_4"), began, transcript("Two berths are free. Come"), audio())
    desk.wait(0.25)
    desk.client(inject("And tomorrow?"))
    desk.upstream(user_item("msg_T1_5", "And tomorrow?"))
    desk.upstream(speech("speech_started", audio_start_ms=900, item_id="u1"))
    return desk


def changed(now: Json, before: Mapping[str, Any]) -> Json:
    """What differs, part by part."""
    found: Json = {}
    for name, value in now.items():
        if isinstance(value, dict) and isinstance(before.get(name), dict):
            value = changed(value, before[name])
            if value:
                found[name] = value
        elif value != before.get(name):
            found[name] = value
    return found


def shown() -> Json:
    """What of the call differs from one that has just begun."""
    fresh, desk = ready(config=Config.deepgram(turn_detection=ServerVad(interrupt_response=False))), call()
    kept = ("call", "ids", "timers")
    now, before = desk.translator.snapshot(), fresh.translator.snapshot()
    return changed({name: now[name] for name in kept}, before)


def test_the_page_shows_what_the_call_remembers() -> None:
    blocks = re.findall(r"```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    told: Json = {}
    for block in blocks:
        told |= json.loads(block)
    expected = shown()
    around = {name: expected[name] for name in ("ids", "timers")}
    assert told == {**expected["call"], **around}, json.dumps(expected, indent=1)


def test_the_page_names_every_part_that_it_shows() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for name in shown()["call"])
