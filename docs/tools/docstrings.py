"""The docstring below each attribute of a class, which Python itself does not keep."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise
from textwrap import dedent

_RULE = re.compile(r"\b([A-Z]\d{1,2})\b(?=[^()]*\))")
_PROTOCOLS = re.compile(r"\(protocols, \*([^*]+)\*\)")
_RAISES = re.compile(r"^Raises:\n((?:    .+\n?)+)", re.MULTILINE)
_RAISED = re.compile(r"^ {4}(\w+):", re.MULTILINE)
_SECTION = re.compile(r"\s*\([A-Z]\)")


def cell(text: str) -> str:
    """Prose as one cell of a table."""
    return " ".join(prose(text).split()).replace("|", "\\|")


def prose(text: str) -> str:
    """A docstring as a paragraph of a page of the reference: the rules and parts that it cites are links."""
    text = _SECTION.sub("", inspect.cleandoc(text))
    text = _RULE.sub(lambda rule: f"[{rule[1]}](rules.md#{rule[1].lower()})", text)
    return _PROTOCOLS.sub(lambda part: f"([protocols](protocols.md#{_slug(part[1])}))", text)


def rest(text: str) -> str:
    """A docstring as reStructuredText, with the same links, and what it raises as a list."""
    text = _SECTION.sub("", text)
    text = _RAISES.sub(lambda part: _RAISED.sub(r":raises \1:", part[1]), text)
    text = _RULE.sub(lambda rule: f"`{rule[1]} <rules.html#{rule[1].lower()}>`__", text)
    return _PROTOCOLS.sub(lambda part: f"(`protocols <protocols.html#{_slug(part[1])}>`__)", text)


def _slug(heading: str) -> str:
    """The anchor of a heading."""
    return re.sub(r"[^\w -]", "", heading).replace(" ", "-").lower()


@cache
def member_docs(owner: type) -> Mapping[str, str]:
    """Name of an attribute, and the string that stands after its line."""
    (tree,) = ast.parse(dedent(inspect.getsource(owner))).body
    return docs_of(tree.body if isinstance(tree, ast.ClassDef) else [])


def docs_of(body: Iterable[ast.stmt]) -> Mapping[str, str]:
    """The same of the lines of a class or a module."""
    docs: dict[str, str] = {}
    for line, after in pairwise(body):
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            docs[_name(line)] = str(after.value.value)
    return docs


def _name(line: ast.stmt) -> str:
    target = (
        line.target
        if isinstance(line, ast.AnnAssign)
        else line.targets[0]
        if isinstance(line, ast.Assign)
        else None
    )
    return target.id if isinstance(target, ast.Name) else ""
