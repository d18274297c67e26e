"""Scripts for the simulated server: what counts in them, and what it does with them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from realtime_translate.testing import FakeClock, Reply, Say, ServerScript, ServerTimes
from tests.harness import counter

EXAMPLES = Path(__file__).parents[4] / "docs" / "examples"
TEXT = """
{"t": 0.0, "send": {"type": "Settings"}}
{"reply": [{"say": "It rains."}]}
{"heard": "Does it rain?"}

{"server": {"latency": 1}}
{"server": {"latency": 0.2}}
"""


def test_what_the_server_does_is_taken_and_the_rest_passed_over() -> None:
    script = ServerScript.parse(TEXT)
    assert script == ServerScript((Reply(Say("It rains.")),), ("Does it rain?",), ServerTimes(latency=0.2))
    assert ServerScript.parse("\ufeff") == ServerScript()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "line 2: "),
        ("[" * 100_000, "line 2: "),
        ("[]", "line 2: expected a JSON object"),
        ('{"replies": []}', "line 2: expected one of the keys reply, heard, server"),
        ('{"reply": 1}', 'line 2: "reply" must be a list'),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(line: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{reason}"):
        ServerScript.parse(f"\n{line}")


def test_a_server_has_the_times_and_begins_with_its_model() -> None:
    clock = FakeClock(10.0)
    server = ServerScript.parse(TEXT).server(clock=clock, new_id=counter("s"), model="gpt-realtime")
    (created,) = server.opened()
    assert '"gpt-realtime"' in created
    assert '"type":"realtime"' in created
    flat = ServerScript.parse(TEXT).server(
        clock=clock, new_id=counter("s"), model="gpt-realtime", dialect="openai-beta"
    )
    assert '"modalities":["text","audio"]' in flat.opened()[0]
    server.receive('{"type": "response.create"}')
    assert server.next_deadline == pytest.approx(10.2)


def test_every_session_hears_the_script_from_its_beginning() -> None:
    script = ServerScript(heard=("First.",))
    for _ in range(2):
        server = script.server(clock=FakeClock(), new_id=counter("s"), model="gpt-realtime")
        transcribe = server._state.options.transcribe
        assert [transcribe(b""), transcribe(b"")] == ["First.", "Hello there."]


def test_the_examples_import_public_modules_alone() -> None:
    public = {f"realtime_translate{each}" for each in ("", ".audio", ".deepgram", ".openai", ".testing")}
    public |= {"realtime_translate.recording", "realtime_translate.openai.dialects"}
    for path in EXAMPLES.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("realtime_translate"):
                assert node.module in public, path.name
                assert not any(each.name.startswith("_") for each in node.names), path.name
