"""The docstring below each attribute of a class, which Python itself does not keep."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Mapping
from itertools import pairwise
from textwrap import dedent

_RULE = re.compile(r"\s*\((?:[A-Z]\d*(?:, )?|protocols, \*[^*]+\*)+\)")


def cell(text: str) -> str:
    """Prose as one cell of a table, without the ids of rules, which say nothing to readers of the pages."""
    return " ".join(prose(text).split()).replace("|", "\\|")


def prose(text: str) -> str:
    """A docstring as a paragraph of a page."""
    return _RULE.sub("", inspect.cleandoc(text))


def member_docs(owner: type) -> Mapping[str, str]:
    """Name of an attribute, and the string that stands after its line."""
    (tree,) = ast.parse(dedent(inspect.getsource(owner))).body
    body = tree.body if isinstance(tree, ast.ClassDef) else []
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
