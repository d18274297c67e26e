"""R1, R5, T3: `response` objects of any server, read; and those of our own, written."""

from __future__ import annotations

from typing import Any

import pytest

from realtime_translate.mapping.responses import TAG, Outcome, outcome, spoken, tag_of
from realtime_translate.openai.objects import Response


@pytest.mark.parametrize(
    ("metadata", "tag"),
    [({"rt": "e1"}, "e1"), ({"rt": "e1", "theirs": "x"}, "e1"), ({"rt": 7}, ""), ({}, ""), (None, "")],
)
def test_R6_the_tag_comes_back_in_the_metadata(metadata: Any, tag: str) -> None:
    assert tag_of(Response(metadata=metadata)) == tag


def test_R6_a_response_without_metadata_has_no_tag() -> None:
    assert tag_of(Response()) == ""


@pytest.mark.parametrize(
    ("status", "details", "failure", "code"),
    [
        ("failed", {"error": {"code": "overload", "message": "Busy."}}, "overload: Busy.", "overload"),
        ("failed", {"error": {"message": "Busy."}}, "Busy.", "failed"),
        ("failed", {"error": {"code": 7, "message": "Busy."}}, "7: Busy.", "failed"),
        ("failed", {"error": {"code": "", "message": ""}}, "failed", "failed"),
        ("failed", {"error": "overload"}, "failed", "failed"),
        ("failed", "overload", "failed", "failed"),
        ("incomplete", {"reason": "content_filter"}, "content_filter", "incomplete"),
        ("incomplete", {"reason": 7}, "incomplete", "incomplete"),
        ("incomplete", {"reason": ""}, "incomplete", "incomplete"),
        ("incomplete", None, "incomplete", "incomplete"),
    ],
)
@pytest.mark.parametrize("output", [[], [{"type": "message"}]])
def test_R5_why_a_response_did_not_complete(
    status: str, details: Any, failure: str, code: str, output: list[Any]
) -> None:
    read = outcome(Response(status=status, status_details=details, output=tuple(output)))
    assert read == Outcome(failure=failure, code=code, produced=bool(output))


@pytest.mark.parametrize("output", [[], [{"type": "message"}]])
def test_R1_other_ends_are_no_failures(output: list[Any]) -> None:
    produced = bool(output)
    assert outcome(Response(output=tuple(output))) == Outcome(produced=produced)
    assert outcome(Response(status="completed", output=tuple(output))) == Outcome(produced=produced)
    assert outcome(Response(status="cancelled", output=tuple(output))) == Outcome(
        cancelled=True, produced=produced
    )


def test_T3_a_text_to_speak_is_asked_for_word_for_word_with_tools_off() -> None:
    asked = spoken("e1", "Wait {there}.")
    assert (asked.metadata, asked.tool_choice) == ({TAG: "e1"}, "none")
    assert asked.instructions == (
        "Say exactly the following text to the user, word for word, in its own language. Add nothing, leave "
        "nothing out, and do not react to it:\nWait {there}."
    )
