"""Client messages that no OpenAI server can answer: a Warning, and the call goes on (T2, T5)."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import Config, Notice
from tests.events import inject
from tests.harness import Desk, ready
from tests.unit.session.played import Way, begun_by_server

Json = dict[str, Any]

THINK_LIVE: Json = {
    "type": "UpdateThink_Live",
    "think_live": {"provider": {"type": "deepgram", "version": "v1"}},
}
CUSTOM: Json = {"type": "__customToThinkProvider", "content": {"any": ["thing", None, 1]}}
CODES = [(THINK_LIVE, "THINK_LIVE_UNSUPPORTED"), (CUSTOM, "CUSTOM_THINK_UNSUPPORTED")]

refused = pytest.mark.parametrize(("message", "code"), CODES, ids=lambda each: str(each)[:24])


@pytest.mark.parametrize("config", [Config.deepgram(), Config.component()], ids=["DG", "CO"])
@pytest.mark.parametrize("busy", [False, True])
@refused
def test_it_is_refused_with_a_warning_and_goes_nowhere(
    way: Way, message: Json, code: str, config: Config, busy: bool
) -> None:
    desk = ready(way, config)
    if busy:
        begun_by_server(desk)
    log = desk.client(message)
    (warning,) = log.client
    assert isinstance(warning, dict)
    assert (warning["type"], warning["code"]) == ("Warning", code)
    assert warning["description"]
    assert (log.upstream, log.closes) == ([], [])
    assert log.notices == ["CLIENT_MESSAGE_REFUSED"]
    (told,) = (each for each in log.outputs if isinstance(each, Notice))
    assert message["type"] in told.message


@refused
def test_the_call_goes_on(way: Way, message: Json, code: str) -> None:
    desk = ready(way)
    desk.client(message)
    assert desk.client(inject()).upstream_types == ["conversation.item.create"]


@refused
def test_S5_before_ready_it_waits_like_any_other(message: Json, code: str) -> None:
    desk = Desk(Config.deepgram())
    desk.opened()
    desk.dialled()
    desk.client({"type": "Settings", "audio": {}, "agent": {}})
    assert desk.client(message).client == []
    log = desk.upstream({"type": "session.updated", "session": {}})
    assert log.client_types == ["SettingsApplied", "Warning"]


@pytest.mark.parametrize("content", ["text", 1, None, [], {}, {"nested": {"deep": [1.5, True]}}])
def test_any_content_for_a_custom_provider_is_refused_alike(content: object) -> None:
    log = ready(Desk).client({**CUSTOM, "content": content})
    assert [each["code"] for each in log.of("Warning")] == ["CUSTOM_THINK_UNSUPPORTED"]


@pytest.mark.parametrize("message", [{"type": "UpdateThink_Live"}, {"type": "__customToThinkProvider"}])
def test_T5_without_what_it_has_to_hold_it_is_unparsable(message: Json) -> None:
    log = ready(Desk).client(message)
    assert [each["code"] for each in log.of("Error")] == ["UNPARSABLE_CLIENT_MESSAGE"]
