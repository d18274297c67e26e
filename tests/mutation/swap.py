"""Put a mutant into the running program: no file is written and nothing is imported again.

A function keeps its identity and gets the mutated code, so that whatever holds it (a table, a route, a test)
runs the mutant. A table is built again, with what its module builds from it, and put where it was imported.
"""

from __future__ import annotations
import __future__

import ast
import sys
from types import CodeType, FunctionType, ModuleType
from typing import Any

from tests.mutation.mutants import PACKAGE, ROOT, Mutant

__all__ = ["NotBuiltError", "put"]

_FLAGS = __future__.annotations.compiler_flag


class NotBuiltError(Exception):
    """With the mutant the package cannot be imported: a table raises when it is built."""


def put(mutant: Mutant) -> None:
    """Make the mutant take effect in this process, for good. Raises `SyntaxError` if it is no Python, and
    `NotBuiltError`.
    """
    module = _module(mutant.path)
    if mutant.table:
        _rebuild(module, {mutant.owner: mutant.source()})
        _forget(module)
        return
    function = _function(module, mutant.owner)
    made = _made(mutant, module, function)
    if made.__code__.co_freevars != function.__code__.co_freevars:
        raise ValueError(f"{mutant.name} does not close over what it did")
    function.__code__ = made.__code__
    function.__defaults__ = made.__defaults__
    function.__kwdefaults__ = made.__kwdefaults__
    _forget(module)
    if function.__name__ in _run_at_import(module):
        _rebuild(module, {})


def _forget(module: ModuleType) -> None:
    """Empty the caches of this module: what is in them was made by the code as it was."""
    for value in vars(module).values():
        if getattr(value, "__module__", "") == module.__name__ and hasattr(value, "cache_clear"):
            value.cache_clear()


def _module(path: str) -> ModuleType:
    parts = (PACKAGE.name, *path.removesuffix(".py").split("/"))
    return sys.modules[".".join(parts).removesuffix(".__init__")]


def _function(module: ModuleType, owner: str) -> FunctionType:
    found: Any = module
    for name in owner.split("."):
        found = vars(found)[name]
    inner = (getattr(found, name, None) for name in ("__func__", "fget", "__wrapped__"))
    found = next(filter(None, inner), found)
    assert isinstance(found, FunctionType), owner
    return found


def _made(mutant: Mutant, module: ModuleType, function: FunctionType) -> FunctionType:
    """Return the mutated function, which closes over `__class__` if the original does."""
    source = mutant.source()
    scope = dict(vars(module))
    if function.__code__.co_freevars:
        body = "\n".join(f"    {line}" for line in source.splitlines())
        source = f"class Around:\n{body}\n"
        exec(compile(source, module.__file__ or "", "exec", _FLAGS, True), scope)
        return vars(scope["Around"])[function.__name__]
    exec(compile(source, module.__file__ or "", "exec", _FLAGS, True), scope)
    return scope[function.__name__]


def _assignments(module: ModuleType) -> list[tuple[str, ast.stmt]]:
    """Return the assignments at module level that build something, in order."""
    assert module.__file__
    with open(module.__file__, encoding="utf-8") as file:
        body = ast.parse(file.read()).body
    return [
        (target.id, statement)
        for statement in body
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value
        for target in (statement.targets if isinstance(statement, ast.Assign) else [statement.target])
        if isinstance(target, ast.Name)
    ]


def _run_at_import(module: ModuleType) -> set[str]:
    """Return the names that the assignments read, and the functions that run for them."""
    return _reached(module, [statement for _, statement in _assignments(module)])


def _reached(module: ModuleType, statements: list[ast.stmt]) -> set[str]:
    """Return the names that the statements read, themselves and in functions of the module."""
    waiting = [
        node.id
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    ]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            function = vars(module).get(name)
            if isinstance(function, FunctionType) and function.__module__ == module.__name__:
                waiting += _names_in(function.__code__)
    return found


def _names_in(code: CodeType) -> list[str]:
    inner = [name for each in code.co_consts if isinstance(each, CodeType) for name in _names_in(each)]
    return [*code.co_names, *inner]


def _rebuild(module: ModuleType, mutated: dict[str, str]) -> None:
    """Run the assignments again that the change reaches, and hand on what they built."""
    scope = vars(module)
    changed = set(mutated)
    functions = {name for name, value in scope.items() if isinstance(value, FunctionType)}
    for name, statement in _assignments(module):
        reads = _reached(module, [statement])
        if name not in mutated and not reads & (changed if mutated else changed | functions):
            continue
        old = scope[name]
        code = mutated.get(name) or ast.unparse(statement)
        compiled = compile(code, module.__file__ or "", "exec", _FLAGS, True)
        try:
            exec(compiled, scope)
        except Exception as error:
            raise NotBuiltError(f"{name}: {error!r}") from error
        changed.add(name)
        _hand_on(name, old, scope[name])


def _hand_on(name: str, old: object, new: object) -> None:
    """Put what was built where it was imported, and where it is a default."""
    for other in list(sys.modules.values()):
        file = getattr(other, "__file__", None)
        if file and file.startswith(str(ROOT)):
            for held, value in list(vars(other).items()):
                if value is old and held.lstrip("_") == name.lstrip("_"):
                    setattr(other, held, new)
                for function in _functions(value, other.__name__):
                    _change_defaults(function, old, new)


def _functions(value: object, module: str) -> list[FunctionType]:
    """Return a function, or the functions of a class, if it is of this module."""
    if getattr(value, "__module__", None) != module:
        return []
    found = vars(value).values() if isinstance(value, type) else [value]
    return [each for each in found if isinstance(each, FunctionType)]


def _change_defaults(function: FunctionType, old: object, new: object) -> None:
    """Only objects that are one of a kind: a number or a text may be the default of something else."""
    if isinstance(old, (str, int, float, type(None))):
        return
    if function.__defaults__ and any(each is old for each in function.__defaults__):
        function.__defaults__ = tuple(new if each is old else each for each in function.__defaults__)
    kept = function.__kwdefaults__ or {}
    kept.update({name: new for name, each in kept.items() if each is old})
