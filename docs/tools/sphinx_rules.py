"""A Sphinx extension: below each rule of `reference/rules.md`, the code that cites it, and its tests.

It is done while the page is built: a page that had it in its text would change with every test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from sphinx.application import Sphinx

from . import rules

DOCUMENT = "reference/rules"


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("source-read", _add_places)
    app.connect("env-get-outdated", _always)
    return {"parallel_read_safe": True}


def _always(*_: object) -> list[str]:
    """The page changes with the code."""
    return [DOCUMENT]


def _add_places(_: Sphinx, document: str, source: list[str]) -> None:
    if document == DOCUMENT:
        source[0] = rules.ENTRY.sub(lambda entry: f"{entry[0]}\n{_places(entry[1])}\n", source[0])


def _places(rule: str) -> str:
    code, tests = rules.cited().get(rule, ()), rules.tested().get(rule, ())
    in_code = ", ".join(_by_file(code, lambda there: ", ".join(map(_name, there))))
    in_tests = ", ".join(_by_file(tests, lambda there: str(len(there))))
    return f"*Code:* {in_code}\n\n*Tests, {len(tests)}:* {in_tests}\n"


def _by_file(places: Iterable[rules.Place], tell: Callable[[list[rules.Place]], str]) -> Iterator[str]:
    for path, there in groupby(places, key=lambda place: place.path):
        yield f"`{path.removeprefix('src/realtime_translate/')}` ({tell(list(there))})"


def _name(place: rules.Place) -> str:
    return f"`{place.name}`" if place.name else f"line {place.line}"
