"""E1: identifiers of the host's account never reach a client or a log; what the model says is not touched."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from realtime_translate import Config, Notice
from realtime_translate.masking import masked
from realtime_translate.notices import notice
from tests.events import call_item, created, done, error, item_done, text_done
from tests.harness import Desk, Log, ready

ORG, KEY = "org-ABCDEFGH12345678", "sk-proj-a_b-12*****89"
BOTH = pytest.mark.parametrize(
    "config", [Config.deepgram(), Config.component()], ids=["deepgram", "component"]
)


def everything(log: Log) -> str:
    notes = [(each.message, dict(each.fields)) for each in log.outputs if isinstance(each, Notice)]
    return json.dumps([log.client, notes])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"Limit of {ORG} reached.", "Limit of org-*** reached."),
        (f"({ORG})", "(org-***)"),
        ("proj_ABCDEFGHIJKLMNOP, req_0123456789abcdef0", "proj_***, req_***"),
        (f"Incorrect API key provided: {KEY}.", "Incorrect API key provided: sk-***."),
        ("org-ABCDEFGHIJKLMNO", "org-ABCDEFGHIJKLMNO"),
        ("sk-1234567", "sk-1234567"),
        ("sk-12345678", "sk-***"),
        ("risk-management-plan", "risk-management-plan"),
        ("org-internationalisation-team", "org-internationalisation-team"),
        ("my_org-ABCDEFGHIJKLMNOPQ", "my_org-ABCDEFGHIJKLMNOPQ"),
        ("a message without any", "a message without any"),
        ("", ""),
    ],
)
def test_E1_identifiers_are_masked_and_words_are_not(text: str, shown: str) -> None:
    assert masked(text) == shown
    assert masked(shown) == shown


@pytest.mark.parametrize(
    "unit", ["org-", "sk-", "org-" + "a" * 15, "proj_" + "a" * 40 + "-", "sk-aaaaaaaa ", "org-a" * 3]
)
def test_E1_masking_takes_time_in_proportion(unit: str) -> None:
    started = time.process_time()
    masked("org-" + "a" * 10**6 + "-")
    masked(unit * (10**6 // len(unit)))
    assert time.process_time() - started < 2.0


@BOTH
def test_E1_what_an_error_says_is_masked(config: Config) -> None:
    log = ready(Desk, config).upstream(error(ORG, f"{ORG} has used {KEY}."))
    told = everything(log)
    assert ORG not in told
    assert KEY not in told
    assert "org-*** has used sk-***." in told


@BOTH
def test_E1_and_what_a_failed_response_says(config: Config) -> None:
    desk = ready(Desk, config)
    desk.upstream(created())
    details = {"error": {"code": "rate_limit_exceeded", "message": f"Rate limit of {ORG}."}}
    failed = {"id": "resp_1", "status": "failed", "status_details": details}
    told = everything(desk.upstream({"type": "response.done", "response": failed}))
    assert ORG not in told


@BOTH
@pytest.mark.parametrize("code", [1001, 1011])
def test_E1_and_the_reason_of_a_close(config: Config, code: int) -> None:
    log = ready(Desk, config).act(lambda each: each.upstream_closed(code, f"{ORG} is over its limit"))
    assert [each["description"] for each in log.of("Error")] == ["org-*** is over its limit"]


def test_E1_notices_are_masked_before_they_are_cut() -> None:
    long = "x" * 990 + " " + ORG
    assert notice("UPSTREAM_MALFORMED", reason=long).fields["reason"] == "x" * 990 + " org-***"
    assert notice("UPSTREAM_MALFORMED", reason=f"a {KEY}").message.endswith("a sk-***")


@BOTH
def test_E1_what_the_model_says_or_calls_is_not_touched(config: Config) -> None:
    desk = ready(Desk, config)
    desk.client(
        {"type": "UpdateThink", "think": {"provider": {"type": "x"}, "functions": [{"name": "weather"}]}}
    )
    desk.upstream({"type": "session.updated", "session": {}})
    arguments = json.dumps({"key": KEY})
    asked: Any = {**call_item("call_1", "weather"), "arguments": arguments}
    log = desk.upstream(created(), text_done(f"It is {ORG}."), item_done(asked), done())
    assert any(each["content"] == f"It is {ORG}." for each in log.of("ConversationText"))
    assert log.of("FunctionCallRequest")[0]["functions"][0]["arguments"] == arguments
