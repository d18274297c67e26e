"""A Sphinx extension: below each rule of `reference/rules.md`, links to its code and to its tests.

They are made while the page is built: a page that had them in its text would change with every test. What
they lead to is built beside the pages: each file with its lines, below `_code`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, groupby
from pathlib import Path

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from sphinx.application import Sphinx

from . import rules

DOCUMENT = "reference/rules"
FOLDER = "_code"


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("source-read", _add_places)
    app.connect("env-get-outdated", _always)
    app.connect("build-finished", _write_code)
    return {"parallel_read_safe": True}


def _always(*_: object) -> list[str]:
    """The page changes with the code."""
    return [DOCUMENT]


def _add_places(_: Sphinx, document: str, source: list[str]) -> None:
    if document == DOCUMENT:
        source[0] = rules.ENTRY.sub(lambda entry: f"{entry[0]}\n{_places(entry[1])}\n", source[0])


def _places(rule: str) -> str:
    code, tests = rules.cited().get(rule, ()), rules.tested().get(rule, ())
    in_code = ", ".join(_by_file(code, lambda there: ", ".join(_link(each, _name(each)) for each in there)))
    in_tests = ", ".join(_by_file(tests, lambda there: _link(there[0], str(len(there)))))
    return f"*Code:* {in_code}\n\n*Tests, {len(tests)}:* {in_tests}\n"


def _by_file(places: Iterable[rules.Place], tell: Callable[[list[rules.Place]], str]) -> Iterator[str]:
    for path, there in groupby(places, key=lambda place: place.path):
        yield f"`{path.removeprefix('src/realtime_translate/')}` ({tell(list(there))})"


def _name(place: rules.Place) -> str:
    return f"<code>{place.name}</code>" if place.name else f"line {place.line}"


def _link(place: rules.Place, text: str) -> str:
    return f'<a href="../{FOLDER}/{place.path}.html#L-{place.line}">{text}</a>'


def _write_code(app: Sphinx, failure: Exception | None) -> None:
    if failure is not None or app.builder.format != "html":
        return
    places = chain(*rules.cited().values(), *rules.tested().values())
    for path in sorted({each.path for each in places}):
        written = Path(app.outdir, FOLDER, f"{path}.html")
        written.parent.mkdir(parents=True, exist_ok=True)
        with_lines = HtmlFormatter(full=True, title=path, linenos="inline", lineanchors="L")
        code = (rules.ROOT / path).read_text(encoding="utf-8")
        written.write_text(highlight(code, PythonLexer(), with_lines), encoding="utf-8")
