from __future__ import annotations

from attrs import frozen

from realtime_translate.cli.events import as_table


@frozen
class Row:
    protocol: str
    direction: str
    type: str
    fate: str
    note: str


def test_the_table_has_a_block_for_each_protocol_and_direction() -> None:
    rows = (
        Row("deepgram", "client to server", "Settings", "translated", "session.update"),
        Row("deepgram", "client to server", "KeepAlive", "absorbed", ""),
        Row("openai", "server to client", "error", "approximated", "Warning"),
    )
    assert list(as_table(rows)) == [
        "deepgram: client to server",
        "  Settings   translated    session.update",
        "  KeepAlive  absorbed",
        "",
        "openai: server to client",
        "  error      approximated  Warning",
    ]


def test_an_empty_table_has_no_lines() -> None:
    assert list(as_table(())) == []
