"""S10: parts of the component's fields that are left out, or not what they look like."""

from __future__ import annotations

import pytest

from tests.unit.mapping.mapped import COMPONENT, mapped, think


def test_S10_a_part_that_is_not_given_comes_from_speak() -> None:
    speak = {"provider": {"type": "open_ai", "voice": "alloy", "speed": 1.25}}
    result = mapped({"speak": speak, "sessionAudioOutput": {"voice": "ash"}}, COMPONENT)
    assert result.session["audio"]["output"] == {"voice": "ash", "speed": 1.25}
    assert (result.plan.voice, result.plan.speed) == ("ash", 1.25)


@pytest.mark.parametrize("value", [{"audio": 1}, "audio", 7, [["audio"]]])
def test_S10_modalities_are_a_list(value: object) -> None:
    result = mapped(think(outputModalities=value), COMPONENT)
    assert result.invalid == ["agent.think.outputModalities"]
    assert "output_modalities" not in result.session


def test_T2_a_voice_of_ones_own_has_no_name_to_compare_with() -> None:
    result = mapped({"sessionAudioOutput": {"voice": {"id": "voice_1"}}}, COMPONENT)
    assert result.session["audio"]["output"] == {"voice": {"id": "voice_1"}}
    assert result.plan.voice == ""
