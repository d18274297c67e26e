"""O3: what a content part of the agent says, by dialect."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate import ClientDialect
from realtime_translate.mapping.plan import Plan
from realtime_translate.mapping.to_client import part_text
from realtime_translate.openai.objects import ContentPart

CALL = {"name": "noon", "arguments": '{"n": 1}'}


@pytest.mark.parametrize(
    ("dialect", "kind", "extra", "said"),
    [
        (ClientDialect.COMPONENT, "function_call", CALL, 'Function call: noon({"n": 1})'),
        (ClientDialect.COMPONENT, "function_call", {"name": "noon"}, "Function call: noon()"),
        (ClientDialect.COMPONENT, "function_call", {**CALL, "arguments": 7}, "Function call: noon()"),
        (ClientDialect.COMPONENT, "function_call", {**CALL, "name": 7}, "Noon."),
        (ClientDialect.COMPONENT, "function_call", {}, "Noon."),
        (ClientDialect.COMPONENT, "output_text", CALL, "Noon."),
        (ClientDialect.DEEPGRAM, "function_call", CALL, "Noon."),
    ],
)
def test_O3_a_function_call_is_text_for_the_component_alone(
    dialect: ClientDialect, kind: str, extra: dict[str, Any], said: str
) -> None:
    assert part_text(dialect, Plan(), ContentPart(type=kind, text="Noon.", extra=extra)) == said


@pytest.mark.parametrize("dialect", ClientDialect)
def test_O3_other_parts_say_their_text_or_their_transcript(dialect: ClientDialect) -> None:
    assert part_text(dialect, Plan(), ContentPart(type="output_text", text="One.")) == "One."
    assert part_text(dialect, Plan(), ContentPart(type="output_audio", transcript="Two.")) == "Two."
    assert part_text(dialect, Plan(), ContentPart(type="output_audio")) == ""
