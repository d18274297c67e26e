from __future__ import annotations

from pathlib import Path

import pytest
from attrs import frozen

from realtime_translate.cli.coverage import COVERAGE
from realtime_translate.cli.events import RULES_HELP, as_page, as_table
from realtime_translate.cli.main import main
from realtime_translate.config import ClientDialect

DOCS = Path(__file__).parents[3] / "docs"


@frozen
class Row:
    dialect: str
    protocol: str
    direction: str
    type: str
    fate: str
    note: str


IN, UP = ("deepgram", "client to server"), ("openai", "server to client")
ROWS = (
    Row("one", *IN, "Settings", "translated", "session.update"),
    Row("one", *IN, "KeepAlive", "absorbed", ""),
    Row("one", *UP, "error", "approximated", "Warning"),
    Row("two", *IN, "Settings", "translated", "session.update"),
    Row("two", *IN, "KeepAlive", "refused", "E"),
    Row("two", *IN, "Vad", "translated", "x"),
    Row("two", *UP, "error", "approximated", "Error"),
)


def test_the_table_has_a_block_for_each_protocol_and_direction_and_one_line_where_dialects_agree() -> None:
    assert list(as_table(ROWS)) == [
        "Deepgram: client to server",
        "  Settings   both  translated    session.update",
        "  KeepAlive  one   absorbed",
        "  KeepAlive  two   refused       E",
        "  Vad        two   translated    x",
        "",
        "OpenAI: server to client",
        "  error      one   approximated  Warning",
        "  error      two   approximated  Error",
        "",
        RULES_HELP,
    ]


def test_of_one_dialect_there_is_a_line_each() -> None:
    assert list(as_table(ROWS[:2])) == [
        "Deepgram: client to server",
        "  Settings   one  translated  session.update",
        "  KeepAlive  one  absorbed",
        "",
        RULES_HELP,
    ]


def test_an_empty_table_has_no_lines() -> None:
    assert list(as_table(())) == []


def test_the_page_has_a_section_for_each_protocol_and_direction() -> None:
    page = "\n".join(as_page(ROWS))
    assert page.startswith("# Messages\n\n")
    for fate in ("translated", "approximated", "absorbed", "refused"):
        assert f"- **{fate}**: " in page
    _, first, second = page.split("\n\n## ")
    assert first.splitlines() == [
        "Deepgram: client to server",
        "",
        "| message | dialect | fate | what happens |",
        "|---|---|---|---|",
        "| `Settings` | both | translated | session.update |",
        "| `KeepAlive` | one | absorbed |  |",
        "| `KeepAlive` | two | refused | E |",
        "| `Vad` | two | translated | x |",
    ]
    assert second.splitlines()[0] == "OpenAI: server to client"


def test_the_page_links_each_rule_to_its_entry() -> None:
    row = Row("one", *IN, "Vad", "translated", "USAGE of S10 (E1-E3)")
    assert list(as_page([row]))[-1].endswith(
        "| USAGE of [S10](rules.md#s10) ([E1](rules.md#e1)-[E3](rules.md#e3)) |"
    )


def test_the_table_says_where_rules_are_explained() -> None:
    (path,) = [word for word in RULES_HELP.split() if "/" in word]
    assert (DOCS / path.removeprefix("docs/")).is_file()


def printed(capsys: pytest.CaptureFixture[str], *options: str) -> list[list[str]]:
    assert main(["events", *options]) == 0
    return [line.split(maxsplit=3) for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]


def test_the_command_prints_every_message(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys)
    assert {kind for kind, *_ in lines} == {row.type for row in COVERAGE}
    assert {dialect for _, dialect, *_ in lines} == {"both", "deepgram", "component"}


@pytest.mark.parametrize("dialect", [each.value for each in ClientDialect])
def test_the_command_prints_one_dialect(dialect: str, capsys: pytest.CaptureFixture[str]) -> None:
    expected = [[each.type, dialect, each.fate, each.note] for each in COVERAGE if each.dialect == dialect]
    assert printed(capsys, "--dialect", dialect) == expected


def test_a_dialect_can_be_printed_as_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["events", "--markdown", "--dialect", "component"]) == 0
    out = capsys.readouterr().out
    assert "| `AgentDone` | component | translated |" in out
    assert "| deepgram |" not in out
