"""R6, E1: what an upstream error means, and what of it may be told."""

from __future__ import annotations

import pytest

from realtime_translate.mapping.errors import TELLING, Fault, Problem, fault
from realtime_translate.openai.objects import ErrorDetail


@pytest.mark.parametrize(
    ("code", "message", "description"),
    [
        ("invalid_api_key", "sk-123 is wrong", "the upstream server refused access (invalid_api_key)"),
        (
            None,
            "Incorrect API key provided: sk-123",
            "the upstream server refused access (invalid_request_error)",
        ),
    ],
)
def test_S7_an_access_error_is_not_quoted(code: str | None, message: str, description: str) -> None:
    problem = fault(ErrorDetail(type="invalid_request_error", code=code, message=message))
    assert problem == Problem(Fault.ACCESS, code or "invalid_request_error", description, "")


def test_R6_an_error_without_a_code_is_known_by_its_type_and_then_by_its_message() -> None:
    assert fault(ErrorDetail(type="server_error", message="maximum duration")).fault is Fault.SERVER
    assert fault(ErrorDetail(type="odd", message="It hit the MAXIMUM duration.")).fault is Fault.EXPIRED
    assert fault(ErrorDetail(message="It hit the maximum duration.")).fault is Fault.EXPIRED


def test_E1_an_error_that_says_nothing_is_told_all_the_same() -> None:
    assert fault(ErrorDetail()) == Problem(
        Fault.OTHER, "unknown", "the upstream server reported an error", ""
    )


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Conversation already has an active response in progress: resp_1.", Fault.BUSY),
        (
            "Error committing input audio buffer: buffer too small. Expected at least 100ms.",
            Fault.COMMIT_EMPTY,
        ),
        ("Cancellation failed: no active response found", Fault.BENIGN),
        (
            "Cannot create a response while function call outputs are pending.",
            Fault.OUTPUTS_MISSING,
        ),
        ("Your session hit the maximum duration of 60 minutes.", Fault.EXPIRED),
        ("Missing bearer or basic authentication in header", Fault.ACCESS),
        ("Incorrect API key provided: sk-123", Fault.ACCESS),
        ("There is room for one more.", Fault.OTHER),
    ],
)
def test_R6_an_error_without_a_code_is_known_by_its_words(message: str, kind: Fault) -> None:
    assert fault(ErrorDetail(type="invalid_request_error", message=message)).fault is kind


def test_R6_what_tells_an_error_is_known_to_whoever_redacts_messages() -> None:
    assert TELLING
    assert all(fault(ErrorDetail(message=f"It: {part}!")).fault is not Fault.OTHER for part in TELLING)
