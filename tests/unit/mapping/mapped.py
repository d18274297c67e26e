"""Settings in, what the mapping makes of them out. What goes upstream is validated if the SDK is there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from attrs import frozen

from realtime_translate import ClientDialect, Config, Notice, deepgram
from realtime_translate.mapping.plan import Plan
from realtime_translate.mapping.refusal import Refusal
from realtime_translate.mapping.settings import Mapped, map_settings
from realtime_translate.wire import unstructure
from tests.oracle.session_update import HAS_SDK, faults

__all__ = ["COMPONENT", "DEEPGRAM", "Result", "mapped", "refused", "think"]

Json = dict[str, Any]

DEEPGRAM = Config.deepgram()
COMPONENT = Config.component()


@frozen
class Result:
    """`session` as it goes upstream; `notices` as (code, path or whatever it names first)."""

    model: str
    session: Json
    plan: Plan
    notices: list[Notice]

    @property
    def left_out(self) -> list[str]:
        """The paths of settings that have no counterpart."""
        return self._paths("SETTING_LEFT_OUT")

    @property
    def invalid(self) -> list[str]:
        """The paths of settings that were left out because they are invalid."""
        return self._paths("SETTING_INVALID")

    @property
    def codes(self) -> list[str]:
        return [each.code for each in self.notices]

    def _paths(self, code: str) -> list[str]:
        return [str(each.fields["path"]) for each in self.notices if each.code == code]


def think(**fields: Any) -> Json:
    """An `agent` with one think block."""
    return {"think": {"provider": {"type": "open_ai", "model": "gpt-4o-mini"}, **fields}}


def mapped(
    agent: Json | str | None = None,
    config: Config = DEEPGRAM,
    audio: Json | None = None,
    *,
    valid: bool = True,
    **rest: Any,
) -> Result:
    """Map a Settings message of the configuration's dialect. `valid`: OpenAI's server would take it."""
    result = _map(agent, config, audio, rest)
    session: Json = json.loads(json.dumps(unstructure(result.session)))
    if HAS_SDK and valid:
        assert faults({"type": "session.update", "event_id": "e1", "session": session}) == []
    return Result(result.model, session, result.plan, list(result.notices))


def refused(agent: Json | str | None = None, config: Config = DEEPGRAM, audio: Json | None = None) -> Refusal:
    """The refusal of a Settings message."""
    with pytest.raises(Refusal) as caught:
        _map(agent, config, audio, {})
    return caught.value


def _map(agent: Json | str | None, config: Config, audio: Json | None, rest: Json) -> Mapped:
    component = config.dialect is ClientDialect.COMPONENT
    parse = deepgram.parse_component_client if component else deepgram.parse_client
    message = {"type": "Settings", "audio": audio or {}, "agent": {} if agent is None else agent, **rest}
    settings = parse(json.dumps(message))
    assert isinstance(settings, deepgram.Settings), settings
    return map_settings(settings, config)
