"""The table of OpenTelemetry events in the page on logs, from the Notices and the example that emits them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from realtime_translate.notices import NOTICES

DOCS = Path(__file__).parents[1]
PAGE = "how-to/log-notices.md"
BEGIN, END = "<!-- events: begin -->\n", "<!-- events: end -->"


def events() -> str:
    """The page, with the table between its marks as it should be."""
    before, begin, rest = (DOCS / PAGE).read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    table = "".join(f"{line}\n" for line in _lines(_example()))
    return "".join((before, begin, table, end, after))


def _example() -> ModuleType:
    spec = spec_from_file_location("telemetry", DOCS / "examples" / "telemetry.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _lines(example: ModuleType) -> Iterator[str]:
    yield "| event | level | attributes |"
    yield "|---|---|---|"
    for code, (level, sentence) in NOTICES.items():
        fields = dict.fromkeys(re.findall(r"{(\w+)}", sentence))
        names = ", ".join(f"`{example.attribute(code, field)}`" for field in fields)
        yield f"| `{example.event_name(code)}` | {level.name} | {names.replace(f'{example.NAME}.', '…')} |"
