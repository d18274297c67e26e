"""What there is to mutate: mutmut's operators, applied to functions and to assignments at module level."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import libcst as cst
from attrs import frozen
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import create_mutations, deep_replace

__all__ = ["PACKAGE", "ROOT", "Mutant", "Statement", "mutants_of", "paths_under"]

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "realtime_translate"

Statement: TypeAlias = "cst.FunctionDef | cst.SimpleStatementLine"

_NOT_DATA = ("__all__",)
_TYPES = ("TypeVar", "NewType")
_DECORATOR = re.compile(r"^( *)@(property|cache)$", re.MULTILINE)
"""Decorators of functions that mutmut would pass over for them."""


@frozen(eq=False)
class Mutant:
    """One change to one statement. `owner` is the function (`Class.method`) or the name that is assigned at
    module level; `number` counts the mutants of that owner; `lines` are those of the mutated expression.
    """

    path: str
    owner: str
    number: int
    table: bool
    lines: range
    first_line: int
    statement: Statement
    before: cst.CSTNode
    after: cst.CSTNode

    @property
    def name(self) -> str:
        return f"{self.path}:{self.owner}:{self.number}"

    def source(self) -> str:
        """Return the mutated statement, alone and without its decorators."""
        return _code(deep_replace(self.statement, self.before, self.after))

    def diff(self) -> tuple[str, ...]:
        """Return the lines that differ, `- old` and `+ new`: what does not change when other lines do."""
        old, new = _code(self.statement).splitlines(), self.source().splitlines()
        changes = list(difflib.ndiff(old, new))
        return tuple(f"{line[0]} {line[1:].strip()}" for line in changes if line[0] in "+-")


def _code(statement: object) -> str:
    if isinstance(statement, cst.FunctionDef):
        statement = statement.with_changes(decorators=[], leading_lines=[])
    elif isinstance(statement, cst.SimpleStatementLine):
        statement = statement.with_changes(leading_lines=[])
    else:
        raise TypeError(statement)
    return cst.Module(body=[statement]).code


def paths_under(places: list[str]) -> list[Path]:
    """Return the modules in these files and directories of the package."""
    found = [PACKAGE / place for place in places]
    return sorted({path for place in found for path in ([place] if place.is_file() else place.rglob("*.py"))})


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Yield all mutants of a module."""
    source = _DECORATOR.sub(r"\1# \2", path.read_text("utf-8"))
    module, mutations, _, _ = create_mutations(str(path), source)
    positions = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    owners = {
        id(node): (owner, statement) for owner, statement in _statements(module) for node in _nodes(statement)
    }
    count: Counter[str] = Counter()
    for mutation in mutations:
        if id(mutation.original_node) not in owners:
            continue
        owner, statement = owners[id(mutation.original_node)]
        if _says_the_same(statement, mutation.original_node, mutation.mutated_node):
            continue
        count[owner] += 1
        here, whole = (_range(positions.get(node), positions) for node in (mutation.original_node, statement))
        yield Mutant(
            path=path.relative_to(PACKAGE).as_posix(),
            owner=owner,
            number=count[owner],
            table=isinstance(statement, cst.SimpleStatementLine),
            lines=here or whole,
            first_line=whole.start,
            statement=statement,
            before=mutation.original_node,
            after=mutation.mutated_node,
        )


class _Untyped(cst.CSTTransformer):
    """Takes the types out of `cast(type, value)`: like an annotation, a type there decides nothing."""

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        is_cast = isinstance(updated_node.func, cst.Name) and updated_node.func.value == "cast"
        return updated_node.args[-1].value if is_cast else updated_node


def _says_the_same(statement: Statement, before: cst.CSTNode, after: cst.CSTNode) -> bool:
    if "cast(" not in _code(statement):
        return False
    mutated = deep_replace(statement, before, after)
    return statement.visit(_Untyped()).deep_equals(mutated.visit(_Untyped()))  # type: ignore[union-attr]


def _range(position: CodeRange | None, _: object) -> range:
    return range(position.start.line, position.end.line + 1) if position else range(0)


def _statements(module: cst.Module) -> Iterator[tuple[str, Statement]]:
    """Yield the functions, the methods and the assignments at module level, by name."""
    for statement in module.body:
        if isinstance(statement, cst.FunctionDef):
            yield statement.name.value, statement
        elif isinstance(statement, cst.ClassDef):
            for member in statement.body.body:
                if isinstance(member, cst.FunctionDef):
                    yield f"{statement.name.value}.{member.name.value}", member
        elif isinstance(statement, cst.SimpleStatementLine):
            name = _assigned(statement.body[0])
            if name and name not in _NOT_DATA:
                yield name, statement


def _assigned(statement: cst.BaseSmallStatement) -> str:
    """Return the name that holds data from now on; nothing for names of types."""
    match statement:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value):
            called = value.func if isinstance(value, cst.Call) else None
            return "" if isinstance(called, cst.Name) and called.value in _TYPES else name
        case cst.AnnAssign(target=cst.Name(value=name), annotation=annotation, value=cst.BaseExpression()):
            kind = annotation.annotation
            return "" if isinstance(kind, cst.Name) and kind.value == "TypeAlias" else name
        case _:
            return ""


def _nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _nodes(child)
