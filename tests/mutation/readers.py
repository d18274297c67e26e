"""Where a name of a module is read: no test's coverage shows who depends on a table."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.mutation.mutants import PACKAGE

__all__ = ["Readers"]


class Readers:
    """An index of the package by bare identifier: that tells names at module level apart well enough."""

    def __init__(self) -> None:
        self._lines: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)
        self._built_from: defaultdict[str, set[str]] = defaultdict(set)
        self._called_by: defaultdict[str, set[str]] = defaultdict(set)
        self._assigned: set[str] = set()
        for path in PACKAGE.rglob("*.py"):
            self._read(path)

    def tables(self, name: str) -> set[str]:
        """Return this name, and the tables that are built from it when the package is imported."""
        found = _closure(name, self._built_from, self._called_by)
        return {name} | (found & self._assigned)

    def lines(self, name: str) -> dict[str, set[int]]:
        """Return the lines, by file, that read this name or a table that is built from it."""
        found: defaultdict[str, set[int]] = defaultdict(set)
        for read in _closure(name, self._built_from):
            for path, line in self._lines[read]:
                found[path].add(line)
        return found

    def _read(self, path: Path) -> None:
        relative = path.relative_to(PACKAGE).as_posix()
        for statement in ast.parse(path.read_text("utf-8")).body:
            if isinstance(statement, (ast.Assign, ast.AnnAssign)):
                for target in _names(statement, ast.Store):
                    self._assigned.add(target)
                    for name in _names(statement, ast.Load):
                        self._built_from[name].add(target)
            elif isinstance(statement, ast.ClassDef):
                for name in _defaults(statement):
                    self._built_from[name].add(statement.name)
            for function in ast.walk(statement):
                if isinstance(function, ast.FunctionDef):
                    self._read_function(function, relative)

    def _read_function(self, function: ast.FunctionDef, path: str) -> None:
        for line, name in _reads(function):
            self._lines[name].add((path, line))
            self._called_by[name].add(function.name)
        for default in (*function.args.defaults, *function.args.kw_defaults):
            if isinstance(default, ast.Name):
                self._built_from[default.id].add(function.name)


def _closure(name: str, *leading: defaultdict[str, set[str]]) -> set[str]:
    seen, waiting = set[str](), [name]
    while waiting:
        read = waiting.pop()
        if read not in seen:
            seen.add(read)
            waiting.extend(next_one for each in leading for next_one in each[read])
    return seen


def _names(statement: ast.AST, context: type[ast.expr_context]) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, context):
            yield node.id


def _defaults(statement: ast.ClassDef) -> Iterator[str]:
    """Yield what the fields of a class are by default, where that is a name."""
    for field in statement.body:
        if isinstance(field, ast.AnnAssign) and isinstance(field.value, ast.Name):
            yield field.value.id


def _reads(function: ast.FunctionDef) -> Iterator[tuple[int, str]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            yield node.lineno, node.attr
