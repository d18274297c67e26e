"""Wrong and odd values to put into the fields of a message, and frames that are no message at all."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["FRAMES", "TOKENS", "with_token"]

_MARK = "\x07mark\x07"

TOKENS: dict[str, str] = {
    "null": "null",
    "true": "true",
    "false": "false",
    "zero": "0",
    "negative": "-1",
    "fraction": "0.5",
    "minus zero": "-0.0",
    "integer beyond 64 bits": "1" + "0" * 30,
    "integer beyond a double": "1" + "0" * 307,
    "huge fraction": "1e308",
    "tiny fraction": "5e-324",
    "infinite": "1e999",
    "NaN": "NaN",
    "Infinity": "-Infinity",
    "too many digits": "9" * 400,
    "empty string": '""',
    "string": '"text"',
    "number as string": '"1"',
    "zero character": '"\\u0000"',
    "lone surrogate": '"\\ud800"',
    "surrogate pair": '"\\ud83d\\ude00"',
    "line separators": '"a\\r\\n\\u2028\\u2029b"',
    "right to left": '"\\u202e\\ufeff\\ufffe"',
    "path": '"../../{model}%s%n?#"',
    "format string": '"{0.__class__} {path} %d"',
    "long string": '"' + "x" * 5000 + '"',
    "empty list": "[]",
    "list of wrong": '[null, 1, "x", {}, [[]]]',
    "empty object": "{}",
    "object": '{"type": 7, "id": [], "": null}',
    "deep list": "[" * 60 + "]" * 60,
    "too deep": "[" * 100 + "]" * 100,
    "duplicate keys": '{"type": "x", "type": null}',
}
"""JSON text of one value each. Some of it is not JSON, though a lenient parser takes it."""


def with_token(value: Any, path: tuple[str | int, ...], token: str) -> str:
    """The frame of a message in which `token` stands at `path`."""
    return json.dumps(_replaced(value, path)).replace(json.dumps(_MARK), token, 1)


def _replaced(value: Any, path: tuple[str | int, ...]) -> Any:
    if not path:
        return _MARK
    copy = value.copy()
    copy[path[0]] = _replaced(copy[path[0]], path[1:])
    return copy


FRAMES: dict[str, str | bytes] = {
    "nothing": "",
    "space": " ",
    "no JSON": "hello",
    "zeros": "\0" * 100,
    "mark of order": "\ufeff{}",
    "surrogate": '{"type": "\ud800"}',
    "escaped surrogate": '{"type": "KeepAlive", "\\udc00": 1}',
    "only an opening": "{",
    "opened without end": '{"a":' * 100_000,
    "deep": "[" * 100_000 + "]" * 100_000,
    "deep in a field": '{"type": "error", "error": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "a million digits": '{"type": "KeepAlive", "n": ' + "7" * 10**6 + "}",
    "a long fraction": '{"type": "KeepAlive", "n": 0.' + "7" * 10**6 + "}",
    "list": "[]",
    "number": "1",
    "no type": "{}",
    "type null": '{"type": null}',
    "type list": '{"type": ["Settings"]}',
    "type twice": '{"type": "KeepAlive", "type": "odd"}',
    "type empty": '{"type": ""}',
    "type long": json.dumps({"type": "x" * 10**6}),
    "type of a class": '{"type": "__class__"}',
    "binary's name": '{"type": "(binary)"}',
    "two values": '{"type": "KeepAlive"} {"type": "KeepAlive"}',
    "comment": '{"type": "KeepAlive"} // no',
    "single quotes": "{'type': 'KeepAlive'}",
    "many keys": json.dumps({"type": "KeepAlive", **{f"k{number}": number for number in range(10_000)}}),
    "long key": json.dumps({"type": "KeepAlive", "k" * 10**6: 1}),
}
"""Text frames that are no message, or hardly one."""

for _name, _bytes in {
    "bytes": b"\xff\xfe\x00",
    "cut in a character": '{"type": "é'.encode()[:-1],
    "overlong": b'{"type": "\xc0\x80"}',
    "encoded surrogate": b'{"type": "\xed\xa0\x80"}',
    "UTF-16": '{"type": "KeepAlive"}'.encode("utf-16"),
    "empty bytes": b"",
    "one byte": b"\1",
    "good bytes": b'{"type": "odd"}',
}.items():
    FRAMES[_name] = _bytes
