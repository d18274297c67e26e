"""A2, O1: formats that a call cannot have, found late: in what a server carries, and in a snapshot."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from realtime_translate import openai
from realtime_translate.audio import EXTRA, MULAW_8K, PCM_24K, AudioFormat
from realtime_translate.mapping import formats
from realtime_translate.mapping.plan import AudioPath, Plan
from realtime_translate.mapping.refusal import Refusal

WIDE = AudioFormat("linear16", 16000)


def carried(leg: str, rate: int = 24000) -> Any:
    """A session that carries PCM on one leg."""
    audio = {leg: {"format": {"type": "audio/pcm", "rate": rate}}}
    event = openai.parse_server(
        f'{{"type":"session.updated","session":{{"audio":{audio}}}}}'.replace("'", '"')
    )
    assert isinstance(event, openai.SessionUpdated)
    return event.session


@pytest.mark.parametrize(
    ("leg", "plan"),
    [
        ("input", Plan(input=AudioPath(MULAW_8K, MULAW_8K))),
        ("output", Plan(output=AudioPath(MULAW_8K, MULAW_8K))),
    ],
)
def test_O1_what_has_to_be_converted_and_cannot_be_names_its_leg(
    monkeypatch: pytest.MonkeyPatch, leg: str, plan: Plan
) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(Refusal) as caught:
        formats.effective(plan, carried(leg))
    assert str(caught.value) == (
        f"audio.{leg}.sample_rate: mulaw at 8000 needs the extra {EXTRA} on this server; "
        "without it linear16 at 24000, mulaw at 8000 and alaw at 8000 work"
    )


@pytest.mark.parametrize("wrong", [AudioFormat("opus", 24000), AudioFormat("linear16", 7999)])
def test_a_snapshot_cannot_hold_a_format_that_no_call_has(wrong: AudioFormat) -> None:
    with pytest.raises(ValueError, match=f"^no call has {wrong}$"):
        formats.check(PCM_24K, wrong)
    formats.check(PCM_24K, WIDE, MULAW_8K)


@pytest.mark.parametrize("rate", [8000, 16000, 24000, 32000, 48000])
def test_O1_a_server_may_carry_pcm_at_a_rate_of_its_own(rate: int) -> None:
    plan = formats.effective(Plan(), carried("output", rate))
    assert plan.output == AudioPath(PCM_24K, AudioFormat("linear16", rate))


@pytest.mark.parametrize("rate", [0, 7999, 22050, 96000])
def test_O1_other_rates_are_not_believed(rate: int) -> None:
    assert formats.effective(Plan(), carried("output", rate)) == Plan()
