"""The strategies that hosts may use: what they draw is what they say."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from realtime_translate import ClientDialect, deepgram
from realtime_translate.testing import strategies
from realtime_translate.testing.strategies import AnswerCall, ClientStep, Send, Wait

dialects = pytest.mark.parametrize("dialect", ClientDialect)
PARSERS = {
    ClientDialect.DEEPGRAM: deepgram.parse_client,
    ClientDialect.COMPONENT: deepgram.parse_component_client,
}
LAWS = {"mulaw", "alaw"}
slow = hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
unshrunk = hypothesis_settings(
    max_examples=2000,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    database=None,
)


def test_the_test_kit_does_not_need_hypothesis() -> None:
    code = "import sys, realtime_translate.testing; sys.exit('hypothesis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@dialects
@slow
@given(data=st.data())
def test_settings_are_messages_of_the_dialect(dialect: ClientDialect, data: st.DataObject) -> None:
    drawn = data.draw(strategies.settings(dialect))
    message = PARSERS[dialect](json.dumps(drawn))
    assert isinstance(message, deepgram.Settings)
    assert deepgram.unknown_fields(message) == ()


@dialects
@slow
@given(data=st.data())
def test_settings_may_be_changed_by_who_draws_them(dialect: ClientDialect, data: st.DataObject) -> None:
    drawn: Any = data.draw(strategies.settings(dialect))
    assert drawn["agent"].get("think_live") in (None, {"provider": {"type": "deepgram"}})
    emptied(drawn)


def emptied(value: Any) -> None:
    if isinstance(value, (dict, list)):
        for each in value.values() if isinstance(value, dict) else value:
            emptied(each)
        value.clear()


@pytest.mark.parametrize(
    ("dialect", "wanted"),
    [
        (ClientDialect.DEEPGRAM, lambda agent: agent.get("context", {}).get("messages")),
        (ClientDialect.DEEPGRAM, lambda agent: isinstance(agent.get("think"), list)),
        (ClientDialect.COMPONENT, lambda agent: agent.get("idleTimeoutMs") == 10000),
        (ClientDialect.COMPONENT, lambda agent: agent.get("useOpenAIManualAudioCommit") is True),
        (ClientDialect.COMPONENT, lambda agent: isinstance(agent.get("sessionAudioOutput"), dict)),
    ],
)
def test_settings_vary(dialect: ClientDialect, wanted: Any) -> None:
    found = find(
        strategies.settings(dialect),
        lambda drawn: bool(wanted(drawn["agent"])),
        settings=unshrunk,
        random=Random(0),
    )
    assert found["type"] == "Settings"


@dialects
@slow
@given(data=st.data())
def test_settings_name_formats_that_work(dialect: ClientDialect, data: st.DataObject) -> None:
    audio = data.draw(strategies.settings(dialect))["audio"]
    assert isinstance(audio, dict)
    given_in, given_out = audio.get("input"), audio.get("output", {})
    if given_in is not None:
        assert given_in["encoding"] in LAWS | {"linear16"}
        assert 8000 <= given_in["sample_rate"] <= 48000
    lowest, highest = (8000, 8000) if given_out.get("encoding") in LAWS else (8000, 48000)
    assert lowest <= given_out.get("sample_rate", lowest) <= highest
    assert given_out.get("container", "none") in ("none", "wav")


@pytest.mark.parametrize(
    ("formats", "wanted"),
    [
        (strategies._input_format(), {"encoding": "linear16", "sample_rate": 16000}),
        (strategies._input_format(), {"encoding": "linear16", "sample_rate": 44100}),
        (strategies._input_format(), {"encoding": "mulaw", "sample_rate": 8000}),
        (strategies._input_format(), {"encoding": "alaw", "sample_rate": 16000}),
        (strategies._output_format(), {}),
        (strategies._output_format(), {"encoding": "linear16", "sample_rate": 8000}),
        (strategies._output_format(), {"sample_rate": 48000, "container": "wav"}),
        (strategies._output_format(), {"encoding": "mulaw", "sample_rate": 8000, "container": "wav"}),
    ],
)
def test_formats_vary(formats: st.SearchStrategy[dict[str, object]], wanted: dict[str, object]) -> None:
    assert find(formats, lambda drawn: drawn == wanted, settings=unshrunk, random=Random(0)) == wanted


def test_a_format_may_be_changed_by_who_draws_it() -> None:
    first = find(strategies._plain(), lambda _: True)
    first["sample_rate"] = 7
    assert find(strategies._plain(), lambda _: True) == {"encoding": "linear16", "sample_rate": 24000}


def steps_before_settings(script: tuple[ClientStep, ...]) -> list[ClientStep]:
    return list(script[: [is_settings(step) for step in script].index(True)])


def is_settings(step: ClientStep) -> bool:
    return isinstance(step, Send) and isinstance(step.frame, str) and '"type": "Settings"' in step.frame


@dialects
@slow
@given(data=st.data())
def test_a_script_has_one_settings_and_what_the_dialect_allows_around_it(
    dialect: ClientDialect, data: st.DataObject
) -> None:
    script = data.draw(strategies.client_scripts(dialect))
    assert sum(map(is_settings, script)) == 1
    for step in steps_before_settings(script):
        early = isinstance(step, Wait) or step == Send('{"type": "KeepAlive"}')
        assert early or (isinstance(step, Send) and dialect is ClientDialect.COMPONENT)
    for step in script:
        if isinstance(step, Wait):
            assert step.seconds * 1024 == int(step.seconds * 1024)
        elif isinstance(step, Send):
            message = PARSERS[dialect](step.frame)
            assert not isinstance(message, (deepgram.Unknown, deepgram.Malformed))
        else:
            assert isinstance(step, AnswerCall)


@dialects
def test_scripts_vary(dialect: ClientDialect) -> None:
    kinds = [
        lambda script: any(isinstance(step, AnswerCall) for step in script),
        lambda script: any(isinstance(step, Send) and len(step.frame) == 1 for step in script),
        lambda script: any(isinstance(step, Send) and "InjectUser" in str(step.frame) for step in script),
    ]
    for kind in kinds:
        assert find(strategies.client_scripts(dialect), kind, settings=unshrunk, random=Random(0))


DEFAULT = {"encoding": "linear16", "sample_rate": 24000}


def spoken(steps: Sequence[ClientStep]) -> list[bytes]:
    return [step.frame for step in steps if isinstance(step, Send) and isinstance(step.frame, bytes)]


def declared_input(script: tuple[ClientStep, ...]) -> dict[str, Any]:
    settings = next(step.frame for step in script if isinstance(step, Send) and is_settings(step))
    declared: dict[str, Any] = json.loads(settings)["audio"].get("input", DEFAULT)
    return declared


def test_the_component_speaks_before_settings() -> None:
    scripts = strategies.client_scripts(ClientDialect.COMPONENT)
    assert find(scripts, lambda script: bool(spoken(steps_before_settings(script))), settings=unshrunk)


@dialects
@slow
@given(data=st.data())
def test_audio_is_in_the_declared_format(dialect: ClientDialect, data: st.DataObject) -> None:
    script = data.draw(strategies.client_scripts(dialect))
    declared = declared_input(script)
    width = 1 if declared["encoding"] in LAWS else 2
    whole = {declared["sample_rate"] * ms // 1000 * width for ms in (20, 60, 100, 200)}
    assert all(len(frame) <= 5 or len(frame) in whole for frame in spoken(script))


@slow
@given(strategies.client_scripts(ClientDialect.COMPONENT))
def test_S5_before_settings_it_is_in_the_format_of_the_default(script: tuple[ClientStep, ...]) -> None:
    assert not spoken(steps_before_settings(script)) or declared_input(script) == DEFAULT


@dialects
def test_a_wild_client_sends_what_it_must_not(dialect: ClientDialect) -> None:
    def is_wild(script: tuple[ClientStep, ...]) -> bool:
        frames = [step.frame for step in script if isinstance(step, Send)]
        parsed = [PARSERS[dialect](frame) for frame in frames]
        return any(isinstance(each, deepgram.Malformed) for each in parsed)

    assert find(strategies.client_scripts(dialect, wild=True), is_wild, settings=unshrunk, random=Random(0))
    assert find(
        strategies.client_scripts(dialect, wild=True),
        lambda script: sum(map(is_settings, script)) > 1,
        settings=unshrunk,
    )


class Printer:
    def __init__(self, said: list[str]) -> None:
        self.said = said

    def text(self, text: str) -> None:
        self.said.append(text)


@pytest.mark.parametrize("frame", [b"", b"\x00" * 8, b"\x10" * 9600, b"\xff\x00" * 20, "{}"])
def test_a_frame_prints_itself_briefly_as_an_expression(frame: str | bytes) -> None:
    assert eval(repr(Send(frame))) == Send(frame)
    assert repr(Send(b"\x10" * 9600)) == "Send(frame=b'\\x10' * 9600)"
    said: list[str] = []
    Send(frame)._repr_pretty_(Printer(said), cycle=False)
    assert said == [repr(Send(frame))]
